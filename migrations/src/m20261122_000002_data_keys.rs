//! Data keys, wrapped by the master key, and the rotations that moved the secrets from one to the next.
//!
//! One text serves both databases, see [`crate::spelling`]. Times are microseconds since the epoch.
//! `key_rotations.id` is the id of the data key that the rotation brought. `tokens.key_id` names the data key
//! from now on; 0 stands for the master key itself, under which everything was sealed before.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait};

use crate::spelling::execute;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000002_data_keys"
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
        execute(manager, &[KEYS]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for table in ["key_rotations", "data_keys"] {
            db.execute_unprepared(&format!("DROP TABLE {table}")).await?;
        }
        Ok(())
    }
}

const KEYS: &[&str] = &[
    "CREATE TABLE data_keys (
        id BIGINT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        wrapped {blob} NOT NULL,
        master_id TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        retired_at BIGINT,
        unused_since BIGINT)",
    "CREATE TABLE key_rotations (
        id BIGINT NOT NULL PRIMARY KEY REFERENCES data_keys (id),
        started_at BIGINT NOT NULL,
        finished_at BIGINT,
        done BIGINT NOT NULL,
        total BIGINT NOT NULL)",
    "UPDATE tokens SET key_id = 0",
];
