//! Decisions of people: who may take one, what it must say, and what follows from it in the same transaction.

use std::collections::BTreeSet;

use grantbook_core::{
    Scope, Timestamp,
    approval::{
        Approved, Decision, Need,
        life::{Happening, OutOfTurn, Outcome, State},
    },
    view::approvals::{DecisionWish, MayDecide},
};
use grantbook_store::{
    StoreError,
    approvals::{Record, RecordError, StoredAppRequest, StoredStep},
    audit::NewAudit,
    outbox::NewOutbox,
};
use serde_json::json;

use super::{Actor, message};
use crate::{House, audit::deeds, outbox::APP_DECISION};

/// The longest reason, in characters.
pub const MAX_REASON: usize = 500;
/// The longest time limit, in days.
pub const MAX_DAYS: u32 = 3_650;

/// Why a decision was not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such request.
    #[error("there is no app request {0}")]
    Missing(i64),
    /// It does not wait for a person.
    #[error("the request is {}, so there is nothing to decide", .0.as_str())]
    NotOpen(State),
    /// Nobody decides their own request.
    #[error("this is your own request: somebody else must decide it")]
    OwnRequest,
    /// The rules ask others.
    #[error("the rules ask other people to decide this request")]
    NotAsked,
    /// The role does not allow it.
    #[error("only an approver or an administrator may decide: ask one of them")]
    ApproversOnly,
    /// They have voted.
    #[error("you have voted already: the others who are asked must agree now")]
    VotedAlready,
    /// The rules want a reason.
    #[error("this decision needs a reason: the requester reads it")]
    ReasonRequired,
    /// The reason is too long.
    #[error("a reason has at most {MAX_REASON} characters")]
    ReasonTooLong,
    /// A scope cannot be left out.
    #[error("the app does not work without {0}: only optional scopes can be left out")]
    NotOptional(Scope),
    /// The time limit cannot be used.
    #[error("an approval lasts 1 to {MAX_DAYS} days, or until somebody ends it")]
    Days,
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

impl DecideError {
    /// Stable, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "app_request_not_found",
            Self::NotOpen(_) => "not_open",
            Self::OwnRequest => "own_request",
            Self::NotAsked => "not_asked",
            Self::ApproversOnly => "approvers_only",
            Self::VotedAlready => "voted_already",
            Self::ReasonRequired => "reason_required",
            Self::ReasonTooLong => "reason_too_long",
            Self::NotOptional(_) => "scope_not_optional",
            Self::Days => "wrong_days",
            Self::Store(_) => "storage_unavailable",
        }
    }
}

impl From<RecordError> for DecideError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Missing(id) => Self::Missing(id),
            RecordError::OutOfTurn(OutOfTurn { state, .. }) => Self::NotOpen(state),
            RecordError::Store(error) => Self::Store(error),
        }
    }
}

/// The use cases of the queue.
#[derive(Clone, Debug)]
pub struct Approvals {
    pub(super) house: House,
}

/// Whom the rules ask, and how.
struct Asked {
    whom: BTreeSet<String>,
    need: Need,
    reason_required: bool,
}

impl Asked {
    fn of(house: &House, stored: &StoredAppRequest) -> Self {
        match stored.verdict.as_ref().map(|verdict| &verdict.decision) {
            Some(Decision::Ask {
                whom,
                need,
                reason_required,
            }) => Self {
                whom: house.approvals.settings().people(whom),
                need: *need,
                reason_required: *reason_required,
            },
            _ => Self {
                whom: BTreeSet::new(),
                need: Need::Any,
                reason_required: false,
            },
        }
    }

    fn asks(&self, actor: &Actor) -> bool {
        let named = |name: Option<&str>| name.is_some_and(|name| self.whom.contains(name));
        self.whom.is_empty()
            || named(actor.account.as_deref())
            || named(actor.slack_user.as_ref().map(grantbook_core::UserId::as_str))
    }

    /// How many must agree.
    fn needed(&self) -> usize {
        match self.need {
            Need::Any => 1,
            Need::All => self.whom.len().max(1),
        }
    }
}

/// Who has agreed since the request was opened last.
fn agreed(steps: &[StoredStep]) -> BTreeSet<&str> {
    let mut agreed = BTreeSet::new();
    for step in steps {
        match &step.what {
            Happening::Voted {
                by,
                outcome: Outcome::Approved,
                ..
            } => {
                agreed.insert(by.as_str());
            }
            Happening::Refused { .. } | Happening::Reopened => agreed.clear(),
            _ => {}
        }
    }
    agreed
}

impl Approvals {
    /// The use cases over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Approves the app where it was asked for, or for the organization.
    ///
    /// # Errors
    ///
    /// Fails, with nothing changed, where the actor may not, or the wish cannot be.
    pub async fn approve(&self, id: i64, actor: &Actor, wish: DecisionWish) -> Result<StoredAppRequest, DecideError> {
        self.decide(id, actor, Outcome::Approved, wish).await
    }

    /// Restricts it.
    ///
    /// # Errors
    ///
    /// As [`Self::approve`].
    pub async fn restrict(&self, id: i64, actor: &Actor, wish: DecisionWish) -> Result<StoredAppRequest, DecideError> {
        self.decide(id, actor, Outcome::Restricted, wish).await
    }

    /// Dismisses the request; the app stays undecided.
    ///
    /// # Errors
    ///
    /// As [`Self::approve`].
    pub async fn cancel(&self, id: i64, actor: &Actor, wish: DecisionWish) -> Result<StoredAppRequest, DecideError> {
        self.decide(id, actor, Outcome::Cancelled, wish).await
    }

    /// Asks the requester what they need the app for.
    ///
    /// # Errors
    ///
    /// Fails where the actor may not decide the request.
    pub async fn ask_why(&self, id: i64, actor: &Actor, text: &str) -> Result<StoredAppRequest, DecideError> {
        let (stored, steps) = self.load(id).await?;
        self.may(&stored, &steps, actor)?;
        let text = checked(text)?;
        let text = if text.is_empty() { message::WHAT_FOR } else { text };
        let happening = Happening::AskedWhy {
            by: actor.name.clone(),
            text: text.to_owned(),
        };
        let number = steps
            .iter()
            .filter(|step| matches!(step.what, Happening::AskedWhy { .. }))
            .count();
        let mut record = Record::of(happening);
        record.outbox = message::on_asked_why(&self.house, &stored, text, number);
        self.write(id, record).await
    }

    /// Whether the actor may decide now, and why not.
    pub fn may_decide(&self, stored: &StoredAppRequest, steps: &[StoredStep], actor: &Actor) -> MayDecide {
        match self.may(stored, steps, actor) {
            Ok(_) => MayDecide::Yes,
            Err(error) => MayDecide::No {
                code: error.code().to_owned(),
                sentence: error.to_string(),
            },
        }
    }

    async fn load(&self, id: i64) -> Result<(StoredAppRequest, Vec<StoredStep>), DecideError> {
        let store = &self.house.store;
        let stored = store.stored_app_request(id).await?.ok_or(DecideError::Missing(id))?;
        Ok((stored, store.app_request_steps(id).await?))
    }

    fn may(&self, stored: &StoredAppRequest, steps: &[StoredStep], actor: &Actor) -> Result<Asked, DecideError> {
        if !actor.may_decide {
            return Err(DecideError::ApproversOnly);
        }
        if stored.state != State::Open {
            return Err(DecideError::NotOpen(stored.state));
        }
        if actor.slack_user.as_ref() == Some(&stored.request.requester.id) {
            return Err(DecideError::OwnRequest);
        }
        let asked = Asked::of(&self.house, stored);
        if !asked.asks(actor) {
            return Err(DecideError::NotAsked);
        }
        if asked.needed() > 1 && agreed(steps).iter().any(|name| actor.is(name)) {
            return Err(DecideError::VotedAlready);
        }
        Ok(asked)
    }

    /// Takes a decision with this outcome, as [`Self::approve`] and its like do.
    ///
    /// # Errors
    ///
    /// As [`Self::approve`].
    pub async fn decide(
        &self,
        id: i64,
        actor: &Actor,
        outcome: Outcome,
        wish: DecisionWish,
    ) -> Result<StoredAppRequest, DecideError> {
        let (stored, steps) = self.load(id).await?;
        let asked = self.may(&stored, &steps, actor)?;
        let reason = checked(&wish.reason)?.to_owned();
        if asked.reason_required && reason.is_empty() {
            return Err(DecideError::ReasonRequired);
        }
        let decision = decision(&stored, outcome, &wish, &reason)?;
        let vote = Happening::Voted {
            by: actor.name.clone(),
            outcome,
            reason: reason.clone(),
        };
        // One no is enough; a yes waits for the others.
        if outcome == Outcome::Approved && agreed(&steps).len() + 1 < asked.needed() {
            let mut record = Record::of(vote);
            record.outbox = message::on_change(&self.house, &stored);
            return self.write(id, record).await;
        }
        let now = self.house.clock.now();
        let mut record = decided(&stored, &actor.name, decision, reason, now);
        if asked.needed() > 1 {
            record.happenings.insert(0, vote);
        }
        let stored = self.write(id, record).await?;
        self.house.outbox_due.notify_one();
        Ok(stored)
    }

    async fn write(&self, id: i64, record: Record) -> Result<StoredAppRequest, DecideError> {
        let now = self.house.clock.now();
        let stored = self.house.store.record_app_request(id, record, now).await?;
        self.house.outbox_due.notify_one();
        Ok(stored)
    }
}

fn checked(reason: &str) -> Result<&str, DecideError> {
    let reason = reason.trim();
    if reason.chars().count() > MAX_REASON {
        return Err(DecideError::ReasonTooLong);
    }
    Ok(reason)
}

fn decision(
    stored: &StoredAppRequest,
    outcome: Outcome,
    wish: &DecisionWish,
    reason: &str,
) -> Result<Decision, DecideError> {
    let request = &stored.request;
    if wish.for_days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
        return Err(DecideError::Days);
    }
    let optional = |scope: &&Scope| {
        request
            .scopes
            .iter()
            .any(|asked| asked.name == **scope && asked.is_optional)
    };
    if let Some(fixed) = wish.withhold.iter().find(|scope| !optional(scope)) {
        return Err(DecideError::NotOptional(fixed.clone()));
    }
    Ok(match outcome {
        Outcome::Approved => Decision::Approve(Approved::of(
            request,
            |asked| !wish.withhold.contains(&asked.name),
            wish.level,
            wish.for_days,
        )),
        Outcome::Restricted => Decision::Restrict {
            level: request.level(wish.level),
            reason: reason.to_owned(),
        },
        Outcome::Cancelled => Decision::Cancel {
            reason: reason.to_owned(),
        },
    })
}

/// A decision with what follows from it: the call to be made at Slack, and its line in the audit log.
pub(super) fn decided(
    stored: &StoredAppRequest,
    by: &str,
    decision: Decision,
    reason: String,
    now: Timestamp,
) -> Record {
    let number = stored.decisions + 1;
    let outbox = NewOutbox {
        id: format!("app-decision:{}:{number}", stored.id),
        kind: APP_DECISION.to_owned(),
        installation: stored.installation,
        request: None,
        payload: json!({ "app_request": stored.id, "decision": number }),
        due_at: now,
    };
    let audit = NewAudit {
        at: now,
        who: by.to_owned(),
        what: deeds::APP_REQUEST_DECIDED.to_owned(),
        subject: subject(stored),
        detail: json!({ "decision": decision, "reason": reason, "app": stored.request.app.id, "team": stored.request.team }),
    };
    Record {
        happenings: vec![Happening::Decided {
            by: by.to_owned(),
            decision,
            reason,
        }],
        outbox: vec![outbox],
        audit: Some(audit),
        ..Record::default()
    }
}

/// How the audit log names a request.
pub(crate) fn subject(stored: &StoredAppRequest) -> String {
    format!("app_request:{}", stored.request.id)
}
