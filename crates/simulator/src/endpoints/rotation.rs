//! Rotating tokens of today: a refresh by `oauth.v2.access`, and `oauth.v2.exchange` for long-lived tokens.
//!
//! A bot's token and a person's are refreshed on their own. The answer names the token at its top level;
//! of a person's it has `user_id` instead of `bot_user_id`.

use grantbook_api::{ErrorCode, methods::OauthAccess, oauth::ClientId, secret::ClientSecret};
use grantbook_core::AppId;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal},
    arguments::Arguments,
    oauth_v2,
};
use crate::{
    methods::MethodInfo,
    slack::Slack,
    state::{Rotated, TokenKind, World},
};

/// The method that turns a long-lived token into a pair.
pub(super) const NAME: &str = "oauth.v2.exchange";

/// `grant_type=refresh_token`.
pub(super) fn refresh(slack: &Slack, app: &AppId, access: &OauthAccess) -> Result<Answer, ErrorCode> {
    let token = access.refresh_token.as_ref().ok_or(ErrorCode::InvalidRefreshToken)?;
    slack.change(|world, moment| {
        let rotated = world.rotate(moment, app, token.expose());
        (rotated.map(|rotated| answer(world, app, &rotated)), Vec::new())
    })
}

/// `oauth.v2.exchange`.
pub(super) fn exchange(slack: &Slack, info: &MethodInfo, arguments: &Arguments) -> Answer {
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
    let counted = slack.limits.count(NAME, info.tier, &app, None, slack.clock.now());
    let mut answered = if let Err(retry_after) = counted {
        Answer::rate_limited(retry_after)
    } else {
        let token = arguments.token.as_deref().unwrap_or_default();
        let exchanged = slack.change(|world, moment| {
            let rotated = world.exchange_token(moment, &app, token);
            (rotated.map(|rotated| answer(world, &app, &rotated)), Vec::new())
        });
        exchanged.unwrap_or_else(|code| Answer::refused(&Refusal::from(code)))
    };
    answered.app = Some(app);
    answered
}

fn answer(world: &World, app: &AppId, rotated: &Rotated) -> Answer {
    let mut answer = Answer::ok(body(world, app, rotated));
    answer.team = oauth_v2::team(&rotated.tenant).cloned();
    answer
}

fn body(world: &World, app: &AppId, rotated: &Rotated) -> Value {
    let installation = world.installation_of(app, &rotated.tenant);
    let mut body = oauth_v2::about(world, app, &rotated.tenant);
    body.access_token = Some(rotated.pair.access.clone());
    body.refresh_token = Some(rotated.pair.refresh.clone());
    body.expires_in = Some(rotated.pair.expires_in);
    let is_bot = rotated.kind == TokenKind::Bot;
    let scopes = if is_bot {
        installation.and_then(|i| i.bot.as_ref()).map(|bot| &bot.scopes)
    } else {
        installation.and_then(|i| i.users.get(&rotated.user))
    };
    body.scopes = scopes.into_iter().flatten().cloned().collect();
    if is_bot {
        body.bot_user_id = installation.map(|i| i.app_user.clone());
        return body.to_json();
    }
    body.token_type = Some("user".to_owned());
    let mut body = body.to_json();
    body["user_id"] = json!(rotated.user);
    body
}
