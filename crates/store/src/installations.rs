//! Installations: one app in one tenant. What they may do is in the ledger and its projection.

use grantbook_core::{AppSlug, InstallationKey, Tenant, Timestamp, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, Func},
};

use crate::{
    Store, StoreError,
    entity::{apps, installations},
    tenants, words,
};

/// Where an installation is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallationRef {
    /// Its row.
    pub row: i64,
    /// Its name.
    pub key: InstallationKey,
}

/// Who is behind an installation, as far as an OAuth answer tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The app's own user; the newest known stays.
    pub app_user: Option<UserId>,
    /// Who installed it; the first known stays.
    pub installer: Option<UserId>,
    /// When it was installed; the first known stays.
    pub installed_at: Option<Timestamp>,
}

/// The installation of an app in a tenant, made where it is missing, with a row for the tenant.
pub(crate) async fn ensure(
    db: &impl ConnectionTrait,
    app_row: i64,
    tenant: &Tenant,
    now: Timestamp,
) -> Result<InstallationRef, StoreError> {
    let app = apps::Entity::find_by_id(app_row).one(db).await?;
    let app = app.ok_or_else(|| StoreError::inconsistent("apps", "id", app_row))?;
    let slug: AppSlug = words::parse(&app.slug, "apps", "slug", app_row)?;
    let key = InstallationKey::new(slug, tenant.clone());
    if let Some(row) = row_of(db, app_row, tenant).await? {
        return Ok(InstallationRef { row, key });
    }
    tenants::ensure(db, tenant, now).await?;
    let fresh = installations::ActiveModel {
        app: Set(app_row),
        tenant: Set(tenant.to_string()),
        status: Set("unknown".to_owned()),
        model: Set(app.model),
        head_hash: Set(vec![0; 32]),
        created_at: Set(now.micros()),
        ..Default::default()
    };
    installations::Entity::insert(fresh)
        .on_conflict_do_nothing_on([installations::Column::App, installations::Column::Tenant])
        .exec_without_returning(db)
        .await?;
    let row = row_of(db, app_row, tenant).await?;
    let row = row.ok_or_else(|| StoreError::inconsistent("installations", "tenant", &key))?;
    Ok(InstallationRef { row, key })
}

async fn row_of(db: &impl ConnectionTrait, app_row: i64, tenant: &Tenant) -> Result<Option<i64>, StoreError> {
    let found = installations::Entity::find()
        .filter(installations::Column::App.eq(app_row))
        .filter(installations::Column::Tenant.eq(tenant.as_str()))
        .one(db)
        .await?;
    Ok(found.map(|row| row.id))
}

/// The whole row, for the queries.
pub(crate) async fn model(
    db: &impl ConnectionTrait,
    key: &InstallationKey,
) -> Result<Option<installations::Model>, StoreError> {
    let Some(app) = apps::Entity::find()
        .filter(apps::Column::Slug.eq(key.app.as_str()))
        .one(db)
        .await?
    else {
        return Ok(None);
    };
    Ok(installations::Entity::find()
        .filter(installations::Column::App.eq(app.id))
        .filter(installations::Column::Tenant.eq(key.tenant.as_str()))
        .one(db)
        .await?)
}

/// The installation of this name.
pub(crate) async fn by_key(
    db: &impl ConnectionTrait,
    key: &InstallationKey,
) -> Result<Option<InstallationRef>, StoreError> {
    Ok(model(db, key).await?.map(|found| InstallationRef {
        row: found.id,
        key: key.clone(),
    }))
}

/// Adds what became known; see [`Identity`] for what stays.
pub(crate) async fn identify(db: &impl ConnectionTrait, row: i64, identity: &Identity) -> Result<(), StoreError> {
    let first = |column, value: Expr| Expr::expr(Func::coalesce([Expr::col(column), value]));
    let app_user = identity.app_user.as_ref().map(ToString::to_string);
    let installer = identity.installer.as_ref().map(ToString::to_string);
    let installed_at = identity.installed_at.map(Timestamp::micros);
    installations::Entity::update_many()
        .col_expr(
            installations::Column::AppUser,
            Func::coalesce([Expr::val(app_user), Expr::col(installations::Column::AppUser)]).into(),
        )
        .col_expr(
            installations::Column::Installer,
            first(installations::Column::Installer, Expr::val(installer)),
        )
        .col_expr(
            installations::Column::InstalledAt,
            first(installations::Column::InstalledAt, Expr::val(installed_at)),
        )
        .filter(installations::Column::Id.eq(row))
        .exec(db)
        .await?;
    Ok(())
}

impl Store {
    /// The installation of an app in a tenant, made where it is missing.
    pub async fn ensure_installation(
        &self,
        app_row: i64,
        tenant: &Tenant,
        now: Timestamp,
    ) -> Result<InstallationRef, StoreError> {
        let tx = self.begin().await?;
        let found = ensure(&tx, app_row, tenant, now).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// The installation of this name, or `None`.
    pub async fn installation_ref(&self, key: &InstallationKey) -> Result<Option<InstallationRef>, StoreError> {
        by_key(self.db(), key).await
    }

    /// Adds what became known of an installation.
    pub async fn identify_installation(&self, row: i64, identity: &Identity) -> Result<(), StoreError> {
        identify(self.db(), row, identity).await
    }
}
