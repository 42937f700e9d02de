//! `Action`: what a person or an administrator can do, in the client, at `/sim/actions` or in a test.

use grantbook_api::{events::Envelope, secret::AuthorizationCode};
use grantbook_core::{AppId, ResourceId, ResourceType, Scope, TeamId, UserId};
use serde::Deserialize;
use url::Url;

mod error;

pub use error::ActionError;

use super::{Choice, Moment, World};

/// One deed. `app` is an app's id or slug; `user` acts, and may be left out where it does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Say yes to more scopes: `scope_granted`, `resources_added`.
    GrantScope {
        app: String,
        team: TeamId,
        scopes: Vec<Scope>,
        #[serde(default)]
        user: Option<UserId>,
    },
    /// Say no to them: `scope_denied`.
    DenyScope {
        app: String,
        team: TeamId,
        scopes: Vec<Scope>,
        #[serde(default)]
        user: Option<UserId>,
    },
    /// Take scopes away. No event.
    RemoveScope {
        app: String,
        team: TeamId,
        scopes: Vec<Scope>,
    },
    /// Add the app to a conversation: `resources_added`.
    AddResource {
        app: String,
        team: TeamId,
        resource: ResourceId,
    },
    /// Take it out again: `resources_removed`.
    RemoveResource {
        app: String,
        team: TeamId,
        resource: ResourceId,
    },
    /// Give it a whole type: `resources_added`.
    GrantWildcard {
        app: String,
        team: TeamId,
        resource_type: ResourceType,
    },
    /// Take the whole type back: `resources_removed`.
    RemoveWildcard {
        app: String,
        team: TeamId,
        resource_type: ResourceType,
    },
    /// Take one conversation out of a whole type: `resources_removed`.
    Exclude {
        app: String,
        team: TeamId,
        resource: ResourceId,
    },
    /// End its tokens: `tokens_revoked`.
    RevokeTokens { app: String, team: TeamId },
    /// Uninstall it: `tokens_revoked`, `app_uninstalled`.
    Uninstall { app: String, team: TeamId },
    /// Allow it, as the consent page does. The code is in the answer; the events follow its exchange.
    Consent {
        app: String,
        team: TeamId,
        user: UserId,
        #[serde(default)]
        scopes: Option<Vec<Scope>>,
        #[serde(default)]
        resources: Vec<ResourceId>,
        #[serde(default)]
        wildcards: Vec<ResourceType>,
        #[serde(default)]
        single_channel: bool,
        #[serde(default)]
        redirect_uri: Option<String>,
        #[serde(default)]
        state: Option<String>,
    },
    /// Write a message as a person: `message` with `channel_type: app_home` in an app home.
    PostMessage {
        channel: ResourceId,
        user: UserId,
        text: String,
    },
    /// Open the conversation between a person and an app by writing into it.
    MessageApp {
        app: String,
        team: TeamId,
        user: UserId,
        text: String,
    },
}

/// What came of an action.
#[derive(Clone, Debug, Default)]
pub struct Acted {
    /// The events to deliver, in order.
    pub events: Vec<Envelope>,
    /// The code of a consent.
    pub code: Option<AuthorizationCode>,
    /// Where a consent sends the browser.
    pub redirect: Option<Url>,
}

impl World {
    /// Does one deed.
    pub fn act(&mut self, moment: &mut Moment<'_>, action: &Action) -> Result<Acted, ActionError> {
        let events = match action {
            Action::GrantScope {
                app,
                team,
                scopes,
                user,
            } => self.grant_scopes(moment, &self.app_id(app)?, team, scopes, user.as_ref())?,
            Action::DenyScope {
                app,
                team,
                scopes,
                user,
            } => self.deny_scopes(moment, &self.app_id(app)?, team, scopes, user.as_ref())?,
            Action::RemoveScope { app, team, scopes } => {
                self.remove_scopes(&self.app_id(app)?, team, scopes)?;
                Vec::new()
            }
            Action::AddResource { app, team, resource } => {
                self.add_resource(moment, &self.app_id(app)?, team, resource)?
            }
            Action::RemoveResource { app, team, resource } => {
                self.remove_resource(moment, &self.app_id(app)?, team, resource)?
            }
            Action::GrantWildcard {
                app,
                team,
                resource_type,
            } => self.grant_wildcard(moment, &self.app_id(app)?, team, *resource_type)?,
            Action::RemoveWildcard {
                app,
                team,
                resource_type,
            } => self.remove_wildcard(moment, &self.app_id(app)?, team, *resource_type)?,
            Action::Exclude { app, team, resource } => self.exclude(moment, &self.app_id(app)?, team, resource)?,
            Action::RevokeTokens { app, team } => some_change(self.revoke_all(moment, &self.app_id(app)?, team))?,
            Action::Uninstall { app, team } => some_change(self.uninstall(moment, &self.app_id(app)?, team))?,
            Action::Consent { .. } => return self.act_consent(moment, action),
            Action::PostMessage { channel, user, text } => self.post_message(moment, channel, user, text)?,
            Action::MessageApp { app, team, user, text } => {
                let app = self.app_id(app)?;
                self.check_member(team, user)?;
                let home = self.open_app_home(moment, &app, team, user);
                self.post_message(moment, &home, user, text)?
            }
        };
        Ok(Acted {
            events,
            ..Acted::default()
        })
    }

    fn act_consent(&mut self, moment: &mut Moment<'_>, action: &Action) -> Result<Acted, ActionError> {
        let Action::Consent {
            app,
            team,
            user,
            scopes,
            resources,
            wildcards,
            single_channel,
            redirect_uri,
            state,
        } = action
        else {
            return Ok(Acted::default());
        };
        let app = self.app(app).ok_or_else(|| ActionError::NoApp(app.clone()))?;
        let scopes = scopes
            .as_ref()
            .unwrap_or(&app.scopes)
            .iter()
            .map(Scope::as_str)
            .collect::<Vec<_>>()
            .join(",");
        let client_id = app.client_id.clone();
        let request = self.consent_request(
            client_id.as_str(),
            Some(&scopes),
            redirect_uri.as_deref(),
            state.clone(),
            *single_channel,
        )?;
        let choice = Choice {
            resources: resources.clone(),
            wildcards: wildcards.clone(),
        };
        let code = self.allow(moment, &request, team, user, &choice)?;
        let redirect = Some(request.allowed(&code));
        Ok(Acted {
            events: Vec::new(),
            code: Some(code),
            redirect,
        })
    }

    fn app_id(&self, name: &str) -> Result<AppId, ActionError> {
        self.app(name)
            .map(|app| app.id.clone())
            .ok_or_else(|| ActionError::NoApp(name.to_owned()))
    }

    pub(super) fn check_member(&self, team: &TeamId, user: &UserId) -> Result<(), ActionError> {
        if !self.teams.contains_key(team) {
            return Err(ActionError::NoTeam(team.clone()));
        }
        let member = self.users.get(user).is_some_and(|person| person.teams.contains(team));
        if member {
            Ok(())
        } else {
            Err(ActionError::NoUser(user.clone()))
        }
    }
}

fn some_change(events: Vec<Envelope>) -> Result<Vec<Envelope>, ActionError> {
    if events.is_empty() {
        Err(ActionError::NothingChanges)
    } else {
        Ok(events)
    }
}
