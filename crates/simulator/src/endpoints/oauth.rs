//! `oauth.access`: a code or a refresh token becomes an access token; and its predecessor `oauth.token`.
//!
//! `oauth.token` was announced to retire on 17 July 2018. Here it goes on answering, with the flat
//! user ids of its documents and the warning `method_deprecated`, so that old clients can be watched.

use grantbook_api::{
    ErrorCode,
    events::Envelope,
    methods::OauthAccess,
    oauth::{ClientId, WorkspaceInstall},
    secret::{ClientSecret, RefreshToken},
};
use grantbook_core::{AppId, TeamId};
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal},
    arguments::Arguments,
};
use crate::{
    methods::MethodInfo,
    slack::Slack,
    state::{Exchange, Moment, World},
};

/// The warning that `oauth.token` carries.
const DEPRECATED: &str = "method_deprecated";

pub(super) fn exchange(slack: &Slack, method: &str, info: &MethodInfo, arguments: &Arguments) -> Answer {
    let access: OauthAccess = match arguments.typed() {
        Ok(access) => access,
        Err(code) => return Answer::refused(&code.into()),
    };
    let (id, secret) = match &arguments.basic {
        Some((id, secret)) => (Some(id.as_str()), Some(secret.as_str())),
        None => (
            access.client_id.as_ref().map(ClientId::as_str),
            access.client_secret.as_ref().map(ClientSecret::expose),
        ),
    };
    let proven = slack.read(|world| {
        world
            .credentials(id, secret, slack.clock.now())
            .map(|app| app.id.clone())
    });
    let app = match proven {
        Ok(app) => app,
        Err(code) => return Answer::refused(&code.into()),
    };
    let now = slack.clock.now();
    let counted = if access.is_refresh() {
        let token = access.refresh_token.as_ref().map(RefreshToken::expose);
        let team = slack.read(|world| token.and_then(|text| world.token(text)?.team().cloned()));
        slack.limits.count_refresh(&app, team.as_ref(), now)
    } else {
        slack.limits.count(method, info.tier, &app, None, now)
    };
    let outcome = match counted {
        Err(retry_after) => Err(Answer::rate_limited(retry_after)),
        Ok(()) => slack
            .change(
                |world, moment| match run(world, moment, method, &app, &access, arguments) {
                    Ok((body, team, events)) => (Ok((body, team)), events),
                    Err(refusal) => (Err(refusal), Vec::new()),
                },
            )
            .map_err(|refusal| Answer::refused(&refusal)),
    };
    let (mut answer, team) = match outcome {
        Ok((body, team)) => (Answer::ok(body), Some(team)),
        Err(answer) => (answer, None),
    };
    if method == "oauth.token" {
        answer.warn(&[DEPRECATED]);
    }
    answer.app = Some(app);
    answer.team = team;
    answer
}

type Exchanged = (Value, TeamId, Vec<Envelope>);

fn run(
    world: &mut World,
    moment: &mut Moment<'_>,
    method: &str,
    app: &AppId,
    access: &OauthAccess,
    arguments: &Arguments,
) -> Result<Exchanged, Refusal> {
    if access.is_refresh() {
        let token = access.refresh_token.as_ref().ok_or(ErrorCode::InvalidToken)?;
        let fresh = world.refresh(moment, app, token.expose())?;
        return Ok((fresh.to_json(), fresh.team_id, Vec::new()));
    }
    let code = access.code.as_ref().ok_or(ErrorCode::InvalidCode)?;
    let exchange = Exchange {
        code: code.expose(),
        redirect_uri: access.redirect_uri.as_deref(),
        single_channel: arguments.is_true("single_channel"),
    };
    let answer = world.exchange(moment, app, &exchange)?;
    let body = if method == "oauth.token" {
        flat(&answer.install)
    } else {
        answer.install.to_json()
    };
    Ok((body, answer.install.team_id, answer.events))
}

/// The shape of `oauth.token`: user ids without their app homes.
fn flat(install: &WorkspaceInstall) -> Value {
    let mut body = install.to_json();
    if let Value::Object(fields) = &mut body {
        fields.remove("authorizing_user");
        fields.remove("installer_user");
        fields.remove("enterprise_id");
    }
    body["installer_user_id"] = json!(install.installer_user.user_id);
    body["authorizing_user_id"] = json!(install.authorizing_user.user_id);
    body
}
