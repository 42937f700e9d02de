//! `offer`: the message with the button, by `chat.postMessage`, at most once.

use grantbook_api::{error::CallError, message::MessageError};
use grantbook_core::{
    Timestamp,
    request::{Happening, PermissionRequest, Step},
};
use grantbook_store::{StoreError, outbox::OutboxRow};
use serde_json::json;

use super::{Ending, ONCE, message, offered, pause, pause_of};
use crate::{
    House, failure,
    rotation::{CallingError, TokenError},
};

/// The message may have arrived, or not: looking is left to people.
const MAYBE_SENT: &str = "maybe_sent";

pub(super) async fn send(house: &House, row: &OutboxRow, request: &PermissionRequest) -> Result<Ending, StoreError> {
    let now = house.clock.now();
    if let Some((channel, ts)) = offered(request) {
        let receipt = json!({ "channel": channel, "ts": ts });
        return Ok(Ending::Sent { receipt, step: None });
    }
    if row.uncertain {
        return Ok(maybe_sent(now, "interrupted"));
    }
    let ask = &request.ask;
    // The press that follows finds the token at hand.
    let mut calling = match house.calling(&ask.installation).await {
        Ok(calling) => calling,
        Err(TokenError::Store(error)) => return Err(error),
        Err(error) => return Ok(no_token(&error, row.tries, now)),
    };
    let channel = match (&ask.channel, &ask.user) {
        (Some(channel), _) => channel.to_string(),
        (None, Some(user)) => user.to_string(),
        (None, None) => return Ok(not_sent(now, "channel_not_found")),
    };
    let call = match message::offer(house, request).post_to(channel) {
        Ok(call) => call,
        Err(error) => return Ok(not_sent(now, unfit(error))),
    };
    let answer = calling.call(&house.slack.with_policy(ONCE), &call).await;
    let now = house.clock.now();
    Ok(match answer {
        Ok(posted) => Ending::Sent {
            receipt: json!({ "channel": posted.channel, "ts": posted.ts }),
            step: Some(Step {
                at: now,
                what: Happening::Offered {
                    channel: posted.channel,
                    message_ts: posted.ts,
                },
            }),
        },
        Err(CallingError::Slack(error)) => after(&error, row.tries, now),
        Err(CallingError::Token(TokenError::Store(error))) => return Err(error),
        Err(CallingError::Token(error)) => no_token(&error, row.tries, now),
    })
}

/// Without a token nothing was sent. One that is being refreshed is waited for.
fn no_token(error: &TokenError, tries: u32, now: Timestamp) -> Ending {
    let code = error.code().to_owned();
    match error {
        TokenError::CoolingDown { .. } | TokenError::Busy { .. } => match pause_of(tries) {
            Some(seconds) => Ending::Later { seconds, error: code },
            None => not_sent(now, &code),
        },
        _ => not_sent(now, &code),
    }
}

/// What follows from a failed call.
fn after(error: &CallError, tries: u32, now: Timestamp) -> Ending {
    let code = failure::code(error);
    if error.may_have_happened() {
        return maybe_sent(now, &code);
    }
    match pause(error, tries).filter(|_| error.is_transient()) {
        Some(seconds) => Ending::Later { seconds, error: code },
        None => not_sent(now, &code),
    }
}

fn not_sent(now: Timestamp, code: &str) -> Ending {
    Ending::Failed {
        error: code.to_owned(),
        step: Some(not_offered(now, code)),
    }
}

/// The request says that nobody knows, the row says why.
fn maybe_sent(now: Timestamp, error: &str) -> Ending {
    Ending::Unsure {
        error: error.to_owned(),
        step: Some(not_offered(now, MAYBE_SENT)),
    }
}

fn not_offered(at: Timestamp, code: &str) -> Step {
    let code = code.to_owned();
    Step {
        at,
        what: Happening::NotOffered { code },
    }
}

/// Slack's own word for what it would not take. Drafts are checked, so that this hardly happens.
const fn unfit(error: MessageError) -> &'static str {
    match error {
        MessageError::Empty | MessageError::Missing { .. } => "no_text",
        MessageError::TooMany { .. } | MessageError::TooLong { .. } => "msg_too_long",
        MessageError::NotAllowed { .. } => "invalid_blocks",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use grantbook_api::error::{ErrorCode, TransportKind};

    use super::*;

    fn ending(error: &CallError, tries: u32) -> (bool, String) {
        match after(error, tries, Timestamp::from_seconds(1)) {
            Ending::Later { error, .. } => (true, error),
            Ending::Failed { error, step } => {
                let what = step.unwrap().what;
                assert_eq!(what, Happening::NotOffered { code: error.clone() });
                (false, error)
            }
            Ending::Unsure { step, .. } => {
                let code = MAYBE_SENT.to_owned();
                assert_eq!(step.unwrap().what, Happening::NotOffered { code });
                (false, MAYBE_SENT.to_owned())
            }
            Ending::Sent { .. } => panic!("a failure was taken for a success"),
        }
    }

    #[test]
    fn only_what_surely_did_nothing_is_tried_again() {
        let limited = CallError::RateLimited {
            retry_after: Duration::from_secs(3),
        };
        for (error, again, code) in [
            (CallError::Transport(TransportKind::Connect), true, "slack_not_reached"),
            (limited, true, "ratelimited"),
            (CallError::Transport(TransportKind::Timeout), false, "maybe_sent"),
            (CallError::Transport(TransportKind::Closed), false, "maybe_sent"),
            (CallError::Truncated, false, "maybe_sent"),
            (CallError::NotJson, false, "maybe_sent"),
            (CallError::Http { status: 502 }, false, "maybe_sent"),
            (CallError::Http { status: 404 }, false, "http_404"),
            (CallError::slack(ErrorCode::FatalError), false, "maybe_sent"),
            (CallError::slack(ErrorCode::ChannelNotFound), false, "channel_not_found"),
        ] {
            assert_eq!(ending(&error, 1), (again, code.to_owned()), "{error}");
        }
    }

    #[test]
    fn a_fault_that_does_not_pass_is_given_up() {
        let error = CallError::Transport(TransportKind::Connect);
        assert_eq!(ending(&error, 6), (false, "slack_not_reached".to_owned()));
    }
}
