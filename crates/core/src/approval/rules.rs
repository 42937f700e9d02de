//! `Rules`: a version of the ordered list, and what each rule does when it is the first to fit.
//!
//! One shape for JSON and TOML: every enum is a map with one key or a plain word, lists are tables
//! (`[[rules]]`), and nothing needs null.

use serde::{Deserialize, Serialize};

use crate::Scope;

use super::Predicate;

/// An ordered list of rules. The first one that fits decides; where none fits, a person does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rules {
    /// Which version of the list this is; every change makes a new one.
    #[serde(default)]
    pub version: u64,
    /// The rules, first first.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rule {
    /// A short name that no other rule of the list has: a-z, 0-9, `-`, `_`, `.`; verdicts keep it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether it is in force; a rule switched off is passed over.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// When it fits.
    pub when: Predicate,
    /// What it does then.
    pub then: Action,
}

/// What a rule decides. `admin.apps.approve`, `restrict` and `requests.cancel`, or a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RuleAction))]
pub enum Action {
    /// Approve the required scopes and these of the optional ones.
    Approve {
        /// Which optional scopes.
        #[serde(default)]
        optional: OptionalScopes,
        /// Where the approval holds.
        #[serde(default)]
        level: Level,
        /// For how many days, counted from the approval; without it, until somebody ends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        for_days: Option<u32>,
    },
    /// Forbid the app.
    Restrict {
        /// Where it is forbidden.
        #[serde(default)]
        level: Level,
        /// What the requester is told.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Dismiss the request and leave the app undecided.
    Cancel {
        /// What the requester is told.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Leave it to people.
    Ask {
        /// Whom: user ids or names of groups; empty asks everybody who may approve.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        whom: Vec<String>,
        /// Whether one of them is enough.
        #[serde(default)]
        need: Need,
        /// Whether they have to say why.
        #[serde(default, skip_serializing_if = "is_no")]
        reason_required: bool,
    },
}

/// Which optional scopes an approval includes (`bot_scopes`, `user_scopes` of `admin.apps.approve`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OptionalScopes {
    /// All of them.
    #[default]
    All,
    /// None of them.
    None,
    /// Those of them that stand here.
    These(Vec<Scope>),
}

/// At which level a resolution is made (`team_id` or `enterprise_id`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ResolutionLevel))]
pub enum Level {
    /// The workspace it was asked for; a request for the whole organization is resolved for the organization.
    #[default]
    Workspace,
    /// The whole organization.
    Org,
}

/// How many of the people asked have to agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ApproversNeeded))]
pub enum Need {
    /// One.
    #[default]
    Any,
    /// Every one.
    All,
}

impl OptionalScopes {
    /// Whether an approval includes this one.
    pub(super) fn include(&self, scope: &Scope) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::These(these) => these.contains(scope),
        }
    }
}

impl Rule {
    /// A rule in force.
    pub fn new(id: impl Into<String>, name: impl Into<String>, when: Predicate, then: Action) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            enabled: true,
            when,
            then,
        }
    }
}

impl Action {
    /// The action as a stable word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Approve { .. } => "approve",
            Self::Restrict { .. } => "restrict",
            Self::Cancel { .. } => "cancel",
            Self::Ask { .. } => "ask",
        }
    }
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_yes(value: &bool) -> bool {
    *value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_no(value: &bool) -> bool {
    !*value
}
