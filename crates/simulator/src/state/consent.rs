//! The authorize step: what an app asks for, what a person chooses, and the code that remembers both.

mod allow;
mod redirect;

use std::collections::BTreeSet;

use grantbook_api::secret::AuthorizationCode;
use grantbook_core::{AppId, ResourceId, ResourceType, Scope, TeamId, Tenant, Timestamp, UserId, catalogue};
use url::Url;

use super::{App, World, installation::kinds_of};

/// The versions of Slack's OAuth: the one workspace apps use, and today's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OauthVersion {
    /// `/oauth/authorize` and `oauth.access`.
    #[default]
    V1,
    /// `/oauth/v2/authorize` and `oauth.v2.access`.
    V2,
}

impl OauthVersion {
    /// The address of its consent page.
    pub fn page(self) -> &'static str {
        match self {
            Self::V1 => "/oauth/authorize",
            Self::V2 => "/oauth/v2/authorize",
        }
    }
}

/// What an app asks for at `/oauth/authorize` or `/oauth/v2/authorize`, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRequest {
    /// Which page it came to.
    pub version: OauthVersion,
    /// The app.
    pub app: AppId,
    /// The scopes, each once, in the order asked for; in version 2 the bot's.
    pub scopes: Vec<Scope>,
    /// In version 2, what is asked of the person.
    pub user_scopes: Vec<Scope>,
    /// Where the browser goes afterwards.
    pub redirect_uri: Url,
    /// The address as the app wrote it; none when it left it to its registration.
    pub redirect_given: Option<String>,
    /// Handed back as it came.
    pub state: Option<String>,
    /// Whether one channel is to be chosen.
    pub single_channel: bool,
}

/// What a person chose on the consent page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Conversations, one by one.
    pub resources: Vec<ResourceId>,
    /// Whole types.
    pub wildcards: Vec<ResourceType>,
    /// In version 2, optional scopes that are not granted.
    pub untick: Vec<Scope>,
    /// Of an installation in the whole organization, the workspaces that it is added to at once.
    pub teams: Vec<TeamId>,
}

/// Why there is no consent page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    /// No app has this client id.
    #[error("No app has this client_id")]
    InvalidClientId,
    /// The address is not one of the app's.
    #[error("redirect_uri did not match any configured URIs")]
    BadRedirectUri,
    /// A scope that does not exist, or not for such an app.
    #[error("`{0}` is no scope that this app can ask for")]
    InvalidScope(String),
    /// A workspace app at version 2, or an app of today at version 1.
    #[error("This app is installed by the other version of OAuth")]
    WrongVersion,
    /// Neither a scope for the bot nor one for the person.
    #[error("No scopes were asked for")]
    NoScopes,
    /// An app that is not distributed, outside its own workspace.
    #[error("This app is not distributed, so it can be installed in its own workspace only")]
    InvalidTeam,
    /// An app that cannot be installed in a whole organization, or no organization.
    #[error("This app cannot be installed in a whole organization")]
    NoOrgInstall,
    /// A scope that is given in workspaces only.
    #[error("`{0}` cannot be given for a whole organization")]
    ScopeNotAllowedOnEnterprise(Scope),
    /// The whole organization, but nothing for the bot.
    #[error("An installation in the whole organization needs scopes for the bot")]
    NoBotScopes,
}

impl ConsentError {
    /// The name Slack gives it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidClientId => "invalid_client_id",
            Self::BadRedirectUri => "bad_redirect_uri",
            Self::InvalidScope(_) => "invalid_scope",
            Self::WrongVersion => "oauth_authorization_url_mismatch",
            Self::NoScopes => "no_scopes",
            Self::InvalidTeam => "invalid_team_for_non_distributed_app",
            Self::NoOrgInstall => "org_install_not_enabled",
            Self::ScopeNotAllowedOnEnterprise(_) => "scope_not_allowed_on_enterprise",
            Self::NoBotScopes => "no_bot_scopes_requested",
        }
    }
}

/// A code that was handed out.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) request: ConsentRequest,
    pub(super) tenant: Tenant,
    pub(super) user: UserId,
    pub(super) choice: Choice,
    pub(super) issued: Timestamp,
    pub(super) used: bool,
}

impl ConsentRequest {
    /// Where an allowed request sends the browser.
    pub fn allowed(&self, code: &AuthorizationCode) -> Url {
        self.redirect(&[("code", code.expose())])
    }

    /// Where a refused request sends the browser.
    pub fn denied(&self) -> Url {
        self.redirect(&[("error", "access_denied")])
    }

    fn redirect(&self, fields: &[(&str, &str)]) -> Url {
        let mut url = self.redirect_uri.clone();
        let mut query = url.query_pairs_mut();
        query.extend_pairs(fields);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        drop(query);
        url
    }
}

impl World {
    /// Checks what an app asks for. Without `scope` it asks for its registered scopes.
    pub fn consent_request(
        &self,
        client_id: &str,
        scope: Option<&str>,
        redirect_uri: Option<&str>,
        state: Option<String>,
        single_channel: bool,
    ) -> Result<ConsentRequest, ConsentError> {
        let app = self.asking(client_id, OauthVersion::V1)?;
        let (redirect_uri, redirect_given) = redirect::checked(app, redirect_uri)?;
        let scopes = match scope {
            Some(list) => parse_scopes(list, "workspace")?,
            None => app.scopes.clone(),
        };
        Ok(ConsentRequest {
            version: OauthVersion::V1,
            app: app.id.clone(),
            scopes,
            user_scopes: Vec::new(),
            redirect_uri,
            redirect_given,
            state,
            single_channel,
        })
    }

    /// Checks what an app of today asks for: scopes for its bot, and of the person who allows it.
    pub fn consent_request_v2(
        &self,
        client_id: &str,
        scope: Option<&str>,
        user_scope: Option<&str>,
        redirect_uri: Option<&str>,
        state: Option<String>,
    ) -> Result<ConsentRequest, ConsentError> {
        let app = self.asking(client_id, OauthVersion::V2)?;
        let (redirect_uri, redirect_given) = redirect::checked(app, redirect_uri)?;
        let scopes = parse_scopes(scope.unwrap_or_default(), "bot")?;
        let user_scopes = parse_scopes(user_scope.unwrap_or_default(), "user")?;
        if scopes.is_empty() && user_scopes.is_empty() {
            return Err(ConsentError::NoScopes);
        }
        Ok(ConsentRequest {
            version: OauthVersion::V2,
            app: app.id.clone(),
            scopes,
            user_scopes,
            redirect_uri,
            redirect_given,
            state,
            single_channel: false,
        })
    }

    fn asking(&self, client_id: &str, version: OauthVersion) -> Result<&App, ConsentError> {
        let app = self.apps.values().find(|app| app.client_id.as_str() == client_id);
        let app = app.ok_or(ConsentError::InvalidClientId)?;
        if app.is_modern() == (version == OauthVersion::V2) {
            Ok(app)
        } else {
            Err(ConsentError::WrongVersion)
        }
    }

    /// Whether an app may be installed in a workspace, or the organization, with what it asks for.
    pub fn check_tenant(&self, request: &ConsentRequest, tenant: &Tenant) -> Result<(), ConsentError> {
        match tenant {
            Tenant::Team(team) => self.check_team(&request.app, team),
            Tenant::Enterprise(id) if self.org_for(&request.app) == Some(id) => allow::check_org_scopes(request),
            Tenant::Enterprise(_) => Err(ConsentError::NoOrgInstall),
        }
    }

    /// Whether an app may be installed in a workspace at all.
    pub fn check_team(&self, app: &AppId, team: &TeamId) -> Result<(), ConsentError> {
        let only = self.apps.get(app).and_then(|app| app.only_team.as_ref());
        if only.is_none_or(|only| only == team) {
            Ok(())
        } else {
            Err(ConsentError::InvalidTeam)
        }
    }

    /// The scopes of a request that a person may untick: the optional ones that the bot has not yet.
    pub fn optional_scopes(&self, request: &ConsentRequest, tenant: &Tenant) -> BTreeSet<Scope> {
        let held = self.installation_of(&request.app, tenant).and_then(|i| i.bot.as_ref());
        let optional = self.apps.get(&request.app).map(|app| app.optional_scopes.as_slice());
        let optional = optional.unwrap_or_default().iter();
        optional
            .filter(|scope| request.scopes.contains(scope))
            .filter(|scope| held.is_none_or(|bot| !bot.scopes.contains(*scope)))
            .cloned()
            .collect()
    }
}

/// Reads a list of scopes, each of which a token of this kind must be able to hold.
fn parse_scopes(list: &str, token_kind: &str) -> Result<Vec<Scope>, ConsentError> {
    let mut scopes: Vec<Scope> = Vec::new();
    for name in list.split([',', ' ']).filter(|name| !name.is_empty()) {
        let invalid = || ConsentError::InvalidScope(name.to_owned());
        let scope = Scope::new(name).map_err(|_| invalid())?;
        let known = catalogue::find(&scope).is_some_and(|info| info.token_kinds.contains(&token_kind));
        if !known || (token_kind == "workspace" && kinds_of(&scope).is_empty()) {
            return Err(invalid());
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}
