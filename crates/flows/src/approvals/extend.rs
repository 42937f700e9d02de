//! `Approvals::extend`: a time-boxed approval is made to last longer, before it ends.

use grantbook_core::{Timestamp, approval::life::Happening};
use grantbook_store::{
    StoreError,
    approvals::{ExtendRowError, Record, RecordError, StoredAppRequest},
    audit::NewAudit,
};
use serde_json::json;

use super::{Actor, Approvals, MAX_DAYS, decide::subject, message};
use crate::audit::deeds;

/// Why an approval does not last longer. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ExtendError {
    /// There is no such request.
    #[error("there is no app request {0}")]
    Missing(i64),
    /// No approval that ends by itself came of it.
    #[error("no approval of this request ends by itself")]
    NotTimed,
    /// It has ended.
    #[error("the approval has ended: the app has to be asked for again")]
    Ended,
    /// The role does not allow it.
    #[error("only an approver or an administrator may extend an approval: ask one of them")]
    ApproversOnly,
    /// Nobody extends what they asked for themselves.
    #[error("this is your own request: somebody else must extend it")]
    OwnRequest,
    /// The time cannot be used.
    #[error("an approval is extended by 1 to {MAX_DAYS} days")]
    Days,
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

impl ExtendError {
    /// Stable, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "app_request_not_found",
            Self::NotTimed => "not_timed",
            Self::Ended => "approval_ended",
            Self::ApproversOnly => "approvers_only",
            Self::OwnRequest => "own_request",
            Self::Days => "wrong_days",
            Self::Store(_) => "storage_unavailable",
        }
    }
}

impl Approvals {
    /// Makes the approval that came of a request last so many days longer; answers the request and the new end.
    ///
    /// # Errors
    ///
    /// Fails, with nothing changed, where the actor may not, or nothing that ends by itself stands.
    pub async fn extend(
        &self,
        id: i64,
        actor: &Actor,
        days: u32,
    ) -> Result<(StoredAppRequest, Timestamp), ExtendError> {
        if !actor.may_decide {
            return Err(ExtendError::ApproversOnly);
        }
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(ExtendError::Days);
        }
        let store = &self.house.store;
        let stored = store.stored_app_request(id).await?.ok_or(ExtendError::Missing(id))?;
        if actor.slack_user.as_ref() == Some(&stored.request.requester.id) {
            return Err(ExtendError::OwnRequest);
        }
        let now = self.house.clock.now();
        let until = |ends_at: Timestamp| ends_at.plus_seconds(i64::from(days) * 86_400);
        let record = |until: Timestamp| Record {
            outbox: message::on_change(&self.house, &stored),
            audit: Some(NewAudit {
                at: now,
                who: actor.name.clone(),
                what: deeds::APP_APPROVAL_EXTENDED.to_owned(),
                subject: subject(&stored),
                detail: json!({ "days": days, "until": until, "app": stored.request.app.id }),
            }),
            ..Record::of(Happening::Extended {
                by: actor.name.clone(),
                until,
            })
        };
        let extended = store.extend_approval(&stored, until, record, now).await;
        let extended = extended.map_err(|error| match error {
            ExtendRowError::NotTimed => ExtendError::NotTimed,
            ExtendRowError::Ended => ExtendError::Ended,
            ExtendRowError::Record(RecordError::Store(error)) => ExtendError::Store(error),
            ExtendRowError::Record(RecordError::Missing(_) | RecordError::OutOfTurn(_)) => ExtendError::Missing(id),
        })?;
        self.house.outbox_due.notify_one();
        Ok(extended)
    }
}
