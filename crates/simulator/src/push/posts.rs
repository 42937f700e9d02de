//! What people pressed and typed: one signed form, three seconds, and what is done with the answer.

use grantbook_api::deliver::{Deliverer, DeliveryFailure};
use grantbook_core::Tenant;
use serde_json::{Map, Value};

use super::{ANSWER_TIME, Job, Push};
use crate::{
    clock::VirtualClock,
    deliveries::{Attempt, Delivery, DeliveryLog, DeliveryState},
    slack::Slack,
    state::{Answered, App, AppPost},
};

const FORM: &str = "application/x-www-form-urlencoded";

/// What the log leaves out: the app's verification token, and an address that anybody could use.
const HIDDEN: [&str; 2] = ["token", "response_url"];

impl Push {
    /// Queues a form for an app; whether there was an address to send it to. It is logged in any case.
    pub(crate) fn post(&self, app: &App, post: &AppPost, clock: &VirtualClock) -> bool {
        let is_command = post.kind == "slash_command";
        let url = if is_command {
            &app.commands_url
        } else {
            &app.interactions_url
        };
        let id = self.log.begin(Delivery {
            id: 0,
            at: clock.now(),
            app: post.app.clone(),
            tenant: Some(Tenant::Team(post.team.clone())),
            event_id: post.trigger_id.to_string(),
            event_type: post.kind.to_owned(),
            url: url.clone(),
            body: shown(&post.form),
            attempts: Vec::new(),
            once: true,
            state: if url.is_some() {
                DeliveryState::Sending
            } else {
                DeliveryState::NoAddress
            },
        });
        let Some(url) = url.clone() else { return false };
        let job = Job {
            id,
            url,
            body: post.form.clone(),
            secret: app.signing_secret.clone(),
            post: Some(Box::new(post.clone())),
        };
        if self.queue.send(job).is_err() {
            self.log.set_state(id, DeliveryState::GaveUp);
        }
        true
    }
}

/// The form's fields, or the JSON in its field `payload`, without what nobody should read.
fn shown(form: &[u8]) -> Value {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(form).unwrap_or_default();
    let payload = fields.iter().find(|(name, _)| name == "payload");
    let mut shown = match payload.and_then(|(_, json)| serde_json::from_str(json).ok()) {
        Some(Value::Object(payload)) => payload,
        _ => fields
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)))
            .collect::<Map<_, _>>(),
    };
    for name in HIDDEN {
        shown.remove(name);
    }
    Value::Object(shown)
}

pub(super) async fn deliver(mut job: Job, log: &DeliveryLog, deliverer: &Deliverer, slack: &Slack) {
    let Some(post) = job.post.take() else { return };
    let now = slack.clock.now();
    let headers = job.headers(FORM, now.seconds());
    let outcome = deliverer.post_and_read(&job.url, &headers, job.body, ANSWER_TIME).await;
    let (head, answered) = match outcome {
        Ok((head, body)) if head.is_success() => (Ok(head), Answered::Body(body)),
        Ok((head, _)) => (Ok(head), Answered::Status(head.status)),
        Err(failure) => {
            let late = failure == DeliveryFailure::Timeout;
            (
                Err(failure),
                if late { Answered::TooLate } else { Answered::Unreachable },
            )
        }
    };
    let state = if matches!(answered, Answered::Body(_)) {
        DeliveryState::Delivered
    } else {
        DeliveryState::GaveUp
    };
    slack.change(|world, moment| (world.answered(moment, &post, &answered), Vec::new()));
    log.attempted(job.id, Attempt::new(now, None, &head), Some(state));
}
