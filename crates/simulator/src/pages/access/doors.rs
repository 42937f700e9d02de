//! The ways to give an app more, and to end it.

use std::collections::BTreeSet;

use grantbook_core::{ResourceType, Tenant, catalogue};

use super::{
    super::{client::View, icons::icon},
    button,
};
use crate::{
    html::{Html, html},
    state::{App, Conversation, Installation, World},
};

/// Ways to give more.
pub(super) fn doors(world: &World, view: &View, app: &App, installation: &Installation) -> Html {
    let held = installation.all_scopes();
    let scopes: Html = catalogue::all()
        .iter()
        .filter(|info| {
            info.token_kinds.contains(&"workspace") && !info.resource_types.is_empty() && !held.contains(info.name)
        })
        .map(|info| html!("<option value=\"{}\">{}</option>", info.name, info.name))
        .collect();
    let visible = world.visible(&view.team, &view.user);
    let out: Html = visible
        .iter()
        .filter(|c| !installation.reaches(c.kind, &c.id))
        .map(|c| option(world, c))
        .collect();
    let wildcards: BTreeSet<ResourceType> = installation
        .resources
        .iter()
        .filter(|(_, granted)| granted.wildcard)
        .map(|(kind, _)| *kind)
        .collect();
    let inside: Html = visible
        .iter()
        .filter(|c| wildcards.contains(&c.kind) && installation.reaches(c.kind, &c.id))
        .map(|c| option(world, c))
        .collect();
    let whole = if wildcards.contains(&ResourceType::Channel) {
        html!(
            "<form method=\"post\" action=\"/client/act\" id=\"exclude\">{}<input type=\"hidden\" name=\"app\" value=\"{}\">\
             <label class=\"label\" for=\"excluded\">Take one out of \u{201c}all\u{201d}</label><span class=\"row\">\
             <select class=\"input\" name=\"channel\" id=\"excluded\">{}</select>\
             <button class=\"btn\" type=\"submit\" name=\"action\" value=\"exclude\" data-action=\"exclude\">Exclude</button></span></form>",
            view.hidden(),
            app.id,
            inside
        )
    } else {
        html!(
            "<div class=\"stack tight\"><span class=\"label\">Every public channel</span>{}</div>",
            button(
                view,
                app,
                "grant_wildcard",
                &[("resource_type", "channel")],
                "btn",
                "Grant all public channels",
                &html!("{}Grant all public channels", icon("hash"))
            )
        )
    };
    html!(
        "<div class=\"doors\"><form method=\"post\" action=\"/client/act\" id=\"grant-scope\">{}<input type=\"hidden\" name=\"app\" value=\"{}\">\
         <label class=\"label\" for=\"scopes\">A further scope</label><span class=\"row\"><select class=\"input\" name=\"scopes\" id=\"scopes\">{}</select>\
         <button class=\"btn\" type=\"submit\" name=\"action\" value=\"grant_scope\" data-action=\"grant-scope\">Grant</button>\
         <button class=\"btn ghost\" type=\"submit\" name=\"action\" value=\"deny_scope\" data-action=\"deny-scope\">Deny</button></span></form>\
         {}{}</div>\
         <p class=\"note\">Each change is told to the app by an event, except removing a scope: Slack has no event for that, so the app learns it only when it asks.</p>",
        view.hidden(),
        app.id,
        scopes,
        add(view, app, &out),
        whole
    )
}

pub(super) fn option(world: &World, conversation: &Conversation) -> Html {
    let mark = if conversation.kind == ResourceType::Channel {
        "#"
    } else {
        ""
    };
    html!(
        "<option value=\"{}\">{}{}</option>",
        conversation.id,
        mark,
        world.conversation_name(conversation)
    )
}

/// The form that adds the app to one of these conversations.
pub(super) fn add(view: &View, app: &App, options: &Html) -> Html {
    html!(
        "<form method=\"post\" action=\"/client/act\" id=\"add-resource\">{}<input type=\"hidden\" name=\"app\" value=\"{}\">\
         <label class=\"label\" for=\"channel\">Another conversation</label><span class=\"row\"><select class=\"input\" name=\"channel\" id=\"channel\">{}</select>\
         <button class=\"btn\" type=\"submit\" name=\"action\" value=\"add_resource\" data-action=\"add-resource\">Add</button></span></form>",
        view.hidden(),
        app.id,
        options
    )
}

pub(super) fn endings(world: &World, view: &View, app: &App, live: bool) -> Html {
    if matches!(world.tenant_at(&app.id, &view.team), Tenant::Enterprise(_)) {
        return org_endings(view, app, live);
    }
    let revoke = live.then(|| {
        button(
            view,
            app,
            "revoke_tokens",
            &[],
            "btn danger",
            "Revoke its tokens",
            &html!("Revoke its tokens"),
        )
    });
    html!(
        "<div class=\"actions\">{}{}</div>",
        revoke,
        button(
            view,
            app,
            "uninstall",
            &[],
            "btn danger",
            "Uninstall",
            &html!("Uninstall {}", app.name)
        )
    )
}

/// The same for an app of the whole organization, which serves this workspace, too.
fn org_endings(view: &View, app: &App, live: bool) -> Html {
    let end = |action: &str, fields: &[(&str, &str)], words: &str| {
        button(view, app, action, fields, "btn danger", words, &html!("{}", words))
    };
    html!(
        "<p class=\"note\" id=\"org-wide\">It is installed in the whole organization, and was added to this workspace.</p>\
         <div class=\"actions\">{}{}{}</div>",
        end(
            "revoke_team_access",
            &[("teams", view.team.as_str())],
            "Take it out of this workspace"
        ),
        live.then(|| end("revoke_org_tokens", &[], "Revoke its tokens")),
        end("uninstall_org", &[], "Uninstall it from the organization")
    )
}
