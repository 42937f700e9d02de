//! From JSON to [`Event`].

use std::str::FromStr;

use grantbook_core::{ResourceId, ResourceType, Scope, TeamId, Tenant, UserId};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use super::{Event, EventError, ResourceGrant};
use crate::{
    trigger::TriggerId,
    wire::{self, null_as_default, optional},
};

#[derive(Deserialize)]
struct ScopeBody {
    scopes: Vec<Scope>,
    #[serde(default, deserialize_with = "optional")]
    trigger_id: Option<TriggerId>,
}

#[derive(Deserialize)]
struct UserBody {
    user: UserId,
    #[serde(default, deserialize_with = "optional")]
    trigger_id: Option<TriggerId>,
}

#[derive(Deserialize)]
struct ResourcesBody {
    resources: Vec<ResourceGrant>,
}

#[derive(Deserialize)]
struct RequestBody {
    app_request: Value,
}

#[derive(Deserialize)]
struct TokensBody {
    tokens: Tokens,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default, deserialize_with = "null_as_default")]
    oauth: Vec<UserId>,
    #[serde(default, deserialize_with = "null_as_default")]
    bot: Vec<UserId>,
}

#[derive(Deserialize)]
struct TeamsBody {
    team_ids: Vec<TeamId>,
}

#[derive(Deserialize)]
struct MemberBody {
    user: UserId,
    channel: ResourceId,
    #[serde(default, deserialize_with = "channel_type")]
    channel_type: Option<ResourceType>,
    #[serde(default, deserialize_with = "optional")]
    team: Option<Tenant>,
    #[serde(default, deserialize_with = "optional")]
    inviter: Option<UserId>,
}

#[derive(Deserialize)]
struct LeftBody {
    channel: ResourceId,
    #[serde(default, deserialize_with = "optional")]
    actor_id: Option<UserId>,
}

#[derive(Deserialize)]
struct MessageBody {
    #[serde(default, deserialize_with = "optional")]
    user: Option<UserId>,
    channel: ResourceId,
    text: Option<String>,
    ts: String,
    #[serde(default, deserialize_with = "optional")]
    subtype: Option<String>,
}

/// Membership events name the conversation's type by one letter, messages by a word.
fn channel_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ResourceType>, D::Error> {
    struct Either(ResourceType);
    impl FromStr for Either {
        type Err = grantbook_core::resource::UnknownResourceType;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            match text {
                "C" => Ok(Self(ResourceType::Channel)),
                "G" => Ok(Self(ResourceType::Group)),
                "D" => Ok(Self(ResourceType::Im)),
                word => word.parse().map(Self),
            }
        }
    }
    Ok(optional::<D, Either>(deserializer)?.map(|Either(found)| found))
}

impl Event {
    /// Reads one event.
    pub fn from_json(payload: Value) -> Result<Self, EventError> {
        let Some(kind) = payload
            .get("type")
            .and_then(Value::as_str)
            .filter(|kind| !kind.is_empty())
        else {
            return Err(EventError::NoType);
        };
        let kind = kind.to_owned();
        match kind.as_str() {
            "scope_granted" | "scope_denied" => scope_event(&kind, payload),
            "user_resource_granted" | "user_resource_denied" => user_event(&kind, payload),
            "user_resource_removed" => {
                body(&kind, payload).map(|UserBody { user, trigger_id }| Self::UserResourceRemoved { user, trigger_id })
            }
            "resources_added" => {
                body(&kind, payload).map(|ResourcesBody { resources }| Self::ResourcesAdded { resources })
            }
            "resources_removed" => {
                body(&kind, payload).map(|ResourcesBody { resources }| Self::ResourcesRemoved { resources })
            }
            "tokens_revoked" => body(&kind, payload).map(
                |TokensBody {
                     tokens: Tokens { oauth, bot },
                 }| Self::TokensRevoked { oauth, bot },
            ),
            "app_uninstalled" => Ok(Self::AppUninstalled),
            "team_access_granted" => {
                body(&kind, payload).map(|TeamsBody { team_ids }| Self::TeamAccessGranted { team_ids })
            }
            "team_access_revoked" => {
                body(&kind, payload).map(|TeamsBody { team_ids }| Self::TeamAccessRevoked { team_ids })
            }
            "member_joined_channel" | "member_left_channel" | "channel_left" | "group_left" => {
                membership_event(&kind, payload)
            }
            "message" if payload.get("channel_type").and_then(Value::as_str) == Some("app_home") => {
                message_event(&kind, payload)
            }
            "app_requested" => body(&kind, without_tokens(payload))
                .map(|RequestBody { app_request: request }| Self::AppRequested { request }),
            "app_installed" => body(&kind, payload).map(Self::AppInstalled),
            "app_uninstalled_team" => body(&kind, payload).map(Self::AppUninstalledTeam),
            "app_deleted" => body(&kind, payload).map(Self::AppDeleted),
            _ => Ok(Self::Unknown {
                kind,
                payload: without_tokens(payload),
            }),
        }
    }
}

fn scope_event(kind: &str, payload: Value) -> Result<Event, EventError> {
    let ScopeBody { scopes, trigger_id } = body(kind, payload)?;
    Ok(match kind {
        "scope_granted" => Event::ScopeGranted { scopes, trigger_id },
        _ => Event::ScopeDenied { scopes, trigger_id },
    })
}

fn user_event(kind: &str, payload: Value) -> Result<Event, EventError> {
    let ScopeBody { scopes, trigger_id } = body(kind, payload.clone())?;
    let UserBody { user, .. } = body(kind, payload)?;
    Ok(match kind {
        "user_resource_granted" => Event::UserResourceGranted {
            user,
            scopes,
            trigger_id,
        },
        _ => Event::UserResourceDenied {
            user,
            scopes,
            trigger_id,
        },
    })
}

fn membership_event(kind: &str, payload: Value) -> Result<Event, EventError> {
    if let "channel_left" | "group_left" = kind {
        let LeftBody {
            channel,
            actor_id: actor,
        } = body(kind, payload)?;
        let channel_type = if kind == "group_left" {
            ResourceType::Group
        } else {
            ResourceType::Channel
        };
        return Ok(Event::ChannelLeft {
            channel,
            channel_type,
            actor,
        });
    }
    let MemberBody {
        user,
        channel,
        channel_type,
        team,
        inviter,
    } = body(kind, payload)?;
    Ok(match kind {
        "member_joined_channel" => Event::MemberJoinedChannel {
            user,
            channel,
            channel_type,
            team,
            inviter,
        },
        _ => Event::MemberLeftChannel {
            user,
            channel,
            channel_type,
            team,
        },
    })
}

fn message_event(kind: &str, payload: Value) -> Result<Event, EventError> {
    let MessageBody {
        user,
        channel,
        text,
        ts,
        subtype,
    } = body(kind, payload)?;
    Ok(Event::AppHomeMessage {
        user,
        channel,
        text,
        ts,
        subtype,
    })
}

fn body<T: DeserializeOwned>(kind: &str, payload: Value) -> Result<T, EventError> {
    serde_json::from_value(payload).map_err(|error| EventError::Malformed {
        kind: kind.to_owned(),
        reason: wire::reason(&error),
    })
}

/// Some events carry a working token (`function_executed` has `bot_access_token`); none is kept.
fn without_tokens(value: Value) -> Value {
    const PREFIXES: [&str; 7] = ["xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxe", "xapp-", "xwfp-"];
    match value {
        Value::String(text) if PREFIXES.iter().any(|prefix| text.starts_with(prefix)) => Value::String(String::new()),
        Value::Array(items) => items.into_iter().map(without_tokens).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, field)| (name, without_tokens(field)))
            .collect(),
        other => other,
    }
}
