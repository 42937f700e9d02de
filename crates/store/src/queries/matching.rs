//! Filters shared by the lists, each in the form that suits how many rows it matches.

use grantbook_core::Scope;
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait,
    sea_query::{Expr, ExprTrait as _, Func, IntoColumnRef, LikeExpr, Order as Direction, Query, SelectStatement},
};

use super::Order;
use crate::entity::{installation_scopes, installations, tenants};

/// Up to so many matching rows are looked up and sorted rather than met while walking an index.
const RARE: u64 = 1_000;

/// Whether a selection has few rows. Costs at most [`RARE`] of them, or one scan of a narrow index.
pub(crate) async fn is_rare(db: &impl ConnectionTrait, mut selection: SelectStatement) -> Result<bool, DbErr> {
    let few = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), "count")
        .from_subquery(selection.limit(RARE).take(), "few")
        .take();
    let row = db.query_one(&few).await?;
    let count = row.map(|row| row.try_get::<i64>("", "count")).transpose()?;
    Ok(count.unwrap_or_default().unsigned_abs() < RARE)
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

/// Ids of tenants whose name contains `text`, or whose id begins with it.
pub(crate) fn tenants_like(text: &str) -> SelectStatement {
    Query::select()
        .column(tenants::Column::Id)
        .from(tenants::Entity)
        .and_where(tenant_like(text))
        .take()
}

/// The same as a condition on `tenants`.
pub(crate) fn tenant_like(text: &str) -> Expr {
    let lower = escaped(&text.to_lowercase());
    let name = Expr::expr(Func::lower(Expr::col((tenants::Entity, tenants::Column::Name))));
    let id = Expr::col((tenants::Entity, tenants::Column::Id));
    name.like(LikeExpr::new(format!("%{lower}%")).escape('!'))
        .or(id.like(LikeExpr::new(format!("{}%", escaped(&text.to_uppercase()))).escape('!')))
}

fn escaped(text: &str) -> String {
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
