//! Somebody installs an app: from the console's door to Slack's page, where they say yes, and back.

use anyhow::{Context as _, bail, ensure};
use grantbook_core::{AppSlug, InstallationKey, ResourceId, Scope};
use grantbook_flows::{
    House,
    install::{BeginOptions, Callback, Install, Outcome},
};
use grantbook_simulator::{Action, SlackSim};
use reqwest::{Client, header};
use url::Url;

use crate::northwind::{IZZY, TEAM};

/// What is allowed; by default all that the page asks for, and no channel.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// Of the app's own scopes.
    pub scopes: Option<Vec<Scope>>,
    /// Channels, for a workspace app.
    pub resources: Vec<ResourceId>,
    /// Whether one channel is added and nothing else chosen.
    pub single_channel: bool,
    /// Of the person's scopes.
    pub user_scopes: Option<Vec<Scope>>,
    /// Optional scopes that are left out.
    pub untick: Vec<Scope>,
}

/// Izzy's yes on Slack's page, in a workspace.
///
/// # Errors
///
/// Fails where `team` is no workspace's id.
pub fn consent(app: &str, team: &str, page: &Url, allowed: Allowed) -> anyhow::Result<Action> {
    Ok(Action::Consent {
        app: app.to_owned(),
        team: team.parse()?,
        user: IZZY.parse()?,
        scopes: allowed.scopes,
        resources: allowed.resources,
        wildcards: Vec::new(),
        single_channel: allowed.single_channel,
        user_scopes: allowed.user_scopes,
        untick: allowed.untick,
        redirect_uri: query(page, "redirect_uri"),
        state: query(page, "state"),
    })
}

/// Where a door of the console sends the browser: Slack's page.
///
/// # Errors
///
/// Fails where it sends it nowhere.
pub async fn slacks_page(browser: &Client, door: &str) -> anyhow::Result<Url> {
    let answer = browser.get(door).send().await?;
    let location = answer.headers().get(header::LOCATION).context("a redirect")?;
    Ok(location.to_str()?.parse()?)
}

/// Goes through a door of the console to Slack, allows it in [`TEAM`], and comes back.
///
/// # Errors
///
/// Fails where a step does not lead to the next.
pub async fn install(sim: &SlackSim, browser: &Client, door: &str, app: &str, allowed: Allowed) -> anyhow::Result<()> {
    let page = slacks_page(browser, door).await?;
    come_back(sim, browser, consent(app, TEAM, &page, allowed)?).await
}

/// Says yes, and takes the code to the console.
///
/// # Errors
///
/// Fails where Slack or the console refuses.
pub async fn come_back(sim: &SlackSim, browser: &Client, consent: Action) -> anyhow::Result<()> {
    let callback = sim.consent(consent).await?;
    let answer = browser.get(callback).send().await?;
    ensure!(answer.status().is_redirection(), "installed with {}", answer.status());
    Ok(())
}

/// Installs an app by the console's own flow where nobody serves its doors: `consent` is the yes on Slack's page.
///
/// # Errors
///
/// Fails where Slack or the console refuses.
pub async fn without_doors(
    house: &House,
    sim: &SlackSim,
    app: &str,
    consent: impl FnOnce(&Url) -> anyhow::Result<Action>,
) -> anyhow::Result<InstallationKey> {
    let slug = AppSlug::new(app)?;
    let install = Install::new(house.clone());
    let begun = install.begin(&slug, BeginOptions::default()).await?;
    let back = sim.consent(consent(&begun.redirect)?).await?;
    let callback = Callback {
        code: query(&back, "code"),
        state: query(&back, "state"),
        error: query(&back, "error"),
    };
    match install.callback(&slug, callback, Some(&begun.binding)).await? {
        Outcome::Installed(key) => Ok(key),
        other => bail!("{other:?}"),
    }
}

/// A value in an address.
pub fn query(address: &Url, wanted: &str) -> Option<String> {
    let found = address.query_pairs().find(|(name, _)| name == wanted);
    found.map(|(_, value)| value.into_owned())
}
