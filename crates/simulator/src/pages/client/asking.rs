//! The middle column for an app that can be asked for: what it wants, the form to ask, and the answer.
//!
//! Stable names for browser tests: `#asking[data-standing][data-installed]` is the panel;
//! `form[data-form=request-app]` with `input[name=message]` and `button[data-action=request-app]` asks;
//! `#requests li[data-request][data-state]` are this person's requests for the app here, the latest first, with
//! `button[data-action=withdraw-app-request]` while one is pending; `button[data-action=install-app]` installs.

use super::View;
use crate::{
    html::{Html, html},
    state::{AppRequest, AppScope, Level, ListedApp, RequestState, Standing, World},
};

/// The panel, as it is now.
pub(super) fn panel(world: &World, view: &View, app: &ListedApp) -> Html {
    let required: Vec<AppScope> = app.scopes().into_iter().filter(|scope| !scope.is_optional).collect();
    let level = Level::Team(view.team.clone());
    let standing = world.standing(&app.id, &level, &required, &app.domains);
    let installed = world.installed_in(&app.id).contains(&view.team);
    let (decided, sentence) = match standing {
        Standing::Approved => ("approved", "Approved here: it can be installed."),
        Standing::Restricted => ("restricted", "Restricted here: it cannot be installed."),
        Standing::Undecided => ("undecided", "Nobody has decided about what it wants now."),
    };
    let mine = |request: &&AppRequest| {
        request.app == app.id && request.user == view.user && request.team.as_ref() == Some(&view.team)
    };
    let requests: Vec<&AppRequest> = world.approvals.requests.iter().rev().filter(mine).collect();
    let pending = requests.iter().any(|request| request.is_pending());
    let may_ask = standing == Standing::Undecided && !pending;
    let may_install = !installed && world.check_may_install(app, &level).is_ok();
    let lines: Html = requests.into_iter().map(|request| line(view, request)).collect();
    html!(
        "<section class=\"access\" id=\"asking\" data-standing=\"{}\" data-installed=\"{}\"><p class=\"muted\">{}</p>\
         <h2>What it wants</h2><ul class=\"stack tight\">{}</ul>{}<h2>Here</h2><p>{}{}</p>{}{}\
         <ul class=\"stack tight\" id=\"requests\" aria-label=\"Your requests\" aria-live=\"polite\">{}</ul></section>",
        decided,
        if installed { "true" } else { "false" },
        app.description,
        wants(app),
        (!app.domains.is_empty()).then(|| html!("<p class=\"small\">Sends data to {}.</p>", app.domains.join(", "))),
        sentence,
        installed.then(|| html!(" It is installed.")),
        may_ask.then(|| form(view, app)),
        may_install.then(|| button(
            view,
            "install_app",
            "install-app",
            "Install",
            &[("app", app.id.as_str())]
        )),
        lines
    )
}

fn wants(app: &ListedApp) -> Html {
    let scopes = app.scopes().into_iter().map(|scope| {
        html!(
            "<li><span class=\"scope\">{}</span>{}</li>",
            scope.name,
            scope
                .is_optional
                .then(|| html!(" <span class=\"small subtle\">optional</span>"))
        )
    });
    scopes.collect()
}

fn form(view: &View, app: &ListedApp) -> Html {
    html!(
        "<form class=\"row wrap\" method=\"post\" action=\"/client/act\" data-form=\"request-app\">{}\
         <input type=\"hidden\" name=\"app\" value=\"{}\">\
         <input class=\"input\" name=\"message\" autocomplete=\"off\" maxlength=\"500\" placeholder=\"Why you need it\" aria-label=\"Why you need it\">\
         <button class=\"btn primary\" type=\"submit\" name=\"action\" value=\"request_app\" data-action=\"request-app\">Ask for {}</button></form>",
        view.hidden(),
        app.id,
        app.name
    )
}

fn button(view: &View, action: &str, name: &str, words: &str, fields: &[(&str, &str)]) -> Html {
    let fields: Html = fields
        .iter()
        .map(|(name, value)| html!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", name, value))
        .collect();
    html!(
        "<form method=\"post\" action=\"/client/act\">{}{}<button class=\"btn sm\" type=\"submit\" name=\"action\" value=\"{}\" data-action=\"{}\">{}</button></form>",
        view.hidden(),
        fields,
        action,
        name,
        words
    )
}

/// One request and what became of it.
fn line(view: &View, request: &AppRequest) -> Html {
    let (word, sentence) = match request.state {
        RequestState::Pending => ("pending", "Nobody has decided yet."),
        RequestState::Approved => ("approved", "Approved."),
        RequestState::Restricted => ("restricted", "Refused: the app is restricted."),
        RequestState::Cancelled => ("cancelled", "Taken away without a decision."),
    };
    let withdraw = request.is_pending().then(|| {
        let fields = [("request", request.id.as_str())];
        button(
            view,
            "withdraw_app_request",
            "withdraw-app-request",
            "Take it back",
            &fields,
        )
    });
    html!(
        "<li data-request=\"{}\" data-state=\"{}\"><span class=\"mono small subtle\">{}</span> <strong>{}</strong> {}{}</li>",
        request.id,
        word,
        request.id,
        sentence,
        request.message,
        withdraw
    )
}
