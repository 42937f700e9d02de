//! From [`Event`] to JSON, for whoever plays Slack.

use grantbook_core::ResourceType;
use serde_json::{Value, json};

use super::Event;

impl Event {
    /// The event as Slack would send it.
    ///
    /// `event_time`, in seconds since the epoch, becomes `event_ts` where Slack sends one; the events
    /// of the Permissions API carry none.
    pub fn to_json(&self, event_time: i64) -> Value {
        let mut value = self.body();
        if let Value::Object(fields) = &mut value
            && !matches!(self, Self::Unknown { .. })
        {
            fields.insert("type".to_owned(), json!(self.kind()));
            if self.has_event_ts() {
                fields
                    .entry("event_ts")
                    .or_insert_with(|| json!(format!("{event_time}.000000")));
            }
            fields.retain(|_, field| !field.is_null());
        }
        value
    }

    fn body(&self) -> Value {
        match self {
            Self::ScopeGranted { scopes, trigger_id } | Self::ScopeDenied { scopes, trigger_id } => {
                json!({ "scopes": scopes, "trigger_id": trigger_id })
            }
            Self::ResourcesAdded { resources } | Self::ResourcesRemoved { resources } => {
                json!({ "resources": resources })
            }
            Self::UserResourceGranted {
                user,
                scopes,
                trigger_id,
            }
            | Self::UserResourceDenied {
                user,
                scopes,
                trigger_id,
            } => {
                json!({ "user": user, "scopes": scopes, "trigger_id": trigger_id })
            }
            Self::UserResourceRemoved { user, trigger_id } => json!({ "user": user, "trigger_id": trigger_id }),
            Self::TokensRevoked { oauth, bot } => json!({ "tokens": { "oauth": oauth, "bot": bot } }),
            Self::AppUninstalled => json!({}),
            Self::TeamAccessGranted { team_ids } | Self::TeamAccessRevoked { team_ids } => {
                json!({ "team_ids": team_ids })
            }
            Self::MemberJoinedChannel {
                user,
                channel,
                channel_type,
                team,
                inviter,
            } => json!({
                "user": user, "channel": channel, "channel_type": channel_type.map(letter), "team": team, "inviter": inviter,
            }),
            Self::MemberLeftChannel {
                user,
                channel,
                channel_type,
                team,
            } => json!({
                "user": user, "channel": channel, "channel_type": channel_type.map(letter), "team": team,
            }),
            Self::ChannelLeft { channel, actor, .. } => json!({ "channel": channel, "actor_id": actor }),
            Self::AppHomeMessage {
                user,
                channel,
                text,
                ts,
                subtype,
            } => json!({
                "user": user, "channel": channel, "text": text, "ts": ts, "event_ts": ts, "subtype": subtype,
                "channel_type": ResourceType::AppHome,
            }),
            Self::AppRequested { request } => json!({ "app_request": request }),
            Self::AppInstalled(app) | Self::AppUninstalledTeam(app) | Self::AppDeleted(app) => json!(app),
            Self::Unknown { payload, .. } => payload.clone(),
        }
    }

    fn has_event_ts(&self) -> bool {
        matches!(
            self,
            Self::AppInstalled(_)
                | Self::AppUninstalledTeam(_)
                | Self::AppDeleted(_)
                | Self::TeamAccessGranted { .. }
                | Self::TeamAccessRevoked { .. }
                | Self::MemberJoinedChannel { .. }
                | Self::MemberLeftChannel { .. }
                | Self::ChannelLeft { .. }
        )
    }
}

/// How membership events name a conversation's type: private conversations of any kind are `G`.
fn letter(channel_type: ResourceType) -> &'static str {
    match channel_type {
        ResourceType::Channel => "C",
        ResourceType::Group => "G",
        ResourceType::Im => "D",
        other => other.as_str(),
    }
}
