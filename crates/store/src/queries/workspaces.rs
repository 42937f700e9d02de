//! Workspaces and organizations as documents: each with what is installed in it, summed up.

mod documents;

use grantbook_core::{
    AppSlug, Scope, Tenant, Timestamp,
    grants::Status,
    view::{Page, WorkspaceView},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement},
};

use super::{
    Order, PageRequest, QueryError,
    cursor::Cut,
    matching::{self, col},
};
use crate::{
    Store, StoreError,
    entity::{apps, installation_scopes, installations, tenants},
};

use documents::{Detail, documents};

/// Which workspaces, and in which order. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceFilter {
    /// Part of the name, or the id.
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
    let id = (tenants::Entity, tenants::Column::Id);
    if let Some(status) = filter.status {
        let of_status = |column: Expr| column.eq(status.as_str());
        wanted = wanted.add(summed(db, filter.sort, tenants::Column::Status, "", of_status).await?);
    }
    if let Some(since) = filter.changed_since {
        let changed = |column: Expr| column.gte(since.micros());
        wanted = wanted.add(summed(db, filter.sort, tenants::Column::LastAt, 0, changed).await?);
    }
    if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        wanted = wanted.add(match matching::tenants_like(db, text).await? {
            Some(few) => tenants::Column::Id.is_in(few),
            None => matching::tenant_like(text),
        });
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

/// A condition on a column that has an index together with `last_at`. In another order than that of
/// `last_at` this index would mean sorting all that matches: unless that is little, the column is hidden
/// from the planner behind a `COALESCE` that changes nothing, so that it walks the index of the order.
async fn summed(
    db: &impl ConnectionTrait,
    sort: WorkspaceSort,
    column: tenants::Column,
    never_null: impl Into<sea_orm::Value>,
    test: impl Fn(Expr) -> Expr,
) -> Result<Expr, StoreError> {
    let plain = test(col(tenants::Entity, column));
    if sort == WorkspaceSort::LastChange {
        return Ok(plain);
    }
    let hidden = Func::coalesce([col(tenants::Entity, column), Expr::val(never_null)]);
    let matching = Query::select()
        .column(tenants::Column::Id)
        .from(tenants::Entity)
        .and_where(plain)
        .take();
    let id = (tenants::Entity, tenants::Column::Id);
    Ok(matching::one_of(db, id, matching, test(Expr::expr(hidden))).await?)
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
