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
    body::Body,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use grantbook_api::ErrorCode;
use grantbook_core::{AppId, Scope, TeamId, Tenant, Timestamp, UserId};
use http::{HeaderMap, HeaderValue, Method, Uri, header};

use super::{
    answer::{Answer, Done, Refusal, half_of, html_page, nothing},
    arguments::Arguments,
    auth,
    body::{self, Unread},
    chat, connections, lookups, modern, oauth, oauth_v2, orgs, permissions, personal, requests, rotation,
};
use crate::{
    calls::Call,
    faults::Fault,
    methods::{self, MethodInfo},
    slack::Slack,
    state::{Incident, Installation, Moment, TokenKind, World},
};

/// An address below which methods no longer live. Slack names none; this is the simulator's choice.
const RETIRED_PREFIX: &str = "/api/v1/";

/// Who calls: what a good token stands for.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) app: AppId,
    /// Whose the token is: a workspace's, or the organization's.
    pub(super) tenant: Tenant,
    /// The workspace in which it acts.
    pub(super) team: TeamId,
    /// The token itself.
    pub(super) token: String,
    /// What the token is for.
    pub(super) kind: TokenKind,
    /// Who allowed the app when the token was issued; for a user token, the person it acts as.
    pub(super) user: UserId,
}

impl Caller {
    /// Whether the token is the organization's.
    pub(super) fn is_org_wide(&self) -> bool {
        matches!(self.tenant, Tenant::Enterprise(_))
    }

    /// The caller's installation. A token cannot outlive it, but an answer is owed anyway.
    pub(super) fn installation<'a>(&self, world: &'a World) -> Result<&'a Installation, Refusal> {
        world
            .installation_of(&self.app, &self.tenant)
            .ok_or_else(|| ErrorCode::TokenRevoked.into())
    }
}

pub(super) async fn call(
    State(slack): State<Arc<Slack>>,
    Path(method): Path<String>,
    verb: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (at, started) = (slack.clock.now(), Instant::now());
    let arguments = match body::read(&headers, body).await {
        Ok(body) => Arguments::read(&verb, &uri, &headers, &body, methods::find(&method)),
        Err(Unread::Refused(code)) => Err(code),
        Err(Unread::Status(status)) => return status.into_response(),
    };
    let retired = uri.path().starts_with(RETIRED_PREFIX);
    let loggable = arguments
        .as_ref()
        .map(|found| found.loggable().collect())
        .unwrap_or_default();
    let fault = slack.faults.take(&method, Fault::hits_calls);
    let mut answer = match &fault {
        Some(Fault::Error { error }) => Answer::refused(&Refusal::from(error.clone())),
        Some(Fault::RateLimited { retry_after }) => Answer::rate_limited(*retry_after),
        Some(Fault::Html { .. } | Fault::Drop) => Answer::ok(serde_json::Value::Null),
        _ if retired => Answer::refused(&ErrorCode::DeprecatedEndpoint.into()),
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
        Some(Fault::Drop | Fault::LostAnswer) => return nothing().into_response(),
        Some(Fault::HalfBody) => {
            let (body, promised) = half_of(&text);
            let mut response = answer.into_response(&request_id, body);
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, HeaderValue::from(promised));
            return response;
        }
        Some(Fault::DelayMs { delay_ms }) => tokio::time::sleep(Duration::from_millis(delay_ms)).await,
        Some(Fault::Error { .. } | Fault::RateLimited { .. } | Fault::Duplicate) | None => {}
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
    let refused = slack.read(|world| world.refuses_method(method, &arguments.user_agent));
    if let Some(code) = refused {
        return Answer::refused(&code.into());
    }
    if let "oauth.access" | "oauth.token" = method {
        return oauth::exchange(slack, method, info, arguments);
    }
    match method {
        oauth_v2::NAME => return oauth_v2::exchange(slack, info, arguments),
        rotation::NAME => return rotation::exchange(slack, info, arguments),
        connections::NAME => return connections::open(slack, info, arguments),
        _ => {}
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
        match outcome {
            // The deed is done, and nobody is told: part of the operation may have succeeded.
            Ok(_) if slack.read(|world| world.incident(Incident::FatalError, method)) => {
                Answer::refused(&ErrorCode::FatalError.into())
            }
            Ok(body) => Answer::ok(body),
            Err(refusal) => Answer::refused(&refusal),
        }
    };
    if caller.kind.is_modern() {
        answer.scopes = Some(slack.read(|world| joined(&modern::held(world, &caller))));
        answer.accepted = modern::accepted(caller.kind, method);
    } else {
        answer.scopes = slack.read(|world| {
            let installation = world.installation_of(&caller.app, &caller.tenant)?;
            Some(joined(&installation.all_scopes()))
        });
        answer.accepted = info
            .workspace
            .as_ref()
            .filter(|scopes| !scopes.is_empty())
            .map(|scopes| scopes.join(","));
    }
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
    if world.apps.values().any(|app| app.app_level(text).is_some()) {
        return Err(ErrorCode::NotAllowedTokenType.into());
    }
    let token = world.authenticate(text, now)?;
    if let Some(code) = world.refuses_token(token) {
        return Err(gone(code));
    }
    let kind_is_fine = match token.kind {
        TokenKind::Access => info.workspace.is_some(),
        TokenKind::Refresh | TokenKind::BotRefresh | TokenKind::UserRefresh => method == "auth.revoke",
        TokenKind::Bot | TokenKind::User => modern::takes(token.kind, method),
    };
    if !kind_is_fine {
        return Err(ErrorCode::NotAllowedTokenType.into());
    }
    if let Some(code) = world.refuses_call(token, method) {
        return Err(code.into());
    }
    let caller = Caller {
        app: token.app.clone(),
        team: orgs::workspace(world, token, method, arguments)?,
        tenant: token.tenant.clone(),
        token: text.to_owned(),
        kind: token.kind,
        user: token.user.clone(),
    };
    personal::check_actor(world, &caller, info, arguments)?;
    Ok(caller)
}

/// A workspace token after workspace apps is told why it does not work any more (A.2).
fn gone(code: ErrorCode) -> Refusal {
    if code == ErrorCode::InvalidAuth {
        return Refusal::saying(code, "[ERROR] tokens of workspace apps were retired on 24 August 2021");
    }
    code.into()
}

fn run(
    world: &mut World,
    moment: &mut Moment<'_>,
    method: &str,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    if caller.kind.is_modern() {
        return modern::run(world, moment, method, caller, arguments);
    }
    match method {
        "auth.test" => auth::test(world, moment, caller),
        "auth.revoke" => auth::revoke(world, moment, caller, arguments),
        "apps.uninstall" => auth::uninstall(world, moment, caller, arguments),
        "apps.permissions.request" => requests::request(world, moment, caller, arguments),
        "apps.permissions.users.request" => requests::users_request(world, moment, caller, arguments),
        "apps.permissions.info" => permissions::info(world, caller),
        "apps.permissions.scopes.list" => permissions::scopes_list(world, caller),
        "apps.permissions.resources.list" => permissions::resources_list(world, caller, arguments),
        "apps.permissions.users.list" => permissions::users_list(world, caller, arguments),
        "chat.postMessage" => chat::post_message(world, moment, caller, arguments),
        "chat.postEphemeral" => chat::post_ephemeral(world, moment, caller, arguments),
        "chat.update" => chat::update(world, moment, caller, arguments),
        "users.profile.set" => personal::profile_set(world, caller, arguments),
        "users.identity" => personal::identity(world, caller, arguments),
        "reminders.add" => personal::reminders_add(world, moment, caller, arguments),
        "reminders.list" => personal::reminders_list(world, caller, arguments),
        "reminders.complete" => personal::reminders_complete(world, moment, caller, arguments),
        "dnd.setSnooze" => personal::set_snooze(world, moment, caller, arguments),
        "dnd.endSnooze" => personal::end_snooze(world, moment, caller, arguments),
        "conversations.info" => lookups::conversations_info(world, caller, arguments),
        "users.info" => lookups::users_info(world, caller, arguments),
        "team.info" => lookups::team_info(world, caller, arguments),
        // Slack had it once; this simulator does not play it.
        _ => Err(ErrorCode::UnknownMethod.into()),
    }
}
