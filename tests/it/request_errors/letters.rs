//! Presses and events on their way to the console: as Slack posted them, changed, or made up, and always
//! rightly signed.

use std::time::Duration;

use anyhow::ensure;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use bytes::Bytes;
use grantbook_api::signature;
use grantbook_core::request::RequestId;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    between::Letter,
    stage::{APP, Place, Stage, Way},
};
use crate::asking::until;

impl Stage {
    /// The person presses the request's button: what Slack posts to the app, not yet delivered.
    pub(crate) async fn press(&self, place: &Place, id: RequestId) -> Letter {
        // The clock stands still otherwise, and no two presses share a moment.
        self.sim.clock().advance(Duration::from_secs(1));
        let callback = format!("perm_request_{}", id.0);
        let (channel, ts) = until("the message is there", || async {
            let world = self.sim.world();
            world.messages.iter().find_map(|(channel, messages)| {
                let message = messages.iter().find(|message| {
                    message
                        .attachments
                        .as_array()
                        .into_iter()
                        .flatten()
                        .any(|one| one["callback_id"] == json!(callback))
                })?;
                Some((channel.clone(), message.ts()))
            })
        })
        .await;
        self.act(json!({
            "action": "press", "channel": channel, "ts": ts, "user": place.user, "attachment": 1, "name": "add_scopes",
        }))
        .await;
        let letter = self.between.press().await;
        if self.way == Way::Straight {
            return letter;
        }
        // The console answers only to Slack's own address, which for it is the one in between.
        let (slack, between) = (
            self.sim.url(),
            self.between.url.as_str().trim_end_matches('/').to_owned(),
        );
        self.changed(&letter, |payload| {
            let url = payload["response_url"].as_str().unwrap().replace(&slack, &between);
            payload["response_url"] = json!(url);
        })
    }

    /// A press with another payload, rightly signed.
    pub(crate) fn changed(&self, letter: &Letter, change: impl FnOnce(&mut Value)) -> Letter {
        let form: Vec<(String, String)> = form_urlencoded::parse(&letter.body).into_owned().collect();
        let payload = form.iter().find(|(name, _)| name == "payload").unwrap();
        let mut payload: Value = serde_json::from_str(&payload.1).unwrap();
        change(&mut payload);
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish();
        self.signed(letter, body)
    }

    /// A letter with another body, signed now.
    pub(crate) fn signed(&self, letter: &Letter, body: impl Into<Bytes>) -> Letter {
        let (body, seconds) = (body.into(), self.sim.clock().now().seconds());
        let mut letter = Letter { body, ..letter.clone() };
        let sign = signature::sign(&self.secret, seconds, &letter.body);
        for (name, value) in [
            (signature::TIMESTAMP_HEADER, seconds.to_string()),
            (signature::SIGNATURE_HEADER, sign),
        ] {
            let name: HeaderName = name.parse().unwrap();
            letter.headers.insert(name, value.parse().unwrap());
        }
        letter
    }

    /// Presses and hands the press on; the trigger.
    pub(crate) async fn press_through(&self, place: &Place, id: RequestId) -> anyhow::Result<String> {
        let letter = self.press(place, id).await;
        let status = self.between.deliver(&letter).await?;
        ensure!(status == StatusCode::OK, "{status}");
        Ok(trigger(&letter))
    }

    /// An event that nobody in the simulator caused.
    pub(crate) async fn tell(&self, place: &Place, id: &str, event: Value) -> anyhow::Result<StatusCode> {
        let body = json!({
            "token": "t", "team_id": place.team, "api_app_id": APP, "event": event, "type": "event_callback",
            "authed_teams": [], "event_id": id, "event_time": self.sim.clock().now().seconds(),
        });
        let bare = Letter {
            path: "/slack/insectoid/events".to_owned(),
            headers: HeaderMap::from_iter([(header::CONTENT_TYPE, "application/json".parse()?)]),
            body: Bytes::new(),
        };
        self.between.deliver(&self.signed(&bare, body.to_string())).await
    }
}

/// The `trigger_id` inside a press.
pub(crate) fn trigger(letter: &Letter) -> String {
    let payload = form_urlencoded::parse(&letter.body)
        .find(|(name, _)| name == "payload")
        .unwrap()
        .1;
    let payload: Value = serde_json::from_str(&payload).unwrap();
    payload["trigger_id"].as_str().unwrap().to_owned()
}
