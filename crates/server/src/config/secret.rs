//! Settings that are never shown: printing or serializing them hides what matters.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

/// What stands in the place of a secret.
const HIDDEN: &str = "(hidden)";

/// The master key, as text.
#[derive(Clone)]
pub struct Master(SecretString);

impl Master {
    /// The key itself.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Master {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Master {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

impl<'de> Deserialize<'de> for Master {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.trim().into()))
    }
}

/// A database's address, which may hold a password.
#[derive(Clone)]
pub struct DatabaseUrl(SecretString);

impl Default for DatabaseUrl {
    fn default() -> Self {
        Self("sqlite://data/grantbook.sqlite".into())
    }
}

impl DatabaseUrl {
    /// The address, password included.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The address with its password hidden.
    pub fn shown(&self) -> String {
        let text = self.expose();
        let Ok(mut url) = Url::parse(text) else {
            return HIDDEN.to_owned();
        };
        if url.password().is_none() && url.query().is_none() {
            return text.to_owned();
        }
        // A query may carry `password=` too, so all of it goes.
        if url.query().is_some() {
            url.set_query(Some("hidden"));
        }
        if url.password().is_some() && url.set_password(Some("hidden")).is_err() {
            return HIDDEN.to_owned();
        }
        url.into()
    }
}

impl From<String> for DatabaseUrl {
    fn from(text: String) -> Self {
        Self(text.trim().into())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

impl<'de> Deserialize<'de> for DatabaseUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_database_address_is_hidden() {
        for text in [
            "postgres://book:s3cret@db/grants",
            "postgres://db/grants?user=book&password=s3cret",
            "s3cret",
        ] {
            let url = DatabaseUrl::from(text.to_owned());
            assert!(!format!("{url:?}").contains("s3cret"), "{url:?}");
            assert_eq!(url.expose(), text);
        }
        assert_eq!(DatabaseUrl::default().shown(), "sqlite://data/grantbook.sqlite");
    }
}
