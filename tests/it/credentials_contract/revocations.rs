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
    workspace_token,
};
use crate::store_contract::{Teller, at, installed};

fn revoked(oauth: &[&str], bot: &[&str]) -> Fact {
    let users = |ids: &[&str]| ids.iter().map(|id| person(id)).collect::<BTreeSet<UserId>>();
    Fact::TokensRevoked {
        oauth: users(oauth),
        bot: users(bot),
        // As the events door reads it for an app of today.
        people_only: bot.is_empty() && !oauth.is_empty(),
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

pub(super) async fn a_workspace_apps_token_is_named_by_who_allowed_it(store: &Store) {
    let site = Site::new(store).await;
    let people = vec![(person("U1"), personal(1, 10))];
    site.install(Some(workspace_token(1, Some("xoxr-1"), 10)), people, 10)
        .await;
    let named = Fact::TokensRevoked {
        oauth: [person("U7")].into(),
        bot: BTreeSet::new(),
        people_only: false,
    };
    Teller::new(store)
        .tell_as("Ev1", site.app, site.key(), 20, None, named)
        .await;
    assert_eq!(ended(&site).await, ["app"]);
}

/// Everything that an end leaves: what may still be done, and which tokens are over since when.
async fn left(site: &Site) -> String {
    let grants = site.store.grants(site.key()).await.unwrap().unwrap_or_default();
    let since = grants.status_mark.map(|mark| mark.since.seconds());
    let people: Vec<String> = grants.users.keys().map(ToString::to_string).collect();
    let tokens = site.store.credentials(site.key()).await.unwrap();
    let tokens: Vec<String> = tokens
        .iter()
        .map(|one| {
            let at = one.revoked_at.map(grantbook_core::Timestamp::seconds);
            format!("{} {} {at:?}", one.holder, one.state.as_str())
        })
        .collect();
    let held = grants
        .scopes
        .values()
        .map(std::collections::BTreeMap::len)
        .sum::<usize>();
    format!("{:?} {since:?} {held} {people:?} {tokens:?}", grants.status)
}

/// Every order of these numbers.
fn orders(of: usize) -> Vec<Vec<usize>> {
    (0..of).fold(vec![Vec::new()], |shorter, next| {
        let longer = |order: Vec<usize>| {
            (0..=order.len()).map(move |place| {
                let mut longer = order.clone();
                longer.insert(place, next);
                longer
            })
        };
        shorter.into_iter().flat_map(longer).collect()
    })
}

/// An app with a bot and two people, one with a person alone: whatever the order in which the ends are told, and
/// told twice, one state is left.
pub(super) async fn ends_leave_one_state_in_whatever_order_they_are_told(store: &Store) {
    let first = Site::new(store).await;
    let teller = Teller::new(store);
    let endings: [&[(i64, Fact)]; 5] = [
        &[
            (20, revoked(&["U1"], &[])),
            (21, revoked(&[], &["UBOT"])),
            (22, Fact::Uninstalled),
            (23, revoked(&["U1", "U2"], &["UBOT"])),
        ],
        // All within one of Slack's seconds.
        &[
            (30, revoked(&["U1", "U2"], &["UBOT"])),
            (30, Fact::Uninstalled),
            (30, revoked(&["U2"], &[])),
        ],
        // The people go one by one; the app stays.
        &[
            (20, revoked(&["U1"], &[])),
            (25, revoked(&["U2"], &[])),
            (26, revoked(&["U1"], &[])),
        ],
        // It came back in between.
        &[
            (20, revoked(&["U1", "U2"], &["UBOT"])),
            (21, Fact::Uninstalled),
            (40, revoked(&["U2"], &[])),
        ],
        &[(20, revoked(&["U1"], &["UBOT"])), (20, revoked(&["U2"], &[]))],
    ];
    let mut site_number = 0;
    for (number, ending) in endings.iter().enumerate() {
        for with_bot in [true, false] {
            let mut states = BTreeSet::new();
            for order in orders(ending.len()) {
                site_number += 1;
                let home = installed(store, first.app, &format!("T9{site_number:04}")).await;
                let site = Site {
                    store: store.clone(),
                    app: first.app,
                    home,
                };
                let people = || vec![(person("U1"), personal(1, 10)), (person("U2"), personal(2, 10))];
                site.install_with(with_bot.then(|| pair(1, 10)), people(), 10).await;
                if number == 3 {
                    let people = vec![(person("U2"), personal(3, 30))];
                    site.install_with(with_bot.then(|| pair(2, 30)), people, 30).await;
                }
                // Forwards, and all of it once more.
                for index in order.iter().chain(&order) {
                    let (when, fact) = &ending[*index];
                    let id = format!("Ev{site_number}x{index}");
                    teller
                        .tell_as(&id, site.app, site.key(), *when, None, fact.clone())
                        .await;
                }
                states.insert(left(&site).await);
            }
            assert_eq!(states.len(), 1, "ending {number}, with a bot: {with_bot}: {states:#?}");
            let state = states.first().unwrap();
            let expected = match (number, with_bot) {
                (0 | 1, _) => "Uninstalled",
                (2 | 3, true) => "Installed",
                _ => "Revoked",
            };
            assert!(
                state.starts_with(expected),
                "ending {number}, with a bot: {with_bot}: {state}"
            );
        }
    }
}
