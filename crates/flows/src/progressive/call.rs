//! The call itself: token, trigger, `apps.permissions.request`, and what came of it.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use grantbook_api::{
    client::{Caller, RetryPolicy},
    error::{CallError, ErrorCode},
    methods::{PermissionsRequest, PermissionsUsersRequest},
    secret::{AccessToken, ResponseUrl},
    trigger::TriggerId,
};
use grantbook_core::{
    InstallationKey, Scope, UserId,
    request::{Happening, Kind, Outcome, Step, TRIGGER_LIFE_MS},
};

use grantbook_store::tokens::Holder;

use super::{Aim, Press, measure, micros_since, reply};
use crate::{
    House, failure,
    rotation::{Need, Rotation},
};

/// How long a call may take before the press is recorded without waiting for it.
const SLOW_CALL: Duration = Duration::from_millis(500);

/// What a press brought along that is not kept.
pub(crate) struct Ready {
    /// The trigger to spend.
    pub(crate) trigger: Option<TriggerId>,
    /// Where to answer the person.
    pub(crate) respond: Option<ResponseUrl>,
    /// When it arrived, for measuring.
    pub(crate) started: Instant,
}

/// What to ask, of whom.
struct Question<'a> {
    installation: &'a InstallationKey,
    kind: Kind,
    user: Option<&'a UserId>,
    scopes: &'a BTreeSet<Scope>,
}

impl Press {
    fn question(&self) -> Option<Question<'_>> {
        match &self.aim {
            Aim::Offer {
                installation,
                kind,
                user,
                scopes,
                ..
            } => Some(Question {
                installation,
                kind: *kind,
                user: user.as_ref().or(self.user.as_ref()),
                scopes,
            }),
            Aim::Fresh { ask } => Some(Question {
                installation: &ask.installation,
                kind: ask.kind,
                user: ask.user.as_ref().or(self.user.as_ref()),
                scopes: &ask.scopes,
            }),
            Aim::Stray { .. } => None,
        }
    }

    /// The press as a step of its request.
    pub(crate) fn step(&self) -> Step {
        Step {
            at: self.arrived_at,
            what: Happening::Pressed {
                round: self.round.clone(),
                user: self.user.clone(),
                via: self.via,
                issued_at: self.issued_at,
            },
        }
    }
}

/// Notes the press and lets its call leave. Returns at once: Slack wants its answer within three seconds,
/// and the call must not wait for that answer either.
pub(crate) fn launch(house: &House, press: Press, ready: Ready) {
    house.hands.recorder.journal().press(&press);
    tokio::spawn(run(house.clone(), press, ready));
}

async fn run(house: House, press: Press, ready: Ready) {
    let recorder = &house.hands.recorder;
    let (Some(question), Some(trigger)) = (press.question(), ready.trigger.clone()) else {
        recorder.record(press.clone(), Vec::new(), true);
        reply::stray(&house, &press, ready.respond).await;
        return;
    };
    let mut steps = vec![press.step()];
    let step = {
        let call = ask(&house, &press, &question, trigger, ready.started);
        tokio::pin!(call);
        tokio::select! {
            step = &mut call => step,
            () = tokio::time::sleep(SLOW_CALL) => {
                recorder.record(press.clone(), steps.clone(), false);
                call.await
            }
        }
    };
    log(&press, &step);
    recorder.journal().asked(&press.call, &step);
    steps.push(step.clone());
    recorder.record(press, steps, true);
    reply::outcome(&house, &step, ready.respond).await;
}

/// What a person who reads the log needs to find the request by.
fn log(press: &Press, step: &Step) {
    let Happening::Asked { outcome, left_us, .. } = &step.what else {
        return;
    };
    let request = match &press.aim {
        Aim::Offer { request, .. } => request.to_string(),
        Aim::Fresh { .. } | Aim::Stray { .. } => "new".to_owned(),
    };
    match outcome {
        Outcome::Presented => tracing::debug!(request, press.call, left_us, "Slack shows its dialog"),
        Outcome::Refused { code } | Outcome::Lost { code } => {
            tracing::warn!(request, press.call, left_us, code, "Slack did not show its dialog");
        }
    }
}

async fn ask(house: &House, press: &Press, question: &Question<'_>, trigger: TriggerId, started: Instant) -> Step {
    let token = token(house, press, question.installation).await;
    let (left_us, age_ms) = (micros_since(started), press.age_ms(house.clock.now()));
    let outcome = match token {
        Ok(token) => {
            measure::left(left_us, age_ms);
            outcome(call_as_known(house, press, question, &token, trigger).await)
        }
        Err(code) => {
            measure::ended(age_ms);
            Outcome::Refused { code: code.to_owned() }
        }
    };
    Step {
        at: house.clock.now(),
        what: Happening::Asked {
            round: press.round.clone(),
            call: press.call.clone(),
            verified_us: press.verified_us,
            left_us,
            answered_us: micros_since(started),
            age_ms,
            outcome,
        },
    }
}

/// The token, from memory as a rule. From the database only while the trigger lives.
async fn token(house: &House, press: &Press, key: &InstallationKey) -> Result<AccessToken, &'static str> {
    match tokio::time::timeout(patience(house, press), house.token(key)).await {
        Ok(Ok(Some(token))) => Ok(token),
        Ok(Ok(None)) => Err("no_token"),
        Ok(Err(_)) => Err("storage_unavailable"),
        Err(_) => Err("trigger_expired"),
    }
}

/// How long the database may be waited for: while the trigger lives. A late press is sent all the same: Slack
/// is the judge of its triggers, and clocks differ.
fn patience(house: &House, press: &Press) -> Duration {
    let left = TRIGGER_LIFE_MS.saturating_sub(press.age_ms(house.clock.now()));
    Duration::from_millis(left.max(250))
}

/// Calls with the token at hand, and once more where that one is over and another is to be had: from the
/// database, where another replica put it, or by a refresh. A refused call leaves its trigger as it was.
async fn call_as_known(
    house: &House,
    press: &Press,
    question: &Question<'_>,
    token: &AccessToken,
    trigger: TriggerId,
) -> Result<(), CallError> {
    let answer = call(house, question, token, trigger.clone()).await;
    let over = |error: &CallError| error.code().is_some_and(ErrorCode::is_token_trouble);
    if !answer.as_ref().is_err_and(over) {
        return answer;
    }
    let rotation = Rotation::new(house.clone());
    let need = Need::Instead(token.clone());
    let other = rotation.token(question.installation, &Holder::App, &need);
    match tokio::time::timeout(patience(house, press), other).await {
        Ok(Ok(other)) => {
            house.keep_at_hand(question.installation, &other.token);
            call(house, question, &other.token, trigger).await
        }
        _ => answer,
    }
}

async fn call(
    house: &House,
    question: &Question<'_>,
    token: &AccessToken,
    trigger_id: TriggerId,
) -> Result<(), CallError> {
    let slack = house.slack.with_policy(RetryPolicy::NONE);
    let caller = Caller::new(token, question.installation);
    let scopes: Vec<Scope> = question.scopes.iter().cloned().collect();
    match (question.kind, question.user) {
        (Kind::Personal, Some(user)) => {
            let user = user.clone();
            let arguments = PermissionsUsersRequest {
                scopes,
                trigger_id,
                user,
            };
            slack.call(&caller, &arguments).await.map(|_| ())
        }
        (Kind::App, _) | (Kind::Personal, None) => {
            let arguments = PermissionsRequest { scopes, trigger_id };
            slack.call(&caller, &arguments).await.map(|_| ())
        }
    }
}

fn outcome(answer: Result<(), CallError>) -> Outcome {
    match answer {
        Ok(()) => Outcome::Presented,
        Err(error) => {
            let code = failure::code(&error);
            if error.may_have_happened() {
                Outcome::Lost { code }
            } else {
                Outcome::Refused { code }
            }
        }
    }
}
