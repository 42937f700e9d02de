//! Registering an app: its secrets are sealed before they reach the disk.

use grantbook_core::{Timestamp, view::NewApp};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, SqlErr};

use super::{place, scopes_text};
use crate::{
    Store, StoreError, Vault,
    audit::{self, NewAudit},
    entity::apps,
    keyring,
};

/// Why an app cannot be registered.
#[derive(Debug, thiserror::Error)]
pub enum InsertAppError {
    /// The slug is taken.
    #[error("another app has this slug")]
    DuplicateSlug,
    /// Slack's id is registered under another slug.
    #[error("this app is registered already")]
    DuplicateAppId,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Registers an app; the database decides what is a duplicate, and for one there is no row. Inside a
/// transaction, as everything that seals.
async fn insert(
    db: &impl ConnectionTrait,
    vault: &Vault,
    app: &NewApp,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    keyring::before_sealing(db, vault).await?;
    let seal = |column, secret: &str| vault.seal(&place(&app.slug, column), secret.as_bytes());
    let row = apps::ActiveModel {
        slug: Set(app.slug.to_string()),
        app_id: Set(app.app_id.to_string()),
        name: Set(app.name.clone()),
        model: Set(app.model.as_str().to_owned()),
        client_id: Set(app.client_id.clone()),
        client_secret: Set(seal("client_secret", &app.client_secret)?),
        signing_secret: Set(seal("signing_secret", &app.signing_secret)?),
        scopes: Set(scopes_text(&app.scopes, "scopes", &app.slug)?),
        single_channel: Set(app.single_channel),
        user_scopes: Set(scopes_text(&app.user_scopes, "user_scopes", &app.slug)?),
        token_rotation: Set(app.token_rotation),
        org_deploy: Set(app.org_deploy),
        socket_connections: Set(i32::from(app.socket_connections)),
        app_token: Set(app
            .app_token
            .as_deref()
            .map(|token| seal("app_token", token))
            .transpose()?),
        created_at: Set(now.micros()),
        ..Default::default()
    };
    match apps::Entity::insert(row).exec(db).await {
        Ok(inserted) => Ok(Some(inserted.last_insert_id)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Store {
    /// Registers an app.
    pub async fn insert_app(&self, app: &NewApp, now: Timestamp) -> Result<i64, InsertAppError> {
        self.register(app, now, None).await
    }

    /// Registers an app and writes down the deed.
    pub async fn insert_app_as(&self, app: &NewApp, deed: NewAudit) -> Result<i64, InsertAppError> {
        self.register(app, deed.at, Some(deed)).await
    }

    async fn register(&self, app: &NewApp, now: Timestamp, deed: Option<NewAudit>) -> Result<i64, InsertAppError> {
        let tx = self.begin().await?;
        if let Some(row) = insert(&tx, self.vault(), app, now).await? {
            if let Some(deed) = deed {
                audit::insert(&tx, deed).await?;
            }
            tx.commit().await.map_err(StoreError::from)?;
            return Ok(row);
        }
        tx.rollback().await.map_err(StoreError::from)?;
        let taken = apps::Entity::find().filter(apps::Column::Slug.eq(app.slug.as_str()));
        Err(match taken.one(self.db()).await.map_err(StoreError::from)? {
            Some(_) => InsertAppError::DuplicateSlug,
            None => InsertAppError::DuplicateAppId,
        })
    }
}
