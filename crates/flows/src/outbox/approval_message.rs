//! Messages about app requests: posted at most once, updated until they say how the request stands.
//!
//! A post whose fate is unknown is not repeated: approvers and requesters must not read the same twice. What did
//! not reach Slack stands among the request's steps.

mod channel;
mod people;

use grantbook_api::{
    error::CallError,
    message::{MessageError, OutgoingMessage},
    methods::{ChatPostMessageAnswer, Method},
};
use grantbook_core::approval::life::Happening;
use grantbook_store::{
    StoreError,
    approvals::{Record, RecordError},
    outbox::OutboxRow,
    tokens::Holder,
};
use serde_json::{Value, json};

use super::{ONCE, PAUSES, pause, pause_of, prepared, write_down};
use crate::{
    House,
    approvals::message::{POST, REMIND, TELL, UPDATE, WHY},
    failure,
    rotation::{CallingError, TokenError},
};

/// The message may have arrived, or not.
const MAYBE_SENT: &str = "maybe_sent";

/// What came of one try.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    /// It is done, or nothing is to be done any more.
    Done {
        receipt: Value,
        happened: Vec<(i64, Happening)>,
    },
    /// Nothing was done; try again after so many seconds.
    Later { seconds: i64, error: String },
    /// It is given up.
    Failed {
        error: String,
        happened: Vec<(i64, Happening)>,
    },
}

/// Why a message is not with Slack.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Unsent {
    /// Nothing was done, and it passes.
    Later { seconds: i64, code: String },
    /// It is given up.
    Never { code: String },
}

impl Outcome {
    fn nothing_to_do(why: &str) -> Self {
        Self::Done {
            receipt: json!({ "nothing_to_do": why }),
            happened: Vec::new(),
        }
    }

    /// A message stands at Slack, and this happened.
    fn posted(posted: &ChatPostMessageAnswer, happened: Vec<(i64, Happening)>) -> Self {
        Self::Done {
            receipt: json!({ "channel": posted.channel, "ts": posted.ts }),
            happened,
        }
    }

    fn failed(code: &str) -> Self {
        Self::Failed {
            error: code.to_owned(),
            happened: Vec::new(),
        }
    }

    /// What follows where a message about these requests did not reach Slack.
    fn unsent(requests: &[i64], message: &str, unsent: Unsent) -> Self {
        match unsent {
            Unsent::Later { seconds, code } => Self::Later { seconds, error: code },
            Unsent::Never { code } => {
                let step = |request: &i64| {
                    let (message, code) = (message.to_owned(), code.clone());
                    (*request, Happening::Unsent { message, code })
                };
                Self::Failed {
                    happened: requests.iter().map(step).collect(),
                    error: code,
                }
            }
        }
    }
}

impl Unsent {
    fn never(code: &str) -> Self {
        Self::Never { code: code.to_owned() }
    }

    /// What follows from a failed call of something that must not be done twice.
    fn after(error: &CallError, tries: u32) -> Self {
        if error.may_have_happened() {
            return Self::never(MAYBE_SENT);
        }
        Self::after_harmless(error, tries)
    }

    /// The same, of something that may be done again. Slack's wish to wait is no failure: it is never given up.
    fn after_harmless(error: &CallError, tries: u32) -> Self {
        let code = failure::code(error);
        if let CallError::RateLimited { retry_after } = error {
            let asked = i64::try_from(retry_after.as_secs()).unwrap_or(60).clamp(0, 3_600);
            return Self::Later {
                seconds: asked + 1,
                code,
            };
        }
        match pause(error, tries).filter(|_| error.is_transient()) {
            Some(seconds) => Self::Later { seconds, code },
            None => Self::Never { code },
        }
    }

    /// Without a token nothing was sent. One that is being refreshed is waited for.
    fn without_token(error: TokenError, tries: u32) -> Result<Self, StoreError> {
        let code = error.code().to_owned();
        match error {
            TokenError::Store(error) => Err(error),
            TokenError::CoolingDown { .. } | TokenError::Busy { .. } => Ok(match pause_of(tries) {
                Some(seconds) => Self::Later { seconds, code },
                None => Self::Never { code },
            }),
            _ => Ok(Self::Never { code }),
        }
    }
}

/// Whether a row is of these kinds.
pub(super) fn is_one(row: &OutboxRow) -> bool {
    [POST, UPDATE, TELL, WHY, REMIND].contains(&row.kind.as_str())
}

/// Does it and writes down what came of it.
pub(super) async fn work(house: &House, row: &OutboxRow) {
    let outcome = prepared(row, perform(house, row).await, |error| Outcome::Later {
        seconds: PAUSES[0],
        error,
    });
    match &outcome {
        Outcome::Done { .. } => tracing::debug!(outbox.id = row.id, "outbox row done"),
        Outcome::Later { seconds, error } => tracing::info!(outbox.id = row.id, seconds, error, "outbox row waits"),
        Outcome::Failed { error, .. } => tracing::warn!(outbox.id = row.id, error, "outbox row given up"),
    }
    write_down(row, || write(house, row, &outcome)).await;
}

async fn perform(house: &House, row: &OutboxRow) -> Result<Outcome, StoreError> {
    match row.kind.as_str() {
        POST => channel::post(house, row).await,
        UPDATE => channel::update(house, row).await,
        TELL => people::tell(house, row).await,
        WHY => people::ask_why(house, row).await,
        REMIND => channel::remind(house, row).await,
        _ => Ok(Outcome::failed("unknown_kind")),
    }
}

/// Ends the row together with the first request's steps; further requests only get theirs.
async fn write(house: &House, row: &OutboxRow, outcome: &Outcome) -> Result<(), StoreError> {
    let (store, now) = (&house.store, house.clock.now());
    let (end, happened) = match outcome {
        Outcome::Later { seconds, error } => {
            return store.outbox_retry(&row.id, now.plus_seconds(*seconds), error).await;
        }
        Outcome::Done { receipt, happened } => (Ok(receipt.clone()), happened),
        Outcome::Failed { error, happened } => (Err(error.clone()), happened),
    };
    let mut ends = Some((row.id.clone(), end.clone()));
    for (request, happening) in happened {
        let record = Record {
            ends: ends.take(),
            ..Record::of(happening.clone())
        };
        match store.record_app_request(*request, record, now).await {
            Ok(_) => {}
            Err(RecordError::Store(error)) => return Err(error),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(
                    outbox.id = row.id,
                    error,
                    "what came of a message belongs to no request"
                );
                ends = Some((row.id.clone(), end.clone()));
            }
        }
    }
    match ends {
        None => Ok(()),
        Some((id, Ok(receipt))) => store.outbox_sent(&id, &receipt, None, now).await,
        Some((id, Err(code))) => store.outbox_failed(&id, &code, None, now).await,
    }
}

/// The request that a row is about.
fn request_of(row: &OutboxRow) -> Option<i64> {
    row.payload["app_request"].as_i64()
}

/// Slack's own word for what it would not take.
const fn unfit(error: MessageError) -> &'static str {
    match error {
        MessageError::Empty | MessageError::Missing { .. } => "no_text",
        MessageError::TooMany { .. } | MessageError::TooLong { .. } => "msg_too_long",
        MessageError::NotAllowed { .. } => "invalid_blocks",
    }
}

/// Posts a message as the app's bot, once. A row that somebody left behind may be with Slack already.
async fn send(
    house: &House,
    row: &OutboxRow,
    channel: &str,
    message: OutgoingMessage,
) -> Result<Result<ChatPostMessageAnswer, Unsent>, StoreError> {
    if row.uncertain {
        return Ok(Err(Unsent::never(MAYBE_SENT)));
    }
    call(house, row, message.post_to(channel), Unsent::after).await
}

/// Calls as the app's bot. `after` tells what follows from a call that failed.
async fn call<M: Method + Sync>(
    house: &House,
    row: &OutboxRow,
    message: Result<M, MessageError>,
    after: fn(&CallError, u32) -> Unsent,
) -> Result<Result<M::Answer, Unsent>, StoreError> {
    let message = match message {
        Ok(message) => message,
        Err(error) => return Ok(Err(Unsent::never(unfit(error)))),
    };
    let mut calling = match house.calling_as(&row.installation.key, Holder::App).await {
        Ok(calling) => calling,
        Err(error) => return Unsent::without_token(error, row.tries).map(Err),
    };
    match calling.call(&house.slack.with_policy(ONCE), &message).await {
        Ok(answer) => Ok(Ok(answer)),
        Err(CallingError::Slack(error)) => Ok(Err(after(&error, row.tries))),
        Err(CallingError::Token(error)) => Unsent::without_token(error, row.tries).map(Err),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use grantbook_api::error::{ErrorCode, TransportKind};

    use super::*;

    #[test]
    fn only_what_surely_did_nothing_is_sent_again() {
        let later = |seconds, code: &str| Unsent::Later {
            seconds,
            code: code.to_owned(),
        };
        let limited = CallError::RateLimited {
            retry_after: Duration::from_secs(3),
        };
        for (error, tries, expected) in [
            (
                CallError::Transport(TransportKind::Connect),
                1,
                later(1, "slack_not_reached"),
            ),
            (
                CallError::Transport(TransportKind::Connect),
                6,
                Unsent::never("slack_not_reached"),
            ),
            (limited, 60, later(4, "ratelimited")),
            (
                CallError::Transport(TransportKind::Timeout),
                1,
                Unsent::never(MAYBE_SENT),
            ),
            (CallError::NotJson, 1, Unsent::never(MAYBE_SENT)),
            (
                CallError::slack(ErrorCode::ChannelNotFound),
                1,
                Unsent::never("channel_not_found"),
            ),
        ] {
            assert_eq!(Unsent::after(&error, tries), expected, "{error}");
        }
        let timeout = CallError::Transport(TransportKind::Timeout);
        assert_eq!(Unsent::after_harmless(&timeout, 2), later(5, "no_answer_in_time"));
    }

    #[test]
    fn what_did_not_reach_slack_stands_among_the_steps_of_each_request() {
        let outcome = Outcome::unsent(&[7, 9], "remind", Unsent::never("not_in_channel"));
        let Outcome::Failed { error, happened } = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(error, "not_in_channel");
        assert_eq!(happened.iter().map(|(request, _)| *request).collect::<Vec<_>>(), [7, 9]);
        let later = Unsent::Later {
            seconds: 3,
            code: "ratelimited".to_owned(),
        };
        assert!(matches!(
            Outcome::unsent(&[7], "post", later),
            Outcome::Later { seconds: 3, .. }
        ));
    }
}
