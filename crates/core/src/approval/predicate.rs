//! `Predicate`: what a rule asks about a request. A superset of Slack's automation rules.
//!
//! Written as one key per test, in JSON `{"scopes": {"any_of": ["admin"]}}` and in TOML
//! `scopes = { any_of = ["admin"] }` alike. Vocabulary of the native part: Slack's guide to automation
//! rules for app approval (components, conditions, comparisons).

use std::slice;

use serde::{Deserialize, Serialize};

use crate::{AppId, Scope, TeamId, UserId};

use super::{Distribution, Previous};

/// A condition on a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Predicate {
    /// At least one of these holds; an empty list never does.
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    Any(Vec<Self>),
    /// All of these hold; an empty list always does, so `all = []` is the rule for the rest.
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    All(Vec<Self>),
    /// This does not hold.
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    Not(Box<Self>),
    /// About the scopes asked for.
    Scopes(ScopeTest),
    /// About the app's id.
    App(AppTest),
    /// About where the app comes from.
    Distribution(DistributionTest),
    /// About how the app was resolved before.
    PreviousResolution(PreviousTest),
    /// About the workspace it is asked for.
    Workspace(WorkspaceTest),
    /// About who asks.
    Requester(RequesterTest),
}

/// A test of the scopes asked for, of all token types together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ScopeTest {
    /// At least one of these is asked for.
    AnyOf(Vec<Scope>),
    /// All of these are asked for.
    AllOf(Vec<Scope>),
    /// None of these is asked for.
    NoneOf(Vec<Scope>),
    /// Nothing but these is asked for.
    Within(Vec<Scope>),
    /// This one is asked for.
    Includes(Scope),
    /// Exactly these are asked for.
    Is(Vec<Scope>),
    /// Anything but exactly these is asked for.
    IsNot(Vec<Scope>),
    /// Whether nothing is asked for.
    Empty(bool),
}

/// A test of the app's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AppTest {
    /// It is one of these.
    Is(Vec<AppId>),
    /// It is none of these.
    IsNot(Vec<AppId>),
}

/// A test of where the app comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DistributionTest {
    /// From there.
    Is(Distribution),
    /// Not from there.
    IsNot(Distribution),
}

/// A test of the resolution before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PreviousTest {
    /// It was this.
    Is(Previous),
    /// It was not this.
    IsNot(Previous),
    /// Whether there was one, given for exactly the scopes asked for now.
    ScopesMatch(bool),
    /// Whether there was one, and every scope asked for now stood in it.
    NothingNew(bool),
}

/// A test of the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WorkspaceTest {
    /// It is one of these.
    Is(Vec<TeamId>),
    /// It is none of these; a request for the whole organization is in none.
    IsNot(Vec<TeamId>),
    /// Whether it is asked for the whole organization (`team` is null).
    OrgWide(bool),
}

/// A test of who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RequesterTest {
    /// One of these.
    Is(Vec<UserId>),
    /// None of these.
    IsNot(Vec<UserId>),
    /// Whether they work on the app themselves (`is_user_app_collaborator`).
    Collaborator(bool),
}

/// The names in one test, all of one kind.
pub(super) enum Named<'a> {
    Scopes(&'a [Scope]),
    Apps(&'a [AppId]),
    Teams(&'a [TeamId]),
    Users(&'a [UserId]),
}

impl Predicate {
    /// How deep tests are nested; a test that holds no other has depth 1.
    pub fn depth(&self) -> usize {
        match self {
            Self::Any(list) | Self::All(list) => 1 + list.iter().map(Self::depth).max().unwrap_or(0),
            Self::Not(inner) => 1 + inner.depth(),
            _ => 1,
        }
    }

    /// Calls `visit` for every test that holds no other.
    pub(super) fn leaves<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        match self {
            Self::Any(list) | Self::All(list) => list.iter().for_each(|inner| inner.leaves(visit)),
            Self::Not(inner) => inner.leaves(visit),
            leaf => visit(leaf),
        }
    }

    /// The names that a test is about which holds no other; none where it is about something else.
    pub(super) fn named(&self) -> Option<Named<'_>> {
        Some(match self {
            Self::Scopes(ScopeTest::Includes(scope)) => Named::Scopes(slice::from_ref(scope)),
            Self::Scopes(
                ScopeTest::AnyOf(list)
                | ScopeTest::AllOf(list)
                | ScopeTest::NoneOf(list)
                | ScopeTest::Within(list)
                | ScopeTest::Is(list)
                | ScopeTest::IsNot(list),
            ) => Named::Scopes(list),
            Self::App(AppTest::Is(list) | AppTest::IsNot(list)) => Named::Apps(list),
            Self::Workspace(WorkspaceTest::Is(list) | WorkspaceTest::IsNot(list)) => Named::Teams(list),
            Self::Requester(RequesterTest::Is(list) | RequesterTest::IsNot(list)) => Named::Users(list),
            _ => return None,
        })
    }
}
