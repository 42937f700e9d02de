//! How installations and their tokens end, at Slack and from the console, and how they come back.

use grantbook_core::{grants::Status, view::TokenState};
use grantbook_simulator::{Action, Fault};
use grantbook_store::{audit::AuditFilter, queries::PageRequest, token_events::What};
use serde_json::{Value, json};

use super::scene::{Allows, HQ, IZZY, ORLA, Scene};

const MODERN: &str = "atlas.T061EG9R6";
const LEGACY: &str = "insectoid.T061EG9R6";

fn uninstall(app: &str) -> Action {
    Action::Uninstall {
        app: app.to_owned(),
        team: HQ.parse().unwrap(),
    }
}

fn revoke_tokens(app: &str) -> Action {
    Action::RevokeTokens {
        app: app.to_owned(),
        team: HQ.parse().unwrap(),
    }
}

fn rotation(app: &str) -> Action {
    Action::Rotation {
        app: app.to_owned(),
        enabled: Some(true),
        grace_seconds: None,
    }
}

/// The states of an installation's tokens, by holder.
async fn tokens(scene: &Scene, key: &str) -> anyhow::Result<Vec<(String, TokenState)>> {
    let view = scene.view(key).await?;
    Ok(view
        .tokens
        .into_iter()
        .map(|one| (one.holder, one.token.state))
        .collect())
}

fn states(of: &[(&str, TokenState)]) -> Vec<(String, TokenState)> {
    of.iter()
        .map(|(holder, state)| ((*holder).to_owned(), *state))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_alone_holds_the_token_and_ends_the_installation() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let own = || Allows::OnlyThemselves(HQ, &["search:read", "channels:read"]);
    scene.install("atlas", IZZY, own(), HQ).await?;
    assert_eq!(
        scene.kept().await?,
        [
            "atlas.T061EG9R6 Northwind HQ of E0N0RTHW1: installed",
            "no app user, installer U061F7AUR",
            "for U061F7AUR: channels:read search:read",
            "in team T061EG9R6",
            "U061F7AUR holds user xoxp-…: live, no end, does not rotate",
        ]
    );
    assert_eq!(scene.view(MODERN).await?.token.state, TokenState::Live);

    // Another person too: the installation lives as long as one of them does.
    scene.wait(2);
    scene.install("atlas", ORLA, own(), HQ).await?;
    let path = format!("{MODERN}/tokens/{IZZY}/revoke");
    scene.wait(2);
    let (status, asked) = scene.ask(&path, "left the team").await?;
    assert_eq!(
        (status.as_u16(), asked["who"].as_str().unwrap().starts_with("key:")),
        (202, true)
    );
    scene.receipt(&path, "seen").await?;
    assert_eq!(
        tokens(&scene, MODERN).await?,
        states(&[(IZZY, TokenState::Revoked), (ORLA, TokenState::Live)])
    );
    let view = scene.view(MODERN).await?;
    assert_eq!((view.status, view.token.state), (Status::Installed, TokenState::Live));
    assert!(scene.works(MODERN, ORLA).await? && !scene.works(MODERN, IZZY).await?);

    scene.wait(2);
    scene
        .ask(&format!("{MODERN}/tokens/{ORLA}/revoke"), "left as well")
        .await?;
    scene.receipt(&format!("{MODERN}/tokens/{ORLA}/revoke"), "seen").await?;
    scene.sim.idle().await;
    assert_eq!(
        scene.status(MODERN).await?,
        Status::Uninstalled,
        "Slack takes it out with the last token"
    );
    let (status, problem) = scene.ask(&path, "again").await?;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("token_revoked")));

    scene.wait(2);
    scene.install("atlas", IZZY, own(), HQ).await?;
    assert_eq!(
        tokens(&scene, MODERN).await?,
        states(&[(IZZY, TokenState::Live), (ORLA, TokenState::Revoked)])
    );
    assert_eq!(scene.view(MODERN).await?.token.state, TokenState::Live);
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_token_ends_and_the_bots_works_on() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    scene
        .install("atlas", IZZY, Allows::Both(HQ, &["search:read"]), HQ)
        .await?;
    scene.wait(2);
    let path = format!("{MODERN}/tokens/{IZZY}/revoke");
    scene.ask(&path, "asked for by the person").await?;
    scene.receipt(&path, "seen").await?;
    assert_eq!(
        tokens(&scene, MODERN).await?,
        states(&[("app", TokenState::Live), (IZZY, TokenState::Revoked)])
    );
    let view = scene.view(MODERN).await?;
    assert_eq!((view.status, view.token.state), (Status::Installed, TokenState::Live));
    assert!(scene.works(MODERN, "app").await?);
    let grants = scene.console.house.store.grants(&MODERN.parse()?).await?.unwrap();
    assert!(grants.users.is_empty() && !grants.scopes.is_empty());
    scene.end().await
}

/// Of rotating tokens no event tells (slackapi/bolt-js#1965).
#[tokio::test(flavor = "multi_thread")]
async fn a_rotating_token_ends_with_its_refresh_token_though_no_event_tells() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    scene.act(rotation("atlas")).await?;
    scene
        .install("atlas", IZZY, Allows::Both(HQ, &["search:read"]), HQ)
        .await?;
    let view = scene.view(MODERN).await?;
    assert!(
        view.tokens.iter().all(|one| one.token.next_refresh_at.is_some()),
        "{:?}",
        view.tokens
    );
    scene.wait(2);
    let path = format!("{MODERN}/tokens/app/revoke");
    scene.ask(&path, "a drill").await?;
    scene.receipt(&path, "acknowledged").await?;
    assert_eq!(scene.sim.calls("auth.revoke").len(), 2);
    assert_eq!(
        tokens(&scene, MODERN).await?,
        states(&[("app", TokenState::Revoked), (IZZY, TokenState::Live)])
    );
    assert!(!scene.works(MODERN, "app").await? && scene.works(MODERN, IZZY).await?);
    let key = MODERN.parse()?;
    let events = scene
        .console
        .house
        .store
        .token_events(&key, &PageRequest::first(10))
        .await?;
    let last = events.items.first().unwrap();
    assert_eq!(
        (last.what, last.code.as_deref(), last.holder.as_str()),
        (What::Revoked, Some("auth_revoke"), "app")
    );
    scene.sim.clock().advance(std::time::Duration::from_secs(42_000));
    let replaced = grantbook_flows::rotation::Rotation::new(scene.console.house.clone())
        .sweep()
        .await?;
    assert!(replaced <= 1, "only the person's goes on");
    assert_eq!(scene.view(MODERN).await?.tokens[0].token.state, TokenState::Revoked);
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn installing_again_keeps_the_history_and_revives() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    for (app, key) in [("insectoid", LEGACY), ("atlas", MODERN)] {
        scene.install(app, IZZY, Allows::Workspace(HQ), HQ).await?;
        let (first, entries) = (scene.view(key).await?.installed_at, scene.view(key).await?.entries);
        let ends = [
            (uninstall(app), Status::Uninstalled),
            (revoke_tokens(app), Status::Revoked),
        ];
        for (end, status) in ends {
            scene.wait(2);
            scene.act(end).await?;
            let over = scene.view(key).await?;
            assert_eq!((over.status, over.token.state), (status, TokenState::Revoked), "{key}");
            assert!(!scene.works(key, "app").await?);
            scene.wait(2);
            scene.install(app, ORLA, Allows::Workspace(HQ), HQ).await?;
            let back = scene.view(key).await?;
            assert_eq!(
                (back.status, back.token.state),
                (Status::Installed, TokenState::Live),
                "{key}"
            );
            assert!(back.scopes > 0 && scene.works(key, "app").await?);
            assert_eq!(back.installed_at, first, "{key}");
            assert_eq!(back.installer.map(|user| user.to_string()).as_deref(), Some(IZZY));
            assert!(back.entries > entries + 1, "{key}: history is kept");
        }
    }
    assert_eq!(scene.keys().await?, [MODERN, LEGACY]);
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_single_channel_install_adds_its_channel_and_takes_none_away() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let mut expected = Vec::new();
    for channel in ["C061EG9T2", "C0E9UNTZR9", "C061EG9T2", "C0VQPH64TR"] {
        scene.install("insectoid", IZZY, Allows::Channel(channel), HQ).await?;
        scene.wait(2);
        if !expected.contains(&channel) {
            expected.push(channel);
        }
        assert_eq!(scene.reaches(LEGACY, "channel").await?, expected);
    }
    scene.end().await
}

/// What the audit log says once an uninstall is done.
async fn accepted(scene: &Scene) -> anyhow::Result<Value> {
    let wanted = AuditFilter {
        what: Some("installation.uninstall_accepted".to_owned()),
        ..AuditFilter::default()
    };
    for _ in 0..500 {
        let found = scene
            .console
            .house
            .store
            .audits(&wanted, &PageRequest::first(5))
            .await?;
        if let [one] = found.items.as_slice() {
            return Ok(one.detail.clone());
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    anyhow::bail!("not done within ten seconds")
}

/// The answer to an uninstall is lost, as when the process dies after Slack did it: asked again, Slack knows the
/// token no more, and that counts as done.
#[tokio::test(flavor = "multi_thread")]
async fn an_uninstall_whose_answer_is_lost_is_done_all_the_same() -> anyhow::Result<()> {
    for (app, key) in [("insectoid", LEGACY), ("atlas", MODERN)] {
        let scene = Scene::new().await?;
        scene.install(app, IZZY, Allows::Workspace(HQ), HQ).await?;
        scene.wait(2);
        scene.sim.fault("apps.uninstall", Fault::LostAnswer, 1);
        let path = format!("{key}/uninstall");
        scene.ask(&path, "a drill").await?;
        scene.receipt(&path, "seen").await?;
        scene.wait(2);
        let done = accepted(&scene).await?;
        assert_eq!((&done["reason"], &done["already"]), (&json!("a drill"), &json!(true)));
        assert_eq!(scene.status(key).await?, Status::Uninstalled);
        scene.end().await?;
    }
    Ok(())
}
