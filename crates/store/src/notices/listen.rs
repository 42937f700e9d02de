//! Listening to the other processes on one PostgreSQL, on a connection of its own.
//!
//! Each second a beat goes out on a channel that only this store hears, and comes back behind everything that was
//! committed before it left: PostgreSQL queues notices in the order of the commits. That is how it is known until
//! when this process is current.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use sea_orm::sqlx::{
    self,
    postgres::{PgListener, PgNotification},
};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::{Board, CHANNEL, Notices, payload::Payload};
use crate::Store;

/// Between two beats.
const BEAT: Duration = Duration::from_secs(1);
/// A beat that takes longer to come back ends the line.
const LOST: Duration = Duration::from_secs(5);
/// How long to wait before trying again.
const AGAIN: Duration = Duration::from_millis(500);

/// Why the line ended.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the connection is gone")]
    Gone,
    #[error("the database does not answer")]
    Silent,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Store {
    /// Hears what other processes commit, until dropped; a broken line is made again, and listeners are told that
    /// they missed something. On SQLite there is nobody else: this waits for ever.
    pub async fn listen(&self) {
        let board = self.board();
        let Some(address) = &board.address else {
            return std::future::pending().await;
        };
        // Whoever drops this no longer hears anything.
        let _silence = Silence(board);
        loop {
            let Err(error) = line(board, address).await;
            board.pulse.stop();
            let error = &error as &(dyn std::error::Error + Send + Sync);
            tracing::warn!(
                error,
                "other processes are not heard; answers come from the database until they are"
            );
            sleep(AGAIN).await;
        }
    }

    /// How long ago the moment is up to which everything committed was told to the watchers: nothing on SQLite, about
    /// a second at most on PostgreSQL. `None` where nobody listens, or the line is broken: then only the database
    /// knows.
    pub fn heard_until(&self) -> Option<Duration> {
        self.board().pulse.behind()
    }
}

struct Silence<'a>(&'a Board);

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        self.0.pulse.stop();
    }
}

/// One connection, as long as it lasts.
async fn line(board: &Board, address: &str) -> Result<Infallible, Broken> {
    let own = format!("{CHANNEL}_{}", board.id);
    let mut listener = timeout(LOST, PgListener::connect(address))
        .await
        .map_err(|_| Broken::Silent)??;
    // A lost connection ends the line: what was sent meanwhile is gone, and everybody must know.
    listener.eager_reconnect(false);
    listener.listen_all([CHANNEL, own.as_str()]).await?;
    board.missed();
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sent: VecDeque<(u64, Instant)> = VecDeque::new();
    let mut number = 0_u64;
    loop {
        let heard = tokio::select! {
            heard = listener.try_recv() => Some(heard?.ok_or(Broken::Gone)?),
            _ = beats.tick() => None,
        };
        match heard {
            Some(heard) if heard.channel() == own => {
                let back = |(beat, _): &(u64, Instant)| heard.payload() == beat.to_string();
                if let Some(place) = sent.iter().position(back)
                    && let Some((_, at)) = sent.drain(..=place).next_back()
                {
                    board.pulse.confirm(at);
                }
            }
            Some(heard) => told(board, &heard),
            None => {
                if sent.front().is_some_and(|(_, at)| at.elapsed() > LOST) {
                    return Err(Broken::Silent);
                }
                number += 1;
                sent.push_back((number, Instant::now()));
                let beat = sqlx::query("SELECT pg_notify($1, $2)")
                    .bind(&own)
                    .bind(number.to_string());
                timeout(LOST, beat.execute(&mut listener))
                    .await
                    .map_err(|_| Broken::Silent)??;
            }
        }
    }
}

/// What another process says; one's own commits were told before, except to watchers where nobody knew whether
/// they happened.
fn told(board: &Board, heard: &PgNotification) {
    let Ok(payload) = serde_json::from_str::<Payload>(heard.payload()) else {
        // A version that says more than this one understands.
        board.missed();
        return;
    };
    let own = payload.from == board.id;
    let notices = Notices::from(payload);
    board.watchers(&notices);
    if !own {
        board.channels(&notices, false);
    }
}
