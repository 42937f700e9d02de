//! Accounts, sessions and API keys.

use grantbook_core::view::Role;
use grantbook_store::{
    Store,
    accounts::{CreateUserError, LinkUserError, NewUser, SetUpError},
    keys::KeyRights,
    queries::PageRequest,
    sessions::NewSession,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::at;

pub(super) async fn the_first_administrator_is_made_once(store: &Store) {
    let hash = SecretString::from("$argon2id$…");
    assert!(store.needs_setup().await.unwrap());
    let set_up = async |token: u8, name: &str| store.set_up(&[token; 32], name, &hash, at(1)).await;
    assert!(matches!(set_up(1, "ada").await, Err(SetUpError::InvalidLink)));
    store.offer_setup(&[1; 32], at(0)).await.unwrap();
    store.offer_setup(&[2; 32], at(0)).await.unwrap();
    assert!(store.setup_is_offered(&[2; 32]).await.unwrap());
    assert!(
        !store.setup_is_offered(&[1; 32]).await.unwrap(),
        "a new link replaces the old one"
    );
    assert!(matches!(set_up(1, "ada").await, Err(SetUpError::InvalidLink)));
    let (one, two) = tokio::join!(set_up(2, "ada"), set_up(2, "bob"));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    assert!(!store.needs_setup().await.unwrap());
    assert!(!store.setup_is_offered(&[2; 32]).await.unwrap());
    assert!(matches!(set_up(2, "eve").await, Err(SetUpError::AlreadySetUp)));

    store.create_user("viewer", &hash, Role::Viewer, at(2)).await.unwrap();
    let again = store.create_user("viewer", &hash, Role::Admin, at(2)).await;
    assert!(matches!(again, Err(CreateUserError::DuplicateName)));
    let user = store.user_by_name("viewer").await.unwrap().unwrap();
    assert_eq!(
        (user.role, user.password_hash.expose_secret()),
        (Role::Viewer, "$argon2id$…")
    );
    assert!(store.user_by_name("eve").await.unwrap().is_none());
}

pub(super) async fn a_slack_user_is_one_account_and_sessions_say_so(store: &Store) {
    let (orla, noor) = ("U07MPWUWB7".parse().unwrap(), "W08RA9G5HR".parse().unwrap());
    let hash = "hash".into();
    let new = |name, slack_user| NewUser {
        name,
        password_hash: &hash,
        role: Role::Approver,
        slack_user,
    };
    let row = store.add_user(new("orla", Some(&orla)), at(1)).await.unwrap();
    let taken = store.add_user(new("noor", Some(&orla)), at(1)).await;
    assert!(matches!(taken, Err(CreateUserError::SlackUserTaken)), "{taken:?}");
    store.add_user(new("noor", None), at(1)).await.unwrap();
    let taken = store.link_user("noor", Some(&orla)).await;
    assert!(matches!(taken, Err(LinkUserError::SlackUserTaken)), "{taken:?}");
    let missing = store.link_user("nobody", Some(&noor)).await;
    assert!(matches!(missing, Err(LinkUserError::Missing)), "{missing:?}");
    store.link_user("noor", Some(&noor)).await.unwrap();
    let found = store.user_in_slack(&noor).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.role), ("noor", Role::Approver));
    let names = ["orla", "noor", "nobody"].map(str::to_owned);
    assert_eq!(store.slack_users(&names).await.unwrap().len(), 2);
    let session = NewSession {
        id_hash: [9; 32],
        user: row,
        csrf: "csrf".into(),
        created_at: at(0),
        expires_at: at(10),
    };
    store.insert_session(&session).await.unwrap();
    let of_session = async || store.session(&[9; 32], at(1)).await.unwrap().unwrap().slack_user;
    assert_eq!(of_session().await, Some(orla.clone()));
    store.link_user("orla", None).await.unwrap();
    assert_eq!(of_session().await, None);
    assert!(store.user_in_slack(&orla).await.unwrap().is_none());
}

pub(super) async fn a_session_lasts_until_it_ends(store: &Store) {
    let user = store
        .create_user("ada", &"hash".into(), Role::Admin, at(0))
        .await
        .unwrap();
    for (id, end) in [(1, 10), (2, 20)] {
        let csrf = "csrf".into();
        let session = NewSession {
            id_hash: [id; 32],
            user,
            csrf,
            created_at: at(0),
            expires_at: at(end),
        };
        store.insert_session(&session).await.unwrap();
    }
    let session = store.session(&[1; 32], at(9)).await.unwrap().unwrap();
    assert_eq!(
        (session.name.as_str(), session.role, session.csrf.expose_secret()),
        ("ada", Role::Admin, "csrf")
    );
    assert!(store.session(&[1; 32], at(10)).await.unwrap().is_none());
    assert!(store.session(&[3; 32], at(0)).await.unwrap().is_none());
    assert_eq!(store.purge_sessions(at(10)).await.unwrap(), 1);
    store.delete_session(&[2; 32]).await.unwrap();
    assert!(store.session(&[2; 32], at(0)).await.unwrap().is_none());
}

pub(super) async fn a_key_is_known_by_its_id_until_revoked(store: &Store) {
    for (number, id) in ["one", "two", "three"].into_iter().enumerate() {
        let made = at(i64::try_from(number).unwrap());
        store
            .insert_key(id, "for a script", &[4; 32], Role::Viewer, made)
            .await
            .unwrap();
    }
    let key = store.key("one").await.unwrap().unwrap();
    assert_eq!(
        (key.secret_hash.as_slice(), key.view.role, key.view.last_used_at),
        (&[4; 32][..], Role::Viewer, None)
    );
    assert!(!key.view.tokens, "a role alone brings no tokens");
    store.touch_key("one", at(60), at(0)).await.unwrap();
    store.touch_key("one", at(70), at(10)).await.unwrap();
    assert_eq!(
        store.key("one").await.unwrap().unwrap().view.last_used_at,
        Some(at(60)),
        "noted a moment ago"
    );
    assert!(store.revoke_key("one", at(80)).await.unwrap());
    assert!(store.revoke_key("one", at(90)).await.unwrap());
    assert_eq!(store.key("one").await.unwrap().unwrap().view.revoked_at, Some(at(80)));
    assert!(!store.revoke_key("none", at(90)).await.unwrap());

    let first = PageRequest::first(2);
    let page = store.keys(&first).await.unwrap();
    let next = store.keys(&first.next(&page).unwrap()).await.unwrap();
    let ids: Vec<_> = page.items.into_iter().chain(next.items).map(|key| key.id).collect();
    assert_eq!(
        (ids, next.next_cursor),
        (vec!["three".to_owned(), "two".to_owned(), "one".to_owned()], None)
    );
    let rights = KeyRights {
        role: Role::Viewer,
        tokens: true,
    };
    let made = store
        .insert_key("broker", "for a program", &[5; 32], rights, at(-1))
        .await
        .unwrap();
    assert!(made.tokens && store.key("broker").await.unwrap().unwrap().view.tokens);
}
