//! Filters shared by the lists, each in the form that suits how many rows it matches.

use grantbook_core::Scope;
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Func, IntoColumnRef, LikeExpr, Order as Direction, Query, SelectStatement},
};

use super::Order;
use crate::entity::{installation_scopes, installations, tenants};

/// Up to so many matching rows are looked up and sorted rather than met while walking an index.
const RARE: u64 = 1_000;

/// Up to so many rows of one index may be walked for one page.
pub(crate) const SCARCE: u64 = 20_000;

/// Whether a selection has fewer rows than `bound`; reads no more than that.
pub(crate) async fn has_fewer(
    db: &impl ConnectionTrait,
    mut selection: SelectStatement,
    bound: u64,
) -> Result<bool, DbErr> {
    let some = selection.limit(bound).take();
    let counted = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), "count")
        .from_subquery(some, "some_rows")
        .take();
    let row = db.query_one(&counted).await?;
    let count = row.map(|row| row.try_get::<i64>("", "count")).transpose()?;
    Ok(count.unwrap_or_default().unsigned_abs() < bound)
}

/// Whether a selection has so few rows that they are better looked up than met while walking an index.
pub(crate) async fn is_rare(db: &impl ConnectionTrait, selection: SelectStatement) -> Result<bool, DbErr> {
    has_fewer(db, selection, RARE).await
}

/// `column IN (selection)`, to look rows up, where few match; the `walked` form otherwise.
pub(crate) async fn one_of(
    db: &impl ConnectionTrait,
    column: impl IntoColumnRef,
    selection: SelectStatement,
    walked: Expr,
) -> Result<Expr, DbErr> {
    if is_rare(db, selection.clone()).await? {
        Ok(Expr::col(column).in_subquery(selection))
    } else {
        Ok(walked)
    }
}

/// Ids of the tenants that [`tenant_like`] finds; `None` where these are many.
pub(crate) async fn tenants_like(db: &impl ConnectionTrait, text: &str) -> Result<Option<Vec<String>>, DbErr> {
    let ids: Vec<String> = tenants::Entity::find()
        .select_only()
        .column(tenants::Column::Id)
        .filter(tenant_like(text))
        .limit(RARE)
        .into_tuple()
        .all(db)
        .await?;
    Ok(Some(ids).filter(|ids| (ids.len() as u64) < RARE))
}

/// Whether the tenant at hand has `text` in its name, or for its id.
pub(crate) fn tenant_like(text: &str) -> Expr {
    let name = Expr::expr(Func::lower(col(tenants::Entity, tenants::Column::Name)));
    name.like(LikeExpr::new(format!("%{}%", escaped(&text.to_lowercase()))).escape('!'))
        .or(col(tenants::Entity, tenants::Column::Id).eq(text.to_uppercase()))
}

/// Text in which nothing is a wildcard, for patterns with the escape `!`.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// Installations that hold `scope` now.
pub(crate) fn holders(scope: &Scope) -> SelectStatement {
    Query::select()
        .column(installation_scopes::Column::Installation)
        .from(installation_scopes::Entity)
        .and_where(Expr::col(installation_scopes::Column::Scope).eq(scope.as_str()))
        .take()
}

/// Whether the installation at hand holds `scope`.
pub(crate) fn holds(scope: &Scope) -> Expr {
    let mut held = holders(scope);
    held.and_where(
        Expr::col((installation_scopes::Entity, installation_scopes::Column::Installation))
            .equals((installations::Entity, installations::Column::Id)),
    );
    Expr::exists(held)
}

/// Rows after the last one shown.
pub(crate) fn beyond(
    columns: impl IntoIterator<Item = Expr>,
    order: Order,
    key: impl IntoIterator<Item = Expr>,
) -> Expr {
    let (columns, key) = (Expr::tuple(columns), Expr::tuple(key));
    match order {
        Order::Ascending => columns.gt(key),
        Order::Descending => columns.lt(key),
    }
}

impl From<Order> for Direction {
    fn from(order: Order) -> Self {
        match order {
            Order::Ascending => Self::Asc,
            Order::Descending => Self::Desc,
        }
    }
}

/// A condition on the table of `E` alone keeps its column names apart from those of subqueries.
pub(crate) fn col<E: EntityTrait>(entity: E, column: E::Column) -> Expr {
    Expr::col((entity, column))
}
