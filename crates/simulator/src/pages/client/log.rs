//! What was written, as one person sees it.

use super::{View, attachments::attachments, blocks::blocks, mrkdwn::mrkdwn, press::Spot};
use crate::{
    html::{Html, html},
    pages::{icons::icon, layout::Clock},
    state::{Answer, Deed, Message, World},
};

pub(super) fn log(world: &World, view: &View, channel: Option<&str>, messages: &[Message], nothing: &str) -> Html {
    let seen: Vec<&Message> = messages
        .iter()
        .filter(|message| message.is_shown_to(&view.user))
        .collect();
    let (Some(channel), false) = (channel, seen.is_empty()) else {
        return html!(
            "<div class=\"chat-log\" id=\"chat-log\"><p class=\"blank subtle\">{}</p></div>",
            nothing
        );
    };
    let lines: Html = seen
        .into_iter()
        .map(|message| {
            line(Spot {
                world,
                view,
                channel,
                message,
            })
        })
        .collect();
    html!("<ol class=\"chat-log\" id=\"chat-log\">{}</ol>", lines)
}

fn line(spot: Spot<'_>) -> Html {
    let (world, message) = (spot.world, spot.message);
    let app = message.app.as_ref().and_then(|id| world.apps.get(id));
    let person = world.users.get(&message.user);
    let is_slack = app.is_none() && person.is_none() && message.user.as_str() == crate::state::SLACKBOT;
    let name = match (app, person) {
        (Some(app), _) => app.name.clone(),
        (None, Some(person)) => person.name.clone(),
        (None, None) if is_slack => "Slackbot".to_owned(),
        (None, None) => message.user.to_string(),
    };
    let mark = if is_slack {
        html!(
            "<span class=\"app-icon tone-6\" aria-hidden=\"true\">{}</span>",
            icon("info")
        )
    } else if app.is_some() {
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
    let only = message.only_for.is_some();
    let tag = match (only, app.is_some()) {
        (true, _) => Some(html!(" <span class=\"tag\">{}only you see this</span>", icon("eye"))),
        (false, true) => Some(html!(" <span class=\"tag\">app</span>")),
        (false, false) => None,
    };
    let edited = message.edited.map(|at| {
        html!(
            " <span class=\"small subtle\" title=\"{}\">edited</span>",
            Clock::words(at)
        )
    });
    html!(
        "<li class=\"msg {}\" data-ts=\"{}\" data-only=\"{}\">{}<div><p><strong>{}{}</strong> <span class=\"small subtle tabular\">{}</span>{}</p>{}</div></li>",
        if only { "ghosted" } else { "" },
        message.ts(),
        if only { "true" } else { "false" },
        mark,
        name,
        tag,
        Clock::words(message.at),
        edited,
        body(spot, app.is_some() || is_slack)
    )
}

fn body(spot: Spot<'_>, marked_up: bool) -> Html {
    let message = spot.message;
    let has_blocks = !Message::is_blank(&message.blocks);
    let has_attachments = !Message::is_blank(&message.attachments);
    let text = (!has_blocks && !message.text.is_empty()).then(|| {
        if marked_up {
            html!("<p>{}</p>", mrkdwn(spot.world, &message.text))
        } else {
            html!("<p>{}</p>", message.text)
        }
    });
    let pressed = pressed(spot);
    let attached = has_attachments.then(|| attachments(spot, pressed.as_ref()));
    let blocks = has_blocks.then(|| html!("<div class=\"blocks\">{}</div>", blocks(spot)));
    let pressed = pressed.filter(|_| !has_attachments);
    html!("{}{}{}{}", text, blocks, attached, pressed)
}

/// The last press, and how far it came.
fn pressed(spot: Spot<'_>) -> Option<Html> {
    let (world, view) = (spot.world, spot.view);
    let id = spot.message.pressed.as_ref()?;
    let hook = world.hooks.of_trigger(id)?;
    let trigger = world.triggers.get(id.as_str())?;
    let dialog = world.dialogs.iter().rev().find(|dialog| dialog.trigger_id == *id);
    let who = if hook.user == view.user {
        String::new()
    } else {
        format!(" by @{}", name(world, &hook.user))
    };
    let (state, story) = match (trigger.spent_at, trigger.late_at) {
        (Some(_), _) => (
            "spent",
            format!("trigger spent after {} ms", trigger.delay_ms().unwrap_or(0)),
        ),
        (None, Some(_)) => ("late", "the app came too late with its trigger".to_owned()),
        (None, None) => ("unspent", "trigger not spent".to_owned()),
    };
    let answer = dialog.map(|dialog| {
        let whom = if dialog.user == view.user {
            "you".to_owned()
        } else {
            format!("@{}", name(world, &dialog.user))
        };
        match dialog.answer {
            None => format!(", {whom} {} asked", if whom == "you" { "are" } else { "is" }),
            Some(Answer::Allow) => format!(", {whom} allowed it"),
            Some(Answer::Deny) => format!(", {whom} denied it"),
            Some(Answer::Dismiss) => format!(", {whom} walked away"),
        }
    });
    let verb = if hook.deed == Deed::Command { "Typed" } else { "Pressed" };
    Some(html!(
        "<p class=\"small subtle tabular\" data-pressed=\"{}\">{}{} at {}, {}{}</p>",
        state,
        verb,
        who,
        Clock::words(hook.at),
        story,
        answer
    ))
}

/// A person's handle.
pub(super) fn name(world: &World, user: &grantbook_core::UserId) -> String {
    world
        .users
        .get(user)
        .map_or_else(|| user.to_string(), |user| user.name.clone())
}
