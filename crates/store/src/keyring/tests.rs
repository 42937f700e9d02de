//! Promises about keys, on SQLite; `tests/it/keys_rotate.rs` has them under load and on both databases.

mod interleaving;
mod master_keys;

use std::fmt::Write as _;

use grantbook_core::{
    InstallationKey, Timestamp,
    view::{Model, NewApp},
};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set};
use secrecy::ExposeSecret as _;

use super::*;
use crate::{
    Options,
    entity::{apps, credentials},
    installations::InstallationRef,
    tokens::NewToken,
};

const NOW: Timestamp = Timestamp::from_seconds(1_500_000_000);
const SECRETS_OF_APP: u64 = 2;

/// A database on disk, and master keys named by a digit.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("grantbook.db").display())
    }

    async fn try_open(&self, vault: Vault) -> Result<Store, StoreError> {
        let store = Store::open(&self.url(), vault, Options::default()).await?;
        store.migrate().await?;
        Ok(store)
    }

    async fn open(&self, digit: &str) -> Store {
        self.try_open(Vault::new(master(digit))).await.unwrap()
    }
}

fn master(digit: &str) -> MasterKey {
    MasterKey::from_hex(&digit.repeat(64).into(), 1).unwrap()
}

/// An app, installed in `count` workspaces.
async fn installed(store: &Store, count: usize) -> Vec<InstallationRef> {
    let app = NewApp {
        slug: "insectoid".parse().unwrap(),
        name: "Insectoid".to_owned(),
        app_id: "A061EG9R6".parse().unwrap(),
        model: Model::Workspace,
        client_id: "1.2".to_owned(),
        client_secret: "client".to_owned(),
        signing_secret: "signing".to_owned(),
        scopes: std::collections::BTreeSet::new(),
        single_channel: false,
        user_scopes: [].into(),
        token_rotation: false,
        org_deploy: false,
        app_token: None,
        socket_connections: 0,
    };
    let app = store.insert_app(&app, NOW).await.unwrap();
    let mut made = Vec::new();
    for number in 0..count {
        let tenant = format!("T{number:08}").parse().unwrap();
        made.push(store.ensure_installation(app, &tenant, NOW).await.unwrap());
    }
    made
}

fn token(text: &str) -> NewToken {
    NewToken {
        access: format!("xoxe.xoxb-{text}").into(),
        refresh: Some(format!("xoxe-1-{text}").into()),
        issued_at: NOW,
        expires_at: None,
    }
}

async fn access(store: &Store, key: &InstallationKey) -> String {
    let loaded = store.load_token(key).await.unwrap().unwrap();
    let access = loaded
        .access
        .expose_secret()
        .trim_start_matches("xoxe.xoxb-")
        .to_owned();
    assert_eq!(loaded.refresh.unwrap().expose_secret(), format!("xoxe-1-{access}"));
    access
}

async fn rotate(store: &Store, limit: u64) -> Progress {
    let mut rotation = store.rotate_keys(NOW).await.unwrap();
    loop {
        let progress = rotation.step(limit, NOW).await.unwrap();
        if progress.finished {
            return progress;
        }
    }
}

fn sentence(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        write!(text, ": {error}").unwrap();
        source = error.source();
    }
    text
}

#[tokio::test]
async fn the_first_start_makes_the_keys_and_the_next_reads_them() {
    let scene = Scene::new();
    let first = scene.open("a").await;
    assert!(!Store::holds_secrets("sqlite::memory:").await.unwrap());
    let state = first.key_state().await.unwrap();
    assert_eq!((state.keys.len(), state.keys[0].id, state.under_master), (1, 1, 0));
    assert!(state.keys[0].created_at > NOW && state.keys[0].retired_at.is_none());
    let mac = first.vault().mac("button", b"PR-7");
    let second = scene.open("a").await;
    assert!(second.vault().verify_mac("button", b"PR-7", &mac));
    assert_eq!(second.vault().key_id(), 1);
    assert!(Store::holds_secrets(&scene.url()).await.unwrap());
}

#[tokio::test]
async fn a_rotation_moves_every_secret_and_keeps_the_old_key() {
    let scene = Scene::new();
    let store = scene.open("a").await;
    let made = installed(&store, 7).await;
    for (number, installation) in made.iter().enumerate() {
        store
            .save_token(installation, &token(&number.to_string()))
            .await
            .unwrap();
    }
    let mac = store.vault().mac("button", b"PR-7");
    let progress = rotate(&store, 3).await;
    let total = SECRETS_OF_APP + 14;
    assert_eq!((progress.key, progress.done, progress.total), (2, total, total));
    let state = store.key_state().await.unwrap();
    let [old, new] = &state.keys[..] else {
        panic!("{state:?}")
    };
    assert_eq!(
        (old.secrets, old.retired_at, old.unused_since),
        (0, Some(NOW), Some(NOW))
    );
    assert_eq!((new.secrets, new.retired_at), (total, None));
    assert_eq!(state.rotation.unwrap().finished_at, Some(NOW));
    let rows = credentials::Entity::find().all(store.db()).await.unwrap();
    assert!(rows.iter().all(|row| row.key_id == 2));
    for (number, installation) in made.iter().enumerate() {
        assert_eq!(access(&store, &installation.key).await, number.to_string());
    }
    assert!(store.vault().verify_mac("button", b"PR-7", &mac));
}

#[tokio::test]
async fn another_process_opens_and_seals_with_a_key_it_has_not_seen() {
    let scene = Scene::new();
    let (store, replica) = (scene.open("a").await, scene.open("a").await);
    let made = installed(&store, 2).await;
    store.save_token(&made[0], &token("first")).await.unwrap();
    rotate(&store, 100).await;
    assert_eq!(replica.vault().key_id(), 1);
    replica.save_token(&made[1], &token("second")).await.unwrap();
    assert_eq!(replica.vault().key_id(), 2);
    let late = scene.open("a").await;
    rotate(&store, 100).await;
    assert_eq!(access(&late, &made[0].key).await, "first");
    assert_eq!(access(&late, &made[1].key).await, "second");
    assert_eq!(late.apps().await.unwrap()[0].client_secret.expose_secret(), "client");
    assert!(
        store.key_state().await.unwrap().keys[..2]
            .iter()
            .all(|key| key.secrets == 0)
    );
}

#[tokio::test]
async fn an_unfinished_rotation_is_taken_up_and_its_progress_never_falls() {
    let scene = Scene::new();
    let store = scene.open("a").await;
    for (number, installation) in installed(&store, 5).await.iter().enumerate() {
        store
            .save_token(installation, &token(&number.to_string()))
            .await
            .unwrap();
    }
    let mut before = 0;
    for round in 0..20 {
        let mut rotation = store.rotate_keys(NOW).await.unwrap();
        assert_eq!((rotation.resumed(), rotation.progress().key), (round > 0, 2));
        assert!(rotation.progress().done >= before);
        let progress = rotation.step(2, NOW).await.unwrap();
        before = progress.done;
        if progress.finished {
            assert_eq!((progress.done, progress.total), (12, 12));
            return;
        }
        assert_eq!(store.newest_rotation().await.unwrap().unwrap().done, before);
    }
    panic!("it does not come to an end");
}

#[tokio::test]
async fn a_spoilt_secret_stays_and_holds_up_no_other() {
    let scene = Scene::new();
    let store = scene.open("a").await;
    let made = installed(&store, 3).await;
    for installation in &made {
        store.save_token(installation, &token("x")).await.unwrap();
    }
    let row = credentials::Entity::find_by_id(made[1].row)
        .one(store.db())
        .await
        .unwrap()
        .unwrap();
    let mut spoilt = credentials::ActiveModel::from(row.clone());
    let mut bytes = row.access;
    *bytes.last_mut().unwrap() ^= 1;
    spoilt.access = Set(bytes);
    spoilt.update(store.db()).await.unwrap();
    let progress = rotate(&store, 2).await;
    assert_eq!((progress.unreadable, progress.done, progress.total), (1, 7, 8));
    let state = store.key_state().await.unwrap();
    assert_eq!((state.keys[0].secrets, state.keys[0].unused_since), (1, None));
}

/// Binary columns that hold nothing sealed under a data key: hashes, bodies of events, and the keys themselves.
const NOT_SEALED: [&str; 10] = [
    "api_keys.secret_hash",
    "data_keys.wrapped",
    "inbox.body",
    "install_attempts.binding_hash",
    "install_attempts.state_hash",
    "installations.head_hash",
    "ledger.hash",
    "ledger.previous",
    "sessions.id_hash",
    "setup.token_hash",
];

#[tokio::test]
async fn every_binary_column_is_rotated_or_known_to_hold_no_secret() {
    let store = Scene::new().open("a").await;
    let binary = "SELECT m.name || '.' || c.name AS name FROM sqlite_master m, pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND c.type = 'BLOB'";
    let binary = sea_orm::Statement::from_string(DbBackend::Sqlite, binary);
    let rows = store.db().query_all_raw(binary).await.unwrap();
    let sealed = columns::SEALED.map(|column| format!("{}.{}", column.table, column.column));
    assert!(!rows.is_empty());
    for row in rows {
        let name: String = row.try_get("", "name").unwrap();
        assert!(
            sealed.contains(&name) || NOT_SEALED.contains(&name.as_str()),
            "{name}: where it holds sealed secrets, name it in `keyring/columns.rs`"
        );
    }
}
