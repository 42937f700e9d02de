//! What a batch writes besides the ledger, a statement per table however many installations changed.

use std::collections::{BTreeSet, HashMap};

use grantbook_core::{Entry, Grants, grants::cells};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use crate::{
    StoreError,
    entity::{grants as rows, installation_scopes, installations},
    ledger::{Head, inconsistent, number},
    tenants,
};

/// Rows one statement writes.
const ROWS: usize = 1_000;

/// One installation that a batch changed.
pub(super) struct Changed {
    pub(super) row: installations::Model,
    pub(super) before: Grants,
    pub(super) after: Grants,
    pub(super) head: Head,
    pub(super) last: Entry,
}

impl Changed {
    /// Whether what the workspaces list sums up may have changed, beyond the moment of the last change.
    pub(super) fn weighs(&self) -> bool {
        self.before.status != self.after.status || self.before.held_scopes() != self.after.held_scopes()
    }
}

/// Writes grants, scopes and summaries; answers the installations' rows as they are now.
pub(super) async fn all(
    db: &impl ConnectionTrait,
    changed: &[Changed],
) -> Result<Vec<installations::Model>, StoreError> {
    let mut put = Vec::new();
    let mut gone = Vec::new();
    for Changed { row, before, after, .. } in changed {
        for cells::Change { name, value } in cells::changes(before, after) {
            match value {
                Some(value) => put.push(rows::ActiveModel {
                    installation: Set(row.id),
                    cell: Set(name),
                    value: Set(value),
                }),
                None => gone.push((row.id, name)),
            }
        }
    }
    remove(db, gone).await?;
    insert(db, put).await?;
    scopes(db, changed).await?;
    summaries(db, changed).await
}

/// The grants of these installations as they are stored.
pub(super) async fn load(db: &impl ConnectionTrait, ids: Vec<i64>) -> Result<HashMap<i64, Grants>, StoreError> {
    let stored = rows::Entity::find()
        .filter(rows::Column::Installation.is_in(ids))
        .all(db)
        .await?;
    let mut cells: HashMap<i64, Vec<(String, String)>> = HashMap::new();
    for row in stored {
        cells.entry(row.installation).or_default().push((row.cell, row.value));
    }
    cells
        .into_iter()
        .map(|(id, cells)| Ok((id, assemble(id, &cells)?)))
        .collect()
}

fn assemble(id: i64, cells: &[(String, String)]) -> Result<Grants, StoreError> {
    cells::assemble(cells.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .map_err(|_| StoreError::inconsistent("grants", "cell", id))
}

/// Stores `grants` in place of whatever is stored.
pub(crate) async fn replace(db: &impl ConnectionTrait, id: i64, grants: &Grants) -> Result<(), StoreError> {
    rows::Entity::delete_many()
        .filter(rows::Column::Installation.eq(id))
        .exec(db)
        .await?;
    let cells = cells::all(grants).into_iter();
    let put = cells.map(|(name, value)| rows::ActiveModel {
        installation: Set(id),
        cell: Set(name),
        value: Set(value),
    });
    insert(db, put.collect()).await
}

async fn insert(db: &impl ConnectionTrait, put: Vec<rows::ActiveModel>) -> Result<(), StoreError> {
    for chunk in put.chunks(ROWS) {
        let conflict = OnConflict::columns([rows::Column::Installation, rows::Column::Cell])
            .update_column(rows::Column::Value)
            .to_owned();
        rows::Entity::insert_many(chunk.to_vec())
            .on_conflict(conflict)
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

async fn remove(db: &impl ConnectionTrait, gone: Vec<(i64, String)>) -> Result<(), StoreError> {
    for chunk in gone.chunks(ROWS) {
        let key = Expr::tuple([Expr::col(rows::Column::Installation), Expr::col(rows::Column::Cell)]);
        let keys = chunk
            .iter()
            .map(|(id, name)| Expr::tuple([Expr::val(*id), Expr::val(name.clone())]));
        rows::Entity::delete_many().filter(key.is_in(keys)).exec(db).await?;
    }
    Ok(())
}

async fn scopes(db: &impl ConnectionTrait, changed: &[Changed]) -> Result<(), StoreError> {
    let mut added = Vec::new();
    for Changed { row, before, after, .. } in changed {
        let (old, new) = (before.held_scopes(), after.held_scopes());
        let gone: Vec<&str> = old.difference(&new).map(|scope| scope.as_str()).collect();
        if !gone.is_empty() {
            installation_scopes::Entity::delete_many()
                .filter(installation_scopes::Column::Installation.eq(row.id))
                .filter(installation_scopes::Column::Scope.is_in(gone))
                .exec(db)
                .await?;
        }
        added.extend(new.difference(&old).map(|scope| installation_scopes::ActiveModel {
            installation: Set(row.id),
            scope: Set(scope.to_string()),
        }));
    }
    for chunk in added.chunks(ROWS) {
        let rows = installation_scopes::Entity::insert_many(chunk.to_vec());
        rows.on_conflict_do_nothing().exec_without_returning(db).await?;
    }
    Ok(())
}

/// The rows of the installations list: all columns are given, so that one statement serves them all.
async fn summaries(db: &impl ConnectionTrait, changed: &[Changed]) -> Result<Vec<installations::Model>, StoreError> {
    use installations::Column;
    const WRITTEN: [Column; 11] = [
        Column::Status,
        Column::ScopesCount,
        Column::ResourcesCount,
        Column::DeniedCount,
        Column::HeadSeq,
        Column::HeadHash,
        Column::LastAt,
        Column::LastKind,
        Column::LastActor,
        Column::LastScopes,
        Column::LastResources,
    ];
    let rows = changed.iter().map(summary).collect::<Result<Vec<_>, _>>()?;
    for chunk in rows.chunks(ROWS) {
        let conflict = OnConflict::column(Column::Id).update_columns(WRITTEN).to_owned();
        let written = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
        installations::Entity::insert_many(written)
            .on_conflict(conflict)
            .exec_without_returning(db)
            .await?;
    }
    Ok(rows)
}

fn summary(change: &Changed) -> Result<installations::Model, StoreError> {
    let Changed {
        row, after, head, last, ..
    } = change;
    let mut row = row.clone();
    after.status.as_str().clone_into(&mut row.status);
    row.scopes_count = count(after.held_scopes().len());
    row.resources_count = count(after.resource_count());
    row.denied_count = count(after.denied.len());
    row.head_seq = number(head.seq);
    row.head_hash = head.hash.0.to_vec();
    let at = last.draft.key.at().micros();
    if at >= row.last_at {
        let fact = &last.draft.fact;
        let scopes: Vec<_> = fact.scopes().into_iter().take(3).collect();
        row.last_at = at;
        row.last_kind = Some(fact.kind().to_owned());
        row.last_actor = last.draft.actor.as_ref().map(ToString::to_string);
        row.last_scopes = serde_json::to_string(&scopes).map_err(|_| inconsistent(row.id, "last_scopes"))?;
        row.last_resources = count(fact.resources().len());
    }
    Ok(row)
}

/// What the lists sum up of `grants`: the columns of the installation's row, and the scopes it is found by.
/// The last change is not among them: which entry it is depends on how the appends were gathered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Summed {
    status: String,
    counts: [i64; 3],
    scopes: BTreeSet<String>,
}

impl Summed {
    /// What it ought to be.
    pub(crate) fn of(grants: &Grants) -> Self {
        let held = grants.held_scopes();
        Self {
            status: grants.status.as_str().to_owned(),
            counts: [held.len(), grants.resource_count(), grants.denied.len()].map(count),
            scopes: held.into_iter().map(ToString::to_string).collect(),
        }
    }

    /// What is stored.
    pub(crate) async fn stored(db: &impl ConnectionTrait, row: &installations::Model) -> Result<Self, StoreError> {
        let scopes: Vec<String> = installation_scopes::Entity::find()
            .select_only()
            .column(installation_scopes::Column::Scope)
            .filter(installation_scopes::Column::Installation.eq(row.id))
            .into_tuple()
            .all(db)
            .await?;
        Ok(Self {
            status: row.status.clone(),
            counts: [row.scopes_count, row.resources_count, row.denied_count],
            scopes: scopes.into_iter().collect(),
        })
    }

    /// Stores it in place of whatever is stored, and sums the tenant up anew.
    pub(crate) async fn store(self, db: &impl ConnectionTrait, row: &installations::Model) -> Result<(), StoreError> {
        let [scopes, resources, denied] = self.counts;
        installations::Entity::update_many()
            .col_expr(installations::Column::Status, Expr::value(self.status))
            .col_expr(installations::Column::ScopesCount, Expr::value(scopes))
            .col_expr(installations::Column::ResourcesCount, Expr::value(resources))
            .col_expr(installations::Column::DeniedCount, Expr::value(denied))
            .filter(installations::Column::Id.eq(row.id))
            .exec(db)
            .await?;
        installation_scopes::Entity::delete_many()
            .filter(installation_scopes::Column::Installation.eq(row.id))
            .exec(db)
            .await?;
        let rows = self.scopes.into_iter().map(|scope| installation_scopes::ActiveModel {
            installation: Set(row.id),
            scope: Set(scope),
        });
        let rows: Vec<_> = rows.collect();
        for chunk in rows.chunks(ROWS) {
            installation_scopes::Entity::insert_many(chunk.to_vec())
                .exec_without_returning(db)
                .await?;
        }
        tenants::refresh(db, [row.tenant.as_str()]).await
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
