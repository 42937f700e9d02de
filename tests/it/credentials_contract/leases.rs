//! The lease: one gets it, and who lost it writes nothing.

use grantbook_store::{
    Store,
    token_events::What,
    tokens::{CredentialKind, CredentialState, Holder, Leased},
};
use tokio::task::JoinSet;

use super::{LEASE, Site, pair, texts, until, workspace_token};
use crate::store_contract::at;

pub(super) async fn of_two_at_once_one_gets_the_lease(store: &Store) {
    let site = Site::new(store).await;
    let (one, two) = tokio::join!(site.lease("one", 10), site.lease("two", 10));
    let held: Vec<_> = [&one, &two].into_iter().filter_map(until).collect();
    assert_eq!(held, [at(10 + LEASE)], "{one:?} {two:?}");
    let nobody = Holder::User("U1".parse().unwrap());
    let leased = store.lease_refresh(site.key(), &nobody, "one", at(10), LEASE).await;
    assert!(matches!(leased.unwrap(), Leased::Missing));
}

pub(super) async fn of_a_thousand_at_once_one_gets_the_lease(store: &Store) {
    let site = Site::new(store).await;
    let mut callers = JoinSet::new();
    for number in 0..1_000 {
        let (store, key) = (site.store.clone(), site.key().clone());
        callers.spawn(async move {
            let owner = format!("caller {number}");
            store
                .lease_refresh(&key, &Holder::App, &owner, at(10), LEASE)
                .await
                .unwrap()
        });
    }
    let answers = callers.join_all().await;
    let got = answers
        .iter()
        .filter(|leased| matches!(leased, Leased::Got { .. }))
        .count();
    let held = answers.iter().filter_map(until).count();
    assert_eq!((got, held), (1, 999));
}

pub(super) async fn whoever_waited_finds_the_new_token(store: &Store) {
    let site = Site::new(store).await;
    let (fence, before) = site.spend("one", 10).await;
    assert_eq!(
        (before.generation, texts(&before)),
        (1, ("xoxe.xoxb-1-1", Some("xoxe-1-1")))
    );
    assert_eq!(until(&site.lease("two", 11).await), Some(at(10 + LEASE)));
    assert!(
        store
            .replace_token(before.id, fence, &pair(2, 12), at(12))
            .await
            .unwrap()
    );
    // The same again is nobody's any more.
    assert!(
        !store
            .replace_token(before.id, fence, &pair(3, 12), at(12))
            .await
            .unwrap()
    );
    let (_, after) = site.take("two", 13).await;
    assert_eq!(
        (after.generation, texts(&after)),
        (2, ("xoxe.xoxb-1-2", Some("xoxe-1-2")))
    );
    assert_eq!(
        (after.issued_at, after.expires_at, after.refreshed_at),
        (at(12), Some(at(12 + 43_200)), Some(at(12)))
    );
    assert_eq!(site.told().await, [(What::Issued, 1), (What::Refreshed, 2)]);
}

pub(super) async fn who_lost_the_lease_writes_nothing(store: &Store) {
    let site = Site::new(store).await;
    let (old, credential) = site.take("one", 10).await;
    let id = credential.id;
    // Too late for a call, though nobody is at it.
    assert!(!store.mark_spending(id, old, at(10 + LEASE)).await.unwrap());
    let (new, _) = site.spend("two", 10 + LEASE).await;
    assert!(new > old);
    let now = at(11 + LEASE);
    assert!(!store.mark_spending(id, old, now).await.unwrap());
    assert!(!store.replace_token(id, old, &pair(9, 50), now).await.unwrap());
    assert!(
        !store
            .refresh_failed(id, old, "fatal_error", None, true, now)
            .await
            .unwrap()
    );
    assert!(!store.refresh_lost(id, old, "no_answer", now).await.unwrap());
    store.release_lease(id, old).await.unwrap();
    let stands = site.credential().await;
    assert_eq!((stands.generation, stands.state), (1, CredentialState::Live));
    assert_eq!((stands.spending_since, stands.failures), (Some(at(10 + LEASE)), 0));
    assert!(!store.mark_spending(id, new, now).await.unwrap(), "marked once already");
    assert!(store.replace_token(id, new, &pair(2, 50), now).await.unwrap());
    assert_eq!(texts(&site.credential().await).0, "xoxe.xoxb-1-2");
}

pub(super) async fn a_new_install_ends_a_refresh_under_way(store: &Store) {
    let site = Site::new(store).await;
    let (fence, credential) = site.spend("one", 10).await;
    store.save_token(&site.home, &pair(2, 11)).await.unwrap();
    assert!(
        !store
            .replace_token(credential.id, fence, &pair(9, 12), at(12))
            .await
            .unwrap()
    );
    assert!(
        !store
            .refresh_lost(credential.id, fence, "no_answer", at(12))
            .await
            .unwrap()
    );
    let stands = site.credential().await;
    assert_eq!(
        (stands.id, stands.generation, texts(&stands).0),
        (credential.id, 2, "xoxe.xoxb-1-2")
    );
    assert_eq!((stands.state, stands.spending_since), (CredentialState::Live, None));
    // Before the mark as well.
    let (fence, _) = site.take("two", 13).await;
    store.save_token(&site.home, &pair(3, 14)).await.unwrap();
    assert!(!store.mark_spending(credential.id, fence, at(14)).await.unwrap());
    let (_, newest) = site.take("three", 15).await;
    assert_eq!((newest.generation, texts(&newest).0), (3, "xoxe.xoxb-1-3"));
}

pub(super) async fn a_reusable_refresh_token_stays(store: &Store) {
    let site = Site::new(store).await;
    let first = workspace_token(1, Some("xoxr-1"), 0);
    store.save_token(&site.home, &first).await.unwrap();
    let (fence, credential) = site.spend("one", 3_000).await;
    assert_eq!(credential.kind, CredentialKind::Workspace);
    assert!(!credential.kind.single_use());
    let second = workspace_token(2, None, 3_001);
    assert!(
        store
            .replace_token(credential.id, fence, &second, at(3_001))
            .await
            .unwrap()
    );
    assert_eq!(texts(&site.credential().await), ("xoxa-2-2", Some("xoxr-1")));
}
