//! The background replaces tokens before anybody notices, each once, and not all in one moment.

use std::collections::BTreeMap;

use grantbook_core::Timestamp;
use grantbook_flows::rotation::Rotation;
use grantbook_simulator::{
    RotationOutcome::{Issued, Refreshed},
    state::Team,
};

use super::scene::{IZZY, Scene, Scheme, live};

/// Workspaces, each with a token.
const TOKENS: usize = 200;
/// How long before its end a modern token is replaced at the latest, in seconds, and at the earliest.
const MARGINS: [u64; 2] = [7_200, 9_000];
/// Between two sweeps here, in seconds.
const PACE: u64 = 180;

fn team(number: usize) -> String {
    format!("T0SWEEP{number:03}")
}

async fn two_hundred() -> anyhow::Result<Scene> {
    let scene = Scene::empty(None, Scheme::Modern, |seed| {
        let names = (0..TOKENS).map(team);
        let teams: Vec<Team> = names
            .map(|name| Team {
                id: name.parse().unwrap(),
                domain: name.to_lowercase(),
                name,
            })
            .collect();
        let izzy = seed.users.iter_mut().find(|user| user.id.as_str() == IZZY).unwrap();
        izzy.teams.extend(teams.iter().map(|team| team.id.clone()));
        seed.teams.extend(teams);
    })
    .await?;
    let house = scene.house().await?;
    for number in 0..TOKENS {
        scene.install_in(&house, &team(number), &[]).await?;
    }
    assert_eq!(scene.count(Issued), TOKENS);
    Ok(scene)
}

/// When each family was refreshed.
fn refreshes(scene: &Scene) -> BTreeMap<String, Vec<Timestamp>> {
    let mut refreshes: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    for line in scene.sim.rotations() {
        if line.outcome == Refreshed {
            refreshes.entry(line.family.unwrap()).or_default().push(line.at);
        }
    }
    refreshes
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_tokens_are_replaced_hours_before_their_end_each_once_and_not_at_once() -> anyhow::Result<()> {
    let scene = two_hundred().await?;
    let begin = scene.sim.clock().now();
    let lifetime = scene.scheme.lifetime().as_secs();
    let end = begin.plus_seconds(i64::try_from(lifetime)?);
    let sweeps = [scene.house().await?, scene.house().await?].map(Rotation::new);
    scene.turn(lifetime - MARGINS[1] - 1);
    for sweep in &sweeps {
        assert_eq!(sweep.sweep().await?, 0, "it is early");
    }
    scene.turn(1);
    let mut bursts = Vec::new();
    let steps = (MARGINS[1] - MARGINS[0]) / PACE;
    for _ in 0..steps {
        let before = scene.count(Refreshed);
        // Two replicas sweep at the same time.
        let (one, two) = tokio::join!(sweeps[0].sweep(), sweeps[1].sweep());
        let burst = scene.count(Refreshed) - before;
        assert!(one? + two? >= burst, "what was replaced was noticed");
        bursts.push(burst);
        scene.turn(PACE);
    }
    tokio::try_join!(sweeps[0].sweep(), sweeps[1].sweep())?;
    let latest = end.plus_seconds(-i64::try_from(MARGINS[0])?);
    assert_eq!(scene.sim.clock().now(), latest);

    let refreshes = refreshes(&scene);
    assert_eq!(refreshes.len(), TOKENS);
    assert!(refreshes.values().all(|times| times.len() == 1), "{refreshes:?}");
    assert_eq!(scene.told().len(), 2 * TOKENS, "issued and refreshed, and nothing else");
    assert!(refreshes.values().flatten().all(|at| *at <= latest));
    assert!(bursts.iter().all(|burst| *burst <= TOKENS / 4), "{bursts:?}");
    for sweep in &sweeps {
        assert_eq!(sweep.sweep().await?, 0, "it is done");
    }
    assert_eq!(scene.count(Refreshed), TOKENS);
    Ok(())
}

async fn a_workspace_token_is_replaced_a_quarter_of_an_hour_before_its_end(
    database: Option<String>,
) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, Scheme::Workspace).await?;
    let rotation = Rotation::new(house.clone());
    scene.turn(3_600 - 1_125 - 1);
    assert_eq!(rotation.sweep().await?, 0);
    // With its jitter it is due by now.
    scene.turn(1_125 - 900 + 1);
    assert_eq!(rotation.sweep().await?, 1);
    assert_eq!(rotation.sweep().await?, 0);
    assert_eq!(
        (scene.told(), scene.standing(&house).await?),
        (vec![Issued, Refreshed], live(2))
    );
    Ok(())
}

async fn a_token_is_replaced_day_after_day(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, Scheme::Modern).await?;
    let rotation = Rotation::new(house.clone());
    for generation in 2..=9 {
        scene.turn(10 * 3_600);
        assert_eq!(rotation.sweep().await?, 1);
        assert_eq!(scene.standing(&house).await?, live(generation));
    }
    assert_eq!(scene.count(Refreshed), 8);
    assert_eq!(scene.told().len(), 9);
    Ok(())
}

on_both! {
    a_workspace_token_is_replaced_a_quarter_of_an_hour_before_its_end,
    a_token_is_replaced_day_after_day,
}
