//! What the store promises, on both databases: each promise is a function of a [`Store`], run on SQLite
//! and on PostgreSQL.

use std::collections::BTreeSet;

use grantbook_core::{
    AppSlug, Fact, InstallationKey, OrderKey, Reach, ResourceType, Scope, Source, Tenant, Timestamp, UserId,
    fact::{Resource, ScopesByType},
    grants::Status,
    ledger::{self, Draft, Hash},
    view::{InstallationView, Model, NewApp, Page, Role, TokenState, WorkspaceView},
};
use grantbook_store::{
    Options, Store, Vault,
    accounts::{CreateUserError, LinkUserError, NewUser, SetUpError},
    apps::InsertAppError,
    attempts::{Consumption, Ending, NewAttempt},
    inbox::{Content, Inbox, Incoming, Stored},
    installations::{Identity, InstallationRef},
    keys::KeyRights,
    names::Name,
    queries::{
        Order, PageRequest, QueryError,
        history::HistoryFilter,
        installations::InstallationFilter,
        workspaces::{WorkspaceFilter, WorkspaceSort},
    },
    sessions::NewSession,
    tenants::TenantInfo,
    tokens::NewToken,
};
use grantbook_tests::postgres::{Durability, Postgres};
use secrecy::{ExposeSecret as _, SecretString};

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

async fn an_app_is_registered_once_and_its_secrets_come_back(store: &Store) {
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

async fn an_installation_is_made_once_and_keeps_who_made_it(store: &Store) {
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

async fn a_token_comes_back_to_its_installation_only(store: &Store) {
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

async fn of_many_callbacks_with_one_state_one_is_served(store: &Store) {
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

async fn the_first_administrator_is_made_once(store: &Store) {
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

async fn a_slack_user_is_one_account_and_sessions_say_so(store: &Store) {
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

async fn a_session_lasts_until_it_ends(store: &Store) {
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

async fn a_key_is_known_by_its_id_until_revoked(store: &Store) {
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

async fn names_are_kept_by_tenant(store: &Store) {
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

async fn a_delivery_counts_once_and_history_tells_of_it(store: &Store) {
    let app = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
    let InstallationRef { row, key } = installed(store, app, "T1").await;
    store
        .save_tenant(
            &TenantInfo {
                tenant: tenant("T1"),
                name: "North".to_owned(),
                enterprise: None,
            },
            at(0),
        )
        .await
        .unwrap();
    let known = [("U1", "ada"), ("C7", "general")].map(|(id, name)| Name {
        id: id.into(),
        name: name.into(),
        kind: "any".into(),
    });
    store.save_names(&key.tenant, &known, at(0)).await.unwrap();
    let mut changes = store.changes();
    let mut teller = Teller::new(store);
    teller
        .tell(app, &key, 0, Some("U1"), installation(&["chat:write"]))
        .await;
    assert_eq!(
        teller.tell_as("EvX", app, &key, 5, Some("U1"), joined("C7")).await,
        Stored::Applied
    );
    assert_eq!(
        teller.tell_as("EvX", app, &key, 5, Some("U1"), joined("C7")).await,
        Stored::Duplicate
    );
    assert_eq!(
        teller.tell(app, &key, 90_000, None, denied(&["files:read"])).await,
        Stored::Applied
    );
    assert_eq!(changes.recv().await.unwrap().seq, 1);

    let page = store
        .history(&HistoryFilter::default(), &PageRequest::first(50))
        .await
        .unwrap();
    let kinds: Vec<_> = page
        .items
        .iter()
        .map(|entry| (entry.seq, entry.kind.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [(3, "scope_denied"), (2, "conversation_joined"), (1, "installed")]
    );
    let entry = &page.items[1];
    assert_eq!(
        (entry.actor_name.as_deref(), entry.names["C7"].as_str()),
        (Some("ada"), "general")
    );
    assert_eq!(
        (
            entry.tenant_name.as_str(),
            entry.app_name.as_str(),
            entry.event_id.as_str()
        ),
        ("North", "INSECTOID", "EvX")
    );
    assert_eq!(
        (entry.at, entry.recorded_at, entry.source),
        (at(5), at(6), Source::Event)
    );

    let entries = store.entries(row, None).await.unwrap();
    ledger::verify(&key, (0, Hash::default()), &entries).unwrap();
    assert_eq!(store.entries(row, Some(at(5))).await.unwrap(), entries[..2]);
    assert_eq!(store.entries_page(row, 1, 1).await.unwrap(), entries[1..2]);
    let ticks = store.changes_per_day(row).await.unwrap();
    let ticks: Vec<_> = ticks
        .into_iter()
        .map(|tick| (tick.at, tick.entries, tick.removal))
        .collect();
    assert_eq!(ticks, [(at(5), 2, false), (at(90_000), 1, true)]);
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

/// Filters, and how many entries of the story below they let through.
fn history_filters() -> Vec<(HistoryFilter, usize)> {
    fn only(set: impl FnOnce(&mut HistoryFilter)) -> HistoryFilter {
        let mut filter = HistoryFilter::default();
        set(&mut filter);
        filter
    }
    let app = |slug: &str| Some(slug.parse().unwrap());
    let (files, chat) = (|| Some(scope("files:read")), || Some(scope("chat:write")));
    vec![
        (only(|_| {}), 24),
        (only(|f| f.app = app("bee")), 12),
        (only(|f| f.app = app("wasp")), 0),
        (only(|f| f.tenant = Some(tenant("T1"))), 12),
        (only(|f| f.tenant = Some(tenant("T9"))), 0),
        (only(|f| f.installation = Some("bee.T3".parse().unwrap())), 6),
        (only(|f| f.scope = files()), 8),
        (only(|f| (f.scope, f.tenant) = (files(), Some(tenant("T1")))), 4),
        (only(|f| (f.scope, f.kind) = (chat(), Some("scope_granted".into()))), 0),
        (only(|f| f.kind = Some("conversation_joined".into())), 12),
        (only(|f| f.source = Some(Source::Oauth)), 4),
        (only(|f| (f.source, f.app) = (Some(Source::Oauth), app("bee"))), 2),
        (only(|f| (f.from, f.to) = (Some(at(1)), Some(at(1)))), 8),
        (only(|f| (f.from, f.scope) = (Some(at(1)), files())), 8),
    ]
}

async fn history_is_paged_the_same_however_it_is_asked(store: &Store) {
    let one = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
    let two = store.insert_app(&new_app("bee", "A2"), at(0)).await.unwrap();
    let mut teller = Teller::new(store);
    for (app, team) in [(one, "T1"), (one, "T2"), (two, "T1"), (two, "T3")] {
        let key = installed(store, app, team).await.key;
        teller.tell(app, &key, 0, None, installation(&["chat:write"])).await;
        for step in 1..6 {
            let fact = if step % 2 == 0 {
                granted(&["files:read"])
            } else {
                joined("C7")
            };
            teller.tell(app, &key, step / 2, None, fact).await;
        }
    }
    let ask = async |filter: HistoryFilter, limit| {
        let entries = all_of(limit, async |page| store.history(&filter, &page).await).await;
        entries
            .into_iter()
            .map(|entry| (entry.at, entry.installation.to_string(), entry.seq))
            .collect::<Vec<_>>()
    };
    for (filter, count) in history_filters() {
        let whole = ask(filter.clone(), 100).await;
        assert_eq!(whole.len(), count, "{filter:?}");
        assert_eq!(ask(filter.clone(), 1).await, whole, "{filter:?}");
        assert_eq!(ask(filter.clone(), 5).await, whole, "{filter:?}");
        assert!(whole.is_sorted_by(|a, b| a.0 >= b.0), "{filter:?}");
    }
    let foreign = PageRequest {
        limit: 1,
        cursor: Some("bm9uc2Vuc2U".to_owned()),
    };
    assert!(matches!(
        store.history(&HistoryFilter::default(), &foreign).await,
        Err(QueryError::Cursor(_))
    ));
}

async fn history_of_an_app_in_very_many_tenants_is_complete_too(store: &Store) {
    let busy = store.insert_app(&new_app("busy", "A1"), at(0)).await.unwrap();
    let other = store.insert_app(&new_app("other", "A2"), at(0)).await.unwrap();
    let mut teller = Teller::new(store);
    for number in 0..105 {
        for app in [busy, other] {
            let key = installed(store, app, &format!("T{number:03}")).await.key;
            teller
                .tell(app, &key, number / 10, None, installation(&["chat:write"]))
                .await;
        }
    }
    let of_busy = || HistoryFilter {
        app: Some("busy".parse().unwrap()),
        ..HistoryFilter::default()
    };
    for filter in [
        of_busy(),
        HistoryFilter {
            scope: Some(scope("chat:write")),
            ..of_busy()
        },
        HistoryFilter {
            scope: Some(scope("chat:write")),
            kind: Some("installed".to_owned()),
            ..of_busy()
        },
    ] {
        let whole = all_of(200, async |page| store.history(&filter, &page).await).await;
        assert_eq!(whole.len(), 105, "{filter:?}");
        assert!(whole.iter().all(|entry| entry.app.as_str() == "busy"));
        assert_eq!(
            all_of(10, async |page| store.history(&filter, &page).await).await,
            whole,
            "{filter:?}"
        );
    }
}

/// Two apps in three workspaces of one organization, each with a state of its own.
async fn furnish(store: &Store) {
    let insectoid = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
    let bee = store.insert_app(&new_app("bee", "A2"), at(0)).await.unwrap();
    let mut teller = Teller::new(store);
    for (team, name) in [("T1", "zebra"), ("T2", "Ant_hill"), ("T3", "Moth 100%")] {
        let enterprise = Some("E1".parse().unwrap());
        store
            .save_tenant(
                &TenantInfo {
                    tenant: tenant(team),
                    name: name.to_owned(),
                    enterprise,
                },
                at(0),
            )
            .await
            .unwrap();
    }
    let grid = TenantInfo {
        tenant: tenant("E1"),
        name: "The Grid".to_owned(),
        enterprise: None,
    };
    store.save_tenant(&grid, at(0)).await.unwrap();
    let steps: [(i64, &str, i64, Fact); 7] = [
        (insectoid, "T1", 10, installation(&["chat:write", "files:read"])),
        (bee, "T1", 20, installation(&["chat:write", "users:read"])),
        (insectoid, "T2", 30, installation(&["chat:write"])),
        (bee, "T2", 35, installation(&["chat:write"])),
        (
            bee,
            "T2",
            36,
            Fact::TokensRevoked {
                oauth: BTreeSet::new(),
                bot: BTreeSet::new(),
                people_only: false,
            },
        ),
        (insectoid, "T3", 5, installation(&["chat:write"])),
        (insectoid, "T3", 6, Fact::Uninstalled),
    ];
    for (app, team, when, fact) in steps {
        let home = installed(store, app, team).await;
        let expires_at = (app == bee).then(|| at(3600));
        let token = NewToken {
            access: "xoxa-2-x".into(),
            refresh: None,
            issued_at: at(when),
            expires_at,
        };
        store.save_token(&home, &token).await.unwrap();
        teller.tell(app, &home.key, when, Some("U1"), fact).await;
    }
}

async fn installations_are_found_by_what_they_are(store: &Store) {
    furnish(store).await;
    let ask = async |filter: InstallationFilter, limit| {
        let all = all_of(limit, async |page| store.installations(&filter, &page, at(100)).await).await;
        all.into_iter()
            .map(|view: InstallationView| view.id.to_string())
            .collect::<Vec<_>>()
    };
    let any = || InstallationFilter::default();
    let by_q = |text: &str| InstallationFilter {
        q: Some(text.to_owned()),
        ..any()
    };
    let cases: [(InstallationFilter, &[&str]); 12] = [
        (
            any(),
            &["bee.T2", "insectoid.T2", "bee.T1", "insectoid.T1", "insectoid.T3"],
        ),
        (
            InstallationFilter {
                app: Some("bee".parse().unwrap()),
                ..any()
            },
            &["bee.T2", "bee.T1"],
        ),
        (
            InstallationFilter {
                app: Some("wasp".parse().unwrap()),
                ..any()
            },
            &[],
        ),
        (
            InstallationFilter {
                tenant: Some(tenant("T1")),
                ..any()
            },
            &["bee.T1", "insectoid.T1"],
        ),
        (
            InstallationFilter {
                status: Some(Status::Revoked),
                ..any()
            },
            &["bee.T2"],
        ),
        (
            InstallationFilter {
                status: Some(Status::Uninstalled),
                ..any()
            },
            &["insectoid.T3"],
        ),
        (
            InstallationFilter {
                scope: Some(scope("files:read")),
                ..any()
            },
            &["insectoid.T1"],
        ),
        (by_q("ANT_"), &["bee.T2", "insectoid.T2"]),
        (by_q("_"), &["bee.T2", "insectoid.T2"]),
        (by_q("100%"), &["insectoid.T3"]),
        (by_q("BEE"), &["bee.T2", "bee.T1"]),
        (by_q("t3"), &["insectoid.T3"]),
    ];
    for (filter, expected) in cases {
        assert_eq!(ask(filter.clone(), 50).await, expected, "{filter:?}");
        assert_eq!(ask(filter.clone(), 1).await, expected, "{filter:?}");
    }
    let view = store
        .installation(&"insectoid.T1".parse().unwrap(), at(100))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((view.scopes, view.entries, view.tenant_name.as_str()), (2, 1, "zebra"));
    assert_eq!(view.enterprise, Some(tenant("E1")));
    let change = view.last_change.unwrap();
    assert_eq!(
        (change.kind.as_str(), change.at, change.scopes.len()),
        ("installed", at(10), 2)
    );
    let counts = store.installation_counts().await.unwrap();
    assert_eq!(counts.values().sum::<u64>(), 4);
}

async fn workspaces_sum_up_what_is_installed(store: &Store) {
    furnish(store).await;
    let view = store.workspace(&tenant("T1"), at(100)).await.unwrap().unwrap();
    assert_eq!(
        (view.name.as_str(), view.apps, view.scopes, view.status),
        ("zebra", 2, 3, Status::Installed)
    );
    assert_eq!(
        (view.token.state, view.token.expires_at),
        (TokenState::Live, Some(at(3600)))
    );
    assert_eq!(
        view.last_change.map(|change| change.app.to_string()).as_deref(),
        Some("bee")
    );
    assert_eq!(view.installations.len(), 2);
    let later = store.workspace(&tenant("T1"), at(4000)).await.unwrap().unwrap();
    assert_eq!(later.token.state, TokenState::Expired);
    let revoked = store.workspace(&tenant("T2"), at(100)).await.unwrap().unwrap();
    assert_eq!(
        (revoked.status, revoked.token.state, revoked.apps),
        (Status::Revoked, TokenState::Revoked, 2)
    );
    let gone = store.workspace(&tenant("T3"), at(100)).await.unwrap().unwrap();
    assert_eq!((gone.status, gone.apps, gone.scopes), (Status::Uninstalled, 0, 0));
    assert!(
        store.workspace(&tenant("E1"), at(100)).await.unwrap().is_none(),
        "known by name only"
    );
    assert!(store.workspace(&tenant("T9"), at(100)).await.unwrap().is_none());
}

async fn workspaces_are_sorted_and_paged(store: &Store) {
    furnish(store).await;
    let ask = async |filter: WorkspaceFilter, limit| {
        let all = all_of(limit, async |page| store.workspaces(&filter, &page, at(100)).await).await;
        all.into_iter()
            .map(|view: WorkspaceView| view.tenant.to_string())
            .collect::<Vec<_>>()
    };
    let any = || WorkspaceFilter::default();
    let sorted = |sort, order| WorkspaceFilter { sort, order, ..any() };
    let cases: [(WorkspaceFilter, &[&str]); 13] = [
        (any(), &["T2", "T1", "T3"]),
        (sorted(WorkspaceSort::LastChange, Order::Ascending), &["T3", "T1", "T2"]),
        (sorted(WorkspaceSort::Name, Order::Ascending), &["T2", "T3", "T1"]),
        (sorted(WorkspaceSort::Name, Order::Descending), &["T1", "T3", "T2"]),
        (sorted(WorkspaceSort::Scopes, Order::Descending), &["T1", "T2", "T3"]),
        (sorted(WorkspaceSort::Scopes, Order::Ascending), &["T3", "T2", "T1"]),
        (
            WorkspaceFilter {
                status: Some(Status::Revoked),
                ..any()
            },
            &["T2"],
        ),
        (
            WorkspaceFilter {
                status: Some(Status::Installed),
                ..any()
            },
            &["T1"],
        ),
        (
            WorkspaceFilter {
                app: Some("bee".parse().unwrap()),
                ..any()
            },
            &["T2", "T1"],
        ),
        (
            WorkspaceFilter {
                app: Some("wasp".parse().unwrap()),
                ..any()
            },
            &[],
        ),
        (
            WorkspaceFilter {
                scope: Some(scope("users:read")),
                ..any()
            },
            &["T1"],
        ),
        (
            WorkspaceFilter {
                q: Some("zEb".to_owned()),
                ..any()
            },
            &["T1"],
        ),
        (
            WorkspaceFilter {
                changed_since: Some(at(20)),
                ..any()
            },
            &["T2", "T1"],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(ask(filter.clone(), 50).await, expected, "{filter:?}");
        assert_eq!(ask(filter.clone(), 1).await, expected, "{filter:?}");
    }
    let first = store.workspaces(&any(), &PageRequest::first(1), at(100)).await.unwrap();
    assert!(first.items[0].installations.is_empty(), "lists leave them out");
    let next = PageRequest::first(1).next(&first).unwrap();
    let other = store
        .workspaces(&sorted(WorkspaceSort::Name, Order::Ascending), &next, at(100))
        .await;
    assert!(
        matches!(other, Err(QueryError::Cursor(_))),
        "a cursor belongs to its order"
    );
}

async fn install_attempts_are_listed_newest_first(store: &Store) {
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
