//! Promises about attempts, on SQLite.

use grantbook_core::view::{Model, NewApp};

use super::*;
use crate::{Options, Vault, queries::PageRequest};

const BEGUN: Timestamp = Timestamp::from_seconds(1_500_000_000);
const MINE: [u8; 32] = [7; 32];

async fn store(folder: &tempfile::TempDir) -> (Store, i64) {
    let url = format!("sqlite://{}", folder.path().join("grantbook.db").display());
    let vault = Vault::from_hex(&"5".repeat(64).into(), 1).unwrap();
    let store = Store::open(&url, vault, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    let app = NewApp {
        slug: "insectoid".parse().unwrap(),
        name: "Insectoid".to_owned(),
        app_id: "A061EG9R6".parse().unwrap(),
        model: Model::Workspace,
        client_id: "1.2".to_owned(),
        client_secret: "c".to_owned(),
        signing_secret: "s".to_owned(),
        scopes: std::collections::BTreeSet::new(),
        single_channel: false,
        user_scopes: [].into(),
        token_rotation: false,
        org_deploy: false,
        app_token: None,
        socket_connections: 0,
    };
    let row = store.insert_app(&app, BEGUN).await.unwrap();
    (store, row)
}

fn attempt(app: i64, state: u8) -> NewAttempt {
    NewAttempt {
        id: format!("attempt{state}"),
        app,
        state_hash: [state; 32],
        binding_hash: MINE,
        single_channel: true,
        team: Some("T061EG9R6".parse().unwrap()),
        request: None,
        started_at: BEGUN,
        expires_at: BEGUN.plus_seconds(600),
    }
}

#[tokio::test]
async fn a_state_is_used_once_in_time_and_by_its_own_browser() {
    let folder = tempfile::tempdir().unwrap();
    let (store, app) = store(&folder).await;
    store.begin_attempt(attempt(app, 1)).await.unwrap();
    let soon = BEGUN.plus_seconds(599);
    let late = BEGUN.plus_seconds(600);
    let consume = async |app, state, binding: Option<[u8; 32]>, now| {
        store
            .consume_attempt(app, &[state; 32], binding.as_ref(), now)
            .await
            .unwrap()
    };
    assert_eq!(consume(app, 2, Some(MINE), soon).await, Consumption::UnknownState);
    assert_eq!(consume(app + 1, 1, Some(MINE), soon).await, Consumption::UnknownState);
    assert_eq!(consume(app, 1, Some([8; 32]), soon).await, Consumption::ForeignBrowser);
    assert_eq!(consume(app, 1, None, soon).await, Consumption::ForeignBrowser);
    assert_eq!(consume(app, 1, Some(MINE), late).await, Consumption::Expired);
    let Consumption::Consumed(used) = consume(app, 1, Some(MINE), soon).await else {
        panic!("not consumed")
    };
    assert_eq!(
        (used.id.as_str(), used.single_channel, used.team.is_some()),
        ("attempt1", true, true)
    );
    assert_eq!(consume(app, 1, Some(MINE), soon).await, Consumption::Used);
    assert_eq!(consume(app, 1, Some(MINE), late).await, Consumption::Used);
}

#[tokio::test]
async fn an_attempt_ends_once() {
    let folder = tempfile::tempdir().unwrap();
    let (store, app) = store(&folder).await;
    for state in 1..=3 {
        store.begin_attempt(attempt(app, state)).await.unwrap();
    }
    let late = BEGUN.plus_seconds(601);
    store.finish_attempt("attempt1", &Ending::Denied, BEGUN).await.unwrap();
    store.consume_attempt(app, &[2; 32], Some(&MINE), BEGUN).await.unwrap();
    assert_eq!(store.expire_attempts(BEGUN).await.unwrap(), 0);
    assert_eq!(store.expire_attempts(late).await.unwrap(), 2);
    store.finish_attempt("attempt3", &Ending::Denied, late).await.unwrap();
    let page = store.install_attempts(None, &PageRequest::first(10)).await.unwrap();
    let shown: Vec<_> = page
        .items
        .iter()
        .map(|a| (a.id.as_str(), a.outcome.as_str(), a.error.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            ("attempt3", "expired", None),
            ("attempt2", "failed", Some("interrupted")),
            ("attempt1", "denied", None)
        ]
    );
}
