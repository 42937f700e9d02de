//! Tenants: the names of workspaces and organizations, and what sums up their installations.

use std::collections::BTreeSet;

use grantbook_core::{EnterpriseId, Tenant, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, LockType, OnConflict},
};

use crate::{Store, StoreError, entity::tenants};

/// What Slack says of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantInfo {
    /// Its id.
    pub tenant: Tenant,
    /// Its name.
    pub name: String,
    /// The organization a workspace belongs to.
    pub enterprise: Option<EnterpriseId>,
}

/// Keeps name and organization; what is kept of the organization stays when `info` does not know it.
pub(crate) async fn upsert(db: &impl ConnectionTrait, info: &TenantInfo, now: Timestamp) -> Result<(), StoreError> {
    let row = tenants::ActiveModel {
        enterprise: Set(info.enterprise.as_ref().map(ToString::to_string)),
        ..fresh(&info.tenant, &info.name, now)
    };
    let mut renew = OnConflict::column(tenants::Column::Id);
    renew.update_columns([tenants::Column::Name, tenants::Column::UpdatedAt]);
    if info.enterprise.is_some() {
        renew.update_column(tenants::Column::Enterprise);
    }
    tenants::Entity::insert(row)
        .on_conflict(renew)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Makes sure that a row exists; its id serves as its name until Slack tells one.
pub(crate) async fn ensure(db: &impl ConnectionTrait, tenant: &Tenant, now: Timestamp) -> Result<(), StoreError> {
    tenants::Entity::insert(fresh(tenant, tenant.as_str(), now))
        .on_conflict_do_nothing_on([tenants::Column::Id])
        .exec_without_returning(db)
        .await?;
    Ok(())
}

fn fresh(tenant: &Tenant, name: &str, now: Timestamp) -> tenants::ActiveModel {
    tenants::ActiveModel {
        id: Set(tenant.to_string()),
        name: Set(name.to_owned()),
        updated_at: Set(now.micros()),
        ..Default::default()
    }
}

/// Brings `status`, `scopes_count` and `last_at` in step with the tenants' installations, for the
/// workspaces list. To be called in the transaction that changed any of them, once for all tenants.
pub(crate) async fn refresh<'a>(
    db: &impl ConnectionTrait,
    tenants: impl IntoIterator<Item = &'a str>,
) -> Result<(), StoreError> {
    let ids: BTreeSet<&str> = tenants.into_iter().collect();
    if ids.is_empty() {
        return Ok(());
    }
    lock(db, &ids).await?;
    tenants::Entity::update_many()
        .col_expr(tenants::Column::Status, Expr::cust(STATUS))
        .col_expr(tenants::Column::ScopesCount, Expr::cust(SCOPES))
        .col_expr(tenants::Column::LastAt, Expr::cust(LAST))
        .filter(tenants::Column::Id.is_in(ids))
        .exec(db)
        .await?;
    Ok(())
}

/// On PostgreSQL, locks the rows in a fixed order, so that two writers never cross; and before the
/// counting statement, so that it sees what the other one committed.
async fn lock(db: &impl ConnectionTrait, ids: &BTreeSet<&str>) -> Result<(), StoreError> {
    if db.get_database_backend() != DbBackend::Sqlite {
        let rows = tenants::Entity::find().filter(tenants::Column::Id.is_in(ids.iter().copied()));
        rows.order_by_asc(tenants::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .all(db)
            .await?;
    }
    Ok(())
}

/// Brings only `last_at` in step: what to do where neither states nor scopes have changed.
pub(crate) async fn date<'a>(
    db: &impl ConnectionTrait,
    tenants: impl IntoIterator<Item = &'a str>,
) -> Result<(), StoreError> {
    let ids: BTreeSet<&str> = tenants.into_iter().collect();
    if ids.is_empty() {
        return Ok(());
    }
    lock(db, &ids).await?;
    tenants::Entity::update_many()
        .col_expr(tenants::Column::LastAt, Expr::cust(LAST))
        .filter(tenants::Column::Id.is_in(ids))
        .exec(db)
        .await?;
    Ok(())
}

/// The worst state: revoked, then installed; uninstalled only when all are.
const STATUS: &str = "COALESCE((SELECT status FROM installations WHERE tenant = tenants.id \
    ORDER BY CASE status WHEN 'revoked' THEN 0 WHEN 'installed' THEN 1 WHEN 'uninstalled' THEN 2 ELSE 3 END LIMIT 1), \
    'unknown')";
const SCOPES: &str = "(SELECT COUNT(DISTINCT scope) FROM installations \
    JOIN installation_scopes ON installation_scopes.installation = installations.id WHERE tenant = tenants.id)";
const LAST: &str = "(SELECT COALESCE(MAX(last_at), 0) FROM installations WHERE tenant = tenants.id)";

impl Store {
    /// Keeps a tenant's name and organization.
    pub async fn save_tenant(&self, info: &TenantInfo, now: Timestamp) -> Result<(), StoreError> {
        upsert(self.db(), info, now).await
    }

    /// Counts again what the workspaces list shows of these tenants.
    pub async fn refresh_tenants(&self, tenants: &[Tenant]) -> Result<(), StoreError> {
        refresh(self.db(), tenants.iter().map(Tenant::as_str)).await
    }
}
