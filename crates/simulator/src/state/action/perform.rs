//! `World::act`: doing what an [`Action`] says.

use grantbook_api::{
    events::Envelope,
    secret::{ClientSecret, SigningSecret},
};
use grantbook_core::{AppId, TeamId, Tenant, Timestamp, UserId};

use crate::state::{Acted, Action, ActionError, Moment, World, commands::Typed, interactions::Press};

mod approvals;
mod consent;

/// For how long a client secret stays good once another was made (docs.slack.dev, "Best practices for security").
const SECRET_GRACE_SECONDS: i64 = 24 * 3_600;

impl World {
    /// Does one deed.
    pub fn act(&mut self, moment: &mut Moment<'_>, action: &Action) -> Result<Acted, ActionError> {
        self.check_model(action)?;
        let events = match action {
            Action::GrantScope {
                app,
                team,
                scopes,
                user,
            } => self.grant_scopes(moment, &self.app_id(app)?, team, scopes, user.as_ref(), None)?,
            Action::DenyScope {
                app,
                team,
                scopes,
                user,
            } => self.deny_scopes(moment, &self.app_id(app)?, team, scopes, user.as_ref(), None)?,
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
            Action::RevokeTokens { app, team } => {
                let (app, tenant) = (self.app_id(app)?, Tenant::Team(team.clone()));
                some_change(self.revoke_all(moment, &app, &tenant))?
            }
            Action::Uninstall { app, team } => {
                let (app, tenant) = (self.app_id(app)?, Tenant::Team(team.clone()));
                let installer = self.installation_of(&app, &tenant).map(|found| found.installer.clone());
                let mut events = some_change(self.uninstall(moment, &app, &tenant))?;
                if let Some(user) = installer {
                    events.extend(self.tell_installed(moment, "app_uninstalled_team", &app, team, &user));
                }
                events
            }
            Action::Consent { .. } | Action::ConsentOrg { .. } => return self.act_consent(moment, action),
            Action::RequestApp { .. }
            | Action::RequestApps { .. }
            | Action::WithdrawAppRequest { .. }
            | Action::InstallApp { .. }
            | Action::DeleteApp { .. }
            | Action::DeclareApp { .. }
            | Action::ResolveApp { .. }
            | Action::LogActivity { .. }
            | Action::OrgAdmin { .. } => return self.act_on_approvals(moment, action),
            Action::GrantTeamAccess { .. }
            | Action::RevokeTeamAccess { .. }
            | Action::RevokeOrgTokens { .. }
            | Action::UninstallOrg { .. } => self.act_in_organization(moment, action)?,
            Action::Rotation { .. }
            | Action::SocketMode { .. }
            | Action::CommandsUrl { .. }
            | Action::Secrets { .. } => {
                self.configure(action, moment.now)?;
                Vec::new()
            }
            Action::Press { .. } | Action::RunCommand { .. } | Action::AnswerDialog { .. } => {
                return self.act_in_client(moment, action);
            }
            Action::Circumstance { circumstance, active } => {
                self.set_circumstance(circumstance, *active)?;
                Vec::new()
            }
            Action::RemoveUserGrant { app, team, user } => {
                self.remove_user_grant(moment, &self.app_id(app)?, team, user)?
            }
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

    /// What people do in the client with an app's messages, commands and dialogs.
    fn act_in_client(&mut self, moment: &mut Moment<'_>, action: &Action) -> Result<Acted, ActionError> {
        match action {
            Action::Press {
                channel,
                ts,
                user,
                attachment,
                element,
                value,
            } => {
                let press = Press {
                    channel,
                    ts,
                    user,
                    attachment: *attachment,
                    element,
                    value: value.as_deref(),
                };
                self.press(moment, &press)
            }
            Action::RunCommand {
                team,
                channel,
                user,
                command,
                text,
            } => {
                let typed = Typed {
                    team,
                    channel,
                    user,
                    command,
                    text,
                };
                self.run_command(moment, &typed)
            }
            Action::AnswerDialog { dialog, answer, scopes } => {
                let events = self.answer_dialog(moment, dialog, *answer, scopes.as_deref())?;
                Ok(Acted {
                    events,
                    dialog: Some(dialog.clone()),
                    ..Acted::default()
                })
            }
            _ => Ok(Acted::default()),
        }
    }

    /// What administrators do with an app of the organization.
    fn act_in_organization(&mut self, moment: &mut Moment<'_>, action: &Action) -> Result<Vec<Envelope>, ActionError> {
        match action {
            Action::GrantTeamAccess { app, teams } => self.grant_team_access(moment, &self.app_id(app)?, teams),
            Action::RevokeTeamAccess { app, teams } => self.revoke_team_access(moment, &self.app_id(app)?, teams),
            Action::RevokeOrgTokens { app } => {
                let app = self.app_id(app)?;
                let tenant = self.org_tenant(&app)?;
                some_change(self.revoke_all(moment, &app, &tenant))
            }
            Action::UninstallOrg { app } => {
                let app = self.app_id(app)?;
                let tenant = self.org_tenant(&app)?;
                some_change(self.uninstall(moment, &app, &tenant))
            }
            _ => Ok(Vec::new()),
        }
    }

    /// What an app's developer changes in its settings.
    fn configure(&mut self, action: &Action, now: Timestamp) -> Result<(), ActionError> {
        let (Action::Rotation { app: name, .. }
        | Action::SocketMode { app: name, .. }
        | Action::CommandsUrl { app: name, .. }
        | Action::Secrets { app: name, .. }) = action
        else {
            return Ok(());
        };
        let id = self.app_id(name)?;
        let app = self.apps.get_mut(&id).ok_or_else(|| ActionError::NoApp(name.clone()))?;
        match action {
            Action::Rotation {
                enabled, grace_seconds, ..
            } => {
                if app.token_rotation && *enabled == Some(false) {
                    return Err(ActionError::RotationStays);
                }
                app.token_rotation |= enabled.unwrap_or(false);
                app.refresh_grace_seconds = grace_seconds.unwrap_or(app.refresh_grace_seconds);
            }
            Action::SocketMode { enabled, .. } => app.socket_mode = *enabled,
            Action::Secrets {
                client_secret,
                signing_secret,
                grace_seconds,
                ..
            } => {
                if let Some(secret) = client_secret {
                    let before = std::mem::replace(&mut app.client_secret, ClientSecret::new(secret.expose()));
                    let grace = grace_seconds.map_or(SECRET_GRACE_SECONDS, i64::from);
                    app.earlier_secret = Some((before, now.plus_seconds(grace)));
                }
                if let Some(secret) = signing_secret {
                    app.signing_secret = SigningSecret::new(secret.expose());
                }
            }
            Action::CommandsUrl { url, .. } => app.commands_url.clone_from(url),
            _ => {}
        }
        Ok(())
    }

    fn app_id(&self, name: &str) -> Result<AppId, ActionError> {
        self.app(name)
            .map(|app| app.id.clone())
            .ok_or_else(|| ActionError::NoApp(name.to_owned()))
    }

    pub(in crate::state) fn check_member(&self, team: &TeamId, user: &UserId) -> Result<(), ActionError> {
        if !self.teams.contains_key(team) {
            return Err(ActionError::NoTeam(team.clone()));
        }
        let member = self.users.get(user).is_some_and(|person| person.teams.contains(team));
        if member && !self.is_deactivated(user) {
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
