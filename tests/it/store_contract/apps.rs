//! Apps, their installations and tokens, the installs that were tried, and names.

use grantbook_core::{
    AppSlug, InstallationKey, UserId,
    grants::Status,
    view::{Model, TokenState},
};
use grantbook_store::{
    Store,
    apps::InsertAppError,
    attempts::{Consumption, Ending, NewAttempt},
    installations::Identity,
    names::Name,
    queries::PageRequest,
    tokens::NewToken,
};
use secrecy::ExposeSecret as _;

use super::{all_of, at, installed, new_app, tenant};

pub(super) async fn an_app_is_registered_once_and_its_secrets_come_back(store: &Store) {
    let row = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
    let slug: AppSlug = "insectoid".parse().unwrap();
    let taken = store.insert_app(&new_app("insectoid", "A2"), at(0)).await;
    assert!(matches!(taken, Err(InsertAppError::DuplicateSlug)));
    let known = store.insert_app(&new_app("other", "A1"), at(0)).await;
    assert!(matches!(known, Err(InsertAppError::DuplicateAppId)));

    let app = store.app_by_slug(&slug).await.unwrap().unwrap();
    assert_eq!(
        (
            app.row,
            app.client_secret.expose_secret(),
            app.signing_secret.expose_secret()
        ),
        (row, "client secret", "signing secret")
    );
    assert_eq!(
        (app.model, app.scopes.len(), app.single_channel, app.created_at),
        (Model::Workspace, 2, true, at(0))
    );
    assert!(!format!("{app:?}").contains("secret\""), "secrets are not shown");
    assert!(store.app_by_slug(&"none".parse().unwrap()).await.unwrap().is_none());

    store.insert_app(&new_app("bee", "A2"), at(1)).await.unwrap();
    let slugs: Vec<_> = store
        .apps()
        .await
        .unwrap()
        .into_iter()
        .map(|app| app.slug.to_string())
        .collect();
    assert_eq!(slugs, ["bee", "insectoid"]);
    assert!(store.installation_counts().await.unwrap().is_empty());
}

pub(super) async fn an_installation_is_made_once_and_keeps_who_made_it(store: &Store) {
    let app = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
    let made = installed(store, app, "T1").await;
    assert_eq!(made.key.to_string(), "insectoid.T1");
    assert_eq!(installed(store, app, "T1").await, made);
    assert_eq!(store.installation_ref(&made.key).await.unwrap(), Some(made.clone()));
    let elsewhere = InstallationKey::new(made.key.app.clone(), tenant("T2"));
    assert_eq!(store.installation_ref(&elsewhere).await.unwrap(), None);

    let user = |id: &str| Some(id.parse::<UserId>().unwrap());
    let first = Identity {
        app_user: user("UAPP1"),
        installer: user("U1"),
        installed_at: Some(at(1)),
    };
    let second = Identity {
        app_user: user("UAPP2"),
        installer: user("U2"),
        installed_at: Some(at(2)),
    };
    for identity in [&first, &second, &Identity::default()] {
        store.identify_installation(made.row, identity).await.unwrap();
    }
    let view = store.installation(&made.key, at(3)).await.unwrap().unwrap();
    assert_eq!(
        (view.app_user, view.installer, view.installed_at),
        (user("UAPP2"), user("U1"), Some(at(1)))
    );
    assert_eq!(
        (view.status, view.entries, view.last_change),
        (Status::Unknown, 0, None)
    );
    assert_eq!(view.token.state, TokenState::Missing);
    assert!(store.installation(&elsewhere, at(3)).await.unwrap().is_none());
}

pub(super) async fn a_token_comes_back_to_its_installation_only(store: &Store) {
    let app = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
    let (one, two) = (installed(store, app, "T1").await, installed(store, app, "T2").await);
    let token = |text: &str, expires_at| NewToken {
        access: text.into(),
        refresh: Some("xoxr-refresh".into()),
        issued_at: at(0),
        expires_at,
    };
    store
        .save_token(&one, &token("xoxa-2-first", Some(at(3600))))
        .await
        .unwrap();
    let loaded = store.load_token(&one.key).await.unwrap().unwrap();
    assert_eq!(loaded.access.expose_secret(), "xoxa-2-first");
    assert_eq!(
        loaded
            .refresh
            .map(|refresh| refresh.expose_secret().to_owned())
            .as_deref(),
        Some("xoxr-refresh")
    );
    assert!(store.load_token(&two.key).await.unwrap().is_none());
    let state = async |now| store.installation(&one.key, now).await.unwrap().unwrap().token;
    assert_eq!(
        (state(at(3600)).await.state, state(at(3601)).await.state),
        (TokenState::Live, TokenState::Expired)
    );
    assert_eq!(
        (state(at(0)).await.hint.as_deref(), state(at(0)).await.key_id),
        (Some("xoxa-2-…"), Some(1))
    );

    store.mark_token_revoked(one.row, at(5)).await.unwrap();
    store.mark_token_revoked(one.row, at(6)).await.unwrap();
    assert_eq!(
        store.load_token(&one.key).await.unwrap().unwrap().revoked_at,
        Some(at(5))
    );
    assert_eq!(state(at(6)).await.state, TokenState::Revoked);
    store.save_token(&one, &token("xoxa-2-second", None)).await.unwrap();
    assert_eq!(state(at(9_999)).await.state, TokenState::Live);
    assert_eq!(store.load_token(&one.key).await.unwrap().unwrap().revoked_at, None);
}

fn attempt(app: i64, number: u8) -> NewAttempt {
    NewAttempt {
        id: format!("attempt{number}"),
        app,
        state_hash: [number; 32],
        binding_hash: [9; 32],
        single_channel: false,
        team: None,
        request: None,
        started_at: at(i64::from(number)),
        expires_at: at(600),
    }
}

pub(super) async fn of_many_callbacks_with_one_state_one_is_served(store: &Store) {
    let app = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
    store.begin_attempt(attempt(app, 1)).await.unwrap();
    let callbacks: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .consume_attempt(app, &[1; 32], Some(&[9; 32]), at(1))
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut served = 0;
    for callback in callbacks {
        match callback.await.unwrap() {
            Consumption::Consumed(_) => served += 1,
            other => assert_eq!(other, Consumption::Used),
        }
    }
    assert_eq!(served, 1);
}

pub(super) async fn install_attempts_are_listed_newest_first(store: &Store) {
    let one = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
    let two = store.insert_app(&new_app("bee", "A2"), at(0)).await.unwrap();
    let home = installed(store, one, "T1").await;
    for number in 1..=5 {
        store
            .begin_attempt(attempt(if number == 3 { two } else { one }, number))
            .await
            .unwrap();
    }
    store
        .finish_attempt("attempt4", &Ending::Installed { installation: home.row }, at(9))
        .await
        .unwrap();
    store
        .finish_attempt(
            "attempt5",
            &Ending::Failed {
                error: "code_already_used".to_owned(),
            },
            at(9),
        )
        .await
        .unwrap();
    let all = all_of(2, async |page| store.install_attempts(None, &page).await).await;
    let ids: Vec<_> = all.iter().map(|view| view.id.as_str()).collect();
    assert_eq!(ids, ["attempt5", "attempt4", "attempt3", "attempt2", "attempt1"]);
    assert_eq!(
        (all[0].outcome.as_str(), all[0].error.as_deref()),
        ("failed", Some("code_already_used"))
    );
    assert_eq!(
        (all[1].installation.as_ref(), all[1].ended_at),
        (Some(&home.key), Some(at(9)))
    );
    let bees = store
        .install_attempts(Some(&"bee".parse().unwrap()), &PageRequest::first(9))
        .await
        .unwrap();
    assert_eq!((bees.items.len(), bees.items[0].app.as_str()), (1, "bee"));
}

pub(super) async fn names_are_kept_by_tenant(store: &Store) {
    let name = |id: &str, name: &str| Name {
        id: id.to_owned(),
        name: name.to_owned(),
        kind: "user".to_owned(),
    };
    let many: Vec<_> = (0..1_200)
        .map(|n| name(&format!("U{n}"), &format!("person {n}")))
        .collect();
    store.save_names(&tenant("T1"), &many, at(0)).await.unwrap();
    store
        .save_names(&tenant("T1"), &[name("U7", "first"), name("U7", "seven")], at(1))
        .await
        .unwrap();
    store
        .save_names(&tenant("T2"), &[name("U7", "other seven")], at(1))
        .await
        .unwrap();
    store.save_names(&tenant("T2"), &[], at(1)).await.unwrap();
    let all = store
        .names(&tenant("T1"), (0..2_000).map(|n| format!("U{n}")))
        .await
        .unwrap();
    assert_eq!(
        (all.len(), all["U7"].as_str(), all["U1199"].as_str()),
        (1_200, "seven", "person 1199")
    );
    assert_eq!(
        store
            .names(&tenant("T2"), ["U7".to_owned(), "U8".to_owned()])
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(store.names(&tenant("T3"), ["U7".to_owned()]).await.unwrap().is_empty());
}
