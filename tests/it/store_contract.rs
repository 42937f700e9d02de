//! What the store promises, on both databases: each promise is a function of a [`Store`], run on SQLite
//! and on PostgreSQL.

mod apps;
mod history;
mod lists;
mod people;

use std::collections::BTreeSet;

use grantbook_core::{
    Fact, InstallationKey, OrderKey, Reach, ResourceType, Scope, Source, Tenant, Timestamp,
    fact::{Resource, ScopesByType},
    ledger::Draft,
    view::{Model, NewApp, Page},
};
use grantbook_store::{
    Options, Store, Vault,
    inbox::{Content, Inbox, Incoming, Stored},
    installations::InstallationRef,
    queries::{PageRequest, QueryError},
};
use grantbook_tests::postgres::{Durability, Postgres};

use apps::{
    a_token_comes_back_to_its_installation_only, an_app_is_registered_once_and_its_secrets_come_back,
    an_installation_is_made_once_and_keeps_who_made_it, install_attempts_are_listed_newest_first,
    names_are_kept_by_tenant, of_many_callbacks_with_one_state_one_is_served,
};
use history::{
    a_delivery_counts_once_and_history_tells_of_it, history_is_paged_the_same_however_it_is_asked,
    history_of_an_app_in_very_many_tenants_is_complete_too,
};
use lists::{
    installations_are_found_by_what_they_are, workspaces_are_sorted_and_paged, workspaces_sum_up_what_is_installed,
};
use people::{
    a_key_is_known_by_its_id_until_revoked, a_session_lasts_until_it_ends,
    a_slack_user_is_one_account_and_sessions_say_so, the_first_administrator_is_made_once,
};

/// 2017-06-19T22:32:25Z.
const START: i64 = 1_497_911_545;

pub(crate) async fn open(url: &str) -> Store {
    let vault = Vault::from_hex(&"c0ffee11".repeat(8).into(), 1).unwrap();
    let store = Store::open(url, vault, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    assert!(store.pending_migrations().await.unwrap().is_empty());
    store.ping().await.unwrap();
    store
}

/// One test for each promise on SQLite; on PostgreSQL one cluster serves them all, a database each.
macro_rules! promises {
    ($($promise:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                let folder = grantbook_tests::evidence::folder().unwrap();
                let url = format!("sqlite://{}", folder.path().join("grantbook.db").display());
                let store = super::open(&url).await;
                super::$promise(&store).await;
                store.close().await.unwrap();
            })*
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn on_postgresql_all_the_same() {
            let postgres = Postgres::start(Durability::Relaxed).unwrap();
            $({
                println!("{}", stringify!($promise));
                let store = open(&postgres.fresh_database().unwrap()).await;
                $promise(&store).await;
                store.close().await.unwrap();
            })*
        }
    };
}
pub(crate) use promises;

promises! {
    an_app_is_registered_once_and_its_secrets_come_back,
    an_installation_is_made_once_and_keeps_who_made_it,
    a_token_comes_back_to_its_installation_only,
    of_many_callbacks_with_one_state_one_is_served,
    the_first_administrator_is_made_once,
    a_slack_user_is_one_account_and_sessions_say_so,
    a_session_lasts_until_it_ends,
    a_key_is_known_by_its_id_until_revoked,
    names_are_kept_by_tenant,
    a_delivery_counts_once_and_history_tells_of_it,
    history_is_paged_the_same_however_it_is_asked,
    history_of_an_app_in_very_many_tenants_is_complete_too,
    installations_are_found_by_what_they_are,
    workspaces_sum_up_what_is_installed,
    workspaces_are_sorted_and_paged,
    install_attempts_are_listed_newest_first,
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(START + seconds)
}

pub(crate) fn scope(name: &str) -> Scope {
    name.parse().unwrap()
}

pub(crate) fn tenant(id: &str) -> Tenant {
    id.parse().unwrap()
}

pub(crate) fn new_app(slug: &str, app_id: &str) -> NewApp {
    NewApp {
        slug: slug.parse().unwrap(),
        name: slug.to_uppercase(),
        app_id: app_id.parse().unwrap(),
        model: Model::Workspace,
        client_id: "1.2".to_owned(),
        client_secret: "client secret".to_owned(),
        signing_secret: "signing secret".to_owned(),
        scopes: [scope("chat:write"), scope("channels:read")].into(),
        single_channel: true,
        user_scopes: [].into(),
        token_rotation: false,
        org_deploy: false,
        app_token: None,
        socket_connections: 0,
    }
}

pub(crate) async fn installed(store: &Store, app: i64, team: &str) -> InstallationRef {
    store.ensure_installation(app, &tenant(team), at(0)).await.unwrap()
}

/// Facts of one installation, delivered one by one through the inbox.
pub(crate) struct Teller {
    inbox: Inbox,
    count: u32,
}

impl Teller {
    pub(crate) fn new(store: &Store) -> Self {
        Self {
            inbox: Inbox::start(store.clone()).0,
            count: 0,
        }
    }

    async fn tell(&mut self, app: i64, key: &InstallationKey, when: i64, actor: Option<&str>, fact: Fact) -> Stored {
        self.count += 1;
        let id = format!("Ev{:06}", self.count);
        self.tell_as(&id, app, key, when, actor, fact).await
    }

    pub(crate) async fn tell_as(
        &self,
        id: &str,
        app: i64,
        key: &InstallationKey,
        when: i64,
        actor: Option<&str>,
        fact: Fact,
    ) -> Stored {
        let draft = Draft {
            key: OrderKey::new(at(when), &fact, id),
            recorded_at: at(when + 1),
            source: if matches!(fact, Fact::Installed { .. }) {
                Source::Oauth
            } else {
                Source::Event
            },
            actor: actor.map(|actor| actor.parse().unwrap()),
            fact,
        };
        let incoming = Incoming {
            app,
            slug: key.app.clone(),
            event_id: id.to_owned(),
            tenant: Some(key.tenant.clone()),
            event_type: draft.fact.kind().to_owned(),
            event_time: at(when).seconds(),
            received_at: at(when + 1),
            body: b"{}".to_vec(),
            content: Content::Fact(Box::new(draft)),
        };
        self.inbox.submit(incoming).await.unwrap()
    }
}

fn of_channel(scopes: &[&str]) -> ScopesByType {
    [(ResourceType::Channel, scopes.iter().map(|name| scope(name)).collect())].into()
}

fn installation(scopes: &[&str]) -> Fact {
    Fact::Installed {
        authorizing_user: None,
        scopes: of_channel(scopes),
        resources: BTreeSet::new(),
    }
}

fn granted(scopes: &[&str]) -> Fact {
    Fact::ScopeGranted {
        scopes: of_channel(scopes),
        unplaced: BTreeSet::new(),
        trigger_id: None,
    }
}

fn denied(scopes: &[&str]) -> Fact {
    Fact::ScopeDenied {
        scopes: scopes.iter().map(|name| scope(name)).collect(),
        trigger_id: None,
    }
}

fn joined(channel: &str) -> Fact {
    let resource = Resource {
        resource_type: ResourceType::Channel,
        reach: Reach::Specific(channel.parse().unwrap()),
    };
    Fact::ConversationJoined {
        resource,
        inviter: None,
    }
}

/// Every document of a list, asked in pages of `limit`.
async fn all_of<T>(limit: u64, ask: impl AsyncFn(PageRequest) -> Result<Page<T>, QueryError>) -> Vec<T> {
    let mut all = Vec::new();
    let mut request = Some(PageRequest::first(limit));
    while let Some(asked) = request {
        let page = ask(asked.clone()).await.unwrap();
        request = asked.next(&page);
        all.extend(page.items);
    }
    all
}
