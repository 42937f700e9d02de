//! What the store promises of the queue of app requests, on both databases: every filter and order shows the same
//! as a plain search through a list would, page by page.

mod around;
mod model;

use grantbook_core::approval::life::State;
use grantbook_store::{
    Store,
    queries::{
        PageRequest, QueryError,
        app_requests::{AppRequestFilter, AppRequestSort},
    },
};
use grantbook_tests::{
    dice::Dice,
    postgres::{Durability, Postgres},
};

use crate::store_contract::{open, promises};
use around::{one_request_knows_what_stands_around_it, the_queue_is_summed_up};
use model::{Scene, expected, filter};

promises! {
    every_filter_and_order_shows_what_a_plain_search_would,
    a_cursor_belongs_to_its_order,
    one_request_knows_what_stands_around_it,
    the_queue_is_summed_up,
}

/// Requests in the table.
const MANY: usize = 2_000;
/// Filters tried, each with an order and a page size.
const TRIED: usize = 150;

async fn every_filter_and_order_shows_what_a_plain_search_would(store: &Store) {
    let mut dice = Dice::new(7);
    let scene = Scene::with(store, &mut dice, MANY).await;
    let mut shown = 0;
    for tried in 0..TRIED {
        let mut wanted = filter(&mut dice);
        let sort = *dice.of(&AppRequestSort::ALL);
        if tried == 0 {
            wanted = AppRequestFilter::default();
        }
        let expected = expected(&scene.rows, &wanted, sort);
        let found = ids(store, &wanted, sort, 20 + dice.below(300)).await;
        assert_eq!(found, expected, "{wanted:?} {sort:?}");
        shown += found.len();
    }
    assert!(shown > MANY, "the filters find something: {shown}");
}

async fn a_cursor_belongs_to_its_order(store: &Store) {
    let mut dice = Dice::new(8);
    Scene::with(store, &mut dice, 12).await;
    let all = AppRequestFilter::default();
    let first = PageRequest::first(3);
    let page = store
        .app_request_views(&all, AppRequestSort::Risk, &first)
        .await
        .unwrap();
    let next = first.next(&page).unwrap();
    for sort in AppRequestSort::ALL {
        let answer = store.app_request_views(&all, sort, &next).await;
        let refused = matches!(answer, Err(QueryError::Cursor(_)));
        assert_eq!(refused, sort != AppRequestSort::Risk, "{sort:?}");
    }
}

/// The numbers of all pages, in order.
async fn ids(store: &Store, wanted: &AppRequestFilter, sort: AppRequestSort, limit: u64) -> Vec<i64> {
    let mut seen = Vec::new();
    let mut page = PageRequest::first(limit);
    loop {
        let found = store.app_request_views(wanted, sort, &page).await.unwrap();
        assert!(found.items.len() as u64 <= limit);
        for request in &found.items {
            assert!(
                wanted.states.is_empty() || sort == AppRequestSort::Demand || wanted.states.contains(&request.state)
            );
            assert!(sort != AppRequestSort::Demand || request.state == State::Open);
            seen.push(request.id);
        }
        match page.next(&found) {
            Some(next) => page = next,
            None => return seen,
        }
    }
}
