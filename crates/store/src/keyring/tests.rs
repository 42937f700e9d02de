//! Promises about keys, on SQLite; `tests/it/keys_rotate.rs` has them under load and on both databases.

mod interleaving;

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
    assert!(!Store::holds_secrets(&"sqlite::memory:").await.unwrap());
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
async fn a_wrong_master_key_is_refused_at_once_and_says_what_to_do() {
    let scene = Scene::new();
    scene.open("a").await.close().await.unwrap();
    let error = scene.try_open(Vault::new(master("b"))).await.unwrap_err();
    let text = sentence(&error);
    assert!(
        text.contains(&master("a").id().to_string()) && text.contains("keys.file"),
        "{text}"
    );
    assert!(!text.contains("aaaa"), "{text}");
}

/// As a version without data keys left it.
async fn without_data_keys(store: &Store, sealed_by: &Vault) {
    data_keys::Entity::delete_many().exec(store.db()).await.unwrap();
    let app = apps::Entity::find().one(store.db()).await.unwrap().unwrap();
    let mut old = apps::ActiveModel::from(app);
    let seal = |column, secret: &[u8]| sealed_by.seal(&Place::new("apps", column, "insectoid"), secret);
    old.client_secret = Set(seal("client_secret", b"client").unwrap());
    old.signing_secret = Set(seal("signing_secret", b"signing").unwrap());
    old.update(store.db()).await.unwrap();
}

#[tokio::test]
async fn what_was_sealed_before_there_were_data_keys_still_opens_and_is_moved() {
    let scene = Scene::new();
    let store = scene.open("a").await;
    installed(&store, 0).await;
    without_data_keys(&store, &Vault::new(master("a"))).await;
    store.close().await.unwrap();
    let error = scene.try_open(Vault::new(master("b"))).await.unwrap_err();
    assert!(sentence(&error).contains("another master key"), "{}", sentence(&error));
    let store = scene.open("a").await;
    assert_eq!(store.apps().await.unwrap()[0].signing_secret.expose_secret(), "signing");
    assert_eq!(store.key_state().await.unwrap().under_master, SECRETS_OF_APP);
    assert!(matches!(
        store.change_master(&master("c")).await,
        Err(ChangeMasterError::Secrets(2))
    ));
    rotate(&store, 1).await;
    let state = store.key_state().await.unwrap();
    assert_eq!((state.under_master, state.keys[1].secrets), (0, SECRETS_OF_APP));
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

#[tokio::test]
async fn another_master_key_wraps_the_same_data_keys() {
    let scene = Scene::new();
    let store = scene.open("a").await;
    let made = installed(&store, 1).await;
    store.save_token(&made[0], &token("x")).await.unwrap();
    let mac = store.vault().mac("button", b"PR-7");
    assert_eq!(store.change_master(&master("b")).await.unwrap(), 2);
    assert_eq!(
        store.change_master(&master("b")).await.unwrap(),
        0,
        "again changes nothing"
    );
    // A process that runs goes on with what it has.
    store.save_token(&made[0], &token("y")).await.unwrap();
    assert!(scene.try_open(Vault::new(master("a"))).await.is_err());
    let new = scene.open("b").await;
    assert_eq!(access(&new, &made[0].key).await, "y");
    assert!(new.vault().verify_mac("button", b"PR-7", &mac));
    // One that knows both rotates under the new one, whichever it calls its own.
    let both = scene
        .try_open(Vault::new(master("a")).with_other(master("b")))
        .await
        .unwrap();
    rotate(&both, 10).await;
    assert_eq!(access(&new, &made[0].key).await, "y");
    assert!(
        new.key_state()
            .await
            .unwrap()
            .keys
            .iter()
            .all(|key| key.master == master("b").id().to_string())
    );
}
