//! Apps that Slack refuses: said in words, tried again after a while and not in between, mended at once.

use std::time::Duration;

use grantbook_core::view::apps::AppChange;
use grantbook_simulator::Action;
use grantbook_tests::stage::{Stage, until};

use super::{
    SERVER,
    scene::{
        APP, POWERLESS, WANTED, all_delivered, applied_once, behind_a_firewall, burst, change, connected, problem,
        right_token,
    },
};

/// Refused twice: at the start, and after the first wait.
const TWICE: usize = 2;

/// How often Slack was asked for an address.
fn asked(stage: &Stage) -> usize {
    stage.sim.calls("apps.connections.open").len()
}

fn token(text: &str) -> AppChange {
    AppChange {
        app_token: Some(text.to_owned()),
        ..AppChange::default()
    }
}

/// Works once the right token is there.
async fn mended(stage: &Stage) -> anyhow::Result<()> {
    change(stage, right_token()).await?;
    connected(stage, WANTED).await?;
    stage.install().await?;
    burst(stage, 0, 4).await?;
    all_delivered(stage).await?;
    applied_once(stage, 4).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_slack_does_not_take_is_told_and_rarely_tried() -> anyhow::Result<()> {
    let stage = behind_a_firewall(None).await?;
    change(&stage, token("xapp-1-A0BLA3EP2-1-wrong")).await?;
    let _server = stage.serve(&SERVER).await?;
    let sentence = problem(&stage).await?;
    assert!(
        sentence.contains("`invalid_auth`") && sentence.contains("Make a new one"),
        "{sentence}"
    );
    let at_first = asked(&stage);
    assert!(at_first <= WANTED, "one for each connection at most");
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(asked(&stage), at_first, "it is left alone");
    until("it is tried again", async || {
        Ok((asked(&stage) > at_first).then_some(()))
    })
    .await?;
    assert!(asked(&stage) < at_first + TWICE, "by one connection for all");
    mended(&stage).await?;
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_scope_is_told() -> anyhow::Result<()> {
    let stage = behind_a_firewall(None).await?;
    change(&stage, token(POWERLESS)).await?;
    let _server = stage.serve(&SERVER).await?;
    let sentence = problem(&stage).await?;
    assert!(sentence.contains("lacks `connections:write`"), "{sentence}");
    mended(&stage).await?;
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_over_the_connection_of_another_app() -> anyhow::Result<()> {
    let stage = behind_a_firewall(None).await?;
    let apps = stage.sim.apps();
    let atlas = apps.iter().find(|app| app.slug.as_str() == "atlas").unwrap();
    stage
        .sim
        .act(Action::SocketMode {
            app: "atlas".to_owned(),
            enabled: true,
        })
        .await?;
    change(&stage, token(atlas.app_tokens[0].token.expose())).await?;
    let _server = stage.serve(&SERVER).await?;
    let sentence = problem(&stage).await?;
    assert!(
        sentence.contains("is for the app A0ATLAS42") && sentence.contains("this app is A0BLA3EP2"),
        "{sentence}"
    );
    connected(&stage, 0).await?;
    mended(&stage).await?;
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn socket_mode_switched_off_at_slack_closes_and_is_told() -> anyhow::Result<()> {
    let stage = behind_a_firewall(None).await?;
    let _server = stage.serve(&SERVER).await?;
    connected(&stage, WANTED).await?;
    let switch = |enabled| Action::SocketMode {
        app: APP.to_owned(),
        enabled,
    };
    stage.sim.act(switch(false)).await?;
    connected(&stage, 0).await?;
    let sentence = problem(&stage).await?;
    assert!(
        sentence.contains("switched off in the app's settings at Slack"),
        "{sentence}"
    );
    let told = asked(&stage);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(asked(&stage), told, "it does not come back at once");
    stage.sim.act(switch(true)).await?;
    connected(&stage, WANTED).await?;
    stage.sim.shutdown().await;
    Ok(())
}
