//! `AppAccess`: who may use an app, and where, as administrators set it (`admin.apps.permissions.*`).

use std::collections::BTreeSet;

use grantbook_core::{ResourceId, UserId};
use serde::{Deserialize, Serialize};

/// Who may use an app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionType {
    /// Everybody.
    #[default]
    Everyone,
    /// The people and groups that are named.
    NamedEntities,
    /// Nobody.
    NoOne,
}

/// In which channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelRestriction {
    /// In all.
    #[default]
    AllChannels,
    /// In those that are named.
    SpecificChannels,
    /// In all but those.
    AllChannelsExcept,
}

/// What is set for one app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AppAccess {
    /// Who.
    pub permission_type: PermissionType,
    /// The people, with `named_entities`.
    pub user_ids: BTreeSet<UserId>,
    /// The groups of people, `S…`, with `named_entities`. The simulator knows no groups, so any id is one.
    pub usergroup_ids: BTreeSet<String>,
    /// Where.
    pub channel_restriction_mode: ChannelRestriction,
    /// The channels named.
    pub channel_ids: BTreeSet<ResourceId>,
}
