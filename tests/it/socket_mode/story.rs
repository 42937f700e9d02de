//! What an app without a public address can do: be installed, learn of events, ask by a button, answer a command.

use std::sync::Arc;

use grantbook_api::secret::SigningSecret;
use grantbook_core::request::StateName;
use grantbook_simulator::{Action, Answer, DeliveryState};
use grantbook_tests::{
    load,
    postgres::{Durability, Postgres},
    site::now_seconds,
    stage::{CHANNELS, IZZY, METHOD, Stage, TEAM, until},
};

use super::{
    SERVER,
    scene::{APP, WANTED, all_delivered, applied_once, behind_a_firewall, burst, connected},
};

/// How old a trigger may be when Slack is called with it (docs: three seconds).
const TRIGGER_MS: u64 = 3_000;

async fn everything_goes_over_the_socket(database: Option<String>) -> anyhow::Result<()> {
    let stage = behind_a_firewall(database).await?;
    let server = stage.serve(&SERVER).await?;
    connected(&stage, WANTED).await?;
    stage.install().await?;

    burst(&stage, 0, 4).await?;
    all_delivered(&stage).await?;
    applied_once(&stage, 4).await?;

    a_press_is_granted(&stage).await?;
    a_command_is_answered(&stage).await?;
    an_http_delivery_still_needs_its_signature(&stage).await?;
    what_operators_see(&stage).await?;
    drop(server);
    stage.sim.shutdown().await;
    Ok(())
}

async fn a_press_is_granted(stage: &Stage) -> anyhow::Result<()> {
    let button = stage.offer(1).await?.remove(0);
    stage.press(&button, &IZZY.parse()?).await?;
    let story = stage.reaches(button.request, StateName::Presented).await?;
    let round = &story.rounds[0];
    assert!(round.left_us.is_some_and(|us| us / 1_000 < TRIGGER_MS), "{round:?}");
    assert_eq!(stage.sim.calls(METHOD).len(), 1);
    let press = stage.sim.deliveries().into_iter().find(|sent| sent.once).unwrap();
    assert_eq!(
        (press.url.as_deref(), press.state, press.attempts.len()),
        (Some("socket"), DeliveryState::Delivered, 1)
    );
    let dialog = stage.sim.dialogs().remove(0);
    stage
        .sim
        .act(Action::AnswerDialog {
            dialog: dialog.id,
            answer: Answer::Allow,
            scopes: None,
        })
        .await?;
    stage.reaches(button.request, StateName::Granted).await?;
    Ok(())
}

async fn a_command_is_answered(stage: &Stage) -> anyhow::Result<()> {
    stage
        .sim
        .act(Action::RunCommand {
            team: TEAM.parse()?,
            channel: CHANNELS[0].parse()?,
            user: IZZY.parse()?,
            command: "/permissions".to_owned(),
            text: String::new(),
        })
        .await?;
    let text = until("the command is answered", async || {
        let world = stage.sim.world();
        let written = world.messages.get(CHANNELS[0]).cloned().unwrap_or_default();
        Ok(written
            .into_iter()
            .map(|message| message.text)
            .find(|text| text.contains("may do this here")))
    })
    .await?;
    assert!(text.contains("`commands`"), "what was just granted is listed: {text}");
    let command = stage.sim.deliveries().pop().unwrap();
    assert_eq!(
        (command.event_type.as_str(), command.state),
        ("slash_command", DeliveryState::Delivered)
    );
    Ok(())
}

/// That an app is in Socket Mode opens no door.
async fn an_http_delivery_still_needs_its_signature(stage: &Stage) -> anyhow::Result<()> {
    let apps = stage.sim.apps();
    let app = apps.iter().find(|app| app.slug.as_str() == APP).unwrap();
    let post = async |secret: &SigningSecret, door: &str, body: &'static str| {
        let signed = load::sign(secret, "one".to_owned(), body.into(), now_seconds());
        let answers = load::post_all(stage.address(), door, Arc::new(vec![signed]), 1).await;
        answers[0].status
    };
    let (right, wrong) = (
        SigningSecret::new(app.signing_secret.expose()),
        SigningSecret::new("of another app"),
    );
    let challenge = r#"{"type":"url_verification","token":"t","challenge":"c"}"#;
    let events = "/slack/insectoid/events";
    assert_eq!(post(&wrong, events, challenge).await, Some(401));
    assert_eq!(post(&right, events, challenge).await, Some(200));
    for door in ["/slack/insectoid/interactions", "/slack/insectoid/commands"] {
        assert_eq!(post(&wrong, door, "payload=%7B%7D").await, Some(401), "{door}");
    }
    Ok(())
}

async fn what_operators_see(stage: &Stage) -> anyhow::Result<()> {
    let read = async |path: &str| -> anyhow::Result<String> {
        let url = format!("http://{}/{path}", stage.address());
        Ok(reqwest::get(url).await?.error_for_status()?.text().await?)
    };
    let ready = read("readyz").await?;
    assert!(
        ready.starts_with("ok\n") && ready.contains("2 connections open here, of 2"),
        "{ready}"
    );
    let metrics = read("metrics").await?;
    let value = |name: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name));
        line.map(|rest| rest.trim().to_owned())
    };
    assert_eq!(
        value("grantbook_socket_connections{app=\"insectoid\"}").as_deref(),
        Some("2")
    );
    for kind in ["interactive", "slash_commands"] {
        for counter in ["received", "acknowledged"] {
            let name = format!("grantbook_socket_envelopes_{counter}_total{{kind=\"{kind}\"}}");
            assert_eq!(value(&name).as_deref(), Some("1"), "{name}");
        }
    }
    assert!(
        !metrics.contains("grantbook_socket_envelopes_refused_total{"),
        "{metrics}"
    );
    assert!(!metrics.contains("xapp-"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_a_public_address_does_everything_on_sqlite() -> anyhow::Result<()> {
    everything_goes_over_the_socket(None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_a_public_address_does_everything_on_postgresql() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    everything_goes_over_the_socket(Some(postgres.fresh_database()?)).await
}
