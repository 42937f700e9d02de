//! The left column: workspaces, apps, channels, messages, people.

use grantbook_core::ResourceType;

use super::{
    super::icons::{icon, kind_icon},
    View,
};
use crate::{
    html::{Html, html},
    state::World,
};

pub(super) fn list(world: &World, view: &View) -> Html {
    let teams: Html = world
        .teams
        .values()
        .map(|team| {
            let selected = if team.id == view.team { "selected" } else { "" };
            html!("<option value=\"{}\" {}>{}</option>", team.id, selected, team.name)
        })
        .collect();
    let visible = world.visible(&view.team, &view.user);
    let entry = |at: &str, icon: Html, name: &str, note: Option<&str>| {
        let current = if view.at.as_str() == at {
            "aria-current=\"page\""
        } else {
            ""
        };
        html!(
            "<a class=\"nav-item\" href=\"{}\" data-at=\"{}\" {}>{}<span class=\"trunc\">{}</span>{}</a>",
            view.address_at(at),
            at,
            Html::assembled(current.to_owned()),
            icon,
            name,
            note.map(|note| html!("<span class=\"small off\">{}</span>", note))
        )
    };
    let channels: Html = visible
        .iter()
        .filter(|c| matches!(c.kind, ResourceType::Channel | ResourceType::Group))
        .map(|c| entry(c.id.as_str(), kind_icon(c.kind), &c.name, None))
        .collect();
    let is_group = |kind| matches!(kind, ResourceType::Mpim | ResourceType::Im);
    let is_quiet = !visible.iter().any(|c| is_group(c.kind));
    let groups: Html = visible
        .iter()
        .filter(|c| is_group(c.kind))
        .map(|c| entry(c.id.as_str(), kind_icon(c.kind), &world.conversation_name(c), None))
        .collect();
    let people: Html = world
        .members(&view.team)
        .into_iter()
        .filter(|user| user.id != view.user)
        .map(|user| entry(user.id.as_str(), icon("user"), &user.name, None))
        .collect();
    let apps: Html = world
        .apps
        .values()
        .map(|app| {
            let installed = world.installation(&app.id, &view.team).is_some();
            entry(
                app.id.as_str(),
                icon("bolt"),
                &app.name,
                if installed { None } else { Some("not installed") },
            )
        })
        .collect();
    let listed = world.approvals.listed.keys().filter_map(|id| world.listed(id));
    let listed: Html = listed
        .map(|app| {
            let installed = world.installed_in(&app.id).contains(&view.team);
            let note = if installed { Some("installed") } else { None };
            entry(app.id.as_str(), icon("bolt"), &app.name, note)
        })
        .collect();
    html!(
        "<nav class=\"sim-col sim-list\" id=\"conversations\" aria-label=\"Conversations\">\
         <form class=\"pick\" method=\"get\" action=\"/client\"><label class=\"small subtle\" for=\"team\">Workspace</label>\
         <span class=\"row\"><select class=\"input\" name=\"team\" id=\"team\" data-submit>{}</select>\
         <button class=\"btn\" type=\"submit\" data-without-script>Go</button></span>\
         <input type=\"hidden\" name=\"user\" value=\"{}\"></form>\
         <h2>Apps</h2>{}<h2>Apps to ask for</h2>{}<h2>Channels</h2>{}{}<h2>People</h2>{}</nav>",
        teams,
        view.user,
        apps,
        listed,
        channels,
        (!is_quiet).then(|| html!("<h2>Messages</h2>{}", groups)),
        people
    )
}
