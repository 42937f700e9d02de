//! `Fact`: what one ledger entry states, in Slack's own terms.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Reach, ResourceId, ResourceType, Scope, TeamId, UserId};

/// Scopes grouped by the resource type they apply to, as `oauth.access` answers them.
pub type ScopesByType = BTreeMap<ResourceType, BTreeSet<Scope>>;

/// One resource, or all of a type, as an event names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resource {
    /// Its type.
    pub resource_type: ResourceType,
    /// One id, or the wildcard.
    pub reach: Reach,
}

/// A resource with the scopes an event says are effective on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopedResource {
    /// The resource.
    #[serde(flatten)]
    pub resource: Resource,
    /// Scopes effective there; Slack repeats the old ones beside the new (progressive permissions, step 5).
    pub scopes: BTreeSet<Scope>,
}

/// What an entry states. Names are those of Slack's events where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// An OAuth exchange succeeded. Installing again adds and never removes.
    Installed {
        /// The person who went through the consent page this time.
        authorizing_user: Option<UserId>,
        /// The scopes of this authorization, by type.
        scopes: ScopesByType,
        /// The resources the answer names: the app home and the single channel.
        resources: BTreeSet<Resource>,
    },
    /// `scope_granted`. `scopes` are placed on the types the catalogue knows for them at the time;
    /// `unplaced` are those it does not know, until a later event names their type.
    ScopeGranted {
        /// Placed scopes.
        scopes: ScopesByType,
        /// Scopes whose types are unknown.
        unplaced: BTreeSet<Scope>,
        /// The trigger that opened the dialog.
        trigger_id: Option<String>,
    },
    /// `scope_denied`. Takes nothing away.
    ScopeDenied {
        /// What was refused.
        scopes: BTreeSet<Scope>,
        /// The trigger that opened the dialog.
        trigger_id: Option<String>,
    },
    /// `resources_added`.
    ResourcesAdded {
        /// Each with its effective scopes.
        resources: Vec<ScopedResource>,
    },
    /// `resources_removed`.
    ResourcesRemoved {
        /// Each with the scopes it had.
        resources: Vec<ScopedResource>,
    },
    /// `user_resource_granted`: the app may act for this person with these scopes.
    UserResourceGranted {
        /// The person.
        user: UserId,
        /// `*:user` scopes.
        scopes: BTreeSet<Scope>,
        /// The trigger that opened the dialog.
        trigger_id: Option<String>,
    },
    /// `user_resource_denied`. Takes nothing away.
    UserResourceDenied {
        /// The person.
        user: UserId,
        /// What was refused.
        scopes: BTreeSet<Scope>,
        /// The trigger that opened the dialog.
        trigger_id: Option<String>,
    },
    /// `user_resource_removed`: the person withdrew.
    UserResourceRemoved {
        /// The person.
        user: UserId,
    },
    /// `team_access_granted`: an organization-wide install reaches these workspaces too.
    TeamAccessGranted {
        /// The workspaces.
        teams: BTreeSet<TeamId>,
    },
    /// `team_access_revoked`.
    TeamAccessRevoked {
        /// The workspaces.
        teams: BTreeSet<TeamId>,
    },
    /// The app's own user joined a conversation (`member_joined_channel`).
    ConversationJoined {
        /// The conversation.
        resource: Resource,
        /// Who invited it.
        inviter: Option<UserId>,
    },
    /// The app's own user left, or the conversation is gone (`member_left_channel`, `channel_left`).
    ConversationLeft {
        /// The conversation.
        resource: Resource,
    },
    /// `tokens_revoked`: user ids whose tokens ended, not tokens.
    TokensRevoked {
        /// Users whose user tokens ended.
        oauth: BTreeSet<UserId>,
        /// Bot users whose tokens ended.
        bot: BTreeSet<UserId>,
        /// Only the tokens of the people in `oauth` ended; the app's own, where it has one, works on. Said of
        /// apps of today: a workspace app's own token is named by the person who allowed it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        people_only: bool,
    },
    /// `app_uninstalled`: everything granted here ends.
    Uninstalled,
    /// Slack's own lists were read and differed from the ledger; these differences settle it.
    Reconciled {
        /// Scopes Slack lists and the ledger lacked.
        scopes_added: ScopesByType,
        /// Scopes the ledger had and Slack does not list.
        scopes_removed: ScopesByType,
        /// Resources Slack lists and the ledger lacked.
        resources_added: BTreeSet<Resource>,
        /// Resources the ledger had and Slack does not list.
        resources_removed: BTreeSet<Resource>,
        /// Exceptions to wildcards that Slack lists and the ledger lacked.
        excluded: BTreeSet<(ResourceType, ResourceId)>,
        /// Exceptions the ledger had and Slack does not list.
        included: BTreeSet<(ResourceType, ResourceId)>,
        /// Scopes of people's tokens that Slack shows and the ledger lacked.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        people_added: BTreeMap<UserId, BTreeSet<Scope>>,
        /// Scopes of people that the ledger had and their tokens do not show.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        people_removed: BTreeMap<UserId, BTreeSet<Scope>>,
    },
}

impl Fact {
    /// Every kind, in the words of [`Fact::kind`].
    pub const KINDS: [&'static str; 15] = [
        "installed",
        "scope_granted",
        "scope_denied",
        "resources_added",
        "resources_removed",
        "user_resource_granted",
        "user_resource_denied",
        "user_resource_removed",
        "team_access_granted",
        "team_access_revoked",
        "conversation_joined",
        "conversation_left",
        "tokens_revoked",
        "uninstalled",
        "reconciled",
    ];

    /// The kind's name, stable: it is stored, filtered by and shown.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Installed { .. } => "installed",
            Self::ScopeGranted { .. } => "scope_granted",
            Self::ScopeDenied { .. } => "scope_denied",
            Self::ResourcesAdded { .. } => "resources_added",
            Self::ResourcesRemoved { .. } => "resources_removed",
            Self::UserResourceGranted { .. } => "user_resource_granted",
            Self::UserResourceDenied { .. } => "user_resource_denied",
            Self::UserResourceRemoved { .. } => "user_resource_removed",
            Self::TeamAccessGranted { .. } => "team_access_granted",
            Self::TeamAccessRevoked { .. } => "team_access_revoked",
            Self::ConversationJoined { .. } => "conversation_joined",
            Self::ConversationLeft { .. } => "conversation_left",
            Self::TokensRevoked { .. } => "tokens_revoked",
            Self::Uninstalled => "uninstalled",
            Self::Reconciled { .. } => "reconciled",
        }
    }

    /// Every scope the fact names, without repeats; what the history's scope filter matches.
    pub fn scopes(&self) -> BTreeSet<Scope> {
        let of_types = |by_type: &ScopesByType| by_type.values().flatten().cloned().collect::<BTreeSet<_>>();
        match self {
            Self::Installed { scopes, .. } => of_types(scopes),
            Self::ScopeGranted { scopes, unplaced, .. } => {
                of_types(scopes).into_iter().chain(unplaced.clone()).collect()
            }
            Self::ScopeDenied { scopes, .. }
            | Self::UserResourceGranted { scopes, .. }
            | Self::UserResourceDenied { scopes, .. } => scopes.clone(),
            Self::ResourcesAdded { resources } | Self::ResourcesRemoved { resources } => {
                resources.iter().flat_map(|r| r.scopes.iter().cloned()).collect()
            }
            Self::Reconciled {
                scopes_added,
                scopes_removed,
                people_added,
                people_removed,
                ..
            } => of_types(scopes_added)
                .into_iter()
                .chain(of_types(scopes_removed))
                .chain(people_added.values().chain(people_removed.values()).flatten().cloned())
                .collect(),
            Self::UserResourceRemoved { .. }
            | Self::TeamAccessGranted { .. }
            | Self::TeamAccessRevoked { .. }
            | Self::ConversationJoined { .. }
            | Self::ConversationLeft { .. }
            | Self::TokensRevoked { .. }
            | Self::Uninstalled => BTreeSet::new(),
        }
    }

    /// Every resource the fact names, without repeats.
    pub fn resources(&self) -> BTreeSet<Resource> {
        let specific = |resource_type, id: ResourceId| Resource {
            resource_type,
            reach: Reach::Specific(id),
        };
        match self {
            Self::Installed { resources, .. } => resources.clone(),
            Self::ResourcesAdded { resources } | Self::ResourcesRemoved { resources } => {
                resources.iter().map(|r| r.resource.clone()).collect()
            }
            Self::UserResourceGranted { user, .. }
            | Self::UserResourceDenied { user, .. }
            | Self::UserResourceRemoved { user } => [specific(ResourceType::User, user.into())].into(),
            Self::TeamAccessGranted { teams } | Self::TeamAccessRevoked { teams } => teams
                .iter()
                .map(|team| specific(ResourceType::Team, team.into()))
                .collect(),
            Self::ConversationJoined { resource, .. } | Self::ConversationLeft { resource } => {
                [resource.clone()].into()
            }
            Self::Reconciled {
                resources_added,
                resources_removed,
                people_added,
                people_removed,
                ..
            } => resources_added
                .union(resources_removed)
                .cloned()
                .chain(
                    people_added
                        .keys()
                        .chain(people_removed.keys())
                        .map(|user| specific(ResourceType::User, user.into())),
                )
                .collect(),
            Self::ScopeGranted { .. } | Self::ScopeDenied { .. } | Self::TokensRevoked { .. } | Self::Uninstalled => {
                BTreeSet::new()
            }
        }
    }

    /// The trigger that led to it, where Slack says so.
    pub fn trigger_id(&self) -> Option<&str> {
        match self {
            Self::ScopeGranted { trigger_id, .. }
            | Self::ScopeDenied { trigger_id, .. }
            | Self::UserResourceGranted { trigger_id, .. }
            | Self::UserResourceDenied { trigger_id, .. } => trigger_id.as_deref(),
            _ => None,
        }
    }
}
