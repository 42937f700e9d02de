//! What Slack is told about a request, as rows of the outbox: a message for the approvers, its updates, and the
//! answer to whoever asked. Rows hold the request's number; what they say is read when they are sent.

use grantbook_core::approval::life::Outcome;
use grantbook_store::{approvals::StoredAppRequest, outbox::NewOutbox};
use serde_json::{Value, json};

use crate::House;

/// What the requester is asked where nobody says it in other words.
pub(super) const WHY: &str = "What do you need it for?";

/// The kind of a row that posts a new request for the approvers.
pub(crate) const POST: &str = "app_post";
/// The kind of a row that brings that message up to date.
pub(crate) const UPDATE: &str = "app_update";
/// The kind of a row that tells the requester the outcome.
pub(crate) const TELL: &str = "app_tell";
/// The kind of a row that asks the requester why.
pub(crate) const ASK_WHY: &str = "app_why";

fn row(house: &House, stored: &StoredAppRequest, kind: &str, id: String, mut payload: Value) -> NewOutbox {
    payload["app_request"] = json!(stored.id);
    NewOutbox {
        id,
        kind: kind.to_owned(),
        installation: stored.installation,
        request: None,
        payload,
        due_at: house.clock.now(),
    }
}

fn has_channel(house: &House) -> bool {
    house.approvals.settings().channel.is_some()
}

/// It waits for a person now.
pub(crate) fn on_arrival(house: &House, stored: &StoredAppRequest) -> Vec<NewOutbox> {
    let id = format!("app-post:{}:{}", stored.id, stored.decisions);
    has_channel(house)
        .then(|| row(house, stored, POST, id, json!({})))
        .into_iter()
        .collect()
}

/// Something about it changed that the message shows.
pub(crate) fn on_change(house: &House, stored: &StoredAppRequest) -> Vec<NewOutbox> {
    let id = format!("app-update:{}:{}", stored.id, house.ids.id());
    has_channel(house)
        .then(|| row(house, stored, UPDATE, id, json!({})))
        .into_iter()
        .collect()
}

/// It is settled at Slack.
pub(crate) fn on_settled(house: &House, stored: &StoredAppRequest, outcome: Outcome) -> Vec<NewOutbox> {
    let id = format!("app-tell:{}:{}", stored.id, stored.decisions);
    let mut rows = on_change(house, stored);
    rows.push(row(house, stored, TELL, id, json!({ "outcome": outcome })));
    rows
}

/// Somebody wants to know why it is needed.
pub(crate) fn on_asked_why(house: &House, stored: &StoredAppRequest, text: &str, number: usize) -> Vec<NewOutbox> {
    let id = format!("app-why:{}:{number}", stored.id);
    vec![row(house, stored, ASK_WHY, id, json!({ "text": text }))]
}
