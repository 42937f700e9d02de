//! Registered apps, with their secrets sealed.

use std::collections::{BTreeSet, HashMap};

use grantbook_core::{
    AppId, AppSlug, Scope, Timestamp,
    view::{Model, NewApp},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, SqlErr,
};
use secrecy::SecretString;

use crate::{
    Store, StoreError, Vault,
    entity::{apps, installations},
    keyring,
    vault::Place,
    words,
};

/// A registered app, its secrets opened.
#[derive(Clone, Debug)]
pub struct AppRecord {
    /// Its row.
    pub row: i64,
    /// Its name in our addresses.
    pub slug: AppSlug,
    /// Slack's id.
    pub app_id: AppId,
    /// Its name for people.
    pub name: String,
    /// Legacy or modern.
    pub model: Model,
    /// Its OAuth client id.
    pub client_id: String,
    /// Its OAuth client secret.
    pub client_secret: SecretString,
    /// What Slack signs its requests with.
    pub signing_secret: SecretString,
    /// What it asks for on installation.
    pub scopes: BTreeSet<Scope>,
    /// Whether an installation asks for one channel only.
    pub single_channel: bool,
    /// When it was registered.
    pub created_at: Timestamp,
}

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
        scopes: Set(
            serde_json::to_string(&app.scopes).map_err(|_| StoreError::inconsistent("apps", "scopes", &app.slug))?
        ),
        single_channel: Set(app.single_channel),
        created_at: Set(now.micros()),
        ..Default::default()
    };
    match apps::Entity::insert(row).exec(db).await {
        Ok(inserted) => Ok(Some(inserted.last_insert_id)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// All apps by slug.
pub(crate) async fn list(db: &impl ConnectionTrait, vault: &Vault) -> Result<Vec<AppRecord>, StoreError> {
    let rows = apps::Entity::find().order_by_asc(apps::Column::Slug).all(db).await?;
    before_opening(db, vault, &rows).await?;
    rows.into_iter().map(|row| record(vault, row)).collect()
}

/// One app.
pub(crate) async fn by_slug(
    db: &impl ConnectionTrait,
    vault: &Vault,
    slug: &AppSlug,
) -> Result<Option<AppRecord>, StoreError> {
    let row = apps::Entity::find()
        .filter(apps::Column::Slug.eq(slug.as_str()))
        .one(db)
        .await?;
    before_opening(db, vault, &row).await?;
    row.map(|row| record(vault, row)).transpose()
}

async fn before_opening<'a>(
    db: &impl ConnectionTrait,
    vault: &Vault,
    rows: impl IntoIterator<Item = &'a apps::Model>,
) -> Result<(), StoreError> {
    let secrets = |row: &'a apps::Model| [row.client_secret.as_slice(), &row.signing_secret];
    keyring::before_opening(db, vault, rows.into_iter().flat_map(secrets)).await
}

fn place(slug: &AppSlug, column: &'static str) -> Place {
    Place::new("apps", column, slug)
}

fn record(vault: &Vault, row: apps::Model) -> Result<AppRecord, StoreError> {
    let slug: AppSlug = words::parse(&row.slug, "apps", "slug", row.id)?;
    Ok(AppRecord {
        app_id: words::parse(&row.app_id, "apps", "app_id", row.id)?,
        model: words::model(&row.model, "apps", row.id)?,
        client_secret: vault.open_text(&place(&slug, "client_secret"), &row.client_secret)?,
        signing_secret: vault.open_text(&place(&slug, "signing_secret"), &row.signing_secret)?,
        scopes: serde_json::from_str(&row.scopes).map_err(|_| StoreError::inconsistent("apps", "scopes", row.id))?,
        row: row.id,
        slug,
        name: row.name,
        client_id: row.client_id,
        single_channel: row.single_channel,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

impl Store {
    /// Registers an app.
    pub async fn insert_app(&self, app: &NewApp, now: Timestamp) -> Result<i64, InsertAppError> {
        let tx = self.begin().await?;
        if let Some(row) = insert(&tx, self.vault(), app, now).await? {
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

    /// All apps by slug.
    pub async fn apps(&self) -> Result<Vec<AppRecord>, StoreError> {
        list(self.db(), self.vault()).await
    }

    /// One app, or `None` where none has this slug.
    pub async fn app_by_slug(&self, slug: &AppSlug) -> Result<Option<AppRecord>, StoreError> {
        by_slug(self.db(), self.vault(), slug).await
    }

    /// In how many tenants each app is installed now, by app row; apps installed nowhere are left out.
    pub async fn installation_counts(&self) -> Result<HashMap<i64, u64>, StoreError> {
        let rows: Vec<(i64, i64)> = installations::Entity::find()
            .select_only()
            .column(installations::Column::App)
            .column_as(installations::Column::Id.count(), "count")
            .filter(installations::Column::Status.is_in(["installed", "revoked"]))
            .group_by(installations::Column::App)
            .into_tuple()
            .all(self.db())
            .await?;
        Ok(rows
            .into_iter()
            .map(|(app, count)| (app, count.unsigned_abs()))
            .collect())
    }
}
