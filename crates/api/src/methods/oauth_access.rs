//! `oauth.access` and `oauth.v2.access`: a code or a refresh token becomes an access token.
//!
//! The caller proves itself with the app's credentials, by HTTP Basic or in the form, and the arguments
//! are secrets: so they are written by [`OauthAccess::form`] alone, and read by whoever plays Slack.

use serde::Deserialize;

use crate::{
    oauth::ClientId,
    secret::{AuthorizationCode, ClientSecret, RefreshToken},
    wire::optional,
};

/// The method's name.
pub const NAME: &str = "oauth.access";

/// The method of modern apps, which takes the same form.
pub const V2_NAME: &str = "oauth.v2.access";

/// The method of authorizations that ask for user scopes alone, which takes the same form.
pub const V2_USER_NAME: &str = "oauth.v2.user.access";

/// The `grant_type` of a refresh.
pub const REFRESH_TOKEN: &str = "refresh_token";

/// The form of `oauth.access`. Everything is optional: what is missing is for Slack to say.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct OauthAccess {
    /// The app, where the caller does not use HTTP Basic.
    pub client_id: Option<ClientId>,
    /// The app's secret, where the caller does not use HTTP Basic.
    pub client_secret: Option<ClientSecret>,
    /// The code of the callback.
    pub code: Option<AuthorizationCode>,
    /// The address of the callback; required when the authorize step named one, and the same.
    #[serde(default, deserialize_with = "optional")]
    pub redirect_uri: Option<String>,
    /// `refresh_token` for a refresh; absent for a code.
    #[serde(default, deserialize_with = "optional")]
    pub grant_type: Option<String>,
    /// The token of a refresh.
    pub refresh_token: Option<RefreshToken>,
}

impl OauthAccess {
    /// The arguments that exchange a code.
    pub fn exchange(code: AuthorizationCode, redirect_uri: Option<&str>) -> Self {
        Self {
            code: Some(code),
            redirect_uri: redirect_uri.map(str::to_owned),
            ..Self::default()
        }
    }

    /// The arguments that refresh a token.
    pub fn refresh(token: RefreshToken) -> Self {
        Self {
            grant_type: Some(REFRESH_TOKEN.to_owned()),
            refresh_token: Some(token),
            ..Self::default()
        }
    }

    /// Whether this is a refresh rather than the exchange of a code.
    pub fn is_refresh(&self) -> bool {
        self.grant_type.as_deref() == Some(REFRESH_TOKEN)
    }

    /// The fields of the form, secrets in plain.
    pub fn form(&self) -> Vec<(&'static str, &str)> {
        [
            ("client_id", self.client_id.as_ref().map(ClientId::as_str)),
            ("client_secret", self.client_secret.as_ref().map(ClientSecret::expose)),
            ("code", self.code.as_ref().map(AuthorizationCode::expose)),
            ("redirect_uri", self.redirect_uri.as_deref()),
            ("grant_type", self.grant_type.as_deref()),
            ("refresh_token", self.refresh_token.as_ref().map(RefreshToken::expose)),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_writes_the_simulator_reads() {
        let sent = OauthAccess::exchange(AuthorizationCode::new("1.2.3"), Some("https://a.example/callback"));
        let form = serde_urlencoded::to_string(sent.form()).unwrap();
        let read: OauthAccess = serde_urlencoded::from_str(&form).unwrap();
        assert_eq!(read.form(), sent.form());
        assert!(!read.is_refresh());

        let form = serde_urlencoded::to_string(OauthAccess::refresh(RefreshToken::new("xoxr-1")).form()).unwrap();
        assert_eq!(form, "grant_type=refresh_token&refresh_token=xoxr-1");
        assert!(serde_urlencoded::from_str::<OauthAccess>(&form).unwrap().is_refresh());
    }

    #[test]
    fn nothing_printed_shows_a_secret() {
        let printed = format!("{:?}", OauthAccess::exchange(AuthorizationCode::new("1.2.3"), None));
        assert!(!printed.contains("1.2.3"), "{printed}");
    }
}
