//! Judging: the rules in force are asked about each new request, once, and the risk is worked out beside them.

use std::collections::BTreeSet;

use futures_util::{TryStreamExt as _, stream::FuturesUnordered};
use grantbook_core::{
    Scope, Timestamp,
    approval::{
        Context, Decision, Previous, RuleRef, decide,
        life::{Happening, State},
        risk,
    },
};
use grantbook_store::{
    StoreError,
    approvals::{Judgement, Record, RecordError, StoredAppRequest, Timers, resolutions::StoredResolution},
};

use super::{Settings, decide::decided, message, rules};
use crate::House;

/// Requests judged before the database is asked for more.
const ROWS: u64 = 100;
/// Requests judged at once: most of the time each waits for the database.
const AT_ONCE: usize = 4;

/// Judges every request that waits for it; answers how many.
///
/// # Errors
///
/// Fails where storage does; what was judged before stays so.
pub async fn judge_new(house: &House) -> Result<usize, StoreError> {
    let (mut after, mut judged) = (0, 0);
    loop {
        let waiting = house.store.app_requests_in(State::New, after, ROWS).await?;
        let Some(last) = waiting.last() else {
            return Ok(judged);
        };
        after = last.id;
        let (mut judging, mut next) = (FuturesUnordered::new(), waiting.iter());
        loop {
            let free = AT_ONCE - judging.len();
            judging.extend(next.by_ref().take(free).map(|stored| judge(house, stored)));
            match judging.try_next().await? {
                Some(is_ours) => judged += usize::from(is_ours),
                None => break,
            }
        }
        house.outbox_due.notify_one();
    }
}

/// Judges one; false where another replica was quicker.
async fn judge(house: &House, stored: &StoredAppRequest) -> Result<bool, StoreError> {
    let now = house.clock.now();
    let record = judgement(house, stored, now).await?;
    match house.store.record_app_request(stored.id, record, now).await {
        Ok(_) => Ok(true),
        Err(RecordError::OutOfTurn(_) | RecordError::Missing(_)) => Ok(false),
        Err(RecordError::Store(error)) => Err(error),
    }
}

async fn judgement(house: &House, stored: &StoredAppRequest, now: Timestamp) -> Result<Record, StoreError> {
    let request = &stored.request;
    let in_force = rules::in_force(house).await?;
    let context = context(house, stored).await?;
    let verdict = decide(&in_force.rules, request);
    let decision = verdict.decision();
    let rule = verdict.rule().zip(verdict.position());
    let rule = rule.map(|(rule, position)| RuleRef::new(rule, position));
    let new = |name: &Scope| !context.approved_scopes.contains(name);
    // A scope asked for twice, for the app and for a person, counts twice, as it does among all scopes.
    let new_scopes = request.scopes.iter().filter(|asked| new(&asked.name)).count();
    let judged = Happening::Judged {
        rule: rule.clone(),
        version: in_force.version,
        decision: decision.clone(),
    };
    let told = told(&decision).map(str::to_owned);
    let mut record = if let (Some(rule), Some(reason)) = (&rule, told) {
        let mut record = decided(stored, &format!("rule:{}", rule.id), decision, reason, now);
        record.happenings.insert(0, judged);
        record
    } else {
        let mut record = Record::of(judged);
        record.outbox = message::on_arrival(house, stored);
        record.timers = Some(timers(&house.approvals.settings(), now));
        record
    };
    record.judgement = Some(Judgement {
        risk: risk(request, &context),
        verdict: verdict.explain(),
        new_scopes,
        shadow: in_force.shadow.as_ref().map(|(version, rules)| {
            let other = decide(rules, request).decision();
            (*version, other.same_effect(&verdict.decision()))
        }),
    });
    Ok(record)
}

/// What the requester is told of a decision; `None` where it is left to people.
fn told(decision: &Decision) -> Option<&str> {
    match decision {
        Decision::Approve(_) => Some(""),
        Decision::Restrict { reason, .. } | Decision::Cancel { reason } => Some(reason),
        Decision::Ask { .. } => None,
    }
}

/// When something is to be done about a request that waits from now on.
pub(crate) fn timers(settings: &Settings, now: Timestamp) -> Timers {
    let hours = |hours: u32| (hours > 0).then(|| now.plus_seconds(i64::from(hours) * 3_600));
    let escalates = !settings.escalate_to.is_empty();
    Timers {
        remind_at: hours(settings.remind_after_hours),
        escalate_at: hours(settings.escalate_after_hours).filter(|_| escalates),
        expire_at: hours(settings.expire_after_days.saturating_mul(24)),
    }
}

/// What is known about the app beside the request.
async fn context(house: &House, stored: &StoredAppRequest) -> Result<Context, StoreError> {
    let (enterprise, request) = (&stored.enterprise, &stored.request);
    let standing = house
        .store
        .standing_resolutions(enterprise, Some(&request.app.id))
        .await?;
    let elsewhere = |status: Previous| {
        let others = standing.iter().filter(|one| one.team != request.team);
        u32::try_from(others.filter(|one| one.listed.status == status).count()).unwrap_or(u32::MAX)
    };
    Ok(Context {
        installed_in: house.store.installed_in(enterprise, &request.app.id).await?,
        approved_elsewhere: elsewhere(Previous::Approved),
        restricted_elsewhere: elsewhere(Previous::Restricted),
        approved_scopes: approved(stored, &standing),
    })
}

/// The scopes that are approved for the app where the request asks for it.
fn approved(stored: &StoredAppRequest, standing: &[StoredResolution]) -> BTreeSet<Scope> {
    let counts = |one: &&StoredResolution| {
        one.listed.status == Previous::Approved && (one.team.is_none() || one.team == stored.request.team)
    };
    let ours = standing.iter().filter(counts).flat_map(|one| one.listed.scopes.iter());
    let slacks = stored.request.scopes.iter().filter(|asked| asked.is_approved);
    ours.chain(slacks.map(|asked| &asked.name)).cloned().collect()
}
