//! Several tabs of one browser, and elements found by what they say.

use anyhow::Context as _;
use fantoccini::{Locator, wd::WindowHandle};
use serde_json::{Value, json};

use super::{Browser, ColorScheme, Viewport};

impl Browser {
    /// The tab in view.
    ///
    /// # Errors
    ///
    /// Fails when the browser is gone.
    pub async fn tab(&self) -> anyhow::Result<WindowHandle> {
        self.client.window().await.context("no tab")
    }

    /// Opens an address in another tab, and shows that.
    ///
    /// # Errors
    ///
    /// Fails when the address cannot be reached.
    pub async fn open_tab(&self, url: &str, viewport: Viewport, scheme: ColorScheme) -> anyhow::Result<WindowHandle> {
        let tab = self.client.new_window(true).await.context("no further tab")?.handle;
        self.show_tab(&tab).await?;
        self.emulate(viewport, scheme).await?;
        self.open(url).await?;
        Ok(tab)
    }

    /// Brings a tab to the front, as a person does who looks at it: pages rest while nobody does.
    ///
    /// # Errors
    ///
    /// Fails when the tab is closed.
    pub async fn show_tab(&self, tab: &WindowHandle) -> anyhow::Result<()> {
        let shown = self.client.switch_to_window(tab.clone()).await;
        shown.context("the tab is not there")?;
        self.devtools("Page.bringToFront", json!({})).await?;
        Ok(())
    }

    /// Clicks on the button or link that says exactly this, once it is displayed.
    ///
    /// # Errors
    ///
    /// Fails when there is none, or when something covers it.
    pub async fn click_words(&self, words: &str) -> anyhow::Result<()> {
        let path = format!("//*[self::button or self::a][normalize-space(.)=\"{words}\"]");
        let clicked = async || {
            for element in self.client.find_all(Locator::XPath(&path)).await? {
                if element.is_displayed().await? {
                    return Ok(element.click().await.is_ok().then_some(()));
                }
            }
            Ok(None)
        };
        self.wait_for(&format!("a click on `{words}`"), clicked).await
    }

    /// The text of every element that matches, also of folded ones.
    ///
    /// # Errors
    ///
    /// Fails when the browser is gone.
    pub async fn texts(&self, selector: &str) -> anyhow::Result<Vec<String>> {
        self.strings("e.textContent", selector).await
    }

    /// An attribute of every element that matches and has it.
    ///
    /// # Errors
    ///
    /// Fails when the browser is gone.
    pub async fn attributes(&self, selector: &str, name: &str) -> anyhow::Result<Vec<String>> {
        self.strings(&format!("e.getAttribute(\"{name}\")"), selector).await
    }

    async fn strings(&self, of: &str, selector: &str) -> anyhow::Result<Vec<String>> {
        let script = format!("return [...document.querySelectorAll(arguments[0])].map(e => {of})");
        let found = self.client.execute(&script, vec![Value::from(selector)]).await?;
        let found = found.as_array().context("a list")?;
        Ok(found
            .iter()
            .filter_map(|text| text.as_str().map(str::to_owned))
            .collect())
    }

    /// Notes in the page that it was here; a reload forgets it.
    ///
    /// # Errors
    ///
    /// Fails when the browser is gone.
    pub async fn remember(&self) -> anyhow::Result<()> {
        self.client.execute("window.wasHereBefore = true", Vec::new()).await?;
        Ok(())
    }

    /// Whether the page is still the one that was told to [`remember`](Self::remember).
    ///
    /// # Errors
    ///
    /// Fails when the browser is gone.
    pub async fn remembers(&self) -> anyhow::Result<bool> {
        self.holds("window.wasHereBefore === true").await
    }

    /// Whether the page is as narrow as its window.
    ///
    /// # Errors
    ///
    /// Fails when the browser is gone.
    pub async fn fits(&self) -> anyhow::Result<bool> {
        self.holds("document.documentElement.scrollWidth <= window.innerWidth")
            .await
    }

    async fn holds(&self, condition: &str) -> anyhow::Result<bool> {
        let answer = self.client.execute(&format!("return {condition}"), Vec::new()).await?;
        Ok(answer == Value::Bool(true))
    }
}
