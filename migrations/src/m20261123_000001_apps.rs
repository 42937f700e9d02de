//! What an app needs beyond the first secrets: Socket Mode, the scopes it asks people for, rotation of tokens,
//! organizations, and the secrets that were replaced, for as long as they are still good.
//!
//! One text serves both databases, see [`crate::spelling`]. Times are microseconds since the epoch.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::spelling::execute;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000001_apps"
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
        execute(manager, &[SETTINGS, SECRETS]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, &[BACK]).await
    }
}

const SETTINGS: &[&str] = &[
    // 0: Slack calls our address; 1 to 10: so many Socket Mode connections over all replicas.
    "ALTER TABLE apps ADD COLUMN socket_connections INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE apps ADD COLUMN user_scopes TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE apps ADD COLUMN token_rotation BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE apps ADD COLUMN org_deploy BOOLEAN NOT NULL DEFAULT FALSE",
    // When a rightly signed delivery came last, to the minute.
    "ALTER TABLE apps ADD COLUMN signed_at BIGINT",
];

const SECRETS: &[&str] = &[
    "ALTER TABLE apps ADD COLUMN app_token {blob}",
    "ALTER TABLE apps ADD COLUMN previous_client_secret {blob}",
    "ALTER TABLE apps ADD COLUMN client_secret_until BIGINT",
    "ALTER TABLE apps ADD COLUMN previous_signing_secret {blob}",
    "ALTER TABLE apps ADD COLUMN signing_secret_until BIGINT",
];

const BACK: &[&str] = &[
    "ALTER TABLE apps DROP COLUMN signing_secret_until",
    "ALTER TABLE apps DROP COLUMN previous_signing_secret",
    "ALTER TABLE apps DROP COLUMN client_secret_until",
    "ALTER TABLE apps DROP COLUMN previous_client_secret",
    "ALTER TABLE apps DROP COLUMN app_token",
    "ALTER TABLE apps DROP COLUMN signed_at",
    "ALTER TABLE apps DROP COLUMN org_deploy",
    "ALTER TABLE apps DROP COLUMN token_rotation",
    "ALTER TABLE apps DROP COLUMN user_scopes",
    "ALTER TABLE apps DROP COLUMN socket_connections",
];
