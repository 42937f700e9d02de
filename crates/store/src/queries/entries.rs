//! The entries of one installation, for folding and verifying, and the days on which it changed.

use grantbook_core::{Entry, Timestamp, view::ChangeTick};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, Order as Direction, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, sea_query::Expr,
};

use crate::{Store, StoreError, entity::ledger, ledger::entry};

/// Days that [`ticks`] answers at most.
const DAYS: u64 = 400;

/// Days on which something changed, oldest first; of very many the newest [`DAYS`].
pub(crate) async fn ticks(db: &impl ConnectionTrait, installation: i64) -> Result<Vec<ChangeTick>, StoreError> {
    let mut days: Vec<(i64, i64, i32)> = ledger::Entity::find()
        .select_only()
        .column_as(ledger::Column::At.max(), "last")
        .column_as(Expr::cust("COUNT(*)"), "entries")
        .column_as(Expr::cust(REMOVES), "removal")
        .filter(ledger::Column::Installation.eq(installation))
        .group_by(Expr::cust(DAY))
        .order_by(Expr::cust(DAY), Direction::Desc)
        .limit(DAYS)
        .into_tuple()
        .all(db)
        .await?;
    days.reverse();
    let tick = |(last, entries, removal): (i64, i64, i32)| ChangeTick {
        at: Timestamp::from_seconds(last),
        entries: entries.unsigned_abs(),
        removal: removal != 0,
    };
    Ok(days.into_iter().map(tick).collect())
}

const DAY: &str = "at / 86400";

/// Reconciling removes something unless all three of its lists of losses are empty.
const REMOVES: &str = "MAX(CASE \
    WHEN kind IN ('scope_denied', 'resources_removed', 'user_resource_denied', 'user_resource_removed', \
        'team_access_revoked', 'conversation_left', 'tokens_revoked', 'uninstalled') THEN 1 \
    WHEN kind = 'reconciled' AND NOT (fact LIKE '%\"scopes_removed\":{}%' \
        AND fact LIKE '%\"resources_removed\":[]%' AND fact LIKE '%\"excluded\":[]%') THEN 1 \
    ELSE 0 END)";

/// Entries of one installation up to a moment, in order of time, then number.
pub(crate) async fn entries(
    db: &impl ConnectionTrait,
    installation: i64,
    up_to: Option<Timestamp>,
) -> Result<Vec<Entry>, StoreError> {
    let mut wanted = Condition::all().add(ledger::Column::Installation.eq(installation));
    if let Some(moment) = up_to {
        wanted = wanted.add(ledger::Column::At.lte(moment.seconds()));
    }
    let rows = ledger::Entity::find()
        .filter(wanted)
        .order_by_asc(ledger::Column::At)
        .order_by_asc(ledger::Column::Seq)
        .all(db)
        .await?;
    rows.into_iter().map(entry).collect()
}

impl Store {
    /// Days on which something changed in an installation, oldest first; at most the newest 400.
    pub async fn changes_per_day(&self, installation: i64) -> Result<Vec<ChangeTick>, StoreError> {
        ticks(self.db(), installation).await
    }

    /// Entries of one installation up to and including a moment, in order of time, then number.
    pub async fn entries(&self, installation: i64, up_to: Option<Timestamp>) -> Result<Vec<Entry>, StoreError> {
        entries(self.db(), installation, up_to).await
    }

    /// Entries of one installation after a number, in order of number, at most `limit`.
    pub async fn entries_page(&self, installation: i64, after_seq: u64, limit: u64) -> Result<Vec<Entry>, StoreError> {
        let rows = ledger::Entity::find()
            .filter(ledger::Column::Installation.eq(installation))
            .filter(ledger::Column::Seq.gt(i64::try_from(after_seq).unwrap_or(i64::MAX)))
            .order_by_asc(ledger::Column::Seq)
            .limit(limit)
            .all(self.db())
            .await?;
        rows.into_iter().map(entry).collect()
    }
}
