//! A bot's token and people's rotate on their own.

use grantbook_core::UserId;
use grantbook_flows::{
    House,
    rotation::{Rotation, TokenError},
};
use grantbook_simulator::{
    Fault,
    RotationOutcome::{self, Issued, Refreshed},
};
use grantbook_store::tokens::{CredentialKind, CredentialState, Holder};
use secrecy::ExposeSecret as _;

use super::scene::{IZZY, Scene, Scheme, TEAM};

async fn both(database: Option<String>) -> anyhow::Result<(Scene, House, Holder)> {
    let scene = Scene::empty(database, Scheme::Modern, |_| {}).await?;
    let house = scene.house().await?;
    scene.install_in(&house, TEAM, &["search:read"]).await?;
    let found = house.store.credentials(&scene.key).await?;
    let kinds: Vec<CredentialKind> = found.iter().map(|credential| credential.kind).collect();
    assert_eq!(kinds, [CredentialKind::Bot, CredentialKind::User]);
    assert!(found[1].access.expose_secret().starts_with("xoxe.xoxp-1-"));
    Ok((scene, house, Holder::User(UserId::new(IZZY)?)))
}

/// Generations and states, the bot's and the person's.
async fn standings(scene: &Scene, house: &House) -> anyhow::Result<Vec<(u64, CredentialState)>> {
    let found = house.store.credentials(&scene.key).await?;
    let standings = found.iter().map(|credential| (credential.generation, credential.state));
    Ok(standings.collect())
}

/// What Slack tells, with whose it was.
fn told(scene: &Scene) -> Vec<(String, u32, RotationOutcome)> {
    let line = |line: grantbook_simulator::Rotation| {
        let family = line.family.unwrap_or_default();
        let whose = family.rsplit('/').next().unwrap_or_default().to_owned();
        (whose, line.generation, line.outcome)
    };
    scene.sim.rotations().into_iter().map(line).collect()
}

const LIVE: CredentialState = CredentialState::Live;

async fn a_bots_token_and_a_persons_are_refreshed_on_their_own(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house, person) = both(database).await?;
    scene.turn_past_the_end();
    assert_eq!(scene.token(&house).await?.generation, 2);
    assert_eq!(standings(&scene, &house).await?, [(2, LIVE), (1, LIVE)]);
    for generation in 2..=3 {
        assert_eq!(scene.token_of(&house, &person, 60).await?.generation, generation);
        scene.turn_past_the_end();
    }
    assert_eq!(standings(&scene, &house).await?, [(2, LIVE), (3, LIVE)]);
    let line = |whose: &str, generation, outcome| (whose.to_owned(), generation, outcome);
    assert_eq!(
        told(&scene),
        [
            line("bot", 1, Issued),
            line(IZZY, 1, Issued),
            line("bot", 2, Refreshed),
            line(IZZY, 2, Refreshed),
            line(IZZY, 3, Refreshed),
        ]
    );
    Ok(())
}

async fn a_persons_lost_token_leaves_the_bots_alone(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house, person) = both(database).await?;
    scene.turn_past_the_end();
    scene.sim.fault(scene.scheme.method(), Fault::LostAnswer, 1);
    let lost = scene.token_of(&house, &person, 60).await;
    assert!(matches!(lost, Err(TokenError::NeedsReauthorization { .. })), "{lost:?}");
    assert_eq!(scene.token(&house).await?.generation, 2);
    let needs = CredentialState::NeedsReauthorization;
    assert_eq!(standings(&scene, &house).await?, [(2, LIVE), (1, needs)]);
    scene.install_in(&house, TEAM, &["search:read"]).await?;
    assert_eq!(standings(&scene, &house).await?, [(3, LIVE), (2, LIVE)]);
    Ok(())
}

async fn the_sweep_looks_after_both(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house, _) = both(database).await?;
    scene.turn(10 * 3_600);
    let rotation = Rotation::new(house.clone());
    assert_eq!(rotation.sweep().await?, 2);
    assert_eq!(rotation.sweep().await?, 0);
    assert_eq!(standings(&scene, &house).await?, [(2, LIVE), (2, LIVE)]);
    Ok(())
}

on_both! {
    a_bots_token_and_a_persons_are_refreshed_on_their_own,
    a_persons_lost_token_leaves_the_bots_alone,
    the_sweep_looks_after_both,
}
