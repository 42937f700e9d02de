//! Registered apps, with their secrets sealed.

mod change;
mod register;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use grantbook_core::{AppId, AppSlug, Scope, Timestamp, view::Model};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use secrecy::SecretString;

pub use change::NewSecrets;
pub use register::InsertAppError;

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
    /// Its app-level token, for Socket Mode.
    pub app_token: Option<SecretString>,
    /// So many Socket Mode connections over all replicas; 0 where Slack calls our addresses.
    pub socket_connections: u8,
    /// What it asks the installing person for.
    pub user_scopes: BTreeSet<Scope>,
    /// Whether its tokens end and are refreshed.
    pub token_rotation: bool,
    /// Whether it may be installed in a whole organization.
    pub org_deploy: bool,
    /// The client secret before this one.
    pub previous_client_secret: Option<Replaced>,
    /// The signing secret before this one.
    pub previous_signing_secret: Option<Replaced>,
    /// When a rightly signed delivery came last, to the minute.
    pub signed_at: Option<Timestamp>,
}

/// A secret that was replaced, and is good for a while still.
#[derive(Clone, Debug)]
pub struct Replaced {
    /// The secret.
    pub secret: SecretString,
    /// From when on it counts no more.
    pub until: Timestamp,
}

impl AppRecord {
    /// The signing secrets that are good at `now`, newest first.
    pub fn signing_secrets(&self, now: Timestamp) -> impl Iterator<Item = &SecretString> {
        std::iter::once(&self.signing_secret).chain(good(self.previous_signing_secret.as_ref(), now))
    }

    /// The OAuth client secrets that are good at `now`, newest first.
    pub fn client_secrets(&self, now: Timestamp) -> impl Iterator<Item = &SecretString> {
        std::iter::once(&self.client_secret).chain(good(self.previous_client_secret.as_ref(), now))
    }
}

fn good(replaced: Option<&Replaced>, now: Timestamp) -> Option<&SecretString> {
    replaced
        .filter(|replaced| now < replaced.until)
        .map(|replaced| &replaced.secret)
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
    keyring::before_opening(db, vault, rows.into_iter().flat_map(sealed)).await
}

/// Every secret of a row, as it is stored.
fn sealed(row: &apps::Model) -> impl Iterator<Item = &[u8]> {
    let replaced = [
        &row.app_token,
        &row.previous_client_secret,
        &row.previous_signing_secret,
    ];
    let kept = [&row.client_secret, &row.signing_secret].into_iter();
    kept.chain(replaced.into_iter().flatten()).map(Vec::as_slice)
}

fn place(slug: &AppSlug, column: &'static str) -> Place {
    Place::new("apps", column, slug)
}

/// Scopes as they stand in their column.
fn scopes_text(scopes: &BTreeSet<Scope>, column: &'static str, slug: &AppSlug) -> Result<String, StoreError> {
    serde_json::to_string(scopes).map_err(|_| StoreError::inconsistent("apps", column, slug))
}

fn scopes(text: &str, column: &'static str, row: i64) -> Result<BTreeSet<Scope>, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::inconsistent("apps", column, row))
}

fn record(vault: &Vault, row: apps::Model) -> Result<AppRecord, StoreError> {
    let slug: AppSlug = words::parse(&row.slug, "apps", "slug", row.id)?;
    let open = |column, sealed: &[u8]| vault.open_text(&place(&slug, column), sealed);
    let replaced = |column, sealed: &Option<Vec<u8>>, until: Option<i64>| match (sealed, until) {
        (Some(sealed), Some(until)) => Ok::<_, StoreError>(Some(Replaced {
            secret: open(column, sealed)?,
            until: Timestamp::from_micros(until),
        })),
        _ => Ok(None),
    };
    Ok(AppRecord {
        app_id: words::parse(&row.app_id, "apps", "app_id", row.id)?,
        model: words::model(&row.model, "apps", row.id)?,
        client_secret: open("client_secret", &row.client_secret)?,
        signing_secret: open("signing_secret", &row.signing_secret)?,
        app_token: row
            .app_token
            .as_deref()
            .map(|sealed| open("app_token", sealed))
            .transpose()?,
        previous_client_secret: replaced(
            "previous_client_secret",
            &row.previous_client_secret,
            row.client_secret_until,
        )?,
        previous_signing_secret: replaced(
            "previous_signing_secret",
            &row.previous_signing_secret,
            row.signing_secret_until,
        )?,
        scopes: scopes(&row.scopes, "scopes", row.id)?,
        user_scopes: scopes(&row.user_scopes, "user_scopes", row.id)?,
        socket_connections: u8::try_from(row.socket_connections)
            .map_err(|_| StoreError::inconsistent("apps", "socket_connections", row.id))?,
        token_rotation: row.token_rotation,
        org_deploy: row.org_deploy,
        signed_at: row.signed_at.map(Timestamp::from_micros),
        row: row.id,
        slug,
        name: row.name,
        client_id: row.client_id,
        single_channel: row.single_channel,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

impl Store {
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
