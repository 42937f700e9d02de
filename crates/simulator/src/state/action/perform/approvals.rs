//! Asking for apps and deciding about them, as people do it.

use grantbook_api::events::Envelope;
use grantbook_core::AppId;

use crate::state::{
    Acted, Action, ActionError, AppWish, Level, Moment, ResolutionStatus, World,
    approvals::{Asking, Decision, Declared, Subject},
};

impl World {
    /// What people, developers and administrators do about apps that are asked for.
    pub(super) fn act_on_approvals(&mut self, moment: &mut Moment<'_>, action: &Action) -> Result<Acted, ActionError> {
        let (mut request, mut requests) = (None, Vec::new());
        let mut events = Vec::new();
        match action {
            Action::RequestApp {
                app,
                team,
                user,
                message,
                scopes,
            } => {
                let asking = Asking {
                    app: &self.listed_id(app)?,
                    team: team.as_ref(),
                    user,
                    message,
                    scopes: scopes.as_deref(),
                    domains: None,
                };
                let (id, told) = self.request_app(moment, &asking)?;
                request = Some(id);
                events = told;
            }
            Action::RequestApps { requests: wishes } => {
                for wish in wishes {
                    let (id, told) = self
                        .wish(moment, wish)
                        .map_or_else(|error| (Err(error), Vec::new()), |(id, told)| (Ok(id), told));
                    events.extend(told);
                    requests.push(id);
                }
            }
            Action::WithdrawAppRequest { request, user } => self.withdraw_request(moment, request, user)?,
            Action::InstallApp { app, team, user } => {
                events = self.install_listed(moment, &self.listed_id(app)?, team, user)?;
            }
            Action::DeleteApp { app } => events = self.delete_listed(moment, &self.listed_id(app)?)?,
            _ => self.change_without_events(moment, action)?,
        }
        Ok(Acted {
            events,
            request,
            requests,
            ..Acted::default()
        })
    }

    /// What nobody is told of.
    fn change_without_events(&mut self, moment: &Moment<'_>, action: &Action) -> Result<(), ActionError> {
        match action {
            Action::DeclareApp {
                app,
                bot_scopes,
                user_scopes,
                optional_scopes,
                domains,
            } => {
                let declared = Declared {
                    bot_scopes: bot_scopes.as_deref(),
                    user_scopes: user_scopes.as_deref(),
                    optional_scopes: optional_scopes.as_deref(),
                    domains: domains.as_deref(),
                };
                self.declare(&self.listed_id(app)?, &declared)
            }
            Action::LogActivity { app, team, details } => {
                let app = self.listed_id(app)?;
                if !self.teams.contains_key(team) {
                    return Err(ActionError::NoTeam(team.clone()));
                }
                self.log_activity(moment.now, &app, team, details);
                Ok(())
            }
            Action::OrgAdmin { user, admin } => {
                let person = self.users.get_mut(user);
                let person = person.ok_or_else(|| ActionError::NoUser(user.clone()))?;
                person.org_admin = *admin;
                Ok(())
            }
            _ => self.decide(moment, action),
        }
    }

    /// One of many requests.
    fn wish(&mut self, moment: &mut Moment<'_>, wish: &AppWish) -> Result<(String, Vec<Envelope>), ActionError> {
        let asking = Asking {
            app: &self.listed_id(&wish.app)?,
            team: wish.team.as_ref(),
            user: &wish.user,
            message: &wish.message,
            scopes: wish.scopes.as_deref(),
            domains: None,
        };
        self.request_app(moment, &asking)
    }

    /// A decision in Slack's own interface.
    fn decide(&mut self, moment: &Moment<'_>, action: &Action) -> Result<(), ActionError> {
        let Action::ResolveApp {
            app,
            team,
            user,
            resolution,
        } = action
        else {
            return Ok(());
        };
        let found = self
            .listed_by_name(app)
            .ok_or_else(|| ActionError::NoApp(app.clone()))?;
        if !self.is_org_admin(user) {
            return Err(ActionError::NotOrgAdmin(user.clone()));
        }
        if let Some(team) = team.as_ref().filter(|team| !self.teams.contains_key(*team)) {
            return Err(ActionError::NoTeam(team.clone()));
        }
        let level = Level::of(team.as_ref());
        let Some(status) = *resolution else {
            return if self.clear_resolution(&found.id, &level) {
                Ok(())
            } else {
                Err(ActionError::NothingChanges)
            };
        };
        if status == ResolutionStatus::Approved && team.is_some() && self.is_restricted_org_wide(&found.id) {
            return Err(ActionError::RequestDenied);
        }
        let decision = Decision {
            status,
            level,
            bot_scopes: None,
            user_scopes: None,
            domains: Vec::new(),
            by: user.clone(),
        };
        let subject = Subject {
            app: found,
            request: None,
        };
        self.resolve(moment.now, &subject, &decision);
        Ok(())
    }

    fn listed_id(&self, name: &str) -> Result<AppId, ActionError> {
        let found = self.listed_by_name(name).map(|app| app.id);
        found.ok_or_else(|| ActionError::NoApp(name.to_owned()))
    }
}
