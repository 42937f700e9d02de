//! The process that refreshes dies at each step in turn, and another one comes after it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use grantbook_core::Timestamp;
use grantbook_flows::{
    House,
    clock::{Clock, Ids, SystemIds},
    reconcile::Reconcile,
    rotation::{Need, Rotation, TokenError},
};
use grantbook_simulator::{
    Fault,
    RotationOutcome::{Issued, Refreshed, Refused, Reused},
    SlackSim, VirtualClock,
};
use grantbook_store::tokens::{Holder, INTERRUPTED, Leased};
use grantbook_tests::stage::until;
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

use super::scene::{Scene, Scheme, live};

/// A second more than a lease lasts.
pub(super) const LEASE_AND_MORE: u64 = 31;
/// Longer than a process here lives.
const NEVER_MS: u64 = 60_000;

/// Where it dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The lease is taken, and nothing marked.
    Leased,
    /// It is marked, and Slack has not heard of it.
    Marked,
    /// Slack has refreshed, and its answer is under way.
    Spent,
    /// The answer is here, and not in the database.
    Answered,
}

/// A process: a runtime whose tasks end wherever they are.
pub(super) struct Process(Option<Runtime>);

impl Process {
    pub(super) fn start() -> anyhow::Result<Self> {
        Ok(Self(Some(
            Builder::new_multi_thread().worker_threads(1).enable_all().build()?,
        )))
    }

    pub(super) fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.0.as_ref().unwrap().spawn(task)
    }

    /// Ends it, and returns when it is gone.
    pub(super) async fn kill(mut self) -> anyhow::Result<()> {
        let runtime = self.0.take().unwrap();
        Ok(tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(10))).await?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A clock at which the task that refreshes panics: the first time it looks after the owner of a lease was
/// named, or after Slack has answered.
struct Doom {
    clock: VirtualClock,
    sim: Arc<SlackSim>,
    step: Step,
    sealed: AtomicBool,
}

impl Clock for Doom {
    fn now(&self) -> Timestamp {
        let answered = || self.sim.rotations().iter().any(|line| line.outcome == Refreshed);
        let over = match self.step {
            Step::Leased => self.sealed.load(Relaxed),
            Step::Marked | Step::Spent => false,
            Step::Answered => answered(),
        };
        assert!(!over, "the process ends here: {:?}", self.step);
        self.clock.now()
    }
}

impl Ids for Doom {
    fn secret(&self) -> String {
        SystemIds.secret()
    }

    fn id(&self) -> String {
        self.sealed.store(true, Relaxed);
        SystemIds.id()
    }
}

/// A process asks for the token and dies at `step`.
async fn die(scene: &Scene, step: Step) -> anyhow::Result<()> {
    let process = Process::start()?;
    let nobody = TcpListener::bind("127.0.0.1:0").await?;
    let slack = match step {
        Step::Marked => format!("http://{}", nobody.local_addr()?),
        _ => scene.sim.url(),
    };
    let doom = Arc::new(Doom {
        clock: scene.sim.clock().clone(),
        sim: Arc::clone(&scene.sim),
        step,
        sealed: AtomicBool::new(false),
    });
    let building = scene.ground.clone().house(doom.clone(), doom, slack.parse()?);
    let house = process.spawn(building).await??;
    if step == Step::Spent {
        let fault = Fault::DelayMs { delay_ms: NEVER_MS };
        scene.sim.fault(scene.scheme.method(), fault, 1);
    }
    let key = scene.key.clone();
    let asking = process.spawn(async move {
        let asked = Rotation::new(house).token(&key, &Holder::App, &Need::Living(60)).await;
        asked.map(|_| ())
    });
    // Whoever accepts holds the line until the process is gone.
    let mut line = None;
    match step {
        Step::Leased | Step::Answered => assert!(asking.await.unwrap_err().is_panic()),
        Step::Marked => line = Some(nobody.accept().await?),
        Step::Spent => {
            until("Slack has refreshed", async || {
                Ok((scene.count(Refreshed) == 1).then_some(()))
            })
            .await?;
        }
    }
    process.kill().await?;
    drop(line);
    Ok(())
}

/// A token that has ended, and a process that died refreshing it; the next process.
async fn after(database: Option<String>, scheme: Scheme, step: Step) -> anyhow::Result<(Scene, House)> {
    let (scene, house) = Scene::installed(database, scheme).await?;
    scene.turn_past_the_end();
    die(&scene, step).await?;
    let now = scene.sim.clock().now();
    let lease = house
        .store
        .lease_refresh(&scene.key, &Holder::App, "next", now, 30)
        .await?;
    assert!(matches!(lease, Leased::Held { .. }), "{lease:?}");
    let marked = step != Step::Leased;
    assert_eq!(scene.standing(&house).await?, ("live".to_owned(), None, 1, marked));
    let spent = matches!(step, Step::Spent | Step::Answered);
    assert_eq!(scene.count(Refreshed), usize::from(spent));
    scene.turn(LEASE_AND_MORE);
    Ok((scene, house))
}

async fn heals(database: Option<String>, scheme: Scheme, step: Step) -> anyhow::Result<()> {
    let (scene, house) = after(database, scheme, step).await?;
    let before = scene.count(Refreshed);
    assert_eq!(scene.token(&house).await?.generation, 2);
    assert_eq!(scene.standing(&house).await?, live(2));
    assert_eq!(scene.count(Refreshed), before + 1);
    assert_eq!((scene.count(Reused), scene.count(Refused)), (0, 0));
    assert_eq!(Reconcile::new(house).run(&scene.key).await?, None);
    Ok(())
}

/// Whoever comes next settles it: a caller, or the sweep.
async fn asks_for_a_person(database: Option<String>, step: Step, swept: bool) -> anyhow::Result<()> {
    let (scene, house) = after(database, Scheme::Modern, step).await?;
    let (asked, told) = (scene.asked(), scene.told());
    let interrupted = (
        "needs_reauthorization".to_owned(),
        Some(INTERRUPTED.to_owned()),
        1,
        true,
    );
    if swept {
        assert_eq!(Rotation::new(house.clone()).sweep().await?, 0);
        assert_eq!(scene.standing(&house).await?, interrupted);
    }
    for _ in 0..2 {
        match scene.token(&house).await {
            Err(TokenError::NeedsReauthorization { problem, .. }) => assert_eq!(problem, INTERRUPTED),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(scene.standing(&house).await?, interrupted);
    assert_eq!((scene.asked(), scene.told()), (asked, told), "nothing is guessed");

    scene.install(&house).await?;
    assert_eq!(scene.standing(&house).await?, live(2));
    assert_eq!(scene.token(&house).await?.generation, 2);
    assert_eq!(Reconcile::new(house.clone()).run(&scene.key).await?, None);
    scene.turn_past_the_end();
    assert_eq!(scene.token(&house).await?.generation, 3, "and it rotates again");
    assert_eq!(
        (scene.count(Reused), scene.count(Refused), scene.count(Issued)),
        (0, 0, 2)
    );
    Ok(())
}

async fn a_lease_of_the_dead_costs_a_modern_token_only_time(database: Option<String>) -> anyhow::Result<()> {
    heals(database, Scheme::Modern, Step::Leased).await
}

async fn a_lease_of_the_dead_costs_a_workspace_token_only_time(database: Option<String>) -> anyhow::Result<()> {
    heals(database, Scheme::Workspace, Step::Leased).await
}

async fn a_workspace_token_marked_by_the_dead_is_refreshed_by_the_next(database: Option<String>) -> anyhow::Result<()> {
    heals(database, Scheme::Workspace, Step::Marked).await
}

async fn a_workspace_token_whose_answer_was_under_way_is_refreshed_again(
    database: Option<String>,
) -> anyhow::Result<()> {
    heals(database, Scheme::Workspace, Step::Spent).await
}

async fn a_workspace_token_that_was_not_committed_is_refreshed_again(database: Option<String>) -> anyhow::Result<()> {
    heals(database, Scheme::Workspace, Step::Answered).await
}

async fn a_modern_token_marked_by_the_dead_asks_for_a_person(database: Option<String>) -> anyhow::Result<()> {
    asks_for_a_person(database, Step::Marked, false).await
}

async fn a_modern_token_whose_answer_was_under_way_asks_for_a_person(database: Option<String>) -> anyhow::Result<()> {
    asks_for_a_person(database, Step::Spent, true).await
}

async fn a_modern_token_that_was_not_committed_asks_for_a_person(database: Option<String>) -> anyhow::Result<()> {
    asks_for_a_person(database, Step::Answered, false).await
}

on_both! {
    a_lease_of_the_dead_costs_a_modern_token_only_time,
    a_lease_of_the_dead_costs_a_workspace_token_only_time,
    a_workspace_token_marked_by_the_dead_is_refreshed_by_the_next,
    a_workspace_token_whose_answer_was_under_way_is_refreshed_again,
    a_workspace_token_that_was_not_committed_is_refreshed_again,
    a_modern_token_marked_by_the_dead_asks_for_a_person,
    a_modern_token_whose_answer_was_under_way_asks_for_a_person,
    a_modern_token_that_was_not_committed_asks_for_a_person,
}
