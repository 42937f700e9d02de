//! What is said in the approvers' channel.

use grantbook_core::{
    ResourceId, Timestamp,
    approval::life::{Happening, State},
};
use grantbook_store::{StoreError, outbox::OutboxRow};
use serde_json::json;

use super::{Outcome, PAUSES, Unsent, call, people, request_of, send};
use crate::{
    House,
    approvals::message::{Button, Remind, Sheet, post_id, queue, waiting},
};

/// How often a message is written anew where its request changes meanwhile.
const ROUNDS: usize = 5;

async fn read(house: &House, row: &OutboxRow) -> Result<Option<Sheet>, StoreError> {
    match request_of(row) {
        Some(request) => Sheet::read(house, request).await,
        None => Ok(None),
    }
}

/// A new open request, with its buttons. A row that was made before the last decision posts nothing: whatever
/// opened the request again has made its own.
pub(super) async fn post(house: &House, row: &OutboxRow) -> Result<Outcome, StoreError> {
    let Some(sheet) = read(house, row).await? else {
        return Ok(Outcome::failed("unknown_request"));
    };
    let stored = &sheet.stored;
    if let Some((channel, ts)) = &stored.message {
        let receipt = json!({ "channel": channel, "ts": ts });
        return Ok(Outcome::Done {
            receipt,
            happened: Vec::new(),
        });
    }
    if stored.state != State::Open || row.payload["decisions"].as_u64() != Some(u64::from(stored.decisions)) {
        return Ok(Outcome::nothing_to_do(stored.state.as_str()));
    }
    let Some(channel) = house.approvals.settings().channel.clone() else {
        return Ok(Outcome::nothing_to_do("no_channel"));
    };
    let value = Button::of(stored, &channel).seal(house);
    let message = sheet.card().message(Some(&value));
    Ok(match send(house, row, &channel, message).await? {
        Ok(posted) => {
            let happening = Happening::Posted {
                channel: posted.channel.to_string(),
                ts: posted.ts.clone(),
            };
            Outcome::posted(&posted, vec![(stored.id, happening)])
        }
        Err(unsent) => Outcome::unsent(&[stored.id], "post", unsent),
    })
}

/// The message says how the request stands now.
pub(super) async fn update(house: &House, row: &OutboxRow) -> Result<Outcome, StoreError> {
    let Some(sheet) = read(house, row).await? else {
        return Ok(Outcome::failed("unknown_request"));
    };
    match sheet.stored.message.clone() {
        Some((channel, ts)) => match channel.parse() {
            Ok(channel) => write_until_it_is_true(house, row, sheet, &channel, &ts).await,
            Err(_) => Ok(Outcome::failed("channel_not_found")),
        },
        None => without_message(house, &sheet).await,
    }
}

/// Its post may be on its way; else there is nothing to change.
async fn without_message(house: &House, sheet: &Sheet) -> Result<Outcome, StoreError> {
    let posts = (0..=sheet.stored.decisions).map(|decisions| post_id(sheet.stored.id, decisions));
    for post in posts {
        let state = house.store.outbox_state(&post).await?;
        if matches!(state.as_deref(), Some("due" | "sending")) {
            return Ok(Outcome::Later {
                seconds: PAUSES[0],
                error: "not_posted_yet".to_owned(),
            });
        }
    }
    // It may have been posted in this very moment.
    let again = house.store.stored_app_request(sheet.stored.id).await?;
    if again.is_some_and(|stored| stored.message.is_some()) {
        return Ok(Outcome::Later {
            seconds: 0,
            error: "just_posted".to_owned(),
        });
    }
    Ok(Outcome::nothing_to_do("never_posted"))
}

/// Two who write at once cannot leave the older words: whoever wrote looks again.
async fn write_until_it_is_true(
    house: &House,
    row: &OutboxRow,
    mut sheet: Sheet,
    channel: &ResourceId,
    ts: &str,
) -> Result<Outcome, StoreError> {
    let request = sheet.stored.id;
    for _ in 0..ROUNDS {
        let value = Button::of(&sheet.stored, channel.as_str()).seal(house);
        let message = sheet.card().message(Some(&value));
        // Writing the same twice is writing it once, so that every passing fault is tried again.
        let update = message.clone().update(channel.clone(), ts);
        if let Err(unsent) = call(house, row, update, Unsent::after_harmless).await? {
            return Ok(Outcome::unsent(&[request], "update", unsent));
        }
        let Some(again) = Sheet::read(house, request).await? else {
            break;
        };
        let value = Button::of(&again.stored, channel.as_str()).seal(house);
        if again.card().message(Some(&value)) == message {
            return Ok(Outcome::Done {
                receipt: json!({ "channel": channel, "ts": ts, "state": again.stored.state.as_str() }),
                happened: Vec::new(),
            });
        }
        sheet = again;
    }
    Ok(Outcome::Later {
        seconds: PAUSES[0],
        error: "changing".to_owned(),
    })
}

/// What is said as time passes: requests that wait, or an approval that ends.
pub(super) async fn remind(house: &House, row: &OutboxRow) -> Result<Outcome, StoreError> {
    let Ok(wish) = serde_json::from_value::<Remind>(row.payload.clone()) else {
        return Ok(Outcome::failed("unreadable"));
    };
    match wish {
        Remind::Waiting { app_requests, to, at } => remind_of(house, row, &app_requests, &to, &at).await,
        Remind::Ending { app_request, at } => ending(house, row, app_request, at).await,
        Remind::EndingForRequester { app_request, at } => people::ending(house, row, app_request, at).await,
        Remind::Ended {
            app_request,
            restricted,
        } => people::ended(house, row, app_request, restricted).await,
    }
}

async fn remind_of(
    house: &House,
    row: &OutboxRow,
    requests: &[i64],
    to: &[String],
    at: &str,
) -> Result<Outcome, StoreError> {
    let mut sheets = Vec::new();
    for request in requests {
        let sheet = Sheet::read(house, *request).await?;
        sheets.extend(sheet.filter(|sheet| sheet.stored.state == State::Open));
    }
    if sheets.is_empty() {
        return Ok(Outcome::nothing_to_do("none_waits"));
    }
    let cards: Vec<_> = sheets.iter().map(Sheet::card).collect();
    let message = waiting(&cards, cards.len(), to, &queue(house));
    let still: Vec<i64> = sheets.iter().map(|sheet| sheet.stored.id).collect();
    Ok(said(send(house, row, at, message).await?, &still, "remind"))
}

async fn ending(house: &House, row: &OutboxRow, request: i64, at: Timestamp) -> Result<Outcome, StoreError> {
    let Some(channel) = house.approvals.settings().channel.clone() else {
        return Ok(Outcome::nothing_to_do("no_channel"));
    };
    let Some(sheet) = Sheet::read(house, request).await? else {
        return Ok(Outcome::failed("unknown_request"));
    };
    let message = sheet.card().ending_for_channel(at);
    Ok(said(send(house, row, &channel, message).await?, &[request], "ending"))
}

/// What came of a message after which nothing happens.
pub(super) fn said(
    sent: Result<grantbook_api::methods::ChatPostMessageAnswer, Unsent>,
    requests: &[i64],
    message: &str,
) -> Outcome {
    match sent {
        Ok(posted) => Outcome::posted(&posted, Vec::new()),
        Err(unsent) => Outcome::unsent(requests, message, unsent),
    }
}
