//! A person's requests for an app: what was asked, what became of it, and what the deciding app wrote about it.
//!
//! Stable names for browser tests: `#requests li[data-request][data-state]`, the latest first; in it `[data-answer]`
//! is what became of it, `[data-told]` what an app that manages apps wrote to this person since, with a link
//! `a[data-at]` to where it stands, and `button[data-action=withdraw-app-request]` takes a pending one back.

use super::super::{View, log::name, mrkdwn::mrkdwn};
use crate::{
    html::{Html, html},
    pages::{icons::state, layout::Clock},
    state::{AppRequest, Conversation, Message, RequestState, World},
};

/// The longest piece of a message that is shown here, in characters.
const LONGEST: usize = 400;

/// All of them, the latest first.
pub(super) fn list(world: &World, view: &View, requests: &[&AppRequest]) -> Html {
    let lines: Html = requests
        .iter()
        .enumerate()
        .map(|(at, request)| line(world, view, request, at == 0))
        .collect();
    html!(
        "<ul class=\"stack\" id=\"requests\" aria-label=\"Your requests\" aria-live=\"polite\">{}</ul>",
        lines
    )
}

fn line(world: &World, view: &View, request: &AppRequest, is_latest: bool) -> Html {
    let (standing, pill) = match request.state {
        RequestState::Pending => ("pending", state("pending", "clock", "Waiting")),
        RequestState::Approved => ("approved", state("granted", "check", "Approved")),
        RequestState::Restricted => ("restricted", state("restricted", "ban", "Restricted")),
        RequestState::Cancelled => ("cancelled", state("expired", "x", "Withdrawn")),
    };
    let place = request.team.is_none().then(|| html!(" for the whole organization"));
    let why =
        (!request.message.is_empty()).then(|| html!("<p class=\"quote\">\u{201c}{}\u{201d}</p>", request.message));
    let told = is_latest.then(|| told(world, view, request));
    let withdraw = request.is_pending().then(|| {
        let fields = [("request", request.id.as_str())];
        let words = "Take it back";
        super::button(view, "withdraw_app_request", "withdraw-app-request", words, &fields)
    });
    html!(
        "<li class=\"card\" data-request=\"{}\" data-state=\"{}\"><div class=\"card-head\">{}\
         <span class=\"small subtle tabular\">asked at {}{}</span><span class=\"mono small subtle end\">{}</span></div>\
         <div class=\"card-body stack tight\">{}<p data-answer>{}</p>{}{}{}</div></li>",
        request.id,
        standing,
        pill,
        Clock::words(request.at),
        place,
        request.id,
        why,
        answer(world, view, request),
        left_out(request),
        told.flatten(),
        withdraw
    )
}

/// What became of it, in a sentence.
fn answer(world: &World, view: &View, request: &AppRequest) -> Html {
    let when = request.decided_at.map(Clock::words).unwrap_or_default();
    let by = request.decided_by.as_ref();
    let who = by.map_or_else(|| "somebody".to_owned(), |user| format!("@{}", name(world, user)));
    match request.state {
        RequestState::Pending => html!("An administrator decides. You will see the answer here."),
        RequestState::Approved => html!("{} approved it at {}.", who, when),
        RequestState::Restricted => html!("{} restricted the app at {}.", who, when),
        RequestState::Cancelled if by == Some(&view.user) => html!("You took it back at {}.", when),
        RequestState::Cancelled if by.is_none() => html!("The app was deleted at {}.", when),
        RequestState::Cancelled => html!(
            "{} took it away at {} without a decision. You may ask again.",
            who,
            when
        ),
    }
}

/// The scopes that an approval leaves out.
fn left_out(request: &AppRequest) -> Option<Html> {
    let approved = request.state == RequestState::Approved;
    let out: Vec<&str> = request
        .scopes
        .iter()
        .filter(|scope| approved && !scope.is_approved)
        .map(|scope| scope.name.as_str())
        .collect();
    let out: Html = out
        .into_iter()
        .map(|scope| html!(" <span class=\"scope\">{}</span>", scope))
        .collect();
    (!out.as_str().is_empty()).then(|| html!("<p class=\"small\">Without{}.</p>", out))
}

/// The latest message that an app which manages apps wrote to the person since they asked.
fn told(world: &World, view: &View, request: &AppRequest) -> Option<Html> {
    let homes = world.conversations.values().filter(|place| {
        let manages = |app| world.manages_apps(app);
        place.app.as_ref().is_some_and(manages) && place.members.contains(&view.user)
    });
    let messages = homes.flat_map(|home| {
        let written = world.messages.get(&home.id).into_iter().flatten();
        written.map(move |message| (home, message))
    });
    let since = messages
        .filter(|(_, message)| message.app.is_some() && message.at >= request.at && message.is_shown_to(&view.user));
    let (home, message) = since.max_by_key(|(_, message)| message.edited.unwrap_or(message.at))?;
    Some(quoted(world, view, home, message))
}

fn quoted(world: &World, view: &View, home: &Conversation, message: &Message) -> Html {
    let app = home.app.as_ref().and_then(|app| world.apps.get(app));
    let text: String = message.text.chars().take(LONGEST).collect();
    let said = if text.is_empty() {
        html!("A message without a text.")
    } else {
        mrkdwn(world, &text)
    };
    html!(
        "<div class=\"told stack tight\" data-told><p class=\"small subtle tabular\">{} wrote to you at {}</p><p>{}</p>\
         <p><a class=\"btn sm\" href=\"/client?team={}&amp;user={}&amp;at={}&amp;show=messages\" data-at=\"{}\">Open the message</a></p></div>",
        app.map_or("An app", |app| app.name.as_str()),
        Clock::words(message.at),
        said,
        home.team,
        view.user,
        home.id,
        home.id
    )
}
