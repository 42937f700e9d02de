//! The rounds of the queue: new requests are judged at once, and Slack's lists are read when it is their turn.

use std::time::Duration;

use grantbook_core::{EnterpriseId, InstallationKey, UserId};
use grantbook_store::{
    StoreError,
    approvals::{Source, StoredAppRequest, alarms::SourceAlarm},
};
use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};

use super::{ReadError, Reading, alarms, intake, judge_new, managers, timers};
use crate::House;

/// How often it is looked whether anything is due.
const TICK: Duration = Duration::from_secs(5);
/// Every so many readings all resolutions are read, not only those that something waits for.
const WHOLE_EVERY: u64 = 12;

/// Runs until dropped.
pub async fn run(house: House) {
    tokio::join!(
        judge_at_once(&house),
        read_in_turn(&house),
        timers::run(&house),
        alarms::keep(house.clone()),
    );
}

/// Judges what came, on the notice of its commit and every few seconds for what was left behind.
async fn judge_at_once(house: &House) {
    let mut changes = house.store.app_request_changes();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            change = changes.recv() => match change {
                Ok(notice) if notice.state == grantbook_core::approval::life::State::New => {}
                Ok(_) => continue,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
        }
        if let Err(error) = judge_new(house).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "new app requests could not be judged");
        }
    }
}

/// Reads Slack's lists when they are due, and at once when somebody asks.
async fn read_in_turn(house: &House) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut readings = 0;
    loop {
        let now_please = tokio::select! {
            _ = ticks.tick() => false,
            () = house.approvals.read_now.notified() => true,
        };
        if house.approvals.settings().read_every_seconds == 0 && !now_please {
            continue;
        }
        match read_due(house, now_please, readings % WHOLE_EVERY == 0).await {
            Ok(read) => readings += u64::from(read > 0),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the lists of app requests could not be read");
            }
        }
    }
}

/// Reads the lists of every organization now, all resolutions included.
///
/// # Errors
///
/// Fails where storage does.
pub async fn read_all(house: &House) -> Result<usize, StoreError> {
    read_due(house, true, true).await
}

async fn read_due(house: &House, now_please: bool, whole: bool) -> Result<usize, StoreError> {
    let mut read = 0;
    for source in managers::find(house).await? {
        let (owner, now) = (house.ids.id(), house.clock.now());
        let row = source.installation.row;
        if !house
            .store
            .lease_source(row, &owner, now, intake::LEASE_SECONDS, now_please)
            .await?
        {
            continue;
        }
        let reading = intake::read(house, &source, &owner, whole).await;
        let every = i64::from(house.approvals.settings().read_every_seconds);
        let next = (every > 0).then(|| house.clock.now().plus_seconds(every));
        let outcome = match &reading {
            Ok(reading) => {
                tell(&source, reading);
                Ok(now)
            }
            Err(error) => {
                let cause = error as &dyn std::error::Error;
                tracing::warn!(installation = %source.installation.key, error = cause, "an organization's lists could not be read");
                Err(error.code())
            }
        };
        let outcome = outcome.as_ref().map_err(String::as_str).copied();
        house.store.source_read(row, &owner, outcome, next).await?;
        sound(house, &source, &reading).await?;
        read += 1;
        judge_new(house).await?;
    }
    Ok(read)
}

/// Raises the alarm that nobody can decide, or ends it.
async fn sound(house: &House, source: &Source, reading: &Result<Reading, ReadError>) -> Result<(), StoreError> {
    let (now, app) = (house.clock.now(), source.installation.key.app.as_str());
    match reading {
        Ok(_) => {
            house.store.close_source_alarm(&source.enterprise, app, now).await?;
        }
        Err(error) if error.is_lasting() => {
            let sentence = format!(
                "The queue cannot be read or decided with {app}'s token: {}. An owner or administrator of the organization installs {app} there again, with admin.apps:read and admin.apps:write.",
                error.code()
            );
            let alarm = SourceAlarm {
                enterprise: &source.enterprise,
                source: app,
                sentence: &sentence,
            };
            house.store.raise_source_alarm(&alarm, now).await?;
        }
        Err(_) => {}
    }
    Ok(())
}

fn tell(source: &Source, reading: &Reading) {
    for problem in &reading.unreadable {
        tracing::warn!(installation = %source.installation.key, problem, "an app request in Slack's list cannot be read");
    }
    if *reading
        != (Reading {
            places: reading.places,
            ..Reading::default()
        })
    {
        tracing::info!(
            installation = %source.installation.key,
            places = reading.places,
            new = reading.new,
            noticed = reading.noticed,
            seen = reading.seen,
            reopened = reading.reopened,
            "Slack's lists of app requests were read"
        );
    }
}

impl House {
    /// Has Slack's lists read at once.
    pub fn read_app_requests_now(&self) {
        self.approvals.read_now.notify_one();
    }

    /// Through which installation and as whom a request is decided: the one through which it came, else another of
    /// the same organization.
    pub(crate) async fn manager_of(
        &self,
        stored: &StoredAppRequest,
    ) -> Result<Option<(InstallationKey, UserId)>, StoreError> {
        let find = |sources: &[Source]| manager(sources, &stored.enterprise, stored.installation);
        match find(&self.store.sources().await?) {
            Some(found) => Ok(Some(found)),
            None => Ok(find(&managers::find(self).await?)),
        }
    }
}

/// Through which installation and as whom an organization's apps are decided: the installation in this row where it
/// can, else another one of the organization.
pub(crate) fn manager(
    sources: &[Source],
    enterprise: &EnterpriseId,
    installation: i64,
) -> Option<(InstallationKey, UserId)> {
    let of_it = |source: &&Source| source.enterprise == *enterprise && source.holder.is_some();
    let mut all = sources.iter().filter(of_it);
    let own = all.clone().find(|source| source.installation.row == installation);
    let source = own.or_else(|| all.next())?;
    Some((source.installation.key.clone(), source.holder.clone()?))
}
