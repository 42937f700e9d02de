//! Credentials: every token of an installation, the app's and each person's, with what is known of its
//! rotation; what happened to each; and the audit log.
//!
//! One text serves both databases, see [`crate::spelling`]. Times are microseconds since the epoch.
//! `credentials` takes the place of `tokens`, which goes: what it sealed would not move to new keys. As in the
//! requests' tables, `installation` refers to a row of `installations` without a constraint: its check would
//! lock that row after the credential, while the inbox's writer locks it before.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::spelling::execute;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000003_credentials"
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
        execute(manager, &[CREDENTIALS, LOGS]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, &[BACK]).await
    }
}

const CREDENTIALS: &[&str] = &[
    // `holder` is `app`, or the id of the person whose token it is. `spending_since` is written before the
    // refresh token of this generation is spent. `fence` grows with each lease and whatever ends one.
    "CREATE TABLE credentials (
        id {row},
        installation BIGINT NOT NULL,
        holder TEXT NOT NULL,
        kind TEXT NOT NULL,
        access {blob} NOT NULL,
        refresh {blob},
        hint TEXT NOT NULL,
        key_id BIGINT NOT NULL,
        issued_at BIGINT NOT NULL,
        expires_at BIGINT,
        generation BIGINT NOT NULL,
        fence BIGINT NOT NULL DEFAULT 0,
        lease_owner TEXT,
        lease_until BIGINT,
        spending_since BIGINT,
        state TEXT NOT NULL,
        problem TEXT,
        failures INTEGER NOT NULL DEFAULT 0,
        retry_at BIGINT,
        refreshed_at BIGINT,
        revoked_at BIGINT,
        UNIQUE (installation, holder))",
    "CREATE INDEX credentials_state ON credentials (state, expires_at, id)",
    "CREATE INDEX credentials_spending ON credentials (lease_until, id) WHERE spending_since IS NOT NULL",
    // What was uninstalled ended then, though nobody wrote it down on the token.
    "INSERT INTO credentials (installation, holder, kind, access, refresh, hint, key_id, issued_at, expires_at,
            generation, state, revoked_at)
        SELECT t.installation, 'app',
            CASE WHEN t.hint LIKE 'xoxb%' OR t.hint LIKE 'xoxe.xoxb%' THEN 'bot'
                WHEN t.hint LIKE 'xoxp%' OR t.hint LIKE 'xoxe.xoxp%' THEN 'user'
                WHEN t.hint LIKE 'xoxa%' OR i.model = 'workspace' THEN 'workspace'
                ELSE 'bot' END,
            t.access, t.refresh, t.hint, t.key_id, t.issued_at, t.expires_at, 1,
            CASE WHEN t.revoked_at IS NOT NULL OR i.status = 'uninstalled' THEN 'revoked' ELSE 'live' END,
            CASE WHEN t.revoked_at IS NOT NULL THEN t.revoked_at
                WHEN i.status = 'uninstalled' THEN i.last_at END
        FROM tokens t JOIN installations i ON i.id = t.installation ORDER BY t.installation",
    "DROP TABLE tokens",
];

const LOGS: &[&str] = &[
    "CREATE TABLE token_events (
        id {row},
        installation BIGINT NOT NULL,
        holder TEXT NOT NULL,
        at BIGINT NOT NULL,
        what TEXT NOT NULL,
        code TEXT,
        generation BIGINT NOT NULL)",
    "CREATE INDEX token_events_installation ON token_events (installation, id)",
    "INSERT INTO token_events (installation, holder, at, what, generation)
        SELECT installation, holder, issued_at, 'issued', generation FROM credentials ORDER BY id",
    // `who` and `subject` are names such as `user:orla` and `app:insectoid`; `detail` is a JSON object.
    "CREATE TABLE audit (
        id {row},
        at BIGINT NOT NULL,
        who TEXT NOT NULL,
        what TEXT NOT NULL,
        subject TEXT NOT NULL,
        detail TEXT NOT NULL)",
    "CREATE INDEX audit_at ON audit (at, id)",
    "CREATE INDEX audit_who ON audit (who, at, id)",
    "CREATE INDEX audit_what ON audit (what, at, id)",
    "CREATE INDEX audit_subject ON audit (subject, at, id)",
];

const BACK: &[&str] = &[
    "DROP TABLE audit",
    "DROP TABLE token_events",
    "CREATE TABLE tokens (
        installation BIGINT NOT NULL PRIMARY KEY REFERENCES installations (id),
        access {blob} NOT NULL,
        refresh {blob},
        hint TEXT NOT NULL,
        issued_at BIGINT NOT NULL,
        expires_at BIGINT,
        key_id BIGINT NOT NULL,
        revoked_at BIGINT)",
    "INSERT INTO tokens (installation, access, refresh, hint, issued_at, expires_at, key_id, revoked_at)
        SELECT installation, access, refresh, hint, issued_at, expires_at, key_id, revoked_at
        FROM credentials WHERE holder = 'app'",
    "DROP TABLE credentials",
];
