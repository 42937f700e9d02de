//! What was written, and the line in which to write.

use super::super::{icons::icon, layout::Clock};
use crate::{
    html::{Html, html},
    state::{Message, World},
};

pub(super) fn log(world: &World, messages: &[Message], nothing: &str) -> Html {
    if messages.is_empty() {
        return html!(
            "<div class=\"chat-log\" id=\"chat-log\"><p class=\"blank subtle\">{}</p></div>",
            nothing
        );
    }
    let lines: Html = messages.iter().map(|message| line(world, message)).collect();
    html!("<ol class=\"chat-log\" id=\"chat-log\">{}</ol>", lines)
}

fn line(world: &World, message: &Message) -> Html {
    let app = message.app.as_ref().and_then(|id| world.apps.get(id));
    let person = world.users.get(&message.user);
    let name = app
        .map(|app| app.name.clone())
        .or_else(|| person.map(|person| person.name.clone()));
    let name = name.unwrap_or_else(|| message.user.to_string());
    let mark = if app.is_some() {
        html!(
            "<span class=\"app-icon tone-2\" aria-hidden=\"true\">{}</span>",
            name.chars().next().map(String::from)
        )
    } else {
        html!(
            "<span class=\"avatar tone-2\" aria-hidden=\"true\">{}</span>",
            name.chars().take(2).collect::<String>()
        )
    };
    let tag = app.map(|_| html!(" <span class=\"tag\">app</span>"));
    html!(
        "<li class=\"msg\" data-ts=\"{}\">{}<div><p><strong>{}{}</strong> <span class=\"small subtle tabular\">{}</span></p><p>{}</p></div></li>",
        message.ts(),
        mark,
        name,
        tag,
        Clock::words(message.at),
        message.text
    )
}

pub(super) fn composer(hidden: &Html, action: &str, placeholder: &str) -> Html {
    html!(
        "<form class=\"composer\" method=\"post\" action=\"/client/act\" id=\"composer\">{}{}\
         <input name=\"text\" required autocomplete=\"off\" placeholder=\"{}\" aria-label=\"{}\">\
         <button class=\"btn ghost sm\" type=\"submit\" name=\"action\" value=\"{}\" data-action=\"post-message\" aria-label=\"Send\">{}</button></form>",
        icon("pencil"),
        hidden,
        placeholder,
        placeholder,
        action,
        icon("send")
    )
}
