//! What is due: reminders, calls to others, requests that expire, and approvals that end by themselves.
//!
//! Whatever is due is claimed by one conditional update, in the transaction that writes what follows from it: of two
//! replicas one does it, and one that dies in between has done nothing.

use grantbook_core::{
    Timestamp,
    approval::life::{Happening, State},
    view::approvals::AppRequestNotice,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use super::{
    Record, RecordError, StoredAppRequest, record,
    resolutions::{StoredResolution, stored as resolution},
    rows,
};
use crate::{
    Store, StoreError,
    entity::{app_requests as requests, app_resolutions as resolutions, outbox as outbox_rows},
    notices::Notices,
    outbox::{self, NewOutbox},
};

/// A moment at which something is to be done about a request that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Approvers are reminded.
    Remind,
    /// Others are called.
    Escalate,
    /// It is cancelled.
    Expire,
}

/// Why an approval does not last longer.
#[derive(Debug, thiserror::Error)]
pub enum ExtendRowError {
    /// No approval that ends by itself came of this request, or it stands no more.
    #[error("no approval of this request ends by itself")]
    NotTimed,
    /// Its end has come.
    #[error("the approval has ended")]
    Ended,
    /// The step could not be written.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl From<StoreError> for ExtendRowError {
    fn from(error: StoreError) -> Self {
        Self::Record(error.into())
    }
}

impl From<sea_orm::DbErr> for ExtendRowError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Record(error.into())
    }
}

impl Timer {
    const fn column(self) -> requests::Column {
        match self {
            Self::Remind => requests::Column::RemindAt,
            Self::Escalate => requests::Column::EscalateAt,
            Self::Expire => requests::Column::ExpireAt,
        }
    }
}

/// The outbox row that ends a resolution: named after what it ends and when, so that it is there once.
pub fn end_id(ending: &StoredResolution) -> String {
    let team = ending.team.as_ref().map(ToString::to_string).unwrap_or_default();
    let at = ending.ends_at.map_or(0, Timestamp::micros);
    format!("app-end:{}:{}:{team}:{at}", ending.enterprise, ending.listed.app)
}

/// Open requests whose moment has come, that one first.
async fn find(
    db: &impl ConnectionTrait,
    timer: Timer,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<StoredAppRequest>, StoreError> {
    let found = requests::Entity::find()
        .filter(timer.column().lte(now.micros()))
        .filter(requests::Column::State.eq(State::Open.as_str()))
        .order_by_asc(timer.column())
        .order_by_asc(requests::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    found.into_iter().map(rows::stored).collect()
}

/// Moves the moment of one request on; false where somebody else has, or it waits no more.
async fn claim(
    db: &impl ConnectionTrait,
    timer: Timer,
    id: i64,
    now: Timestamp,
    next: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let claimed = requests::Entity::update_many()
        .col_expr(timer.column(), Expr::value(next.map(Timestamp::micros)))
        .filter(requests::Column::Id.eq(id))
        .filter(timer.column().lte(now.micros()))
        .filter(requests::Column::State.eq(State::Open.as_str()))
        .exec(db)
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// Approvals that stand and end by themselves, at this moment or before.
fn ending_by(at: Timestamp) -> sea_orm::Select<resolutions::Entity> {
    resolutions::Entity::find()
        .filter(resolutions::Column::EndsAt.lte(at.micros()))
        .filter(resolutions::Column::EndedAt.is_null())
        .order_by_asc(resolutions::Column::EndsAt)
        .order_by_asc(resolutions::Column::Id)
}

/// Touches a resolution that ends when it was seen to end; false where that has changed.
async fn touch(
    db: &impl ConnectionTrait,
    ending: &StoredResolution,
    only_new: bool,
    now: Timestamp,
) -> Result<bool, StoreError> {
    use resolutions::Column;
    let noticed = Expr::col(Column::NoticedAt).if_null(now.micros());
    let mut update = resolutions::Entity::update_many()
        .col_expr(Column::NoticedAt, noticed)
        .filter(Column::Id.eq(ending.id))
        .filter(Column::EndsAt.eq(ending.ends_at.map(Timestamp::micros)))
        .filter(Column::EndedAt.is_null());
    if only_new {
        update = update.filter(Column::NoticedAt.is_null());
    }
    Ok(update.exec(db).await?.rows_affected == 1)
}

fn notice(stored: &StoredAppRequest) -> AppRequestNotice {
    AppRequestNotice {
        id: stored.id,
        app: stored.request.app.id.clone(),
        state: stored.state,
    }
}

impl Store {
    /// Open requests whose moment has come.
    pub async fn due_app_requests(
        &self,
        timer: Timer,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<StoredAppRequest>, StoreError> {
        find(self.db(), timer, now, limit).await
    }

    /// Claims the moment of those of these requests for which nobody else has, moves it to `next`, and writes
    /// `happening` for each and the rows that `say` makes for all that were claimed. Answers their numbers.
    pub async fn claim_due(
        &self,
        (timer, next): (Timer, Option<Timestamp>),
        due: &[StoredAppRequest],
        happening: &Happening,
        say: impl FnOnce(&[i64]) -> Vec<NewOutbox> + Send,
        now: Timestamp,
    ) -> Result<Vec<i64>, StoreError> {
        // In one order everywhere, so that two who claim never wait for each other crosswise.
        let mut due: Vec<&StoredAppRequest> = due.iter().collect();
        due.sort_by_key(|stored| stored.id);
        let tx = self.begin().await?;
        let mut claimed = Vec::new();
        for stored in due {
            if claim(&tx, timer, stored.id, now, next).await? {
                record::step(&tx, stored.id, happening, now).await?;
                claimed.push(stored);
            }
        }
        let ids: Vec<i64> = claimed.iter().map(|stored| stored.id).collect();
        if !ids.is_empty() {
            for new in say(&ids) {
                outbox::insert(&tx, new, now).await?;
            }
        }
        let notices = Notices {
            app_requests: claimed.into_iter().map(notice).collect(),
            ..Notices::default()
        };
        self.commit(tx, notices).await?;
        Ok(ids)
    }

    /// Approvals that end by `at` and whose end nobody was told of.
    pub async fn ending_unnoticed(&self, at: Timestamp, limit: u64) -> Result<Vec<StoredResolution>, StoreError> {
        let rows = ending_by(at)
            .filter(resolutions::Column::NoticedAt.is_null())
            .limit(limit)
            .all(self.db())
            .await?;
        rows.into_iter().map(resolution).collect()
    }

    /// Approvals whose end has come: `skip` of them are passed over.
    pub async fn ended_by(&self, now: Timestamp, skip: u64, limit: u64) -> Result<Vec<StoredResolution>, StoreError> {
        let rows = ending_by(now).offset(skip).limit(limit).all(self.db()).await?;
        rows.into_iter().map(resolution).collect()
    }

    /// Keeps that people are told of an end, with the rows that tell them; false where they were told before, or
    /// the end is another now.
    pub async fn claim_ending(
        &self,
        ending: &StoredResolution,
        happening: Happening,
        outbox: Vec<NewOutbox>,
        now: Timestamp,
    ) -> Result<bool, RecordError> {
        let tx = self.begin().await?;
        if let Some(request) = ending.request {
            // The request before the resolution, as everywhere.
            rows::lock(&tx, request).await?;
        }
        if !touch(&tx, ending, true, now).await? {
            return Ok(false);
        }
        let mut notices = Notices::default();
        match ending.request {
            Some(request) => {
                let record = Record {
                    outbox,
                    ..Record::of(happening)
                };
                let (_, notice) = record::write(&tx, request, record, now).await?;
                notices.app_requests.push(notice);
            }
            None => {
                for new in outbox {
                    outbox::insert(&tx, new, now).await?;
                }
            }
        }
        self.commit(tx, notices).await?;
        Ok(true)
    }

    /// Keeps that an approval is to be ended at Slack, once; false where it lasts longer now, or stands no more.
    pub async fn claim_end(
        &self,
        ending: &StoredResolution,
        outbox: NewOutbox,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        let claimed = touch(&tx, ending, false, now).await?;
        if claimed {
            outbox::insert(&tx, outbox, now).await?;
        }
        tx.commit().await?;
        Ok(claimed)
    }

    /// Moves the end of the approval that came of a request to the moment that `until` makes of the one before, and
    /// writes down what `record` makes of it.
    pub async fn extend_approval(
        &self,
        request: &StoredAppRequest,
        until: impl FnOnce(Timestamp) -> Timestamp + Send,
        record: impl FnOnce(Timestamp) -> Record + Send,
        now: Timestamp,
    ) -> Result<(StoredAppRequest, Timestamp), ExtendRowError> {
        use resolutions::Column;
        let tx = self.begin().await?;
        rows::lock(&tx, request.id).await?;
        let row = resolutions::Entity::find()
            .filter(Column::Enterprise.eq(request.enterprise.to_string()))
            .filter(Column::AppId.eq(request.request.app.id.to_string()))
            .filter(Column::Request.eq(request.id))
            .filter(Column::EndedAt.is_null())
            .filter(Column::EndsAt.is_not_null())
            .lock_exclusive()
            .one(&tx)
            .await?;
        let ending = resolution(row.ok_or(ExtendRowError::NotTimed)?)?;
        let ends_at = ending.ends_at.ok_or(ExtendRowError::NotTimed)?;
        let under_way = outbox_rows::Entity::find_by_id(end_id(&ending)).one(&tx).await?;
        if ends_at <= now || under_way.is_some() {
            return Err(ExtendRowError::Ended);
        }
        let until = until(ends_at);
        resolutions::Entity::update_many()
            .col_expr(Column::EndsAt, Expr::value(until.micros()))
            .col_expr(Column::NoticedAt, Expr::value(None::<i64>))
            .filter(Column::Id.eq(ending.id))
            .exec(&tx)
            .await?;
        let (stored, notice) = record::write(&tx, request.id, record(until), now).await?;
        let notices = Notices {
            app_requests: vec![notice],
            ..Notices::default()
        };
        self.commit(tx, notices).await?;
        Ok((stored, until))
    }
}
