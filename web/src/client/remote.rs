//! `Remote`: a document of the server as signals, read again when its key changes or on demand.
//!
//! An answer that was overtaken by a later question is dropped. What is shown stays while it is read
//! again, so that nothing jumps; a first read that takes longer than 150 ms asks for a skeleton.

use std::{future::Future, time::Duration};

use grantbook_core::Timestamp;
use leptos::prelude::*;

use super::UiError;
use crate::clock;

/// A wait shorter than this shows nothing.
const UNNOTICED: Duration = Duration::from_millis(150);

/// A document of the server. All accessors track.
pub struct Remote<T: Send + Sync + 'static> {
    value: RwSignal<Option<T>>,
    error: RwSignal<Option<UiError>>,
    loading: RwSignal<bool>,
    slow: RwSignal<bool>,
    read_at: RwSignal<Option<Timestamp>>,
    asked: RwSignal<u32>,
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
    pub fn signal(self) -> ReadSignal<Option<T>> {
        self.value.read_only()
    }

    /// Why the last read failed; absent as soon as one succeeds.
    pub fn error(self) -> Option<UiError> {
        self.error.get()
    }

    /// Whether a read is under way.
    pub fn is_loading(self) -> bool {
        self.loading.get()
    }

    /// Whether there is nothing to show yet and the wait is long enough to be noticed.
    pub fn wants_skeleton(self) -> bool {
        self.slow.get() && self.value.with(Option::is_none) && self.error.with(Option::is_none)
    }

    /// When the document was read.
    pub fn read_at(self) -> Option<Timestamp> {
        self.read_at.get()
    }

    /// Reads again; what is shown stays until the answer is there.
    pub fn refresh(self) {
        self.asked.update(|times| *times = times.wrapping_add(1));
    }

    /// Puts a changed document in place without asking, as after an answer that brought it.
    pub fn put(self, value: T) {
        self.end(Ok(value));
    }

    fn begin(self, forget: bool) {
        if forget {
            self.value.set(None);
            self.error.set(None);
        }
        self.loading.set(true);
        self.slow.set(false);
    }

    fn end(self, answer: Result<T, UiError>) {
        self.loading.set(false);
        match answer {
            Ok(value) => {
                self.read_at.set(Some(clock::now()));
                self.error.set(None);
                if self.value.with_untracked(|old| old.as_ref() != Some(&value)) {
                    self.value.set(Some(value));
                }
            }
            Err(error) => self.error.set(Some(error)),
        }
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
        value: RwSignal::new(None),
        error: RwSignal::new(None),
        loading: RwSignal::new(true),
        slow: RwSignal::new(false),
        read_at: RwSignal::new(None),
        asked: RwSignal::new(0),
    };
    let key = Memo::new(move |_| key());
    let latest = StoredValue::new(0_u32);
    Effect::new(move |before: Option<K>| {
        remote.asked.track();
        let key = key.get();
        let changed = before.is_some_and(|before| before != key);
        untrack(|| remote.begin(changed && forgets));
        let mine = latest.get_value().wrapping_add(1);
        latest.set_value(mine);
        let is_latest = move || latest.try_get_value() == Some(mine);
        set_timeout(
            move || {
                if is_latest() && remote.loading.get_untracked() {
                    remote.slow.set(true);
                }
            },
            UNNOTICED,
        );
        let answer = fetch(key.clone());
        leptos::task::spawn_local(async move {
            let answer = answer.await;
            if is_latest() {
                remote.end(answer);
            }
        });
        key
    });
    remote
}
