//! What the background finds to do.

use grantbook_store::{
    Store,
    token_events::What,
    tokens::{CredentialState, NewToken},
};

use super::{LEASE, Site, pair};
use crate::store_contract::{at, installed};

async fn due(store: &Store, now: i64, before: i64) -> Vec<String> {
    let found = store.due_for_refresh(at(now), |_| at(before), 10).await.unwrap();
    found
        .iter()
        .map(|credential| credential.installation.tenant.to_string())
        .collect()
}

pub(super) async fn what_ends_soon_is_due_unless_it_rests(store: &Store) {
    let site = Site::new(store).await;
    let (second, third) = (
        installed(store, site.app, "T2").await,
        installed(store, site.app, "T3").await,
    );
    store.save_token(&second, &pair(2, -100)).await.unwrap();
    let lasting = NewToken {
        refresh: None,
        expires_at: None,
        ..pair(3, 0)
    };
    store.save_token(&third, &lasting).await.unwrap();
    assert!(due(store, 0, 40_000).await.is_empty());
    assert_eq!(due(store, 0, 43_100).await, ["T2"]);
    assert_eq!(due(store, 0, 43_200).await, ["T2", "T1"]);
    assert_eq!(store.due_for_refresh(at(0), |_| at(50_000), 1).await.unwrap().len(), 1);

    let (fence, credential) = site.spend("one", 10).await;
    assert_eq!(due(store, 10, 50_000).await, ["T2"]);
    let retry = Some(at(100));
    let failed = store.refresh_failed(credential.id, fence, "fatal_error", retry, false, at(11));
    assert!(failed.await.unwrap());
    assert_eq!(due(store, 99, 50_000).await, ["T2"]);
    assert_eq!(due(store, 100, 50_000).await, ["T2", "T1"]);
    let stands = site.credential().await;
    assert_eq!((stands.failures, stands.problem.as_deref()), (1, Some("fatal_error")));
    assert_eq!((stands.retry_at, stands.spending_since), (retry, None));
    // Given back without a result.
    let (fence, _) = site.take("two", 100).await;
    assert_eq!(due(store, 100, 50_000).await, ["T2"]);
    store.release_lease(credential.id, fence).await.unwrap();
    assert_eq!(due(store, 100, 50_000).await, ["T2", "T1"]);
    assert!(!store.mark_spending(credential.id, fence, at(100)).await.unwrap());
}

pub(super) async fn what_failed_too_often_waits_for_somebody_to_ask(store: &Store) {
    let site = Site::new(store).await;
    let (fence, credential) = site.spend("one", 10).await;
    let id = credential.id;
    assert!(
        store
            .refresh_failed(id, fence, "timeout", None, true, at(11))
            .await
            .unwrap()
    );
    assert_eq!(site.credential().await.state, CredentialState::Exhausted);
    assert!(due(store, 20, 50_000).await.is_empty());
    // Somebody asks; it works again.
    let (fence, _) = site.spend("two", 20).await;
    assert!(store.replace_token(id, fence, &pair(2, 21), at(21)).await.unwrap());
    let stands = site.credential().await;
    assert_eq!(
        (stands.state, stands.failures, stands.problem),
        (CredentialState::Live, 0, None)
    );
    // An answer that is lost, or says that the token was spent.
    let (fence, _) = site.spend("three", 30).await;
    let lost = store.refresh_lost(id, fence, "invalid_refresh_token", at(31));
    assert!(lost.await.unwrap());
    let stands = site.credential().await;
    assert_eq!(stands.state, CredentialState::NeedsReauthorization);
    assert_eq!(stands.problem.as_deref(), Some("invalid_refresh_token"));
    assert!(due(store, 40 + LEASE, 99_999).await.is_empty());
    assert!(store.abandoned(at(40 + LEASE), 10).await.unwrap().is_empty());
    let told: Vec<What> = site.told().await.into_iter().map(|(what, _)| what).collect();
    assert_eq!(told, [What::Issued, What::Failed, What::Refreshed, What::Lost]);
}
