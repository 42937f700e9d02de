//! Differences as documents, newest first.

use std::collections::{BTreeSet, HashMap};

use grantbook_core::{
    AppSlug, InstallationKey, Tenant, Timestamp,
    drift::Mending,
    view::{
        Page,
        drift::{DriftKind, DriftView, Remedy},
    },
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{
    PageRequest, QueryError,
    cursor::{self, Cut},
    frame::{self, Frame},
};
use crate::{
    Store, StoreError,
    entity::drifts::{Column, Entity, Model},
    words,
};

/// Which differences. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct DriftFilter {
    /// Open (`true`) or closed ones.
    pub open: Option<bool>,
    /// Of this app.
    pub app: Option<AppSlug>,
    /// In this tenant.
    pub tenant: Option<Tenant>,
    /// Of this kind.
    pub kind: Option<DriftKind>,
    /// Of this installation.
    pub installation: Option<InstallationKey>,
}

const LIST: &str = "drift";

async fn list(
    db: &impl ConnectionTrait,
    filter: &DriftFilter,
    page: &PageRequest,
) -> Result<Page<DriftView>, QueryError> {
    let after: Option<i64> = page.after(LIST)?;
    let mut wanted = Condition::all();
    wanted = match filter.open {
        Some(true) => wanted.add(Column::ClosedAt.is_null()),
        Some(false) => wanted.add(Column::ClosedAt.is_not_null()),
        None => wanted,
    };
    let slug = filter.app.as_ref().or(filter.installation.as_ref().map(|key| &key.app));
    if let Some(slug) = slug {
        let apps = frame::app_names(db).await?;
        let Some((row, _)) = apps.iter().find(|(_, app)| app.slug == *slug) else {
            return Ok(cursor::empty());
        };
        wanted = wanted.add(Column::App.eq(*row));
    }
    let tenants = [
        filter.tenant.as_ref(),
        filter.installation.as_ref().map(|key| &key.tenant),
    ];
    for tenant in tenants.into_iter().flatten() {
        wanted = wanted.add(Column::Tenant.eq(tenant.as_str()));
    }
    if let Some(kind) = filter.kind {
        wanted = wanted.add(Column::Kind.eq(kind.as_str()));
    }
    if let Some(id) = after {
        wanted = wanted.add(Column::Id.lt(id));
    }
    let rows = Entity::find()
        .filter(wanted)
        .order_by_desc(Column::Id)
        .limit(page.limit_and_one())
        .all(db)
        .await?;
    let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| row.id);
    let mut frame = Frame::of_rows(db, rows.iter().map(|row| row.installation)).await?;
    let mut named: HashMap<String, BTreeSet<String>> = HashMap::new();
    for row in &rows {
        if let Some(resource) = &row.resource {
            named.entry(row.tenant.clone()).or_default().insert(resource.clone());
        }
    }
    frame.learn(db, &named).await?;
    let items = rows.iter().map(|row| view(&frame, row)).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor })
}

fn view(frame: &Frame, row: &Model) -> Result<DriftView, StoreError> {
    let app = frame.app(row.app)?;
    let kind: DriftKind = words::parse(&row.kind, "drifts", "kind", row.id)?;
    let remedy = match kind.mending() {
        _ if row.closed_at.is_some() => Remedy::None,
        Mending::Reconcile => Remedy::Reconcile,
        Mending::Reauthorize => Remedy::Reauthorize { url: String::new() },
        Mending::EditDeclared => Remedy::EditDeclared,
    };
    Ok(DriftView {
        id: row.id,
        installation: frame.key(row.installation)?.clone(),
        app: app.slug.clone(),
        app_name: app.name.clone(),
        tenant_name: frame.tenant(&row.tenant)?.name.clone(),
        kind,
        scope: parsed(row.scope.as_deref(), "scope", row.id)?,
        resource_type: parsed(row.resource_type.as_deref(), "resource_type", row.id)?,
        resource_name: row.resource.as_deref().and_then(|id| frame.name(&row.tenant, id)),
        resource: parsed(row.resource.as_deref(), "resource", row.id)?,
        holder: row.holder.clone(),
        declared: row.declared,
        ledger: row.in_ledger,
        live: kind.live(),
        cause: row.cause.clone(),
        sentence: row.sentence.clone(),
        remedy,
        found_at: Timestamp::from_micros(row.found_at),
        closed_at: row.closed_at.map(Timestamp::from_micros),
        closed_by: row.closed_by.clone(),
        entry: row.entry.map(i64::unsigned_abs),
    })
}

fn parsed<T: std::str::FromStr>(text: Option<&str>, column: &'static str, id: i64) -> Result<Option<T>, StoreError> {
    text.map(|text| words::parse(text, "drifts", column, id)).transpose()
}

impl Store {
    /// Differences, newest first. A remedy's address is empty: the flows know it.
    pub async fn drifts(&self, filter: &DriftFilter, page: &PageRequest) -> Result<Page<DriftView>, QueryError> {
        list(self.db(), filter, page).await
    }
}
