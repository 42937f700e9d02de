//! The JSON documents of the REST door, shared by the server that writes them and the page that reads them.
//!
//! They are views: shaped for the reader, never for storage. Lists answer [`Page`], errors [`Problem`].

pub mod approvals;
pub mod apps;
pub mod audit;
pub mod drift;
pub mod encryption;
pub mod requests;
pub mod tokens;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use apps::{AppView, NewApp};
pub use tokens::{HolderTokenView, ReceiptState, TokenKind, UninstallView};

use crate::{
    AppSlug, InstallationKey, Reach, ResourceId, ResourceType, Scope, Source, Tenant, Timestamp, UserId,
    check::Check,
    fact::{Fact, Resource},
    grants::{Grants, Mark, Status},
    ledger::Hash,
    request::RequestId,
};

/// One page of a list; follow `next_cursor` until it is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Opaque; ask again with `cursor=` this. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_cursor: Option<String>,
}

/// An error, as RFC 9457 has it, with a stable code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `about:blank`: the code tells more than an address would.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs: `installation_not_found`.
    pub code: String,
    /// One sentence for people: what happened and what to do.
    pub detail: String,
    /// Where installing the app again mends it: the address to open in a browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_url: Option<String>,
    /// What is wrong with rules that were refused, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Box<approvals::RulesFileError>>,
}

/// What a person may do here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Everything.
    Admin,
    /// Look, and decide app requests.
    Approver,
    /// Look, change nothing.
    Viewer,
}

impl Role {
    /// Whether they may decide app requests.
    pub const fn may_decide(self) -> bool {
        matches!(self, Self::Admin | Self::Approver)
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// The name they signed in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// To be sent as `X-CSRF-Token` with every request that changes something.
    pub csrf_token: String,
    /// The console's version.
    pub version: String,
    /// Whether this is the demo.
    pub demo: bool,
    /// The simulator's address in the demo, where its client page is.
    pub simulator_url: Option<String>,
}

/// Before sign-in: what the sign-in page needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WelcomeView {
    /// No administrator exists yet: the one-time set-up link is needed.
    pub needs_setup: bool,
    /// One-click sign-in is offered (demo only).
    pub demo: bool,
    /// The console's version.
    pub version: String,
}

/// Name and password.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignIn {
    /// The name.
    pub name: String,
    /// The password.
    pub password: String,
}

/// The first administrator, made with the one-time link.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetUp {
    /// The secret from the link.
    pub token: String,
    /// The name to sign in with.
    pub name: String,
    /// At least 12 characters.
    pub password: String,
}

/// Which permission model an app speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Model {
    /// Workspace app of the Permissions API: scopes by resource type.
    Workspace,
    /// Classic or granular app: `oauth.v2.access`.
    Modern,
}

impl Model {
    /// The model as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Modern => "modern",
        }
    }
}

/// Whether a token works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TokenState {
    /// Works as far as is known.
    Live,
    /// Its lifetime is over.
    Expired,
    /// Revoked or uninstalled at Slack.
    Revoked,
    /// A refresh may have been answered without our knowing: only a new authorization helps.
    NeedsReauthorization,
    /// Slack refuses its refresh token for good: only a new authorization helps.
    Exhausted,
    /// Never received one.
    Missing,
}

/// The token of an installation, without the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenView {
    /// Whether it works.
    pub state: TokenState,
    /// `xoxa-2-…`: the kind by its prefix, never more.
    pub hint: Option<String>,
    /// When it was received.
    pub issued_at: Option<Timestamp>,
    /// When it ends; absent for one that does not.
    pub expires_at: Option<Timestamp>,
    /// The id of the key that seals it.
    pub key_id: Option<u32>,
    /// Why the last refresh failed: Slack's code, or ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When a failed refresh is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// When the background will refresh it; absent for one that does not rotate or no longer can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_refresh_at: Option<Timestamp>,
}

impl TokenView {
    /// Where no token was ever received.
    pub const MISSING: Self = Self {
        state: TokenState::Missing,
        hint: None,
        issued_at: None,
        expires_at: None,
        key_id: None,
        problem: None,
        retry_at: None,
        next_refresh_at: None,
    };
}

/// The last thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeView {
    /// When.
    pub at: Timestamp,
    /// The entry's kind.
    pub kind: String,
    /// Who, where known.
    pub actor: Option<UserId>,
    /// Their name, where known.
    pub actor_name: Option<String>,
    /// Scopes it names, at most three.
    pub scopes: Vec<Scope>,
    /// Resources it names, in number.
    pub resources: u64,
    /// The app it is about.
    pub app: AppSlug,
    /// That app's name.
    pub app_name: String,
}

/// One app in one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InstallationView {
    /// `insectoid.T061EG9R6`.
    pub id: InstallationKey,
    /// The app.
    pub app: AppSlug,
    /// The app's name.
    pub app_name: String,
    /// Legacy or modern.
    pub model: Model,
    /// The workspace or organization.
    pub tenant: Tenant,
    /// Its name.
    pub tenant_name: String,
    /// The organization the workspace belongs to.
    pub enterprise: Option<Tenant>,
    /// Installed or not.
    pub status: Status,
    /// Its token.
    pub token: TokenView,
    /// The app's own user there.
    pub app_user: Option<UserId>,
    /// Who installed it first.
    pub installer: Option<UserId>,
    /// Their name, where known.
    pub installer_name: Option<String>,
    /// When it was first installed.
    pub installed_at: Option<Timestamp>,
    /// Scopes held now.
    pub scopes: u64,
    /// Resources held now.
    pub resources: u64,
    /// Scopes refused and not granted since.
    pub denied: u64,
    /// Entries in its ledger.
    pub entries: u64,
    /// The last thing that happened.
    pub last_change: Option<ChangeView>,
    /// All its tokens with whose they are, the app's own first; filled on the document of one installation, empty
    /// in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<HolderTokenView>,
}

/// One workspace or organization with all that is installed in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkspaceView {
    /// Its id.
    pub tenant: Tenant,
    /// Its name.
    pub name: String,
    /// The organization it belongs to.
    pub enterprise: Option<Tenant>,
    /// Apps installed now.
    pub apps: u64,
    /// Distinct scopes held by them now.
    pub scopes: u64,
    /// The worst of its apps' states, which the list shows.
    pub status: Status,
    /// The token that ends first, or the worst.
    pub token: TokenView,
    /// The last thing that happened.
    pub last_change: Option<ChangeView>,
    /// Its installations; filled on the page of one workspace, empty in lists.
    #[serde(default)]
    pub installations: Vec<InstallationView>,
}

/// What an app may do in one tenant, now or at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantsView {
    /// The installation.
    pub installation: InstallationKey,
    /// The moment asked for; absent for now.
    pub at: Option<Timestamp>,
    /// Installed or not at that moment.
    pub status: Status,
    /// Scopes, each for one type, or for one person where `user` is set.
    pub scopes: Vec<ScopeGrant>,
    /// Resources.
    pub resources: Vec<ResourceGrant>,
    /// Scopes refused and not granted since.
    pub denied: Vec<ScopeGrant>,
    /// Names of the ids above, where known.
    pub names: BTreeMap<String, String>,
    /// Days on which something changed, oldest first, for the time track (at most 400).
    pub changes: Vec<ChangeTick>,
}

/// One day with changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeTick {
    /// The moment of the day's last change.
    pub at: Timestamp,
    /// So many entries that day.
    pub entries: u64,
    /// Whether any took something away or refused it.
    pub removal: bool,
}

/// A scope held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScopeGrant {
    /// The scope.
    pub scope: Scope,
    /// The type it applies to; absent while Slack has not named one.
    pub resource_type: Option<ResourceType>,
    /// The person it was granted by, for type `user`.
    pub user: Option<ResourceId>,
    /// Since when, by whom, through what.
    pub mark: Mark,
}

/// A resource held, or excluded from a wildcard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResourceGrant {
    /// Its type.
    pub resource_type: ResourceType,
    /// One id, or all of the type.
    pub reach: Reach,
    /// An exception to the type's wildcard.
    pub excluded: bool,
    /// Since when, by whom, through what; absent for people, whose scopes carry it.
    pub mark: Option<Mark>,
}

impl GrantsView {
    /// Lists what `grants` hold.
    pub fn of(installation: InstallationKey, at: Option<Timestamp>, grants: &Grants) -> Self {
        let typed = grants
            .scopes
            .iter()
            .flat_map(|(&kind, held)| held.iter().map(move |(scope, mark)| (scope, Some(kind), None, mark)));
        let unplaced = grants.unplaced.iter().map(|(scope, mark)| (scope, None, None, mark));
        let users = grants.users.iter().flat_map(|(user, held)| {
            held.iter()
                .map(move |(scope, mark)| (scope, Some(ResourceType::User), Some(user.clone()), mark))
        });
        let row = |(scope, resource_type, user, mark): (&Scope, _, _, &Mark)| ScopeGrant {
            scope: scope.clone(),
            resource_type,
            user,
            mark: mark.clone(),
        };
        Self {
            installation,
            at,
            status: grants.status,
            scopes: typed.chain(unplaced).chain(users).map(row).collect(),
            resources: resource_grants(grants),
            denied: grants
                .denied
                .iter()
                .map(|(scope, mark)| row((scope, None, None, mark)))
                .collect(),
            names: BTreeMap::new(),
            changes: Vec::new(),
        }
    }
}

fn resource_grants(grants: &Grants) -> Vec<ResourceGrant> {
    let mut rows = Vec::new();
    for (&resource_type, resources) in &grants.resources {
        let mut push = |reach, excluded, mark: &Mark| {
            rows.push(ResourceGrant {
                resource_type,
                reach,
                excluded,
                mark: Some(mark.clone()),
            });
        };
        if let Some(mark) = &resources.wildcard {
            push(Reach::Wildcard, false, mark);
        }
        resources
            .specific
            .iter()
            .for_each(|(id, mark)| push(Reach::Specific(id.clone()), false, mark));
        resources
            .excluded
            .iter()
            .for_each(|(id, mark)| push(Reach::Specific(id.clone()), true, mark));
    }
    rows.extend(grants.users.keys().map(|user| ResourceGrant {
        resource_type: ResourceType::User,
        reach: Reach::Specific(user.clone()),
        excluded: false,
        mark: None,
    }));
    rows
}

/// One ledger entry, with what a reader needs around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryView {
    /// The installation.
    pub installation: InstallationKey,
    /// The app.
    pub app: AppSlug,
    /// The app's name.
    pub app_name: String,
    /// The workspace or organization.
    pub tenant: Tenant,
    /// Its name.
    pub tenant_name: String,
    /// Its number within the installation.
    pub seq: u64,
    /// When it happened, to the second.
    pub at: Timestamp,
    /// When this console learned of it.
    pub recorded_at: Timestamp,
    /// Slack's `event_id`, or ours.
    pub event_id: String,
    /// The kind: `scope_granted`, `installed` …
    pub kind: String,
    /// Where it came from.
    pub source: Source,
    /// Who did it; absent where the ledger does not know.
    pub actor: Option<UserId>,
    /// Their name, where known.
    pub actor_name: Option<String>,
    /// Scopes it names.
    pub scopes: Vec<Scope>,
    /// Resources it names.
    pub resources: Vec<Resource>,
    /// Names of the ids above, where known.
    pub names: BTreeMap<String, String>,
    /// The request it answers, where one of this console led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// What it states, whole.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub fact: Fact,
    /// Its hash.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub hash: Hash,
}

/// The answer to `check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckView {
    /// Yes or no.
    pub allowed: bool,
    /// The scope asked about.
    pub scope: Scope,
    /// The resource asked about.
    pub resource: Option<ResourceId>,
    /// What decided it.
    pub check: Check,
    /// The same in a sentence, with since when, by whom and through what.
    pub sentence: String,
    /// The request through which the scope was granted, where it was one of the console's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// The ledger's state is known to be current up to this moment.
    #[serde(default)]
    pub as_of: Timestamp,
    /// How long ago that was when the answer was given, in milliseconds.
    #[serde(default)]
    pub age_ms: u64,
}

/// One try to install an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InstallAttemptView {
    /// Its id.
    pub id: String,
    /// The app.
    pub app: AppSlug,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; absent while the person is still at Slack.
    pub ended_at: Option<Timestamp>,
    /// `started`, `installed`, `denied`, `failed`, `expired`.
    pub outcome: String,
    /// Slack's code, for what failed.
    pub error: Option<String>,
    /// The installation it led to.
    pub installation: Option<InstallationKey>,
}

/// What the live stream sends (`event: change`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamEvent {
    /// What changed.
    pub installation: InstallationKey,
    /// Its workspace.
    pub tenant: Tenant,
    /// The newest entry's number.
    pub seq: u64,
    /// That entry's kind.
    pub kind: String,
    /// That entry's moment.
    pub at: Timestamp,
}

/// An API key, without the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyView {
    /// Its public id, which the key begins with.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether it may read tokens too: no role brings that with it.
    #[serde(default)]
    pub tokens: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
