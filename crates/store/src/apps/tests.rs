//! Promises about an app's secrets, on SQLite; `tests/it/store_contract.rs` has the registration on both databases.

use grantbook_core::{
    AppSlug, Timestamp,
    view::{Model, NewApp, apps::AppChange},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{AppRecord, NewSecrets};
use crate::{
    Options, Store, Vault,
    audit::{AuditFilter, NewAudit},
    queries::PageRequest,
};

const NOW: Timestamp = Timestamp::from_seconds(1_500_000_000);

struct Scene {
    _folder: tempfile::TempDir,
    store: Store,
    slug: AppSlug,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("grantbook.db").display());
        let vault = Vault::from_hex(&"a".repeat(64).into(), 1).unwrap();
        let store = Store::open(&url, vault, Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let app = NewApp {
            slug: "insectoid".parse().unwrap(),
            name: "Insectoid".to_owned(),
            app_id: "A061EG9R6".parse().unwrap(),
            model: Model::Modern,
            client_id: "1.2".to_owned(),
            client_secret: "client 1".to_owned(),
            signing_secret: "signing 1".to_owned(),
            scopes: ["chat:write".parse().unwrap()].into(),
            single_channel: false,
            user_scopes: ["search:read".parse().unwrap()].into(),
            token_rotation: true,
            org_deploy: true,
            app_token: Some("xapp-1".to_owned()),
            socket_connections: 2,
        };
        store.insert_app_as(&app, deed("app.added")).await.unwrap();
        Self {
            _folder: folder,
            store,
            slug: app.slug,
        }
    }

    async fn app(&self) -> AppRecord {
        self.store.app_by_slug(&self.slug).await.unwrap().unwrap()
    }

    async fn replace(&self, signing: &str, until: Timestamp) -> AppRecord {
        let secrets = NewSecrets {
            client: None,
            signing: Some(signing.into()),
            until,
        };
        let replaced = self
            .store
            .replace_app_secrets(&self.slug, &secrets, deed("app.secrets_replaced"))
            .await;
        replaced.unwrap().unwrap()
    }
}

fn deed(what: &str) -> NewAudit {
    NewAudit {
        at: NOW,
        who: "cli".to_owned(),
        what: what.to_owned(),
        subject: "app:insectoid".to_owned(),
        detail: json!({}),
    }
}

fn signing(app: &AppRecord, at: Timestamp) -> Vec<&str> {
    app.signing_secrets(at).map(SecretString::expose_secret).collect()
}

#[tokio::test]
async fn every_setting_comes_back() {
    let scene = Scene::new().await;
    let app = scene.app().await;
    assert_eq!(app.app_token.as_ref().unwrap().expose_secret(), "xapp-1");
    assert_eq!(
        (app.socket_connections, app.token_rotation, app.org_deploy),
        (2, true, true)
    );
    assert_eq!(app.user_scopes, ["search:read".parse().unwrap()].into());
    assert_eq!(signing(&app, NOW), ["signing 1"]);
    assert_eq!(app.client_secrets(NOW).count(), 1);
    assert!(!format!("{app:?}").contains("xapp-1"));
}

#[tokio::test]
async fn a_replaced_secret_is_good_until_its_time_is_over_and_comes_second() {
    let scene = Scene::new().await;
    let until = NOW.plus_seconds(3_600);
    let app = scene.replace("signing 2", until).await;
    assert_eq!(signing(&app, NOW), ["signing 2", "signing 1"]);
    assert_eq!(signing(&app, until.plus_seconds(-1)), ["signing 2", "signing 1"]);
    assert_eq!(signing(&app, until), ["signing 2"]);
    assert_eq!(app.client_secrets(NOW).count(), 1, "the other secret stays as it is");
}

#[tokio::test]
async fn telling_the_same_secret_twice_keeps_the_one_before() {
    let scene = Scene::new().await;
    let until = NOW.plus_seconds(3_600);
    scene.replace("signing 2", until).await;
    let app = scene.replace("signing 2", until.plus_seconds(60)).await;
    assert_eq!(signing(&app, NOW), ["signing 2", "signing 1"]);
    assert_eq!(app.previous_signing_secret.unwrap().until, until);
}

#[tokio::test]
async fn without_an_overlap_nothing_of_the_old_secret_is_kept() {
    let scene = Scene::new().await;
    let app = scene.replace("signing 2", NOW).await;
    assert_eq!(signing(&app, NOW), ["signing 2"]);
    assert!(app.previous_signing_secret.is_none());
}

#[tokio::test]
async fn an_overlap_ends_when_somebody_says_so_or_by_itself() {
    let scene = Scene::new().await;
    let until = NOW.plus_seconds(3_600);
    scene.replace("signing 2", until).await;
    let ended = scene
        .store
        .end_previous_secrets(&scene.slug, deed("app.overlap_ended"))
        .await;
    assert_eq!(signing(&ended.unwrap().unwrap(), NOW), ["signing 2"]);
    scene.replace("signing 3", until).await;
    assert_eq!(
        scene.store.wipe_overdue_secrets(until.plus_seconds(-1)).await.unwrap(),
        0
    );
    assert_eq!(scene.store.wipe_overdue_secrets(until).await.unwrap(), 1);
    assert_eq!(signing(&scene.app().await, NOW), ["signing 3"]);
}

#[tokio::test]
async fn a_replaced_secret_moves_with_the_keys() {
    let scene = Scene::new().await;
    let until = NOW.plus_seconds(3_600);
    scene.replace("signing 2", until).await;
    let mut rotation = scene.store.rotate_keys(NOW).await.unwrap();
    let progress = loop {
        let progress = rotation.step(2, NOW).await.unwrap();
        if progress.finished {
            break progress;
        }
    };
    assert_eq!((progress.done, progress.total), (4, 4));
    let app = scene.app().await;
    assert_eq!(signing(&app, NOW), ["signing 2", "signing 1"]);
    assert_eq!(app.app_token.unwrap().expose_secret(), "xapp-1");
}

#[tokio::test]
async fn a_change_leaves_alone_what_it_does_not_name() {
    let scene = Scene::new().await;
    let change = AppChange {
        name: Some("Beetle".to_owned()),
        app_token: Some(String::new()),
        ..AppChange::default()
    };
    let changed = scene
        .store
        .change_app(&scene.slug, &change, deed("app.changed"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((changed.name.as_str(), changed.app_token.is_none()), ("Beetle", true));
    assert_eq!(
        (changed.socket_connections, changed.scopes.len(), changed.org_deploy),
        (2, 1, true)
    );
    let nobody = "nobody".parse().unwrap();
    let none = scene.store.change_app(&nobody, &change, deed("app.changed")).await;
    assert!(none.unwrap().is_none());
    let page = PageRequest {
        limit: 10,
        cursor: None,
    };
    let audits = scene.store.audits(&AuditFilter::default(), &page).await.unwrap();
    let deeds: Vec<_> = audits.items.iter().map(|deed| deed.what.as_str()).collect();
    assert_eq!(
        deeds,
        ["app.changed", "app.added"],
        "what did not happen is not written down"
    );
}

#[tokio::test]
async fn a_signed_delivery_is_noted_once_a_minute() {
    let scene = Scene::new().await;
    let row = scene.app().await.row;
    for (seconds, kept) in [(0, 0), (59, 0), (60, 60), (30, 60)] {
        scene.store.note_signed(row, NOW.plus_seconds(seconds)).await.unwrap();
        assert_eq!(scene.app().await.signed_at, Some(NOW.plus_seconds(kept)));
    }
}
