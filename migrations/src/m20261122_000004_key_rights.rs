//! Rights of API keys beside their role: which of them may read tokens.
//!
//! One text serves both databases. Keys that exist may not.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::ConnectionTrait};

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000004_key_rights"
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
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE api_keys ADD COLUMN may_read_tokens BOOLEAN NOT NULL DEFAULT FALSE")
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE api_keys DROP COLUMN may_read_tokens")
            .await?;
        Ok(())
    }
}
