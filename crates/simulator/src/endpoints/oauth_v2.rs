//! `oauth.v2.access`: a code of today's consent page becomes a bot's token, a person's, or both.
//!
//! The answer lists every scope of each token, earlier installations' included, since scopes add up. Of an
//! installation in the whole organization `team` is null. Not played, and refused: PKCE (`pkce_not_allowed`).

use grantbook_api::{
    ErrorCode,
    methods::OauthAccess,
    oauth::{ClientId, V2Access, V2Enterprise, V2Team, V2User},
    secret::ClientSecret,
};
use grantbook_core::{AppId, TeamId, Tenant};
use serde_json::Value;

use super::{
    answer::{Answer, Refusal},
    arguments::Arguments,
    rotation,
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
    let proven = slack.read(|world| {
        world
            .credentials(id, secret, slack.clock.now())
            .map(|app| app.id.clone())
    });
    let app = match proven {
        Ok(app) => app,
        Err(code) => return Answer::refused(&code.into()),
    };
    let mut answer = match slack.limits.count(NAME, info.tier, &app, None, slack.clock.now()) {
        Err(retry_after) => Answer::rate_limited(retry_after),
        Ok(()) => run(slack, &app, &access, arguments).unwrap_or_else(|code| Answer::refused(&Refusal::from(code))),
    };
    answer.app = Some(app);
    answer
}

fn run(slack: &Slack, app: &AppId, access: &OauthAccess, arguments: &Arguments) -> Result<Answer, ErrorCode> {
    match access.grant_type.as_deref() {
        None | Some("authorization_code") => {}
        Some("refresh_token") => return rotation::refresh(slack, app, access),
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
    slack.change(|world, moment| match world.exchange_v2(moment, app, &exchange) {
        Ok(mut install) => {
            let events = std::mem::take(&mut install.events);
            let mut answer = Answer::ok(body(world, app, &install));
            answer.team = team(&install.tenant).cloned();
            (Ok(answer), events)
        }
        Err(code) => (Err(code), Vec::new()),
    })
}

/// The workspace of an installation that is in one.
pub(super) fn team(tenant: &Tenant) -> Option<&TeamId> {
    match tenant {
        Tenant::Team(team) => Some(team),
        Tenant::Enterprise(_) => None,
    }
}

/// An answer about a place, without tokens.
pub(super) fn about(world: &World, app: &AppId, tenant: &Tenant) -> V2Access {
    let enterprise = world.enterprise.as_ref().map(|found| V2Enterprise {
        id: found.id.clone(),
        name: Some(found.name.clone()),
    });
    V2Access {
        access_token: None,
        token_type: None,
        scopes: Vec::new(),
        bot_user_id: None,
        app_id: app.clone(),
        team: team(tenant).map(|id| V2Team {
            id: id.clone(),
            name: world.teams.get(id).map(|team| team.name.clone()),
        }),
        enterprise,
        is_enterprise_install: team(tenant).is_none(),
        authed_user: None,
        expires_in: None,
        refresh_token: None,
    }
}

/// The answer (B.4). Without a bot its fields are left out; `authed_user` always has an id.
fn body(world: &World, app: &AppId, install: &ModernInstall) -> Value {
    let mut answer = about(world, app, &install.tenant);
    let mut person = V2User::new(install.user.clone());
    if let Some(held) = &install.personal {
        person.scopes = held.scopes.iter().cloned().collect();
        person.access_token = Some(held.token.clone());
        (person.refresh_token, person.expires_in) = held.rotation.clone().unzip();
    }
    if let Some((user, held)) = &install.bot {
        answer.bot_user_id = Some(user.clone());
        answer.scopes = held.scopes.iter().cloned().collect();
        answer.access_token = Some(held.token.clone());
        (answer.refresh_token, answer.expires_in) = held.rotation.clone().unzip();
    }
    answer.authed_user = Some(person);
    answer.to_json()
}
