//! `Scope`: the name of one permission, as Slack spells it.

use std::{borrow::Borrow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

/// Longest scope name accepted, in bytes. The longest published one has 36.
pub const MAX_LENGTH: usize = 100;

/// A well-formed scope name such as `channels:history`.
///
/// Any well-formed name is accepted, known to the catalogue or not: Slack adds scopes
/// faster than anybody releases software.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "channels:history"))]
pub struct Scope(String);

/// Why a text is not a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Nothing there.
    #[error("a scope cannot be empty")]
    Empty,
    /// Longer than [`MAX_LENGTH`].
    #[error("a scope has at most {MAX_LENGTH} characters")]
    TooLong,
    /// A character no scope has.
    #[error("a scope has lower-case letters, digits and . : _ - only, not {0:?}")]
    Character(char),
}

impl Scope {
    /// Checks and keeps a name.
    pub fn new(name: impl Into<String>) -> Result<Self, ScopeError> {
        let name = name.into();
        if name.is_empty() {
            return Err(ScopeError::Empty);
        }
        if name.len() > MAX_LENGTH {
            return Err(ScopeError::TooLong);
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".:_-".contains(c);
        match name.chars().find(|&c| !allowed(c)) {
            Some(c) => Err(ScopeError::Character(c)),
            None => Ok(Self(name)),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a list as Slack writes it: comma-separated (`oauth.v2.access`), space-separated
    /// (the legacy authorise page) or both. Empty items are skipped.
    pub fn parse_list(list: &str) -> Result<Vec<Self>, ScopeError> {
        list.split([',', ' '])
            .filter(|item| !item.is_empty())
            .map(Self::new)
            .collect()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl Borrow<str> for Scope {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_catalogued_name_is_well_formed() {
        for info in crate::catalogue::all() {
            assert_eq!(Scope::new(info.name).map(|s| s.to_string()), Ok(info.name.to_owned()));
        }
    }

    #[test]
    fn malformed_names_say_what_is_wrong() {
        assert_eq!(Scope::new(""), Err(ScopeError::Empty));
        assert_eq!(Scope::new("Chat:write"), Err(ScopeError::Character('C')));
        assert_eq!(Scope::new("chat write"), Err(ScopeError::Character(' ')));
        assert_eq!(Scope::new("x".repeat(101)), Err(ScopeError::TooLong));
    }

    #[test]
    fn lists_are_split_at_commas_and_spaces() {
        let names = |list| Scope::parse_list(list).map(|l| l.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(
            names("a:read,b:write"),
            Ok(vec!["a:read".to_owned(), "b:write".to_owned()])
        );
        assert_eq!(names(" a:read  b:write,"), names("a:read,b:write"));
        assert!(names("a:read,B").is_err());
    }
}
