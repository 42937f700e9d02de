//! A database that answers nobody: another connection holds every table, as a forgotten lock or a long
//! migration does.

use anyhow::Context as _;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection};

/// How often the lock is tried for: the database may choose us where two wait for each other.
const TRIES: u32 = 5;

/// On PostgreSQL nobody else can even read.
const EVERY_TABLE: &str = "BEGIN; DO $$ BEGIN EXECUTE (
    SELECT 'LOCK TABLE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' IN ACCESS EXCLUSIVE MODE'
    FROM pg_tables WHERE schemaname = 'public'
); END $$";

/// On SQLite nobody else can write. Its write-ahead log always lets others read.
const THE_FILE: &str = "BEGIN EXCLUSIVE";

/// The lock; it ends with this.
#[derive(Debug)]
pub struct Held(DatabaseConnection);

impl Held {
    /// Takes every table of `database`, and returns when all of them are held.
    ///
    /// # Errors
    ///
    /// Fails when the database is not there, or when others hold it without end.
    pub async fn every_table(database: &str) -> anyhow::Result<Self> {
        let mut options = ConnectOptions::new(database);
        options.max_connections(1).min_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await.context("the database is not there")?;
        let statement = if database.starts_with("sqlite:") {
            THE_FILE
        } else {
            EVERY_TABLE
        };
        for _ in 1..TRIES {
            if db.execute_unprepared(statement).await.is_ok() {
                return Ok(Self(db));
            }
            // Nothing to roll back is no fault.
            let _ = db.execute_unprepared("ROLLBACK").await;
        }
        db.execute_unprepared(statement)
            .await
            .context("the lock is not given")?;
        Ok(Self(db))
    }

    /// Lets everybody go on.
    ///
    /// # Errors
    ///
    /// Fails when the connection is gone, and the lock with it.
    pub async fn release(self) -> anyhow::Result<()> {
        self.0.execute_unprepared("ROLLBACK").await?;
        Ok(self.0.close().await?)
    }
}
