//! The pages of the organization's apps and of reports in a real browser: a restricted app that is installed all the
//! same, decisions ahead of any request with what they do not do, and numbers with their charts.
//!
//! With `GRANTBOOK_SCREENSHOTS=folder` each step is kept as a picture.

use anyhow::{Context as _, ensure};
use grantbook_core::{EnterpriseId, approval::Previous, view::approvals::DecisionWish};
use grantbook_flows::approvals::{self, Approvals};
use grantbook_simulator::{Builder, SlackSim};
use grantbook_store::approvals::alarms::About;
use grantbook_tests::{
    browser::{Browser, ColorScheme, Viewport},
    ground::rotating,
    managing::{approver, manage},
    northwind::{DESIGN, ENTERPRISE, IZZY, KUDOS, MIKA, MINUTES, TEAM, VAULT},
    stage::until,
};
use serde_json::{Value, json};

use crate::{
    console::Console,
    main_job::picture,
    pages::{self, sign_in},
};

/// A console that manages the simulator's organization, and somebody who looks at it.
struct Scene {
    sim: SlackSim,
    console: Console,
    browser: Browser,
}

impl Scene {
    async fn new() -> anyhow::Result<Self> {
        let (sim, console) = Console::beside(rotating(false), Builder::without_rate_limits).await?;
        console.register_all(&sim.apps()).await?;
        let browser = Browser::start(Viewport::Desktop, ColorScheme::Light).await?;
        let scene = Self { sim, console, browser };
        manage(&scene.console.house, &scene.sim, &[TEAM, DESIGN]).await?;
        Ok(scene)
    }

    async fn act(&self, action: Value) -> anyhow::Result<()> {
        self.sim.act(serde_json::from_value(action)?).await?;
        Ok(())
    }

    /// Somebody decides in Slack.
    async fn resolve(&self, app: &str, team: Option<&str>, how: &str) -> anyhow::Result<()> {
        self.act(json!({"action": "resolve_app", "app": app, "team": team, "user": IZZY, "resolution": how}))
            .await
    }

    /// Slack's lists are read, and what is wrong is looked for.
    async fn read(&self) -> anyhow::Result<()> {
        approvals::read_all(&self.console.house).await?;
        approvals::look_everywhere(&self.console.house, About::All).await?;
        Ok(())
    }

    async fn open(&self, path: &str) -> anyhow::Result<()> {
        sign_in(&self.browser, &self.console, "admin", path).await
    }

    /// The same page small, and dark.
    async fn pictures(&self, name: &str) -> anyhow::Result<()> {
        picture(&self.browser, name).await?;
        for (viewport, scheme, how) in [
            (Viewport::Phone, ColorScheme::Light, "390"),
            (Viewport::Phone, ColorScheme::Dark, "390-dark"),
            (Viewport::Desktop, ColorScheme::Dark, "dark"),
        ] {
            self.browser.emulate(viewport, scheme).await?;
            let script = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
            let fits = self.browser.client().execute(script, Vec::new()).await?;
            assert_eq!(fits, json!(true), "{name} {how}: the page scrolls sideways");
            picture(&self.browser, &format!("{name}-{how}")).await?;
        }
        self.browser.emulate(Viewport::Desktop, ColorScheme::Light).await
    }

    /// Nothing offended the page's policy, and nothing broke.
    async fn end(self) -> anyhow::Result<()> {
        pages::end(self.browser).await?;
        self.sim.shutdown().await;
        self.console.stop().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_app_that_is_installed_is_shown_as_two_facts_and_decided_about() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let browser = &scene.browser;
    scene.open("org-apps").await?;
    browser.wait_for_text("No app is known yet").await?;
    picture(browser, "70-org-apps-empty").await?;

    scene.resolve(VAULT, Some(TEAM), "approved").await?;
    scene
        .act(json!({"action": "install_app", "app": VAULT, "team": TEAM, "user": MIKA}))
        .await?;
    scene.resolve(VAULT, Some(TEAM), "restricted").await?;
    scene.resolve(MINUTES, None, "approved").await?;
    let store = &scene.console.house.store;
    let enterprise: EnterpriseId = ENTERPRISE.parse()?;
    // The event of the install and the lists come each by their own way.
    until("the install is known", async || {
        scene.read().await?;
        let app = store.org_app(&enterprise, &VAULT.parse()?).await?;
        Ok(app.filter(|app| app.installed_in == 1 && app.alarms.len() == 1))
    })
    .await?;
    browser.open(&scene.console.at("org-apps")).await?;
    browser.wait_for_css("[data-alarm=restricted_but_installed]").await?;
    browser.wait_for_text("Restricting uninstalls nothing").await?;
    browser
        .wait_for_css(&format!("tr[data-app={VAULT}] .state.restricted"))
        .await?;
    browser
        .wait_for_css(&format!("tr[data-app={VAULT}] .state.granted"))
        .await?;
    scene.pictures("71-org-apps").await?;
    browser.open(&scene.console.at("org-apps?status=restricted")).await?;
    browser.wait_for_css(&format!("tr[data-app={VAULT}]")).await?;
    let rows = browser
        .client()
        .execute("return document.querySelectorAll('tr[data-app]').length", vec![])
        .await?;
    assert_eq!(rows, json!(1));
    browser.open(&scene.console.at("org-apps?q=nothing+like+it")).await?;
    browser.wait_for_text("Nothing matches the filter").await?;

    browser
        .open(&scene.console.at(&format!("org-apps/{ENTERPRISE}/{VAULT}")))
        .await?;
    browser
        .wait_for_css(&format!("tr[data-team={TEAM}] .state.restricted"))
        .await?;
    scene.pictures("72-org-app").await?;
    // Without a workspace nothing opens.
    browser.click("[data-decide=approve]").await?;
    assert!(
        browser
            .client()
            .find(fantoccini::Locator::Css("dialog[open]"))
            .await
            .is_err()
    );
    browser.click(&format!("[data-choose={TEAM}]")).await?;
    browser.click("[data-decide=approve]").await?;
    browser.wait_for_css("dialog[open]").await?;
    browser.wait_for_text("It is not installed anywhere by this.").await?;
    browser.fill("dialog[open] #wish-reason", "the pilot goes on").await?;
    picture(browser, "73-approve-ahead").await?;
    browser.click("dialog[open] [data-act]").await?;
    browser.wait_for_css("[data-wish=approve][data-state=seen]").await?;
    browser
        .wait_for_css(&format!(
            "tr[data-team={TEAM}] [data-label='Decided there'] .state.granted"
        ))
        .await?;
    let stands = store
        .resolution(&enterprise, &VAULT.parse()?, Some(&TEAM.parse()?))
        .await?;
    assert_eq!(stands.map(|one| one.listed.status), Some(Previous::Approved));

    // For the organization: the dialog says what stays.
    browser.click(".page-head .anchor button").await?;
    browser.click("[data-everywhere=restrict]").await?;
    browser.wait_for_text("only uninstalling removes it").await?;
    picture(browser, "74-restrict-everywhere").await?;
    browser
        .fill("dialog[open] #wish-reason", "until it is reviewed")
        .await?;
    browser.click("dialog[open] [data-act]").await?;
    browser.wait_for_css("[data-wish=restrict][data-state=seen]").await?;
    browser
        .wait_for_text("is restricted in the whole organization and still installed")
        .await?;
    scene.pictures("75-org-app-decided").await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_show_decisions_by_rules_and_people_with_their_numbers() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let browser = &scene.browser;
    scene.open("reports").await?;
    browser.wait_for_text("Nothing to report").await?;
    picture(browser, "76-reports-empty").await?;
    for (app, team) in [(KUDOS, TEAM), (VAULT, DESIGN), (MINUTES, TEAM)] {
        scene
            .act(json!({"action": "request_app", "app": app, "team": team, "user": MIKA, "message": "for us"}))
            .await?;
    }
    scene.read().await?;
    let house = &scene.console.house;
    let open = until("they wait for a person", async || {
        approvals::judge_new(house).await?;
        let open = house
            .store
            .app_requests_in(grantbook_core::approval::life::State::Open, 0, 10)
            .await?;
        Ok(Some(open).filter(|open| open.len() == 3))
    })
    .await?;
    let orla = approver("orla");
    let queue = Approvals::new(house.clone());
    let id = |app: &str| {
        open.iter()
            .find(|one| one.request.app.id.as_str() == app)
            .map(|one| one.id)
    };
    let (kudos, minutes) = (id(KUDOS).context("asked for")?, id(MINUTES).context("asked for")?);
    queue.approve(kudos, &orla, DecisionWish::default()).await?;
    queue.cancel(minutes, &orla, DecisionWish::default()).await?;
    until("Slack has them", async || {
        let waiting = house
            .store
            .app_requests_in(grantbook_core::approval::life::State::Deciding, 0, 10)
            .await?;
        Ok(waiting.is_empty().then_some(()))
    })
    .await?;
    browser.open(&scene.console.at("reports")).await?;
    browser.wait_for_css("[data-chart] svg rect.s2").await?;
    let text = browser.text().await?;
    ensure!(text.contains("0 of 2 (0%)"), "{text}");
    let summary = "return document.querySelector('[data-chart] svg').getAttribute('aria-label')";
    let summary = browser.client().execute(summary, vec![]).await?;
    let summary = summary.as_str().context("a summary")?;
    assert_eq!(summary, "Decisions by month: 0 by rules and 2 by people in 12 months.");
    scene.pictures("77-reports").await?;
    // The names under the bars neither leave the chart nor touch each other, on a phone either.
    browser.emulate(Viewport::Phone, ColorScheme::Light).await?;
    let script = "return [...document.querySelectorAll('[data-chart] svg')].every(chart => {
        const edge = chart.closest('.card').getBoundingClientRect().right;
        const names = [...chart.querySelectorAll('text[text-anchor=middle]')].map(name => name.getBoundingClientRect());
        return names.length > 1 && names.every((name, at) => name.right < edge && (at === 0 || names[at - 1].right < name.left));
    })";
    let apart = browser.client().execute(script, vec![]).await?;
    assert_eq!(apart, json!(true), "names of months");
    browser.emulate(Viewport::Desktop, ColorScheme::Light).await?;
    browser
        .client()
        .find(fantoccini::Locator::XPath("//button[contains(., '3 months')]"))
        .await?
        .click()
        .await?;
    browser.wait_for_text("in 3 months").await.ok();
    until("the span is in the address", async || {
        Ok(browser
            .client()
            .current_url()
            .await?
            .as_str()
            .ends_with("reports?months=3")
            .then_some(()))
    })
    .await?;
    until("three months are shown", async || {
        let rows = browser
            .client()
            .execute("return document.querySelectorAll('tr[data-month]').length", vec![])
            .await?;
        Ok((rows == json!(3)).then_some(()))
    })
    .await?;
    let script = "return fetch(document.querySelector('[data-table=workspaces] a[download]').href).then(a => a.text())";
    let csv = browser.client().execute(script, vec![]).await?;
    let csv = csv.as_str().context("a file")?;
    assert!(
        csv.starts_with("workspace,name,arrived,") && csv.contains(&format!("\r\n{TEAM},")),
        "{csv}"
    );
    scene.end().await
}
