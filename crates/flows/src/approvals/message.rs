//! Messages about app requests: the one in the approvers' channel, which follows the request until it is settled,
//! and those to the requester.
//!
//! Whoever changes a request asks here what is to be said, and writes those rows with the change, in one
//! transaction. Rows hold ids only: the words are made when they are sent, from how the request stands then.

mod card;
mod letters;
mod scopes;
mod sheet;
mod standing;
#[cfg(test)]
mod tests;
mod text;
mod value;

use grantbook_core::{
    Timestamp,
    approval::{Decision, life::Outcome},
};
use grantbook_store::{approvals::StoredAppRequest, outbox::NewOutbox};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::House;

pub use value::ACTIONS;

pub(crate) use card::Card;
pub(crate) use letters::waiting;
pub(crate) use sheet::Sheet;
pub(crate) use value::{Button, Deed};

/// What the requester is asked where nobody says it in other words.
pub(super) const WHAT_FOR: &str = "What do you need it for, and for how long?";

/// The kind of a row that posts a request to the approvers' channel.
pub(crate) const POST: &str = "app_post";
/// The kind of a row that makes that message say how the request stands.
pub(crate) const UPDATE: &str = "app_update";
/// The kind of a row that tells the requester how it ended.
pub(crate) const TELL: &str = "app_tell";
/// The kind of a row that asks the requester why.
pub(crate) const WHY: &str = "app_why";
/// The kind of a row that reminds, calls others, or tells of an end that comes near.
pub(crate) const REMIND: &str = "app_remind";

/// What a row of [`REMIND`] says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub(crate) enum Remind {
    /// Requests wait for a decision; these people are called, where there are any. In a channel, or to a person.
    Waiting {
        app_requests: Vec<i64>,
        to: Vec<String>,
        at: String,
    },
    /// An approval ends: for the channel.
    Ending { app_request: i64, at: Timestamp },
    /// The same, for the requester.
    EndingForRequester { app_request: i64, at: Timestamp },
    /// It has ended: for the requester.
    Ended { app_request: i64, restricted: bool },
}

/// The id of the row that posts a request: it is posted once.
pub(crate) fn post_id(request: i64) -> String {
    format!("app-post:{request}")
}

/// A row about one request.
pub(crate) fn row(house: &House, kind: &str, id: String, installation: i64, payload: Value) -> NewOutbox {
    NewOutbox {
        id,
        kind: kind.to_owned(),
        installation,
        request: None,
        payload,
        due_at: house.clock.now(),
    }
}

fn about(house: &House, stored: &StoredAppRequest, kind: &str, id: String) -> NewOutbox {
    row(
        house,
        kind,
        id,
        stored.installation,
        json!({ "app_request": stored.id }),
    )
}

/// Where the request stands in the console.
pub(crate) fn page(house: &House, request: i64) -> Url {
    under(house, &format!("queue/{request}"))
}

/// The queue in the console.
pub(crate) fn queue(house: &House) -> Url {
    under(house, "queue")
}

fn under(house: &House, path: &str) -> Url {
    let mut url = house.addresses.public_url.clone();
    let base = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{base}/{path}"));
    url
}

fn is_told_in_channel(house: &House, stored: &StoredAppRequest) -> bool {
    stored.message.is_some() || house.approvals.settings().channel.is_some()
}

/// Whether it ever waited for people, so that a message of it may be there or on its way.
fn waited(stored: &StoredAppRequest) -> bool {
    let left_to_people = stored
        .verdict
        .as_ref()
        .is_some_and(|verdict| matches!(verdict.decision, Decision::Ask { .. }));
    left_to_people || stored.message.is_some() || stored.problem.is_some() || stored.decisions > 1
}

fn post(house: &House, stored: &StoredAppRequest) -> NewOutbox {
    about(house, stored, POST, post_id(stored.id))
}

fn update(house: &House, stored: &StoredAppRequest) -> NewOutbox {
    let id = format!("app-update:{}:{}", stored.id, house.ids.id());
    about(house, stored, UPDATE, id)
}

/// A request waits for people now: it is posted to the approvers' channel, where there is one.
pub(crate) fn on_arrival(house: &House, stored: &StoredAppRequest) -> Vec<NewOutbox> {
    on_change(house, stored)
}

/// Something changed about a request that waits, or its decision is on its way: a vote, a refusal, a question. The
/// message says so; one that was never posted, as a rule had decided and Slack refused, is posted.
pub(crate) fn on_change(house: &House, stored: &StoredAppRequest) -> Vec<NewOutbox> {
    if !is_told_in_channel(house, stored) {
        return Vec::new();
    }
    // Which of the two has something to do is known when they are worked on: the post is there once.
    let mut rows = vec![update(house, stored)];
    if stored.message.is_none() {
        rows.insert(0, post(house, stored));
    }
    rows
}

/// The requester is asked why they need it, for the `number`-th time from 0.
pub(crate) fn on_asked_why(house: &House, stored: &StoredAppRequest, text: &str, number: usize) -> Vec<NewOutbox> {
    let payload = json!({ "app_request": stored.id, "text": text, "number": number });
    let id = format!("app-why:{}:{number}", stored.id);
    let mut rows = on_change(house, stored);
    rows.push(row(house, WHY, id, stored.installation, payload));
    rows
}

/// A request is settled: its message says by whom and why, and the requester is told. What a rule decided was never
/// posted, and has no message to change.
pub(crate) fn on_settled(house: &House, stored: &StoredAppRequest, outcome: Outcome) -> Vec<NewOutbox> {
    let id = format!("app-tell:{}:{}", stored.id, house.ids.id());
    let payload = json!({ "app_request": stored.id, "outcome": outcome });
    let mut rows = vec![row(house, TELL, id, stored.installation, payload)];
    if is_told_in_channel(house, stored) && waited(stored) {
        rows.insert(0, update(house, stored));
    }
    rows
}
