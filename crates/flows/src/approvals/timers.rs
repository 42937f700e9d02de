//! What time brings: reminders, calls to others, requests that nobody decided, and approvals that end by themselves.
//!
//! Each is claimed in the transaction that writes what follows from it, so that any number of replicas may look, and
//! one that dies leaves nothing half done.

use std::{collections::BTreeMap, time::Duration};

use grantbook_core::{
    Timestamp,
    approval::{Decision, life::Happening},
};
use grantbook_store::{
    StoreError,
    approvals::{RecordError, StoredAppRequest, StoredResolution, Timer, end_id},
    outbox::NewOutbox,
};
use serde_json::json;
use tokio::time::MissedTickBehavior;

use super::{
    Settings,
    decide::decided,
    message::{REMIND, Remind, row},
};
use crate::{House, outbox::APP_END};

/// How often it is looked whether anything is due.
const TICK: Duration = Duration::from_secs(15);
/// What is taken on in one go.
const AT_ONCE: u64 = 200;
/// Who decided where nobody did.
const WHO: &str = "timer";

/// What a look at the clock did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimersDone {
    /// Requests of which approvers were reminded.
    pub reminded: usize,
    /// Requests for which others were called.
    pub escalated: usize,
    /// Requests that were cancelled.
    pub expired: usize,
    /// Approvals of whose end people were told.
    pub noticed: usize,
    /// Approvals whose end was begun.
    pub ended: usize,
}

/// Runs until dropped.
pub(super) async fn run(house: &House) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match sweep_timers(house).await {
            Ok(done) if done == TimersDone::default() => {}
            Ok(done) => tracing::info!(
                reminded = done.reminded,
                escalated = done.escalated,
                expired = done.expired,
                noticed = done.noticed,
                ended = done.ended,
                "time brought something about app requests"
            ),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "what is due about app requests could not be done");
            }
        }
    }
}

/// Does what is due now.
///
/// # Errors
///
/// Fails where storage does; what was done before stays so, the rest stays due.
pub async fn sweep_timers(house: &House) -> Result<TimersDone, StoreError> {
    let settings = house.approvals.settings();
    let done = TimersDone {
        reminded: remind(house, &settings).await?,
        escalated: escalate(house, &settings).await?,
        expired: expire(house, &settings).await?,
        noticed: notice(house, &settings).await?,
        ended: end(house).await?,
    };
    if done != TimersDone::default() {
        house.outbox_due.notify_one();
    }
    Ok(done)
}

fn hours(now: Timestamp, hours: u32) -> Option<Timestamp> {
    (hours > 0).then(|| now.plus_seconds(i64::from(hours) * 3_600))
}

/// A row that says something to a channel or a person.
fn say(house: &House, installation: i64, request: i64, what: &Remind) -> NewOutbox {
    let id = format!("app-remind:{request}:{}", house.ids.id());
    row(house, REMIND, id, installation, json!(what))
}

/// Claims all that is due of one kind, organization by organization, and writes the rows that `say` makes of it.
async fn claim_all(
    house: &House,
    (timer, next): (Timer, Option<Timestamp>),
    happening: &Happening,
    say: impl Fn(i64, &[i64]) -> Vec<NewOutbox> + Send + Sync,
) -> Result<usize, StoreError> {
    let now = house.clock.now();
    let mut claimed = 0;
    loop {
        let due = house.store.due_app_requests(timer, now, AT_ONCE).await?;
        let more = due.len() as u64 == AT_ONCE;
        let mut by_installation: BTreeMap<i64, Vec<StoredAppRequest>> = BTreeMap::new();
        for stored in due {
            by_installation.entry(stored.installation).or_default().push(stored);
        }
        for (installation, due) in by_installation {
            let say = |ids: &[i64]| say(installation, ids);
            let ids = house.store.claim_due((timer, next), &due, happening, say, now).await?;
            claimed += ids.len();
        }
        if !more {
            return Ok(claimed);
        }
    }
}

/// Where there is no channel nobody can be reminded, and it stays due.
async fn remind(house: &House, settings: &Settings) -> Result<usize, StoreError> {
    let Some(channel) = &settings.channel else {
        return Ok(0);
    };
    let next = hours(house.clock.now(), settings.remind_after_hours);
    claim_all(
        house,
        (Timer::Remind, next),
        &Happening::Reminded,
        |installation, ids| {
            let what = Remind::Waiting {
                app_requests: ids.to_vec(),
                to: Vec::new(),
                at: channel.clone(),
            };
            first(ids)
                .map(|id| say(house, installation, id, &what))
                .into_iter()
                .collect()
        },
    )
    .await
}

fn first(ids: &[i64]) -> Option<i64> {
    ids.first().copied()
}

/// Others are called in the channel, or each of them where there is none.
async fn escalate(house: &House, settings: &Settings) -> Result<usize, StoreError> {
    if settings.escalate_to.is_empty() {
        return Ok(0);
    }
    let people: Vec<String> = settings.people(&settings.escalate_to).into_iter().collect();
    let places = settings
        .channel
        .clone()
        .map_or_else(|| people.clone(), |channel| vec![channel]);
    let happening = Happening::Escalated {
        to: settings.escalate_to.clone(),
    };
    claim_all(house, (Timer::Escalate, None), &happening, |installation, ids| {
        let what = |at: &String| Remind::Waiting {
            app_requests: ids.to_vec(),
            to: people.clone(),
            at: at.clone(),
        };
        let row = |at: &String| Some(say(house, installation, first(ids)?, &what(at)));
        places.iter().filter_map(row).collect()
    })
    .await
}

async fn expire(house: &House, settings: &Settings) -> Result<usize, StoreError> {
    let now = house.clock.now();
    let reason = match settings.expire_after_days {
        0 => "Nobody decided in time.".to_owned(),
        1 => "Nobody decided within a day.".to_owned(),
        days => format!("Nobody decided within {days} days."),
    };
    let mut expired = 0;
    loop {
        let due = house.store.due_app_requests(Timer::Expire, now, AT_ONCE).await?;
        let mut closed = 0;
        for stored in &due {
            let decision = Decision::Cancel { reason: reason.clone() };
            let record = decided(stored, WHO, decision, reason.clone(), now);
            match house.store.record_app_request(stored.id, record, now).await {
                Ok(_) => closed += 1,
                // Somebody was quicker.
                Err(RecordError::OutOfTurn(_) | RecordError::Missing(_)) => {}
                Err(RecordError::Store(error)) => return Err(error),
            }
        }
        expired += closed;
        if (due.len() as u64) < AT_ONCE {
            return Ok(expired);
        }
    }
}

/// When people are told of an end: the hours before it that the settings say, and of a short approval not before
/// half of it is over.
fn told_at(ending: &StoredResolution, ends_at: Timestamp, settings: &Settings) -> Timestamp {
    let lasts = (ends_at.micros() - ending.listed.date_updated.micros()).max(0) / 1_000_000;
    let before = (i64::from(settings.notice_before_hours) * 3_600).min(lasts / 2);
    ends_at.plus_seconds(-before)
}

async fn notice(house: &House, settings: &Settings) -> Result<usize, StoreError> {
    let now = house.clock.now();
    let Some(by) = hours(now, settings.notice_before_hours) else {
        return Ok(0);
    };
    let mut noticed = 0;
    for ending in house.store.ending_unnoticed(by, AT_ONCE).await? {
        let Some((request, ends_at)) = ending.request.zip(ending.ends_at) else {
            continue;
        };
        if ends_at <= now || told_at(&ending, ends_at, settings) > now {
            continue;
        }
        let Some(stored) = house.store.stored_app_request(request).await? else {
            continue;
        };
        let mut told = vec![Remind::EndingForRequester {
            app_request: request,
            at: ends_at,
        }];
        if settings.channel.is_some() {
            told.push(Remind::Ending {
                app_request: request,
                at: ends_at,
            });
        }
        let rows = told.iter().map(|what| say(house, stored.installation, request, what));
        let happening = Happening::EndingSoon { at: ends_at };
        match house.store.claim_ending(&ending, happening, rows.collect(), now).await {
            Ok(claimed) => noticed += usize::from(claimed),
            Err(RecordError::OutOfTurn(_) | RecordError::Missing(_)) => {}
            Err(RecordError::Store(error)) => return Err(error),
        }
    }
    Ok(noticed)
}

/// Begins the end of approvals whose time is over. What was begun is carried to Slack by the outbox; until Slack's
/// answer is here they are found again, and passed over.
async fn end(house: &House) -> Result<usize, StoreError> {
    let now = house.clock.now();
    let (mut ended, mut skip) = (0, 0);
    loop {
        let over = house.store.ended_by(now, skip, AT_ONCE).await?;
        for ending in &over {
            let id = end_id(ending);
            let Some(request) = ending.request else { continue };
            if house.store.outbox_state(&id).await?.is_some() {
                continue;
            }
            let Some(stored) = house.store.stored_app_request(request).await? else {
                continue;
            };
            let how = ending
                .ends_how
                .clone()
                .unwrap_or_else(|| house.approvals.settings().at_the_end.as_str().to_owned());
            let payload = json!({
                "app_request": request,
                "enterprise": ending.enterprise,
                "team": ending.team,
                "app": ending.listed.app,
                "ends_at": ending.ends_at,
                "how": how,
            });
            let row = row(house, APP_END, id, stored.installation, payload);
            ended += usize::from(house.store.claim_end(ending, row, now).await?);
        }
        if (over.len() as u64) < AT_ONCE {
            return Ok(ended);
        }
        skip += AT_ONCE;
    }
}

#[cfg(test)]
mod tests {
    use grantbook_core::approval::Previous;
    use grantbook_store::approvals::Listed;

    use super::*;

    #[test]
    fn people_are_told_a_day_before_and_of_a_short_approval_at_its_half() {
        let settings = Settings::default();
        let from = Timestamp::from_seconds(1_764_000_000);
        for (days, told_after_hours) in [(90, 89 * 24), (2, 24), (1, 12)] {
            let ends_at = from.plus_seconds(days * 86_400);
            let ending = StoredResolution {
                id: 1,
                enterprise: "E0N0RTHW1".parse().unwrap(),
                team: None,
                listed: Listed {
                    app: "A061BL8RQ0".parse().unwrap(),
                    app_name: "Kudos".to_owned(),
                    status: Previous::Approved,
                    scopes: [].into(),
                    date_updated: from,
                    resolved_by: None,
                },
                seen_at: from,
                request: Some(7),
                ends_at: Some(ends_at),
                ends_how: None,
                noticed_at: None,
                ended_at: None,
            };
            assert_eq!(
                told_at(&ending, ends_at, &settings),
                from.plus_seconds(told_after_hours * 3_600)
            );
        }
    }
}
