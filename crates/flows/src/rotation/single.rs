//! `Flights`: one refresh at a time for each token in this process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex as Lock, PoisonError, Weak},
};

use grantbook_core::InstallationKey;
use grantbook_store::tokens::Holder;
use tokio::sync::Mutex;

/// Names looked over before those nobody waits for are dropped.
const SWEEP_AT: usize = 1_024;

/// An installation, and whose token of it.
type Name = (InstallationKey, String);

/// Who is refreshing what. An entry lives as long as somebody waits for it.
#[derive(Default)]
pub(crate) struct Flights(Lock<HashMap<Name, Weak<Mutex<()>>>>);

impl Flights {
    /// The lock of one token.
    pub(crate) fn of(&self, key: &InstallationKey, holder: &Holder) -> Arc<Mutex<()>> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if flights.len() >= SWEEP_AT {
            flights.retain(|_, flight| flight.strong_count() > 0);
        }
        let name = (key.clone(), holder.as_str().to_owned());
        if let Some(flight) = flights.get(&name).and_then(Weak::upgrade) {
            return flight;
        }
        let flight = Arc::new(Mutex::new(()));
        flights.insert(name, Arc::downgrade(&flight));
        flight
    }
}
