//! The authorize step: what an app asks for, what a person chooses, and the code that remembers both.

use grantbook_api::secret::AuthorizationCode;
use grantbook_core::{AppId, ResourceId, ResourceType, Scope, TeamId, Timestamp, UserId, catalogue};
use url::{Host, Url};

use super::{ActionError, Moment, World, installation::kinds_of};

/// What an app asks for at `/oauth/authorize`, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRequest {
    /// The app.
    pub app: AppId,
    /// The scopes, each once, in the order asked for.
    pub scopes: Vec<Scope>,
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
    /// A scope that does not exist, or not for workspace apps.
    #[error("`{0}` is no scope of a workspace app")]
    InvalidScope(String),
}

impl ConsentError {
    /// The name Slack gives it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidClientId => "invalid_client_id",
            Self::BadRedirectUri => "bad_redirect_uri",
            Self::InvalidScope(_) => "invalid_scope",
        }
    }
}

/// A code that was handed out.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) request: ConsentRequest,
    pub(super) team: TeamId,
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
        let app = self.apps.values().find(|app| app.client_id.as_str() == client_id);
        let app = app.ok_or(ConsentError::InvalidClientId)?;
        let given = redirect_uri.filter(|uri| !uri.is_empty());
        let address = given
            .or_else(|| app.redirect_uris.first().map(String::as_str))
            .ok_or(ConsentError::BadRedirectUri)?;
        let address = Url::parse(address).map_err(|_| ConsentError::BadRedirectUri)?;
        if !is_acceptable(&address) || !app.redirect_uris.iter().any(|own| covers(own, &address)) {
            return Err(ConsentError::BadRedirectUri);
        }
        let scopes = match scope {
            Some(list) => parse_scopes(list)?,
            None => app.scopes.clone(),
        };
        Ok(ConsentRequest {
            app: app.id.clone(),
            scopes,
            redirect_uri: address,
            redirect_given: given.map(str::to_owned),
            state,
            single_channel,
        })
    }

    /// A person allows what was asked for; the code can be exchanged once, within ten minutes.
    pub fn allow(
        &mut self,
        moment: &mut Moment<'_>,
        request: &ConsentRequest,
        team: &TeamId,
        user: &UserId,
        choice: &Choice,
    ) -> Result<AuthorizationCode, ActionError> {
        self.check_member(team, user)?;
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
        if let Some(kind) = choice.wildcards.iter().find(|kind| **kind != ResourceType::Channel) {
            return Err(ActionError::NoWildcard(*kind));
        }
        let code = moment.ids.code();
        let remembered = Code {
            request: request.clone(),
            team: team.clone(),
            user: user.clone(),
            choice: choice.clone(),
            issued: moment.now,
            used: false,
        };
        self.codes.insert(code.expose().to_owned(), remembered);
        Ok(code)
    }
}

fn parse_scopes(list: &str) -> Result<Vec<Scope>, ConsentError> {
    let mut scopes: Vec<Scope> = Vec::new();
    for name in list.split([',', ' ']).filter(|name| !name.is_empty()) {
        let invalid = || ConsentError::InvalidScope(name.to_owned());
        let scope = Scope::new(name).map_err(|_| invalid())?;
        let known = catalogue::find(&scope).is_some_and(|info| info.token_kinds.contains(&"workspace"));
        if !known || kinds_of(&scope).is_empty() {
            return Err(invalid());
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}

/// HTTPS, or plain HTTP to this machine: Slack allows the former only.
fn is_acceptable(address: &Url) -> bool {
    let local = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    let scheme = address.scheme() == "https" || (address.scheme() == "http" && local);
    scheme && address.fragment().is_none() && address.username().is_empty() && address.password().is_none()
}

/// Same scheme, host and port, and the same path or one below it.
fn covers(registered: &str, address: &Url) -> bool {
    let Ok(registered) = Url::parse(registered) else {
        return false;
    };
    let same = registered.origin() == address.origin();
    let (base, path) = (registered.path().trim_end_matches('/'), address.path());
    same && (path.trim_end_matches('/') == base || path.strip_prefix(base).is_some_and(|rest| rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_may_go_below_a_registered_address_and_nowhere_else() {
        let check = |address: &str| {
            let address = Url::parse(address).unwrap();
            is_acceptable(&address) && covers("https://a.example/slack", &address)
        };
        assert!(check("https://a.example/slack") && check("https://a.example/slack/x?y=1"));
        for wrong in [
            "https://a.example/slackish",
            "https://a.example/",
            "http://a.example/slack",
            "https://a.example:444/slack",
            "https://b.example/slack",
            "https://a.example/slack#f",
            "https://a@a.example/slack",
        ] {
            assert!(!check(wrong), "{wrong}");
        }
        assert!(covers(
            "http://127.0.0.1:1/cb",
            &Url::parse("http://127.0.0.1:1/cb").unwrap()
        ));
    }
}
