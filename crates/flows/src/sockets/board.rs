//! `Board`: how each app's connections stand in this process, for pages, readiness and metrics.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use grantbook_core::AppSlug;
use grantbook_store::sockets::SlotState;
use tokio::sync::Notify;

use super::measure;

/// How an app's connections stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocketStatus {
    /// Connections wanted over all processes.
    pub wanted: u8,
    /// Those that are this process's to keep.
    pub held: u8,
    /// Those of them that deliver right now.
    pub open: u8,
    /// The app's connections over all processes, as Slack counted in its last greeting.
    pub num_connections: Option<u32>,
    /// What is wrong, and what to do about it, in plain words.
    pub problem: Option<String>,
}

#[derive(Default)]
struct Entry {
    wanted: u8,
    trouble: Option<String>,
    slots: BTreeMap<u8, SlotState>,
}

impl Entry {
    fn open(&self) -> u8 {
        let open = self.slots.values().filter(|state| state.open).count();
        u8::try_from(open).unwrap_or(u8::MAX)
    }

    fn status(&self) -> SocketStatus {
        let problem = || self.slots.values().find_map(|state| state.problem.clone());
        SocketStatus {
            wanted: self.wanted,
            held: u8::try_from(self.slots.len()).unwrap_or(u8::MAX),
            open: self.open(),
            num_connections: self.slots.values().filter_map(|state| state.slack_counts).max(),
            problem: self.trouble.clone().or_else(problem),
        }
    }
}

#[derive(Default)]
struct Inner {
    apps: Mutex<BTreeMap<AppSlug, Entry>>,
    due: Notify,
}

/// What every app's connections are doing here, and the bell that has them looked after at once. Cheap to clone.
#[derive(Clone, Default)]
pub struct Board(Arc<Inner>);

impl std::fmt::Debug for Board {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.all()).finish()
    }
}

impl Board {
    /// How an app's connections stand; nothing for an app without Socket Mode, or one that was not looked at yet.
    pub fn status(&self, app: &AppSlug) -> Option<SocketStatus> {
        self.apps().get(app).map(Entry::status)
    }

    /// All apps in Socket Mode.
    pub fn all(&self) -> Vec<(AppSlug, SocketStatus)> {
        let apps = self.apps();
        apps.iter()
            .map(|(slug, entry)| (slug.clone(), entry.status()))
            .collect()
    }

    /// An app was changed: look at it now, not with the next turn.
    pub fn look(&self) {
        self.0.due.notify_one();
    }

    pub(super) async fn due(&self) {
        self.0.due.notified().await;
    }

    fn apps(&self) -> MutexGuard<'_, BTreeMap<AppSlug, Entry>> {
        self.0.apps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An app wants so many connections; what is wrong with all of them.
    pub(super) fn wants(&self, app: &AppSlug, wanted: u8, trouble: Option<String>) {
        let mut apps = self.apps();
        let entry = apps.entry(app.clone()).or_default();
        (entry.wanted, entry.trouble) = (wanted, trouble);
    }

    /// What a slot says; what it said last.
    pub(super) fn tell(&self, app: &AppSlug, slot: u8, state: SlotState) {
        let open = {
            let mut apps = self.apps();
            let entry = apps.entry(app.clone()).or_default();
            entry.slots.insert(slot, state);
            entry.open()
        };
        measure::connections(app, open);
        self.look();
    }

    /// What a slot said last.
    pub(super) fn told(&self, app: &AppSlug, slot: u8) -> SlotState {
        let apps = self.apps();
        let Some(entry) = apps.get(app) else {
            return SlotState::default();
        };
        let mut state = entry.slots.get(&slot).cloned().unwrap_or_default();
        if entry.trouble.is_some() {
            state.problem.clone_from(&entry.trouble);
        }
        state
    }

    /// A slot is no longer this process's.
    pub(super) fn gave_up(&self, app: &AppSlug, slot: u8) {
        let open = {
            let mut apps = self.apps();
            apps.get_mut(app).map(|entry| {
                entry.slots.remove(&slot);
                entry.open()
            })
        };
        if let Some(open) = open {
            measure::connections(app, open);
        }
    }

    /// Only these apps are in Socket Mode.
    pub(super) fn keep_only(&self, wanted: impl Fn(&AppSlug) -> bool) {
        self.apps().retain(|app, entry| {
            let keep = wanted(app) || !entry.slots.is_empty();
            if !keep {
                measure::connections(app, 0);
            }
            keep
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(open: bool, problem: Option<&str>) -> SlotState {
        SlotState {
            open,
            problem: problem.map(str::to_owned),
            slack_counts: open.then_some(3),
        }
    }

    #[test]
    fn slots_are_counted_and_what_is_wrong_with_the_app_comes_first() {
        let (board, app) = (Board::default(), "insectoid".parse().unwrap());
        assert_eq!(board.status(&app), None);
        board.wants(&app, 3, None);
        board.tell(&app, 1, state(true, None));
        board.tell(&app, 3, state(false, Some("the connection closed")));
        let expected = SocketStatus {
            wanted: 3,
            held: 2,
            open: 1,
            num_connections: Some(3),
            problem: Some("the connection closed".to_owned()),
        };
        assert_eq!(board.status(&app), Some(expected.clone()));
        board.wants(&app, 3, Some("the token is wrong".to_owned()));
        assert_eq!(board.told(&app, 1).problem.as_deref(), Some("the token is wrong"));
        board.gave_up(&app, 1);
        board.keep_only(|_| false);
        assert_eq!(board.status(&app).unwrap().open, 0, "a slot is still held");
        board.gave_up(&app, 3);
        board.keep_only(|_| false);
        assert_eq!(board.all(), []);
    }
}
