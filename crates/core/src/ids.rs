//! Slack's identifiers and ours, as types: an app is not a team is not a user.

use std::{borrow::Borrow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is not an identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct IdError {
    text: String,
    expected: &'static str,
}

/// Longest identifier accepted, in bytes. Slack's have about eleven.
const MAX_LENGTH: usize = 64;

fn well_formed(text: &str, first: &[char]) -> bool {
    text.len() >= 2
        && text.len() <= MAX_LENGTH
        && text.starts_with(first)
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

macro_rules! slack_id {
    ($(#[$doc:meta])* $name:ident, $first:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name(String);

        impl $name {
            /// Checks and keeps an identifier.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                if well_formed(&text, $first) { Ok(Self(text)) } else { Err(IdError { text, expected: $expected }) }
            }

            /// The identifier as Slack writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

slack_id!(
    /// A workspace, `T…`.
    TeamId, &['T'], "a workspace id (T…)"
);
slack_id!(
    /// An Enterprise Grid organisation, `E…`.
    EnterpriseId, &['E'], "an organisation id (E…)"
);
slack_id!(
    /// A person or an app's own user, `U…`, or `W…` for an organisation-level user.
    UserId, &['U', 'W'], "a user id (U… or W…)"
);
slack_id!(
    /// A Slack app, `A…`.
    AppId, &['A'], "an app id (A…)"
);

/// The name under which this console knows an app: lower-case letters, digits and dashes.
///
/// It stands in addresses (`/slack/{app}/events`), so it holds no dot: see [`InstallationKey`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "insectoid"))]
pub struct AppSlug(String);

impl AppSlug {
    /// Checks and keeps a slug.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let fine = !text.is_empty()
            && text.len() <= MAX_LENGTH
            && !text.starts_with('-')
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if fine {
            Ok(Self(text))
        } else {
            Err(IdError {
                text,
                expected: "an app slug (a-z, 0-9 and -)",
            })
        }
    }

    /// The slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AppSlug {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::new(text)
    }
}

impl Borrow<str> for AppSlug {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for AppSlug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Where an app is installed: one workspace, or a whole organisation at once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tenant {
    /// One workspace.
    Team(TeamId),
    /// An Enterprise Grid organisation (`is_enterprise_install`).
    Enterprise(EnterpriseId),
}

impl Tenant {
    /// The identifier as Slack writes it; its first letter tells the kind.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Team(id) => id.as_str(),
            Self::Enterprise(id) => id.as_str(),
        }
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Tenant {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.starts_with('E') {
            EnterpriseId::new(text).map(Self::Enterprise)
        } else {
            TeamId::new(text).map(Self::Team).map_err(|e| IdError {
                expected: "a workspace or organisation id (T… or E…)",
                ..e
            })
        }
    }
}

/// What names an installation: one app in one tenant, for ever. Written `insectoid.T061EG9R6`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstallationKey {
    /// The app.
    pub app: AppSlug,
    /// Where it is installed.
    pub tenant: Tenant,
}

impl InstallationKey {
    /// Puts the two together.
    pub fn new(app: AppSlug, tenant: Tenant) -> Self {
        Self { app, tenant }
    }
}

impl fmt::Display for InstallationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.app, self.tenant)
    }
}

impl FromStr for InstallationKey {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (app, tenant) = text.split_once('.').ok_or_else(|| IdError {
            text: text.to_owned(),
            expected: "an installation (app.T… or app.E…)",
        })?;
        Ok(Self {
            app: app.parse()?,
            tenant: tenant.parse()?,
        })
    }
}

macro_rules! written_as_text {
    ($($name:ident, $example:literal;)*) => {$(
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .examples([$example])
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
written_as_text! {
    Tenant, "T061EG9R6";
    InstallationKey, "insectoid.T061EG9R6";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_reads_back_as_written() {
        for text in ["insectoid.T061EG9R6", "deploy-desk.E0N0RTHW1"] {
            assert_eq!(
                text.parse::<InstallationKey>().map(|k| k.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn kinds_are_told_apart_by_their_first_letter() {
        assert!(TeamId::new("U061F7AUR").is_err());
        assert!(UserId::new("W08RA9G5HR").is_ok());
        assert!(matches!("E0N0RTHW1".parse(), Ok(Tenant::Enterprise(_))));
        assert!("insectoid".parse::<InstallationKey>().is_err());
        assert!("In.sectoid.T1".parse::<InstallationKey>().is_err());
        assert!(AppSlug::new("a.b").is_err());
    }
}
