//! A real browser: headless Chromium with a fresh profile, driven through its own chromedriver.
//!
//! It needs `chromium` and `chromedriver` (Debian's packages `chromium` and `chromium-driver`).

use std::future::Future;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::supervised::{Afterwards, Supervised};

mod chrome;
mod launch;
mod tabs;

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a test looks again.
const PACE: Duration = Duration::from_millis(50);

/// The size of the page's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewport {
    /// 1280 by 900 pixels.
    Desktop,
    /// 390 by 844 pixels.
    Phone,
}

impl Viewport {
    fn size(self) -> (u32, u32) {
        match self {
            Self::Desktop => (1280, 900),
            Self::Phone => (390, 844),
        }
    }
}

/// What the page is told about the reader's preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorScheme {
    /// `prefers-color-scheme: light`.
    Light,
    /// `prefers-color-scheme: dark`.
    Dark,
}

/// One window of a browser that nobody else uses.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    _driver: Supervised,
}

impl Browser {
    /// Starts a browser: about a second.
    ///
    /// # Errors
    ///
    /// Says what is missing where Chromium or its driver is not installed.
    pub async fn start(viewport: Viewport, scheme: ColorScheme) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("gb-web-")
            .tempdir()
            .context("no scratch folder")?;
        let profile = folder.path().join("profile");
        let mut chromedriver = Command::new("chromedriver");
        chromedriver.arg("--port=0");
        let mut driver = Supervised::start(&chromedriver, folder, "TERM", None, Stdio::piped(), Afterwards::Remove)?;
        let stdout = driver
            .shell()
            .stdout
            .take()
            .context("chromedriver has no standard output")?;
        let port = tokio::task::spawn_blocking(move || launch::announced_port(stdout)).await??;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(launch::capabilities(&profile, viewport))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context("Chromium does not start")?;
        let browser = Self {
            client,
            _driver: driver,
        };
        browser.emulate(viewport, scheme).await?;
        Ok(browser)
    }

    /// The WebDriver session, for what has no shorthand here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Changes the size of the window and the preferred colors. Animations are asked not to run, so that
    /// a screenshot shows the page at rest.
    ///
    /// # Errors
    ///
    /// Fails when the browser is gone.
    pub async fn emulate(&self, viewport: Viewport, scheme: ColorScheme) -> anyhow::Result<()> {
        let (width, height) = viewport.size();
        let screen =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": viewport == Viewport::Phone });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await?;
        let preferred = match scheme {
            ColorScheme::Light => "light",
            ColorScheme::Dark => "dark",
        };
        let features = json!([
            { "name": "prefers-color-scheme", "value": preferred },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features }))
            .await?;
        Ok(())
    }

    /// Calls a method of the Chrome `DevTools` Protocol.
    ///
    /// # Errors
    ///
    /// Fails with the browser's own words.
    pub async fn devtools(&self, method: &str, params: Value) -> anyhow::Result<Value> {
        let call = chrome::DevTools {
            method: method.to_owned(),
            params,
        };
        self.client
            .issue_cmd(call)
            .await
            .with_context(|| format!("the browser refuses {method}"))
    }

    /// Opens an address and waits until it has loaded.
    ///
    /// # Errors
    ///
    /// Fails when the address cannot be reached.
    pub async fn open(&self, url: &str) -> anyhow::Result<()> {
        self.client
            .goto(url)
            .await
            .with_context(|| format!("{url} does not open"))
    }

    /// Waits until the page shows this text anywhere.
    ///
    /// # Errors
    ///
    /// Shows the page's text when it does not come within ten seconds.
    pub async fn wait_for_text(&self, text: &str) -> anyhow::Result<()> {
        self.wait_for(&format!("the text `{text}`"), async || {
            Ok(self.text().await?.contains(text).then_some(()))
        })
        .await
    }

    /// Waits until an element matches this selector and is displayed.
    ///
    /// # Errors
    ///
    /// Shows the page's text when there is none within ten seconds.
    pub async fn wait_for_css(&self, selector: &str) -> anyhow::Result<Element> {
        let displayed = async || {
            for element in self.client.find_all(Locator::Css(selector)).await? {
                if element.is_displayed().await? {
                    return Ok(Some(element));
                }
            }
            Ok(None)
        };
        self.wait_for(&format!("an element `{selector}`"), displayed).await
    }

    /// Clicks on the first element that matches, once it is displayed.
    ///
    /// # Errors
    ///
    /// Fails when there is none, or when something covers it.
    pub async fn click(&self, selector: &str) -> anyhow::Result<()> {
        let clicked = async || Ok(self.wait_for_css(selector).await?.click().await.is_ok().then_some(()));
        self.wait_for(&format!("a click on `{selector}`"), clicked).await
    }

    /// Empties the first field that matches and types into it.
    ///
    /// # Errors
    ///
    /// Fails when there is none.
    pub async fn fill(&self, selector: &str, text: &str) -> anyhow::Result<()> {
        let field = self.wait_for_css(selector).await?;
        field
            .clear()
            .await
            .with_context(|| format!("`{selector}` cannot be emptied"))?;
        field
            .send_keys(text)
            .await
            .with_context(|| format!("`{selector}` takes no text"))
    }

    /// The text that the page shows.
    ///
    /// # Errors
    ///
    /// Fails when the browser is gone.
    pub async fn text(&self) -> anyhow::Result<String> {
        let text = self
            .client
            .execute("return document.body ? document.body.innerText : ''", Vec::new())
            .await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Looks again and again until `look` finds something; what it fails with in between does not count,
    /// since a page that is being drawn replaces its elements.
    ///
    /// # Errors
    ///
    /// Names `what` and shows the page's text when it is not there within ten seconds.
    pub async fn wait_for<T, F>(&self, what: &str, mut look: impl FnMut() -> F) -> anyhow::Result<T>
    where
        F: Future<Output = anyhow::Result<Option<T>>>,
    {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let failure = match look().await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => String::new(),
                Err(error) => format!(" ({error:#})"),
            };
            if Instant::now() > deadline {
                let url = self.client.current_url().await.map(String::from).unwrap_or_default();
                let text = self.text().await.unwrap_or_default();
                bail!("{what} does not appear within {PATIENCE:?}{failure} at {url}, which shows:\n{text}");
            }
            tokio::time::sleep(PACE).await;
        }
    }

    /// Writes what the window shows as a PNG; makes the folder.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be written.
    pub async fn screenshot(&self, path: impl AsRef<Path>) -> anyhow::Result<()> {
        let path = path.as_ref();
        let picture = self.client.screenshot().await.context("no screenshot")?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
        }
        std::fs::write(path, picture).with_context(|| format!("{} cannot be written", path.display()))
    }

    /// What the browser complained about since the last call: uncaught errors, answers that failed,
    /// violations of the page's content security policy.
    ///
    /// # Errors
    ///
    /// Fails when the browser is gone.
    pub async fn complaints(&self) -> anyhow::Result<Vec<String>> {
        let entries = self
            .client
            .issue_cmd(chrome::BrowserLog)
            .await
            .context("no browser log")?;
        let severe = entries
            .as_array()
            .into_iter()
            .flatten()
            .filter(|entry| entry["level"] == "SEVERE");
        Ok(severe
            .filter_map(|entry| entry["message"].as_str().map(str::to_owned))
            .collect())
    }

    /// Closes the window and waits until the browser has ended. Dropping does too, less politely.
    ///
    /// # Errors
    ///
    /// Fails when the browser is gone already.
    pub async fn close(self) -> anyhow::Result<()> {
        self.client.clone().close().await.context("the browser does not close")
    }
}
