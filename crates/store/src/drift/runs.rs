//! Runs over all installations, and how far everything was compared.
//!
//! A run makes every installation due, and whoever keeps the schedule does the work: it goes on on any replica,
//! and after any death.

use grantbook_core::{
    Timestamp,
    grants::Status,
    view::drift::{DriftRunView, DriftSummary},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr,
};

use super::checks::{AGREED, NOT_INSTALLED, RATE_LIMITED, enrol, installed};
use crate::{
    Store, StoreError,
    entity::{drift_checks as checks, drift_runs as runs, drifts, installations},
};

pub(super) async fn latest_run(db: &impl ConnectionTrait) -> Result<Option<runs::Model>, StoreError> {
    Ok(runs::Entity::find().order_by_desc(runs::Column::Id).one(db).await?)
}

fn since(run: &runs::Model) -> Condition {
    Condition::all().add(checks::Column::At.gte(run.started_at))
}

async fn done(db: &impl ConnectionTrait, run: &runs::Model) -> Result<(u64, u64), StoreError> {
    let compared = || since(run).add(checks::Column::Outcome.ne(NOT_INSTALLED));
    let done = checks::Entity::find().filter(compared()).count(db).await?;
    let failed = checks::Entity::find()
        .filter(compared().add(checks::Column::Outcome.ne(AGREED)))
        .count(db)
        .await?;
    Ok((done, failed))
}

impl Store {
    /// The newest run as it stands.
    pub async fn drift_run(&self, now: Timestamp) -> Result<DriftRunView, StoreError> {
        let Some(run) = latest_run(self.db()).await? else {
            return Ok(DriftRunView::default());
        };
        let (done, failed) = match run.finished_at {
            Some(_) => (run.done.unsigned_abs(), run.failed.unsigned_abs()),
            None => done(self.db(), &run).await?,
        };
        let waits = match run.finished_at {
            Some(_) => None,
            None => self.earliest_turn(Some(now)).await?,
        };
        Ok(DriftRunView {
            done,
            total: run.total.unsigned_abs(),
            failed,
            started_at: Some(Timestamp::from_micros(run.started_at)),
            finished_at: run.finished_at.map(Timestamp::from_micros),
            waits_until: waits,
        })
    }

    /// The next turn; with a moment, only where Slack has told to wait beyond that.
    async fn earliest_turn(&self, waiting_at: Option<Timestamp>) -> Result<Option<Timestamp>, StoreError> {
        let mut wanted = Condition::all().add(checks::Column::NextAt.is_not_null());
        if let Some(now) = waiting_at {
            wanted = wanted
                .add(checks::Column::NextAt.gt(now.micros()))
                .add(checks::Column::Outcome.eq(RATE_LIMITED));
        }
        let next = checks::Entity::find()
            .filter(wanted)
            .order_by_asc(checks::Column::NextAt)
            .one(self.db())
            .await?;
        Ok(next.and_then(|row| row.next_at).map(Timestamp::from_micros))
    }

    /// Begins a run over all that is installed, or answers the one under way. The second is whether it began.
    pub async fn start_run(
        &self,
        who: &str,
        now: Timestamp,
        every_seconds: Option<i64>,
    ) -> Result<(DriftRunView, bool), StoreError> {
        self.finish_run(now).await?;
        let tx = self.begin().await?;
        if latest_run(&tx).await?.is_some_and(|run| run.finished_at.is_none()) {
            tx.rollback().await?;
            return Ok((self.drift_run(now).await?, false));
        }
        enrol(&tx, now, every_seconds).await?;
        let all = checks::Entity::update_many()
            .col_expr(checks::Column::NextAt, Expr::value(now.micros()))
            .filter(checks::Column::Installation.in_subquery(installed()))
            .exec(&tx)
            .await?;
        let run = runs::ActiveModel {
            who: Set(who.to_owned()),
            started_at: Set(now.micros()),
            total: Set(i64::try_from(all.rows_affected).unwrap_or(i64::MAX)),
            done: Set(0),
            failed: Set(0),
            ..Default::default()
        };
        runs::Entity::insert(run).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok((self.drift_run(now).await?, true))
    }

    /// Ends the run under way where all its installations are done. Answers its end, once.
    pub async fn finish_run(&self, now: Timestamp) -> Result<Option<DriftRunView>, StoreError> {
        let Some(run) = latest_run(self.db()).await?.filter(|run| run.finished_at.is_none()) else {
            return Ok(None);
        };
        let waiting = checks::Entity::find()
            .filter(checks::Column::Installation.in_subquery(installed()))
            .filter(checks::Column::NextAt.is_not_null())
            .filter(
                Condition::any()
                    .add(checks::Column::At.is_null())
                    .add(checks::Column::At.lt(run.started_at)),
            )
            .one(self.db())
            .await?;
        if waiting.is_some() {
            return Ok(None);
        }
        let (done, failed) = done(self.db(), &run).await?;
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let ended = runs::Entity::update_many()
            .col_expr(runs::Column::FinishedAt, Expr::value(now.micros()))
            .col_expr(runs::Column::Done, Expr::value(number(done)))
            .col_expr(runs::Column::Failed, Expr::value(number(failed)))
            .filter(runs::Column::Id.eq(run.id))
            .filter(runs::Column::FinishedAt.is_null())
            .exec(self.db())
            .await?;
        if ended.rows_affected == 1 {
            Ok(Some(self.drift_run(now).await?))
        } else {
            Ok(None)
        }
    }

    /// How far ledger and Slack were compared, and what is open.
    pub async fn drift_summary(&self) -> Result<DriftSummary, StoreError> {
        let db = self.db();
        let open = || drifts::Entity::find().filter(drifts::Column::ClosedAt.is_null());
        let touched: Option<i64> = open()
            .select_only()
            .column_as(Expr::cust("COUNT(DISTINCT installation)"), "count")
            .into_tuple()
            .one(db)
            .await?;
        let all = installations::Entity::find()
            .filter(installations::Column::Status.eq(Status::Installed.as_str()))
            .count(db)
            .await?;
        let checked = checks::Entity::find()
            .filter(checks::Column::At.is_not_null())
            .filter(checks::Column::Installation.in_subquery(installed()))
            .count(db)
            .await?;
        let last: Option<Option<i64>> = checks::Entity::find()
            .select_only()
            .column_as(checks::Column::At.max(), "last")
            .into_tuple()
            .one(db)
            .await?;
        Ok(DriftSummary {
            open: open().count(db).await?,
            installations: touched.unwrap_or(0).unsigned_abs(),
            checked,
            never_checked: all.saturating_sub(checked),
            last_run: last.flatten().map(Timestamp::from_micros),
            next_run: self.earliest_turn(None).await?,
        })
    }
}
