//! An app begins to rotate its tokens: those that never ended become pairs, once, and nobody loses any.

use grantbook_core::{UserId, view::apps::AppChange};
use grantbook_flows::{House, apps::Apps, rotation::Rotation};
use grantbook_simulator::{Action, Fault, RotationOutcome};
use grantbook_store::tokens::{Credential, Holder};
use secrecy::ExposeSecret as _;

use super::scene::{IZZY, Scene, Scheme, TEAM, live};

const EXCHANGE: &str = "oauth.v2.exchange";

/// An app whose tokens never end, installed, and acting for Izzy as well.
async fn without_rotation(database: Option<String>) -> anyhow::Result<(Scene, House)> {
    let scene = Scene::empty(database, Scheme::Modern, |seed| {
        for app in &mut seed.apps {
            app.token_rotation = false;
        }
    })
    .await?;
    let house = scene.house().await?;
    scene.install_in(&house, TEAM, &["search:read"]).await?;
    for holder in [Holder::App, izzy()?] {
        let found = credential(&scene, &house, &holder).await?;
        assert_eq!((found.expires_at, found.refresh.is_some()), (None, false));
    }
    Ok((scene, house))
}

fn izzy() -> anyhow::Result<Holder> {
    Ok(Holder::User(UserId::new(IZZY)?))
}

async fn credential(scene: &Scene, house: &House, holder: &Holder) -> anyhow::Result<Credential> {
    Ok(house.store.credential(&scene.key, holder).await?.unwrap())
}

/// Rotation is switched on, at Slack and here.
async fn switch_on(scene: &Scene, house: &House) -> anyhow::Result<()> {
    let on = Action::Rotation {
        app: scene.key.app.to_string(),
        enabled: Some(true),
        grace_seconds: None,
    };
    scene.sim.act(on).await?;
    tell_the_console(scene, house).await
}

async fn tell_the_console(scene: &Scene, house: &House) -> anyhow::Result<()> {
    let change = AppChange {
        token_rotation: Some(true),
        ..AppChange::default()
    };
    Apps::new(house.clone())
        .change(&scene.key.app, change, "user:admin")
        .await?;
    Ok(())
}

async fn sweep(house: &House) -> anyhow::Result<usize> {
    Ok(Rotation::new(house.clone()).sweep().await?)
}

async fn tokens_that_never_end_rotate_once_the_app_does(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = without_rotation(database).await?;
    let old = credential(&scene, &house, &Holder::App).await?;
    assert_eq!(sweep(&house).await?, 0);
    assert!(scene.sim.calls(EXCHANGE).is_empty(), "not before it is switched on");

    switch_on(&scene, &house).await?;
    let other = scene.house().await?;
    let (here, there) = tokio::join!(sweep(&house), sweep(&other));
    assert_eq!(here? + there?, 2, "the bot's and Izzy's, on two replicas at once");
    assert_eq!(scene.sim.calls(EXCHANGE).len(), 2);
    assert_eq!(sweep(&house).await?, 0);
    for holder in [Holder::App, izzy()?] {
        let found = credential(&scene, &house, &holder).await?;
        assert!(found.access.expose_secret().starts_with("xoxe.xox"), "{holder}");
        assert_eq!((found.generation, found.refresh.is_some()), (2, true), "{holder}");
        assert!(found.expires_at.is_some() && found.problem.is_none(), "{holder}");
    }

    // From here on it is like any other: refreshed in time, and the first refresh ends the old one.
    scene.turn_past_the_end();
    let fresh = scene.token(&house).await?;
    assert_eq!(fresh.generation, 3);
    assert_eq!(scene.standing(&house).await?, live(3));
    assert_ne!(fresh.token.expose(), old.access.expose_secret());
    assert_eq!(scene.count(RotationOutcome::Reused), 0);
    Ok(())
}

async fn a_token_whose_pair_was_lost_serves_on_and_says_so(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = without_rotation(database).await?;
    switch_on(&scene, &house).await?;
    scene.sim.fault(EXCHANGE, Fault::LostAnswer, 1);
    sweep(&house).await?;
    let before = credential(&scene, &house, &Holder::App).await?;
    assert_eq!(
        (before.generation, before.problem.as_deref()),
        (1, Some("connection_closed"))
    );
    assert_eq!(scene.token(&house).await?.token.expose(), before.access.expose_secret());

    // Tried again after its rest; Slack gives a pair away once.
    scene.turn(60);
    sweep(&house).await?;
    let known = ("live".to_owned(), Some("token_already_exchanged".to_owned()), 1, false);
    assert_eq!(scene.standing(&house).await?, known);
    let asked = scene.sim.calls(EXCHANGE).len();
    scene.turn(100_000);
    sweep(&house).await?;
    assert_eq!(scene.sim.calls(EXCHANGE).len(), asked, "not asked again");
    assert_eq!(scene.token(&house).await?.generation, 1, "it serves on");

    // A new authorization brings a pair.
    scene.install(&house).await?;
    let found = credential(&scene, &house, &Holder::App).await?;
    assert!(found.refresh.is_some() && found.problem.is_none());
    Ok(())
}

async fn where_slack_does_not_rotate_yet_it_is_tried_again(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = without_rotation(database).await?;
    tell_the_console(&scene, &house).await?;
    assert_eq!(sweep(&house).await?, 0);
    let (state, problem, ..) = scene.standing(&house).await?;
    assert_eq!(
        (state.as_str(), problem.as_deref()),
        ("live", Some("token_rotation_not_enabled"))
    );
    let asked = scene.sim.calls(EXCHANGE).len();
    assert_eq!(sweep(&house).await?, 0);
    assert_eq!(scene.sim.calls(EXCHANGE).len(), asked, "it rests");

    switch_on(&scene, &house).await?;
    scene.turn(60);
    assert_eq!(sweep(&house).await?, 2);
    assert_eq!(scene.standing(&house).await?, live(2));
    Ok(())
}

async fn a_process_that_dies_in_the_exchange_leaves_a_token_that_serves(
    database: Option<String>,
) -> anyhow::Result<()> {
    let (scene, house) = without_rotation(database).await?;
    switch_on(&scene, &house).await?;
    let now = scene.sim.clock().now();
    let leased = house
        .store
        .lease_refresh(&scene.key, &Holder::App, "gone", now, 30)
        .await?;
    let grantbook_store::tokens::Leased::Got { fence, credential } = leased else {
        anyhow::bail!("{leased:?}");
    };
    assert!(house.store.mark_spending(credential.id, fence, now).await?);
    assert_eq!(scene.token(&house).await?.generation, 1, "meanwhile");
    scene.turn(31);
    assert_eq!(sweep(&house).await?, 2, "settled, and exchanged");
    assert_eq!(scene.standing(&house).await?, live(2));
    Ok(())
}

on_both!(
    tokens_that_never_end_rotate_once_the_app_does,
    a_token_whose_pair_was_lost_serves_on_and_says_so,
    where_slack_does_not_rotate_yet_it_is_tried_again,
    a_process_that_dies_in_the_exchange_leaves_a_token_that_serves,
);
