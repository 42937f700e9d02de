//! Permission requests as documents, those that changed last first.

mod documents;

use grantbook_core::{
    AppSlug, InstallationKey, Scope, Tenant, UserId,
    request::{RequestId, StateName},
    view::{Model, Page, requests::RequestView},
};
use sea_orm::{
    Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Func, LikeExpr, Query, SelectStatement},
};

use super::{
    Order, PageRequest, QueryError,
    cursor::{self, Cut},
    matching::{self, col, escaped},
};
use crate::{
    Store, StoreError,
    entity::{
        apps, installations, names,
        permission_requests::{self, Column},
        request_scopes, tenants,
    },
};

/// Which requests. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// `PR-7`, or part of the name of the person, the author, the app or the workspace, or of a scope.
    pub q: Option<String>,
    /// In one of these states; empty for any.
    pub state: Vec<StateName>,
    /// Of this app.
    pub app: Option<AppSlug>,
    /// In this tenant.
    pub workspace: Option<Tenant>,
    /// To this person.
    pub user: Option<UserId>,
    /// For this scope, among others.
    pub scope: Option<Scope>,
    /// Of apps of this model.
    pub model: Option<Model>,
    /// Of this installation.
    pub installation: Option<InstallationKey>,
}

const LIST: &str = "permission-requests";

/// Up to so many installations are named one by one, so that their index serves.
const NAMED: u64 = 100;

/// One page, those that changed last first.
async fn list(
    db: &impl ConnectionTrait,
    filter: &RequestFilter,
    page: &PageRequest,
) -> Result<Page<RequestView>, QueryError> {
    let after: Option<(i64, i64)> = page.after(LIST)?;
    let Some(mut wanted) = condition(db, filter).await? else {
        return Ok(cursor::empty());
    };
    if let Some((updated_at, id)) = after {
        wanted = wanted.add(matching::beyond(
            [Column::UpdatedAt, Column::Id].map(own),
            Order::Descending,
            [Expr::val(updated_at), Expr::val(id)],
        ));
    }
    let rows = permission_requests::Entity::find()
        .filter(wanted)
        .order_by_desc(Column::UpdatedAt)
        .order_by_desc(Column::Id)
        .limit(page.limit_and_one())
        .all(db)
        .await?;
    let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| (row.updated_at, row.id));
    Ok(Page {
        items: documents::views(db, &rows).await?,
        next_cursor,
    })
}

fn own(column: Column) -> Expr {
    col(permission_requests::Entity, column)
}

/// `None` where nothing can match.
async fn condition(db: &impl ConnectionTrait, filter: &RequestFilter) -> Result<Option<Condition>, StoreError> {
    let mut wanted = Condition::all();
    if !filter.state.is_empty() {
        wanted = wanted.add(own(Column::State).is_in(filter.state.iter().map(|state| state.as_str())));
    }
    if let Some(user) = &filter.user {
        wanted = wanted.add(own(Column::Person).eq(user.as_str()));
    }
    if let Some(model) = filter.model {
        wanted = wanted.add(own(Column::Model).eq(model.as_str()));
    }
    if let Some(scope) = &filter.scope {
        let id = (permission_requests::Entity, Column::Id);
        let asking = matching::one_of(db, id, asking_for(scope), asks_for(col_scope().eq(scope.as_str()))).await?;
        wanted = wanted.add(asking);
    }
    if let Some(homes) = homes(filter) {
        let few: Vec<i64> = few(db, homes.clone()).await?;
        wanted = match few.len() {
            0 => return Ok(None),
            many if many as u64 > NAMED => wanted.add(own(Column::Installation).in_subquery(homes)),
            _ => wanted.add(own(Column::Installation).is_in(few)),
        };
    }
    if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        wanted = wanted.add(found_by(text));
    }
    Ok(Some(wanted))
}

/// The installations that the filter speaks of; `None` where it speaks of all.
fn homes(filter: &RequestFilter) -> Option<SelectStatement> {
    let key = filter.installation.as_ref();
    let slugs: Vec<&str> = filter
        .app
        .iter()
        .chain(key.map(|key| &key.app))
        .map(AppSlug::as_str)
        .collect();
    let tenants: Vec<&str> = filter
        .workspace
        .iter()
        .chain(key.map(|key| &key.tenant))
        .map(Tenant::as_str)
        .collect();
    if slugs.is_empty() && tenants.is_empty() {
        return None;
    }
    let mut homes = Query::select();
    homes
        .column((installations::Entity, installations::Column::Id))
        .from(installations::Entity)
        .inner_join(apps::Entity, app_of_installation());
    for slug in slugs {
        homes.and_where(col(apps::Entity, apps::Column::Slug).eq(slug));
    }
    for tenant in tenants {
        homes.and_where(col(installations::Entity, installations::Column::Tenant).eq(tenant));
    }
    Some(homes)
}

async fn few(db: &impl ConnectionTrait, mut homes: SelectStatement) -> Result<Vec<i64>, StoreError> {
    let found = db.query_all(homes.limit(NAMED + 1)).await?;
    Ok(found
        .iter()
        .map(|row| row.try_get("", "id"))
        .collect::<Result<_, _>>()?)
}

fn app_of_installation() -> Expr {
    col(apps::Entity, apps::Column::Id).equals((installations::Entity, installations::Column::App))
}

fn col_scope() -> Expr {
    col(request_scopes::Entity, request_scopes::Column::Scope)
}

/// Requests that ask for `scope`.
fn asking_for(scope: &Scope) -> SelectStatement {
    Query::select()
        .column(request_scopes::Column::Request)
        .from(request_scopes::Entity)
        .and_where(col_scope().eq(scope.as_str()))
        .take()
}

/// Whether the request at hand asks for such a scope.
fn asks_for(such: Expr) -> Expr {
    let request = (permission_requests::Entity, Column::Id);
    Expr::exists(
        Query::select()
            .expr(Expr::val(1))
            .from(request_scopes::Entity)
            .and_where(col(request_scopes::Entity, request_scopes::Column::Request).equals(request))
            .and_where(such)
            .take(),
    )
}

/// Whether the request at hand has `text` somewhere that people look.
fn found_by(text: &str) -> Condition {
    if let Ok(RequestId(id)) = text.to_uppercase().parse() {
        return Condition::all().add(own(Column::Id).eq(id));
    }
    let text = text.trim_start_matches('@');
    let pattern = || LikeExpr::new(format!("%{}%", escaped(&text.to_lowercase()))).escape('!');
    let like = |column: Expr| Expr::expr(Func::lower(column)).like(pattern());
    let home = (permission_requests::Entity, Column::Installation);
    let at_home = |such: Expr| {
        Query::select()
            .expr(Expr::val(1))
            .from(installations::Entity)
            .inner_join(apps::Entity, app_of_installation())
            .inner_join(
                tenants::Entity,
                col(tenants::Entity, tenants::Column::Id)
                    .equals((installations::Entity, installations::Column::Tenant)),
            )
            .and_where(col(installations::Entity, installations::Column::Id).equals(home))
            .and_where(such)
            .take()
    };
    let named = like(col(apps::Entity, apps::Column::Name))
        .or(col(apps::Entity, apps::Column::Slug).like(pattern()))
        .or(matching::tenant_like(text));
    let person = Query::select()
        .expr(Expr::val(1))
        .from(names::Entity)
        .inner_join(
            installations::Entity,
            col(installations::Entity, installations::Column::Tenant).equals((names::Entity, names::Column::Tenant)),
        )
        .and_where(col(installations::Entity, installations::Column::Id).equals(home))
        .and_where(col(names::Entity, names::Column::Id).equals((permission_requests::Entity, Column::Person)))
        .and_where(like(col(names::Entity, names::Column::Name)))
        .take();
    Condition::any()
        .add(own(Column::Person).eq(text.to_uppercase()))
        .add(own(Column::AuthorText).like(pattern()))
        .add(asks_for(col_scope().like(pattern())))
        .add(Expr::exists(person))
        .add(Expr::exists(at_home(named)))
}

impl Store {
    /// One page of requests, those that changed last first.
    pub async fn request_views(
        &self,
        filter: &RequestFilter,
        page: &PageRequest,
    ) -> Result<Page<RequestView>, QueryError> {
        list(self.db(), filter, page).await
    }

    /// One request, or `None`.
    pub async fn request_view(&self, id: RequestId) -> Result<Option<RequestView>, StoreError> {
        let row = permission_requests::Entity::find_by_id(id.0).one(self.db()).await?;
        Ok(documents::views(self.db(), row.as_slice()).await?.pop())
    }
}
