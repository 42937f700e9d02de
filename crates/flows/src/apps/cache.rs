//! `AppCache`: apps in memory, because every signed request needs one's secret and may not wait for the database.
//!
//! Another replica, or the command line, may change an app at any time. So an entry is read again once it is
//! [`FRESH`] old, in the background where the database takes its time, and at once where a signature does not
//! match. Entries are ordered by the moment at which their reading began: an older one never takes the place of
//! a newer one.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use grantbook_core::{AppSlug, Timestamp};
use grantbook_store::{StoreError, apps::AppRecord};
use tokio::{sync::Mutex, time::timeout};

use crate::House;

/// How long an entry is taken as it is.
const FRESH: Duration = Duration::from_secs(5);
/// How often the background reads them again, so that no request has to.
const REREAD: Duration = Duration::from_secs(4);
/// How long a request waits for the database before it takes an older entry.
const WAIT: Duration = Duration::from_millis(50);
/// How long a request whose signature does not match waits for it.
const LONG_WAIT: Duration = Duration::from_secs(1);
/// How often an app is read again because a signature does not match.
const PAUSE: Duration = Duration::from_secs(1);
/// How exact the moment of the last signed delivery is, in microseconds.
const MINUTE: i64 = 60_000_000;

/// What outlives the single entry of an app.
#[derive(Default)]
struct Marks {
    /// Held by whoever reads the app; with when it was last read because of a signature.
    reading: Mutex<Option<Instant>>,
    /// The last signed delivery that was written down, in microseconds.
    signed_at: AtomicI64,
}

#[derive(Clone)]
struct Entry {
    app: Arc<AppRecord>,
    /// When the reading began.
    read_at: Instant,
    marks: Arc<Marks>,
}

/// Apps by slug.
#[derive(Clone, Default)]
pub(crate) struct AppCache(Arc<RwLock<HashMap<AppSlug, Entry>>>);

impl AppCache {
    fn get(&self, slug: &AppSlug) -> Option<Entry> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(slug).cloned()
    }

    /// Takes in what was read or written at `read_at`; answers the newest there is.
    pub(crate) fn put(&self, record: AppRecord, read_at: Instant) -> Arc<AppRecord> {
        let mut apps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match apps.get_mut(&record.slug) {
            Some(entry) if entry.read_at > read_at => Arc::clone(&entry.app),
            Some(entry) => {
                entry.app = Arc::new(record);
                entry.read_at = read_at;
                Arc::clone(&entry.app)
            }
            None => {
                let entry = Entry {
                    app: Arc::new(record),
                    read_at,
                    marks: Arc::default(),
                };
                let app = Arc::clone(&entry.app);
                apps.insert(app.slug.clone(), entry);
                app
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl House {
    /// The registered app with this slug, with its secrets. Of an app in memory at most [`FRESH`] old, as far as
    /// the database answers in time.
    pub(crate) async fn app(&self, slug: &AppSlug) -> Result<Option<Arc<AppRecord>>, StoreError> {
        let Some(entry) = self.apps.get(slug) else {
            return self.read_app(slug).await;
        };
        if entry.read_at.elapsed() < FRESH {
            return Ok(Some(entry.app));
        }
        let (house, slug, marks) = (self.clone(), slug.clone(), entry.marks);
        // A task of its own: what it reads is kept even where nobody waits for it any more.
        let reading = tokio::spawn(async move {
            let _turn = marks.reading.try_lock().ok()?;
            house.read_app(&slug).await.ok().flatten()
        });
        let read = timeout(WAIT, reading).await;
        Ok(Some(read.ok().and_then(Result::ok).flatten().unwrap_or(entry.app)))
    }

    /// Reads an app from the database.
    pub(crate) async fn read_app(&self, slug: &AppSlug) -> Result<Option<Arc<AppRecord>>, StoreError> {
        let began = Instant::now();
        let record = self.store.app_by_slug(slug).await?;
        Ok(record.map(|record| self.apps.put(record, began)))
    }

    /// The app as it is now, for a request that does not fit `had`; `None` where nothing newer is to be had:
    /// somebody who sends rubbish must not keep the database busy.
    pub(crate) async fn newer_app(&self, had: &Arc<AppRecord>) -> Option<Arc<AppRecord>> {
        let slug = &had.slug;
        let marks = self.apps.get(slug)?.marks;
        let reading = async {
            let mut last = marks.reading.lock().await;
            let entry = self.apps.get(slug)?;
            if !Arc::ptr_eq(&entry.app, had) {
                // Somebody else read it while this one waited.
                return Some(entry.app);
            }
            if last.is_some_and(|last| last.elapsed() < PAUSE) {
                return None;
            }
            *last = Some(Instant::now());
            self.read_app(slug).await.ok().flatten()
        };
        timeout(LONG_WAIT, reading).await.ok().flatten()
    }

    /// Writes down that a rightly signed delivery came, at most once a minute, and lets nobody wait for it.
    pub(crate) fn note_signed(&self, app: &AppRecord, at: Timestamp) {
        let Some(entry) = self.apps.get(&app.slug) else {
            return;
        };
        let kept = app.signed_at.map_or(0, Timestamp::micros);
        let noted = entry.marks.signed_at.load(Ordering::Relaxed);
        if at.micros() - kept.max(noted) < MINUTE {
            return;
        }
        let first = entry
            .marks
            .signed_at
            .compare_exchange(noted, at.micros(), Ordering::Relaxed, Ordering::Relaxed);
        if first.is_err() {
            return;
        }
        let (store, row) = (self.store.clone(), app.row);
        tokio::spawn(async move {
            if let Err(error) = store.note_signed(row, at).await {
                let error = &error as &(dyn std::error::Error + Sync);
                tracing::debug!(error, "the moment of a signed delivery was not written down");
            }
        });
    }
}

/// Reads the apps in memory again and again, so that no request has to wait for it.
pub(crate) async fn keep_fresh(house: House) {
    let mut ticks = tokio::time::interval(REREAD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if house.apps.is_empty() {
            continue;
        }
        let began = Instant::now();
        match house.store.apps().await {
            Ok(apps) => apps.into_iter().for_each(|app| drop(house.apps.put(app, began))),
            Err(error) => {
                let error = &error as &(dyn std::error::Error + Sync);
                tracing::warn!(error, "the apps could not be read again");
            }
        }
    }
}
