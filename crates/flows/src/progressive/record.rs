//! `Recorder`: writes presses into the database after their calls have left, each exactly once.
//!
//! The queue has no bound: a press is a few hundred bytes and people press buttons by hand. A database
//! that does not answer is tried again until it does; what is in the queue then is in the journal too.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use grantbook_core::request::{Happening, Step};
use grantbook_store::{
    Store,
    requests::{Press as What, PressRecord},
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{Aim, Journal, Press, journal::Left};
use crate::clock::Clock;

/// The first wait after a failure; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A press with what is known of it so far.
struct Job {
    press: Press,
    steps: Vec<Step>,
    /// Whether nothing more will be known here.
    last: bool,
}

/// The queue's near end, and the journal that backs it.
pub(crate) struct Recorder {
    queue: mpsc::UnboundedSender<Job>,
    journal: Arc<Journal>,
}

impl Recorder {
    /// Starts the writer, first with what the process before had left. To be called inside a runtime.
    pub(crate) fn start(store: Store, clock: &dyn Clock, journal: Journal) -> Self {
        let journal = Arc::new(journal);
        let (queue, jobs) = mpsc::unbounded_channel();
        for left in journal.take_left() {
            let _ = queue.send(recovered(left, clock));
        }
        tokio::spawn(write(store, jobs, Arc::clone(&journal)));
        Self { queue, journal }
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Hands over a press. `last` when nothing more will be known of it here.
    pub(crate) fn record(&self, press: Press, steps: Vec<Step>, last: bool) {
        // The writer lives as long as this end does.
        let _ = self.queue.send(Job { press, steps, last });
    }
}

/// What a stopped process left: where it did not learn what came of the call, that is what is recorded.
fn recovered(left: Left, clock: &dyn Clock) -> Job {
    let Left { press, asked } = left;
    let mut steps = Vec::new();
    if !matches!(press.aim, Aim::Stray { .. }) {
        steps.push(press.step());
        steps.push(asked.unwrap_or_else(|| Step {
            at: clock.now(),
            what: Happening::Lapsed {
                round: press.round.clone(),
            },
        }));
    }
    tracing::info!(
        press.kind,
        "a press that a stopped process had not recorded is recorded now"
    );
    Job {
        press,
        steps,
        last: true,
    }
}

async fn write(store: Store, mut jobs: mpsc::UnboundedReceiver<Job>, journal: Arc<Journal>) {
    // Those that failed, each with its turn. One that never works must not hold up the others.
    let mut again: VecDeque<(Instant, Duration, Job)> = VecDeque::new();
    loop {
        let turn = again.front().map(|(turn, ..)| *turn);
        let (wait, job) = tokio::select! {
            job = jobs.recv() => match job {
                Some(job) => (FIRST_WAIT, job),
                None => return,
            },
            () = sleep_until(turn.unwrap_or_else(Instant::now)), if turn.is_some() => match again.pop_front() {
                Some((_, wait, job)) => (wait, job),
                None => continue,
            },
        };
        match store.record_press(row(&job)).await {
            Ok(_) if job.last => journal.done(&job.press.call),
            Ok(_) => {}
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, wait_ms = wait.as_millis(), "a press could not be recorded yet");
                again.push_back((Instant::now() + wait, (wait * 2).min(LONGEST_WAIT), job));
            }
        }
    }
}

fn row(job: &Job) -> PressRecord {
    let Job { press, steps, .. } = job;
    let steps = steps.clone();
    let what = match press.aim.clone() {
        Aim::Offer { request, .. } => What::OfRequest { request, steps },
        Aim::Fresh { ask } => What::Fresh { ask, steps },
        Aim::Stray { code } => What::Stray { code },
    };
    PressRecord {
        app: press.app_row,
        round: press.round.clone(),
        installation: None,
        tenant: press.tenant.clone(),
        user: press.user.clone(),
        channel: press.channel.clone(),
        kind: press.kind.clone(),
        subject: press.subject.clone(),
        arrived_at: press.arrived_at,
        issued_at: press.issued_at,
        what,
    }
}
