//! Allowing an app without its consent page: in a workspace, or in the whole organization.

use grantbook_core::{Scope, Tenant, UserId};

use crate::state::{Acted, Action, ActionError, App, Choice, ConsentRequest, Moment, World};

impl World {
    pub(super) fn act_consent(&mut self, moment: &mut Moment<'_>, action: &Action) -> Result<Acted, ActionError> {
        match action {
            Action::Consent {
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
            } => {
                let app = self.app(app).ok_or_else(|| ActionError::NoApp(app.clone()))?;
                let request = if app.is_modern() {
                    let (scopes, people) = (scopes.as_deref(), user_scopes.as_deref());
                    self.asked_today(app, scopes, people, redirect_uri.as_deref(), state.clone())?
                } else {
                    self.consent_request(
                        app.client_id.as_str(),
                        Some(&comma_list(scopes.as_ref().unwrap_or(&app.scopes))),
                        redirect_uri.as_deref(),
                        state.clone(),
                        *single_channel,
                    )?
                };
                let choice = Choice {
                    resources: resources.clone(),
                    wildcards: wildcards.clone(),
                    untick: untick.clone(),
                    teams: Vec::new(),
                };
                self.allowed(moment, &request, &Tenant::Team(team.clone()), user, &choice)
            }
            Action::ConsentOrg {
                app,
                user,
                scopes,
                user_scopes,
                untick,
                teams,
                redirect_uri,
                state,
            } => {
                let app = self.app(app).ok_or_else(|| ActionError::NoApp(app.clone()))?;
                let (scopes, people) = (scopes.as_deref(), user_scopes.as_deref());
                let request = self.asked_today(app, scopes, people, redirect_uri.as_deref(), state.clone())?;
                let enterprise = self.enterprise.as_ref().ok_or(ActionError::NotInstalled)?;
                let tenant = Tenant::Enterprise(enterprise.id.clone());
                let choice = Choice {
                    untick: untick.clone(),
                    teams: teams.clone(),
                    ..Choice::default()
                };
                self.allowed(moment, &request, &tenant, user, &choice)
            }
            _ => Ok(Acted::default()),
        }
    }

    /// What an app of today asks for, its registered scopes where nothing is said.
    fn asked_today(
        &self,
        app: &App,
        scopes: Option<&[Scope]>,
        user_scopes: Option<&[Scope]>,
        redirect_uri: Option<&str>,
        state: Option<String>,
    ) -> Result<ConsentRequest, ActionError> {
        let scopes = comma_list(scopes.unwrap_or(&app.scopes));
        let user_scopes = comma_list(user_scopes.unwrap_or(&app.user_scopes));
        let client_id = app.client_id.as_str();
        Ok(self.consent_request_v2(client_id, Some(&scopes), Some(&user_scopes), redirect_uri, state)?)
    }

    fn allowed(
        &mut self,
        moment: &mut Moment<'_>,
        request: &ConsentRequest,
        tenant: &Tenant,
        user: &UserId,
        choice: &Choice,
    ) -> Result<Acted, ActionError> {
        let code = self.allow(moment, request, tenant, user, choice)?;
        let redirect = Some(request.allowed(&code));
        Ok(Acted {
            code: Some(code),
            redirect,
            ..Acted::default()
        })
    }
}

fn comma_list(scopes: &[Scope]) -> String {
    scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(",")
}
