//! Drift: where what an app declares, what the ledger holds and what Slack shows differ, and why.
//!
//! [`settled`] lists the differences that a [`Fact::Reconciled`] settles, [`declared`] those between the
//! app's declaration and Slack, and [`cause::of`] names the likely cause of each by what the ledger knows.
//! To add a kind: a variant of [`DriftKind`] and an arm in [`cause::of`]; both are matched exhaustively.

pub mod cause;
mod evidence;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};

pub use cause::Cause;
pub use evidence::Evidence;

use crate::{
    Fact, Reach, ResourceId, ResourceType, Scope, UserId,
    fact::{Resource, ScopesByType},
};

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DriftKind {
    /// The ledger holds a scope that Slack does not show.
    ScopeMissingAtSlack,
    /// Slack shows a scope that the ledger does not hold.
    ScopeUnknownToLedger,
    /// The app declares a scope that this installation was not granted.
    DeclaredNotGranted,
    /// This installation was granted a scope that the app does not declare.
    GrantedNotDeclared,
    /// The ledger holds a resource that Slack does not list.
    ResourceMissingAtSlack,
    /// Slack lists a resource that the ledger does not hold.
    ResourceUnknownToLedger,
    /// The ledger holds a workspace of an organization-wide install that Slack does not list.
    WorkspaceMissing,
    /// Slack lists a workspace of an organization-wide install that the ledger does not hold.
    WorkspaceUnknown,
    /// Slack refuses the token, or there is none that works.
    TokenDead,
    /// The token belongs to another app user than the one installed.
    AppUserChanged,
}

impl DriftKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::ScopeMissingAtSlack,
        Self::ScopeUnknownToLedger,
        Self::DeclaredNotGranted,
        Self::GrantedNotDeclared,
        Self::ResourceMissingAtSlack,
        Self::ResourceUnknownToLedger,
        Self::WorkspaceMissing,
        Self::WorkspaceUnknown,
        Self::TokenDead,
        Self::AppUserChanged,
    ];

    /// The kind as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ScopeMissingAtSlack => "scope_missing_at_slack",
            Self::ScopeUnknownToLedger => "scope_unknown_to_ledger",
            Self::DeclaredNotGranted => "declared_not_granted",
            Self::GrantedNotDeclared => "granted_not_declared",
            Self::ResourceMissingAtSlack => "resource_missing_at_slack",
            Self::ResourceUnknownToLedger => "resource_unknown_to_ledger",
            Self::WorkspaceMissing => "workspace_missing",
            Self::WorkspaceUnknown => "workspace_unknown",
            Self::TokenDead => "token_dead",
            Self::AppUserChanged => "app_user_changed",
        }
    }

    /// What mends it.
    pub const fn mending(self) -> Mending {
        match self {
            Self::ScopeMissingAtSlack
            | Self::ScopeUnknownToLedger
            | Self::ResourceMissingAtSlack
            | Self::ResourceUnknownToLedger
            | Self::WorkspaceMissing
            | Self::WorkspaceUnknown => Mending::Reconcile,
            Self::DeclaredNotGranted | Self::TokenDead | Self::AppUserChanged => Mending::Reauthorize,
            Self::GrantedNotDeclared => Mending::EditDeclared,
        }
    }

    /// Whether a token tells of it, rather than a list.
    pub const fn is_of_token(self) -> bool {
        match self {
            Self::ScopeMissingAtSlack
            | Self::ScopeUnknownToLedger
            | Self::DeclaredNotGranted
            | Self::GrantedNotDeclared
            | Self::TokenDead => true,
            Self::ResourceMissingAtSlack
            | Self::ResourceUnknownToLedger
            | Self::WorkspaceMissing
            | Self::WorkspaceUnknown
            | Self::AppUserChanged => false,
        }
    }

    /// Whether Slack shows it; none where Slack could not be asked.
    pub const fn live(self) -> Option<bool> {
        match self {
            Self::ScopeMissingAtSlack
            | Self::DeclaredNotGranted
            | Self::ResourceMissingAtSlack
            | Self::WorkspaceMissing => Some(false),
            Self::ScopeUnknownToLedger
            | Self::GrantedNotDeclared
            | Self::ResourceUnknownToLedger
            | Self::WorkspaceUnknown
            | Self::AppUserChanged => Some(true),
            Self::TokenDead => None,
        }
    }
}

impl fmt::Display for DriftKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text names no kind of drift.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a kind of drift (scope_missing_at_slack, declared_not_granted …)")]
pub struct UnknownDriftKind(String);

impl FromStr for DriftKind {
    type Err = UnknownDriftKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownDriftKind(text.to_owned()))
    }
}

/// What mends a kind of drift, before anybody knows addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mending {
    /// An entry of source `reconcile`.
    Reconcile,
    /// A new authorization.
    Reauthorize,
    /// Another declaration.
    EditDeclared,
}

/// One difference. Two that are equal are the same difference, found twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Difference {
    /// What differs.
    pub kind: DriftKind,
    /// The scope it is about.
    pub scope: Option<Scope>,
    /// The resource it is about, or the type of the scope; a type without an id is the wildcard.
    pub resource_type: Option<ResourceType>,
    /// The resource it is about.
    pub resource: Option<ResourceId>,
    /// The person whose token shows it; none for the app's own.
    pub person: Option<UserId>,
}

impl Difference {
    /// About the installation as a whole.
    pub const fn whole(kind: DriftKind) -> Self {
        Self {
            kind,
            scope: None,
            resource_type: None,
            resource: None,
            person: None,
        }
    }

    /// The same, of a person's token.
    #[must_use]
    pub fn of_person(self, person: Option<&UserId>) -> Self {
        Self {
            person: person.cloned(),
            ..self
        }
    }

    /// About a scope.
    pub const fn scope(kind: DriftKind, scope: Scope) -> Self {
        Self {
            kind,
            scope: Some(scope),
            resource_type: None,
            resource: None,
            person: None,
        }
    }

    fn resource(kind: DriftKind, resource: &Resource) -> Self {
        Self {
            kind,
            scope: None,
            resource_type: Some(resource.resource_type),
            resource: match &resource.reach {
                Reach::Specific(id) => Some(id.clone()),
                Reach::Wildcard => None,
            },
            person: None,
        }
    }
}

/// The differences that `fact` settles: nothing but [`Fact::Reconciled`] settles any. A scope that differs on
/// several types is one difference.
pub fn settled(fact: &Fact) -> BTreeSet<Difference> {
    let Fact::Reconciled {
        scopes_added,
        scopes_removed,
        resources_added,
        resources_removed,
        excluded,
        included,
        people_added,
        people_removed,
    } = fact
    else {
        return BTreeSet::new();
    };
    let scopes = |kind, by_type: &ScopesByType| {
        let flat: BTreeSet<_> = by_type.values().flatten().cloned().collect();
        flat.into_iter().map(move |scope| Difference::scope(kind, scope))
    };
    let unknown = |resource: &Resource| match resource.resource_type {
        ResourceType::Team => Difference::resource(DriftKind::WorkspaceUnknown, resource),
        _ => Difference::resource(DriftKind::ResourceUnknownToLedger, resource),
    };
    let missing = |resource: &Resource| match resource.resource_type {
        ResourceType::Team => Difference::resource(DriftKind::WorkspaceMissing, resource),
        _ => Difference::resource(DriftKind::ResourceMissingAtSlack, resource),
    };
    let single = |(resource_type, id): &(ResourceType, ResourceId)| Resource {
        resource_type: *resource_type,
        reach: Reach::Specific(id.clone()),
    };
    let people = |kind, people: &BTreeMap<UserId, BTreeSet<Scope>>| {
        let each = people.iter().flat_map(move |(user, scopes)| {
            let scopes = scopes.iter().cloned();
            scopes.map(move |scope| Difference::scope(kind, scope).of_person(Some(user)))
        });
        each.collect::<Vec<_>>()
    };
    scopes(DriftKind::ScopeMissingAtSlack, scopes_removed)
        .chain(scopes(DriftKind::ScopeUnknownToLedger, scopes_added))
        .chain(people(DriftKind::ScopeMissingAtSlack, people_removed))
        .chain(people(DriftKind::ScopeUnknownToLedger, people_added))
        .chain(resources_removed.iter().map(missing))
        .chain(resources_added.iter().map(unknown))
        // An exception to a wildcard is a resource that the ledger believed reachable.
        .chain(excluded.iter().map(|pair| missing(&single(pair))))
        .chain(included.iter().map(|pair| unknown(&single(pair))))
        .collect()
}

/// Slack names `identify` on every user token, whether it was asked for or not (recorded answers of
/// `auth.test`): it is nobody's difference.
pub fn is_implied(scope: &Scope) -> bool {
    scope.as_str() == "identify"
}

/// Scopes that no method names as enough (Slack's method pages): they let events, commands or messages through,
/// or widen another scope. No call can ever show that they are used.
const NEVER_ACCEPTED: [&str; 19] = [
    "app_mentions:read",
    "authorizations:read",
    "bot",
    "chat:write.customize",
    "chat:write.public",
    "commands",
    "connections:write",
    "conversations.app_home:create",
    "conversations.connect:read",
    "email",
    "identify",
    "incoming-webhook",
    "links.embed:write",
    "links:read",
    "mcp:connect",
    "metadata.message:read",
    "profile",
    "rtm:stream",
    "workflow.steps:execute",
];

/// The scopes of which no call can show that they are used, in order.
pub const fn never_accepted() -> &'static [&'static str] {
    &NEVER_ACCEPTED
}

/// The differences between the scopes a token has and those the ledger holds for it.
pub fn scopes<'a>(
    ledger: impl IntoIterator<Item = &'a Scope>,
    live: impl IntoIterator<Item = &'a Scope>,
    person: Option<&UserId>,
) -> BTreeSet<Difference> {
    let (ledger, live) = (set(ledger), set(live));
    let missing = ledger
        .difference(&live)
        .map(|scope| Difference::scope(DriftKind::ScopeMissingAtSlack, (*scope).clone()));
    let unknown = live
        .difference(&ledger)
        .map(|scope| Difference::scope(DriftKind::ScopeUnknownToLedger, (*scope).clone()));
    missing.chain(unknown).map(|found| found.of_person(person)).collect()
}

/// The differences between what the app declares and what was granted. `asked` are scopes that were asked for
/// one by one: those need no declaration.
pub fn declared<'a>(
    declared: impl IntoIterator<Item = &'a Scope>,
    granted: impl IntoIterator<Item = &'a Scope>,
    asked: &BTreeSet<Scope>,
    person: Option<&UserId>,
) -> BTreeSet<Difference> {
    let (declared, granted) = (set(declared), set(granted));
    let lacking = declared
        .difference(&granted)
        .map(|scope| Difference::scope(DriftKind::DeclaredNotGranted, (*scope).clone()));
    let beyond = granted
        .difference(&declared)
        .filter(|scope| !asked.contains(**scope))
        .map(|scope| Difference::scope(DriftKind::GrantedNotDeclared, (*scope).clone()));
    lacking.chain(beyond).map(|found| found.of_person(person)).collect()
}

fn set<'a>(scopes: impl IntoIterator<Item = &'a Scope>) -> BTreeSet<&'a Scope> {
    scopes.into_iter().filter(|scope| !is_implied(scope)).collect()
}

#[cfg(test)]
mod tests;
