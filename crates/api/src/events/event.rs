//! `Event`: every event that changes or asks about a grant, and a place for all others.

use grantbook_core::{AppId, ResourceId, ResourceType, Scope, TeamId, Tenant, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ResourceGrant;
use crate::{
    trigger::TriggerId,
    wire::{null_as_default, optional},
};

/// The `event` inside a wrapper.
///
/// A type named here whose body is malformed is an error, never [`Event::Unknown`]: a grant that
/// cannot be read must be seen, not filed away.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `scope_granted`: a user accepted the dialog; comes before its `resources_added`.
    ScopeGranted {
        /// The new scopes.
        scopes: Vec<Scope>,
        /// The trigger that opened the dialog.
        trigger_id: Option<TriggerId>,
    },
    /// `scope_denied`: a user refused the dialog.
    ScopeDenied {
        /// The scopes asked for.
        scopes: Vec<Scope>,
        /// A fresh trigger for the refusal.
        trigger_id: Option<TriggerId>,
    },
    /// `resources_added`: the app may reach more.
    ResourcesAdded {
        /// Each with every scope in force on it.
        resources: Vec<ResourceGrant>,
    },
    /// `resources_removed`: the app may reach less.
    ResourcesRemoved {
        /// What is gone.
        resources: Vec<ResourceGrant>,
    },
    /// `user_resource_granted`: one person lets the app act for them.
    UserResourceGranted {
        /// The person.
        user: UserId,
        /// The scopes granted.
        scopes: Vec<Scope>,
        /// The trigger that opened the dialog.
        trigger_id: Option<TriggerId>,
    },
    /// `user_resource_denied`: one person refused.
    UserResourceDenied {
        /// The person.
        user: UserId,
        /// The scopes asked for.
        scopes: Vec<Scope>,
        /// A fresh trigger for the refusal.
        trigger_id: Option<TriggerId>,
    },
    /// `user_resource_removed`: one person took everything back.
    UserResourceRemoved {
        /// The person.
        user: UserId,
        /// A fresh trigger.
        trigger_id: Option<TriggerId>,
    },
    /// `tokens_revoked`: tokens of these users ended. The lists hold user ids, not tokens.
    TokensRevoked {
        /// Whose user tokens.
        oauth: Vec<UserId>,
        /// Whose bot tokens.
        bot: Vec<UserId>,
    },
    /// `app_uninstalled`: the last token is gone. May come before or after `tokens_revoked`.
    AppUninstalled,
    /// `team_access_granted`: workspaces were added to an org-wide install.
    TeamAccessGranted {
        /// The workspaces.
        team_ids: Vec<TeamId>,
    },
    /// `team_access_revoked`: workspaces were taken out of an org-wide install.
    TeamAccessRevoked {
        /// The workspaces.
        team_ids: Vec<TeamId>,
    },
    /// `member_joined_channel`: somebody, perhaps the app itself, joined a conversation.
    MemberJoinedChannel {
        /// Who.
        user: UserId,
        /// Where.
        channel: ResourceId,
        /// The conversation's type.
        channel_type: Option<ResourceType>,
        /// The member's workspace or organization.
        team: Option<Tenant>,
        /// Who asked them in.
        inviter: Option<UserId>,
    },
    /// `member_left_channel`: somebody, perhaps the app itself, left a conversation.
    MemberLeftChannel {
        /// Who.
        user: UserId,
        /// Where.
        channel: ResourceId,
        /// The conversation's type.
        channel_type: Option<ResourceType>,
        /// The member's workspace or organization.
        team: Option<Tenant>,
    },
    /// `channel_left`, and `group_left` for a private channel: the app itself is out of a conversation.
    ChannelLeft {
        /// Where.
        channel: ResourceId,
        /// `Channel` for `channel_left`, `Group` for `group_left`.
        channel_type: ResourceType,
        /// Who took it out.
        actor: Option<UserId>,
    },
    /// `message` in an app home (`message.app_home`): somebody wrote to the app.
    AppHomeMessage {
        /// Who; none for some kinds of message.
        user: Option<UserId>,
        /// The direct-message conversation.
        channel: ResourceId,
        /// What they wrote. Not for logs.
        text: Option<String>,
        /// The message's name, as in `1497911545.000200`.
        ts: String,
        /// The kind of message when it is not a plain one, as in `message_changed`.
        subtype: Option<String>,
    },
    /// `app_requested`: somebody asks for an app of the organization.
    AppRequested {
        /// The request as sent; its shape is the rules' business. Not for logs.
        request: Value,
    },
    /// `app_installed`, told to an app that manages the organization's apps.
    AppInstalled(OrgApp),
    /// `app_uninstalled_team`: an app is gone from one workspace.
    AppUninstalledTeam(OrgApp),
    /// `app_deleted`: an app is no more.
    AppDeleted(OrgApp),
    /// Any other event.
    Unknown {
        /// Its `type`.
        kind: String,
        /// The event as sent, except that texts which are Slack tokens are blanked out. Not for logs.
        payload: Value,
    },
}

/// An app of the organization in the events about its installs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgApp {
    /// Which app.
    pub app_id: AppId,
    /// Its name; may be blank.
    #[serde(default, deserialize_with = "null_as_default")]
    pub app_name: String,
    /// Who made it.
    #[serde(default, deserialize_with = "optional")]
    pub app_owner_id: Option<UserId>,
    /// Who installed or uninstalled it; absent from `app_deleted`.
    #[serde(default, deserialize_with = "optional")]
    pub user_id: Option<UserId>,
    /// The workspace.
    #[serde(default, deserialize_with = "optional")]
    pub team_id: Option<TeamId>,
    /// The first part of its address.
    #[serde(default, deserialize_with = "null_as_default")]
    pub team_domain: String,
}

/// An event of a known type that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The event has no `type`.
    #[error("the event has no type")]
    NoType,
    /// The body does not fit the type.
    #[error("the {kind} event is malformed: {reason}")]
    Malformed {
        /// The event's type.
        kind: String,
        /// Which field, without its value.
        reason: String,
    },
}

impl Event {
    /// The event's `type` as Slack spells it.
    pub fn kind(&self) -> &str {
        match self {
            Self::ScopeGranted { .. } => "scope_granted",
            Self::ScopeDenied { .. } => "scope_denied",
            Self::ResourcesAdded { .. } => "resources_added",
            Self::ResourcesRemoved { .. } => "resources_removed",
            Self::UserResourceGranted { .. } => "user_resource_granted",
            Self::UserResourceDenied { .. } => "user_resource_denied",
            Self::UserResourceRemoved { .. } => "user_resource_removed",
            Self::TokensRevoked { .. } => "tokens_revoked",
            Self::AppUninstalled => "app_uninstalled",
            Self::TeamAccessGranted { .. } => "team_access_granted",
            Self::TeamAccessRevoked { .. } => "team_access_revoked",
            Self::MemberJoinedChannel { .. } => "member_joined_channel",
            Self::MemberLeftChannel { .. } => "member_left_channel",
            Self::ChannelLeft {
                channel_type: ResourceType::Group,
                ..
            } => "group_left",
            Self::ChannelLeft { .. } => "channel_left",
            Self::AppHomeMessage { .. } => "message",
            Self::AppRequested { .. } => "app_requested",
            Self::AppInstalled(_) => "app_installed",
            Self::AppUninstalledTeam(_) => "app_uninstalled_team",
            Self::AppDeleted(_) => "app_deleted",
            Self::Unknown { kind, .. } => kind,
        }
    }
}
