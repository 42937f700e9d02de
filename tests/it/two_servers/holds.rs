//! What holds a process at a step in the database, without its knowing: a trigger that waits for a lock which
//! the test has, and a lock on the table of tokens that is taken the moment a commit gives it up.

use anyhow::Context as _;
use grantbook_tests::stage::until;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement};
use tokio::task::JoinHandle;

/// What the trigger waits for.
const LOCK: i64 = 4_711;

/// A step that is written to the row of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Write {
    /// That the refresh token is about to be spent.
    Mark,
    /// The token that Slack gave.
    NewToken,
}

impl Write {
    fn condition(self) -> &'static str {
        match self {
            Self::Mark => "OLD.spending_since IS NULL AND NEW.spending_since IS NOT NULL",
            Self::NewToken => "NEW.generation > OLD.generation",
        }
    }
}

/// One connection of the test's own.
async fn connect(database: &str) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(database);
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    Database::connect(options).await.context("the database is not there")
}

/// The first column of the first row, if there is one.
pub(super) async fn one(db: &DatabaseConnection, query: &str) -> anyhow::Result<Option<String>> {
    let statement = Statement::from_string(db.get_database_backend(), query);
    let row = db.query_one_raw(statement).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

/// Whoever writes this step of a token waits, and nobody else does.
pub(super) struct Held {
    lock: DatabaseConnection,
    looks: DatabaseConnection,
    database: String,
}

impl Held {
    pub(super) async fn at(database: &str, write: Write) -> anyhow::Result<Self> {
        let (lock, looks) = (connect(database).await?, connect(database).await?);
        lock.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})"))
            .await?;
        let trigger = format!(
            "CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql
             AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared({LOCK}); RETURN NEW; END $$;
             CREATE TRIGGER held BEFORE UPDATE ON credentials FOR EACH ROW WHEN ({}) EXECUTE FUNCTION held()",
            write.condition()
        );
        looks.execute_unprepared(&trigger).await?;
        Ok(Self {
            lock,
            looks,
            database: database.to_owned(),
        })
    }

    /// Waits until a process has come to the step; its name, as it calls itself towards the database.
    pub(super) async fn who(&self) -> anyhow::Result<String> {
        let query = "SELECT application_name FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'";
        until("a process has come to the step", async || one(&self.looks, query).await).await
    }

    /// Lets the step be written, and takes the table before anybody can read what was written.
    pub(super) async fn release_behind_a_lock(self) -> anyhow::Result<Taken> {
        let taker = connect(&self.database).await?;
        let taking: JoinHandle<anyhow::Result<DatabaseConnection>> = tokio::spawn(async move {
            taker
                .execute_unprepared("BEGIN; LOCK TABLE credentials IN ACCESS EXCLUSIVE MODE")
                .await?;
            Ok(taker)
        });
        let query = "SELECT 'waits' FROM pg_stat_activity WHERE datname = current_database()
                     AND wait_event_type = 'Lock' AND wait_event = 'relation' AND query LIKE '%ACCESS EXCLUSIVE%'";
        until("the table is waited for", async || one(&self.looks, query).await).await?;
        self.release().await?;
        Ok(Taken(taking.await??))
    }

    /// Lets everybody go on, and is not there any more.
    pub(super) async fn release(self) -> anyhow::Result<()> {
        self.lock
            .execute_unprepared(&format!("SELECT pg_advisory_unlock({LOCK})"))
            .await?;
        self.lock.close().await?;
        Ok(self.looks.close().await?)
    }
}

/// The table of tokens: nobody else reads it.
pub(super) struct Taken(DatabaseConnection);

impl Taken {
    /// Which token of the row stands there.
    pub(super) async fn generation(&self) -> anyhow::Result<i64> {
        let found = one(&self.0, "SELECT max(generation)::text FROM credentials").await?;
        Ok(found.context("a token")?.parse()?)
    }

    pub(super) async fn release(self) -> anyhow::Result<()> {
        self.0.execute_unprepared("ROLLBACK").await?;
        Ok(self.0.close().await?)
    }
}
