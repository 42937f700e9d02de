//! `oauth.v2.access`: a code of today's consent page becomes a bot's token, a person's, or both.
//!
//! The answer lists every scope of each token, earlier installations' included, since scopes add up.
//! Not played yet, and refused: organization-wide installs, rotating tokens (no refresh token was ever
//! handed out, so each is an `invalid_refresh_token`) and PKCE (`pkce_not_allowed`).

use grantbook_api::{
    ErrorCode,
    methods::OauthAccess,
    oauth::{ClientId, V2Access, V2Enterprise, V2Team, V2User},
    secret::ClientSecret,
};
use grantbook_core::AppId;
use serde_json::Value;

use super::{
    answer::{Answer, Refusal},
    arguments::Arguments,
};
use crate::{
    methods::MethodInfo,
    slack::Slack,
    state::{Exchange, ModernInstall, World},
};

/// The method's name.
pub(super) const NAME: &str = "oauth.v2.access";

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
    let app = match slack.read(|world| world.credentials(id, secret).map(|app| app.id.clone())) {
        Ok(app) => app,
        Err(code) => return Answer::refused(&code.into()),
    };
    let mut answer = match slack.limits.count(NAME, info.tier, &app, None, slack.clock.now()) {
        Err(retry_after) => Answer::rate_limited(retry_after),
        Ok(()) => match run(slack, &app, &access, arguments) {
            Ok(install) => {
                let body = slack.read(|world| body(world, &app, &install));
                let mut answer = Answer::ok(body);
                answer.team = Some(install.team);
                answer
            }
            Err(code) => Answer::refused(&Refusal::from(code)),
        },
    };
    answer.app = Some(app);
    answer
}

fn run(slack: &Slack, app: &AppId, access: &OauthAccess, arguments: &Arguments) -> Result<ModernInstall, ErrorCode> {
    match access.grant_type.as_deref() {
        None | Some("authorization_code") => {}
        Some("refresh_token") => return Err(ErrorCode::InvalidRefreshToken),
        Some(_) => return Err(ErrorCode::InvalidGrantType),
    }
    if arguments.text("code_verifier").is_some() {
        return Err(ErrorCode::from("pkce_not_allowed"));
    }
    let code = access.code.as_ref().ok_or(ErrorCode::InvalidCode)?;
    let exchange = Exchange {
        code: code.expose(),
        redirect_uri: access.redirect_uri.as_deref(),
        single_channel: false,
    };
    slack.change(|world, moment| (world.exchange_v2(moment, app, &exchange), Vec::new()))
}

/// The answer (B.4). Without a bot its fields are left out; `authed_user` always has an id.
fn body(world: &World, app: &AppId, install: &ModernInstall) -> Value {
    let enterprise = world.enterprise.as_ref().map(|found| V2Enterprise {
        id: found.id.clone(),
        name: Some(found.name.clone()),
    });
    let mut person = V2User::new(install.user.clone());
    if let Some(held) = &install.personal {
        person.scopes = held.scopes.iter().cloned().collect();
        person.access_token = Some(held.token.clone());
    }
    let bot = install.bot.as_ref();
    let answer = V2Access {
        access_token: bot.map(|(_, held)| held.token.clone()),
        token_type: None,
        scopes: bot
            .map(|(_, held)| held.scopes.iter().cloned().collect())
            .unwrap_or_default(),
        bot_user_id: bot.map(|(user, _)| user.clone()),
        app_id: app.clone(),
        team: Some(V2Team {
            id: install.team.clone(),
            name: world.teams.get(&install.team).map(|team| team.name.clone()),
        }),
        enterprise,
        is_enterprise_install: false,
        authed_user: Some(person),
        expires_in: None,
        refresh_token: None,
    };
    answer.to_json()
}
