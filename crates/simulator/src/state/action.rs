//! `Action`: what a person or an administrator can do, in the client, at `/sim/actions` or in a test.

use std::fmt;

use grantbook_api::{TriggerId, events::Envelope, secret::AuthorizationCode};
use grantbook_core::{ResourceId, ResourceType, Scope, TeamId, UserId};
use serde::Deserialize;
use url::Url;

mod error;
mod perform;

pub use error::ActionError;

use super::{ActivityDetails, Answer, AppPost, Circumstance, ResolutionStatus};

/// One deed. `app` is an app's id or slug; `user` acts, and may be left out where it does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Say yes to more scopes: `scope_granted`, `resources_added`.
    GrantScope {
        app: String,
        team: TeamId,
        scopes: Vec<Scope>,
        #[serde(default)]
        user: Option<UserId>,
    },
    /// Say no to them: `scope_denied`.
    DenyScope {
        app: String,
        team: TeamId,
        scopes: Vec<Scope>,
        #[serde(default)]
        user: Option<UserId>,
    },
    /// Take scopes away, of an app of today its bot's and people's. No event.
    RemoveScope {
        app: String,
        team: TeamId,
        scopes: Vec<Scope>,
    },
    /// Add the app to a conversation: `resources_added`.
    AddResource {
        app: String,
        team: TeamId,
        resource: ResourceId,
    },
    /// Take it out again: `resources_removed`.
    RemoveResource {
        app: String,
        team: TeamId,
        resource: ResourceId,
    },
    /// Give it a whole type: `resources_added`.
    GrantWildcard {
        app: String,
        team: TeamId,
        resource_type: ResourceType,
    },
    /// Take the whole type back: `resources_removed`.
    RemoveWildcard {
        app: String,
        team: TeamId,
        resource_type: ResourceType,
    },
    /// Take one conversation out of a whole type: `resources_removed`.
    Exclude {
        app: String,
        team: TeamId,
        resource: ResourceId,
    },
    /// End its tokens: `tokens_revoked`.
    RevokeTokens { app: String, team: TeamId },
    /// Uninstall it: `tokens_revoked`, `app_uninstalled`.
    Uninstall { app: String, team: TeamId },
    /// Allow it, as the consent page does. The code is in the answer; the events follow its exchange.
    Consent {
        app: String,
        team: TeamId,
        user: UserId,
        #[serde(default)]
        scopes: Option<Vec<Scope>>,
        #[serde(default)]
        resources: Vec<ResourceId>,
        #[serde(default)]
        wildcards: Vec<ResourceType>,
        #[serde(default)]
        single_channel: bool,
        /// For an app of today: what it asks of the person; its registered ones when absent.
        #[serde(default)]
        user_scopes: Option<Vec<Scope>>,
        /// For an app of today: optional scopes the person unticks.
        #[serde(default)]
        untick: Vec<Scope>,
        #[serde(default)]
        redirect_uri: Option<String>,
        #[serde(default)]
        state: Option<String>,
    },
    /// Write a message as a person: `message` with `channel_type: app_home` in an app home.
    PostMessage {
        channel: ResourceId,
        user: UserId,
        text: String,
    },
    /// Open the conversation between a person and an app by writing into it.
    MessageApp {
        app: String,
        team: TeamId,
        user: UserId,
        text: String,
    },
    /// Press a button of a message, or choose from a menu: the app gets `interactive_message` or
    /// `block_actions`.
    Press {
        channel: ResourceId,
        /// The message, as in `1497911545.000200`.
        ts: String,
        user: UserId,
        /// Which attachment, counted from one; none for Block Kit.
        #[serde(default)]
        attachment: Option<usize>,
        /// The action's `name`, or the element's `action_id`. Legacy actions that share a name are
        /// told apart by `value`.
        #[serde(rename = "name", alias = "action_id")]
        element: String,
        /// The option chosen from a menu.
        #[serde(default)]
        value: Option<String>,
    },
    /// Type a slash command: the app gets its form.
    RunCommand {
        team: TeamId,
        channel: ResourceId,
        user: UserId,
        /// With its slash.
        command: String,
        #[serde(default)]
        text: String,
    },
    /// Answer a permission dialog: `scope_granted` and `resources_added`, `scope_denied`, or the
    /// `user_resource_…` of a person's own scopes; nothing when it is dismissed.
    AnswerDialog {
        dialog: String,
        answer: Answer,
        /// The scopes left ticked; all of them when absent.
        #[serde(default)]
        scopes: Option<Vec<Scope>>,
    },
    /// Something around the calls changes: see [`Circumstance`]. It holds until `active: false`.
    Circumstance {
        #[serde(flatten)]
        circumstance: Circumstance,
        #[serde(default = "yes")]
        active: bool,
    },
    /// Allow an app of today in the whole organization, as its administrator does on the consent page.
    ConsentOrg {
        app: String,
        user: UserId,
        #[serde(default)]
        scopes: Option<Vec<Scope>>,
        #[serde(default)]
        user_scopes: Option<Vec<Scope>>,
        #[serde(default)]
        untick: Vec<Scope>,
        /// The workspaces that it is added to at once.
        #[serde(default)]
        teams: Vec<TeamId>,
        #[serde(default)]
        redirect_uri: Option<String>,
        #[serde(default)]
        state: Option<String>,
    },
    /// Add an app of the organization to workspaces: `team_access_granted`.
    GrantTeamAccess { app: String, teams: Vec<TeamId> },
    /// Take it out of them: `team_access_revoked`.
    RevokeTeamAccess { app: String, teams: Vec<TeamId> },
    /// End the organization's tokens: `tokens_revoked`.
    RevokeOrgTokens { app: String },
    /// Uninstall it from the organization: `tokens_revoked`, `app_uninstalled`.
    UninstallOrg { app: String },
    /// Switch token rotation on, which cannot be undone, or change the grace window of refresh tokens.
    Rotation {
        app: String,
        #[serde(default)]
        enabled: Option<bool>,
        #[serde(default)]
        grace_seconds: Option<u32>,
    },
    /// Regenerate an app's secrets, as its developer does under Basic Information. The client secret before stays
    /// good for `grace_seconds`, a day when absent; deliveries are signed with the new signing secret at once.
    Secrets {
        app: String,
        #[serde(default)]
        client_secret: Option<NewSecret>,
        #[serde(default)]
        signing_secret: Option<NewSecret>,
        #[serde(default)]
        grace_seconds: Option<u32>,
    },
    /// Switch Socket Mode on or off. Off ends its connections with `link_disabled`.
    SocketMode { app: String, enabled: bool },
    /// Send an app's slash commands to another address, as its developer does in its settings; without one,
    /// nowhere.
    CommandsUrl {
        app: String,
        #[serde(default)]
        url: Option<String>,
    },
    /// Ask for an app: `app_requested`. Without `team`, for the whole organization.
    RequestApp {
        app: String,
        #[serde(default)]
        team: Option<TeamId>,
        user: UserId,
        #[serde(default)]
        message: String,
        /// Those of its scopes that are wanted; all of them when absent.
        #[serde(default)]
        scopes: Option<Vec<Scope>>,
    },
    /// Ask for many apps, one after the other: `app_requested` for each that can be asked for.
    RequestApps { requests: Vec<AppWish> },
    /// Take a request back. No event.
    WithdrawAppRequest { request: String, user: UserId },
    /// Install an app that the seed only lists: `app_installed`.
    InstallApp { app: String, team: TeamId, user: UserId },
    /// Delete such an app, as its developer does: `app_deleted`.
    DeleteApp { app: String },
    /// Change what such an app wants, as its developer does: what was decided is open again where it is not covered.
    DeclareApp {
        app: String,
        #[serde(default)]
        bot_scopes: Option<Vec<Scope>>,
        #[serde(default)]
        user_scopes: Option<Vec<Scope>>,
        #[serde(default)]
        optional_scopes: Option<Vec<Scope>>,
        #[serde(default)]
        domains: Option<Vec<String>>,
    },
    /// Decide about an app in Slack's own interface; without `resolution`, clear what was decided. No event.
    ResolveApp {
        app: String,
        #[serde(default)]
        team: Option<TeamId>,
        user: UserId,
        #[serde(default)]
        resolution: Option<ResolutionStatus>,
    },
    /// An app logs something, for `admin.apps.activities.list`.
    LogActivity {
        app: String,
        team: TeamId,
        #[serde(flatten)]
        details: ActivityDetails,
    },
    /// Make a person administrator of the organization, or no longer.
    OrgAdmin { user: UserId, admin: bool },
    /// Take back what one lets the app do for oneself: `user_resource_removed`.
    RemoveUserGrant { app: String, team: TeamId, user: UserId },
}

/// One of many requests for apps; the fields are those of [`Action::RequestApp`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppWish {
    /// Which app.
    pub app: String,
    /// For which workspace; none for the organization.
    #[serde(default)]
    pub team: Option<TeamId>,
    /// Who asks.
    pub user: UserId,
    /// Why.
    #[serde(default)]
    pub message: String,
    /// Those of its scopes that are wanted; all of them when absent.
    #[serde(default)]
    pub scopes: Option<Vec<Scope>>,
}

/// A secret that an action carries: compared, and never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct NewSecret(String);

impl NewSecret {
    /// A secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewSecret(…)")
    }
}

const fn yes() -> bool {
    true
}

/// What came of an action.
#[derive(Clone, Debug, Default)]
pub struct Acted {
    /// The events to deliver, in order.
    pub events: Vec<Envelope>,
    /// The code of a consent.
    pub code: Option<AuthorizationCode>,
    /// Where a consent sends the browser.
    pub redirect: Option<Url>,
    /// The forms to post to the app, once each.
    pub posts: Vec<AppPost>,
    /// The trigger inside those forms.
    pub trigger_id: Option<TriggerId>,
    /// The dialog that was answered.
    pub dialog: Option<String>,
    /// The request for an app that was made.
    pub request: Option<String>,
    /// What came of each of many requests, in their order: its id, or why it could not be made.
    pub requests: Vec<Result<String, ActionError>>,
}
