//! What goes on in the background: names for what just changed, deliveries that waited, and installs that
//! nobody finished.

use std::{collections::BTreeMap, time::Duration};

use tokio::sync::broadcast::error::RecvError;

use crate::{House, ingest::Ingest, names::Names};

/// How often waiting deliveries are looked at. An install looks at once; this is for what another
/// replica installed in the very moment of a delivery.
const SWEEP: Duration = Duration::from_secs(30);
/// How long changes are gathered before names are asked for.
const GATHER: Duration = Duration::from_millis(200);

/// Runs until dropped.
pub async fn run(house: House) {
    tokio::join!(learn_names(house.clone()), sweep(house));
}

async fn learn_names(house: House) {
    let mut notices = house.store.changes();
    let names = Names::new(house.clone());
    loop {
        let mut changed = BTreeMap::new();
        match notices.recv().await {
            Ok(event) => changed.insert(event.installation.clone(), event),
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        tokio::time::sleep(GATHER).await;
        while let Ok(event) = notices.try_recv() {
            changed.insert(event.installation.clone(), event);
        }
        for (key, event) in changed {
            // Open pages are told again, so that they show the name; the second time there is none to learn.
            if names.learn(&key).await {
                house.store.notify(event);
            }
        }
    }
}

async fn sweep(house: House) {
    let ingest = Ingest::new(house.clone());
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        match ingest.replay().await {
            Ok(0) => {}
            Ok(applied) => tracing::info!(applied, "waiting deliveries were applied"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "waiting deliveries could not be applied"
            ),
        }
        if let Err(error) = house.store.expire_attempts(house.clock.now()).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "installs that nobody finished could not be ended");
        }
    }
}
