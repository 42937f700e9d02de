//! The middle column for an app that can be asked for: what it wants, the form to ask, and the answer.
//!
//! Stable names for browser tests: `#asking[data-standing][data-installed]` is the panel;
//! `form[data-form=request-app]` with `input[name=message]` and `button[data-action=request-app]` asks;
//! `button[data-action=install-app]` installs; [`requests`] has the answers.

mod requests;

use super::View;
use crate::{
    html::{Html, html},
    state::{AppRequest, AppScope, Level, ListedApp, Standing, World},
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
        let here = request.team.as_ref().is_none_or(|team| *team == view.team);
        request.app == app.id && request.user == view.user && here
    };
    let mine: Vec<&AppRequest> = world.approvals.requests.all().iter().rev().filter(mine).collect();
    let pending = mine
        .iter()
        .any(|request| request.is_pending() && request.team.is_some());
    let may_ask = standing == Standing::Undecided && !pending;
    let may_install = !installed && world.check_may_install(app, &level).is_ok();
    html!(
        "<section class=\"access\" id=\"asking\" data-standing=\"{}\" data-installed=\"{}\"><p class=\"muted\">{}</p>\
         <h2>What it wants</h2><ul class=\"stack tight\">{}</ul>{}<h2>Here</h2><p>{}{}</p>{}{}{}{}</section>",
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
        (!mine.is_empty()).then(|| html!("<h2>Your requests</h2>")),
        requests::list(world, view, &mine)
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
