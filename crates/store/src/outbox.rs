//! The outbox: what is to be done at Slack, decided in one transaction with what led to it.
//!
//! A worker claims rows for a while; one conditional update decides who. A row whose worker vanished comes
//! back marked as uncertain: the call may have reached Slack, and the next worker decides what to do.

use std::collections::HashMap;

use grantbook_core::{
    InstallationKey, Timestamp,
    request::{RequestId, Step},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};
use serde_json::Value;

use crate::{
    Store, StoreError,
    entity::outbox::{self, Column},
    installations::InstallationRef,
    keys_at_hand::key,
    requests,
    words::{from_json, to_json},
};

/// Something to be done at Slack.
#[derive(Clone, Debug, PartialEq)]
pub struct NewOutbox {
    /// Its id; the same id again is the same thing, done once.
    pub id: String,
    /// What kind of thing: `offer`, `close` …
    pub kind: String,
    /// The installation's row.
    pub installation: i64,
    /// The request it belongs to.
    pub request: Option<RequestId>,
    /// What the worker needs to know. No secrets.
    pub payload: Value,
    /// Not before.
    pub due_at: Timestamp,
}

/// A row that a worker has claimed.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxRow {
    /// Its id.
    pub id: String,
    /// What kind of thing.
    pub kind: String,
    /// The installation.
    pub installation: InstallationRef,
    /// The request it belongs to.
    pub request: Option<RequestId>,
    /// What the worker needs to know.
    pub payload: Value,
    /// How often it was claimed, this time included.
    pub tries: u32,
    /// When it was decided.
    pub created_at: Timestamp,
    /// Whether an earlier worker vanished while at it, so that it may be done already.
    pub uncertain: bool,
}

/// Keeps something to be done; what has the same id is kept already.
pub(crate) async fn insert(db: &impl ConnectionTrait, new: NewOutbox, now: Timestamp) -> Result<(), StoreError> {
    let row = outbox::ActiveModel {
        payload: Set(to_json(&new.payload, "outbox", "payload", &new.id)?),
        id: Set(new.id),
        kind: Set(new.kind),
        installation: Set(new.installation),
        request: Set(new.request.map(|request| request.0)),
        state: Set("due".to_owned()),
        tries: Set(0),
        due_at: Set(new.due_at.micros()),
        created_at: Set(now.micros()),
        ..Default::default()
    };
    outbox::Entity::insert(row)
        .on_conflict_do_nothing_on([Column::Id])
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Due, or claimed by a worker whose time is over.
fn ready(now: Timestamp) -> Condition {
    let due = Column::State.eq("due").and(Column::DueAt.lte(now.micros()));
    let lapsed = Column::State.eq("sending").and(Column::LeaseUntil.lte(now.micros()));
    Condition::any().add(due).add(lapsed)
}

/// Takes one row for this worker, unless another one was quicker.
async fn claim(db: &impl ConnectionTrait, id: &str, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
    let updated = outbox::Entity::update_many()
        .col_expr(Column::State, Expr::value("sending"))
        .col_expr(Column::LeaseUntil, Expr::value(until.micros()))
        .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
        .filter(Column::Id.eq(id))
        .filter(ready(now))
        .exec(db)
        .await?;
    Ok(updated.rows_affected == 1)
}

fn claimed(row: outbox::Model, keys: &HashMap<i64, InstallationKey>) -> Result<OutboxRow, StoreError> {
    Ok(OutboxRow {
        installation: InstallationRef {
            row: row.installation,
            key: key(keys, row.installation)?,
        },
        request: row.request.map(RequestId),
        payload: from_json(&row.payload, "outbox", "payload", &row.id)?,
        // One more than was read.
        tries: row.tries.unsigned_abs() + 1,
        created_at: Timestamp::from_micros(row.created_at),
        uncertain: row.state == "sending",
        id: row.id,
        kind: row.kind,
    })
}

/// How a row ends.
struct End<'a> {
    state: &'static str,
    receipt: Option<&'a Value>,
    error: Option<&'a str>,
}

impl Store {
    /// Claims what is due, oldest first, for so many seconds; a row comes to one worker only.
    pub async fn claim_outbox(
        &self,
        now: Timestamp,
        lease_seconds: i64,
        limit: u64,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let rows = outbox::Entity::find()
            .filter(ready(now))
            .order_by_asc(Column::DueAt)
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(self.db())
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let keys = self.keys_of(rows.iter().map(|row| row.installation)).await?;
        let until = now.plus_seconds(lease_seconds);
        let tx = self.begin().await?;
        let mut mine = Vec::with_capacity(rows.len());
        for row in rows {
            if claim(&tx, &row.id, now, until).await? {
                mine.push(claimed(row, &keys)?);
            }
        }
        tx.commit().await?;
        Ok(mine)
    }

    /// Whether nothing is due and no worker is at anything.
    pub async fn outbox_rests(&self, now: Timestamp) -> Result<bool, StoreError> {
        let due = Column::State.eq("due").and(Column::DueAt.lte(now.micros()));
        let busy = Condition::any().add(due).add(Column::State.eq("sending"));
        let found = outbox::Entity::find().filter(busy).limit(1).all(self.db()).await?;
        Ok(found.is_empty())
    }

    /// It is done: keeps the receipt and, in the same transaction, what happened to the request.
    pub async fn outbox_sent(
        &self,
        id: &str,
        receipt: &Value,
        step: Option<(RequestId, Step)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let end = End {
            state: "sent",
            receipt: Some(receipt),
            error: None,
        };
        self.end_outbox(id, end, step, now).await
    }

    /// It is to be tried again at `due_at`, for this reason.
    pub async fn outbox_retry(&self, id: &str, due_at: Timestamp, error: &str) -> Result<(), StoreError> {
        outbox::Entity::update_many()
            .col_expr(Column::State, Expr::value("due"))
            .col_expr(Column::DueAt, Expr::value(due_at.micros()))
            .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
            .col_expr(Column::Error, Expr::value(error))
            .filter(Column::Id.eq(id))
            .filter(Column::State.eq("sending"))
            .exec(self.db())
            .await?;
        Ok(())
    }

    /// It cannot be done: keeps why and, in the same transaction, what happened to the request.
    pub async fn outbox_failed(
        &self,
        id: &str,
        error: &str,
        step: Option<(RequestId, Step)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let end = End {
            state: "failed",
            receipt: None,
            error: Some(error),
        };
        self.end_outbox(id, end, step, now).await
    }

    /// Nobody can tell whether it was done, and it is not to be done twice.
    pub async fn outbox_uncertain(
        &self,
        id: &str,
        error: &str,
        step: Option<(RequestId, Step)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let end = End {
            state: "uncertain",
            receipt: None,
            error: Some(error),
        };
        self.end_outbox(id, end, step, now).await
    }

    async fn end_outbox(
        &self,
        id: &str,
        end: End<'_>,
        step: Option<(RequestId, Step)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let receipt = end
            .receipt
            .map(|receipt| to_json(receipt, "outbox", "receipt", id))
            .transpose()?;
        let tx = self.begin().await?;
        // The request before the outbox, as everywhere: its lock comes first.
        let applied = match step {
            Some((request, step)) => requests::apply(&tx, request, vec![step], now).await?,
            None => None,
        };
        outbox::Entity::update_many()
            .col_expr(Column::State, Expr::value(end.state))
            .col_expr(Column::Receipt, Expr::value(receipt))
            .col_expr(Column::Error, Expr::value(end.error))
            .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
            .col_expr(Column::DoneAt, Expr::value(now.micros()))
            .filter(Column::Id.eq(id))
            .filter(Column::State.ne("sent"))
            .exec(&tx)
            .await?;
        self.commit(tx, requests::Applied::notices(applied.as_ref())).await
    }
}
