//! Buttons and menus of messages, each a form of its own.

use super::View;
use crate::{
    html::{Html, html},
    state::{
        Message, World,
        controls::{Control, words},
    },
};

/// Where a control stands.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) world: &'a World,
    pub(super) view: &'a View,
    pub(super) channel: &'a str,
    pub(super) message: &'a Message,
}

/// A button or menu.
pub(super) fn control(spot: Spot<'_>, control: &Control<'_>) -> Html {
    let ts = spot.message.ts();
    let attachment = control
        .attachment
        .map(|number| html!("<input type=\"hidden\" name=\"attachment\" value=\"{}\">", number));
    let inside = if control.is_menu() {
        menu(spot, control, &ts)
    } else {
        button(control, &ts)
    };
    html!(
        "<form class=\"press\" method=\"post\" action=\"/client/act\">{}<input type=\"hidden\" name=\"action\" value=\"press\">\
         <input type=\"hidden\" name=\"channel\" value=\"{}\"><input type=\"hidden\" name=\"ts\" value=\"{}\">{}\
         <input type=\"hidden\" name=\"name\" value=\"{}\">{}</form>",
        spot.view.hidden(),
        spot.channel,
        ts,
        attachment,
        control.name(),
        inside
    )
}

fn button(control: &Control<'_>, ts: &str) -> Html {
    let value = control
        .value()
        .map(|value| html!("<input type=\"hidden\" name=\"value\" value=\"{}\">", value));
    let (name, text) = (control.name(), control.words());
    let class = match control.style() {
        Some("primary") => "btn primary",
        Some("danger") => "btn danger",
        _ => "btn",
    };
    if let Some(url) = control.url() {
        // The press goes to the app as well, by script; the page opens in any case.
        return html!(
            "{}<a class=\"{}\" href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\" data-press data-action=\"{}\" data-url=\"{}\">{}</a>",
            value,
            class,
            url,
            name,
            url,
            text
        );
    }
    if control.confirm().is_some() {
        let id = confirm_id(control, ts);
        return html!(
            "{}<button class=\"{}\" type=\"button\" popovertarget=\"{}\" data-press data-action=\"{}\" data-asks>{}</button>{}",
            value,
            class,
            id,
            name,
            text,
            confirm(control, &id)
        );
    }
    html!(
        "{}<button class=\"{}\" type=\"submit\" data-press data-action=\"{}\">{}</button>",
        value,
        class,
        name,
        text
    )
}

fn menu(spot: Spot<'_>, control: &Control<'_>, ts: &str) -> Html {
    let options = spot.world.options(&spot.view.team, &spot.view.user, control);
    if options.is_empty() {
        return html!(
            "<select class=\"input\" disabled aria-label=\"{}\"><option>{}: the app would have to be asked</option></select>",
            control.words(),
            control.words()
        );
    }
    let options: Html = options
        .iter()
        .map(|(value, text)| html!("<option value=\"{}\">{}</option>", value, text))
        .collect();
    let id = confirm_id(control, ts);
    let (submit, after) = if control.confirm().is_some() {
        let choose = html!(
            "<button class=\"btn\" type=\"button\" popovertarget=\"{}\" data-asks>Choose</button>",
            id
        );
        ("false", html!("{}{}", choose, confirm(control, &id)))
    } else {
        let choose = html!("<button class=\"btn\" type=\"submit\" data-without-script>Choose</button>");
        ("true", choose)
    };
    html!(
        "<select class=\"input\" name=\"value\" required data-menu data-action=\"{}\" data-at-once=\"{}\" aria-label=\"{}\">\
         <option value=\"\" selected disabled>{}</option>{}</select>{}",
        control.name(),
        submit,
        control.words(),
        control.words(),
        options,
        after
    )
}

fn confirm_id(control: &Control<'_>, ts: &str) -> String {
    let place = control.attachment.map(|number| number.to_string()).unwrap_or_default();
    let value = control.value().unwrap_or_default();
    let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    format!(
        "sure-{}-{place}-{}-{}",
        letters(ts),
        letters(control.name()),
        letters(value)
    )
}

/// What is asked before a press counts, with both ways out.
fn confirm(control: &Control<'_>, id: &str) -> Html {
    let Some(asked) = control.confirm() else {
        return Html::default();
    };
    let or = |field: &[&str], otherwise: &str| {
        let found = field
            .iter()
            .map(|name| words(&asked[*name]))
            .find(|text| !text.is_empty());
        found.unwrap_or(otherwise).to_owned()
    };
    html!(
        "<div class=\"confirm\" popover id=\"{}\" role=\"dialog\" aria-label=\"{}\"><h2>{}</h2><p class=\"muted\">{}</p>\
         <div class=\"dialog-foot\"><button class=\"btn\" type=\"button\" popovertarget=\"{}\" popovertargetaction=\"hide\" autofocus data-confirm=\"dismiss\">{}</button>\
         <button class=\"btn {}\" type=\"submit\" data-confirm=\"ok\">{}</button></div></div>",
        id,
        or(&["title"], "Are you sure?"),
        or(&["title"], "Are you sure?"),
        or(&["text"], ""),
        id,
        or(&["dismiss_text", "deny"], "Cancel"),
        if asked["style"] == "danger" {
            "danger"
        } else {
            "primary"
        },
        or(&["ok_text", "confirm"], "Okay")
    )
}
