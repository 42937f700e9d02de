//! Workspaces as documents: what is installed in each, summed up.

use std::collections::{HashMap, HashSet};

use grantbook_core::{
    Tenant, Timestamp,
    grants::Status,
    view::{InstallationView, TokenState, TokenView, WorkspaceView},
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::{
    StoreError,
    entity::{installation_scopes, installations, tenants},
    queries::{
        frame::{self, TenantRow},
        installations::views,
    },
};

/// How much of it is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Without the installations.
    List,
    /// With them.
    Whole,
}

/// The documents of `ids`, in that order.
pub(super) async fn documents(
    db: &impl ConnectionTrait,
    ids: &[String],
    now: Timestamp,
    detail: Detail,
) -> Result<Vec<WorkspaceView>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: HashMap<String, TenantRow> = HashMap::new();
    for row in tenants::Entity::find()
        .filter(tenants::Column::Id.is_in(ids))
        .all(db)
        .await?
    {
        rows.insert(row.id.clone(), frame::tenant_row(row)?);
    }
    let found = installations::Entity::find()
        .filter(installations::Column::Tenant.is_in(ids))
        .order_by_desc(installations::Column::LastAt)
        .order_by_desc(installations::Column::Id)
        .all(db)
        .await?;
    let scopes = scopes_held(db, &found).await?;
    let mut inside: HashMap<Tenant, Vec<InstallationView>> = HashMap::new();
    for view in views(db, &found, now).await? {
        inside.entry(view.tenant.clone()).or_default().push(view);
    }
    let document = |id| {
        let row = rows.remove(id)?;
        let installations = inside.remove(&row.tenant).unwrap_or_default();
        let scopes = scopes.get(id).map_or(0, |held| held.len() as u64);
        Some(summed_up(row, installations, scopes, detail))
    };
    Ok(ids.iter().filter_map(document).collect())
}

/// Distinct scopes held in each tenant.
async fn scopes_held(
    db: &impl ConnectionTrait,
    rows: &[installations::Model],
) -> Result<HashMap<String, HashSet<String>>, StoreError> {
    let tenants: HashMap<i64, &str> = rows.iter().map(|row| (row.id, row.tenant.as_str())).collect();
    let found = installation_scopes::Entity::find()
        .filter(installation_scopes::Column::Installation.is_in(tenants.keys().copied()))
        .all(db)
        .await?;
    let mut held: HashMap<String, HashSet<String>> = HashMap::new();
    for row in found {
        if let Some(tenant) = tenants.get(&row.installation) {
            held.entry((*tenant).to_owned()).or_default().insert(row.scope);
        }
    }
    Ok(held)
}

/// `installations` come newest change first.
fn summed_up(row: TenantRow, installations: Vec<InstallationView>, scopes: u64, detail: Detail) -> WorkspaceView {
    let present = |view: &&InstallationView| matches!(view.status, Status::Installed | Status::Revoked);
    let apps = installations.iter().filter(present).count() as u64;
    let status = installations
        .iter()
        .map(|view| view.status)
        .min_by_key(|status| status_rank(*status));
    // What was uninstalled has no token to worry about, unless there is nothing else.
    let token = installations
        .iter()
        .filter(present)
        .map(|view| &view.token)
        .min_by_key(|token| token_rank(token));
    let token = token.or_else(|| {
        installations
            .iter()
            .map(|view| &view.token)
            .min_by_key(|token| token_rank(token))
    });
    WorkspaceView {
        tenant: row.tenant,
        name: row.name,
        enterprise: row.enterprise,
        apps,
        scopes,
        status: status.unwrap_or_default(),
        token: token.cloned().unwrap_or(TokenView::MISSING),
        last_change: installations.iter().find_map(|view| view.last_change.clone()),
        installations: if detail == Detail::Whole {
            installations
        } else {
            Vec::new()
        },
    }
}

/// Worst first; the same order as in [`crate::tenants::refresh`].
fn status_rank(status: Status) -> u8 {
    match status {
        Status::Revoked => 0,
        Status::Installed => 1,
        Status::Uninstalled => 2,
        Status::Unknown => 3,
    }
}

/// Worst first, then what ends first.
fn token_rank(token: &TokenView) -> (u8, Timestamp) {
    let rank = match token.state {
        TokenState::Revoked => 0,
        TokenState::NeedsReauthorization | TokenState::Exhausted => 1,
        TokenState::Expired => 2,
        TokenState::Missing => 3,
        TokenState::Live => 4,
    };
    (rank, token.expires_at.unwrap_or(Timestamp::from_micros(i64::MAX)))
}
