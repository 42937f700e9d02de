//! What tests of pages do alike: somebody signs in on the way to a page, and nothing broke on the way.

use grantbook_tests::browser::Browser;

use crate::console::{Console, PASSWORD};

/// Opens a page of the console and signs in as `name` where it asks for it.
pub(crate) async fn sign_in(browser: &Browser, console: &Console, name: &str, path: &str) -> anyhow::Result<()> {
    browser.open(&console.at(path)).await?;
    browser.fill("#name", name).await?;
    browser.fill("#password", PASSWORD).await?;
    browser.click("form button[type=submit]").await
}

/// Nothing offended the page's policy, and nothing broke; the browser ends.
pub(crate) async fn end(browser: Browser) -> anyhow::Result<()> {
    let complaints = browser.complaints().await?;
    let grave = |text: &&String| text.contains("Content Security") || text.contains("panicked");
    assert_eq!(
        complaints.iter().filter(grave).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    browser.close().await
}
