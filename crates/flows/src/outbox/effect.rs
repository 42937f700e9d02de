//! What an administrator asked Slack to end: the work on such a row, and what is written when it is over.
//!
//! Both calls may be made twice: who comes after a process that died, or after a lost answer, finds a token that
//! is over, and takes the deed for done.

mod revoke;
mod uninstall;

use grantbook_api::error::{CallError, ErrorCode};
use grantbook_store::{StoreError, audit::NewAudit, effects::EffectEnd, outbox::OutboxRow, tokens::Holder};
use serde_json::{Value, json};

use super::{PAUSES, REVOKE, UNINSTALL, pause, pause_of, prepared, write_down};
use crate::{
    House,
    audit::{self, deeds},
    effects::Wish,
    failure,
    rotation::TokenError,
};

/// What came of one try.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    /// Slack did it, or had done it before.
    Done(Value),
    /// It is given up.
    Failed { error: String, receipt: Option<Value> },
    /// Nothing that matters was done; try again after so many seconds.
    Later { seconds: i64, error: String },
}

impl Outcome {
    fn failed(error: impl Into<String>) -> Self {
        Self::Failed {
            error: error.into(),
            receipt: None,
        }
    }

    /// It was done before this try.
    fn already(code: &str) -> Self {
        Self::Done(json!({ "already": true, "code": code }))
    }
}

/// Whether a row is of these kinds.
pub(super) fn is_one(row: &OutboxRow) -> bool {
    [UNINSTALL, REVOKE].contains(&row.kind.as_str())
}

/// Does it and writes down what came of it.
pub(super) async fn work(house: &House, row: &OutboxRow) {
    let Some(wish) = Wish::of(row) else {
        tracing::error!(outbox.id = row.id, "an outbox row is not readable");
        return;
    };
    let outcome = prepared(row, perform(house, row, &wish).await, |error| Outcome::Later {
        seconds: PAUSES[0],
        error,
    });
    tracing::info!(
        outbox.id = row.id,
        outcome = said(&outcome),
        "Slack was asked to end something"
    );
    write_down(row, || write(house, row, &wish, &outcome)).await;
}

fn said(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Done(_) => "done",
        Outcome::Failed { error, .. } | Outcome::Later { error, .. } => error,
    }
}

async fn perform(house: &House, row: &OutboxRow, wish: &Wish) -> Result<Outcome, StoreError> {
    match &wish.holder {
        None => uninstall::ask(house, row).await,
        Some(holder) => match holder.parse() {
            Ok(holder) => revoke::ask(house, row, &holder).await,
            Err(_) => Ok(Outcome::failed("unknown_holder")),
        },
    }
}

async fn write(house: &House, row: &OutboxRow, wish: &Wish, outcome: &Outcome) -> Result<(), StoreError> {
    let now = house.clock.now();
    let (end, detail) = match outcome {
        Outcome::Later { seconds, error } => {
            return house
                .store
                .outbox_retry(&row.id, now.plus_seconds(*seconds), error)
                .await;
        }
        Outcome::Done(receipt) => {
            let receipt = receipt.clone();
            (
                EffectEnd::Done {
                    receipt: receipt.clone(),
                },
                receipt,
            )
        }
        Outcome::Failed { error, receipt } => {
            let mut detail = receipt.clone().unwrap_or_else(|| json!({}));
            detail["code"] = json!(error);
            let (error, receipt) = (error.clone(), receipt.clone());
            (EffectEnd::Failed { error, receipt }, detail)
        }
    };
    let done = matches!(end, EffectEnd::Done { .. });
    let what = match (&wish.holder, done) {
        (None, true) => deeds::UNINSTALL_ACCEPTED,
        (None, false) => deeds::UNINSTALL_FAILED,
        (Some(_), true) => deeds::TOKEN_REVOKED,
        (Some(_), false) => deeds::TOKEN_REVOKE_FAILED,
    };
    let note = NewAudit {
        at: now,
        who: wish.who.clone(),
        what: what.to_owned(),
        subject: audit::installation(&row.installation.key),
        detail: wish.detail(detail),
    };
    let holder: Option<Holder> = wish.holder.as_deref().and_then(|holder| holder.parse().ok());
    let ended = holder.as_ref().filter(|_| done);
    let ended = ended.map(|holder| (row.installation.row, holder));
    house.store.end_effect(&row.id, &end, note, ended, now).await?;
    if holder == Some(Holder::App) && done {
        // What lies at hand for presses is over.
        house.fetch_token(&row.installation.key).await?;
    }
    Ok(())
}

/// Whether a call of this row may have reached Slack before.
fn tried_before(row: &OutboxRow) -> bool {
    row.uncertain || row.tries > 1
}

/// What a call that failed means.
fn judge(error: &CallError, row: &OutboxRow) -> Outcome {
    let code = failure::code(error);
    if tried_before(row) && error.code().is_some_and(ErrorCode::is_token_trouble) {
        return Outcome::already(&code);
    }
    match pause(error, row.tries).filter(|_| error.is_transient()) {
        Some(seconds) => Outcome::Later { seconds, error: code },
        None => Outcome::failed(code),
    }
}

/// What it means that there is no token to call with.
fn without_token(error: TokenError, row: &OutboxRow) -> Result<Outcome, StoreError> {
    let code = error.code();
    match error {
        TokenError::Store(error) => Err(error),
        TokenError::Busy { .. } | TokenError::CoolingDown { .. } => Ok(match pause_of(row.tries) {
            Some(seconds) => Outcome::Later {
                seconds,
                error: code.to_owned(),
            },
            None => Outcome::failed(code),
        }),
        _ if tried_before(row) => Ok(Outcome::already(code)),
        _ => Ok(Outcome::failed(code)),
    }
}

#[cfg(test)]
mod tests {
    use grantbook_api::error::TransportKind;
    use grantbook_core::Timestamp;
    use grantbook_store::installations::InstallationRef;

    use super::*;

    fn row(tries: u32, uncertain: bool) -> OutboxRow {
        OutboxRow {
            id: "uninstall:1".to_owned(),
            kind: UNINSTALL.to_owned(),
            installation: InstallationRef {
                row: 1,
                key: "insectoid.T1".parse().unwrap(),
            },
            request: None,
            payload: json!({ "reason": "a drill", "who": "user:ada" }),
            tries,
            created_at: Timestamp::from_seconds(1),
            uncertain,
        }
    }

    #[test]
    fn a_dead_token_means_done_only_after_a_try() {
        let dead = CallError::slack(ErrorCode::TokenRevoked);
        assert_eq!(judge(&dead, &row(1, false)), Outcome::failed("token_revoked"));
        for again in [row(2, false), row(1, true)] {
            assert_eq!(judge(&dead, &again), Outcome::already("token_revoked"));
        }
        let lost = || TokenError::Revoked("insectoid.T1".parse().unwrap());
        assert_eq!(
            without_token(lost(), &row(1, false)).unwrap(),
            Outcome::failed("token_revoked")
        );
        assert_eq!(
            without_token(lost(), &row(2, false)).unwrap(),
            Outcome::already("token_revoked")
        );
    }

    #[test]
    fn a_passing_fault_is_tried_again_until_it_is_given_up() {
        let fault = CallError::Transport(TransportKind::Timeout);
        assert!(matches!(
            judge(&fault, &row(1, false)),
            Outcome::Later { seconds: 1, .. }
        ));
        assert!(matches!(judge(&fault, &row(6, false)), Outcome::Failed { .. }));
        let refused = CallError::slack(ErrorCode::from("no_permission"));
        assert_eq!(judge(&refused, &row(1, false)), Outcome::failed("no_permission"));
    }
}
