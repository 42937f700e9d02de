//! The connection test really asks: each check passes, fails or waits with what the simulator has.

use std::collections::BTreeMap;

use grantbook_core::view::apps::{AppChange, CheckState, ConnectionCheck};
use grantbook_simulator::Fault;

use super::scene::{ATLAS, INSECTOID, Scene, client};

type Checks = BTreeMap<String, ConnectionCheck>;

async fn test(scene: &Scene, app: &str) -> anyhow::Result<Checks> {
    let test = scene.apps().test(&app.parse()?).await?.unwrap();
    for check in &test.checks {
        assert!(check.sentence.ends_with('.'), "{}", check.sentence);
        assert!(check.state == CheckState::Passed || check.hint.is_some(), "{check:?}");
    }
    let checks = test.checks.into_iter().map(|check| (check.name.clone(), check));
    Ok(checks.collect())
}

fn states(checks: &Checks) -> Vec<(&str, CheckState)> {
    checks
        .iter()
        .map(|(name, check)| (name.as_str(), check.state))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_waited_for_until_slack_has_called_and_somebody_has_installed_it() -> anyhow::Result<()> {
    for app in [ATLAS, INSECTOID] {
        let scene = Scene::new().await?;
        let checks = test(&scene, app).await?;
        assert_eq!(
            states(&checks),
            [
                ("client_secret", CheckState::Passed),
                ("installed", CheckState::Waiting),
                ("public_url", CheckState::Passed),
                ("signed_delivery", CheckState::Waiting),
                ("slack_reached", CheckState::Passed),
            ]
        );
        let address = scene.console.at(&format!("slack/{app}/events"));
        let hint = checks["signed_delivery"].hint.as_deref().unwrap();
        assert!(hint.contains(&address), "{hint}");
        scene.install(app).await?;
        scene.hears_of_a_channel(app, "C061EG9T2").await?;
        grantbook_tests::stage::until("everything is there", async || {
            let checks = test(&scene, app).await?;
            let passed = checks.values().all(|check| check.state == CheckState::Passed);
            Ok(passed.then_some(()))
        })
        .await?;
        scene.stop().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_secret_that_slack_does_not_know_is_told_from_one_that_it_does_not_know_yet() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    scene.tell(ATLAS, client("second")).await?;
    let early = test(&scene, ATLAS).await?;
    assert_eq!(early["client_secret"].state, CheckState::Waiting);
    scene.slack_knows(ATLAS, "second", 0).await?;
    assert_eq!(test(&scene, ATLAS).await?["client_secret"].state, CheckState::Passed);
    scene.slack_knows(ATLAS, "third", 0).await?;
    let wrong = test(&scene, ATLAS).await?;
    assert_eq!(wrong["client_secret"].state, CheckState::Failed);
    assert!(!format!("{wrong:?}").contains("second"), "no secret is told");
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_token_is_tried_where_there_is_one() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let token = scene.app(ATLAS).app_tokens[0].token.expose().to_owned();
    let change = async |token: &str| {
        let change = AppChange {
            app_token: Some(token.to_owned()),
            ..AppChange::default()
        };
        scene.apps().change(&ATLAS.parse().unwrap(), change, "user:ada").await
    };
    let view = change(&token).await?;
    assert!(view.socket.as_ref().is_some_and(|socket| socket.app_token));
    let socket_mode = grantbook_simulator::Action::SocketMode {
        app: ATLAS.to_owned(),
        enabled: true,
    };
    scene.sim.act(socket_mode).await?;
    let checks = test(&scene, ATLAS).await?;
    assert_eq!(
        checks["app_token"].state,
        CheckState::Passed,
        "{:?}",
        checks["app_token"]
    );
    change("xapp-1-of-nobody").await?;
    assert_eq!(test(&scene, ATLAS).await?["app_token"].state, CheckState::Failed);
    let refused = change("xoxb-1").await.unwrap_err();
    assert!(refused.to_string().contains("xapp-"), "{refused}");
    change("").await?;
    assert!(!test(&scene, ATLAS).await?.contains_key("app_token"));
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slack_that_does_not_answer_is_not_taken_for_a_refusal() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    scene
        .sim
        .fault("oauth.v2.access", Fault::RateLimited { retry_after: 7 }, 1);
    let checks = test(&scene, ATLAS).await?;
    assert_eq!(checks["client_secret"].state, CheckState::Waiting);
    assert!(checks["client_secret"].sentence.contains("7 s"), "{checks:?}");
    scene.install(INSECTOID).await?;
    scene.sim.fault(
        "auth.test",
        Fault::Error {
            error: "invalid_auth".into(),
        },
        2,
    );
    let checks = test(&scene, INSECTOID).await?;
    assert_eq!(checks["installed"].state, CheckState::Failed);
    assert!(checks["installed"].sentence.contains("invalid_auth"), "{checks:?}");
    scene.stop().await
}
