//! One look at the database: which apps want connections, who holds which, and what of it is ours now.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use grantbook_store::{
    StoreError,
    sockets::{SlotName, SlotState},
};
use tokio::time::Instant;

use super::{
    LEASE,
    line::Wish,
    plan::{Want, plan},
};
use crate::House;

/// How long changes are gathered first: connections that come up together are told of together.
const GATHER: Duration = Duration::from_millis(50);

/// What a round begins with.
#[derive(Default)]
pub(super) struct Hand {
    /// Held, with what is to be said of each.
    pub(super) mine: Vec<(SlotName, SlotState)>,
    /// Closed, to be given back.
    pub(super) back: Vec<SlotName>,
}

/// What a round ends with.
pub(super) struct Round {
    /// The apps that want connections, by row.
    pub(super) wishes: BTreeMap<i64, Wish>,
    /// Held now, those to be given up among them.
    pub(super) mine: BTreeSet<SlotName>,
    /// Held, and to be closed and given back.
    pub(super) give_up: BTreeSet<SlotName>,
    /// Given back.
    pub(super) given_back: Vec<SlotName>,
    /// The leases count from here: before the database was asked.
    pub(super) asked_at: Instant,
}

/// Gives back, renews, looks and takes, in this order.
pub(super) async fn ask(house: House, holder: Arc<str>, hand: Hand) -> Result<Round, StoreError> {
    tokio::time::sleep(GATHER).await;
    let began = std::time::Instant::now();
    let apps = house.store.apps().await?.into_iter();
    let wishes: BTreeMap<i64, Wish> = apps
        .filter(|app| app.socket_connections > 0)
        // At hand for what arrives: the first press need not wait for the database either.
        .map(|app| Wish::of(&house.apps.put(app, began)))
        .map(|wish| (wish.row, wish))
        .collect();
    let mut round = Round {
        wishes,
        mine: BTreeSet::new(),
        give_up: BTreeSet::new(),
        given_back: hand.back,
        asked_at: Instant::now(),
    };
    if round.wishes.is_empty() && hand.mine.is_empty() && round.given_back.is_empty() {
        return Ok(round);
    }
    if !round.given_back.is_empty() {
        house.store.release_socket_slots(&holder, &round.given_back).await?;
    }
    let now = house.clock.now();
    let until = now.plus_seconds(i64::try_from(LEASE.as_secs()).unwrap_or(i64::MAX));
    let held = house.store.keep_socket_slots(&holder, &hand.mine, now, until).await?;
    // Without a token there is nothing to hold a slot for.
    let wants: Vec<Want> = round
        .wishes
        .values()
        .filter(|wish| wish.token.is_some())
        .map(|wish| Want {
            app: wish.row,
            connections: wish.connections,
        })
        .collect();
    let plan = plan(&holder, &wants, &held);
    let got = if plan.take.is_empty() {
        Vec::new()
    } else {
        house.store.take_socket_slots(&holder, &plan.take, now, until).await?
    };
    round.mine = plan.keep.union(&plan.give_up).copied().chain(got).collect();
    round.give_up = plan.give_up;
    Ok(round)
}
