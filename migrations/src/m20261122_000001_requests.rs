//! Permission requests: what was asked, what happened since, the presses and Slack's answers to them, and
//! the outbox of what is to be done at Slack.
//!
//! One text serves both databases, see [`crate::spelling`]. Times are microseconds since the epoch.
//! `installation` refers to a row of `installations`, without a constraint: on PostgreSQL its check would lock
//! that row after the press, while the inbox's writer locks it before, and each would wait for the other.
//! Installations are never deleted.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait};

use crate::spelling::execute;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000001_requests"
    }
}

#[expect(
    elided_lifetimes_in_paths,
    reason = "async_trait tells the two spellings apart, and the trait elides"
)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, &[REQUESTS, TRIGGERS, OUTBOX]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX install_attempts_request").await?;
        db.execute_unprepared("ALTER TABLE install_attempts DROP COLUMN request")
            .await?;
        for table in TABLES.iter().rev() {
            db.execute_unprepared(&format!("DROP TABLE {table}")).await?;
        }
        Ok(())
    }
}

/// In order of creation.
const TABLES: [&str; 6] = [
    "permission_requests",
    "request_scopes",
    "request_steps",
    "triggers",
    "trigger_answers",
    "outbox",
];

const REQUESTS: &[&str] = &[
    // From `state` on it sums up `request_steps`; everything before never changes.
    "CREATE TABLE permission_requests (
        id {row},
        installation BIGINT NOT NULL,
        model TEXT NOT NULL,
        kind TEXT NOT NULL,
        person TEXT,
        channel TEXT,
        scopes TEXT NOT NULL,
        optional TEXT NOT NULL,
        message TEXT NOT NULL,
        button TEXT NOT NULL,
        author TEXT NOT NULL,
        author_text TEXT NOT NULL,
        again_of BIGINT,
        drafted_at BIGINT NOT NULL,
        state TEXT NOT NULL,
        state_data TEXT NOT NULL,
        presses INTEGER NOT NULL DEFAULT 0,
        took_ms BIGINT,
        granted TEXT NOT NULL,
        updated_at BIGINT NOT NULL)",
    "CREATE INDEX permission_requests_updated_at ON permission_requests (updated_at, id)",
    "CREATE INDEX permission_requests_state ON permission_requests (state, updated_at, id)",
    "CREATE INDEX permission_requests_installation ON permission_requests (installation, updated_at, id)",
    "CREATE INDEX permission_requests_person ON permission_requests (installation, person, drafted_at)",
    "CREATE TABLE request_scopes (
        scope TEXT NOT NULL,
        request BIGINT NOT NULL REFERENCES permission_requests (id),
        PRIMARY KEY (scope, request)){clustered}",
    "CREATE TABLE request_steps (
        request BIGINT NOT NULL REFERENCES permission_requests (id),
        key TEXT NOT NULL,
        at BIGINT NOT NULL,
        step TEXT NOT NULL,
        PRIMARY KEY (request, key)){clustered}",
    "ALTER TABLE install_attempts ADD COLUMN request BIGINT",
    "CREATE INDEX install_attempts_request ON install_attempts (request) WHERE request IS NOT NULL",
];

const TRIGGERS: &[&str] = &[
    // `code` says why a press belongs to no request.
    "CREATE TABLE triggers (
        app BIGINT NOT NULL REFERENCES apps (id),
        round TEXT NOT NULL,
        request BIGINT,
        installation BIGINT,
        tenant TEXT,
        person TEXT,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        arrived_at BIGINT NOT NULL,
        issued_at BIGINT,
        code TEXT,
        PRIMARY KEY (app, round)){clustered}",
    "CREATE INDEX triggers_request ON triggers (request)",
    "CREATE INDEX triggers_strays ON triggers (arrived_at, app, round) WHERE code IS NOT NULL",
    "CREATE TABLE trigger_answers (
        app BIGINT NOT NULL REFERENCES apps (id),
        round TEXT NOT NULL,
        event_id TEXT NOT NULL,
        installation BIGINT NOT NULL,
        at BIGINT NOT NULL,
        answer TEXT NOT NULL,
        PRIMARY KEY (app, round, event_id)){clustered}",
];

const OUTBOX: &[&str] = &[
    "CREATE TABLE outbox (
        id TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        installation BIGINT NOT NULL,
        request BIGINT,
        payload TEXT NOT NULL,
        state TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        due_at BIGINT NOT NULL,
        lease_until BIGINT,
        created_at BIGINT NOT NULL,
        done_at BIGINT,
        receipt TEXT,
        error TEXT)",
    "CREATE INDEX outbox_state ON outbox (state, due_at)",
    "CREATE INDEX outbox_request ON outbox (request)",
];
