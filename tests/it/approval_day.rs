//! A day of the queue in a real browser: three requests from Slack's own page, one decided by a rule, one by a person
//! with the keyboard in the console, one in Slack's message. Slack's lists, the console's record and the pages agree.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use fantoccini::{
    actions::{InputSource as _, KeyAction, KeyActions},
    key::Key,
};
use grantbook_core::{
    approval::{
        Previous, Rules,
        life::{Happening, State},
    },
    view::Role,
};
use grantbook_flows::{
    accounts::{Accounts, NewAccount},
    approvals::Settings,
};
use grantbook_simulator::{Builder, SlackSim};
use grantbook_store::approvals::StoredAppRequest;
use grantbook_tests::{
    browser::{Browser, ColorScheme, Viewport},
    ground::rotating,
    managing::{manage, put_in_force},
    northwind::{CHANNEL, KUDOS, MIKA, ORLA, POLLS, TEAM, VAULT},
    stage::until,
};
use serde_json::{Value, json};

use crate::{
    console::{Console, PASSWORD},
    main_job::picture,
    pages::sign_in,
};

struct Day {
    sim: SlackSim,
    console: Console,
    browser: Browser,
    jobs: tokio::task::JoinHandle<()>,
}

/// Slack's own apps are approved; the rest is left to people.
fn rules() -> anyhow::Result<Rules> {
    Ok(Rules::from_value(&json!({ "rules": [{
        "id": "slacks-own", "name": "Made by Slack", "when": { "distribution": { "is": "slack" } },
        "then": { "approve": { "level": "org" } },
    }] }))?)
}

impl Day {
    async fn begin() -> anyhow::Result<Self> {
        let (sim, console) = Console::beside(rotating(false), Builder::without_rate_limits).await?;
        console.register_all(&sim.apps()).await?;
        console.house.approvals.configure(Settings {
            channel: Some(CHANNEL.to_owned()),
            read_every_seconds: 2,
            ..Settings::default()
        });
        let day = Self {
            jobs: tokio::spawn(grantbook_flows::jobs::run(console.house.clone())),
            browser: Browser::start(Viewport::Desktop, ColorScheme::Light).await?,
            sim,
            console,
        };
        manage(&day.console.house, &day.sim, &[TEAM]).await?;
        let member = json!({"action": "add_resource", "app": "atlas", "team": TEAM, "resource": CHANNEL});
        day.sim.act(serde_json::from_value(member)?).await?;
        put_in_force(&day.console.house, rules()?, None).await?;
        let orla = NewAccount {
            name: "orla",
            password: PASSWORD.into(),
            role: Role::Approver,
            slack_user: Some(ORLA.parse()?),
        };
        let accounts = Accounts::new(day.console.house.clone(), Duration::from_secs(60));
        accounts.create(orla).await?;
        Ok(day)
    }

    fn client(&self, user: &str, at: &str) -> String {
        format!("{}/client?team={TEAM}&user={user}&at={at}", self.sim.url())
    }

    /// Mika asks for an app on Slack's page.
    async fn ask(&self, app: &str, why: &str) -> anyhow::Result<()> {
        self.browser.open(&self.client(MIKA, app)).await?;
        self.browser
            .fill("form[data-form=request-app] input[name=message]", why)
            .await?;
        self.browser.click("button[data-action=request-app]").await?;
        self.browser.wait_for_css("#requests li[data-request]").await?;
        Ok(())
    }

    async fn keys(&self, keys: &[char]) -> anyhow::Result<()> {
        let mut actions = KeyActions::new("keys".to_owned());
        for key in keys {
            actions = actions.then(KeyAction::Down { value: *key });
        }
        for key in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value: *key });
        }
        Ok(self.browser.client().perform_actions(actions).await?)
    }

    /// A request for an app as it stands here.
    async fn stored(&self, app: &str) -> anyhow::Result<StoredAppRequest> {
        for state in State::ALL {
            let found = self.console.house.store.app_requests_in(state, 0, 100).await?;
            if let Some(found) = found.into_iter().find(|one| one.request.app.id.as_str() == app) {
                return Ok(found);
            }
        }
        anyhow::bail!("{app} was not asked for")
    }

    /// The console has it settled and seen in Slack's own list.
    async fn seen(&self, app: &str) -> anyhow::Result<StoredAppRequest> {
        until("the lists show it", async || {
            let stored = self.stored(app).await.ok();
            Ok(stored.filter(|stored| stored.seen_at.is_some()))
        })
        .await
    }

    fn at_slack(&self, app: &str) -> Value {
        let requests = self.sim.app_requests();
        json!(
            requests
                .iter()
                .find(|found| found.app.as_str() == app)
                .map(|found| &found.state)
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_are_asked_for_and_a_rule_a_person_and_a_message_decide() -> anyhow::Result<()> {
    let day = Day::begin().await?;
    let browser = &day.browser;
    sign_in(browser, &day.console, "admin", "queue").await?;
    browser.wait_for_text("Nothing waits for a person").await?;
    browser.remember().await?;
    let queue = browser.tab().await?;

    // A rule decides the first one: Mika sees it on the page where she asked.
    let slack = browser
        .open_tab(&day.client(MIKA, POLLS), Viewport::Desktop, ColorScheme::Light)
        .await?;
    day.ask(POLLS, "lunch").await?;
    browser.wait_for_css("#requests li[data-state=approved]").await?;
    browser.wait_for_css("#requests [data-told]").await?;

    // The second appears in the open queue without a reload, and is approved by keyboard.
    day.ask(KUDOS, "we thank people").await?;
    browser.wait_for_css("#requests li[data-state=pending]").await?;
    browser.show_tab(&queue).await?;
    browser.wait_for_css("tr[data-app-request]").await?;
    browser.wait_for_text("Kudos").await?;
    ensure!(browser.remembers().await?, "the queue was loaded again");
    picture(browser, "80-day-arrives").await?;
    day.keys(&['j']).await?;
    day.keys(&['a']).await?;
    browser.wait_for_css("dialog[open] #decision-reason").await?;
    browser.fill("dialog[open] #decision-reason", "for everybody").await?;
    day.keys(&[char::from(Key::Control), char::from(Key::Enter)]).await?;
    browser.wait_for_text("Kudos is approved here.").await?;
    browser.show_tab(&slack).await?;
    browser.wait_for_css("#requests li[data-state=approved]").await?;
    browser.click("#requests [data-told] a[data-at]").await?;
    browser.wait_for_text("for everybody").await?;
    picture(browser, "81-day-answered").await?;

    // Orla restricts the third with the button under its message.
    day.ask(VAULT, "an archive").await?;
    until("the message is posted", async || {
        Ok(day.stored(VAULT).await.ok().and_then(|stored| stored.message))
    })
    .await?;
    browser.open(&day.client(ORLA, CHANNEL)).await?;
    browser.wait_for_text("Vault Sync").await?;
    picture(browser, "82-day-message").await?;
    browser.click("[data-press][data-action=app_request_restrict]").await?;
    browser.click("[data-confirm=ok]").await?;
    let restricted = day.seen(VAULT).await?;
    browser.open(&day.client(MIKA, VAULT)).await?;
    browser.wait_for_css("#requests li[data-state=restricted]").await?;
    browser.wait_for_css("#requests [data-told]").await?;
    picture(browser, "83-day-restricted").await?;

    // Slack's lists, the record here and the page agree.
    for (app, outcome, by) in [
        (POLLS, State::Approved, "rule:slacks-own"),
        (KUDOS, State::Approved, "user:admin"),
        (VAULT, State::Restricted, "slack:U07MPWUWB7"),
    ] {
        let stored = day.seen(app).await?;
        assert_eq!(
            (stored.state, stored.decided_by.as_deref()),
            (outcome, Some(by)),
            "{app}"
        );
        assert_eq!(day.at_slack(app), json!(outcome.as_str()), "{app}");
        let store = &day.console.house.store;
        let standing = store
            .standing_resolutions(&stored.enterprise, Some(&stored.request.app.id))
            .await?;
        let status = if outcome == State::Approved {
            Previous::Approved
        } else {
            Previous::Restricted
        };
        ensure!(
            standing.iter().any(|one| one.listed.status == status),
            "{app}: {standing:?}"
        );
        let steps = store.app_request_steps(stored.id).await?;
        let seen = steps
            .iter()
            .filter(|step| matches!(step.what, Happening::Seen { .. }))
            .count();
        assert_eq!(seen, 1, "{app}");
    }
    browser.show_tab(&queue).await?;
    browser.wait_for_text("Nothing waits for a person").await?;
    ensure!(browser.remembers().await?, "the queue was loaded again");
    browser
        .open(&day.console.at(&format!("queue/{}", restricted.id)))
        .await?;
    browser.wait_for_text("Vault Sync").await?;
    browser.wait_for_css("[data-receipt]").await?;
    picture(browser, "84-day-receipt").await?;
    day.jobs.abort();
    day.browser.close().await?;
    day.sim.shutdown().await;
    day.console.stop().await.context("the console stops")
}
