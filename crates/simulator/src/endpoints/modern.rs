//! Methods called with today's tokens: a bot's `xoxb-…`, or a person's `xoxp-…`.
//!
//! A token needs one of the method's scopes, anywhere in the workspace, and the caller must be a
//! member of the conversation. To add a method: its function in a file below, and a line in [`run`].

mod look;
mod talk;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use grantbook_api::{ErrorCode, methods::AuthTestAnswer};
use grantbook_core::{ResourceType, Scope, UserId};
use serde::Deserialize;

use super::{
    admin,
    answer::{Done, Refusal},
    arguments::Arguments,
    auth, developers, lookups, orgs,
    web_api::Caller,
};
use crate::state::{Conversation, Moment, TokenKind, World};

/// The scopes of which each kind of token needs one; none where such a token cannot call the method.
#[derive(Debug, Deserialize)]
struct Needs {
    bot: Option<Vec<String>>,
    user: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Document {
    methods: BTreeMap<String, Needs>,
}

static TABLE: LazyLock<BTreeMap<String, Needs>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "compiled in, and read by a test")]
    let document: Document =
        serde_json::from_str(include_str!("../../data/modern_scopes.json")).expect("the table can be read");
    document.methods
});

fn needs(kind: TokenKind, method: &str) -> Option<&'static [String]> {
    let needs = TABLE.get(method)?;
    match kind {
        TokenKind::Bot => needs.bot.as_deref(),
        TokenKind::User => needs.user.as_deref(),
        _ => None,
    }
}

/// Whether a method can be called with a token of this kind; the permission methods cannot.
pub(super) fn takes(kind: TokenKind, method: &str) -> bool {
    needs(kind, method).is_some()
}

/// What a token of today may do: `X-OAuth-Scopes`.
pub(super) fn held(world: &World, caller: &Caller) -> BTreeSet<Scope> {
    let installation = world.installation_of(&caller.app, &caller.tenant);
    let scopes = match caller.kind {
        TokenKind::Bot => installation.and_then(|i| i.bot.as_ref()).map(|bot| &bot.scopes),
        _ => installation.and_then(|i| i.users.get(&caller.user)),
    };
    scopes.cloned().unwrap_or_default()
}

/// `X-Accepted-OAuth-Scopes`.
pub(super) fn accepted(kind: TokenKind, method: &str) -> Option<String> {
    needs(kind, method)
        .filter(|scopes| !scopes.is_empty())
        .map(|scopes| scopes.join(","))
}

/// Refuses unless the token holds one of the scopes.
fn need<S: AsRef<str>>(world: &World, caller: &Caller, scopes: &[S]) -> Result<(), Refusal> {
    let held = held(world, caller);
    if scopes.is_empty() || scopes.iter().any(|scope| held.contains(scope.as_ref())) {
        return Ok(());
    }
    let needed: Vec<&str> = scopes.iter().map(AsRef::as_ref).collect();
    Err(Refusal::missing_scope(&needed.join(","), &held))
}

pub(super) fn run(
    world: &mut World,
    moment: &mut Moment<'_>,
    method: &str,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    need(world, caller, needs(caller.kind, method).unwrap_or_default())?;
    match method {
        "auth.test" => test(world, moment, caller),
        "auth.teams.list" => orgs::teams_list(world, caller, arguments),
        name if name.starts_with("admin.apps.") => admin::run(world, moment, name, caller, arguments),
        "apps.developerInstall" => developers::install(world, moment, caller, arguments),
        "apps.approvals.requests.create" => developers::create(world, moment, caller, arguments),
        "apps.approvals.requests.cancel" => developers::cancel(world, moment, caller, arguments),
        "auth.revoke" => auth::revoke(world, moment, caller, arguments),
        "apps.uninstall" => auth::uninstall(world, moment, caller, arguments),
        "chat.postMessage" => talk::post_message(world, moment, caller, arguments),
        "chat.postEphemeral" => talk::post_ephemeral(world, moment, caller, arguments),
        "chat.update" => talk::update(world, moment, caller, arguments),
        "chat.delete" => talk::delete(world, caller, arguments),
        "conversations.info" => look::info(world, caller, arguments),
        "conversations.list" => look::list(world, caller, arguments),
        "users.conversations" => look::own(world, caller, arguments),
        "conversations.open" if caller.kind == TokenKind::Bot => look::open(world, moment, caller, arguments),
        "users.info" => lookups::person(world, caller, arguments),
        "team.info" => lookups::workspace(world, caller, arguments),
        // Slack has it; this simulator does not play it.
        _ => Err(ErrorCode::UnknownMethod.into()),
    }
}

/// `auth.test`: a bot token is the bot's user, with its `bot_id`; a user token is the person.
fn test(world: &World, moment: &Moment<'_>, caller: &Caller) -> Result<Done, Refusal> {
    let installation = caller.installation(world)?;
    let team = world.teams.get(&caller.team).ok_or(ErrorCode::TeamNotFound)?;
    let is_bot = caller.kind == TokenKind::Bot;
    let user_id = speaker(world, caller)?;
    let user = if is_bot {
        world.apps.get(&caller.app).map(|app| app.slug.to_string())
    } else {
        world.users.get(&user_id).map(|user| user.name.clone())
    };
    let expires = world.authenticate(&caller.token, moment.now)?.expires;
    let organization = world.enterprise.as_ref().filter(|_| caller.is_org_wide());
    let (domain, name) = organization.map_or_else(
        || (team.domain.clone(), team.name.clone()),
        |found| (format!("{}.enterprise", found.domain), found.name.clone()),
    );
    Ok(Done::with(&AuthTestAnswer {
        url: format!("https://{domain}.slack.com/"),
        team: name,
        user,
        team_id: caller.team.clone(),
        user_id,
        bot_id: installation.bot.as_ref().filter(|_| is_bot).map(|bot| bot.id.clone()),
        enterprise_id: world.enterprise.as_ref().map(|enterprise| enterprise.id.clone()),
        is_enterprise_install: organization.is_some(),
        app_id: Some(caller.app.clone()),
        expires_in: expires.map(|end| end.seconds() - moment.now.seconds()),
    }))
}

/// The user a token acts as.
fn speaker(world: &World, caller: &Caller) -> Result<UserId, Refusal> {
    Ok(match caller.kind {
        TokenKind::Bot => caller.installation(world)?.app_user.clone(),
        _ => caller.user.clone(),
    })
}

/// Whether the caller is a member of a conversation.
fn is_member(world: &World, caller: &Caller, conversation: &Conversation) -> bool {
    if caller.kind == TokenKind::User {
        return conversation.members.contains(&caller.user);
    }
    if conversation.kind == ResourceType::AppHome {
        return conversation.app.as_ref() == Some(&caller.app);
    }
    world
        .installation_of(&caller.app, &caller.tenant)
        .is_some_and(|installation| installation.reaches(conversation.kind, &conversation.id))
}

/// Whether a conversation exists for the caller: public channels do, others for their members.
fn is_visible(world: &World, caller: &Caller, conversation: &Conversation) -> bool {
    conversation.team == caller.team
        && (conversation.kind == ResourceType::Channel || is_member(world, caller, conversation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods;

    #[test]
    fn the_table_knows_what_todays_tokens_may_call() {
        assert_eq!(needs(TokenKind::Bot, "chat.postMessage").unwrap(), ["chat:write"]);
        assert!(takes(TokenKind::User, "auth.test") && accepted(TokenKind::User, "auth.test").is_none());
        assert!(!takes(TokenKind::Bot, "apps.permissions.info"));
        assert!(!takes(TokenKind::Bot, "reminders.add") && takes(TokenKind::User, "reminders.add"));
        assert!(TABLE.keys().all(|method| methods::find(method).is_some()));
    }
}
