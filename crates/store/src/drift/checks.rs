//! When each installation is compared with Slack: the schedule, and a lease for each comparison.

use grantbook_core::{InstallationKey, Timestamp, grants::Status};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
};

use crate::{
    Store, StoreError,
    drift::runs::latest_run,
    entity::{drift_checks as checks, drift_runs as runs, installations},
    installations::InstallationRef,
    keys_at_hand::key,
    words,
};

/// Rows one statement writes.
const ROWS: u64 = 1_000;

/// An installation whose turn it is; the lease is the asker's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueCheck {
    /// Which.
    pub installation: InstallationRef,
    /// Whether it is installed.
    pub status: Status,
    /// Who asked: the run it belongs to, or `schedule`.
    pub by: String,
}

/// How a comparison ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutcome<'a> {
    /// Nothing differed, or an entry settled it.
    Agreed,
    /// Slack or our store could not say: the code.
    Failed(&'a str),
    /// To be asked again; it was not compared.
    Postponed(&'a str),
}

/// By whom what the schedule compares is closed.
pub const SCHEDULE: &str = "schedule";
pub(super) const AGREED: &str = "agreed";
/// The outcome of a turn that came for what is no longer installed.
pub const NOT_INSTALLED: &str = "not_installed";
/// The outcome of a turn that Slack cut short.
pub const RATE_LIMITED: &str = "ratelimited";

pub(super) fn installed() -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(installations::Column::Id)
        .from(installations::Entity)
        .and_where(Expr::col(installations::Column::Status).eq(Status::Installed.as_str()))
        .take()
}

/// Spreads first comparisons evenly: neighbours in number are far apart in time.
fn spread(installation: i64, seconds: i64) -> i64 {
    let hash = installation.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    i64::try_from(hash % Ord::max(seconds.unsigned_abs(), 1)).unwrap_or(0)
}

/// Adds installations that have no row yet: their ids are larger than all that have one.
pub(super) async fn enrol(
    db: &impl ConnectionTrait,
    now: Timestamp,
    every_seconds: Option<i64>,
) -> Result<u64, StoreError> {
    let mut added = 0;
    loop {
        let last: Option<Option<i64>> = checks::Entity::find()
            .select_only()
            .column_as(checks::Column::Installation.max(), "last")
            .into_tuple()
            .one(db)
            .await?;
        let ids: Vec<i64> = installations::Entity::find()
            .select_only()
            .column(installations::Column::Id)
            .filter(installations::Column::Id.gt(last.flatten().unwrap_or(0)))
            .order_by_asc(installations::Column::Id)
            .limit(ROWS)
            .into_tuple()
            .all(db)
            .await?;
        if ids.is_empty() {
            return Ok(added);
        }
        added += ids.len() as u64;
        let fresh = ids.iter().map(|id| checks::ActiveModel {
            installation: Set(*id),
            next_at: Set(every_seconds.map(|seconds| now.plus_seconds(spread(*id, seconds)).micros())),
            ..Default::default()
        });
        checks::Entity::insert_many(fresh)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
    }
}

/// Gives turns to those that have none, or takes them where there is no schedule and no run.
async fn keep_turns(db: &impl ConnectionTrait, now: Timestamp, every_seconds: Option<i64>) -> Result<(), StoreError> {
    let update = checks::Entity::update_many();
    match every_seconds {
        Some(seconds) => {
            // As `spread` does, in the database's own words.
            let turn = format!(
                "{} + (installation * 7919 % {}) * 1000000",
                now.micros(),
                Ord::max(seconds, 1)
            );
            update
                .col_expr(checks::Column::NextAt, Expr::cust(turn))
                .filter(checks::Column::NextAt.is_null())
                .exec(db)
                .await?;
        }
        None if latest_run(db).await?.is_none_or(|run| run.finished_at.is_some()) => {
            update
                .col_expr(checks::Column::NextAt, Expr::value(None::<i64>))
                .filter(checks::Column::NextAt.is_not_null())
                .exec(db)
                .await?;
        }
        None => {}
    }
    Ok(())
}

fn free(now: Timestamp) -> Condition {
    Condition::any()
        .add(checks::Column::LeaseUntil.is_null())
        .add(checks::Column::LeaseUntil.lte(now.micros()))
}

impl Store {
    /// Writes installations down that are new to the schedule; `every_seconds` spreads their first turns, and
    /// without it they have none.
    pub async fn enrol_checks(&self, now: Timestamp, every_seconds: Option<i64>) -> Result<u64, StoreError> {
        let tx = self.begin().await?;
        let added = enrol(&tx, now, every_seconds).await?;
        keep_turns(&tx, now, every_seconds).await?;
        tx.commit().await?;
        Ok(added)
    }

    /// Installations whose turn it is, at most so many, each with a lease that nobody else has.
    pub async fn due_checks(
        &self,
        now: Timestamp,
        owner: &str,
        lease_seconds: i64,
        limit: u64,
    ) -> Result<Vec<DueCheck>, StoreError> {
        let due = Condition::all()
            .add(checks::Column::NextAt.lte(now.micros()))
            .add(free(now));
        let found = checks::Entity::find()
            .filter(due.clone())
            .order_by_asc(checks::Column::NextAt)
            .order_by_asc(checks::Column::Installation)
            .limit(limit)
            .all(self.db())
            .await?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let run = latest_run(self.db()).await?.filter(|run| run.finished_at.is_none());
        let mut ours = Vec::new();
        let tx = self.begin().await?;
        for row in found {
            let taken = checks::Entity::update_many()
                .col_expr(checks::Column::LeaseOwner, Expr::value(owner))
                .col_expr(
                    checks::Column::LeaseUntil,
                    Expr::value(now.plus_seconds(lease_seconds).micros()),
                )
                .filter(checks::Column::Installation.eq(row.installation))
                .filter(due.clone())
                .exec(&tx)
                .await?;
            if taken.rows_affected == 1 {
                ours.push(row);
            }
        }
        tx.commit().await?;
        self.told(ours, run.as_ref()).await
    }

    async fn told(&self, rows: Vec<checks::Model>, run: Option<&runs::Model>) -> Result<Vec<DueCheck>, StoreError> {
        let ids: Vec<i64> = rows.iter().map(|row| row.installation).collect();
        let keys = self.keys_of(ids.iter().copied()).await?;
        let statuses: Vec<(i64, String)> = installations::Entity::find()
            .select_only()
            .columns([installations::Column::Id, installations::Column::Status])
            .filter(installations::Column::Id.is_in(ids))
            .into_tuple()
            .all(self.db())
            .await?;
        rows.into_iter()
            .map(|row| {
                let status = statuses.iter().find(|(id, _)| *id == row.installation);
                let (id, status) =
                    status.ok_or_else(|| StoreError::inconsistent("drift_checks", "installation", row.installation))?;
                let asked = run.filter(|run| row.at.is_none_or(|at| at < run.started_at));
                Ok(DueCheck {
                    installation: InstallationRef {
                        row: *id,
                        key: key(&keys, *id)?,
                    },
                    status: words::status(status, *id)?,
                    by: asked.map_or(SCHEDULE, |run| run.who.as_str()).to_owned(),
                })
            })
            .collect()
    }

    /// Writes down how a comparison ended, by whomever it was made, and when the next one is; gives the lease
    /// back.
    pub async fn finish_check(
        &self,
        installation: i64,
        outcome: CheckOutcome<'_>,
        now: Timestamp,
        next_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let word = match outcome {
            CheckOutcome::Agreed => AGREED,
            CheckOutcome::Failed(code) | CheckOutcome::Postponed(code) => code,
        };
        let mut update = checks::Entity::update_many()
            .col_expr(checks::Column::LeaseOwner, Expr::value(None::<String>))
            .col_expr(checks::Column::LeaseUntil, Expr::value(None::<i64>))
            .col_expr(checks::Column::NextAt, Expr::value(next_at.map(Timestamp::micros)))
            .col_expr(checks::Column::Outcome, Expr::value(word));
        if !matches!(outcome, CheckOutcome::Postponed(_)) {
            update = update.col_expr(checks::Column::At, Expr::value(now.micros()));
        }
        if outcome == CheckOutcome::Agreed {
            update = update.col_expr(checks::Column::AgreedAt, Expr::value(now.micros()));
        }
        let tx = self.begin().await?;
        update
            .filter(checks::Column::Installation.eq(installation))
            .exec(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Writes down that ledger and Slack agree now, by whomever they were compared.
    pub async fn note_agreement(&self, installation: i64, now: Timestamp) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        checks::Entity::update_many()
            .col_expr(checks::Column::At, Expr::value(now.micros()))
            .col_expr(checks::Column::AgreedAt, Expr::value(now.micros()))
            .col_expr(checks::Column::Outcome, Expr::value(AGREED))
            .filter(checks::Column::Installation.eq(installation))
            .exec(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// When ledger and Slack agreed last.
    pub async fn agreed_at(&self, installation: i64) -> Result<Option<Timestamp>, StoreError> {
        let row = checks::Entity::find_by_id(installation).one(self.db()).await?;
        Ok(row.and_then(|row| row.agreed_at).map(Timestamp::from_micros))
    }

    /// The row of an installation in the schedule, made where it is missing, so that its comparison can be
    /// written down.
    pub async fn enrol_check(
        &self,
        key: &InstallationKey,
        now: Timestamp,
        every_seconds: Option<i64>,
    ) -> Result<(), StoreError> {
        let Some(installation) = self.installation_ref(key).await? else {
            return Ok(());
        };
        if checks::Entity::find_by_id(installation.row)
            .one(self.db())
            .await?
            .is_none()
        {
            self.enrol_checks(now, every_seconds).await?;
        }
        Ok(())
    }
}
