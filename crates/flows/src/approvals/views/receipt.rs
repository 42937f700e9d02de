//! How a decision stands at Slack: requested, sent, acknowledged, seen in Slack's own list, or failed.

use grantbook_core::{
    approval::life::{Outcome, State},
    view::{ReceiptState, approvals::DecisionReceipt},
};
use grantbook_store::{
    StoreError,
    approvals::StoredAppRequest,
    effects::{Effect, EffectState},
};

use crate::{House, effects::stage};

/// The receipt of the decision taken last; none before one is taken here.
pub(super) async fn of(house: &House, stored: &StoredAppRequest) -> Result<Option<DecisionReceipt>, StoreError> {
    let outcome = stored.decision.as_ref().and_then(Outcome::of);
    let Some(outcome) = outcome.filter(|_| stored.decisions > 0) else {
        return Ok(None);
    };
    let id = format!("app-decision:{}:{}", stored.id, stored.decisions);
    let effect = house.store.effect(&id).await?;
    Ok(Some(match effect {
        Some(effect) => document(outcome, stored, &effect),
        None => remembered(outcome, stored),
    }))
}

/// What the request itself still knows when the outbox has forgotten.
fn remembered(outcome: Outcome, stored: &StoredAppRequest) -> DecisionReceipt {
    let decided = stored.decided_at.unwrap_or(stored.arrived_at);
    let (state, at) = match (stored.seen_at, stored.settled_at) {
        (Some(seen), _) => (ReceiptState::Seen, seen),
        (None, Some(settled)) => (ReceiptState::Acknowledged, settled),
        (None, None) => (ReceiptState::Requested, decided),
    };
    DecisionReceipt {
        outcome,
        state,
        at,
        tries: 0,
        code: stored.problem.clone(),
        next_at: None,
    }
}

fn document(outcome: Outcome, stored: &StoredAppRequest, effect: &Effect) -> DecisionReceipt {
    let seen = stored.seen_at.filter(|_| stored.state == State::from(outcome));
    let (state, at) = stage(effect, seen);
    let waits = effect.state == EffectState::Due && effect.tries > 0 && seen.is_none();
    let told = effect.receipt.as_ref().and_then(|receipt| receipt["code"].as_str());
    DecisionReceipt {
        outcome,
        state,
        at,
        tries: effect.tries,
        code: effect.error.clone().or_else(|| told.map(str::to_owned)),
        next_at: waits.then_some(effect.due_at),
    }
}
