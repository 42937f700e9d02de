//! The panel's parts for an app of today: what its bot may do everywhere, and the way into conversations.

use grantbook_core::{ResourceType, Scope};

use super::{
    super::{client::View, icons::sensitivity_mark},
    doors::{add, option},
};
use crate::{
    html::{Html, html},
    state::{App, Installation, OauthVersion, World},
};

/// The scopes of the bot, in `[data-kind=bot]`.
pub(super) fn bot_row(installation: &Installation) -> Option<Html> {
    let bot = installation.bot.as_ref()?;
    let pills: Html = bot
        .scopes
        .iter()
        .map(|scope| {
            html!(
                "<span class=\"pill scope-pill fixed\" data-scope=\"{}\">{}{}</span>",
                scope,
                sensitivity_mark(scope),
                scope
            )
        })
        .collect();
    Some(html!(
        "<li data-kind=\"bot\"><div class=\"kind\"><b>Everywhere</b><small class=\"small\">bot</small></div>\
         <div class=\"what\"><div class=\"pills\">{}</div></div></li>",
        pills
    ))
}

/// Ways to give more: a conversation, or the consent page again.
pub(super) fn doors(world: &World, view: &View, app: &App, installation: &Installation) -> Html {
    let joinable = world.visible(&view.team, &view.user);
    let out: Html = joinable
        .iter()
        .filter(|c| c.kind != ResourceType::Im && !installation.reaches(c.kind, &c.id))
        .map(|c| option(world, c))
        .collect();
    let scopes: Vec<&str> = app.scopes.iter().map(Scope::as_str).collect();
    let query = [
        ("client_id", app.client_id.as_str()),
        ("scope", &scopes.join(",")),
        ("team", view.team.as_str()),
        ("user", view.user.as_str()),
    ];
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    let again = html!(
        "<div class=\"stack tight\"><span class=\"label\">Further scopes</span>\
         <a class=\"btn\" href=\"{}?{}\" data-action=\"install-from-slack\">Consent page, without a state</a></div>",
        OauthVersion::V2.page(),
        query
    );
    html!(
        "<div class=\"doors\">{}{}</div>\
         <p class=\"note\">Its scopes hold in the whole workspace and come by the consent page only. Being added to a channel is told as a membership.</p>",
        add(view, app, &out),
        again
    )
}
