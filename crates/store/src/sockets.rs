//! Who keeps which of an app's Socket Mode connections: leases of slots, over all processes.
//!
//! One conditional write decides who has a slot. Its holder renews it, together with the word that it is there
//! itself; what nobody renewed belongs to nobody, and the next one takes it.

use grantbook_core::Timestamp;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use crate::{
    Store, StoreError,
    entity::{
        socket_holders as holders,
        socket_slots::{self as slots, Column},
    },
};

/// One of an app's connections: the app's row, and which of them, counted from one.
pub type SlotName = (i64, u8);

/// What the holder of a slot says about its connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotState {
    /// Whether it delivers.
    pub open: bool,
    /// What is wrong with it, as a sentence.
    pub problem: Option<String>,
    /// The app's connections over all processes, as Slack told in its last greeting.
    pub slack_counts: Option<u32>,
}

/// A slot that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldSlot {
    /// Which.
    pub name: SlotName,
    /// The process, by the name it gave itself.
    pub holder: String,
    /// What it said when it renewed.
    pub state: SlotState,
}

/// Who is there, and who holds what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Processes that keep connections, or would.
    pub holders: u64,
    /// What they hold, by app and number.
    pub slots: Vec<HeldSlot>,
}

fn slot(row: slots::Model) -> Result<HeldSlot, StoreError> {
    let number = u8::try_from(row.slot).map_err(|_| StoreError::inconsistent("socket_slots", "slot", row.slot))?;
    Ok(HeldSlot {
        name: (row.app, number),
        holder: row.holder,
        state: SlotState {
            open: row.is_open,
            problem: row.problem,
            slack_counts: row.slack_counts.and_then(|count| u32::try_from(count).ok()),
        },
    })
}

async fn held(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<HeldSlot>, StoreError> {
    let mut rows = slots::Entity::find()
        .filter(Column::Until.gt(now.micros()))
        .all(db)
        .await?;
    rows.sort_by_key(|row| (row.app, row.slot));
    rows.into_iter().map(slot).collect()
}

async fn present(db: &impl ConnectionTrait, holder: &str, now: Timestamp, until: Timestamp) -> Result<u64, StoreError> {
    let row = holders::ActiveModel {
        holder: Set(holder.to_owned()),
        until: Set(until.micros()),
    };
    let mut conflict = OnConflict::column(holders::Column::Holder);
    conflict.update_column(holders::Column::Until);
    holders::Entity::insert(row)
        .on_conflict(conflict)
        .exec_without_returning(db)
        .await?;
    holders::Entity::delete_many()
        .filter(holders::Column::Until.lte(now.micros()))
        .exec(db)
        .await?;
    Ok(holders::Entity::find().count(db).await?)
}

async fn renew(
    db: &impl ConnectionTrait,
    holder: &str,
    (app, number): SlotName,
    state: &SlotState,
    until: Timestamp,
) -> Result<(), StoreError> {
    slots::Entity::update_many()
        .col_expr(Column::Until, Expr::value(until.micros()))
        .col_expr(Column::IsOpen, Expr::value(state.open))
        .col_expr(Column::Problem, Expr::value(state.problem.clone()))
        .col_expr(Column::SlackCounts, Expr::value(state.slack_counts.map(i64::from)))
        .filter(Column::App.eq(app))
        .filter(Column::Slot.eq(i64::from(number)))
        .filter(Column::Holder.eq(holder))
        .exec(db)
        .await?;
    Ok(())
}

async fn take(
    db: &impl ConnectionTrait,
    holder: &str,
    (app, number): SlotName,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let row = slots::ActiveModel {
        app: Set(app),
        slot: Set(i64::from(number)),
        holder: Set(holder.to_owned()),
        until: Set(until.micros()),
        is_open: Set(false),
        problem: Set(None),
        slack_counts: NotSet,
    };
    let mut conflict = OnConflict::columns([Column::App, Column::Slot]);
    conflict
        .update_columns([Column::Holder, Column::Until, Column::IsOpen, Column::Problem])
        .action_and_where(Expr::col((slots::Entity, Column::Until)).lte(now.micros()));
    let written = slots::Entity::insert(row)
        .on_conflict(conflict)
        .exec_without_returning(db)
        .await?;
    Ok(written == 1)
}

impl Store {
    /// Whether other processes can be on this database: not on SQLite, which belongs to one.
    pub fn is_shared(&self) -> bool {
        self.db().get_database_backend() != DbBackend::Sqlite
    }

    /// Says that `holder` is there until `until`, and renews those of its slots that are still its own; answers
    /// who is there and who holds what.
    pub async fn keep_socket_slots(
        &self,
        holder: &str,
        mine: &[(SlotName, SlotState)],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Held, StoreError> {
        let tx = self.begin().await?;
        let holders = present(&tx, holder, now, until).await?;
        for (name, state) in mine {
            renew(&tx, holder, *name, state, until).await?;
        }
        let slots = held(&tx, now).await?;
        tx.commit().await?;
        Ok(Held { holders, slots })
    }

    /// Takes slots that nobody holds; answers those that were got.
    pub async fn take_socket_slots(
        &self,
        holder: &str,
        names: &[SlotName],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<SlotName>, StoreError> {
        let tx = self.begin().await?;
        let mut got = Vec::with_capacity(names.len());
        for name in names {
            if take(&tx, holder, *name, now, until).await? {
                got.push(*name);
            }
        }
        tx.commit().await?;
        Ok(got)
    }

    /// Gives slots back, so that others need not wait for their end.
    pub async fn release_socket_slots(&self, holder: &str, names: &[SlotName]) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        for (app, number) in names {
            slots::Entity::delete_many()
                .filter(Column::App.eq(*app))
                .filter(Column::Slot.eq(i64::from(*number)))
                .filter(Column::Holder.eq(holder))
                .exec(&tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// The process ends: gives back all that it holds.
    pub async fn leave_sockets(&self, holder: &str) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        slots::Entity::delete_many()
            .filter(Column::Holder.eq(holder))
            .exec(&tx)
            .await?;
        holders::Entity::delete_many()
            .filter(holders::Column::Holder.eq(holder))
            .exec(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// What is held now, by app and number.
    pub async fn held_socket_slots(&self, now: Timestamp) -> Result<Vec<HeldSlot>, StoreError> {
        held(self.db(), now).await
    }
}
