//! What stands around the rows of a page: apps, installations, tenants, tokens and names, each read
//! with one statement for the whole page.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use grantbook_core::{AppSlug, InstallationKey, Tenant};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use crate::{
    StoreError,
    entity::{apps, installations, tenants},
    names::{self, Known},
    queries::tokens::{self, TokenRow},
    words,
};

/// An app by slug and name.
#[derive(Clone, Debug)]
pub(crate) struct AppName {
    pub(crate) slug: AppSlug,
    pub(crate) name: String,
}

/// A tenant's row, read.
#[derive(Clone, Debug)]
pub(crate) struct TenantRow {
    pub(crate) tenant: Tenant,
    pub(crate) name: String,
    pub(crate) enterprise: Option<Tenant>,
}

/// Everything around one page of rows.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    apps: HashMap<i64, AppName>,
    tenants: HashMap<String, TenantRow>,
    keys: HashMap<i64, InstallationKey>,
    tokens: HashMap<i64, TokenRow>,
    names: Known,
}

impl Frame {
    /// Around rows that name installations by their row ids.
    pub(crate) async fn of_rows(
        db: &impl ConnectionTrait,
        rows: impl IntoIterator<Item = i64>,
    ) -> Result<Self, StoreError> {
        let ids: BTreeSet<i64> = rows.into_iter().collect();
        let found: Vec<(i64, i64, String)> = if ids.is_empty() {
            Vec::new()
        } else {
            installations::Entity::find()
                .select_only()
                .columns([
                    installations::Column::Id,
                    installations::Column::App,
                    installations::Column::Tenant,
                ])
                .filter(installations::Column::Id.is_in(ids))
                .into_tuple()
                .all(db)
                .await?
        };
        Self::around(db, &found).await
    }

    /// Around installations, with their tokens and the names of those who acted last.
    pub(crate) async fn of_installations(
        db: &impl ConnectionTrait,
        rows: &[installations::Model],
    ) -> Result<Self, StoreError> {
        let found: Vec<_> = rows.iter().map(|row| (row.id, row.app, row.tenant.clone())).collect();
        let mut frame = Self::around(db, &found).await?;
        frame.tokens = tokens::shown(db, rows).await?;
        let mut wanted: HashMap<String, BTreeSet<String>> = HashMap::new();
        for row in rows {
            for id in row.installer.iter().chain(&row.last_actor) {
                wanted.entry(row.tenant.clone()).or_default().insert(id.clone());
            }
        }
        frame.learn(db, &wanted).await?;
        Ok(frame)
    }

    async fn around(db: &impl ConnectionTrait, found: &[(i64, i64, String)]) -> Result<Self, StoreError> {
        let mut frame = Self {
            apps: app_names(db).await?,
            ..Self::default()
        };
        let ids: BTreeSet<&str> = found.iter().map(|(_, _, tenant)| tenant.as_str()).collect();
        if !ids.is_empty() {
            for row in tenants::Entity::find()
                .filter(tenants::Column::Id.is_in(ids))
                .all(db)
                .await?
            {
                frame.tenants.insert(row.id.clone(), tenant_row(row)?);
            }
        }
        for (row, app, tenant) in found {
            let tenant = words::parse(tenant, "installations", "tenant", row)?;
            let key = InstallationKey::new(frame.app(*app)?.slug.clone(), tenant);
            frame.keys.insert(*row, key);
        }
        Ok(frame)
    }

    /// Reads names of ids by tenant.
    pub(crate) async fn learn(
        &mut self,
        db: &impl ConnectionTrait,
        wanted: &HashMap<String, BTreeSet<String>>,
    ) -> Result<(), StoreError> {
        self.names = names::lookup(db, wanted).await?;
        Ok(())
    }

    /// The app of this row.
    pub(crate) fn app(&self, row: i64) -> Result<&AppName, StoreError> {
        self.apps
            .get(&row)
            .ok_or_else(|| StoreError::inconsistent("apps", "id", row))
    }

    /// The row of the app of this slug.
    pub(crate) fn app_row(&self, slug: &AppSlug) -> Option<i64> {
        self.apps.iter().find(|(_, app)| app.slug == *slug).map(|(row, _)| *row)
    }

    /// The name of the app of this slug; the slug itself where there is none.
    pub(crate) fn app_name(&self, slug: &AppSlug) -> String {
        let found = self.apps.values().find(|app| app.slug == *slug);
        found.map_or_else(|| slug.to_string(), |app| app.name.clone())
    }

    /// The installation of this row.
    pub(crate) fn key(&self, row: i64) -> Result<&InstallationKey, StoreError> {
        self.keys
            .get(&row)
            .ok_or_else(|| StoreError::inconsistent("installations", "id", row))
    }

    /// The tenant of this id.
    pub(crate) fn tenant(&self, id: &str) -> Result<&TenantRow, StoreError> {
        self.tenants
            .get(id)
            .ok_or_else(|| StoreError::inconsistent("tenants", "id", id))
    }

    /// The token of this installation.
    pub(crate) fn token(&self, row: i64) -> Option<&TokenRow> {
        self.tokens.get(&row)
    }

    /// One name.
    pub(crate) fn name(&self, tenant: &str, id: &str) -> Option<String> {
        self.names.get(tenant)?.get(id).cloned()
    }

    /// The names of those `ids` that have one.
    pub(crate) fn names(&self, tenant: &str, ids: &BTreeSet<String>) -> BTreeMap<String, String> {
        ids.iter()
            .filter_map(|id| Some((id.clone(), self.name(tenant, id)?)))
            .collect()
    }
}

/// Slugs and names of all apps: there are few.
pub(crate) async fn app_names(db: &impl ConnectionTrait) -> Result<HashMap<i64, AppName>, StoreError> {
    let rows: Vec<(i64, String, String)> = apps::Entity::find()
        .select_only()
        .columns([apps::Column::Id, apps::Column::Slug, apps::Column::Name])
        .into_tuple()
        .all(db)
        .await?;
    rows.into_iter()
        .map(|(row, slug, name)| {
            Ok((
                row,
                AppName {
                    slug: words::parse(&slug, "apps", "slug", row)?,
                    name,
                },
            ))
        })
        .collect()
}

pub(crate) fn tenant_row(row: tenants::Model) -> Result<TenantRow, StoreError> {
    let enterprise = row.enterprise.as_deref();
    Ok(TenantRow {
        tenant: words::parse(&row.id, "tenants", "id", &row.id)?,
        enterprise: enterprise
            .map(|id| words::parse(id, "tenants", "enterprise", &row.id))
            .transpose()?,
        name: row.name,
    })
}
