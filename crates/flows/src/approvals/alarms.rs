//! Alarms are looked at again after whatever may change them, and now and then all of them.

use std::{collections::BTreeSet, pin::pin, time::Duration};

use grantbook_core::{AppId, EnterpriseId, view::approvals::AppRequestNotice};
use grantbook_store::{
    StoreError,
    approvals::alarms::{About, Settled},
};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, MissedTickBehavior},
};

use crate::House;

/// How often everything is looked at: what no notice tells of, as an app that was installed.
const SWEEP: Duration = Duration::from_secs(30);
/// Changed apps that are looked at by name; where more have changed, all are.
const BY_NAME: usize = 500;
/// How long notices are gathered before their apps are looked at.
const GATHER: Duration = Duration::from_millis(200);
/// After a look there is none for so many times as long as it took: a crowd of changes is gathered meanwhile, and
/// the database has other things to do.
const REST: u32 = 3;
/// But at most so long.
const MAX_REST: Duration = Duration::from_secs(10);

/// How long to leave it after a look that began then.
pub(super) fn rest_after(began: Instant) -> Duration {
    (began.elapsed() * REST).clamp(GATHER, MAX_REST)
}

/// Looks at apps of an organization.
pub(crate) async fn look(house: &House, enterprise: &EnterpriseId, about: About<'_>) -> Result<Settled, StoreError> {
    let about = match about {
        About::Apps(apps) if apps.len() > BY_NAME => About::All,
        about => about,
    };
    let settled = house.store.settle_alarms(enterprise, about, house.clock.now()).await?;
    if settled.opened + settled.closed > 0 {
        let (opened, closed) = (settled.opened, settled.closed);
        tracing::info!(enterprise = %enterprise, opened, closed, "alarms about apps have changed");
    }
    Ok(settled)
}

/// Looks at these apps of every organization that is managed here.
///
/// # Errors
///
/// Fails where storage does.
pub async fn look_everywhere(house: &House, about: About<'_>) -> Result<Settled, StoreError> {
    let sources = house.store.sources().await?;
    let enterprises: BTreeSet<EnterpriseId> = sources.into_iter().map(|source| source.enterprise).collect();
    let mut all = Settled::default();
    for enterprise in &enterprises {
        let settled = look(house, enterprise, about).await?;
        all.opened += settled.opened;
        all.closed += settled.closed;
        all.reworded += settled.reworded;
    }
    Ok(all)
}

/// What changed since the last look.
#[derive(Default)]
struct Gathered {
    apps: BTreeSet<AppId>,
    all: bool,
}

impl Gathered {
    fn is_empty(&self) -> bool {
        self.apps.is_empty() && !self.all
    }

    fn about(&self) -> About<'_> {
        if self.all { About::All } else { About::Apps(&self.apps) }
    }

    /// False when there will be no notices any more.
    fn take(&mut self, notice: Result<AppRequestNotice, RecvError>) -> bool {
        match notice {
            Ok(notice) => drop(self.apps.insert(notice.app)),
            Err(RecvError::Lagged(_)) => self.all = true,
            Err(RecvError::Closed) => return false,
        }
        true
    }
}

/// Runs until dropped.
pub(crate) async fn keep(house: House) {
    let mut notices = house.store.app_request_changes();
    let mut sweeps = tokio::time::interval(SWEEP);
    sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut gathered, mut not_before) = (Gathered::default(), Instant::now());
    loop {
        tokio::select! {
            () = tokio::time::sleep_until(not_before), if !gathered.is_empty() => {}
            _ = sweeps.tick() => {
                gathered.all = true;
                continue;
            }
            notice = notices.recv() => {
                if gathered.is_empty() {
                    not_before = not_before.max(Instant::now() + GATHER);
                }
                if !gathered.take(notice) {
                    return;
                }
                continue;
            }
        }
        let (seen, began) = (std::mem::take(&mut gathered), Instant::now());
        let mut looking = pin!(look_everywhere(&house, seen.about()));
        let looked = loop {
            tokio::select! {
                looked = &mut looking => break looked,
                notice = notices.recv() => if !gathered.take(notice) { return },
            }
        };
        not_before = Instant::now() + rest_after(began);
        if let Err(error) = looked {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "alarms about apps could not be looked at");
        }
    }
}
