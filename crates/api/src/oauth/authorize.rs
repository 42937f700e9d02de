//! `GET /oauth/authorize` and `GET /oauth/v2/authorize`: the page where a person allows an app.

use std::fmt;

use grantbook_core::{Scope, TeamId};
use oauth2::{AuthUrl, CsrfToken, RedirectUrl, basic::BasicClient};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{endpoint, secret::ClientSecret};

/// An app's public OAuth name, as in `11820576016.6048553856`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// Keeps a client id as Slack gave it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The client id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an app proves itself with when it exchanges codes and refreshes tokens.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// The public half.
    pub id: ClientId,
    /// The secret half.
    pub secret: ClientSecret,
}

/// Builds the address of the consent page.
///
/// ```
/// # use grantbook_api::oauth::{AuthorizeUrl, ClientId};
/// # use grantbook_core::Scope;
/// let slack = "https://slack.com".parse().unwrap();
/// let url = AuthorizeUrl::new(&slack, ClientId::new("1.2"), "random state")
///     .scopes([Scope::new("chat:write").unwrap()])
///     .single_channel()
///     .build();
/// assert!(url.as_str().starts_with("https://slack.com/oauth/authorize?"));
/// ```
#[derive(Clone, Debug)]
pub struct AuthorizeUrl {
    page: Url,
    client_id: ClientId,
    state: String,
    separator: &'static str,
    scopes: Vec<Scope>,
    user_scopes: Vec<Scope>,
    redirect_uri: Option<Url>,
    team: Option<TeamId>,
    single_channel: bool,
}

impl AuthorizeUrl {
    /// The page of workspace apps and classic apps. `slack` is the site's root, as in `https://slack.com`;
    /// `state` comes back with the callback.
    pub fn new(slack: &Url, client_id: ClientId, state: impl Into<String>) -> Self {
        Self::on_page(endpoint::under(slack, "oauth/authorize"), " ", client_id, state.into())
    }

    /// The page of modern apps. Scopes are additive: asking for fewer than the app has removes none.
    pub fn v2(slack: &Url, client_id: ClientId, state: impl Into<String>) -> Self {
        Self::on_page(
            endpoint::under(slack, "oauth/v2/authorize"),
            ",",
            client_id,
            state.into(),
        )
    }

    fn on_page(page: Url, separator: &'static str, client_id: ClientId, state: String) -> Self {
        Self {
            page,
            client_id,
            state,
            separator,
            scopes: Vec::new(),
            user_scopes: Vec::new(),
            redirect_uri: None,
            team: None,
            single_channel: false,
        }
    }

    /// Asks for these scopes beside those already named.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.scopes.extend(scopes);
        self
    }

    /// Asks for these scopes to act for the person who allows the app; for modern apps only.
    #[must_use]
    pub fn user_scopes(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.user_scopes.extend(scopes);
        self
    }

    /// Where Slack sends the browser afterwards; `oauth.access` must name the same address.
    #[must_use]
    pub fn redirect_uri(mut self, uri: Url) -> Self {
        self.redirect_uri = Some(uri);
        self
    }

    /// Preselects a workspace.
    #[must_use]
    pub fn team(mut self, team: TeamId) -> Self {
        self.team = Some(team);
        self
    }

    /// Asks for one channel only: each run adds one channel to the installation.
    #[must_use]
    pub fn single_channel(mut self) -> Self {
        self.single_channel = true;
        self
    }

    /// The address.
    pub fn build(self) -> Url {
        let mut client =
            BasicClient::new(oauth2::ClientId::new(self.client_id.0)).set_auth_uri(AuthUrl::from_url(self.page));
        if let Some(uri) = self.redirect_uri {
            client = client.set_redirect_uri(RedirectUrl::from_url(uri));
        }
        let mut request = client.authorize_url(|| CsrfToken::new(self.state));
        for (name, scopes) in [("scope", self.scopes), ("user_scope", self.user_scopes)] {
            if !scopes.is_empty() {
                let list: Vec<_> = scopes.iter().map(Scope::as_str).collect();
                request = request.add_extra_param(name, list.join(self.separator));
            }
        }
        if let Some(team) = self.team {
            request = request.add_extra_param("team", team.to_string());
        }
        if self.single_channel {
            request = request.add_extra_param("single_channel", "true");
        }
        request.url().0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn query(url: &Url) -> BTreeMap<String, String> {
        url.query_pairs().into_owned().collect()
    }

    #[test]
    fn everything_asked_for_is_in_the_address() {
        let url = AuthorizeUrl::new(
            &"http://127.0.0.1:8090".parse().unwrap(),
            ClientId::new("1.2"),
            "st ate&",
        )
        .scopes(Scope::parse_list("chat:write,commands").unwrap())
        .redirect_uri(
            "https://console.example/slack/insectoid/oauth/callback"
                .parse()
                .unwrap(),
        )
        .team(TeamId::new("T061EG9R6").unwrap())
        .single_channel()
        .build();
        assert!(url.as_str().starts_with("http://127.0.0.1:8090/oauth/authorize?"));
        let query = query(&url);
        assert_eq!(query["client_id"], "1.2");
        assert_eq!(query["state"], "st ate&");
        assert_eq!(query["scope"], "chat:write commands");
        assert_eq!(
            query["redirect_uri"],
            "https://console.example/slack/insectoid/oauth/callback"
        );
        assert_eq!(query["team"], "T061EG9R6");
        assert_eq!(query["single_channel"], "true");
    }

    #[test]
    fn a_modern_apps_address_separates_bot_and_user_scopes() {
        let url = AuthorizeUrl::v2(&"https://slack.com".parse().unwrap(), ClientId::new("1.2"), "state")
            .scopes(Scope::parse_list("chat:write,commands").unwrap())
            .user_scopes(Scope::parse_list("search:read,dnd:read").unwrap())
            .team(TeamId::new("T1").unwrap())
            .build();
        assert!(url.as_str().starts_with("https://slack.com/oauth/v2/authorize?"));
        let query = query(&url);
        assert_eq!(query["scope"], "chat:write,commands");
        assert_eq!(query["user_scope"], "search:read,dnd:read");
        assert_eq!(query["team"], "T1");
        assert_eq!(query["response_type"], "code");
    }

    #[test]
    fn what_was_not_asked_for_is_not_in_the_address() {
        let url = AuthorizeUrl::new(&"https://slack.com".parse().unwrap(), ClientId::new("1.2"), "state").build();
        let query = query(&url);
        for absent in ["scope", "user_scope", "redirect_uri", "team", "single_channel"] {
            assert!(!query.contains_key(absent), "{absent}");
        }
    }
}
