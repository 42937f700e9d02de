//! Two tabs of one browser: the console's pages, and the Slack of @izzy.

use anyhow::Context as _;
use fantoccini::wd::WindowHandle;
use grantbook_core::request::{RequestId, StateName};
use grantbook_tests::browser::{Browser, ColorScheme, Viewport};

use crate::{
    asking::{IZZY, Scene, TEAM, scene_where},
    console::PASSWORD,
};

/// The conversation between the app and @izzy.
pub(crate) const HOME: &str = "D0BH95DLH";

/// Insectoid.
pub(crate) const APP: &str = "A0BLA3EP2";

/// Enter.
const ENTER: char = '\u{e007}';

/// A request as the administrator writes it.
pub(crate) struct Draft<'a> {
    pub(crate) scope: &'a str,
    pub(crate) message: &'a str,
    pub(crate) button: &'a str,
}

/// The permission dialog in front of @izzy.
pub(crate) struct Dialog {
    pub(crate) trigger: String,
    pub(crate) scopes: String,
}

/// Everything: Slack, the console, and a person at both.
pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) browser: Browser,
    console: WindowHandle,
    client: WindowHandle,
}

impl Stage {
    /// The app is installed by @izzy, who gave it nothing; the administrator has signed in.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let scene = scene_where(&[], |seed| {
            for app in &mut seed.apps {
                // The story lasts longer than the hour of a rotating token.
                app.token_rotation = false;
            }
        })
        .await?;
        let browser = Browser::start(Viewport::Desktop, ColorScheme::Light).await?;
        let console = browser.tab().await?;
        let slack = scene.sim.url();
        let address = format!("{slack}/client?team={TEAM}&user={IZZY}&at={APP}&show=messages");
        let client = browser
            .open_tab(&address, Viewport::Desktop, ColorScheme::Light)
            .await?;
        let stage = Self {
            scene,
            browser,
            console,
            client,
        };
        stage.sign_in().await?;
        Ok(stage)
    }

    /// Signs in where the console asks for it.
    pub(crate) async fn sign_in(&self) -> anyhow::Result<()> {
        self.show_console().await?;
        self.browser.open(&self.scene.console.at("workspaces")).await?;
        self.browser.wait_for_css("#password").await?;
        self.browser.fill("#name", "admin").await?;
        self.browser.fill("#password", PASSWORD).await?;
        self.browser.click("form button[type=submit]").await?;
        self.browser.wait_for_text("Northwind HQ").await
    }

    /// The administrator's tab.
    pub(crate) async fn show_console(&self) -> anyhow::Result<()> {
        self.browser.show_tab(&self.console).await
    }

    /// @izzy's tab.
    pub(crate) async fn show_client(&self) -> anyhow::Result<()> {
        self.browser.show_tab(&self.client).await
    }

    /// Opens a page of the console.
    pub(crate) async fn open(&self, path: &str) -> anyhow::Result<()> {
        self.show_console().await?;
        self.browser.open(&self.scene.console.at(path)).await
    }

    /// Fills in the draft, from the button on the workspace's page on.
    pub(crate) async fn compose(&self, draft: &Draft<'_>) -> anyhow::Result<()> {
        let browser = &self.browser;
        self.open(&format!("workspaces/{TEAM}")).await?;
        browser.click("a[data-ask]").await?;
        browser
            .wait_for_css(&format!("[data-chosen=\"insectoid.{TEAM}\"]"))
            .await?;
        browser.fill("#ask-person", IZZY).await?;
        browser.click(&format!("button[data-pick={IZZY}]")).await?;
        let scope = format!("label[data-scope=\"{}\"]", draft.scope);
        browser.click(&scope).await?;
        browser.wait_for_css(&format!("{scope}:has(input:checked)")).await?;
        browser.fill("#ask-message", draft.message).await?;
        browser.fill("#ask-button", draft.button).await
    }

    /// Sends what was composed; its story opens.
    pub(crate) async fn send(&self) -> anyhow::Result<RequestId> {
        self.browser.click("button.send[aria-disabled=false]").await?;
        let id = self
            .browser
            .wait_for("the story of the request", async || {
                let url = self.browser.client().current_url().await?;
                Ok(url.path().strip_prefix("/requests/").and_then(|id| id.parse().ok()))
            })
            .await?;
        self.browser.wait_for_css("[data-milestone]").await?;
        self.browser.remember().await?;
        self.browser
            .wait_for_text("Sent to Slack's queue; the story follows here.")
            .await?;
        self.browser.click_words("Dismiss").await?;
        Ok(id)
    }

    /// Composes and sends.
    pub(crate) async fn ask(&self, draft: &Draft<'_>) -> anyhow::Result<RequestId> {
        self.compose(draft).await?;
        self.send().await
    }

    /// @izzy types a line and sends it.
    pub(crate) async fn say(&self, line: &str) -> anyhow::Result<()> {
        self.show_client().await?;
        let field = "#composer input[name=text]";
        self.browser.fill(field, &format!("{line}{ENTER}")).await?;
        let sent = async || {
            let field = self.browser.wait_for_css(field).await?;
            Ok(field
                .prop("value")
                .await?
                .is_some_and(|text| text.is_empty())
                .then_some(()))
        };
        self.browser.wait_for(&format!("`{line}` being sent"), sent).await
    }

    /// @izzy presses the button that says so.
    pub(crate) async fn press(&self, button: &str) -> anyhow::Result<()> {
        self.show_client().await?;
        self.browser.click_words(button).await
    }

    /// The dialog that opens after a press.
    pub(crate) async fn dialog(&self) -> anyhow::Result<Dialog> {
        let shown = self
            .browser
            .wait_for_css("#dialog[data-trigger][data-app=insectoid]")
            .await?;
        Ok(Dialog {
            trigger: shown.attr("data-trigger").await?.context("a trigger")?,
            scopes: shown.attr("data-scopes").await?.context("scopes")?,
        })
    }

    /// @izzy answers: `allow`, `deny` or `dismiss`.
    pub(crate) async fn answer(&self, answer: &str) -> anyhow::Result<()> {
        self.browser
            .click(&format!("#dialog button[data-answer={answer}]"))
            .await?;
        self.browser
            .wait_for_css(&format!("#answered[data-answer={answer}]"))
            .await?;
        Ok(())
    }

    /// Waits until the open story tells so of a milestone, and finds that the page was not loaded again.
    pub(crate) async fn tells(&self, milestone: &str, words: &str) -> anyhow::Result<()> {
        self.show_console().await?;
        let told = async || {
            let texts = self.browser.texts(&format!("[data-milestone={milestone}]")).await?;
            Ok(texts.iter().any(|text| text.contains(words)).then_some(()))
        };
        self.browser
            .wait_for(&format!("`{words}` at the milestone {milestone}"), told)
            .await?;
        anyhow::ensure!(self.browser.remembers().await?, "the page was not loaded again");
        Ok(())
    }

    /// Waits until nothing of the open story is still to come; the milestones by name.
    pub(crate) async fn is_complete(&self) -> anyhow::Result<Vec<String>> {
        let complete = async || {
            let steps = self.browser.texts("[data-milestone]").await?.len();
            let todo = self.browser.texts("[data-milestone].todo").await?.len();
            let good = self.browser.texts("[data-milestone] .node.granted").await?.len();
            Ok((steps > 0 && todo == 0 && good == steps).then_some(()))
        };
        self.browser.wait_for("every milestone", complete).await?;
        self.browser.attributes("[data-milestone]", "data-milestone").await
    }

    /// Waits until the ledger has the request in this state.
    pub(crate) async fn reaches(&self, id: RequestId, state: StateName) {
        self.scene.reaches(id, state).await;
    }

    /// Neither page was refused anything by its own content security policy.
    pub(crate) async fn end(self) -> anyhow::Result<()> {
        let complaints = self.browser.complaints().await?;
        let refused: Vec<_> = complaints
            .iter()
            .filter(|text| text.contains("Content Security"))
            .collect();
        anyhow::ensure!(refused.is_empty(), "{refused:?}");
        self.browser.close().await?;
        self.scene.end().await
    }
}
