//! `Remote`: a document of the server as signals, read again when its key changes or on demand.
//!
//! An answer that was overtaken by a later question is dropped. What is shown stays while it is read
//! again, so that nothing jumps; a first read that takes longer than 150 ms asks for a skeleton.

use std::{future::Future, pin::Pin, time::Duration};

use grantbook_core::Timestamp;
use leptos::prelude::*;

use super::UiError;
use crate::{
    clock,
    reactive::{Kept, effect, memo},
};

/// A wait shorter than this shows nothing.
const UNNOTICED: Duration = Duration::from_millis(150);

/// A document of the server. All accessors track.
pub struct Remote<T: Send + Sync + 'static> {
    value: Kept<Option<T>>,
    pace: Pace,
}

/// How the reading goes, whatever is read.
#[derive(Clone, Copy)]
struct Pace {
    error: RwSignal<Option<UiError>>,
    loading: RwSignal<bool>,
    slow: RwSignal<bool>,
    read_at: RwSignal<Option<Timestamp>>,
    asked: RwSignal<u32>,
    latest: StoredValue<u32>,
}

impl<T: Send + Sync + 'static> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Remote<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Remote<T> {
    /// The document last read.
    pub fn value(self) -> Option<T> {
        self.value.get()
    }

    /// The document as a signal, for parts that want to derive from it.
    pub fn signal(self) -> Kept<Option<T>> {
        self.value
    }

    /// Why the last read failed; absent as soon as one succeeds.
    pub fn error(self) -> Option<UiError> {
        self.pace.error.get()
    }

    /// Whether a read is under way.
    pub fn is_loading(self) -> bool {
        self.pace.loading.get()
    }

    /// Whether there is nothing to show yet and the wait is long enough to be noticed.
    pub fn wants_skeleton(self) -> bool {
        self.pace.slow.get() && self.value.with(Option::is_none) && self.pace.error.with(Option::is_none)
    }

    /// When the document was read.
    pub fn read_at(self) -> Option<Timestamp> {
        self.pace.read_at.get()
    }

    /// Reads again; what is shown stays until the answer is there.
    pub fn refresh(self) {
        self.pace.asked.update(|times| *times = times.wrapping_add(1));
    }

    /// Puts a changed document in place without asking, as after an answer that brought it.
    pub fn put(self, value: T) {
        self.end(Ok(value));
    }

    fn end(self, answer: Result<T, UiError>) {
        let error = answer.as_ref().err().cloned();
        if let Ok(value) = answer
            && self.value.with_untracked(|old| old.as_ref() != Some(&value))
        {
            self.value.set(Some(value));
        }
        self.pace.end(error);
    }
}

impl Pace {
    fn new() -> Self {
        Self {
            error: RwSignal::new(None),
            loading: RwSignal::new(true),
            slow: RwSignal::new(false),
            read_at: RwSignal::new(None),
            asked: RwSignal::new(0),
            latest: StoredValue::new(0),
        }
    }

    /// Counts one more question; the answer to an earlier one is no longer wanted.
    fn begin(self, forget: bool) -> u32 {
        if forget {
            self.error.set(None);
        }
        self.loading.set(true);
        self.slow.set(false);
        let mine = self.latest.get_value().wrapping_add(1);
        self.latest.set_value(mine);
        mine
    }

    /// Whether nothing was asked since, and the page that asked is still there.
    fn is_latest(self, mine: u32) -> bool {
        self.latest.try_get_value() == Some(mine)
    }

    fn end(self, error: Option<UiError>) {
        self.loading.set(false);
        if error.is_none() {
            self.read_at.set(Some(clock::now()));
        }
        self.error.set(error);
    }
}

/// Reads a document; when `key` changes, the old one is no longer shown.
pub fn remote<K, T, F>(key: impl Fn() -> K + Send + Sync + 'static, fetch: impl Fn(K) -> F + 'static) -> Remote<T>
where
    K: Clone + PartialEq + Send + Sync + 'static,
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Future<Output = Result<T, UiError>> + 'static,
{
    start(key, fetch, true)
}

/// Reads a document; when `key` changes, the old one is shown until the new one is there. For lists
/// whose filter changes.
pub fn remote_keeping<K, T, F>(
    key: impl Fn() -> K + Send + Sync + 'static,
    fetch: impl Fn(K) -> F + 'static,
) -> Remote<T>
where
    K: Clone + PartialEq + Send + Sync + 'static,
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Future<Output = Result<T, UiError>> + 'static,
{
    start(key, fetch, false)
}

fn start<K, T, F>(
    key: impl Fn() -> K + Send + Sync + 'static,
    fetch: impl Fn(K) -> F + 'static,
    forgets: bool,
) -> Remote<T>
where
    K: Clone + PartialEq + Send + Sync + 'static,
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Future<Output = Result<T, UiError>> + 'static,
{
    let remote = Remote {
        value: Kept::of(None),
        pace: Pace::new(),
    };
    let key = memo(move |_| key());
    let mut before = None;
    let ask = move || {
        let key = key.get();
        let forget = forgets && before.as_ref().is_some_and(|before| *before != key);
        if forget {
            remote.value.set(None);
        }
        before = Some(key.clone());
        let answer = fetch(key);
        let answered: Answered = Box::pin(async move {
            let answer = answer.await;
            let end: Box<dyn FnOnce()> = Box::new(move || remote.end(answer));
            end
        });
        (forget, answered)
    };
    drive(remote.pace, Box::new(ask));
    remote
}

/// An answer on its way; what it brings is put in place by calling it.
type Answered = Pin<Box<dyn Future<Output = Box<dyn FnOnce()>>>>;

/// Asks, and asks again when what the question depends on has changed.
fn drive(pace: Pace, mut ask: Box<dyn FnMut() -> (bool, Answered)>) {
    effect(move || {
        pace.asked.track();
        let (forget, answered) = ask();
        let mine = untrack(|| pace.begin(forget));
        set_timeout(
            move || {
                if pace.is_latest(mine) && pace.loading.get_untracked() {
                    pace.slow.set(true);
                }
            },
            UNNOTICED,
        );
        leptos::task::spawn_local(async move {
            let end = answered.await;
            if pace.is_latest(mine) {
                end();
            }
        });
    });
}
