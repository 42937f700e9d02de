//! Apps of today, end to end: installed by today's OAuth, and asking for more by a link to its page.
//!
//! A plain HTTP client plays the browser; both sides are real servers and talk over sockets.

mod asking;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use grantbook_core::{
    Grants, InstallationKey, ResourceId, ResourceType, Scope, Source, TeamId, UserId, view::TokenState,
};
use grantbook_flows::{browse::Browse, reconcile::Reconcile};
use grantbook_simulator::{Action, Builder, SlackSim};
use grantbook_store::{
    queries::{PageRequest, history::HistoryFilter},
    tokens::StoredToken,
};
use reqwest::{Client, StatusCode, header, redirect::Policy};
use secrecy::ExposeSecret as _;
use url::Url;

use crate::console::Console;

const TEAM: &str = "T061EG9R6";
const IZZY: &str = "U061F7AUR";
const KEY: &str = "atlas.T061EG9R6";
const CHANNEL: &str = "C061EG9T2";
const DOOR: &str = "slack/atlas/install";
const OPTIONAL: [&str; 2] = ["channels:history", "files:read"];
const NEEDED: [&str; 4] = ["channels:read", "chat:write", "commands", "users:read"];

struct Scene {
    sim: SlackSim,
    console: Console,
    browser: Client,
}

/// What a person does on Slack's page.
enum Decision<'a> {
    /// Allows, with these optional scopes left ticked.
    Allow(&'a [&'a str]),
    Cancel,
}

async fn scene() -> anyhow::Result<Scene> {
    let (sim, console) = Console::beside(|_| (), Builder::without_rate_limits).await?;
    console.register_all(&sim.apps()).await?;
    let browser = Client::builder().redirect(Policy::none()).cookie_store(true).build()?;
    Ok(Scene { sim, console, browser })
}

fn key() -> InstallationKey {
    KEY.parse().unwrap()
}

fn scopes(names: &[&str]) -> BTreeSet<Scope> {
    names.iter().map(|name| Scope::new(*name).unwrap()).collect()
}

fn field(url: &Url, wanted: &str) -> Option<String> {
    let mut query = url.query_pairs();
    query
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.into_owned())
}

/// The scopes of a comma-separated field.
fn asked(page: &Url, wanted: &str) -> BTreeSet<Scope> {
    let list = field(page, wanted).unwrap_or_default();
    Scope::parse_list(&list).unwrap_or_default().into_iter().collect()
}

/// Every scope held, people's apart.
fn held(grants: &Grants) -> BTreeSet<Scope> {
    let kinds = grants.scopes.values();
    kinds.flat_map(|held| held.keys().cloned()).collect()
}

impl Scene {
    /// Goes through one of our doors to Slack's page.
    async fn follow(&self, door: &str) -> anyhow::Result<Url> {
        let answer = self.browser.get(door).send().await?;
        assert!(answer.status().is_redirection(), "{door}: {}", answer.status());
        let page: Url = answer.headers()[header::LOCATION].to_str()?.parse()?;
        assert!(
            page.as_str()
                .starts_with(&format!("{}/oauth/v2/authorize?", self.sim.url()))
        );
        Ok(page)
    }

    /// Opens Slack's page and sends its form; answers the page's text, and where the browser is sent.
    async fn decide(&self, page: &Url, user: &str, decision: Decision<'_>) -> anyhow::Result<(String, Url)> {
        let mut page = page.clone();
        page.query_pairs_mut().append_pair("user", user);
        let text = self.browser.get(page.clone()).send().await?.text().await?;
        let nonce = text.split("name=\"nonce\" value=\"").nth(1).unwrap_or_default();
        let nonce = nonce.split('"').next().unwrap_or_default();
        let team = field(&page, "team").unwrap_or_else(|| TEAM.to_owned());
        let mut form = vec![("nonce", nonce), ("team", team.as_str()), ("user", user)];
        match decision {
            Decision::Allow(ticked) => {
                form.push(("decision", "allow"));
                form.extend(ticked.iter().map(|scope| ("optional", *scope)));
            }
            Decision::Cancel => form.push(("decision", "cancel")),
        }
        let send = self.browser.post(format!("{}/oauth/v2/authorize", self.sim.url()));
        let answer = send.form(&form).send().await?;
        assert_eq!(answer.status(), StatusCode::FOUND);
        Ok((text, answer.headers()[header::LOCATION].to_str()?.parse()?))
    }

    async fn come_back(&self, callback: Url) -> anyhow::Result<(StatusCode, String)> {
        let answer = self.browser.get(callback).send().await?;
        Ok((answer.status(), answer.text().await?))
    }

    /// Installs the app with these optional scopes.
    async fn install(&self, ticked: &[&str]) -> anyhow::Result<()> {
        let page = self.follow(&self.console.at(&format!("{DOOR}?team={TEAM}"))).await?;
        let (_, callback) = self.decide(&page, IZZY, Decision::Allow(ticked)).await?;
        let answer = self.browser.get(callback).send().await?;
        let there = answer.headers()[header::LOCATION].to_str()?;
        assert!(there.starts_with("/workspaces/T061EG9R6?app=atlas"), "{there}");
        self.sim.idle().await;
        Ok(())
    }

    async fn grants(&self) -> anyhow::Result<Grants> {
        Ok(self.console.house.store.grants(&key()).await?.unwrap_or_default())
    }

    async fn token(&self) -> anyhow::Result<StoredToken> {
        Ok(self.console.house.store.load_token(&key()).await?.unwrap())
    }

    /// The kinds of the ledger's entries, oldest first, each with its source.
    async fn ledger(&self) -> anyhow::Result<Vec<(String, Source)>> {
        let filter = HistoryFilter {
            installation: Some(key()),
            ..HistoryFilter::default()
        };
        let browse = Browse::new(self.console.house.clone());
        let page = browse.history(&filter, &PageRequest::first(50)).await?;
        let entries = page.items.into_iter().rev();
        Ok(entries.map(|entry| (entry.kind, entry.source)).collect())
    }

    async fn end(self) -> anyhow::Result<()> {
        self.sim.shutdown().await;
        self.console.stop().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_by_todays_oauth_holds_its_scopes_in_the_whole_workspace() -> anyhow::Result<()> {
    let scene = scene().await?;
    let page = scene.follow(&scene.console.at(&format!("{DOOR}?team={TEAM}"))).await?;
    let all: BTreeSet<Scope> = scopes(&NEEDED).into_iter().chain(scopes(&OPTIONAL)).collect();
    assert_eq!((asked(&page, "scope"), field(&page, "user_scope")), (all.clone(), None));
    assert_eq!(
        field(&page, "single_channel"),
        None,
        "today's OAuth knows no such thing"
    );
    let (_, callback) = scene.decide(&page, IZZY, Decision::Allow(&OPTIONAL)).await?;
    let (status, _) = scene.come_back(callback).await?;
    assert!(status.is_redirection(), "{status}");

    let grants = scene.grants().await?;
    assert_eq!(held(&grants), all);
    let team = &grants.resources[&ResourceType::Team];
    assert!(
        team.specific.contains_key(&ResourceId::new(TEAM)?),
        "the workspace itself"
    );
    assert!(
        !grants.resources.contains_key(&ResourceType::Channel),
        "a member of no channel yet"
    );
    assert!(!grants.scopes.contains_key(&ResourceType::User) && grants.users.is_empty());
    assert!(scene.token().await?.access.expose_secret().starts_with("xoxb-"));
    assert_eq!(scene.ledger().await?, [("installed".to_owned(), Source::Oauth)]);
    let mark = grants.status_mark.unwrap();
    assert_eq!(mark.actor, Some(UserId::new(IZZY)?));
    assert_eq!(scene.sim.calls("oauth.v2.access").len(), 1);
    assert!(scene.sim.calls("oauth.access").is_empty());
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn optional_scopes_that_were_unticked_are_not_held() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.install(&["channels:history"]).await?;
    let mut expected = scopes(&NEEDED);
    expected.extend(scopes(&["channels:history"]));
    assert_eq!(held(&scene.grants().await?), expected);
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_of_auth_test_tells_what_the_ledger_does_not_know() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.install(&OPTIONAL).await?;
    let reconcile = Reconcile::new(scene.console.house.clone());
    assert_eq!(reconcile.run(&key()).await?, None, "they agree");
    assert!(!scene.sim.calls("auth.test").is_empty());
    let permissions = scene
        .sim
        .all_calls()
        .into_iter()
        .filter(|call| call.method.starts_with("apps.permissions"));
    assert_eq!(permissions.count(), 0, "an app of today cannot call these");

    // Somebody adds a scope past the console, as by the app's own page at Slack.
    let consent = Action::Consent {
        app: "atlas".to_owned(),
        team: TEAM.parse()?,
        user: IZZY.parse()?,
        scopes: Some(vec![Scope::new("team:read")?]),
        resources: Vec::new(),
        wildcards: Vec::new(),
        single_channel: false,
        user_scopes: Some(Vec::new()),
        untick: Vec::new(),
        redirect_uri: None,
        state: None,
    };
    let code = scene.sim.act(consent).await?.code.unwrap();
    let apps = scene.sim.apps();
    let atlas = apps.iter().find(|app| app.slug.as_str() == "atlas").unwrap();
    let exchange = scene.browser.post(format!("{}/api/oauth.v2.access", scene.sim.url()));
    let exchange = exchange.basic_auth(atlas.client_id.as_str(), Some(atlas.client_secret.expose()));
    let answer = exchange.form(&[("code", code.expose())]).send().await?;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(reconcile.run(&key()).await?.is_some());
    assert!(held(&scene.grants().await?).contains("team:read"));
    assert_eq!(scene.ledger().await?.last().unwrap().1, Source::Reconcile);
    assert_eq!(reconcile.run(&key()).await?, None, "once");
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_bot_is_a_member_is_what_the_app_reaches() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.install(&OPTIONAL).await?;
    let (app, team, resource) = ("atlas".to_owned(), TeamId::new(TEAM)?, ResourceId::new(CHANNEL)?);
    let reached = async || -> anyhow::Result<Option<Option<UserId>>> {
        scene.sim.idle().await;
        // Slack dates events to the second: what happens in one second has no order.
        scene.sim.clock().advance(Duration::from_secs(1));
        let grants = scene.grants().await?;
        let channels = grants.resources.get(&ResourceType::Channel);
        let mark = channels.and_then(|channels| channels.specific.get(&resource));
        Ok(mark.map(|mark| mark.actor.clone()))
    };
    let add = Action::AddResource {
        app: app.clone(),
        team: team.clone(),
        resource: resource.clone(),
    };
    scene.sim.act(add.clone()).await?;
    assert_eq!(reached().await?, Some(Some(UserId::new(IZZY)?)), "and who asked it in");
    let remove = Action::RemoveResource {
        app: app.clone(),
        team: team.clone(),
        resource: resource.clone(),
    };
    scene.sim.act(remove).await?;
    assert_eq!(reached().await?, None);
    scene.sim.act(add).await?;
    assert!(reached().await?.is_some());
    let counts = scene
        .ledger()
        .await?
        .into_iter()
        .fold(BTreeMap::new(), |mut counts, (kind, _)| {
            *counts.entry(kind).or_insert(0) += 1;
            counts
        });
    assert_eq!(counts["conversation_joined"], 2, "{counts:?}");

    scene.sim.act(Action::Uninstall { app, team }).await?;
    scene.sim.idle().await;
    let view = Browse::new(scene.console.house.clone())
        .installation(&key())
        .await?
        .unwrap();
    assert_eq!(view.token.state, TokenState::Revoked);
    assert_eq!(
        scene.grants().await?.status,
        grantbook_core::grants::Status::Uninstalled
    );
    let kinds: Vec<String> = scene.ledger().await?.into_iter().map(|(kind, _)| kind).collect();
    // Slack promises no order between the two.
    let mut last = kinds[kinds.len() - 2..].to_vec();
    last.sort_unstable();
    assert_eq!(last, ["tokens_revoked", "uninstalled"]);
    scene.end().await
}
