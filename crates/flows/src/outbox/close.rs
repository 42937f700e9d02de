//! `close`: how the request ended, under its message, by `chat.update`. Refusals are only noted.

use grantbook_api::error::CallError;
use grantbook_core::request::PermissionRequest;
use grantbook_store::{StoreError, outbox::OutboxRow};
use serde_json::json;

use super::{Ending, ONCE, failed, message, offered, pause};
use crate::{
    House, failure,
    rotation::{CallingError, TokenError},
};

/// Whatever the row was made for, the message then says how the request stands now.
pub(super) async fn update(house: &House, row: &OutboxRow, request: &PermissionRequest) -> Result<Ending, StoreError> {
    let Some((channel, ts)) = offered(request) else {
        return Ok(failed("no_message"));
    };
    let key = &request.ask.installation;
    let mut calling = match house.calling(key).await {
        Ok(calling) => calling,
        Err(TokenError::Store(error)) => return Err(error),
        Err(error) => return Ok(failed(error.code())),
    };
    let Ok(call) = message::now(house, request).update(channel.clone(), ts) else {
        return Ok(failed("msg_too_long"));
    };
    let answer = calling.call(&house.slack.with_policy(ONCE), &call).await;
    Ok(match answer {
        Ok(_) => Ending::Sent {
            receipt: json!({ "channel": channel, "ts": ts, "state": request.state().name() }),
            step: None,
        },
        Err(CallingError::Slack(error)) => after(&error, row.tries),
        Err(CallingError::Token(error)) => failed(error.code()),
    })
}

/// Writing the same twice is writing it once, so that every passing fault is tried again.
fn after(error: &CallError, tries: u32) -> Ending {
    let code = failure::code(error);
    match pause(error, tries).filter(|_| error.is_transient()) {
        Some(seconds) => Ending::Later { seconds, error: code },
        None => failed(&code),
    }
}

#[cfg(test)]
mod tests {
    use grantbook_api::error::{ErrorCode, TransportKind};

    use super::*;

    #[test]
    fn a_refusal_is_noted_and_a_passing_fault_is_tried_again() {
        let refused = after(&CallError::slack(ErrorCode::CantUpdateMessage), 1);
        assert_eq!(refused, failed("cant_update_message"));
        let timed_out = after(&CallError::Transport(TransportKind::Timeout), 2);
        assert_eq!(
            timed_out,
            Ending::Later {
                seconds: 5,
                error: "no_answer_in_time".to_owned()
            }
        );
    }
}
