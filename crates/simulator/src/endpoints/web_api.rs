//! `/api/{method}`: every method comes in here.
//!
//! The checks stand in the order that Slack's are believed to have (E.5): body type, charset, JSON,
//! method, token, kind of token, rate, then the method's own. Faults set for the method are played
//! here too. To add a method: its function in a file beside this one, and a line in [`run`].

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use grantbook_api::ErrorCode;
use grantbook_core::{AppId, Scope, TeamId, Timestamp};
use http::{HeaderMap, HeaderValue, Method, Uri, header};

use super::{
    answer::{Answer, Done, Refusal, half_of, html_page, nothing},
    arguments::Arguments,
    auth, chat, lookups, oauth, permissions,
};
use crate::{
    calls::Call,
    faults::Fault,
    methods::{self, MethodInfo},
    slack::Slack,
    state::{Installation, Moment, TokenKind, World},
};

/// Who calls: what a good token stands for.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) app: AppId,
    pub(super) team: TeamId,
    /// The token itself.
    pub(super) token: String,
}

impl Caller {
    /// The caller's installation. A token cannot outlive it, but an answer is owed anyway.
    pub(super) fn installation<'a>(&self, world: &'a World) -> Result<&'a Installation, Refusal> {
        world
            .installation(&self.app, &self.team)
            .ok_or_else(|| ErrorCode::TokenRevoked.into())
    }
}

pub(super) async fn call(
    State(slack): State<Arc<Slack>>,
    Path(method): Path<String>,
    verb: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (at, started) = (slack.clock.now(), Instant::now());
    let arguments = Arguments::read(&verb, &uri, &headers, &body, methods::find(&method));
    let loggable = arguments
        .as_ref()
        .map(|found| found.loggable().collect())
        .unwrap_or_default();
    let fault = slack.faults.take(&method);
    let mut answer = match &fault {
        Some(Fault::Error { error }) => Answer::refused(&Refusal::from(error.clone())),
        Some(Fault::RateLimited { retry_after }) => Answer::rate_limited(*retry_after),
        Some(Fault::Html { .. }) => Answer::ok(serde_json::Value::Null),
        _ => carry_out(&slack, &method, arguments.as_ref()),
    };
    if let Ok(arguments) = &arguments {
        answer.warn(&arguments.warnings);
    }
    slack.calls.record(Call {
        id: 0,
        at,
        method: method.clone(),
        app: answer.app.clone(),
        team: answer.team.clone(),
        arguments: loggable,
        status: if let Some(Fault::Html { status }) = fault {
            status
        } else {
            answer.status.as_u16()
        },
        error: answer.error.clone(),
        fault: fault.as_ref().map(|fault| fault.name().to_owned()),
        duration_micros: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
    });
    tracing::debug!(slack.method = %method, status = answer.status.as_u16(), error = answer.error, "call");
    send(&slack, answer, fault).await
}

async fn send(slack: &Slack, answer: Answer, fault: Option<Fault>) -> Response {
    let request_id = slack.nonce();
    let text = answer.text();
    match fault {
        Some(Fault::Html { status }) => return html_page(status),
        Some(Fault::Drop) => return nothing().into_response(),
        Some(Fault::HalfBody) => {
            let (body, promised) = half_of(&text);
            let mut response = answer.into_response(&request_id, body);
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, HeaderValue::from(promised));
            return response;
        }
        Some(Fault::DelayMs { delay_ms }) => tokio::time::sleep(Duration::from_millis(delay_ms)).await,
        Some(Fault::Error { .. } | Fault::RateLimited { .. }) | None => {}
    }
    answer.into_response(&request_id, Body::from(text))
}

fn carry_out(slack: &Slack, method: &str, arguments: Result<&Arguments, &ErrorCode>) -> Answer {
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(code) => return Answer::refused(&Refusal::from(code.clone())),
    };
    let Some(info) = methods::find(method) else {
        return Answer::refused(&ErrorCode::UnknownMethod.into());
    };
    if let "oauth.access" | "oauth.token" = method {
        return oauth::exchange(slack, method, info, arguments);
    }
    if method == "api.test" {
        return Answer::ok(serde_json::json!({ "ok": true }));
    }
    let now = slack.clock.now();
    let caller = match slack.read(|world| authenticate(world, now, method, info, arguments)) {
        Ok(caller) => caller,
        Err(refusal) => return Answer::refused(&refusal),
    };
    let counted = slack
        .limits
        .count(method, info.tier, &caller.app, Some(&caller.team), now);
    let mut answer = if let Err(retry_after) = counted {
        Answer::rate_limited(retry_after)
    } else {
        let outcome = slack.change(|world, moment| match run(world, moment, method, &caller, arguments) {
            Ok(done) => (Ok(done.body), done.events),
            Err(refusal) => (Err(refusal), Vec::new()),
        });
        outcome.map_or_else(|refusal| Answer::refused(&refusal), Answer::ok)
    };
    answer.scopes = slack.read(|world| {
        let installation = world.installation(&caller.app, &caller.team)?;
        Some(joined(&installation.all_scopes()))
    });
    answer.accepted = info
        .workspace
        .as_ref()
        .filter(|scopes| !scopes.is_empty())
        .map(|scopes| scopes.join(","));
    answer.app = Some(caller.app);
    answer.team = Some(caller.team);
    answer
}

fn joined<'a>(scopes: impl IntoIterator<Item = &'a Scope>) -> String {
    scopes.into_iter().map(Scope::as_str).collect::<Vec<_>>().join(",")
}

fn authenticate(
    world: &World,
    now: Timestamp,
    method: &str,
    info: &MethodInfo,
    arguments: &Arguments,
) -> Result<Caller, Refusal> {
    let text = arguments.token.as_deref().ok_or(ErrorCode::NotAuthed)?;
    let token = world.authenticate(text, now)?;
    let kind_is_fine = match token.kind {
        TokenKind::Access => info.workspace.is_some(),
        TokenKind::Refresh => method == "auth.revoke",
    };
    if !kind_is_fine {
        return Err(ErrorCode::NotAllowedTokenType.into());
    }
    Ok(Caller {
        app: token.app.clone(),
        team: token.team.clone(),
        token: text.to_owned(),
    })
}

fn run(
    world: &mut World,
    moment: &mut Moment<'_>,
    method: &str,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    match method {
        "auth.test" => auth::test(world, moment, caller),
        "auth.revoke" => auth::revoke(world, moment, caller, arguments),
        "apps.uninstall" => auth::uninstall(world, moment, caller, arguments),
        "apps.permissions.info" => permissions::info(world, caller),
        "apps.permissions.scopes.list" => permissions::scopes_list(world, caller),
        "apps.permissions.resources.list" => permissions::resources_list(world, caller, arguments),
        "apps.permissions.users.list" => permissions::users_list(world, caller, arguments),
        "chat.postMessage" => chat::post_message(world, moment, caller, arguments),
        "conversations.info" => lookups::conversations_info(world, caller, arguments),
        "users.info" => lookups::users_info(world, caller, arguments),
        "team.info" => lookups::team_info(world, caller, arguments),
        // Slack had it once; this simulator does not play it.
        _ => Err(ErrorCode::UnknownMethod.into()),
    }
}
