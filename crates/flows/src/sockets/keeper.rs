//! `Keeper`: the one task that looks after all slots of this process: it renews leases, starts and stops lines, and
//! remembers which apps Slack refuses.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use grantbook_api::socket::Backoff;
use grantbook_store::{StoreError, sockets::SlotName};
use tokio::{
    sync::oneshot,
    task::{AbortHandle, Id, JoinError, JoinHandle, JoinSet},
    time::{Instant, MissedTickBehavior, interval, timeout},
};

use super::{
    LEASE,
    line::{self, End, Wish},
    round::{self, Hand, Round},
    words,
};
use crate::House;

/// How often leases are renewed and apps looked at; a changed app is looked at at once where it was changed.
const RENEW: Duration = Duration::from_secs(5);
/// How long the database may take when the process ends: what it does not learn, the leases' end tells.
const LEAVE: Duration = Duration::from_secs(2);
/// How long all connections may take to close then.
const CLOSE: Duration = Duration::from_secs(5);
/// The waits after Slack refused an app for good: only a person can help, who may not be here.
const REFUSED: Backoff = Backoff {
    first: Duration::from_secs(10),
    longest: Duration::from_secs(600),
};

/// What a round answers, or that it stopped by itself.
type Outcome = Result<Result<Round, StoreError>, JoinError>;

/// Waits for the round under way; for ever where there is none.
async fn finished(round: &mut Option<JoinHandle<Result<Round, StoreError>>>) -> Outcome {
    match round {
        Some(running) => {
            let outcome = running.await;
            *round = None;
            outcome
        }
        None => std::future::pending().await,
    }
}

/// A slot's task.
struct Line {
    wish: Arc<Wish>,
    /// Gone once the line was told to stop.
    stop: Option<oneshot::Sender<()>>,
    task: AbortHandle,
}

/// Why an app has no connections, and when they are tried again.
struct Trouble {
    sentence: String,
    failures: u32,
    again: Instant,
}

/// The task that looks after all slots.
pub(super) struct Keeper {
    house: House,
    /// What this process is called where leases are kept.
    holder: Arc<str>,
    wishes: BTreeMap<i64, Arc<Wish>>,
    trouble: BTreeMap<i64, Trouble>,
    /// Leases, as far as is known.
    held: BTreeSet<SlotName>,
    /// Leases to be given back, once their lines have ended.
    back: BTreeSet<SlotName>,
    lines: BTreeMap<SlotName, Line>,
    running: JoinSet<End>,
    /// What asks the database; one at a time, and never waited for here.
    round: Option<JoinHandle<Result<Round, StoreError>>>,
    due: bool,
    /// When the leases were renewed last.
    renewed: Instant,
}

impl Keeper {
    pub(super) fn new(house: House) -> Self {
        Self {
            holder: house.ids.id().into(),
            house,
            wishes: BTreeMap::new(),
            trouble: BTreeMap::new(),
            held: BTreeSet::new(),
            back: BTreeSet::new(),
            lines: BTreeMap::new(),
            running: JoinSet::new(),
            round: None,
            due: true,
            renewed: Instant::now(),
        }
    }

    /// Looks after the slots until `stop`, and then closes all.
    pub(super) async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut ticks = interval(RENEW);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stop = std::pin::pin!(stop);
        let board = self.house.sockets.clone();
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(ended) = self.running.join_next_with_id() => self.ended(ended),
                outcome = finished(&mut self.round) => self.learn(outcome),
                () = board.due() => self.due = true,
                _ = ticks.tick() => {
                    self.due = true;
                    self.let_go_in_time();
                }
            }
            self.begin_round();
        }
        self.close().await;
    }

    /// Asks the database, unless that is under way.
    fn begin_round(&mut self) {
        if !self.due || self.round.is_some() {
            return;
        }
        self.due = false;
        let back = self.back.iter().filter(|name| !self.lines.contains_key(name)).copied();
        let back: Vec<SlotName> = back.collect();
        let state = |name: &SlotName| match self.wishes.get(&name.0) {
            Some(wish) => (*name, self.house.sockets.told(&wish.slug, name.1)),
            None => (*name, grantbook_store::sockets::SlotState::default()),
        };
        let hand = Hand {
            mine: self
                .held
                .iter()
                .filter(|name| !back.contains(name))
                .map(state)
                .collect(),
            back,
        };
        let (house, holder) = (self.house.clone(), Arc::clone(&self.holder));
        self.round = Some(tokio::spawn(round::ask(house, holder, hand)));
    }

    /// Takes up what the database answered.
    fn learn(&mut self, outcome: Outcome) {
        let round = match outcome {
            Ok(Ok(round)) => round,
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the leases of Socket Mode connections could not be renewed");
                return;
            }
            Err(error) => {
                tracing::error!(%error, "the round of Socket Mode connections stopped");
                return;
            }
        };
        self.renewed = round.asked_at;
        for name in &round.given_back {
            self.back.remove(name);
            self.held.remove(name);
            if let Some(wish) = self.wishes.get(&name.0) {
                self.house.sockets.gave_up(&wish.slug, name.1);
            }
        }
        self.lose(&round);
        self.wish(round.wishes);
        for name in round.give_up {
            self.back.insert(name);
            self.stop(name);
        }
        self.held = round.mine;
        self.start_lines();
    }

    /// What the database says is another's, or nobody's, is left at once.
    fn lose(&mut self, round: &Round) {
        let lost: Vec<SlotName> = self.held.difference(&round.mine).copied().collect();
        for name in lost {
            tracing::warn!(slot = name.1, "another process has taken a Socket Mode connection over");
            if let Some(line) = self.lines.get(&name) {
                line.task.abort();
            }
            self.back.remove(&name);
            if let Some(wish) = self.wishes.get(&name.0) {
                self.house.sockets.gave_up(&wish.slug, name.1);
            }
        }
    }

    /// The apps as they are now: what was changed is stopped, to be started anew.
    fn wish(&mut self, wishes: BTreeMap<i64, Wish>) {
        let old = std::mem::take(&mut self.wishes);
        let mut stale = Vec::new();
        for (row, wish) in &wishes {
            if old.get(row).is_some_and(|before| !before.is_served_like(wish)) {
                self.trouble.remove(row);
                stale.push(*row);
            }
            if self.delivers(wish) {
                self.trouble.remove(row);
            }
        }
        self.trouble.retain(|row, _| wishes.contains_key(row));
        for row in stale {
            self.stop_app(row);
        }
        self.house
            .sockets
            .keep_only(|slug| wishes.values().any(|wish| wish.slug == *slug));
        for wish in wishes.values() {
            let trouble = match &wish.token {
                None => Some(words::NO_TOKEN.to_owned()),
                Some(_) => self.trouble.get(&wish.row).map(|trouble| trouble.sentence.clone()),
            };
            self.house.sockets.wants(&wish.slug, wish.connections, trouble);
        }
        // Those that are no longer wanted keep their names until their slots are given back.
        let (held, back) = (&self.held, &self.back);
        self.wishes = old
            .into_iter()
            .filter(|(row, _)| held.iter().chain(back).any(|name| name.0 == *row))
            .collect();
        self.wishes
            .extend(wishes.into_iter().map(|(row, wish)| (row, Arc::new(wish))));
    }

    /// Whether a connection of the app stands, and is not about to close.
    fn delivers(&self, wish: &Wish) -> bool {
        self.lines.iter().any(|((row, slot), line)| {
            *row == wish.row && line.stop.is_some() && self.house.sockets.told(&wish.slug, *slot).open
        })
    }

    /// Every held slot has its line. Where Slack refused the app, one line tries for all, when its time has come.
    fn start_lines(&mut self) {
        let now = Instant::now();
        let idle: Vec<SlotName> = self
            .held
            .iter()
            .filter(|name| !self.back.contains(name) && !self.lines.contains_key(name))
            .copied()
            .collect();
        for name in idle {
            let Some(wish) = self.wishes.get(&name.0).filter(|wish| wish.token.is_some()) else {
                continue;
            };
            let tried = || self.lines.keys().any(|line| line.0 == name.0);
            if self
                .trouble
                .get(&name.0)
                .is_some_and(|trouble| now < trouble.again || tried())
            {
                continue;
            }
            let (stop, stopped) = oneshot::channel();
            let task = line::keep(self.house.clone(), Arc::clone(wish), name.1, stopped);
            let line = Line {
                wish: Arc::clone(wish),
                stop: Some(stop),
                task: self.running.spawn(task),
            };
            self.lines.insert(name, line);
        }
    }

    fn stop(&mut self, name: SlotName) {
        if let Some(line) = self.lines.get_mut(&name) {
            line.stop.take();
        }
    }

    fn stop_app(&mut self, row: i64) {
        let names: Vec<SlotName> = self.lines.keys().filter(|name| name.0 == row).copied().collect();
        for name in names {
            self.stop(name);
        }
    }

    /// A line has ended; whatever follows from that follows in the next round.
    fn ended(&mut self, ended: Result<(Id, End), JoinError>) {
        self.due = true;
        let (id, end) = match ended {
            Ok((id, end)) => (id, end),
            Err(error) => {
                if error.is_panic() {
                    tracing::error!(%error, "a Socket Mode connection's task stopped");
                }
                (error.id(), End::Stopped)
            }
        };
        let Some(name) = self
            .lines
            .iter()
            .find_map(|(name, line)| (line.task.id() == id).then_some(*name))
        else {
            return;
        };
        let Some(line) = self.lines.remove(&name) else { return };
        if !self.held.contains(&name) {
            self.house.sockets.gave_up(&line.wish.slug, name.1);
        }
        let sentence = match end {
            End::Stopped => return,
            End::Refused(ended) => words::ended(&ended),
            End::WrongApp(theirs) => words::wrong_app(&theirs, &line.wish.app_id),
        };
        let is_current = self
            .wishes
            .get(&name.0)
            .is_some_and(|wish| wish.is_served_like(&line.wish));
        // One that was told to stop may have ended by itself in the same moment.
        if is_current && line.stop.is_some() {
            self.refuse(&line.wish, sentence);
        }
    }

    /// Slack refuses an app: all its lines stop, and are tried again after a while.
    fn refuse(&mut self, wish: &Wish, sentence: String) {
        let failures = self.trouble.get(&wish.row).map_or(0, |trouble| trouble.failures) + 1;
        let wait = REFUSED.wait(failures, line::random(&self.house)());
        tracing::warn!(app = %wish.slug, wait_s = wait.as_secs(), "{sentence}");
        self.house
            .sockets
            .wants(&wish.slug, wish.connections, Some(sentence.clone()));
        let trouble = Trouble {
            sentence,
            failures,
            again: Instant::now() + wait,
        };
        self.trouble.insert(wish.row, trouble);
        self.stop_app(wish.row);
    }

    /// Where the database does not answer, others may take over when the leases are over: nothing is held on to
    /// beyond that. On SQLite there are no others.
    fn let_go_in_time(&mut self) {
        if !self.house.store.is_shared() || self.renewed.elapsed() + RENEW <= LEASE || self.lines.is_empty() {
            return;
        }
        tracing::warn!("Socket Mode connections are closed, since their leases cannot be renewed");
        for line in self.lines.values() {
            line.task.abort();
        }
    }

    /// Closes all connections and gives the slots back.
    async fn close(mut self) {
        for line in self.lines.values_mut() {
            line.stop.take();
        }
        let closing = async { while self.running.join_next().await.is_some() {} };
        if timeout(CLOSE, closing).await.is_err() {
            tracing::warn!("some Socket Mode connections did not close in time");
        }
        let leave = async {
            // What is under way could take slots again.
            if let Some(round) = self.round.take() {
                let _ = round.await;
            }
            if self.held.is_empty() && self.wishes.is_empty() {
                return Ok(());
            }
            self.house.store.leave_sockets(&self.holder).await
        };
        match timeout(LEAVE, leave).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the leases of Socket Mode connections could not be given back");
            }
            Err(_elapsed) => tracing::warn!("the leases of Socket Mode connections were not given back in time"),
        }
        for (name, wish) in self
            .held
            .iter()
            .filter_map(|name| Some((name, self.wishes.get(&name.0)?)))
        {
            self.house.sockets.gave_up(&wish.slug, name.1);
        }
    }
}
