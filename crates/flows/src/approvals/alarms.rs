//! Alarms are looked at again after whatever may change them, and now and then all of them.

use std::{collections::BTreeSet, time::Duration};

use grantbook_core::{AppId, EnterpriseId};
use grantbook_store::{StoreError, approvals::alarms::Settled};
use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};

use crate::House;

/// How often everything is looked at: what no notice tells of, as an app that was installed.
const SWEEP: Duration = Duration::from_secs(30);
/// Changed apps that are looked at one by one.
const ONE_BY_ONE: usize = 20;
/// How long notices are gathered before their apps are looked at.
const GATHER: Duration = Duration::from_millis(200);

/// Looks at one app of an organization, or at all.
pub(crate) async fn look(house: &House, enterprise: &EnterpriseId, app: Option<&AppId>) -> Result<Settled, StoreError> {
    let now = house.clock.now();
    let settled = house.store.settle_alarms(enterprise, app, now).await?;
    if settled.opened + settled.closed > 0 {
        let (opened, closed) = (settled.opened, settled.closed);
        tracing::info!(enterprise = %enterprise, opened, closed, "alarms about apps have changed");
    }
    Ok(settled)
}

/// Looks at these apps of an organization; at all of them where many have changed.
pub(super) async fn look_at(
    house: &House,
    enterprise: &EnterpriseId,
    apps: &BTreeSet<&AppId>,
) -> Result<(), StoreError> {
    if apps.len() > ONE_BY_ONE {
        return look(house, enterprise, None).await.map(drop);
    }
    for app in apps {
        look(house, enterprise, Some(app)).await?;
    }
    Ok(())
}

/// Looks at these apps of every organization that is managed here, or at all apps.
pub async fn look_everywhere(house: &House, apps: Option<&BTreeSet<AppId>>) -> Result<Settled, StoreError> {
    let sources = house.store.sources().await?;
    let enterprises: BTreeSet<EnterpriseId> = sources.into_iter().map(|source| source.enterprise).collect();
    let mut all = Settled::default();
    for enterprise in &enterprises {
        let one_by_one = apps.into_iter().flatten().map(Some);
        let whole = apps.is_none().then_some(None);
        for app in one_by_one.chain(whole) {
            let settled = look(house, enterprise, app).await?;
            all.opened += settled.opened;
            all.closed += settled.closed;
            all.reworded += settled.reworded;
        }
    }
    Ok(all)
}

/// Runs until dropped.
pub(crate) async fn keep(house: House) {
    let mut notices = house.store.app_request_changes();
    let mut sweeps = tokio::time::interval(SWEEP);
    sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let mut changed = BTreeSet::new();
        let mut all = false;
        tokio::select! {
            _ = sweeps.tick() => all = true,
            change = notices.recv() => match change {
                Ok(notice) => drop(changed.insert(notice.app)),
                Err(RecvError::Lagged(_)) => all = true,
                Err(RecvError::Closed) => return,
            },
        }
        if !all {
            tokio::time::sleep(GATHER).await;
            while let Ok(notice) = notices.try_recv() {
                changed.insert(notice.app);
            }
        }
        let apps = (!all).then_some(&changed);
        if let Err(error) = look_everywhere(&house, apps).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "alarms about apps could not be looked at");
        }
    }
}
