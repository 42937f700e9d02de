//! From Slack's events to ledger facts: what an event means for one installation.

use std::collections::BTreeSet;

use grantbook_api::{
    events::{Event, Grant, OrgApp, ResourceGrant},
    trigger::TriggerId,
};
use grantbook_core::{
    Fact, Reach, ResourceId, ResourceType, Scope, UserId, catalogue,
    fact::{Resource, ScopedResource, ScopesByType},
    view::Model,
};
use grantbook_store::approvals::OrgAppChange;
use serde_json::Value;

/// What an event is to the ledger.
#[derive(Debug, PartialEq)]
pub(crate) enum Meaning {
    /// A fact, and who brought it about where Slack says so.
    Fact(Fact, Option<UserId>),
    /// Somebody asks for an app of the organization.
    AppRequest(Value),
    /// An app of the organization came or went.
    OrgApp(OrgAppChange, OrgApp),
    /// A known event that changes no grant, such as somebody else joining a channel.
    Nothing,
    /// An event this console does not know yet; its payload is kept.
    Unknown,
}

/// Places `scopes` on the resource types the catalogue knows for them; the rest stay unplaced.
pub(crate) fn place(scopes: &[Scope]) -> (ScopesByType, BTreeSet<Scope>) {
    let mut placed = ScopesByType::new();
    let mut unplaced = BTreeSet::new();
    for scope in scopes {
        let types = catalogue::resource_types(scope);
        if types.is_empty() {
            unplaced.insert(scope.clone());
        }
        for &resource_type in types {
            placed.entry(resource_type).or_default().insert(scope.clone());
        }
    }
    (placed, unplaced)
}

fn set(scopes: &[Scope]) -> BTreeSet<Scope> {
    scopes.iter().cloned().collect()
}

fn text(trigger_id: Option<&TriggerId>) -> Option<String> {
    trigger_id.map(|id| id.as_str().to_owned())
}

fn scoped(grants: &[ResourceGrant]) -> Vec<ScopedResource> {
    grants
        .iter()
        .map(|grant| ScopedResource {
            resource: Resource {
                resource_type: grant.resource_type,
                reach: match &grant.grant {
                    Grant::Specific(id) => Reach::Specific(id.clone()),
                    Grant::Wildcard { .. } => Reach::Wildcard,
                },
            },
            scopes: set(&grant.scopes),
        })
        .collect()
}

/// A conversation; where Slack leaves its type out, the id's first letter tells it.
fn conversation(channel: &ResourceId, channel_type: Option<ResourceType>) -> Resource {
    let by_letter = || match channel.as_str().as_bytes().first() {
        Some(b'G') => ResourceType::Group,
        Some(b'D') => ResourceType::Im,
        _ => ResourceType::Channel,
    };
    Resource {
        resource_type: channel_type.unwrap_or_else(by_letter),
        reach: Reach::Specific(channel.clone()),
    }
}

/// Reads the meaning of `event`. `app_user` is the app's own user there, whose comings and goings
/// are the app's; other people's change nothing. `model` tells whose tokens `tokens_revoked` names.
pub(crate) fn meaning(event: &Event, app_user: Option<&UserId>, model: Model) -> Meaning {
    let fact = match event {
        Event::ScopeGranted { scopes, trigger_id } => {
            let (scopes, unplaced) = place(scopes);
            Fact::ScopeGranted {
                scopes,
                unplaced,
                trigger_id: text(trigger_id.as_ref()),
            }
        }
        Event::ScopeDenied { scopes, trigger_id } => Fact::ScopeDenied {
            scopes: set(scopes),
            trigger_id: text(trigger_id.as_ref()),
        },
        Event::ResourcesAdded { resources } => Fact::ResourcesAdded {
            resources: scoped(resources),
        },
        Event::ResourcesRemoved { resources } => Fact::ResourcesRemoved {
            resources: scoped(resources),
        },
        Event::UserResourceGranted {
            user,
            scopes,
            trigger_id,
        } => {
            let fact = Fact::UserResourceGranted {
                user: user.clone(),
                scopes: set(scopes),
                trigger_id: text(trigger_id.as_ref()),
            };
            return Meaning::Fact(fact, Some(user.clone()));
        }
        Event::UserResourceDenied {
            user,
            scopes,
            trigger_id,
        } => {
            let fact = Fact::UserResourceDenied {
                user: user.clone(),
                scopes: set(scopes),
                trigger_id: text(trigger_id.as_ref()),
            };
            return Meaning::Fact(fact, Some(user.clone()));
        }
        Event::UserResourceRemoved { user, .. } => {
            return Meaning::Fact(Fact::UserResourceRemoved { user: user.clone() }, Some(user.clone()));
        }
        Event::AppRequested { request } => return Meaning::AppRequest(request.clone()),
        Event::AppInstalled(app) => return Meaning::OrgApp(OrgAppChange::Installed, app.clone()),
        Event::AppUninstalledTeam(app) => return Meaning::OrgApp(OrgAppChange::Uninstalled, app.clone()),
        Event::AppDeleted(app) => return Meaning::OrgApp(OrgAppChange::Deleted, app.clone()),
        Event::TokensRevoked { oauth, bot } => Fact::TokensRevoked {
            oauth: oauth.iter().cloned().collect(),
            bot: bot.iter().cloned().collect(),
            people_only: model == Model::Modern && bot.is_empty() && !oauth.is_empty(),
        },
        Event::AppUninstalled => Fact::Uninstalled,
        Event::TeamAccessGranted { team_ids } => Fact::TeamAccessGranted {
            teams: team_ids.iter().cloned().collect(),
        },
        Event::TeamAccessRevoked { team_ids } => Fact::TeamAccessRevoked {
            teams: team_ids.iter().cloned().collect(),
        },
        Event::Unknown { .. } => return Meaning::Unknown,
        other => return movement(other, app_user),
    };
    Meaning::Fact(fact, None)
}

/// Whether the event is about somebody joining or leaving, so that it matters whose user the app's is.
pub(crate) const fn moves_members(event: &Event) -> bool {
    matches!(
        event,
        Event::MemberJoinedChannel { .. } | Event::MemberLeftChannel { .. }
    )
}

fn movement(event: &Event, app_user: Option<&UserId>) -> Meaning {
    match event {
        Event::MemberJoinedChannel {
            user,
            channel,
            channel_type,
            inviter,
            ..
        } if Some(user) == app_user => {
            let fact = Fact::ConversationJoined {
                resource: conversation(channel, *channel_type),
                inviter: inviter.clone(),
            };
            Meaning::Fact(fact, inviter.clone())
        }
        Event::MemberLeftChannel {
            user,
            channel,
            channel_type,
            ..
        } if Some(user) == app_user => Meaning::Fact(
            Fact::ConversationLeft {
                resource: conversation(channel, *channel_type),
            },
            None,
        ),
        Event::ChannelLeft {
            channel,
            channel_type,
            actor,
        } => {
            let resource = conversation(channel, Some(*channel_type));
            Meaning::Fact(Fact::ConversationLeft { resource }, actor.clone())
        }
        _ => Meaning::Nothing,
    }
}

#[cfg(test)]
mod tests;
