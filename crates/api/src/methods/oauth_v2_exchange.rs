//! `oauth.v2.exchange`: a token that never ends becomes a rotating pair.
//!
//! The original ends after the first refresh of the pair (docs.slack.dev, "Using token rotation"). The
//! arguments are secrets: written by [`OauthV2Exchange::form`] alone, and read by whoever plays Slack.

use serde::Deserialize;

use crate::{
    oauth::ClientId,
    secret::{AccessToken, ClientSecret},
};

/// The method's name.
pub const NAME: &str = "oauth.v2.exchange";

/// The form. Everything is optional: what is missing is for Slack to say.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct OauthV2Exchange {
    /// The app, where the caller does not use HTTP Basic.
    pub client_id: Option<ClientId>,
    /// The app's secret, where the caller does not use HTTP Basic.
    pub client_secret: Option<ClientSecret>,
    /// The `xoxb-…` or `xoxp-…` to be exchanged.
    pub token: Option<AccessToken>,
}

impl OauthV2Exchange {
    /// The arguments that exchange `token`, for a caller that uses HTTP Basic.
    pub fn new(token: AccessToken) -> Self {
        Self {
            token: Some(token),
            ..Self::default()
        }
    }

    /// The fields of the form, secrets in plain.
    pub fn form(&self) -> Vec<(&'static str, &str)> {
        [
            ("client_id", self.client_id.as_ref().map(ClientId::as_str)),
            ("client_secret", self.client_secret.as_ref().map(ClientSecret::expose)),
            ("token", self.token.as_ref().map(AccessToken::expose)),
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
        let sent = OauthV2Exchange::new(AccessToken::new("xoxb-1"));
        let form = serde_urlencoded::to_string(sent.form()).unwrap();
        assert_eq!(form, "token=xoxb-1");
        let read: OauthV2Exchange = serde_urlencoded::from_str(&form).unwrap();
        assert_eq!(read.form(), sent.form());
        assert!(!format!("{read:?}").contains("xoxb"));
    }
}
