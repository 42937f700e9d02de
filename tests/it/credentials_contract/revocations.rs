//! `tokens_revoked` and `app_uninstalled` end tokens in the transaction that appends them.

use std::collections::BTreeSet;

use grantbook_core::{Fact, UserId, view::TokenState};
use grantbook_store::{
    Store,
    inbox::Stored,
    token_events::What,
    tokens::{CredentialState, Holder, Leased},
};

use super::{
    LEASE, Site, pair,
    people::{person, personal},
};
use crate::store_contract::{Teller, at};

fn revoked(oauth: &[&str], bot: &[&str]) -> Fact {
    let users = |ids: &[&str]| ids.iter().map(|id| person(id)).collect::<BTreeSet<UserId>>();
    Fact::TokensRevoked {
        oauth: users(oauth),
        bot: users(bot),
    }
}

/// The app's token and those of two people, received at 10.
async fn peopled(store: &Store) -> Site {
    let site = Site::new(store).await;
    let people = vec![(person("U1"), personal(1, 10)), (person("U2"), personal(2, 10))];
    site.install(Some(pair(2, 10)), people, 10).await;
    site
}

/// Whose tokens are revoked.
async fn ended(site: &Site) -> Vec<String> {
    let all = site.store.credentials(site.key()).await.unwrap();
    all.iter()
        .filter(|credential| credential.state == CredentialState::Revoked)
        .inspect(|credential| assert!(credential.revoked_at.is_some()))
        .map(|credential| credential.holder.to_string())
        .collect()
}

pub(super) async fn a_revocation_ends_the_tokens_it_names(store: &Store) {
    let site = peopled(store).await;
    let teller = Teller::new(store);
    let tell = async |id, when, fact| teller.tell_as(id, site.app, site.key(), when, None, fact).await;
    assert_eq!(tell("Ev1", 20, revoked(&["U2", "U3"], &[])).await, Stored::Applied);
    assert_eq!(ended(&site).await, ["U2"]);
    assert_eq!(tell("Ev2", 21, revoked(&[], &["UBOT"])).await, Stored::Applied);
    assert_eq!(ended(&site).await, ["app", "U2"]);
    let view = store.installation(site.key(), at(30)).await.unwrap().unwrap();
    assert_eq!(view.token.state, TokenState::Revoked);
    assert_eq!(site.credential().await.revoked_at, Some(at(21)));
    assert!(matches!(site.lease("one", 30).await, Leased::Barred(_)));
    assert!(store.due_for_refresh(at(30), |_| at(13), 10).await.unwrap().is_empty());
    // By hand, and once.
    let users = [person("U1"), person("U2")].into();
    let by_hand = async |now| {
        store
            .revoke_holders(site.home.row, &users, &BTreeSet::new(), at(now))
            .await
    };
    assert_eq!(by_hand(40).await.unwrap(), [Holder::User(person("U1"))]);
    assert!(by_hand(41).await.unwrap().is_empty());
    let told = site.told().await;
    assert_eq!(told.iter().filter(|(what, _)| *what == What::Revoked).count(), 3);
}

pub(super) async fn a_late_revocation_spares_the_newer_token(store: &Store) {
    let site = peopled(store).await;
    let teller = Teller::new(store);
    let tell = async |id, when, fact| teller.tell_as(id, site.app, site.key(), when, None, fact).await;
    site.install(Some(pair(3, 50)), vec![(person("U1"), personal(3, 50))], 50)
        .await;
    // Of the time before the second install, arriving after it.
    tell("Ev1", 49, revoked(&["U1", "U2"], &["UBOT"])).await;
    assert_eq!(ended(&site).await, ["U2"]);
    tell("Ev2", 49, Fact::Uninstalled).await;
    assert_eq!(ended(&site).await, ["U2"]);
    // Within the second of the install it comes after it, as in the ledger.
    tell("Ev3", 50, revoked(&["U1"], &[])).await;
    assert_eq!(ended(&site).await, ["U1", "U2"]);
}

pub(super) async fn a_revocation_ends_a_refresh_under_way(store: &Store) {
    let site = peopled(store).await;
    let (fence, credential) = site.spend("one", 20).await;
    Teller::new(store)
        .tell_as("Ev1", site.app, site.key(), 21, None, revoked(&[], &["UBOT"]))
        .await;
    assert!(
        !store
            .replace_token(credential.id, fence, &pair(9, 22), at(22))
            .await
            .unwrap()
    );
    assert_eq!(ended(&site).await, ["app"]);
    assert!(store.abandoned(at(22 + LEASE), 10).await.unwrap().is_empty());
    site.install(Some(pair(3, 90)), Vec::new(), 90).await;
    assert!(ended(&site).await.is_empty());
    assert_eq!(site.take("two", 91).await.1.generation, 3);
}

pub(super) async fn an_uninstall_ends_every_token(store: &Store) {
    let site = peopled(store).await;
    Teller::new(store)
        .tell_as("Ev1", site.app, site.key(), 20, None, Fact::Uninstalled)
        .await;
    assert_eq!(ended(&site).await, ["app", "U1", "U2"]);
}
