//! The first schema: apps, installations and their tokens, the ledger with its projection, the inbox,
//! install attempts, and the people and keys that may look at it all.
//!
//! One text serves both databases, see [`crate::spelling`]. Times are microseconds since the
//! epoch, save for `ledger.at` and `ledger_scopes.at`, which are the whole seconds of Slack's `event_time`.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait};

use crate::spelling::execute;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261121_000001_initial"
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
        execute(manager, &[INSTALLATIONS, LEDGER, PEOPLE]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for table in TABLES.iter().rev() {
            db.execute_unprepared(&format!("DROP TABLE {table}")).await?;
        }
        Ok(())
    }
}

/// In order of creation.
const TABLES: [&str; 15] = [
    "apps",
    "tenants",
    "installations",
    "grants",
    "installation_scopes",
    "tokens",
    "names",
    "install_attempts",
    "ledger",
    "ledger_scopes",
    "inbox",
    "users",
    "setup",
    "sessions",
    "api_keys",
];

const INSTALLATIONS: &[&str] = &[
    "CREATE TABLE apps (
        id {row},
        slug TEXT NOT NULL UNIQUE,
        app_id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        model TEXT NOT NULL,
        client_id TEXT NOT NULL,
        client_secret {blob} NOT NULL,
        signing_secret {blob} NOT NULL,
        scopes TEXT NOT NULL,
        single_channel BOOLEAN NOT NULL DEFAULT FALSE,
        created_at BIGINT NOT NULL)",
    // `status`, `scopes_count` and `last_at` sum up the tenant's installations, for the workspaces list.
    "CREATE TABLE tenants (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        enterprise TEXT,
        updated_at BIGINT NOT NULL,
        status TEXT NOT NULL DEFAULT 'unknown',
        scopes_count BIGINT NOT NULL DEFAULT 0,
        last_at BIGINT NOT NULL DEFAULT 0){clustered}",
    "CREATE INDEX tenants_name ON tenants (lower(name), id)",
    "CREATE INDEX tenants_last_at ON tenants (last_at, id)",
    "CREATE INDEX tenants_status ON tenants (status, last_at, id)",
    "CREATE INDEX tenants_scopes_count ON tenants (scopes_count, id)",
    // `last_at` is 0 while nothing has happened.
    "CREATE TABLE installations (
        id {row},
        app BIGINT NOT NULL REFERENCES apps (id),
        tenant TEXT NOT NULL REFERENCES tenants (id),
        status TEXT NOT NULL,
        model TEXT NOT NULL,
        app_user TEXT,
        installer TEXT,
        installed_at BIGINT,
        scopes_count BIGINT NOT NULL DEFAULT 0,
        resources_count BIGINT NOT NULL DEFAULT 0,
        denied_count BIGINT NOT NULL DEFAULT 0,
        head_seq BIGINT NOT NULL DEFAULT 0,
        head_hash {blob} NOT NULL,
        last_at BIGINT NOT NULL DEFAULT 0,
        last_kind TEXT,
        last_actor TEXT,
        last_scopes TEXT NOT NULL DEFAULT '[]',
        last_resources BIGINT NOT NULL DEFAULT 0,
        created_at BIGINT NOT NULL,
        UNIQUE (app, tenant))",
    "CREATE INDEX installations_last_at ON installations (last_at, id)",
    "CREATE INDEX installations_tenant ON installations (tenant, last_at, id)",
    "CREATE INDEX installations_app ON installations (app, last_at, id)",
    "CREATE INDEX installations_status ON installations (status, last_at, id)",
    "CREATE TABLE grants (
        installation BIGINT NOT NULL REFERENCES installations (id),
        cell TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (installation, cell)){clustered}",
    "CREATE TABLE installation_scopes (
        installation BIGINT NOT NULL REFERENCES installations (id),
        scope TEXT NOT NULL,
        PRIMARY KEY (installation, scope)){clustered}",
    "CREATE INDEX installation_scopes_scope ON installation_scopes (scope, installation)",
    "CREATE TABLE tokens (
        installation BIGINT NOT NULL PRIMARY KEY REFERENCES installations (id),
        access {blob} NOT NULL,
        refresh {blob},
        hint TEXT NOT NULL,
        issued_at BIGINT NOT NULL,
        expires_at BIGINT,
        key_id BIGINT NOT NULL,
        revoked_at BIGINT)",
    "CREATE TABLE names (
        tenant TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        fetched_at BIGINT NOT NULL,
        PRIMARY KEY (tenant, id)){clustered}",
    "CREATE TABLE install_attempts (
        id TEXT NOT NULL PRIMARY KEY,
        app BIGINT NOT NULL REFERENCES apps (id),
        state_hash {blob} NOT NULL UNIQUE,
        binding_hash {blob} NOT NULL,
        single_channel BOOLEAN NOT NULL,
        team TEXT,
        started_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        consumed_at BIGINT,
        ended_at BIGINT,
        outcome TEXT NOT NULL,
        error TEXT,
        installation BIGINT REFERENCES installations (id))",
    "CREATE INDEX install_attempts_started_at ON install_attempts (started_at, id)",
    "CREATE INDEX install_attempts_app ON install_attempts (app, started_at, id)",
    "CREATE INDEX install_attempts_outcome ON install_attempts (outcome, expires_at)",
];

const LEDGER: &[&str] = &[
    "CREATE TABLE ledger (
        installation BIGINT NOT NULL REFERENCES installations (id),
        seq BIGINT NOT NULL,
        at BIGINT NOT NULL,
        precedence SMALLINT NOT NULL,
        event_id TEXT NOT NULL,
        recorded_at BIGINT NOT NULL,
        kind TEXT NOT NULL,
        source TEXT NOT NULL,
        actor TEXT,
        fact TEXT NOT NULL,
        previous {blob} NOT NULL,
        hash {blob} NOT NULL,
        PRIMARY KEY (installation, seq)){clustered}",
    "CREATE INDEX ledger_at ON ledger (at, installation, seq)",
    "CREATE INDEX ledger_installation_at ON ledger (installation, at, seq)",
    "CREATE INDEX ledger_kind ON ledger (kind, at, installation, seq)",
    "CREATE INDEX ledger_source ON ledger (source, at, installation, seq)",
    "CREATE TABLE ledger_scopes (
        scope TEXT NOT NULL,
        at BIGINT NOT NULL,
        installation BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        PRIMARY KEY (scope, at, installation, seq)){clustered}",
    // `body` is kept only while somebody may still need it: waiting, rejected and unknown events.
    "CREATE TABLE inbox (
        app BIGINT NOT NULL REFERENCES apps (id),
        event_id TEXT NOT NULL,
        received_at BIGINT NOT NULL,
        event_time BIGINT NOT NULL,
        status TEXT NOT NULL,
        tenant TEXT,
        event_type TEXT NOT NULL,
        body {blob},
        problem TEXT,
        PRIMARY KEY (app, event_id)){clustered}",
    "CREATE INDEX inbox_status ON inbox (status, app, tenant)",
];

const PEOPLE: &[&str] = &[
    "CREATE TABLE users (
        id {row},
        name TEXT NOT NULL UNIQUE,
        password_hash TEXT NOT NULL,
        role TEXT NOT NULL,
        created_at BIGINT NOT NULL)",
    "CREATE TABLE setup (
        id BIGINT NOT NULL PRIMARY KEY,
        token_hash {blob} NOT NULL,
        created_at BIGINT NOT NULL,
        used_at BIGINT)",
    "CREATE TABLE sessions (
        id_hash {blob} NOT NULL PRIMARY KEY,
        \"user\" BIGINT NOT NULL REFERENCES users (id),
        csrf TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL)",
    "CREATE INDEX sessions_expires_at ON sessions (expires_at)",
    "CREATE TABLE api_keys (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        secret_hash {blob} NOT NULL,
        role TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        last_used_at BIGINT,
        revoked_at BIGINT)",
    "CREATE INDEX api_keys_created_at ON api_keys (created_at, id)",
];
