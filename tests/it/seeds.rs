//! The JSON examples of the seed documents, sent through the real doors, and what the ledger makes of them.

use std::collections::BTreeSet;

use axum::{Router, http::header, routing::post};
use grantbook_api::{secret::SigningSecret, signature};
use grantbook_core::{
    AppId, AppSlug, Fact, Grants, InstallationKey, ResourceId, ResourceType, Scope, Source, Timestamp, UserId,
    check::Check,
    grants::Status,
    view::{Model, NewApp},
};
use grantbook_flows::install::{BeginOptions, Callback, Install, Outcome};
use grantbook_simulator::VirtualClock;
use url::Url;

use crate::console::{Console, reserve};

const SCOPE_GRANTED: &str = include_str!("../../crates/api/fixtures/seeds/scope_granted.json");
const RESOURCES_ADDED: &str = include_str!("../../crates/api/fixtures/seeds/resources_added.json");
const OAUTH_ACCESS: &str = include_str!("../../crates/api/fixtures/seeds/oauth.access.json");
const OAUTH_TOKEN: &str = include_str!("../../crates/api/fixtures/seeds/oauth.token.json");
const SECRET: &str = "seed-signing-secret";

/// A Slack that answers `oauth.access` with one of the documents' examples and nothing else.
async fn slack_answering(oauth: &'static str) -> anyhow::Result<Url> {
    let json = || [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
    let doors = Router::new()
        .route("/api/oauth.access", post(async move || (json(), oauth)))
        .fallback(async move || (json(), r#"{"ok":false,"error":"method_deprecated"}"#));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?).parse()?;
    tokio::spawn(async move { axum::serve(listener, doors).await });
    Ok(url)
}

async fn console(oauth: &'static str, app_id: &str) -> anyhow::Result<(Console, VirtualClock, AppSlug)> {
    let clock = VirtualClock::frozen(Timestamp::from_seconds(1_497_911_500));
    let (address, _) = reserve();
    let console = Console::start(address, slack_answering(oauth).await?, clock.clone()).await?;
    let slug = console
        .register(NewApp {
            slug: AppSlug::new("insectoid")?,
            name: "Insectoid".to_owned(),
            app_id: AppId::new(app_id)?,
            model: Model::Workspace,
            client_id: "11.22".to_owned(),
            client_secret: "seed-client-secret".to_owned(),
            signing_secret: SECRET.to_owned(),
            scopes: BTreeSet::from([Scope::new("chat:write")?]),
            single_channel: false,
            user_scopes: [].into(),
            token_rotation: false,
            org_deploy: false,
            app_token: None,
            socket_connections: 0,
        })
        .await?;
    Ok((console, clock, slug))
}

async fn install(console: &Console, slug: &AppSlug) -> anyhow::Result<InstallationKey> {
    let flow = Install::new(console.house.clone());
    let begun = flow.begin(slug, BeginOptions::default()).await?;
    let state = begun
        .redirect
        .query_pairs()
        .find(|(name, _)| name == "state")
        .map(|(_, value)| value.into_owned());
    let callback = Callback {
        code: Some("a-code".to_owned()),
        state,
        error: None,
    };
    match flow.callback(slug, callback, Some(&begun.binding)).await? {
        Outcome::Installed(key) => Ok(key),
        other => anyhow::bail!("{other:?}"),
    }
}

async fn deliver(console: &Console, body: &str, now: i64) -> anyhow::Result<u16> {
    let answer = reqwest::Client::builder()
        .build()?
        .post(console.at("slack/insectoid/events"))
        .header(signature::TIMESTAMP_HEADER, now.to_string())
        .header(
            signature::SIGNATURE_HEADER,
            signature::sign(&SigningSecret::new(SECRET), now, body.as_bytes()),
        )
        .body(body.to_owned())
        .send()
        .await?;
    Ok(answer.status().as_u16())
}

fn names(scopes: &[&str]) -> BTreeSet<Scope> {
    scopes.iter().map(|name| Scope::new(*name).unwrap()).collect()
}

fn held(grants: &Grants, kind: ResourceType) -> BTreeSet<Scope> {
    grants
        .scopes
        .get(&kind)
        .map(|held| held.keys().cloned().collect())
        .unwrap_or_default()
}

fn id(text: &str) -> ResourceId {
    ResourceId::new(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_of_oauth_access_becomes_an_installation_with_its_scopes_by_type() -> anyhow::Result<()> {
    let (console, _, slug) = console(OAUTH_ACCESS, "A012345678").await?;
    let key = install(&console, &slug).await?;
    assert_eq!(key.to_string(), "insectoid.T061EG9R6");
    let grants = console.house.store.grants(&key).await?.unwrap();
    assert_eq!(grants.status, Status::Installed);
    assert_eq!(
        held(&grants, ResourceType::AppHome),
        names(&["chat:write", "im:history", "im:read"])
    );
    assert_eq!(
        held(&grants, ResourceType::Channel),
        names(&["channels:history", "channels:read", "chat:write"])
    );
    assert_eq!(held(&grants, ResourceType::Mpim), names(&["chat:write"]));
    assert_eq!(held(&grants, ResourceType::Team), names(&[]));
    let home = grants.resources[&ResourceType::AppHome]
        .specific
        .keys()
        .cloned()
        .collect::<Vec<_>>();
    assert_eq!(home, [id("D0PNCRP9N")]);
    let row = console.house.store.installation_ref(&key).await?.unwrap().row;
    let entries = console.house.store.entries(row, None).await?;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].draft.source, Source::Oauth);
    assert_eq!(entries[0].draft.actor, Some(UserId::new("U061F7AUR")?));
    assert!(matches!(entries[0].draft.fact, Fact::Installed { .. }));
    console.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_older_answer_with_a_single_channel_grants_that_channel_and_no_other() -> anyhow::Result<()> {
    let (console, _, slug) = console(OAUTH_TOKEN, "A012345678").await?;
    let key = install(&console, &slug).await?;
    assert_eq!(key.to_string(), "insectoid.T061EG9Z9");
    let grants = console.house.store.grants(&key).await?.unwrap();
    let channels = grants.resources[&ResourceType::Channel]
        .specific
        .keys()
        .cloned()
        .collect::<Vec<_>>();
    assert_eq!(channels, [id("C061EG9T2")]);
    let write = Scope::new("chat:write")?;
    assert!(grants.check(&write, Some(&id("C061EG9T2"))).allowed());
    assert_eq!(grants.check(&write, Some(&id("C061EG9T3"))), Check::ResourceNotGranted);
    assert_eq!(
        grants.check(&Scope::new("channels:history")?, Some(&id("C061EG9T2"))),
        Check::ScopeNotHeld
    );
    console.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_two_events_of_a_granted_command_add_it_everywhere_the_app_is() -> anyhow::Result<()> {
    let (console, clock, slug) = console(OAUTH_ACCESS, "A0BLA3EP2").await?;
    // Before the install the events wait, with nothing in any ledger; the document's app id differs from
    // the OAuth example's, so the installation is made without an exchange.
    let now = 1_497_911_545;
    clock.set(Timestamp::from_seconds(now));
    assert_eq!(deliver(&console, SCOPE_GRANTED, now).await?, 200);
    assert_eq!(deliver(&console, RESOURCES_ADDED, now).await?, 200);
    let key: InstallationKey = "insectoid.T061EG9R6".parse()?;
    assert!(console.house.store.grants(&key).await?.is_none());
    let app = console.house.store.app_by_slug(&slug).await?.unwrap().row;
    console
        .house
        .store
        .ensure_installation(app, &key.tenant, Timestamp::from_seconds(now))
        .await?;
    assert_eq!(
        grantbook_flows::ingest::Ingest::new(console.house.clone())
            .replay()
            .await?,
        2
    );
    let grants = console.house.store.grants(&key).await?.unwrap();
    // `commands` by the first event, on every type where the catalogue says it works.
    for kind in [ResourceType::Channel, ResourceType::Group, ResourceType::AppHome] {
        assert_eq!(held(&grants, kind), names(&["commands"]));
    }
    // All four by the second, on the conversation with the person.
    assert_eq!(
        held(&grants, ResourceType::Im),
        names(&["chat:write", "commands", "im:history", "im:read"])
    );
    assert_eq!(
        grants.resources[&ResourceType::Im]
            .specific
            .keys()
            .cloned()
            .collect::<Vec<_>>(),
        [id("D0BH95DLH")]
    );
    // Sent again, they change nothing.
    assert_eq!(deliver(&console, RESOURCES_ADDED, now).await?, 200);
    assert_eq!(deliver(&console, SCOPE_GRANTED, now).await?, 200);
    let row = console.house.store.installation_ref(&key).await?.unwrap().row;
    let entries = console.house.store.entries(row, None).await?;
    let ids: BTreeSet<_> = entries.iter().map(|entry| entry.draft.key.event_id.as_str()).collect();
    assert_eq!((entries.len(), ids), (2, BTreeSet::from(["Ev0BLTJ7JM", "Ev0BQ5FTL0"])));
    let trigger = entries.iter().find_map(|entry| entry.draft.fact.trigger_id());
    assert_eq!(trigger, Some("11820576016.6048553856.093b9205636ddbfc180e1e74d33e9af6"));
    console.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_rightly_signed_and_unreadable_is_kept_and_refused() -> anyhow::Result<()> {
    let (console, _, _) = console(OAUTH_ACCESS, "A0BLA3EP2").await?;
    let now = 1_497_911_500;
    assert_eq!(deliver(&console, "not json", now).await?, 400);
    assert_eq!(deliver(&console, r#"{"type":"event_callback"}"#, now).await?, 400);
    assert_eq!(deliver(&console, SCOPE_GRANTED, now - 301).await?, 401);
    assert_eq!(deliver(&console, SCOPE_GRANTED, now + 301).await?, 401);
    console.stop().await
}
