//! A process dies at each step of a refresh in turn.

use grantbook_store::{
    Store,
    token_events::What,
    tokens::{CredentialState, INTERRUPTED, Leased},
};

use super::{LEASE, Site, pair, texts, workspace_token};
use crate::store_contract::at;

/// After the lease of a step at 10 is over.
const LATER: i64 = 10 + LEASE;

pub(super) async fn a_crash_before_the_mark_costs_the_lease_only(store: &Store) {
    let site = Site::new(store).await;
    site.take("dies", 10).await;
    assert!(store.abandoned(at(LATER), 10).await.unwrap().is_empty());
    let (fence, credential) = site.spend("two", LATER).await;
    assert_eq!(credential.generation, 1);
    assert!(
        store
            .replace_token(credential.id, fence, &pair(2, 50), at(50))
            .await
            .unwrap()
    );
}

pub(super) async fn a_mark_left_behind_asks_for_a_person_where_the_token_was_for_single_use(store: &Store) {
    let site = Site::new(store).await;
    let (_, credential) = site.spend("dies", 10).await;
    // Somebody may still be at it.
    assert!(store.abandoned(at(LATER - 1), 10).await.unwrap().is_empty());
    assert!(
        !store
            .settle_abandoned(credential.id, true, at(LATER - 1))
            .await
            .unwrap()
    );
    // Nobody else may spend the same token.
    let Leased::Barred(barred) = site.lease("two", LATER).await else {
        panic!("a marked token was leased")
    };
    assert_eq!(
        (barred.state, barred.spending_since),
        (CredentialState::Live, Some(at(10)))
    );
    let left = store.abandoned(at(LATER), 10).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, &left[0].installation), (credential.id, site.key()));
    assert!(left[0].kind.single_use());
    assert!(store.settle_abandoned(credential.id, true, at(LATER)).await.unwrap());
    assert!(
        !store.settle_abandoned(credential.id, true, at(LATER)).await.unwrap(),
        "settled"
    );
    assert!(store.abandoned(at(99), 10).await.unwrap().is_empty());
    let stands = site.credential().await;
    assert_eq!(stands.state, CredentialState::NeedsReauthorization);
    assert_eq!(stands.problem.as_deref(), Some(INTERRUPTED));
    assert!(matches!(site.lease("three", 99).await, Leased::Barred(_)));
    assert_eq!(site.told().await, [(What::Issued, 1), (What::Interrupted, 1)]);

    store.save_token(&site.home, &pair(2, 100)).await.unwrap();
    let repaired = site.credential().await;
    assert_eq!(
        (
            repaired.state,
            repaired.problem,
            repaired.spending_since,
            repaired.generation
        ),
        (CredentialState::Live, None, None, 2)
    );
    site.spend("three", 101).await;
}

pub(super) async fn a_mark_left_behind_is_taken_back_where_the_token_is_reusable(store: &Store) {
    let site = Site::new(store).await;
    let first = workspace_token(1, Some("xoxr-1"), 0);
    store.save_token(&site.home, &first).await.unwrap();
    let (old, credential) = site.spend("dies", 10).await;
    let left = store.abandoned(at(LATER), 10).await.unwrap();
    assert_eq!(left.len(), 1);
    assert!(!left[0].kind.single_use());
    assert!(store.settle_abandoned(credential.id, false, at(LATER)).await.unwrap());
    let stands = site.credential().await;
    assert_eq!((stands.state, stands.spending_since), (CredentialState::Live, None));
    let (fence, _) = site.spend("two", LATER).await;
    let second = workspace_token(2, None, 50);
    assert!(!store.replace_token(credential.id, old, &second, at(50)).await.unwrap());
    assert!(
        store
            .replace_token(credential.id, fence, &second, at(50))
            .await
            .unwrap()
    );
}

pub(super) async fn a_crash_after_the_commit_is_none(store: &Store) {
    let site = Site::new(store).await;
    let (fence, credential) = site.spend("dies", 10).await;
    assert!(
        store
            .replace_token(credential.id, fence, &pair(2, 11), at(11))
            .await
            .unwrap()
    );
    assert!(store.abandoned(at(LATER), 10).await.unwrap().is_empty());
    assert_eq!(site.take("two", 12).await.1.generation, 2);
}

pub(super) async fn a_slow_answer_counts_while_nobody_took_over(store: &Store) {
    let site = Site::new(store).await;
    let (fence, credential) = site.spend("slow", 10).await;
    assert!(store.settle_abandoned(credential.id, true, at(LATER)).await.unwrap());
    // It was not dead: what Slack told it is better than what was feared.
    assert!(
        store
            .replace_token(credential.id, fence, &pair(2, 60), at(60))
            .await
            .unwrap()
    );
    let stands = site.credential().await;
    assert_eq!((stands.state, stands.problem.as_deref()), (CredentialState::Live, None));
    assert_eq!((stands.generation, texts(&stands).0), (2, "xoxe.xoxb-1-2"));
    // After a new install it is worth nothing.
    let (fence, _) = site.spend("slow", 100).await;
    assert!(
        store
            .settle_abandoned(credential.id, true, at(100 + LEASE))
            .await
            .unwrap()
    );
    store.save_token(&site.home, &pair(3, 140)).await.unwrap();
    assert!(
        !store
            .replace_token(credential.id, fence, &pair(9, 150), at(150))
            .await
            .unwrap()
    );
    assert_eq!(texts(&site.credential().await).0, "xoxe.xoxb-1-3");
}
