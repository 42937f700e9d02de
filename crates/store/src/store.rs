//! `Store`: the open database with its vault and the notices of what was committed.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};

use crate::{StoreError, Vault, keyring::columns, keys_at_hand::KeysAtHand, notices::Board};

/// How long a SQLite connection waits for another one's lock.
const BUSY: Duration = Duration::from_secs(10);

/// Page cache of a SQLite connection that reads, in KiB (SQLite writes sizes as negative numbers).
const READER_CACHE: &str = "-4096";
/// Page cache of the one that writes.
const WRITER_CACHE: &str = "-65536";

/// Pages in the write-ahead log before it is copied into the database: 64 MiB. With SQLite's own thousand,
/// every shared commit would end in such a copy.
const CHECKPOINT: &str = "16384";

/// When SQLite waits for the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// At each commit: what was acknowledged survives a power cut.
    #[default]
    Full,
    /// At checkpoints only: a power cut may take the last commits, never the consistency.
    Normal,
}

/// How to open the database.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Connections at most.
    pub max_connections: u32,
    /// SQLite only.
    pub sqlite_synchronous: Synchronous,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 8,
            sqlite_synchronous: Synchronous::Full,
        }
    }
}

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    /// Where transactions that write begin. SQLite has one writer at a time: one connection that keeps
    /// its pages in memory serves them all, where a pool would read them anew at every turn.
    writer: DatabaseConnection,
    vault: Arc<Vault>,
    board: Arc<Board>,
    keys_at_hand: Arc<KeysAtHand>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("backend", &self.db.get_database_backend())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens `sqlite://path` (made if missing) or `postgres://…`. Does not migrate. Refuses a vault whose master
    /// key is not the one that the database is sealed with.
    pub async fn open(url: &str, vault: Vault, options: Options) -> Result<Self, StoreError> {
        let db = Self::connect(url, options, options.max_connections.max(1), READER_CACHE).await?;
        let writer = if url.starts_with("sqlite:") && !url.contains(":memory:") {
            Self::connect(url, options, 1, WRITER_CACHE).await?
        } else {
            db.clone()
        };
        let store = Self {
            db,
            writer,
            vault: Arc::new(vault),
            board: Arc::new(Board::new(url)),
            keys_at_hand: Arc::default(),
        };
        store.read_keys().await?;
        Ok(store)
    }

    /// Whether the database holds secrets already, whatever its schema: then a new master key is of no use.
    pub async fn holds_secrets(url: &str) -> Result<bool, StoreError> {
        let db = Self::connect(url, Options::default(), 1, READER_CACHE).await?;
        let holds = columns::holds_secrets(&db).await;
        db.close().await?;
        holds
    }

    async fn connect(
        url: &str,
        options: Options,
        connections: u32,
        cache: &'static str,
    ) -> Result<DatabaseConnection, StoreError> {
        let mut connect = ConnectOptions::new(url);
        connect
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(30))
            .sqlx_logging(false)
            .record_stmt_in_spans(false)
            .test_before_acquire(false);
        if url.starts_with("sqlite:") {
            let synchronous = match options.sqlite_synchronous {
                Synchronous::Full => SqliteSynchronous::Full,
                Synchronous::Normal => SqliteSynchronous::Normal,
            };
            // Connections keep their caches and prepared statements for good.
            connect.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
            connect.map_sqlx_sqlite_opts(move |sqlite| {
                sqlite
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(synchronous)
                    .busy_timeout(BUSY)
                    .foreign_keys(true)
                    .pragma("cache_size", cache)
                    .pragma("wal_autocheckpoint", CHECKPOINT)
            });
        }
        Ok(Database::connect(connect).await?)
    }

    /// Brings the schema up to date, and makes the first keys where there are none.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        grantbook_migrations::up(&self.db).await?;
        self.prepare_keys().await
    }

    /// Names of the migrations that are still to be applied.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        Ok(grantbook_migrations::pending(&self.db).await?)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.db.ping().await?)
    }

    /// Closes all connections; what is under way ends first.
    pub async fn close(self) -> Result<(), StoreError> {
        self.writer.close().await?;
        Ok(self.db.close().await?)
    }

    /// Starts a transaction that may write. On SQLite it takes the writer's lock at once, so that reading
    /// before writing cannot fail half-way.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let immediate =
            (self.db.get_database_backend() == DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions {
            sqlite_transaction_mode: immediate,
            ..TransactionOptions::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// Seals and opens secrets.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Whoever listens.
    pub(crate) fn board(&self) -> &Board {
        &self.board
    }

    /// What is known of installations by their rows.
    pub(crate) fn keys_at_hand(&self) -> &KeysAtHand {
        &self.keys_at_hand
    }

    /// The pool.
    pub(crate) fn db(&self) -> &DatabaseConnection {
        &self.db
    }
}
