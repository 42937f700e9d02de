//! What a version in shadow said beside the one in force.

use std::collections::BTreeMap;

use grantbook_core::{Timestamp, view::Page};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use super::{number, row_of};
use crate::{
    Store, StoreError,
    approvals::rows::{self, StoredAppRequest},
    entity::{
        app_requests,
        shadow_verdicts::{Column, Entity},
    },
    queries::{PageRequest, QueryError, cursor::Cut},
};

const LIST: &str = "shadow_verdicts";

/// By version: on how many requests it was compared, and how often it disagreed.
pub(super) type Counts = BTreeMap<u64, (u64, u64)>;

/// A request on which a version in shadow disagreed with the one in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// The request, with what the version in force said.
    pub request: StoredAppRequest,
    /// When both were asked.
    pub at: Timestamp,
}

/// How the versions did in shadow; one that never ran there is left out.
pub(super) async fn counts(db: &impl ConnectionTrait, versions: &[u64]) -> Result<Counts, StoreError> {
    let mut counts = Counts::new();
    if versions.is_empty() {
        return Ok(counts);
    }
    let rows: Vec<(i64, bool, i64)> = Entity::find()
        .select_only()
        .columns([Column::Version, Column::Agrees])
        .column_as(Expr::col(Column::Request).count(), "requests")
        .filter(Column::Version.is_in(versions.iter().map(|version| row_of(*version))))
        .group_by(Column::Version)
        .group_by(Column::Agrees)
        .into_tuple()
        .all(db)
        .await?;
    for (version, agrees, requests) in rows {
        let requests = requests.unsigned_abs();
        let (compared, against) = counts.entry(number(version)).or_default();
        *compared += requests;
        *against += if agrees { 0 } else { requests };
    }
    Ok(counts)
}

/// Drops what a version said.
pub(super) async fn forget(db: &impl ConnectionTrait, version: u64) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::Version.eq(row_of(version)))
        .exec(db)
        .await?;
    Ok(())
}

impl Store {
    /// The requests on which a version in shadow disagreed with the one in force, newest first.
    pub async fn rules_disagreements(
        &self,
        version: u64,
        page: &PageRequest,
    ) -> Result<Page<Disagreement>, QueryError> {
        let mut wanted = Entity::find()
            .filter(Column::Version.eq(row_of(version)))
            .filter(Column::Agrees.eq(false));
        if let Some(after) = page.after::<i64>(LIST)? {
            wanted = wanted.filter(Column::Request.lt(after));
        }
        let rows = wanted
            .order_by_desc(Column::Request)
            .limit(page.limit_and_one())
            .all(self.db())
            .await?;
        let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| row.request);
        let found = app_requests::Entity::find()
            .filter(app_requests::Column::Id.is_in(rows.iter().map(|row| row.request)))
            .all(self.db())
            .await?;
        let mut requests = BTreeMap::new();
        for row in found {
            requests.insert(row.id, rows::stored(row)?);
        }
        let items = rows.into_iter().filter_map(|row| {
            Some(Disagreement {
                request: requests.remove(&row.request)?,
                at: Timestamp::from_micros(row.at),
            })
        });
        Ok(Page {
            items: items.collect(),
            next_cursor,
        })
    }
}
