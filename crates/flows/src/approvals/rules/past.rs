//! `Past`: every request that was ever asked, as rules look at it, for backtests.
//!
//! While somebody edits rules the requests stay in memory, without what no rule looks at; a few minutes after the
//! last backtest they go. Very long histories are not kept but read through, a part at a time.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use grantbook_core::approval::AppRequest;
use grantbook_store::{Store, StoreError, approvals::PastRequests};
use tokio::{sync::Mutex, time::Instant};

/// Requests kept in memory at most.
const KEPT: u64 = 120_000;
/// Requests of one part.
const PART: u64 = 2_000;
/// Unused for so long, they go.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// Requests with their numbers, oldest first.
pub(super) type Part = Arc<Vec<(i64, AppRequest)>>;

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct Past(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    mark: PastRequests,
    parts: Vec<Part>,
    used: Option<Instant>,
    /// Whether somebody waits to drop it.
    watched: bool,
}

/// All requests, a few parts at a time.
#[derive(Debug)]
pub(super) enum Walk {
    /// From memory, all at once.
    Kept(Vec<Part>),
    /// From the database, those after this number.
    After(i64),
    /// That was all.
    End,
}

impl Walk {
    /// The next parts; none at the end.
    pub(super) async fn next(&mut self, store: &Store) -> Result<Vec<Part>, StoreError> {
        match std::mem::replace(self, Self::End) {
            Self::Kept(parts) => Ok(parts),
            Self::After(number) => {
                let part = read(store, number).await?;
                if let Some((last, _)) = part.last() {
                    *self = Self::After(*last);
                    return Ok(vec![part]);
                }
                Ok(Vec::new())
            }
            Self::End => Ok(Vec::new()),
        }
    }
}

async fn read(store: &Store, after: i64) -> Result<Part, StoreError> {
    let part = store.app_requests_asked(after, PART).await?;
    let part = part.into_iter().map(|(id, request)| (id, slim(request)));
    Ok(Arc::new(part.collect()))
}

/// Without what no rule looks at and no list of flips shows.
fn slim(mut request: AppRequest) -> AppRequest {
    for scope in &mut request.scopes {
        scope.description = String::new();
    }
    let app = &mut request.app;
    for text in [
        &mut app.description,
        &mut app.app_homepage_url,
        &mut app.app_directory_url,
        &mut app.privacy_policy_url,
        &mut app.help_url,
        &mut app.additional_info,
        &mut request.message,
        &mut request.requester.name,
    ] {
        *text = String::new();
    }
    app.icon = None;
    request.requester.email = None;
    request.domains = Vec::new();
    request
}

impl Past {
    /// All requests that there are now.
    pub(super) async fn walk(&self, store: &Store) -> Result<Walk, StoreError> {
        let mark = store.past_app_requests().await?;
        let mut kept = self.0.lock().await;
        if mark.count > KEPT {
            *kept = Kept {
                watched: kept.watched,
                ..Kept::default()
            };
            return Ok(Walk::After(0));
        }
        if kept.mark != mark {
            kept.follow(store).await?;
        }
        kept.used = Some(Instant::now());
        if !kept.watched {
            kept.watched = true;
            tokio::spawn(drop_when_idle(Arc::downgrade(&self.0)));
        }
        Ok(Walk::Kept(kept.parts.clone()))
    }
}

impl Kept {
    /// Reads what is new. Numbers may become visible out of order; where one below the newest was missed,
    /// everything is read again.
    async fn follow(&mut self, store: &Store) -> Result<(), StoreError> {
        self.append(store).await?;
        let mark = store.past_app_requests().await?;
        if self.mark != mark && self.mark.newest >= mark.newest {
            self.parts.clear();
            self.mark = PastRequests::default();
            self.append(store).await?;
        }
        Ok(())
    }

    async fn append(&mut self, store: &Store) -> Result<(), StoreError> {
        loop {
            let part = read(store, self.mark.newest).await?;
            let Some((last, _)) = part.last() else { return Ok(()) };
            self.mark.newest = *last;
            self.mark.count += u64::try_from(part.len()).unwrap_or_default();
            self.parts.push(part);
        }
    }
}

async fn drop_when_idle(kept: Weak<Mutex<Kept>>) {
    loop {
        tokio::time::sleep(IDLE).await;
        let Some(kept) = kept.upgrade() else { return };
        let mut kept = kept.lock().await;
        if kept.used.is_none_or(|used| used.elapsed() >= IDLE) {
            *kept = Kept::default();
            return;
        }
    }
}
