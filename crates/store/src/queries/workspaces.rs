//! Workspaces and organizations as documents: each with what is installed in it, summed up.

use std::collections::{HashMap, HashSet};

use grantbook_core::{
    AppSlug, Scope, Tenant, Timestamp,
    grants::Status,
    view::{InstallationView, Page, TokenState, TokenView, WorkspaceView},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement},
};

use super::{
    Order, PageRequest, QueryError,
    cursor::Cut,
    frame::{self, TenantRow},
    installations::views,
    matching::{self, col},
};
use crate::{
    Store, StoreError,
    entity::{apps, installation_scopes, installations, tenants},
};

/// Which workspaces, and in which order. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceFilter {
    /// Part of the name, or the beginning of the id.
    pub q: Option<String>,
    /// In this state: the worst of its apps'.
    pub status: Option<Status>,
    /// Where this app has a history.
    pub app: Option<AppSlug>,
    /// Where some app holds this scope now.
    pub scope: Option<Scope>,
    /// Changed at or after this moment.
    pub changed_since: Option<Timestamp>,
    /// Sorted by.
    pub sort: WorkspaceSort,
    /// Upwards or downwards.
    pub order: Order,
}

/// What workspaces are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkspaceSort {
    /// The name, small letters counting as capital ones.
    Name,
    /// The newest change.
    #[default]
    LastChange,
    /// The number of scopes held.
    Scopes,
}

impl WorkspaceSort {
    fn key(self) -> Expr {
        match self {
            Self::Name => Expr::expr(Func::lower(col(tenants::Entity, tenants::Column::Name))),
            Self::LastChange => col(tenants::Entity, tenants::Column::LastAt),
            Self::Scopes => col(tenants::Entity, tenants::Column::ScopesCount),
        }
    }
}

/// One page.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    filter: &WorkspaceFilter,
    page: &PageRequest,
    now: Timestamp,
) -> Result<Page<WorkspaceView>, QueryError> {
    let Cut { rows: ids, next_cursor } = match filter.sort {
        WorkspaceSort::Name => ids::<String>(db, filter, page).await?,
        WorkspaceSort::LastChange | WorkspaceSort::Scopes => ids::<i64>(db, filter, page).await?,
    };
    Ok(Page {
        items: documents(db, &ids, now, Detail::List).await?,
        next_cursor,
    })
}

/// The ids of one page, in order.
async fn ids<K>(
    db: &impl ConnectionTrait,
    filter: &WorkspaceFilter,
    page: &PageRequest,
) -> Result<Cut<String>, QueryError>
where
    K: sea_orm::TryGetable
        + serde::Serialize
        + serde::de::DeserializeOwned
        + Clone
        + Into<sea_orm::Value>
        + Send
        + Sync,
{
    let list = format!("workspaces {:?} {:?}", filter.sort, filter.order);
    let after: Option<(K, String)> = page.after(&list)?;
    let nothing = Cut {
        rows: Vec::new(),
        next_cursor: None,
    };
    let Some(mut wanted) = condition(db, filter).await? else {
        return Ok(nothing);
    };
    let id = col(tenants::Entity, tenants::Column::Id);
    if let Some((key, last)) = after {
        let columns = [filter.sort.key(), id.clone()];
        wanted = wanted.add(matching::beyond(
            columns,
            filter.order,
            [Expr::val(key), Expr::val(last)],
        ));
    }
    let rows: Vec<(K, String)> = tenants::Entity::find()
        .select_only()
        .column_as(filter.sort.key(), "key")
        .column(tenants::Column::Id)
        .filter(wanted)
        .order_by(filter.sort.key(), filter.order.into())
        .order_by(id, filter.order.into())
        .limit(page.limit_and_one())
        .into_tuple()
        .all(db)
        .await?;
    let Cut { rows, next_cursor } = page.cut(&list, rows, Clone::clone);
    Ok(Cut {
        rows: rows.into_iter().map(|(_, id)| id).collect(),
        next_cursor,
    })
}

/// `None` where nothing can match.
async fn condition(db: &impl ConnectionTrait, filter: &WorkspaceFilter) -> Result<Option<Condition>, StoreError> {
    let mut wanted = Condition::all();
    if let Some(status) = filter.status {
        wanted = wanted.add(tenants::Column::Status.eq(status.as_str()));
    }
    if let Some(since) = filter.changed_since {
        wanted = wanted.add(tenants::Column::LastAt.gte(since.micros()));
    }
    let id = (tenants::Entity, tenants::Column::Id);
    if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let like = matching::tenant_like(text);
        wanted = wanted.add(matching::one_of(db, id, matching::tenants_like(text), like).await?);
    }
    let mut installed = here();
    if let Some(slug) = &filter.app {
        let app = apps::Entity::find()
            .filter(apps::Column::Slug.eq(slug.as_str()))
            .one(db)
            .await?;
        let Some(app) = app else { return Ok(None) };
        let of_app = col(installations::Entity, installations::Column::App).eq(app.id);
        installed.and_where(of_app.clone());
        let tenants_of_app = tenants_of().and_where(of_app).take();
        wanted = wanted.add(matching::one_of(db, id, tenants_of_app, Expr::exists(installed.clone())).await?);
    }
    if let Some(scope) = &filter.scope {
        let held = here().and_where(matching::holds(scope)).take();
        wanted = wanted.add(matching::one_of(db, id, tenants_holding(scope), Expr::exists(held)).await?);
    }
    // A tenant that is only known by name, as an organization of workspaces is, has no installations.
    Ok(Some(wanted.add(Expr::exists(installed))))
}

/// The installations of the tenant at hand.
fn here() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(installations::Entity)
        .and_where(
            col(installations::Entity, installations::Column::Tenant).equals((tenants::Entity, tenants::Column::Id)),
        )
        .take()
}

fn tenants_of() -> SelectStatement {
    Query::select()
        .column((installations::Entity, installations::Column::Tenant))
        .from(installations::Entity)
        .take()
}

fn tenants_holding(scope: &Scope) -> SelectStatement {
    tenants_of()
        .inner_join(
            installation_scopes::Entity,
            col(installation_scopes::Entity, installation_scopes::Column::Installation)
                .equals((installations::Entity, installations::Column::Id)),
        )
        .and_where(col(installation_scopes::Entity, installation_scopes::Column::Scope).eq(scope.as_str()))
        .take()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    List,
    Whole,
}

/// The documents of `ids`, in that order.
async fn documents(
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
        token: token.cloned().unwrap_or(TokenView {
            state: TokenState::Missing,
            hint: None,
            issued_at: None,
            expires_at: None,
            key_id: None,
        }),
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
        TokenState::Expired => 1,
        TokenState::Missing => 2,
        TokenState::Live => 3,
    };
    (rank, token.expires_at.unwrap_or(Timestamp::from_micros(i64::MAX)))
}

impl Store {
    /// One page of workspaces; `now` tells which tokens have expired.
    pub async fn workspaces(
        &self,
        filter: &WorkspaceFilter,
        page: &PageRequest,
        now: Timestamp,
    ) -> Result<Page<WorkspaceView>, QueryError> {
        list(self.db(), filter, page, now).await
    }

    /// One workspace with its installations, or `None` where nothing ever was installed.
    pub async fn workspace(&self, tenant: &Tenant, now: Timestamp) -> Result<Option<WorkspaceView>, StoreError> {
        let found = documents(self.db(), &[tenant.to_string()], now, Detail::Whole)
            .await?
            .pop();
        Ok(found.filter(|view| !view.installations.is_empty()))
    }
}
