//! `World::act`: doing what an [`Action`] says.

use grantbook_api::events::Envelope;
use grantbook_core::{AppId, Scope, TeamId, UserId};

use crate::state::{Acted, Action, ActionError, Choice, Moment, World, commands::Typed, interactions::Press};

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
            Action::RevokeTokens { app, team } => some_change(self.revoke_all(moment, &self.app_id(app)?, team))?,
            Action::Uninstall { app, team } => some_change(self.uninstall(moment, &self.app_id(app)?, team))?,
            Action::Consent { .. } => return self.act_consent(moment, action),
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

    fn act_consent(&mut self, moment: &mut Moment<'_>, action: &Action) -> Result<Acted, ActionError> {
        let Action::Consent {
            app,
            team,
            user,
            scopes,
            resources,
            wildcards,
            single_channel,
            user_scopes,
            untick,
            redirect_uri,
            state,
        } = action
        else {
            return Ok(Acted::default());
        };
        let app = self.app(app).ok_or_else(|| ActionError::NoApp(app.clone()))?;
        let scopes = comma_list(scopes.as_ref().unwrap_or(&app.scopes));
        let client_id = app.client_id.clone();
        let request = if app.is_modern() {
            let user_scopes = comma_list(user_scopes.as_ref().unwrap_or(&app.user_scopes));
            self.consent_request_v2(
                client_id.as_str(),
                Some(&scopes),
                Some(&user_scopes),
                redirect_uri.as_deref(),
                state.clone(),
            )?
        } else {
            self.consent_request(
                client_id.as_str(),
                Some(&scopes),
                redirect_uri.as_deref(),
                state.clone(),
                *single_channel,
            )?
        };
        let choice = Choice {
            resources: resources.clone(),
            wildcards: wildcards.clone(),
            untick: untick.clone(),
        };
        let code = self.allow(moment, &request, team, user, &choice)?;
        let redirect = Some(request.allowed(&code));
        Ok(Acted {
            events: Vec::new(),
            code: Some(code),
            redirect,
            ..Acted::default()
        })
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

fn comma_list(scopes: &[Scope]) -> String {
    scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(",")
}

fn some_change(events: Vec<Envelope>) -> Result<Vec<Envelope>, ActionError> {
    if events.is_empty() {
        Err(ActionError::NothingChanges)
    } else {
        Ok(events)
    }
}
