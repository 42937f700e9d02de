//! The master key: a wrong one, another one, and what it sealed itself before there were data keys.

use super::*;

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

#[tokio::test]
async fn an_old_backup_opens_with_the_old_master_key() {
    let (scene, backup) = (Scene::new(), Scene::new());
    let store = scene.open("a").await;
    let made = installed(&store, 1).await;
    store.save_token(&made[0], &token("then")).await.unwrap();
    store.close().await.unwrap();
    std::fs::copy(
        scene.folder.path().join("grantbook.db"),
        backup.folder.path().join("grantbook.db"),
    )
    .unwrap();
    let store = scene.open("a").await;
    rotate(&store, 10).await;
    store.change_master(&master("b")).await.unwrap();
    let old = backup.open("a").await;
    assert_eq!(access(&old, &made[0].key).await, "then");
    assert!(backup.try_open(Vault::new(master("b"))).await.is_err());
}
