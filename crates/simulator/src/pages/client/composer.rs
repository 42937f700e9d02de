//! The line in which to write, and the commands that work there.

use super::super::icons::icon;
use crate::{
    html::{Html, html},
    state::{Conversation, World},
};

pub(super) fn composer(hidden: &Html, action: &str, whom: &str) -> Html {
    html!(
        "<form class=\"composer\" method=\"post\" action=\"/client/act\" id=\"composer\">{}{}\
         <input name=\"text\" required autocomplete=\"off\" placeholder=\"Message {}, or type / for a command\" aria-label=\"Message {}\">\
         <button class=\"btn ghost sm\" type=\"submit\" name=\"action\" value=\"{}\" data-action=\"post-message\" aria-label=\"Send\">{}</button></form>",
        icon("pencil"),
        hidden,
        whom,
        whom,
        action,
        icon("send")
    )
}

/// The list that opens over the composer once a line begins with `/`.
pub(super) fn commands(world: &World, place: Option<&Conversation>) -> Html {
    let works = place.map(|place| world.commands_at(place)).unwrap_or_default();
    let none = works.is_empty().then(|| {
        html!("<li><p class=\"subtle small\">No command works here. An app holds <code>commands</code> first, and must be in the conversation.</p></li>")
    });
    let lines: Html = works
        .into_iter()
        .map(|(app, command)| {
            html!(
                "<li><button type=\"button\" data-command=\"{}\"><code>{}</code> <span class=\"subtle mono small\">{}</span>\
                 <span class=\"grow trunc muted\">{}</span><span class=\"tag\">{}</span></button></li>",
                command.command,
                command.command,
                command.usage_hint,
                command.description,
                app.name
            )
        })
        .collect();
    html!(
        "<ul class=\"commands\" id=\"commands\" aria-label=\"Commands that work here\" hidden>{}{}</ul>",
        lines,
        none
    )
}
