//! `TriggerId`: the short-lived proof that a user has just acted.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

/// Opaque, single-use, and good for three seconds from the click it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct TriggerId(String);

/// A trigger cannot be blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a trigger_id cannot be blank or longer than {MAX_LENGTH} characters")]
pub struct TriggerIdError;

/// Longest trigger accepted, in bytes. Slack's have about sixty.
const MAX_LENGTH: usize = 256;

impl TriggerId {
    /// Keeps a trigger as Slack sent it.
    pub fn new(text: impl Into<String>) -> Result<Self, TriggerIdError> {
        let text = text.into();
        if text.trim().is_empty() || text.len() > MAX_LENGTH {
            Err(TriggerIdError)
        } else {
            Ok(Self(text))
        }
    }

    /// The trigger as Slack sent it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TriggerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TriggerId {
    type Err = TriggerIdError;

    fn from_str(text: &str) -> Result<Self, TriggerIdError> {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for TriggerId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
