//! Drift: differences found between ledger and Slack, what answers showed of scopes, and when each installation
//! is compared.
//!
//! One text serves both databases, see [`crate::spelling`]. Times are microseconds since the epoch. As in the
//! credentials' table, `installation` refers to a row of `installations` without a constraint.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::spelling::execute;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000002_drift"
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
        execute(manager, &[DRIFTS, OBSERVED, CHECKS]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, &[BACK]).await
    }
}

const DRIFTS: &[&str] = &[
    // `what` is the difference itself, as text: of two that are equal only one is open. `app` and `tenant` are
    // the installation's, to filter by. `holder` is `app`, or the id of the person whose token shows it.
    "CREATE TABLE drifts (
        id {row},
        installation BIGINT NOT NULL,
        app BIGINT NOT NULL,
        tenant TEXT NOT NULL,
        what TEXT NOT NULL,
        kind TEXT NOT NULL,
        scope TEXT,
        resource_type TEXT,
        resource TEXT,
        holder TEXT,
        declared BOOLEAN,
        in_ledger BOOLEAN NOT NULL,
        cause TEXT NOT NULL,
        sentence TEXT NOT NULL,
        found_at BIGINT NOT NULL,
        closed_at BIGINT,
        closed_by TEXT,
        entry BIGINT)",
    "CREATE UNIQUE INDEX drifts_open ON drifts (installation, what) WHERE closed_at IS NULL",
    "CREATE INDEX drifts_open_id ON drifts (id) WHERE closed_at IS NULL",
    "CREATE INDEX drifts_open_app ON drifts (app, id) WHERE closed_at IS NULL",
    "CREATE INDEX drifts_open_tenant ON drifts (tenant, id) WHERE closed_at IS NULL",
    "CREATE INDEX drifts_open_kind ON drifts (kind, id) WHERE closed_at IS NULL",
    "CREATE INDEX drifts_closed_id ON drifts (id) WHERE closed_at IS NOT NULL",
    "CREATE INDEX drifts_app ON drifts (app, id)",
    "CREATE INDEX drifts_tenant ON drifts (tenant, id)",
    "CREATE INDEX drifts_kind ON drifts (kind, id)",
];

const OBSERVED: &[&str] = &[
    // The scopes that a holder's token had when Slack named them last (`x-oauth-scopes`), a JSON list.
    "CREATE TABLE live_scopes (
        installation BIGINT NOT NULL,
        holder TEXT NOT NULL,
        scopes TEXT NOT NULL,
        seen_at BIGINT NOT NULL,
        PRIMARY KEY (installation, holder)){clustered}",
    // Scopes held by whoever called, of those that Slack named as enough (`x-accepted-oauth-scopes`).
    "CREATE TABLE scope_uses (
        installation BIGINT NOT NULL,
        holder TEXT NOT NULL,
        scope TEXT NOT NULL,
        first_at BIGINT NOT NULL,
        last_at BIGINT NOT NULL,
        calls BIGINT NOT NULL,
        PRIMARY KEY (installation, scope, holder)){clustered}",
    "CREATE TABLE observations (
        installation BIGINT NOT NULL,
        holder TEXT NOT NULL,
        since BIGINT NOT NULL,
        calls BIGINT NOT NULL,
        PRIMARY KEY (installation, holder)){clustered}",
];

const CHECKS: &[&str] = &[
    // `agreed_at` is when ledger and Slack agreed last, by themselves or by an entry. `next_at` is null without a
    // schedule.
    "CREATE TABLE drift_checks (
        installation BIGINT NOT NULL PRIMARY KEY,
        at BIGINT,
        agreed_at BIGINT,
        next_at BIGINT,
        outcome TEXT,
        lease_owner TEXT,
        lease_until BIGINT)",
    "CREATE INDEX drift_checks_next ON drift_checks (next_at, installation)",
    "CREATE INDEX drift_checks_at ON drift_checks (at)",
    "CREATE TABLE drift_runs (
        id {row},
        who TEXT NOT NULL,
        started_at BIGINT NOT NULL,
        finished_at BIGINT,
        total BIGINT NOT NULL,
        done BIGINT NOT NULL,
        failed BIGINT NOT NULL)",
];

const BACK: &[&str] = &[
    "DROP TABLE drift_runs",
    "DROP TABLE drift_checks",
    "DROP TABLE observations",
    "DROP TABLE scope_uses",
    "DROP TABLE live_scopes",
    "DROP TABLE drifts",
];
