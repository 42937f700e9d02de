//! Tokens of people beside the app's.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{Fact, OrderKey, ResourceType, Scope, Source, UserId, ledger::Draft};
use grantbook_store::{
    Store,
    recording::NewInstallation,
    tokens::{CredentialKind, Holder, Leased, NewToken},
};

use super::{LEASE, Site, pair, texts};
use crate::store_contract::at;

pub(super) fn person(id: &str) -> UserId {
    id.parse().unwrap()
}

pub(super) fn personal(number: u32, when: i64) -> NewToken {
    NewToken {
        access: format!("xoxe.xoxp-1-{number}").into(),
        refresh: Some(format!("xoxe-1-p{number}").into()),
        ..pair(number, when)
    }
}

/// Whose consent it was, to tell installs of one second apart.
fn who(fact: &Fact) -> &str {
    match fact {
        Fact::Installed {
            authorizing_user: Some(user),
            ..
        } => user.as_str(),
        _ => "nobody",
    }
}

impl Site {
    /// An install with these tokens, of which nothing is said but that it happened.
    pub(super) async fn install(&self, token: Option<NewToken>, user_tokens: Vec<(UserId, NewToken)>, when: i64) {
        let fact = Fact::Installed {
            authorizing_user: None,
            scopes: BTreeMap::new(),
            resources: BTreeSet::new(),
        };
        self.install_as(fact, token, user_tokens, when).await;
    }

    /// An install with these tokens and with scopes for whom they are.
    pub(super) async fn install_with(&self, token: Option<NewToken>, user_tokens: Vec<(UserId, NewToken)>, when: i64) {
        let one = |name: &str| BTreeSet::from([Scope::new(name).unwrap()]);
        let scopes = token
            .iter()
            .map(|_| (ResourceType::Channel, one("chat:write")))
            .collect();
        for (user, _) in &user_tokens {
            let fact = Fact::Installed {
                authorizing_user: Some(user.clone()),
                scopes: [(ResourceType::User, one("search:read"))].into(),
                resources: BTreeSet::new(),
            };
            self.install_as(fact, None, Vec::new(), when).await;
        }
        let fact = Fact::Installed {
            authorizing_user: None,
            scopes,
            resources: BTreeSet::new(),
        };
        self.install_as(fact, token, user_tokens, when).await;
    }

    async fn install_as(&self, fact: Fact, token: Option<NewToken>, user_tokens: Vec<(UserId, NewToken)>, when: i64) {
        let new = NewInstallation {
            app: self.app,
            key: self.key().clone(),
            tenant_name: "Northwind".to_owned(),
            enterprise: None,
            app_user: None,
            installer: None,
            token,
            user_tokens,
            attempt: "none".to_owned(),
            draft: Draft {
                key: OrderKey::new(at(when), &fact, format!("oauth:{when}:{}", who(&fact))),
                recorded_at: at(when),
                source: Source::Oauth,
                actor: None,
                fact,
            },
            request: None,
            now: at(when),
        };
        self.store.record_installation(new).await.unwrap();
    }
}

pub(super) async fn peoples_tokens_rotate_apart_from_the_apps(store: &Store) {
    let site = Site::new(store).await;
    site.install(Some(pair(2, 10)), vec![(person("U1"), personal(1, 10))], 10)
        .await;
    site.install(None, vec![(person("U2"), personal(2, 20))], 20).await;
    let all = store.credentials(site.key()).await.unwrap();
    let shown: Vec<_> = all
        .iter()
        .map(|credential| (credential.holder.as_str(), credential.generation, texts(credential).0))
        .collect();
    assert_eq!(
        shown,
        [
            ("app", 2, "xoxe.xoxb-1-2"),
            ("U1", 1, "xoxe.xoxp-1-1"),
            ("U2", 1, "xoxe.xoxp-1-2")
        ]
    );
    // Each has its own lease.
    let (fence, own) = site.spend("one", 30).await;
    let holder = Holder::User(person("U1"));
    let leased = store.lease_refresh(site.key(), &holder, "two", at(30), LEASE).await;
    let Leased::Got {
        fence: other,
        credential,
    } = leased.unwrap()
    else {
        panic!("held by another holder")
    };
    assert_eq!(
        (credential.kind, credential.hint.as_str()),
        (CredentialKind::User, "xoxe.xoxp-…")
    );
    assert!(store.mark_spending(credential.id, other, at(31)).await.unwrap());
    assert!(
        store
            .replace_token(credential.id, other, &personal(3, 32), at(32))
            .await
            .unwrap()
    );
    assert!(store.replace_token(own.id, fence, &pair(3, 33), at(33)).await.unwrap());
    let renewed = store.credential(site.key(), &holder).await.unwrap().unwrap();
    assert_eq!((texts(&renewed).0, renewed.generation), ("xoxe.xoxp-1-3", 2));
    assert_eq!(texts(&site.credential().await), ("xoxe.xoxb-1-3", Some("xoxe-1-3")));
    // Installed again by the same person.
    site.install(None, vec![(person("U1"), personal(4, 40))], 40).await;
    let again = store.credential(site.key(), &holder).await.unwrap().unwrap();
    assert_eq!(
        (again.id, texts(&again).0, again.generation),
        (renewed.id, "xoxe.xoxp-1-4", 3)
    );
}

pub(super) async fn a_token_of_an_app_without_bot_is_kept_once(store: &Store) {
    let site = Site::new(store).await;
    site.install(Some(personal(1, 10)), vec![(person("U1"), personal(1, 10))], 10)
        .await;
    let all = store.credentials(site.key()).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!((&all[0].holder, all[0].kind), (&Holder::App, CredentialKind::User));
}
