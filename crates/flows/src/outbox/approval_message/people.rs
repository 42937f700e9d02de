//! What requesters are told, in direct messages.

use grantbook_core::{Timestamp, approval::life::Happening};
use grantbook_store::{StoreError, approvals::StoredStep, outbox::OutboxRow};

use super::{Outcome, channel::said, request_of, send};
use crate::{House, approvals::message::Sheet};

/// Whether the requester was told since the request was settled last.
fn is_told(steps: &[StoredStep]) -> bool {
    let settled = |step: &StoredStep| matches!(step.what, Happening::Acknowledged { .. } | Happening::Noticed { .. });
    let since = steps.iter().rposition(settled).unwrap_or_default();
    steps
        .iter()
        .skip(since)
        .any(|step| matches!(step.what, Happening::Told { .. }))
}

async fn read(house: &House, row: &OutboxRow) -> Result<Option<Sheet>, StoreError> {
    match request_of(row) {
        Some(request) => Sheet::for_requester(house, request).await,
        None => Ok(None),
    }
}

/// How it ended, and why.
pub(super) async fn tell(house: &House, row: &OutboxRow) -> Result<Outcome, StoreError> {
    let Some(sheet) = read(house, row).await? else {
        return Ok(Outcome::failed("unknown_request"));
    };
    let Some((outcome, message)) = sheet.card().answer() else {
        return Ok(Outcome::nothing_to_do("not_settled"));
    };
    if is_told(&sheet.steps) {
        return Ok(Outcome::nothing_to_do("told"));
    }
    let request = sheet.stored.id;
    let requester = sheet.stored.request.requester.id.to_string();
    Ok(match send(house, row, &requester, message).await? {
        Ok(posted) => Outcome::posted(&posted, vec![(request, Happening::Told { outcome })]),
        Err(unsent) => Outcome::unsent(&[request], "tell", unsent),
    })
}

/// Who asked, and in which words: as the request's steps have it.
fn asked(sheet: &Sheet, row: &OutboxRow) -> (String, String) {
    let mut asked = sheet.steps.iter().filter_map(|step| match &step.what {
        Happening::AskedWhy { by, text } => Some((by.clone(), text.clone())),
        _ => None,
    });
    let number = row.payload["number"]
        .as_u64()
        .and_then(|number| usize::try_from(number).ok());
    let found = number.and_then(|number| asked.nth(number));
    found.unwrap_or_else(|| {
        (
            String::new(),
            row.payload["text"].as_str().unwrap_or_default().to_owned(),
        )
    })
}

/// Why they need it.
pub(super) async fn ask_why(house: &House, row: &OutboxRow) -> Result<Outcome, StoreError> {
    let Some(sheet) = read(house, row).await? else {
        return Ok(Outcome::failed("unknown_request"));
    };
    if sheet.stored.state.is_settled() {
        return Ok(Outcome::nothing_to_do(sheet.stored.state.as_str()));
    }
    let (by, words) = asked(&sheet, row);
    let message = sheet.card().question(&by, &words);
    let requester = sheet.stored.request.requester.id.to_string();
    let sent = send(house, row, &requester, message).await?;
    Ok(said(sent, &[sheet.stored.id], "ask_why"))
}

/// That their approval ends.
pub(super) async fn ending(house: &House, row: &OutboxRow, request: i64, at: Timestamp) -> Result<Outcome, StoreError> {
    let Some(sheet) = Sheet::for_requester(house, request).await? else {
        return Ok(Outcome::failed("unknown_request"));
    };
    let message = sheet.card().ending_for_requester(at);
    let requester = sheet.stored.request.requester.id.to_string();
    Ok(said(send(house, row, &requester, message).await?, &[request], "ending"))
}

/// That it has ended.
pub(super) async fn ended(
    house: &House,
    row: &OutboxRow,
    request: i64,
    restricted: bool,
) -> Result<Outcome, StoreError> {
    let Some(sheet) = Sheet::for_requester(house, request).await? else {
        return Ok(Outcome::failed("unknown_request"));
    };
    let message = sheet.card().ended(restricted);
    let requester = sheet.stored.request.requester.id.to_string();
    Ok(said(send(house, row, &requester, message).await?, &[request], "ended"))
}
