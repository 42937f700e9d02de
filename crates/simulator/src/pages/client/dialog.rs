//! The permission dialog, and what came of the last one.

use std::collections::BTreeSet;

use grantbook_core::{ResourceType, Scope, catalogue, sensitivity};

use super::{View, log::name};
use crate::{
    html::{Html, html},
    pages::{
        icons::{icon, sensitivity_mark},
        layout::Clock,
    },
    state::{Answer, App, Deed, Dialog, World},
};

/// The dialog that waits for whoever acts, if one does: the oldest first.
pub(super) fn dialog(world: &World, view: &View) -> Option<Html> {
    let dialog = world.open_dialogs(&view.team, &view.user).next()?;
    let app = world.apps.get(&dialog.app)?;
    let scopes: Vec<&str> = dialog.scopes.iter().map(Scope::as_str).collect();
    let asks: Html = dialog
        .scopes
        .iter()
        .map(|scope| ask(world, app, dialog, scope))
        .collect();
    Some(html!(
        "<div class=\"scrim\"><form class=\"dialog\" role=\"dialog\" aria-modal=\"true\" aria-labelledby=\"dialog-title\" id=\"dialog\" \
         method=\"post\" action=\"/client/act\" data-id=\"{}\" data-trigger=\"{}\" data-scopes=\"{}\" data-app=\"{}\">{}\
         <input type=\"hidden\" name=\"action\" value=\"answer_dialog\"><input type=\"hidden\" name=\"dialog\" value=\"{}\">\
         <div class=\"dialog-head\"><span class=\"who\"><span class=\"app-icon tone-2 lg\" aria-hidden=\"true\">{}</span>\
         <span><h2 id=\"dialog-title\">{} asks {}</h2><small class=\"subtle small\">{}</small></span></span></div>\
         <div class=\"dialog-body\"><ul class=\"ask\">{}</ul><p class=\"muted\">{}</p></div>\
         <div class=\"dialog-foot\"><button class=\"btn ghost\" type=\"submit\" name=\"answer\" value=\"dismiss\" data-answer=\"dismiss\" autofocus>Not now</button>\
         <button class=\"btn\" type=\"submit\" name=\"answer\" value=\"deny\" data-answer=\"deny\">Deny</button>\
         <button class=\"btn primary\" type=\"submit\" name=\"answer\" value=\"allow\" data-answer=\"allow\">Allow</button></div></form></div>",
        dialog.id,
        dialog.trigger_id.as_str(),
        scopes.join(","),
        app.slug,
        view.hidden(),
        dialog.id,
        app.name.chars().next().map(String::from),
        app.name,
        if dialog.personal { "to act for you" } else { "for more" },
        because(world, view, dialog),
        asks,
        reach(world, app, dialog)
    ))
}

fn because(world: &World, view: &View, dialog: &Dialog) -> String {
    let Some(hook) = world.hooks.of_trigger(&dialog.trigger_id) else {
        return "because somebody just used it".to_owned();
    };
    let who = if hook.user == view.user {
        "you".to_owned()
    } else {
        format!("@{}", name(world, &hook.user))
    };
    match hook.deed {
        Deed::Command => format!("because {who} typed {}", hook.words),
        Deed::Attachment | Deed::Block => format!("because {who} pressed \u{201c}{}\u{201d}", hook.words),
    }
}

/// One scope: what it lets the app do, how much that is, and its name.
fn ask(world: &World, app: &App, dialog: &Dialog, scope: &Scope) -> Html {
    let (grade, reason) = sensitivity::judge(scope.as_str());
    let words = catalogue::find(scope)
        .map(|info| info.description)
        .filter(|words| !words.is_empty())
        .unwrap_or(reason);
    let words = words
        .trim_start_matches("Workspace apps: ")
        .replace("your slack app", &app.name);
    let held = world.installation(&app.id, &dialog.team).is_some_and(|installation| {
        if dialog.personal {
            installation
                .users
                .get(&dialog.user)
                .is_some_and(|held| held.contains(scope))
        } else {
            installation.scopes.values().any(|held| held.contains(scope))
        }
    });
    let typed = app.commands.first().filter(|_| scope.as_str() == "commands");
    let typed = typed.map(|command| {
        html!(
            "<p class=\"muted\">You can type <code>{}</code> where the app is.</p>",
            command.command
        )
    });
    html!(
        "<li data-scope=\"{}\">{}<div><strong>{}</strong>{}<p class=\"plain\">{} sensitivity: {}</p>\
         <p class=\"small subtle row\"><span class=\"mono\">{}</span>{}</p></div></li>",
        scope,
        sensitivity_mark(scope),
        capital(&words),
        typed,
        capital(grade.as_str()),
        reason,
        scope,
        held.then(|| html!("<span class=\"tag\">it has this already</span>"))
    )
}

/// The same, beginning with a capital letter.
fn capital(words: &str) -> String {
    let mut rest = words.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    first + rest.as_str()
}

/// Where the answer would count.
fn reach(world: &World, app: &App, dialog: &Dialog) -> Html {
    let keeps = "It keeps what it already has, whatever you answer.";
    if dialog.personal {
        return html!(
            "Lets {} act <strong>for you alone</strong>, and for nobody else. {}",
            app.name,
            keeps
        );
    }
    let kinds: BTreeSet<ResourceType> = dialog
        .scopes
        .iter()
        .flat_map(catalogue::resource_types)
        .copied()
        .collect();
    let Some(installation) = world.installation(&app.id, &dialog.team) else {
        return Html::default();
    };
    let reached = |place: &&crate::state::Conversation| {
        place.team == dialog.team && kinds.contains(&place.kind) && installation.reaches(place.kind, &place.id)
    };
    let places: BTreeSet<&str> = world
        .conversations
        .values()
        .filter(reached)
        .map(|place| place.id.as_str())
        .collect();
    let trigger = world.triggers.get(dialog.trigger_id.as_str());
    let here = trigger
        .and_then(|trigger| trigger.channel.as_ref())
        .filter(|id| places.contains(id.as_str()));
    let plural = |count: usize| if count == 1 { "conversation" } else { "conversations" };
    let words = match (here.is_some(), places.len()) {
        (_, 0) if kinds.contains(&ResourceType::Team) => html!("<strong>the whole workspace</strong>"),
        (_, 0) => html!("<strong>no conversation yet</strong>, and to every one it is added to"),
        (true, 1) => html!("<strong>this conversation</strong>, and to every other it is added to"),
        (true, count) => html!(
            "<strong>this conversation and {} other{}</strong> where {} is installed",
            count - 1,
            if count == 2 { "" } else { "s" },
            app.name
        ),
        (false, count) => html!(
            "<strong>{} {}</strong> where {} is installed",
            count,
            plural(count),
            app.name
        ),
    };
    html!("Applies to {}. {}", words, keeps)
}

/// What whoever acts said last, for the line over the composer.
pub(super) fn answered(world: &World, view: &View) -> Option<Html> {
    let mine = |dialog: &&Dialog| dialog.team == view.team && dialog.user == view.user && !dialog.is_open();
    let dialog = world
        .dialogs
        .iter()
        .filter(mine)
        .max_by_key(|dialog| dialog.answered_at)?;
    let app = world.apps.get(&dialog.app)?;
    let (mark, said, tone) = match dialog.answer? {
        Answer::Allow => ("check", "You allowed", "granted"),
        Answer::Deny => ("x", "You denied", "denied"),
        Answer::Dismiss => ("minus", "You walked away from", "expired"),
    };
    let shown = if dialog.allowed.is_empty() {
        &dialog.scopes
    } else {
        &dialog.allowed
    };
    let scopes: Html = shown
        .iter()
        .map(|scope| html!("<span class=\"scope\">{}</span>", scope))
        .collect();
    Some(html!(
        "<p class=\"answered\" id=\"answered\" role=\"status\" data-answer=\"{}\"><span class=\"state {}\">{}{}</span>{}<span class=\"small subtle tabular\">{}{}</span></p>",
        said_as(dialog.answer),
        tone,
        icon(mark),
        format!("{said} {}", app.name),
        scopes,
        "at ",
        dialog.answered_at.map(Clock::words)
    ))
}

fn said_as(answer: Option<Answer>) -> &'static str {
    match answer {
        Some(Answer::Allow) => "allow",
        Some(Answer::Deny) => "deny",
        Some(Answer::Dismiss) => "dismiss",
        None => "",
    }
}

/// Who else is asked something in this workspace: a link to act as them.
pub(super) fn waiting(world: &World, view: &View) -> Html {
    let others: BTreeSet<_> = world
        .dialogs
        .iter()
        .filter(|dialog| dialog.is_open() && dialog.team == view.team && dialog.user != view.user)
        .map(|dialog| &dialog.user)
        .collect();
    let (shown, more) = (others.iter().take(2), others.len().saturating_sub(2));
    let links: Html = shown
        .map(|user| {
            html!(
                "<a class=\"state pending\" href=\"/client?team={}&amp;user={}&amp;at={}\" data-waiting=\"{}\">{}@{} is asked</a>",
                view.team,
                user,
                view.at.as_str(),
                user,
                icon("clock"),
                name(world, user)
            )
        })
        .collect();
    let more = (more > 0).then(|| html!("<span class=\"small subtle\">and {} more</span>", more));
    html!("{}{}", links, more)
}
