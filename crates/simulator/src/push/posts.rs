//! What people pressed and typed: one signed form, three seconds, and what is done with the answer.

use grantbook_api::deliver::{Deliverer, DeliveryFailure};
use grantbook_core::{Tenant, Timestamp};
use serde_json::{Map, Value};

use super::{ANSWER_TIME, Job, Push, Route};
use crate::{
    clock::VirtualClock,
    deliveries::{Attempt, Delivery, DeliveryLog, DeliveryState},
    faults::Fault,
    slack::Slack,
    sockets::frames,
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
        let route = Route::of(app, url.as_ref());
        let id = self.log.begin(Delivery {
            id: 0,
            at: clock.now(),
            app: post.app.clone(),
            tenant: Some(Tenant::Team(post.team.clone())),
            event_id: post.trigger_id.to_string(),
            event_type: post.kind.to_owned(),
            url: route.as_ref().map(Route::shown),
            body: shown(&post.form),
            attempts: Vec::new(),
            once: true,
            state: if route.is_some() {
                DeliveryState::Sending
            } else {
                DeliveryState::NoAddress
            },
        });
        let Some(route) = route else { return false };
        let job = Job {
            id,
            app: app.id.clone(),
            route,
            body: post.form.clone(),
            secret: app.signing_secret.clone(),
            held: None,
            as_retry: false,
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
    dawdle(slack, &post).await;
    let now = slack.clock.now();
    let outcome = match &job.route {
        Route::Http(url) => {
            let headers = job.headers(FORM, now.seconds());
            deliverer
                .post_and_read(url, &headers, std::mem::take(&mut job.body), ANSWER_TIME)
                .await
        }
        Route::Socket => {
            let name = slack.envelope_id();
            let envelope = frames::post(&name, post.kind, &job.body);
            let sent = slack.sockets.deliver(&job.app, &name, &envelope, ANSWER_TIME).await;
            sent.map(|(head, payload)| (head, payload.map_or_else(Vec::new, |p| p.to_string().into_bytes())))
        }
    };
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

/// A slow post: the form leaves only when its trigger is as old as the fault says.
async fn dawdle(slack: &Slack, post: &AppPost) {
    let Some(Fault::DelayMs { delay_ms }) = slack.faults.take(post.kind, Fault::hits_posts) else {
        return;
    };
    let issued_at = slack.read(|world| {
        let trigger = world.triggers.get(post.trigger_id.as_str());
        trigger.map(|trigger| trigger.issued_at)
    });
    let micros = i64::try_from(delay_ms.saturating_mul(1_000)).unwrap_or(i64::MAX);
    let due = issued_at
        .unwrap_or_else(|| slack.clock.now())
        .micros()
        .saturating_add(micros);
    slack.clock.sleep_until(Timestamp::from_micros(due)).await;
}
