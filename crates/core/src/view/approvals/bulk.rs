//! Deciding many requests at once.

use serde::{Deserialize, Serialize};

use super::{AppRequestView, DecisionWish, Outcome};

/// One decision for many requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkDecision {
    /// Their numbers here; 200 at most.
    pub ids: Vec<i64>,
    /// What is decided.
    pub outcome: Outcome,
    /// How. Scopes to be left out are left out where the request has them as optional ones.
    #[serde(default)]
    pub wish: DecisionWish,
}

/// What came of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkDecided {
    /// One for each number, in the order they were given.
    pub items: Vec<DecidedOne>,
}

/// What came of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecidedOne {
    /// Its number.
    pub id: i64,
    /// How it stands now, where it was decided or a vote was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<AppRequestView>,
    /// Why nothing was changed: the code that deciding it alone would have answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The same in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
}
