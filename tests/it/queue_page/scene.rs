//! A console whose queue is filled by hand, and somebody signed in who looks at it.

use fantoccini::{
    Locator,
    actions::{InputSource as _, KeyAction, KeyActions},
    key::Key,
};
use grantbook_core::{
    EnterpriseId, Tenant,
    approval::AppRequest,
    approval::life::Happening,
    view::approvals::{Outcome, State},
};
use grantbook_flows::approvals::judge_new;
use grantbook_server::demo::registration;
use grantbook_simulator::SlackSim;
use grantbook_store::{
    approvals::{Record, StoredAppRequest},
    tenants::TenantInfo,
};
use grantbook_tests::browser::{Browser, ColorScheme, Viewport};
use serde_json::json;

use crate::{
    console::Console,
    pages::{self, sign_in},
};

/// An app with a critical scope and an optional one.
pub(super) const TRANSCRIBER: &str = "Transcriber";
/// An app that wants nothing much.
pub(super) const FERN: &str = "Fern";
/// A workspace.
pub(super) const LEGAL: &str = "T0LEGAL01";
/// Another.
pub(super) const SALES: &str = "T0SALES01";
const ENTERPRISE: &str = "E0N0RTHW1";

/// A request as Slack lists it.
pub(super) fn asked(number: usize, app: &str, team: Option<&str>) -> AppRequest {
    let scopes = match app {
        FERN => json!([{ "name": "commands", "token_type": "bot" }]),
        _ => json!([
            { "name": "groups:history", "token_type": "bot", "is_sensitive": true },
            { "name": "search:read", "token_type": "user" },
            { "name": "users:read.email", "token_type": "bot", "is_optional": true },
            { "name": "chat:write", "token_type": "bot" },
        ]),
    };
    serde_json::from_value(json!({
        "id": format!("Ar0QUEUE{number:02}"),
        "app": {
            "id": format!("A0{}", app.to_uppercase()), "name": app, "developer_type": if app == FERN { "internal" } else { "third_party" },
            "description": "Writes down what is said in huddles and calls.",
            "is_app_directory_approved": app != FERN,
            "app_homepage_url": "https://transcriber.example/", "privacy_policy_url": "https://transcriber.example/privacy",
        },
        "scopes": scopes,
        "team": team,
        "enterprise": ENTERPRISE,
        "requester": { "id": format!("U0ASKER{number:02}"), "name": format!("Person {number}") },
        "message": format!("We need it for the stand-up, says {number}."),
        "asked_at": format!("2017-06-19T20:{number:02}:00Z"),
    }))
    .expect("a request")
}

/// The console, the simulator that it does not need, and the browser.
pub(super) struct Scene {
    sim: SlackSim,
    pub(super) console: Console,
    pub(super) browser: Browser,
    installation: i64,
}

impl Scene {
    pub(super) async fn new() -> anyhow::Result<Self> {
        let (sim, console) = Console::beside(|_| (), |sim| sim).await?;
        let app = sim.apps().into_iter().next().expect("a seeded app");
        let slug = console.register(registration(&app)).await?;
        let store = &console.house.store;
        let now = console.house.clock.now();
        let row = store.app_by_slug(&slug).await?.expect("registered").row;
        let enterprise: EnterpriseId = ENTERPRISE.parse()?;
        let tenant = Tenant::Enterprise(enterprise.clone());
        let installation = store.ensure_installation(row, &tenant, now).await?.row;
        for (team, name) in [(LEGAL, "Legal"), (SALES, "Sales EMEA")] {
            let info = TenantInfo {
                tenant: team.parse()?,
                name: name.to_owned(),
                enterprise: Some(enterprise.clone()),
            };
            store.save_tenant(&info, now).await?;
        }
        let browser = Browser::start(Viewport::Desktop, ColorScheme::Light).await?;
        Ok(Self {
            sim,
            console,
            browser,
            installation,
        })
    }

    /// Requests arrive and are judged.
    pub(super) async fn take(&self, requests: Vec<AppRequest>) -> anyhow::Result<()> {
        let house = &self.console.house;
        let enterprise: EnterpriseId = ENTERPRISE.parse()?;
        let now = house.clock.now();
        house
            .store
            .take_app_requests(self.installation, &enterprise, &requests, now)
            .await?;
        judge_new(house).await?;
        Ok(())
    }

    /// Signs in on the way to a page.
    pub(super) async fn open(&self, path: &str) -> anyhow::Result<()> {
        sign_in(&self.browser, &self.console, "admin", path).await
    }

    /// Presses keys wherever the focus is.
    pub(super) async fn press(&self, keys: &str) -> anyhow::Result<()> {
        let mut actions = KeyActions::new("keys".to_owned());
        for key in keys.chars() {
            actions = actions
                .then(KeyAction::Down { value: key })
                .then(KeyAction::Up { value: key });
        }
        Ok(self.browser.client().perform_actions(actions).await?)
    }

    /// Control and Enter.
    pub(super) async fn confirm_by_key(&self) -> anyhow::Result<()> {
        let (control, enter) = (char::from(Key::Control), char::from(Key::Enter));
        let actions = KeyActions::new("keys".to_owned())
            .then(KeyAction::Down { value: control })
            .then(KeyAction::Down { value: enter })
            .then(KeyAction::Up { value: enter })
            .then(KeyAction::Up { value: control });
        Ok(self.browser.client().perform_actions(actions).await?)
    }

    /// Waits until the list has so many rows.
    pub(super) async fn wait_for_rows(&self, many: usize) -> anyhow::Result<()> {
        let rows = async || {
            let rows = self
                .browser
                .client()
                .find_all(Locator::Css("tr[data-app-request]"))
                .await?;
            Ok((rows.len() == many).then_some(()))
        };
        self.browser.wait_for(&format!("{many} rows"), rows).await
    }

    /// Waits until nothing on the page is this.
    pub(super) async fn wait_until_gone(&self, selector: &str) -> anyhow::Result<()> {
        let gone = async || {
            let found = self.browser.client().find_all(Locator::Css(selector)).await?;
            Ok(found.is_empty().then_some(()))
        };
        self.browser.wait_for(&format!("`{selector}` to go"), gone).await
    }

    /// Nothing is wider than the screen.
    pub(super) async fn fits_its_width(&self) -> anyhow::Result<()> {
        let wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let wider = self.browser.client().execute(wider, Vec::new()).await?;
        anyhow::ensure!(wider.as_i64() == Some(0), "the page is {wider} pixels too wide");
        Ok(())
    }

    async fn all(&self) -> anyhow::Result<Vec<StoredAppRequest>> {
        let mut all = Vec::new();
        for state in State::ALL {
            all.extend(self.console.house.store.app_requests_in(state, 0, 100).await?);
        }
        all.sort_by_key(|stored| stored.id);
        Ok(all)
    }

    /// How each request stands, in the order in which they arrived.
    pub(super) async fn states(&self) -> anyhow::Result<Vec<State>> {
        Ok(self.all().await?.into_iter().map(|stored| stored.state).collect())
    }

    /// The request that arrived so many-th.
    pub(super) async fn stored(&self, at: usize) -> anyhow::Result<StoredAppRequest> {
        Ok(self.all().await?.swap_remove(at))
    }

    /// Somebody approves it in Slack's own pages.
    pub(super) async fn decided_elsewhere(&self, at: usize) -> anyhow::Result<()> {
        let happening = Happening::Noticed {
            outcome: Outcome::Approved,
            by: None,
        };
        let (id, now) = (self.stored(at).await?.id, self.console.house.clock.now());
        self.console
            .house
            .store
            .record_app_request(id, Record::of(happening), now)
            .await?;
        Ok(())
    }

    /// Nothing offended the page's policy, and nothing broke.
    pub(super) async fn end(self) -> anyhow::Result<()> {
        pages::end(self.browser).await?;
        self.sim.shutdown().await;
        self.console.stop().await
    }
}
