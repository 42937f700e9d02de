//! An app's secrets change while it is in use: for a while both count, then only the new one, on every replica.
//!
//! Slack is the simulator, which signs and checks with its own idea of the secrets; both sides turn one clock.

mod connection;
mod replicas;
mod scene;

use std::time::Duration;

use grantbook_core::view::apps::SecretChange;
use grantbook_flows::rotation::{Need, Rotation, TokenError};
use grantbook_store::tokens::{CredentialState, Holder};
use reqwest::StatusCode;

use scene::{ATLAS, INSECTOID, Scene, client, signing};

const DAY: Duration = Duration::from_secs(24 * 3_600);

#[tokio::test(flavor = "multi_thread")]
async fn either_signing_secret_is_believed_during_the_overlap_and_only_the_new_one_after_it() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let old = scene.signing_secret(ATLAS);
    scene.install(ATLAS).await?;
    // We are told first: Slack goes on with the old secret for as long as it takes.
    scene.tell(ATLAS, signing("second")).await?;
    scene.hears_of_a_channel(ATLAS, "C061EG9T2").await?;
    scene.slack_signs_with(ATLAS, "second").await?;
    scene.hears_of_a_channel(ATLAS, "C0E9UNTZR9").await?;
    for secret in ["second", &old] {
        assert_eq!(
            scene.knock(ATLAS, secret).await?,
            [StatusCode::OK; 3],
            "during the overlap"
        );
    }
    assert_eq!(scene.knock(ATLAS, "third").await?, [StatusCode::UNAUTHORIZED; 3]);

    scene.sim.clock().advance(DAY);
    assert_eq!(
        scene.knock(ATLAS, &old).await?,
        [StatusCode::UNAUTHORIZED; 3],
        "after it"
    );
    assert_eq!(scene.knock(ATLAS, "second").await?, [StatusCode::OK; 3]);
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overlap_that_is_ended_is_over_at_once() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let old = scene.signing_secret(ATLAS);
    let told = scene.tell(ATLAS, signing("second")).await?;
    let until = scene.sim.clock().now().plus_seconds(24 * 3_600);
    let standing = told.secrets.signing.previous_until.unwrap();
    assert!((until.seconds() - standing.seconds()).abs() < 60, "{standing}");
    assert_eq!(told.secrets.client.previous_until, None);
    let ended = scene.apps().end_overlap(&ATLAS.parse()?, "user:ada").await?;
    assert_eq!(ended.secrets.signing.previous_until, None);
    assert_eq!(scene.knock(ATLAS, &old).await?, [StatusCode::UNAUTHORIZED; 3]);
    assert_eq!(scene.knock(ATLAS, "second").await?, [StatusCode::OK; 3]);
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_apps_secrets_are_nothing_to_another_app() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let (atlas, insectoid) = (scene.signing_secret(ATLAS), scene.signing_secret(INSECTOID));
    scene.install(ATLAS).await?;
    scene.install(INSECTOID).await?;
    assert_eq!(scene.knock(INSECTOID, &atlas).await?, [StatusCode::UNAUTHORIZED; 3]);
    assert_eq!(scene.knock(ATLAS, &insectoid).await?, [StatusCode::UNAUTHORIZED; 3]);
    scene.tell(ATLAS, signing("second")).await?;
    scene.apps().end_overlap(&ATLAS.parse()?, "user:ada").await?;
    assert_eq!(scene.knock(INSECTOID, &insectoid).await?, [StatusCode::OK; 3]);
    assert_eq!(scene.knock(INSECTOID, "second").await?, [StatusCode::UNAUTHORIZED; 3]);
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_exchanged_with_whichever_client_secret_slack_knows() -> anyhow::Result<()> {
    for app in [ATLAS, INSECTOID] {
        let scene = Scene::new().await?;
        scene.tell(app, client("second")).await?;
        scene.install(app).await?;
        scene.slack_knows(app, "second", 0).await?;
        scene.install(app).await?;
        // The other way round: Slack has a third one, which nobody told us; the one before is good there for a day.
        scene.slack_knows(app, "third", 24 * 3_600).await?;
        scene.install(app).await?;
        scene.sim.clock().advance(DAY);
        let refused = scene.try_install(app).await.unwrap_err();
        assert!(format!("{refused:#}").contains("bad_client_secret"), "{refused:#}");
        scene.stop().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_refreshed_with_whichever_client_secret_slack_knows() -> anyhow::Result<()> {
    for app in [ATLAS, INSECTOID] {
        let scene = Scene::rotating().await?;
        let key = scene.install(app).await?;
        let rotation = Rotation::new(scene.console.house.clone());
        let token = async || rotation.token(&key, &Holder::App, &Need::Living(60)).await;
        let life = DAY / 2;

        scene.tell(app, client("second")).await?;
        scene.sim.clock().advance(life);
        assert_eq!(token().await?.generation, 2, "with the one before");
        scene.slack_knows(app, "second", 0).await?;
        scene.sim.clock().advance(life);
        assert_eq!(token().await?.generation, 3, "with the new one");

        // Nobody told us: that is ours to mend, and no reason to have everybody authorize the app again.
        scene.slack_knows(app, "third", 0).await?;
        scene.sim.clock().advance(life);
        assert!(
            matches!(token().await, Err(TokenError::CoolingDown { problem, .. }) if problem == "bad_client_secret")
        );
        let kept = scene.console.house.store.credential(&key, &Holder::App).await?.unwrap();
        assert_eq!(kept.state, CredentialState::Live);
        scene.tell(app, client("third")).await?;
        scene.sim.clock().advance(Duration::from_secs(900));
        assert_eq!(token().await?.generation, 4);
        scene.stop().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let (apps, slug) = (scene.apps(), ATLAS.parse()?);
    let change = |secret: Option<&str>, overlap_hours| SecretChange {
        client_secret: None,
        signing_secret: secret.map(ToOwned::to_owned),
        overlap_hours,
    };
    for (change, code) in [
        (change(None, 24), "no_secret"),
        (change(Some(" "), 24), "field_empty"),
        (change(Some("second"), 169), "overlap_too_long"),
    ] {
        let error = apps.replace_secrets(&slug, change, "user:ada").await.unwrap_err();
        let grantbook_flows::apps::ChangeAppError::Setting(setting) = error else {
            panic!("{error}");
        };
        assert_eq!(setting.code(), code);
    }
    scene.stop().await
}
