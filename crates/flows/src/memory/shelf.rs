//! `Shelf`: what was read from the database and is still so, by key, within a limit.
//!
//! The database changes while it is read. Whoever reads says so first ([`Shelf::begin`]); what is forgotten before the
//! reading ends is not put on the shelf, since nobody knows whether the reader saw it. So a notice that comes before,
//! during or after a reading never leaves an old value behind.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

/// Of the limit, what is left after making room: room is made for many at a time.
const LEFT_EIGHTHS: usize = 7;

/// Values by key. The one that was used longest ago goes first when the limit is reached.
#[derive(Debug)]
pub(crate) struct Shelf<K, V> {
    inner: RwLock<Inner<K, V>>,
    /// Counts uses, to know which was longest ago.
    uses: AtomicU64,
    limit: usize,
}

#[derive(Debug)]
struct Inner<K, V> {
    kept: HashMap<K, Kept<V>>,
    weight: usize,
    /// The readings under way.
    readings: HashMap<K, UnderWay>,
    /// The number of the next reading.
    next: u64,
    /// Readings with a smaller number see too old a state, whatever they read.
    all_old_before: u64,
}

#[derive(Debug)]
struct Kept<V> {
    value: Arc<V>,
    weight: usize,
    used: AtomicU64,
}

#[derive(Debug, Default)]
struct UnderWay {
    count: usize,
    /// As `all_old_before`, for this key.
    old_before: u64,
}

/// A reading of the database that has begun. Dropped, it ends without a value.
pub(crate) struct Reading<'a, K: Eq + Hash + Clone, V> {
    shelf: &'a Shelf<K, V>,
    key: &'a K,
    number: u64,
}

impl<K: Eq + Hash + Clone, V> Shelf<K, V> {
    /// An empty shelf for so much weight, in bytes or whatever the weights are.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            inner: RwLock::new(Inner {
                kept: HashMap::new(),
                weight: 0,
                readings: HashMap::new(),
                next: 1,
                all_old_before: 0,
            }),
            uses: AtomicU64::new(0),
            limit,
        }
    }

    /// The value, where it is still so.
    pub(crate) fn get(&self, key: &K) -> Option<Arc<V>> {
        let inner = self.read();
        let kept = inner.kept.get(key)?;
        kept.used
            .store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        Some(Arc::clone(&kept.value))
    }

    /// To be called before the database is asked.
    pub(crate) fn begin<'a>(&'a self, key: &'a K) -> Reading<'a, K, V> {
        let mut inner = self.write();
        let number = inner.next;
        inner.next += 1;
        inner.readings.entry(key.clone()).or_default().count += 1;
        Reading {
            shelf: self,
            key,
            number,
        }
    }

    /// It changed: what is kept is old, and so is what is being read.
    pub(crate) fn forget(&self, key: &K) {
        let mut inner = self.write();
        inner.remove(key);
        let next = inner.next;
        if let Some(reading) = inner.readings.get_mut(key) {
            reading.old_before = next;
        }
    }

    /// Anything may have changed.
    pub(crate) fn forget_all(&self) {
        let mut inner = self.write();
        inner.kept.clear();
        inner.weight = 0;
        inner.all_old_before = inner.next;
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner<K, V>> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner<K, V>> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone, V> Inner<K, V> {
    fn remove(&mut self, key: &K) {
        if let Some(kept) = self.kept.remove(key) {
            self.weight -= kept.weight;
        }
    }

    fn make_room(&mut self, limit: usize) {
        if self.weight <= limit {
            return;
        }
        let mut by_use: Vec<(u64, K)> = self
            .kept
            .iter()
            .map(|(key, kept)| (kept.used.load(Ordering::Relaxed), key.clone()))
            .collect();
        by_use.sort_unstable_by_key(|(used, _)| *used);
        for (_, key) in by_use {
            if self.weight <= limit / 8 * LEFT_EIGHTHS {
                return;
            }
            self.remove(&key);
        }
    }
}

impl<K: Eq + Hash + Clone, V> Reading<'_, K, V> {
    /// Puts what was read on the shelf, unless it may be old already.
    pub(crate) fn keep(self, value: Arc<V>, weight: usize) {
        let mut inner = self.shelf.write();
        let old_before = inner.readings.get(self.key).map_or(0, |reading| reading.old_before);
        if self.number < old_before.max(inner.all_old_before) || weight > self.shelf.limit {
            return;
        }
        inner.remove(self.key);
        inner.weight += weight;
        let used = AtomicU64::new(self.shelf.uses.fetch_add(1, Ordering::Relaxed));
        inner.kept.insert(self.key.clone(), Kept { value, weight, used });
        inner.make_room(self.shelf.limit);
        // Released before `self` is dropped, which takes it again.
        drop(inner);
    }
}

impl<K: Eq + Hash + Clone, V> Drop for Reading<'_, K, V> {
    fn drop(&mut self) {
        let mut inner = self.shelf.write();
        if let Some(reading) = inner.readings.get_mut(self.key) {
            reading.count -= 1;
            if reading.count == 0 {
                inner.readings.remove(self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests;
