//! Which entries a page shows: their keys, found on an index.

use grantbook_core::{Scope, Tenant};
use sea_orm::{
    ConnectionTrait, FromQueryResult, Order as Direction,
    sea_query::{Expr, ExprTrait as _, IntoColumnRef, Query, SelectStatement, UnionType},
};

use super::HistoryFilter;
use crate::{
    StoreError,
    entity::{installations, ledger, ledger_scopes},
    queries::{
        Order,
        matching::{self, beyond, col},
    },
};

/// What names an entry and orders the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromQueryResult)]
pub(super) struct Key {
    pub(super) at: i64,
    pub(super) installation: i64,
    pub(super) seq: i64,
}

/// The newest of each installation, merged.
pub(super) async fn merged(
    db: &impl ConnectionTrait,
    filter: &HistoryFilter,
    rows: &[i64],
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Key>, StoreError> {
    let mut parts = rows.iter().map(|row| {
        let mut part = of_ledger(filter, after);
        if let Some(scope) = &filter.scope {
            part.and_where(Expr::exists(naming(scope)));
        }
        part.and_where(col(ledger::Entity, ledger::Column::Installation).eq(*row));
        part.order_by((ledger::Entity, ledger::Column::At), Direction::Desc);
        part.order_by((ledger::Entity, ledger::Column::Seq), Direction::Desc);
        part.limit(limit);
        Query::select()
            .columns(["at", "installation", "seq"])
            .from_subquery(part, "part")
            .take()
    });
    let Some(mut all) = parts.next() else {
        return Ok(Vec::new());
    };
    for part in parts {
        all.union(UnionType::All, part);
    }
    let found = db.query_all(&all).await?;
    let mut keys = found
        .iter()
        .map(|row| Key::from_query_result(row, ""))
        .collect::<Result<Vec<_>, _>>()?;
    keys.sort_unstable_by(|a, b| b.cmp(a));
    keys.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(keys)
}

/// The newest of all, met while walking an index.
pub(super) async fn walked(
    db: &impl ConnectionTrait,
    filter: &HistoryFilter,
    app: Option<i64>,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Key>, StoreError> {
    let home = home(app, filter.tenant.as_ref());
    let mut walk = match &filter.scope {
        Some(scope) if !few_of_kind_and_source(db, filter).await? => of_scope(filter, scope, home, after),
        scope => {
            let mut walk = of_ledger(filter, after);
            if let Some(scope) = scope {
                walk.and_where(Expr::exists(naming(scope)));
            }
            if let Some(home) = home {
                walk.and_where(at_home(home, (ledger::Entity, ledger::Column::Installation)));
            }
            for column in [ledger::Column::At, ledger::Column::Installation, ledger::Column::Seq] {
                walk.order_by((ledger::Entity, column), Direction::Desc);
            }
            walk
        }
    };
    walk.limit(limit);
    let found = db.query_all(&walk).await?;
    Ok(found
        .iter()
        .map(|row| Key::from_query_result(row, ""))
        .collect::<Result<_, _>>()?)
}

/// Keys of entries with everything but scope, app and tenant tested.
fn of_ledger(filter: &HistoryFilter, after: Option<Key>) -> SelectStatement {
    let columns = [ledger::Column::At, ledger::Column::Installation, ledger::Column::Seq];
    let mut select = Query::select();
    select
        .columns(columns.map(|column| (ledger::Entity, column)))
        .from(ledger::Entity);
    of_kind_and_source(&mut select, filter);
    within(
        &mut select,
        filter,
        |column| col(ledger::Entity, column),
        columns,
        after,
    );
    select
}

/// Keys of entries that name `scope`, with everything tested.
fn of_scope(
    filter: &HistoryFilter,
    scope: &Scope,
    home: Option<SelectStatement>,
    after: Option<Key>,
) -> SelectStatement {
    let columns = [
        ledger_scopes::Column::At,
        ledger_scopes::Column::Installation,
        ledger_scopes::Column::Seq,
    ];
    let mut select = Query::select();
    select
        .columns(columns.map(|column| (ledger_scopes::Entity, column)))
        .from(ledger_scopes::Entity);
    select.and_where(col(ledger_scopes::Entity, ledger_scopes::Column::Scope).eq(scope.as_str()));
    within(
        &mut select,
        filter,
        |column| col(ledger_scopes::Entity, column),
        columns,
        after,
    );
    if filter.kind.is_some() || filter.source.is_some() {
        let mut entry = Query::select();
        entry.expr(Expr::val(1)).from(ledger::Entity);
        entry.and_where(same(ledger::Column::Installation, ledger_scopes::Column::Installation));
        entry.and_where(same(ledger::Column::Seq, ledger_scopes::Column::Seq));
        of_kind_and_source(&mut entry, filter);
        select.and_where(Expr::exists(entry));
    }
    if let Some(home) = home {
        select.and_where(at_home(
            home,
            (ledger_scopes::Entity, ledger_scopes::Column::Installation),
        ));
    }
    for column in columns {
        select.order_by((ledger_scopes::Entity, column), Direction::Desc);
    }
    select
}

fn of_kind_and_source(select: &mut SelectStatement, filter: &HistoryFilter) {
    if let Some(kind) = &filter.kind {
        select.and_where(col(ledger::Entity, ledger::Column::Kind).eq(kind.as_str()));
    }
    if let Some(source) = filter.source {
        select.and_where(col(ledger::Entity, ledger::Column::Source).eq(source.as_str()));
    }
}

/// Within the asked days and beyond the last row shown; `columns` are those of [`Key`].
fn within<C: Copy>(
    select: &mut SelectStatement,
    filter: &HistoryFilter,
    col: impl Fn(C) -> Expr,
    columns: [C; 3],
    after: Option<Key>,
) {
    if let Some(from) = filter.from {
        select.and_where(col(columns[0]).gte(from.seconds()));
    }
    if let Some(to) = filter.to {
        select.and_where(col(columns[0]).lte(to.seconds()));
    }
    if let Some(Key { at, installation, seq }) = after {
        select.and_where(beyond(
            columns.map(col),
            Order::Descending,
            [at, installation, seq].map(Expr::val),
        ));
    }
}

/// The installations of an app, in a tenant, or both; `None` for all there are.
fn home(app: Option<i64>, tenant: Option<&Tenant>) -> Option<SelectStatement> {
    let mut home = Query::select().expr(Expr::val(1)).from(installations::Entity).take();
    if let Some(app) = app {
        home.and_where(col(installations::Entity, installations::Column::App).eq(app));
    }
    if let Some(tenant) = tenant {
        home.and_where(col(installations::Entity, installations::Column::Tenant).eq(tenant.as_str()));
    }
    (app.is_some() || tenant.is_some()).then_some(home)
}

/// Whether the installation at hand is one of `home`.
fn at_home(mut home: SelectStatement, installation: impl IntoColumnRef) -> Expr {
    home.and_where(col(installations::Entity, installations::Column::Id).equals(installation));
    Expr::exists(home)
}

/// Whether kind or source are so rare that looking for the scope among them is quicker than the reverse.
async fn few_of_kind_and_source(db: &impl ConnectionTrait, filter: &HistoryFilter) -> Result<bool, StoreError> {
    if filter.kind.is_none() && filter.source.is_none() {
        return Ok(false);
    }
    let mut of_these = Query::select().expr_as(Expr::val(1), "one").from(ledger::Entity).take();
    of_kind_and_source(&mut of_these, filter);
    Ok(matching::has_fewer(db, of_these, matching::SCARCE).await?)
}

/// Whether the entry at hand names `scope`.
fn naming(scope: &Scope) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(ledger_scopes::Entity)
        .and_where(col(ledger_scopes::Entity, ledger_scopes::Column::Scope).eq(scope.as_str()))
        .and_where(same(ledger::Column::At, ledger_scopes::Column::At))
        .and_where(same(ledger::Column::Installation, ledger_scopes::Column::Installation))
        .and_where(same(ledger::Column::Seq, ledger_scopes::Column::Seq))
        .take()
}

fn same(entry: ledger::Column, scope: ledger_scopes::Column) -> Expr {
    col(ledger_scopes::Entity, scope).equals((ledger::Entity, entry))
}
