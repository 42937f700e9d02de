//! What the person is told when a press led to nothing: by the interaction's `response_url`, to them alone.
//!
//! A courtesy: it is tried once more after a rate limit, and never holds anything up.

use grantbook_api::{
    client::RetryPolicy,
    message::{OutgoingMessage, ResponseMessage},
    secret::ResponseUrl,
};
use grantbook_core::request::{Happening, Outcome, Step, TRIGGER_LIFE_MS, words};

use super::{Aim, Press};
use crate::House;

/// After the call.
pub(crate) async fn outcome(house: &House, step: &Step, respond: Option<ResponseUrl>) {
    let Happening::Asked { outcome, age_ms, .. } = &step.what else {
        return;
    };
    let text = match outcome {
        Outcome::Presented => return,
        // Spent by the other one of two calls: that one tells the person.
        Outcome::Refused { code } if code == "trigger_exchanged" => return,
        Outcome::Refused { code } if code.contains("trigger") && *age_ms >= TRIGGER_LIFE_MS => format!(
            "That took too long: the press was {} ms old when it could be answered, and Slack accepts {}. \
             Nothing was changed; press the button again.",
            words::thousands(*age_ms),
            words::thousands(TRIGGER_LIFE_MS)
        ),
        Outcome::Refused { code } | Outcome::Lost { code } => format!("{} (`{code}`)", words::explain(code)),
    };
    tell(house, respond, text).await;
}

/// After a press that was nobody's.
pub(crate) async fn stray(house: &House, press: &Press, respond: Option<ResponseUrl>) {
    let Aim::Stray { code } = &press.aim else { return };
    // A button of the app's own code reaches this door too where the app has only one: it is not ours to answer.
    if code != "unknown_callback" {
        tell(house, respond, words::explain_stray(code).to_owned()).await;
    }
}

/// Tells one person something.
async fn tell(house: &House, respond: Option<ResponseUrl>, text: String) {
    if let Some(url) = respond {
        answer_later(house, &url, OutgoingMessage::text(text)).await;
    }
}

/// Sends an answer, for the person who acted alone, to where Slack said.
pub(crate) async fn answer_later(house: &House, url: &ResponseUrl, message: OutgoingMessage) {
    let Ok(message) = ResponseMessage::ephemeral(message) else {
        return;
    };
    if let Err(error) = house.slack.respond(url, &message, RetryPolicy::default()).await {
        let error = &error as &dyn std::error::Error;
        tracing::info!(error, "the person could not be told how it ended");
    }
}
