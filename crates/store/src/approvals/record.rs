//! `Record`: what happened to a request, written with everything that follows from it.

use grantbook_core::{
    Timestamp,
    approval::{
        Explanation, Risk,
        life::{Happening, OutOfTurn},
    },
    view::approvals::AppRequestNotice,
};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, EntityTrait as _, IntoActiveModel as _};

use super::{
    demand,
    resolutions::{Noted, note},
    rows::{self, StoredAppRequest},
};
use crate::{
    Store, StoreError,
    audit::{self, NewAudit},
    effects,
    entity::{app_request_steps as steps, app_requests as requests},
    notices::Notices,
    outbox::{self, NewOutbox},
    words::{parse, to_json},
};

/// What the rules and the risk say about a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// What speaks against it.
    pub risk: Risk,
    /// Why the rules say what they say.
    pub verdict: Explanation,
    /// How many of its scopes are not approved for the app today.
    pub new_scopes: usize,
    /// What the version in shadow says: its number, and whether it agrees.
    pub shadow: Option<(u64, bool)>,
}

/// When something is to be done about a request; all of them end when it is settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timers {
    /// Approvers are reminded.
    pub remind_at: Option<Timestamp>,
    /// Others are called.
    pub escalate_at: Option<Timestamp>,
    /// It is cancelled.
    pub expire_at: Option<Timestamp>,
}

/// What happened to a request, in order, and what follows. All of it is written, or nothing.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// What happened.
    pub happenings: Vec<Happening>,
    /// What is to be done at Slack.
    pub outbox: Vec<NewOutbox>,
    /// For the audit log.
    pub audit: Option<NewAudit>,
    /// What the rules said, where they were asked.
    pub judgement: Option<Judgement>,
    /// When something is to be done, where that changes.
    pub timers: Option<Timers>,
    /// What stands now because Slack acknowledged it.
    pub noted: Option<Noted>,
    /// The row of the outbox that this ends: its id, its receipt or the code it failed with.
    pub ends: Option<(String, Result<serde_json::Value, String>)>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is no such request.
    #[error("there is no app request {0}")]
    Missing(i64),
    /// It cannot happen now.
    #[error(transparent)]
    OutOfTurn(#[from] OutOfTurn),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for RecordError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl Record {
    /// Just this happened.
    pub fn of(happening: Happening) -> Self {
        Self {
            happenings: vec![happening],
            ..Self::default()
        }
    }
}

/// Writes one step.
pub(super) async fn step(
    db: &impl ConnectionTrait,
    request: i64,
    what: &Happening,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = steps::ActiveModel {
        request: Set(request),
        at: Set(at.micros()),
        kind: Set(what.as_str().to_owned()),
        document: Set(to_json(what, "app_request_steps", "document", request)?),
        ..Default::default()
    };
    steps::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// What a happening leaves in the request's row, beside its state.
fn sum_up(row: &mut requests::ActiveModel, what: &Happening, at: Timestamp, id: i64) -> Result<(), StoreError> {
    match what {
        Happening::Decided { by, decision, reason } => {
            row.decision = Set(Some(to_json(decision, "app_requests", "decision", id)?));
            row.decided_by = Set(Some(by.clone()));
            row.decided_at = Set(Some(at.micros()));
            row.reason = Set(Some(reason.clone()).filter(|reason| !reason.is_empty()));
            row.problem = Set(None);
        }
        Happening::Refused { code } => row.problem = Set(Some(code.clone())),
        Happening::Noticed { .. } => {
            row.decided_by = Set(Some("elsewhere".to_owned()));
            row.decided_at = Set(Some(at.micros()));
            row.decision = Set(None);
            row.reason = Set(None);
            row.problem = Set(None);
        }
        Happening::Reopened => {
            row.settled_at = Set(None);
            row.seen_at = Set(None);
        }
        Happening::Seen { .. } => row.seen_at = Set(Some(at.micros())),
        Happening::Posted { channel, ts } => {
            row.channel = Set(Some(channel.clone()));
            row.message_ts = Set(Some(ts.clone()));
        }
        _ => {}
    }
    Ok(())
}

fn judge(row: &mut requests::ActiveModel, judgement: &Judgement, id: i64) -> Result<(), StoreError> {
    let verdict = &judgement.verdict;
    row.risk = Set(i32::try_from(judgement.risk.score).ok());
    row.risk_document = Set(Some(to_json(&judgement.risk, "app_requests", "risk_document", id)?));
    row.rule = Set(verdict.decided_by.as_ref().map(|rule| rule.id.clone()));
    row.rules_version = Set(i64::try_from(verdict.version).ok());
    row.verdict = Set(Some(to_json(verdict, "app_requests", "verdict", id)?));
    row.new_scopes_count = Set(i32::try_from(judgement.new_scopes).unwrap_or(i32::MAX));
    Ok(())
}

fn set_timers(row: &mut requests::ActiveModel, timers: Timers) {
    let micros = |at: Option<Timestamp>| at.map(Timestamp::micros);
    row.remind_at = Set(micros(timers.remind_at));
    row.escalate_at = Set(micros(timers.escalate_at));
    row.expire_at = Set(micros(timers.expire_at));
}

async fn shadow(
    db: &impl ConnectionTrait,
    request: i64,
    (version, agrees): (u64, bool),
    now: Timestamp,
) -> Result<(), StoreError> {
    use crate::entity::shadow_verdicts::{ActiveModel, Column, Entity};
    let row = ActiveModel {
        request: Set(request),
        version: Set(i64::try_from(version).unwrap_or(i64::MAX)),
        at: Set(now.micros()),
        agrees: Set(agrees),
    };
    Entity::insert(row)
        .on_conflict_do_nothing_on([Column::Version, Column::Request])
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The same inside the caller's transaction, with the notice for its commit.
pub(crate) async fn write(
    db: &impl ConnectionTrait,
    id: i64,
    record: Record,
    now: Timestamp,
) -> Result<(StoredAppRequest, AppRequestNotice), RecordError> {
    let found = rows::lock(db, id).await?.ok_or(RecordError::Missing(id))?;
    let before = rows::state(&found.state, id)?;
    let (enterprise, app) = (found.enterprise.clone(), found.app_id.clone());
    let decisions = found.decisions;
    let mut row = found.into_active_model();
    let mut state = before;
    for what in &record.happenings {
        state = state.after(what)?;
        sum_up(&mut row, what, now, id)?;
        if matches!(what, Happening::Decided { .. }) {
            row.decisions = Set(decisions + 1);
        }
        step(db, id, what, now).await?;
    }
    if let Some(judgement) = &record.judgement {
        judge(&mut row, judgement, id)?;
        if let Some(verdict) = judgement.shadow {
            shadow(db, id, verdict, now).await?;
        }
    }
    if let Some(timers) = record.timers {
        set_timers(&mut row, timers);
    }
    if state.is_settled() && !before.is_settled() {
        row.settled_at = Set(Some(now.micros()));
        set_timers(&mut row, Timers::default());
    }
    row.state = Set(state.as_str().to_owned());
    demand::follow(db, &enterprise, &app, before, state).await?;
    for new in record.outbox {
        outbox::insert(db, new, now).await?;
    }
    if let Some(noted) = &record.noted {
        note(db, noted, now).await?;
    }
    if let Some((row, ending)) = record.ends {
        effects::finish(db, &row, &ending.into(), now).await?;
    }
    if let Some(note) = record.audit {
        audit::insert(db, note).await?;
    }
    let stored = rows::stored(row.update(db).await?)?;
    let notice = AppRequestNotice {
        id,
        app: parse(&app, "app_requests", "app_id", id)?,
        state: stored.state,
    };
    Ok((stored, notice))
}

impl Store {
    /// Writes down what happened to a request; answers how it stands now.
    ///
    /// # Errors
    ///
    /// Fails, with nothing written, where it cannot happen in the state that the request is in.
    pub async fn record_app_request(
        &self,
        id: i64,
        record: Record,
        now: Timestamp,
    ) -> Result<StoredAppRequest, RecordError> {
        let tx = self.begin().await?;
        let (stored, notice) = write(&tx, id, record, now).await?;
        let notices = Notices {
            app_requests: vec![notice],
            ..Notices::default()
        };
        self.commit(tx, notices).await?;
        Ok(stored)
    }
}
