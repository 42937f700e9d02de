//! A decision on an app request is carried to Slack, as often as it takes, and its end is what Slack's lists show.
//!
//! The methods are not idempotent, but their refusals tell what is the case: after `request_already_resolved` the
//! lists say how. A call whose answer was lost may therefore be made again.

use grantbook_api::{
    error::CallError,
    methods::{AdminAppsApprove, AdminAppsRequestsCancel, AdminAppsRestrict, admin_apps::AdminSubject},
};
use grantbook_core::{
    Scope, Timestamp,
    approval::{
        Decision, Level, Previous, Resolver,
        life::{Happening, Outcome, State},
    },
};
use grantbook_store::{
    StoreError,
    approvals::{Record, RecordError, StoredAppRequest, resolutions::Noted},
    outbox::OutboxRow,
    tokens::Holder,
};
use serde_json::json;

use super::{ONCE, app_call::DONE_ALL_THE_SAME, prepared, write_down};
use crate::{
    House,
    approvals::{
        lists::{self, Place},
        message, shown, timers,
    },
    failure,
    rotation::{Calling, CallingError},
};

/// How long to wait after each try, in seconds: a call made twice does no harm.
const PAUSES: [i64; 5] = [1, 2, 5, 10, 20];
/// How long afterwards.
const LAST_PAUSE: i64 = 60;
/// Refusals after which nothing is pending: the lists say what came of the request.
const OVER: [&str; 2] = ["request_already_resolved", "invalid_request_id"];

/// What came of one try.
enum Tried {
    /// It is over: this happened.
    Over(Happening),
    /// Try again after so many seconds.
    Later { seconds: i64, error: String },
    /// There is nothing to do any more.
    Nothing,
}

/// Carries one row.
pub(super) async fn work(house: &House, row: &OutboxRow) {
    let tried = prepared(row, perform(house, row).await, |error| later(row, error));
    write_down(row, || write(house, row, &tried)).await;
}

/// A decision is never given up for want of an answer: the last pause repeats.
fn later(row: &OutboxRow, error: String) -> Tried {
    let tries = usize::try_from(row.tries.max(1) - 1).unwrap_or(usize::MAX);
    let seconds = PAUSES.get(tries).copied().unwrap_or(LAST_PAUSE);
    Tried::Later { seconds, error }
}

fn number(row: &OutboxRow, field: &str) -> Option<i64> {
    row.payload.get(field)?.as_i64()
}

async fn load(house: &House, row: &OutboxRow) -> Result<Option<StoredAppRequest>, StoreError> {
    match number(row, "app_request") {
        Some(id) => house.store.stored_app_request(id).await,
        None => Ok(None),
    }
}

async fn perform(house: &House, row: &OutboxRow) -> Result<Tried, StoreError> {
    let Some(stored) = load(house, row).await? else {
        return Ok(Tried::Nothing);
    };
    let is_this = number(row, "decision") == Some(i64::from(stored.decisions));
    let Some(decision) = stored
        .decision
        .clone()
        .filter(|_| is_this && stored.state == State::Deciding)
    else {
        return Ok(Tried::Nothing);
    };
    let Some(outcome) = Outcome::of(&decision) else {
        return Ok(Tried::Nothing);
    };
    let Some((key, person)) = house.manager_of(&stored).await? else {
        return Ok(later(row, "no_administrator".to_owned()));
    };
    let me = person.to_string();
    let mut calling = match house.calling_as(&key, Holder::User(person)).await {
        Ok(calling) => calling,
        Err(crate::rotation::TokenError::Store(error)) => return Err(error),
        Err(error) => return Ok(later(row, error.code().to_owned())),
    };
    let answer = ask(house, &mut calling, &stored, &decision).await;
    match answer {
        Ok(()) => Ok(Tried::Over(Happening::Acknowledged { outcome, code: None })),
        Err(CallingError::Slack(error)) => judge(house, &mut calling, row, &stored, (outcome, &me), &error).await,
        Err(error @ CallingError::Token(_)) => Ok(later(row, lists::code(&error))),
    }
}

async fn ask(
    house: &House,
    calling: &mut Calling<'_>,
    stored: &StoredAppRequest,
    decision: &Decision,
) -> Result<(), CallingError> {
    let slack = house.slack.with_policy(ONCE);
    let subject = AdminSubject::Request(stored.request.id.to_string());
    let here = place(stored, Level::Workspace).level();
    let named = |scopes: &[Scope]| (!scopes.is_empty()).then(|| scopes.to_vec());
    match decision {
        Decision::Approve(approved) => {
            // Where nothing is left out, Slack approves all that is asked for; naming scopes leaves others out.
            let partly = !approved.withheld.is_empty();
            let arguments = AdminAppsApprove {
                subject,
                level: place(stored, approved.level).level(),
                bot_scopes: named(&approved.bot_scopes).filter(|_| partly),
                user_scopes: named(&approved.user_scopes).filter(|_| partly),
                domains: Vec::new(),
            };
            calling.call(&slack, &arguments).await.map(drop)
        }
        Decision::Restrict { level, .. } => {
            let arguments = AdminAppsRestrict {
                subject,
                level: place(stored, *level).level(),
                domains: Vec::new(),
            };
            calling.call(&slack, &arguments).await.map(drop)
        }
        Decision::Cancel { .. } | Decision::Ask { .. } => {
            let arguments = AdminAppsRequestsCancel {
                request_id: stored.request.id.to_string(),
                level: here,
            };
            calling.call(&slack, &arguments).await.map(drop)
        }
    }
}

/// Where a decision at this level holds.
fn place(stored: &StoredAppRequest, level: Level) -> Place {
    Place {
        enterprise: stored.enterprise.clone(),
        team: stored.request.team.clone().filter(|_| level == Level::Workspace),
    }
}

/// What a call that failed means.
async fn judge(
    house: &House,
    calling: &mut Calling<'_>,
    row: &OutboxRow,
    stored: &StoredAppRequest,
    (outcome, me): (Outcome, &str),
    error: &CallError,
) -> Result<Tried, StoreError> {
    let code = failure::code(error);
    if DONE_ALL_THE_SAME.contains(&code.as_str()) {
        let code = Some(code);
        return Ok(Tried::Over(Happening::Acknowledged { outcome, code }));
    }
    if OVER.contains(&code.as_str()) {
        return match look(house, calling, stored).await {
            Ok(Found::Pending) => Ok(later(row, code)),
            Ok(Found::Answered(found, by)) => Ok(Tried::Over(told(outcome, me, code, found, by))),
            Err(CallingError::Token(crate::rotation::TokenError::Store(error))) => Err(error),
            Err(error) => Ok(later(row, lists::code(&error))),
        };
    }
    // Only Slack's own clear no is one.
    let clear = error
        .code()
        .is_some_and(|code| !code.is_transient() && !code.is_token_trouble());
    if clear {
        return Ok(Tried::Over(Happening::Refused { code }));
    }
    let asked = match error {
        CallError::RateLimited { retry_after } => i64::try_from(retry_after.as_secs()).unwrap_or(0) + 1,
        _ => 0,
    };
    Ok(match later(row, code) {
        Tried::Later { seconds, error } => Tried::Later {
            seconds: seconds.max(asked),
            error,
        },
        over => over,
    })
}

/// It was resolved before this call. By an earlier try of ours, where Slack names our administrator or nobody; else
/// somebody else was quicker.
fn told(outcome: Outcome, me: &str, code: String, found: Outcome, by: Option<Resolver>) -> Happening {
    let ours = by.as_ref().is_none_or(|by| by.actor_id == me);
    if found == outcome && ours {
        return Happening::Acknowledged {
            outcome,
            code: Some(code),
        };
    }
    Happening::Noticed { outcome: found, by }
}

enum Found {
    /// It waits after all.
    Pending,
    /// So it stands, and by whom.
    Answered(Outcome, Option<Resolver>),
}

/// Looks into Slack's lists for what came of a request.
async fn look(house: &House, calling: &mut Calling<'_>, stored: &StoredAppRequest) -> Result<Found, CallingError> {
    let here = place(stored, Level::Workspace);
    let pending = lists::pending(house, calling, &here).await?;
    if pending.requests.iter().any(|request| request.id == stored.request.id) {
        return Ok(Found::Pending);
    }
    let lists_here = lists::resolutions(house, calling, &here).await?;
    let above = match &here.team {
        Some(_) => lists::resolutions(house, calling, &here.organization()).await?,
        None => lists::Resolutions::default(),
    };
    let (outcome, by) = shown(stored, &lists_here, &above);
    Ok(Found::Answered(outcome, by))
}

async fn write(house: &House, row: &OutboxRow, tried: &Tried) -> Result<(), StoreError> {
    let now = house.clock.now();
    let what = match tried {
        Tried::Later { seconds, error } => {
            return house
                .store
                .outbox_retry(&row.id, now.plus_seconds(*seconds), error)
                .await;
        }
        Tried::Nothing => None,
        Tried::Over(what) => Some(what),
    };
    let stored = load(house, row).await?;
    let Some((stored, what)) = stored.zip(what) else {
        return house
            .store
            .outbox_sent(&row.id, &json!({ "done": "before" }), None, now)
            .await;
    };
    let record = record(house, row, &stored, what, now);
    match house.store.record_app_request(stored.id, record, now).await {
        Ok(_) => Ok(()),
        // A reading of the lists was quicker: it has said all there is to say.
        Err(RecordError::OutOfTurn(_) | RecordError::Missing(_)) => {
            house
                .store
                .outbox_sent(&row.id, &json!({ "done": "before" }), None, now)
                .await
        }
        Err(RecordError::Store(error)) => Err(error),
    }
}

fn record(house: &House, row: &OutboxRow, stored: &StoredAppRequest, what: &Happening, now: Timestamp) -> Record {
    let ending = match what {
        Happening::Refused { code } => Err(code.clone()),
        what => Ok(json!({ "what": what })),
    };
    let mut record = Record::of(what.clone());
    record.ends = Some((row.id.clone(), ending));
    match what {
        Happening::Acknowledged { outcome, .. } => {
            record.outbox = message::on_settled(house, stored, *outcome);
            record.noted = noted(house, stored, now);
        }
        Happening::Noticed { outcome, .. } => record.outbox = message::on_settled(house, stored, *outcome),
        _ => {
            record.outbox = message::on_arrival(house, stored);
            record.timers = Some(timers(&house.approvals.settings(), now));
        }
    }
    record
}

/// What stands now because of the decision; nothing where the request was only dismissed.
fn noted(house: &House, stored: &StoredAppRequest, now: Timestamp) -> Option<Noted> {
    let (status, scopes, level, for_days) = match stored.decision.as_ref()? {
        Decision::Approve(approved) => {
            let all = [&approved.bot_scopes, &approved.user_scopes, &approved.other_scopes];
            let scopes = all.into_iter().flatten().cloned().collect();
            (Previous::Approved, scopes, approved.level, approved.for_days)
        }
        Decision::Restrict { level, .. } => {
            let scopes = stored.request.scopes.iter().map(|asked| asked.name.clone());
            (Previous::Restricted, scopes.collect(), *level, None)
        }
        Decision::Cancel { .. } | Decision::Ask { .. } => return None,
    };
    let how = house.approvals.settings().at_the_end.as_str();
    Some(Noted {
        enterprise: stored.enterprise.clone(),
        team: place(stored, level).team,
        app: stored.request.app.id.clone(),
        app_name: stored.request.app.name.clone(),
        status,
        scopes,
        request: Some(stored.id),
        by: stored.decided_by.clone().unwrap_or_default(),
        ends: for_days.map(|days| (now.plus_seconds(i64::from(days) * 86_400), how.to_owned())),
    })
}
