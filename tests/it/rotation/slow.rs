//! A process that is taken for dead, and was only slow: Slack's answer is in its hands when its lease is over.

use std::sync::{Arc, Condvar, Mutex};

use grantbook_core::Timestamp;
use grantbook_flows::{
    House,
    clock::{Clock, SystemIds},
    reconcile::Reconcile,
    rotation::{Fresh, Need, Rotation, TokenError},
};
use grantbook_simulator::{
    RotationOutcome::{Issued, Refreshed},
    SlackSim, VirtualClock,
};
use grantbook_store::tokens::{Holder, INTERRUPTED};
use grantbook_tests::stage::until;
use secrecy::ExposeSecret as _;
use tokio::task::JoinHandle;

use super::{
    deaths::{LEASE_AND_MORE, Process},
    scene::{Scene, Scheme, live},
};

/// A clock that keeps whoever looks at it after Slack has answered, until it is let go.
struct Gate {
    clock: VirtualClock,
    sim: Arc<SlackSim>,
    place: Mutex<Place>,
    moved: Condvar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    Kept,
    LetGo,
}

impl Gate {
    fn place(&self) -> Place {
        *self.place.lock().unwrap()
    }

    fn let_go(&self) {
        *self.place.lock().unwrap() = Place::LetGo;
        self.moved.notify_all();
    }
}

impl Clock for Gate {
    fn now(&self) -> Timestamp {
        let answered = self.sim.rotations().iter().any(|line| line.outcome == Refreshed);
        let mut place = self.place.lock().unwrap();
        if answered && *place == Place::Before {
            *place = Place::Kept;
        }
        while *place == Place::Kept {
            place = self.moved.wait(place).unwrap();
        }
        self.clock.now()
    }
}

/// The slow process, its caller, and what keeps it.
struct Slow {
    process: Process,
    caller: JoinHandle<Result<Fresh, TokenError>>,
    gate: Arc<Gate>,
}

impl Slow {
    /// It has Slack's answer, and its lease is over.
    async fn kept(scene: &Scene) -> anyhow::Result<Self> {
        let process = Process::start()?;
        let gate = Arc::new(Gate {
            clock: scene.sim.clock().clone(),
            sim: Arc::clone(&scene.sim),
            place: Mutex::new(Place::Before),
            moved: Condvar::new(),
        });
        let slack = scene.sim.url().parse()?;
        let building = scene.ground.clone().house(gate.clone(), Arc::new(SystemIds), slack);
        let (house, key) = (process.spawn(building).await??, scene.key.clone());
        let asking = async move { Rotation::new(house).token(&key, &Holder::App, &Need::Living(60)).await };
        let caller = process.spawn(asking);
        until("Slack's answer is kept", async || {
            Ok((gate.place() == Place::Kept).then_some(()))
        })
        .await?;
        scene.turn(LEASE_AND_MORE);
        Ok(Self { process, caller, gate })
    }

    /// It goes on; what its caller got.
    async fn goes_on(self) -> anyhow::Result<Fresh> {
        self.gate.let_go();
        let fresh = self.caller.await??;
        self.process.kill().await?;
        Ok(fresh)
    }
}

async fn ended(database: Option<String>, scheme: Scheme) -> anyhow::Result<(Scene, House, Slow)> {
    let (scene, house) = Scene::installed(database, scheme).await?;
    scene.turn_past_the_end();
    let slow = Slow::kept(&scene).await?;
    Ok((scene, house, slow))
}

async fn a_modern_token_given_up_is_live_again_when_the_slow_answer_comes(
    database: Option<String>,
) -> anyhow::Result<()> {
    let (scene, house, slow) = ended(database, Scheme::Modern).await?;
    match scene.token(&house).await {
        Err(TokenError::NeedsReauthorization { problem, .. }) => assert_eq!(problem, INTERRUPTED),
        other => panic!("{other:?}"),
    }
    assert_eq!(slow.goes_on().await?.generation, 2);
    assert_eq!(
        (scene.told(), scene.standing(&house).await?),
        (vec![Issued, Refreshed], live(2))
    );
    assert_eq!(Reconcile::new(house).run(&scene.key).await?, None);
    Ok(())
}

async fn after_an_install_the_slow_answer_is_worth_nothing(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house, slow) = ended(database, Scheme::Modern).await?;
    scene.install(&house).await?;
    let installed = scene.credential(&house).await?;
    let got = slow.goes_on().await?;
    assert_eq!(
        (got.generation, got.token.expose()),
        (2, installed.access.expose_secret())
    );
    assert_eq!(
        (scene.told(), scene.standing(&house).await?),
        (vec![Issued, Refreshed, Issued], live(2))
    );
    assert_eq!(Reconcile::new(house).run(&scene.key).await?, None);
    Ok(())
}

async fn of_two_answers_for_a_workspace_token_that_of_the_later_lease_counts(
    database: Option<String>,
) -> anyhow::Result<()> {
    let (scene, house, slow) = ended(database, Scheme::Workspace).await?;
    let later = scene.token(&house).await?;
    let got = slow.goes_on().await?;
    assert_eq!((got.generation, got.token.expose()), (2, later.token.expose()));
    assert_eq!(
        (scene.told(), scene.standing(&house).await?),
        (vec![Issued, Refreshed, Refreshed], live(2))
    );
    Ok(())
}

on_both! {
    a_modern_token_given_up_is_live_again_when_the_slow_answer_comes,
    after_an_install_the_slow_answer_is_worth_nothing,
    of_two_answers_for_a_workspace_token_that_of_the_later_lease_counts,
}
