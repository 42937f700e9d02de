//! Socket Mode: which process holds which of an app's connections, and which processes there are.
//!
//! One text serves both databases, see [`crate::spelling`]. Times are microseconds since the epoch. A row whose
//! `until` is over belongs to nobody. `app` refers to a row of `apps` without a constraint: what is kept here is
//! over in seconds.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::spelling::execute;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000003_sockets"
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
        execute(manager, &[TABLES]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, &[BACK]).await
    }
}

const TABLES: &[&str] = &[
    // `slot` counts from one. `is_open`, `problem` (a sentence) and `slack_counts` (the app's connections, as
    // Slack told in its last greeting) are what the holder said when it renewed.
    "CREATE TABLE socket_slots (
        app BIGINT NOT NULL,
        slot BIGINT NOT NULL,
        holder TEXT NOT NULL,
        until BIGINT NOT NULL,
        is_open BOOLEAN NOT NULL DEFAULT FALSE,
        problem TEXT,
        slack_counts BIGINT,
        PRIMARY KEY (app, slot)){clustered}",
    "CREATE TABLE socket_holders (
        holder TEXT NOT NULL PRIMARY KEY,
        until BIGINT NOT NULL){clustered}",
];

const BACK: &[&str] = &["DROP TABLE socket_holders", "DROP TABLE socket_slots"];
