//! The pages of apps, keys and drift in a real browser: an app added to a tested connection, a rotation of
//! keys watched while it runs, and a difference with Slack closed by one click.
//!
//! With `GRANTBOOK_SCREENSHOTS=folder` each step is kept as a picture.

use std::time::Duration;

use anyhow::Context as _;
use fantoccini::Locator;
use grantbook_core::{Scope, Timestamp, view::Role};
use grantbook_flows::{
    drift::observations,
    keys::{KeyRights, Keys},
};
use grantbook_server::demo::registration;
use grantbook_simulator::{Action, SlackSim, state::App};
use grantbook_tests::{
    browser::{Browser, ColorScheme, Viewport},
    consent::{self, Allowed},
    ground::rotating,
};
use reqwest::{Client, redirect::Policy};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::{
    console::Console,
    main_job::picture,
    pages::{self, sign_in},
};

const ATLAS: &str = "atlas";
const TEAM: &str = "T061EG9R6";
const CHANNEL: &str = "C061EG9T2";

/// A console before any app, the simulator, and somebody signed in who looks at one of its pages.
struct Scene {
    sim: SlackSim,
    console: Console,
    browser: Browser,
    http: Client,
}

impl Scene {
    async fn new() -> anyhow::Result<Self> {
        let (sim, console) = Console::beside(rotating(false), |sim| sim).await?;
        let browser = Browser::start(Viewport::Desktop, ColorScheme::Light).await?;
        Ok(Self {
            sim,
            console,
            browser,
            http: Client::builder().redirect(Policy::none()).cookie_store(true).build()?,
        })
    }

    /// Signs in on the way to a page.
    async fn open(&self, path: &str) -> anyhow::Result<()> {
        sign_in(&self.browser, &self.console, "admin", path).await
    }

    fn app(&self, slug: &str) -> anyhow::Result<App> {
        let apps = self.sim.apps();
        apps.into_iter().find(|app| app.slug.as_str() == slug).context("seeded")
    }

    /// Through the console's install door, the simulator's consent and back.
    async fn install(&self) -> anyhow::Result<()> {
        let page = consent::slacks_page(&self.http, &self.console.at("slack/atlas/install")).await?;
        let scopes = Scope::parse_list(&consent::query(&page, "scope").unwrap_or_default())?;
        let allowed = Allowed {
            scopes: Some(scopes),
            ..Allowed::default()
        };
        let yes = consent::consent(ATLAS, TEAM, &page, allowed)?;
        consent::come_back(&self.sim, &self.http, yes).await
    }

    /// Nothing offended the page's policy, and nothing broke.
    async fn end(self) -> anyhow::Result<()> {
        pages::end(self.browser).await?;
        self.sim.shutdown().await;
        self.console.stop().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wizard_leads_to_a_tested_connection() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let app = scene.app(ATLAS)?;
    let secrets = registration(&app);
    scene.open("apps").await?;
    let browser = &scene.browser;
    browser.wait_for_text("No app is registered yet").await?;
    browser.click("[data-add-app]").await?;
    browser.fill("#app-name", "Atlas").await?;
    let scopes: Vec<String> = app.scopes.iter().map(ToString::to_string).collect();
    browser.fill("#app-scopes", &scopes.join(" ")).await?;
    // This app's tokens do not end.
    browser
        .client()
        .find(Locator::XPath("//label[contains(., 'Its tokens end')]/input"))
        .await?
        .click()
        .await?;
    picture(browser, "30-what-the-app-is").await?;
    browser.click("[data-next]").await?;
    browser.wait_for_text("From a manifest").await?;
    browser.wait_for_text(&scene.console.at("slack/atlas/events")).await?;
    picture(browser, "31-the-manifest").await?;
    browser.click("[data-next]").await?;
    browser.fill("#app-id", app.id.as_str()).await?;
    browser.fill("#client-id", &secrets.client_id).await?;
    browser.fill("#client-secret", &secrets.client_secret).await?;
    browser.fill("#signing-secret", &secrets.signing_secret).await?;
    browser.click("form button[type=submit]").await?;
    // Slack takes the credentials; what it sends is awaited.
    browser.wait_for_css("[data-standing=waiting]").await?;
    assert!(
        browser
            .client()
            .find_all(Locator::Css("[data-state=failed]"))
            .await?
            .is_empty()
    );
    picture(browser, "32-waiting-for-slack").await?;
    scene.install().await?;
    let joins = Action::AddResource {
        app: ATLAS.to_owned(),
        team: TEAM.parse()?,
        resource: CHANNEL.parse()?,
    };
    scene.sim.act(joins).await?;
    scene.sim.idle().await;
    browser.wait_for_css("[data-standing=sound]").await?;
    picture(browser, "33-connected").await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_of_keys_is_watched_while_it_runs() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    scene.console.register_all(&scene.sim.apps()).await?;
    scene.open("keys").await?;
    let browser = &scene.browser;
    browser.wait_for_text("Every secret is sealed with data key 1.").await?;
    let store = &scene.console.house.store;
    let now = Timestamp::from_seconds(grantbook_tests::site::now_seconds());
    let mut rotation = store.rotate_keys(now).await?;
    browser.wait_for_css("[data-rotation] progress").await?;
    rotation.step(2, now).await?;
    let moved = async || {
        let value =
            "const bar = document.querySelector('[data-rotation] progress'); return bar ? Number(bar.value) : -1";
        anyhow::Ok(browser.client().execute(value, Vec::new()).await?.as_i64())
    };
    browser
        .wait_for("two secrets moved", async || {
            Ok(moved().await?.filter(|moved| *moved >= 2))
        })
        .await?;
    picture(browser, "36-keys-rotate").await?;
    while !rotation.step(2, now).await?.finished {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    browser.wait_for_text("Every secret is sealed with data key 2.").await?;
    let gone = browser.client().find_all(Locator::Css("[data-rotation]")).await?;
    assert!(gone.is_empty(), "the progress goes when it is over");
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_is_closed_by_one_click() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    scene.console.register_all(&scene.sim.apps()).await?;
    scene.install().await?;
    scene.sim.idle().await;
    let gone = Action::RemoveScope {
        app: ATLAS.to_owned(),
        team: TEAM.parse()?,
        scopes: Scope::parse_list("channels:history")?,
    };
    scene.sim.act_quietly(gone).await?;
    // An answer from right after a ledger entry proves nothing: events of that moment may be on their way.
    scene.sim.clock().advance(Duration::from_secs(600));
    // The next call's answer tells which scopes there are.
    let rights = KeyRights {
        role: Role::Viewer,
        tokens: true,
    };
    let key = Keys::new(scene.console.house.clone())
        .create("a bolt app", rights)
        .await?;
    let call = scene
        .console
        .at(&format!("api/v1/installations/{ATLAS}.{TEAM}/slack/auth.test"));
    let answer = scene
        .http
        .post(call)
        .bearer_auth(key.key.expose_secret())
        .send()
        .await?;
    assert_eq!(answer.json::<Value>().await?["ok"], true);
    observations::flush(&scene.console.house).await?;

    scene.open("drift").await?;
    let browser = &scene.browser;
    browser.wait_for_css("[data-drift=scope_missing_at_slack]").await?;
    picture(browser, "34-drift").await?;
    browser
        .click("[data-drift=scope_missing_at_slack] [data-reconcile]")
        .await?;
    let left = async || {
        let rows = browser
            .client()
            .find_all(Locator::Css("[data-drift=scope_missing_at_slack]"))
            .await?;
        Ok(rows.is_empty().then_some(()))
    };
    browser.wait_for("the difference to go", left).await?;
    browser.open(&scene.console.at("drift?state=closed")).await?;
    browser.wait_for_css("[data-drift=scope_missing_at_slack]").await?;
    browser.wait_for_text("entry ").await?;
    picture(browser, "35-drift-closed").await?;
    scene.end().await
}
