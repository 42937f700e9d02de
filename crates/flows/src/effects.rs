//! What uninstalling an app and ending a token have in common: a wish with a reason, written down with the
//! outbox row that carries it out, and how far it has come.

use grantbook_core::{
    Entry, Tenant, Timestamp,
    view::{ReceiptState, UninstallView},
};
use grantbook_store::{
    StoreError,
    audit::NewAudit,
    effects::{Effect, EffectState},
    installations::InstallationRef,
    outbox::{NewOutbox, OutboxRow},
    tokens::Holder,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    House, audit,
    outbox::{LEASE_SECONDS, REVOKE, UNINSTALL},
};

/// Longest reason, in characters.
pub(crate) const MAX_REASON: usize = 500;

/// How far Slack's clock may be behind ours, in seconds.
const SKEW_SECONDS: i64 = 60;

/// What an outbox row of this kind carries. No secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wish {
    /// Why.
    pub(crate) reason: String,
    /// Who had it.
    pub(crate) who: String,
    /// Whose token is to end; absent where the app is to go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) holder: Option<String>,
}

impl Wish {
    /// `None` where the reason is empty or too long.
    pub(crate) fn new(reason: &str, who: &str, holder: Option<&Holder>) -> Option<Self> {
        let reason = reason.trim();
        let fine = !reason.is_empty() && reason.chars().count() <= MAX_REASON;
        fine.then(|| Self {
            reason: reason.to_owned(),
            who: who.to_owned(),
            holder: holder.map(ToString::to_string),
        })
    }

    /// What a row carries.
    pub(crate) fn of(row: &OutboxRow) -> Option<Self> {
        serde_json::from_value(row.payload.clone()).ok()
    }

    /// What the audit log says of it, with what else there is to know.
    pub(crate) fn detail(&self, more: Value) -> Value {
        let mut detail = json!({ "reason": self.reason });
        if let Some(holder) = &self.holder {
            detail["holder"] = json!(holder);
        }
        if let (Some(detail), Value::Object(more)) = (detail.as_object_mut(), more) {
            detail.extend(more);
        }
        detail
    }
}

/// The one row of an installation for uninstalling it, or for ending a token of it.
pub(crate) fn id(installation: &InstallationRef, holder: Option<&Holder>) -> String {
    match holder {
        None => format!("{UNINSTALL}:{}", installation.row),
        Some(holder) => format!("{REVOKE}:{}:{holder}", installation.row),
    }
}

/// Writes a wish down and wakes who carries it out.
pub(crate) async fn request(
    house: &House,
    installation: &InstallationRef,
    (wish, holder): (&Wish, Option<&Holder>),
    what: &str,
) -> Result<Effect, StoreError> {
    let now = house.clock.now();
    let new = NewOutbox {
        id: id(installation, holder),
        kind: if holder.is_some() { REVOKE } else { UNINSTALL }.to_owned(),
        installation: installation.row,
        request: None,
        payload: json!(wish),
        due_at: now,
    };
    let note = NewAudit {
        at: now,
        who: wish.who.clone(),
        what: what.to_owned(),
        subject: audit::installation(&installation.key),
        detail: wish.detail(json!({})),
    };
    let effect = house.store.request_effect(new, note, now).await?;
    house.outbox_due.notify_one();
    Ok(effect)
}

/// How far it has come. `shows` tells which entries of these kinds are Slack's own word for it.
pub(crate) async fn view(
    house: &House,
    installation: &InstallationRef,
    effect: Effect,
    (kinds, shows): (&[&str], impl Fn(&Entry) -> bool),
) -> Result<UninstallView, StoreError> {
    let since = effect.created_at.plus_seconds(-SKEW_SECONDS);
    let told = house.store.told_since(installation.row, kinds, since).await?;
    let seen = told
        .iter()
        .find(|entry| entry.draft.recorded_at >= effect.created_at && shows(entry));
    Ok(document(effect, seen.map(|entry| entry.draft.recorded_at)))
}

/// How far an effect has come, and since when. `seen` is when Slack's own word for it came.
pub(crate) fn stage(effect: &Effect, seen: Option<Timestamp>) -> (ReceiptState, Timestamp) {
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

fn document(effect: Effect, seen: Option<Timestamp>) -> UninstallView {
    let (state, at) = stage(&effect, seen);
    let wish: Option<Wish> = serde_json::from_value(effect.payload).ok();
    let (who, reason) = wish.map(|wish| (wish.who, wish.reason)).unwrap_or_default();
    let over = matches!(state, ReceiptState::Seen | ReceiptState::Acknowledged);
    let workspaces: Option<Vec<Tenant>> = effect
        .receipt
        .and_then(|mut receipt| serde_json::from_value(receipt["workspaces"].take()).ok());
    UninstallView {
        state,
        code: effect.error.filter(|_| !over),
        at,
        requested_at: effect.created_at,
        who,
        reason,
        workspaces: workspaces.filter(|_| !over).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect(state: EffectState, tries: u32) -> Effect {
        Effect {
            state,
            tries,
            payload: json!({ "reason": "a drill", "who": "user:ada" }),
            created_at: Timestamp::from_seconds(100),
            due_at: Timestamp::from_seconds(100),
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
            (effect(EffectState::Sending, 2), Some(at(130)), ReceiptState::Seen, 130),
            (effect(EffectState::Done, 2), Some(at(130)), ReceiptState::Seen, 130),
        ] {
            let view = document(effect, seen);
            assert_eq!((view.state, view.at), (state, at(when)));
            assert_eq!((view.who.as_str(), view.reason.as_str()), ("user:ada", "a drill"));
        }
    }

    #[test]
    fn what_is_over_shows_no_earlier_trouble() {
        let mut tried = effect(EffectState::Failed, 2);
        tried.error = Some("workspaces_first".to_owned());
        tried.receipt = Some(json!({ "workspaces": ["T1", "T2"] }));
        let failed = document(tried.clone(), None);
        assert_eq!(
            (failed.code.as_deref(), failed.workspaces.len()),
            (Some("workspaces_first"), 2)
        );
        let seen = document(tried, Some(Timestamp::from_seconds(130)));
        assert_eq!((seen.code, seen.workspaces), (None, Vec::new()));
    }

    #[test]
    fn a_reason_is_needed_and_not_too_long() {
        assert!(Wish::new("  ", "user:ada", None).is_none());
        assert!(Wish::new(&"x".repeat(MAX_REASON + 1), "user:ada", None).is_none());
        let person = Holder::User("U1".parse().unwrap());
        let wish = Wish::new(" left the company ", "user:ada", Some(&person)).unwrap();
        assert_eq!(
            wish.detail(json!({ "code": "x" })),
            json!({ "reason": "left the company", "holder": "U1", "code": "x" })
        );
    }
}
