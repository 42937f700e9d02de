//! The schema, one file per migration, never edited after a release.
//!
//! Old code runs against a new schema during a deploy: expand first, contract in a later release.

use sea_orm_migration::{
    DbErr, MigrationTrait, MigratorTrait, SchemaManager, async_trait, sea_orm::DatabaseConnection,
};

mod m20261121_000001_initial;
mod m20261122_000001_requests;
mod m20261122_000002_data_keys;
mod m20261122_000003_credentials;
mod m20261122_000004_key_rights;
mod m20261123_000001_apps;
mod m20261123_000002_drift;
mod m20261123_000003_sockets;
mod m20261124_000001_approvals;
mod spelling;

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_initial::Migration),
            Box::new(m20261122_000001_requests::Migration),
            Box::new(m20261122_000002_data_keys::Migration),
            Box::new(m20261122_000003_credentials::Migration),
            Box::new(m20261122_000004_key_rights::Migration),
            Box::new(m20261123_000001_apps::Migration),
            Box::new(m20261123_000002_drift::Migration),
            Box::new(m20261123_000003_sockets::Migration),
            Box::new(m20261124_000001_approvals::Migration),
        ]
    }
}

/// Applies what is missing, oldest first.
pub async fn up(db: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(db, None).await
}

/// Takes everything back: all data is lost.
pub async fn down(db: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::down(db, None).await
}

/// Takes the newest migrations back, so many of them: what only they keep is lost.
pub async fn back(db: &DatabaseConnection, steps: u32) -> Result<(), DbErr> {
    Migrator::down(db, Some(steps)).await
}

/// Names of the migrations that are still to be applied; changes nothing.
pub async fn pending(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let pending = Migrator::get_pending_migrations_read_only(db).await?;
    Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
}

/// Whether the database has this table; it may be of an older schema, or empty.
pub async fn has_table(db: &DatabaseConnection, table: &str) -> Result<bool, DbErr> {
    SchemaManager::new(db).has_table(table).await
}
