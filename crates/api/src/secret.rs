//! Secrets as types: they can be compared, sent and dropped, but not printed or serialized by accident.
//!
//! [`expose`](AccessToken::expose) is the only way to the text, so that a search for the word finds every use.

use std::{convert::Infallible, fmt, str::FromStr};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Keeps a secret; its memory is wiped when the last copy is dropped.
            pub fn new(text: impl Into<String>) -> Self {
                Self(SecretString::from(text.into()))
            }

            /// The secret in plain. Never for logs, errors or addresses.
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

macro_rules! secret_from_slack {
    ($(#[$doc:meta])* $name:ident) => {
        secret!($(#[$doc])* $name);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::new)
            }
        }
    };
}

secret!(
    /// What Slack signs its deliveries with, one per app.
    SigningSecret
);
secret_from_slack!(
    /// The app's half of its OAuth credentials. Read off the wire by the simulator only.
    ClientSecret
);
secret_from_slack!(
    /// A token that calls methods: `xoxa-2-…`, `xoxb-…`, `xoxp-…` and their rotating forms.
    AccessToken
);
secret!(
    /// An app-level token, `xapp-…`: opens Socket Mode connections with `connections:write`.
    AppToken
);
secret_from_slack!(
    /// Where one Socket Mode connection is made, with its single-use ticket.
    SocketUrl
);
secret_from_slack!(
    /// A token that buys new access tokens: `xoxr-…` (reusable), `xoxe-1-…` (single-use).
    RefreshToken
);
secret_from_slack!(
    /// The `code` of an OAuth callback: single-use, valid for ten minutes.
    AuthorizationCode
);

secret_from_slack!(
    /// Where an interaction or command may be answered: whoever knows the address may post there, so it is a secret.
    ///
    /// Good for five messages within 30 minutes (docs.slack.dev, "Handling user interaction"). It is kept
    /// as sent and checked only when used, by [`SlackClient::respond`](crate::SlackClient::respond).
    ResponseUrl
);

impl PartialEq for ResponseUrl {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for ResponseUrl {}

impl FromStr for ResponseUrl {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_print_as_their_name_only() {
        assert_eq!(format!("{:?}", SigningSecret::new("8f742231")), "SigningSecret(…)");
        assert_eq!(
            format!("{:?}", Some(AccessToken::new("xoxa-2-abc"))),
            "Some(AccessToken(…))"
        );
        assert_eq!(AuthorizationCode::new("123.456").clone().expose(), "123.456");
    }

    #[test]
    fn tokens_are_read_from_json() {
        let token: RefreshToken = serde_json::from_str(r#""xoxr-1""#).unwrap();
        assert_eq!(token.expose(), "xoxr-1");
    }
}
