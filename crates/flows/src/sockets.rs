//! `sockets`: Slack's deliveries over connections that the console makes itself (Socket Mode), for apps that
//! Slack cannot reach.
//!
//! Each app wants one to ten connections over all processes. A connection is a slot, leased in the database for
//! fifteen seconds and renewed every five; what a lost process held is taken by the others. What arrives goes
//! through the same use cases as at the HTTP doors, and is acknowledged after the commit.
//!
//! One task looks after all of it ([`keeper`]); every slot has a task of its own ([`line`]).

mod board;
mod envelope;
mod keeper;
mod line;
pub mod measure;
mod plan;
mod round;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use grantbook_store::{StoreError, apps::AppRecord};

pub use board::{Board, SocketStatus};

use crate::House;
use keeper::Keeper;

/// How long a lease lasts.
const LEASE: Duration = Duration::from_secs(15);

/// Keeps the connections of all apps. Nothing happens before [`Sockets::run`].
#[derive(Debug)]
pub struct Sockets {
    house: House,
}

impl Sockets {
    /// The connections of the apps of `house`; how they stand is on its board, [`crate::house::Rooms::sockets`].
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Looks after the connections until `stop`; then closes them, what was taken first, and gives them back.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        Keeper::new(self.house).run(stop).await;
    }
}

impl House {
    /// How the connections of apps stand over all processes, by the app's row: what their holders said when they
    /// renewed. This process adds what it knows of apps for which nobody holds any.
    pub(crate) async fn sockets_everywhere(
        &self,
        apps: &[&AppRecord],
    ) -> Result<BTreeMap<i64, SocketStatus>, StoreError> {
        let mut found = BTreeMap::new();
        for app in apps.iter().filter(|app| app.socket_connections > 0) {
            found.insert(app.row, self.sockets.status(&app.slug).unwrap_or_default());
        }
        if found.is_empty() {
            return Ok(found);
        }
        let mut counted = BTreeSet::new();
        for slot in self.store.held_socket_slots(self.clock.now()).await? {
            let Some(status) = found.get_mut(&slot.name.0) else {
                continue;
            };
            if counted.insert(slot.name.0) {
                (status.held, status.open, status.num_connections) = (0, 0, None);
            }
            status.held += 1;
            status.open += u8::from(slot.state.open);
            status.num_connections = status.num_connections.max(slot.state.slack_counts);
            status.problem = status.problem.take().or(slot.state.problem);
        }
        Ok(found)
    }
}
