//! Installs that go wrong at Slack, and what is left behind: the install shows as failed with Slack's
//! code, nothing is granted, and trying again works.

use grantbook_api::ErrorCode;
use grantbook_core::{InstallationKey, ResourceId, ResourceType, view::InstallAttemptView};
use grantbook_flows::browse::Browse;
use grantbook_simulator::{Fault, SlackSim};
use grantbook_store::queries::PageRequest;
use grantbook_tests::consent::{Allowed, consent};
use reqwest::{Client, StatusCode, header, redirect::Policy};
use url::Url;

use crate::console::Console;

const TEAM: &str = "T061EG9R6";

struct Scene {
    sim: SlackSim,
    console: Console,
    browser: Client,
}

async fn scene() -> anyhow::Result<Scene> {
    let (sim, console) = Console::beside(|_| (), |sim| sim).await?;
    console.register_all(&sim.apps()).await?;
    let browser = Client::builder().redirect(Policy::none()).cookie_store(true).build()?;
    Ok(Scene { sim, console, browser })
}

impl Scene {
    /// Goes to Slack and comes back with a code: the address of the callback.
    async fn consent(&self, door: &str, channels: &[&str], single_channel: bool) -> anyhow::Result<Url> {
        let answer = self.browser.get(self.console.at(door)).send().await?;
        assert!(answer.status().is_redirection());
        let page: Url = answer.headers()[header::LOCATION].to_str()?.parse()?;
        assert!(
            page.as_str()
                .starts_with(&format!("{}/oauth/authorize?", self.sim.url()))
        );
        let allowed = Allowed {
            resources: channels
                .iter()
                .map(|id| ResourceId::new(*id))
                .collect::<Result<_, _>>()?,
            single_channel,
            ..Allowed::default()
        };
        let consent = consent("insectoid", TEAM, &page, allowed)?;
        Ok(self.sim.consent(consent).await?)
    }

    async fn come_back(&self, callback: Url) -> anyhow::Result<(StatusCode, String)> {
        let answer = self.browser.get(callback).send().await?;
        Ok((answer.status(), answer.text().await?))
    }

    async fn attempts(&self) -> anyhow::Result<Vec<InstallAttemptView>> {
        let page = Browse::new(self.console.house.clone())
            .installs(None, &PageRequest::first(50))
            .await?;
        Ok(page.items)
    }

    async fn end(self) -> anyhow::Result<()> {
        self.sim.shutdown().await;
        self.console.stop().await
    }

    fn channels(&self) -> Vec<String> {
        let world = self.sim.world();
        let of_team = world
            .conversations
            .values()
            .filter(|c| c.team.as_str() == TEAM && c.kind == ResourceType::Channel);
        of_team.map(|c| c.id.to_string()).collect()
    }
}

const INSTALL: &str = "slack/insectoid/install";

async fn fails_then_works(fault: Fault, code: &str) -> anyhow::Result<()> {
    let scene = scene().await?;
    let channel = scene.channels().remove(0);
    scene.sim.fault("oauth.access", fault, 1);
    let callback = scene.consent(INSTALL, &[&channel], false).await?;
    let (status, page) = scene.come_back(callback).await?;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(page.contains(code), "{page}");
    let attempts = scene.attempts().await?;
    assert_eq!(
        (attempts[0].outcome.as_str(), attempts[0].error.as_deref()),
        ("failed", Some(code))
    );
    let key: InstallationKey = "insectoid.T061EG9R6".parse()?;
    assert!(scene.console.house.store.load_token(&key).await?.is_none());

    let callback = scene.consent(INSTALL, &[&channel], false).await?;
    let (status, _) = scene.come_back(callback).await?;
    assert!(status.is_redirection(), "trying again works: {status}");
    assert!(scene.console.house.store.load_token(&key).await?.is_some());
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_at_the_exchange_is_shown_with_its_code_and_can_be_tried_again() -> anyhow::Result<()> {
    fails_then_works(
        Fault::Error {
            error: ErrorCode::from("invalid_client_id"),
        },
        "invalid_client_id",
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_instead_of_json_at_the_exchange_is_a_failed_install() -> anyhow::Result<()> {
    fails_then_works(Fault::Html { status: 200 }, "answer_not_json").await?;
    fails_then_works(Fault::Html { status: 502 }, "http_502").await
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_answer_at_the_exchange_is_a_failed_install() -> anyhow::Result<()> {
    fails_then_works(Fault::HalfBody, "answer_cut_short").await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_at_the_exchange_is_a_failed_install() -> anyhow::Result<()> {
    fails_then_works(Fault::Drop, "connection_closed").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_serves_once_in_its_own_browser_and_for_ten_minutes() -> anyhow::Result<()> {
    let scene = scene().await?;
    let exchanged = || scene.sim.calls("oauth.access").len();
    let callback = scene.consent(INSTALL, &[], false).await?;
    let stranger = Client::builder().redirect(Policy::none()).build()?;
    let foreign = stranger.get(callback.clone()).send().await?;
    assert_eq!((foreign.status(), exchanged()), (StatusCode::BAD_REQUEST, 0));
    let (status, _) = scene.come_back(callback.clone()).await?;
    assert_eq!((status.is_redirection(), exchanged()), (true, 1));
    let (status, page) = scene.come_back(callback).await?;
    assert_eq!((status, exchanged()), (StatusCode::BAD_REQUEST, 1));
    assert!(page.contains("used"), "{page}");

    let late = scene.consent(INSTALL, &[], false).await?;
    scene.sim.clock().advance(std::time::Duration::from_secs(601));
    let (status, page) = scene.come_back(late).await?;
    assert_eq!((status, exchanged()), (StatusCode::BAD_REQUEST, 1));
    assert!(page.contains("ten minutes"), "{page}");
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_began_at_slack_is_bounced_and_never_exchanged() -> anyhow::Result<()> {
    let scene = scene().await?;
    let door = scene
        .console
        .at("slack/insectoid/oauth/callback?code=from-the-app-directory");
    let answer = scene.browser.get(door).send().await?;
    assert!(answer.status().is_redirection());
    assert!(
        answer.headers()[header::LOCATION]
            .to_str()?
            .starts_with(&format!("{}/oauth/authorize?", scene.sim.url()))
    );
    assert!(scene.sim.calls("oauth.access").is_empty());
    let empty = scene
        .browser
        .get(scene.console.at("slack/insectoid/oauth/callback"))
        .send()
        .await?;
    assert_eq!(empty.status(), StatusCode::BAD_REQUEST);
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_consent_is_recorded_and_is_no_error() -> anyhow::Result<()> {
    let scene = scene().await?;
    let allowed = scene.consent(INSTALL, &[], false).await?;
    let mut cancelled = allowed.clone();
    let state = allowed
        .query_pairs()
        .find(|(name, _)| name == "state")
        .map(|(_, value)| value.into_owned());
    cancelled
        .query_pairs_mut()
        .clear()
        .append_pair("error", "access_denied")
        .append_pair("state", &state.unwrap_or_default());
    let (status, _) = scene.come_back(cancelled).await?;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(scene.attempts().await?[0].outcome, "denied");
    assert!(scene.sim.calls("oauth.access").is_empty());
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_single_channel_install_adds_one_channel() -> anyhow::Result<()> {
    let scene = scene().await?;
    let channels = scene.channels();
    let key: InstallationKey = "insectoid.T061EG9R6".parse()?;
    for (index, channel) in channels.iter().take(2).enumerate() {
        let door = format!("{INSTALL}?single_channel=true");
        let callback = scene.consent(&door, &[channel], true).await?;
        let (status, _) = scene.come_back(callback).await?;
        assert!(status.is_redirection());
        scene.sim.idle().await;
        let grants = scene.console.house.store.grants(&key).await?.unwrap();
        let held: Vec<_> = grants.resources[&ResourceType::Channel]
            .specific
            .keys()
            .map(ToString::to_string)
            .collect();
        let mut expected = channels[..=index].to_vec();
        expected.sort();
        assert_eq!(held, expected);
    }
    scene.end().await
}
