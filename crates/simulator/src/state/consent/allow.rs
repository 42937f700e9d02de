//! A person says yes: what they may choose, and the code that remembers it.

use grantbook_api::secret::AuthorizationCode;
use grantbook_core::{ResourceType, TeamId, Tenant, UserId};

use super::{
    super::{ActionError, Level, Moment, World},
    Choice, Code, ConsentError, ConsentRequest,
};

impl World {
    /// A person allows what was asked for; the code can be exchanged once, within ten minutes.
    pub fn allow(
        &mut self,
        moment: &mut Moment<'_>,
        request: &ConsentRequest,
        tenant: &Tenant,
        user: &UserId,
        choice: &Choice,
    ) -> Result<AuthorizationCode, ActionError> {
        self.check_tenant(request, tenant)?;
        match tenant {
            Tenant::Team(team) => {
                self.check_member(team, user)?;
                self.check_places(request, team, user, choice)?;
            }
            Tenant::Enterprise(_) if self.is_org_admin(user) => {
                if let Some(unknown) = choice.teams.iter().find(|team| !self.teams.contains_key(*team)) {
                    return Err(ActionError::NoTeam(unknown.clone()));
                }
            }
            Tenant::Enterprise(_) => return Err(ActionError::NotOrgAdmin(user.clone())),
        }
        let level = match tenant {
            Tenant::Team(team) => Level::Team(team.clone()),
            Tenant::Enterprise(_) => Level::Organization,
        };
        if let Some(app) = self.listed(&request.app) {
            self.check_may_install(&app, &level)?;
        }
        let optional = self.optional_scopes(request, tenant);
        if let Some(scope) = choice.untick.iter().find(|scope| !optional.contains(*scope)) {
            return Err(ActionError::NotOptional(scope.clone()));
        }
        let code = moment.ids.code();
        let remembered = Code {
            request: request.clone(),
            tenant: tenant.clone(),
            user: user.clone(),
            choice: choice.clone(),
            issued: moment.now,
            used: false,
        };
        self.codes.insert(code.expose().to_owned(), remembered);
        Ok(code)
    }

    /// Whether the conversations chosen are there, and as many as asked for.
    fn check_places(
        &self,
        request: &ConsentRequest,
        team: &TeamId,
        user: &UserId,
        choice: &Choice,
    ) -> Result<(), ActionError> {
        if request.single_channel && (choice.resources.len() != 1 || !choice.wildcards.is_empty()) {
            return Err(ActionError::OneChannel);
        }
        for id in &choice.resources {
            let conversation = self
                .conversations
                .get(id)
                .filter(|c| c.team == *team && c.is_visible_to(user));
            if conversation.is_none_or(|c| c.kind == ResourceType::AppHome) {
                return Err(ActionError::NoConversation(id.clone()));
            }
        }
        match choice.wildcards.iter().find(|kind| **kind != ResourceType::Channel) {
            Some(kind) => Err(ActionError::NoWildcard(*kind)),
            None => Ok(()),
        }
    }
}

/// The scopes that no organization can give as a whole (docs.slack.dev, "Installing with OAuth").
const WORKSPACES_ONLY: [&str; 2] = ["bot", "apps.requests:write"];

/// An app in the whole organization needs a bot, unless a person is to administer the organization by it:
/// the `admin.…` scopes are people's, and given for organizations only (SEED3).
pub(super) fn check_org_scopes(request: &ConsentRequest) -> Result<(), ConsentError> {
    let mut all = request.scopes.iter().chain(&request.user_scopes);
    if let Some(scope) = all.find(|scope| WORKSPACES_ONLY.contains(&scope.as_str())) {
        return Err(ConsentError::ScopeNotAllowedOnEnterprise(scope.clone()));
    }
    let mut personal = request.user_scopes.iter();
    let administers = personal.any(|scope| scope.as_str().starts_with("admin"));
    if request.scopes.is_empty() && !administers {
        return Err(ConsentError::NoBotScopes);
    }
    Ok(())
}
