//! How a decision stands at Slack: requested, sent, acknowledged, seen in Slack's own list, or failed.

use grantbook_core::{
    Timestamp,
    approval::life::{Outcome, State},
    view::{ReceiptState, approvals::DecisionReceipt},
};
use grantbook_store::{
    StoreError,
    approvals::StoredAppRequest,
    effects::{Effect, EffectState},
};

use crate::{House, outbox::LEASE_SECONDS};

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

fn stage(effect: &Effect, seen: Option<Timestamp>) -> (ReceiptState, Timestamp) {
    let done = effect.done_at.unwrap_or(effect.created_at);
    match (seen, effect.state) {
        (Some(seen), _) => (ReceiptState::Seen, seen),
        (None, EffectState::Due) if effect.tries == 0 => (ReceiptState::Requested, effect.created_at),
        (None, EffectState::Due) => (ReceiptState::Sent, effect.created_at),
        (None, EffectState::Sending) => {
            let since = effect.lease_until.map(|until| until.plus_seconds(-LEASE_SECONDS));
            (ReceiptState::Sent, since.unwrap_or(effect.created_at))
        }
        (None, EffectState::Done) => (ReceiptState::Acknowledged, done),
        (None, EffectState::Failed) => (ReceiptState::Failed, done),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn effect(state: EffectState, tries: u32) -> Effect {
        Effect {
            state,
            tries,
            payload: json!({}),
            created_at: Timestamp::from_seconds(100),
            due_at: Timestamp::from_seconds(150),
            lease_until: (state == EffectState::Sending).then(|| Timestamp::from_seconds(170)),
            done_at: matches!(state, EffectState::Done | EffectState::Failed).then(|| Timestamp::from_seconds(120)),
            receipt: None,
            error: None,
        }
    }

    #[test]
    fn each_step_has_its_word_and_its_moment() {
        let at = Timestamp::from_seconds;
        for (effect, seen, state, when) in [
            (effect(EffectState::Due, 0), None, ReceiptState::Requested, 100),
            (effect(EffectState::Sending, 1), None, ReceiptState::Sent, 110),
            (effect(EffectState::Due, 1), None, ReceiptState::Sent, 100),
            (effect(EffectState::Done, 1), None, ReceiptState::Acknowledged, 120),
            (effect(EffectState::Failed, 1), None, ReceiptState::Failed, 120),
            (effect(EffectState::Done, 2), Some(at(130)), ReceiptState::Seen, 130),
        ] {
            assert_eq!(stage(&effect, seen), (state, at(when)), "{effect:?}");
        }
    }
}
