//! `/sim`: every call and every delivery, and where to go from here.
//!
//! For browser tests: `#calls tr[data-call]`, `#deliveries tr[data-delivery]` with `data-state`.

use super::{
    glass::{call_state, delivery_state, story},
    icons::icon,
    layout::Clock,
};
use crate::{
    calls::Call,
    deliveries::Delivery,
    html::{Html, html},
    state::World,
};

pub(crate) fn main(world: &World, calls: &[Call], deliveries: &[Delivery], clock: Clock) -> Html {
    let everywhere = world.orgs.values().map(|org| &org.installation);
    let installed = world
        .installations
        .values()
        .chain(everywhere)
        .filter(|installation| installation.installed)
        .count();
    html!(
        "<main class=\"paper wide\" id=\"main\"><div class=\"row wrap top\"><div class=\"grow\"><h1>Calls and deliveries</h1>\
         <p class=\"muted\">{} workspaces, {} people, {} apps, {}. The newest lines are at the top.</p></div>\
         <div class=\"links\"><a class=\"btn\" href=\"/client\">Open the client</a><a class=\"btn\" href=\"/sim\">Look again</a></div></div>\
         <section class=\"card\"><div class=\"card-head\"><h2>Calls of the Web API</h2><a class=\"small end\" href=\"/sim/calls\">as JSON</a></div>{}</section>\
         <section class=\"card\"><div class=\"card-head\"><h2>Events delivered to apps</h2><a class=\"small end\" href=\"/sim/deliveries\">as JSON</a></div>{}</section></main>",
        world.teams.len(),
        world.users.len(),
        world.apps.len(),
        if installed == 1 {
            "1 installation".to_owned()
        } else {
            format!("{installed} installations")
        },
        calls_table(world, calls, clock),
        deliveries_table(world, deliveries, clock)
    )
}

fn blank(words: &str) -> Html {
    html!("<div class=\"blank\">{}<p>{}</p></div>", icon("eye"), words)
}

fn app_name(world: &World, id: Option<&grantbook_core::AppId>) -> String {
    id.map(|id| {
        world
            .apps
            .get(id)
            .map_or_else(|| id.to_string(), |app| app.name.clone())
    })
    .unwrap_or_default()
}

fn calls_table(world: &World, calls: &[Call], clock: Clock) -> Html {
    if calls.is_empty() {
        return blank("No call yet. Point an app at this address as if it were slack.com.");
    }
    let rows: Html = calls
        .iter()
        .map(|call| {
            let arguments: Vec<String> = call.arguments.iter().map(|(name, value)| format!("{name}={value}")).collect();
            html!(
                "<tr data-call=\"{}\"><td class=\"lead\"><code>{}</code></td><td data-label=\"Answer\">{}</td><td data-label=\"App\">{}</td>\
                 <td data-label=\"Workspace\" class=\"mono small\">{}</td><td data-label=\"Arguments\" class=\"mono small\">{}</td>\
                 <td data-label=\"At\" class=\"num\">{}</td></tr>",
                call.method,
                call.method,
                call_state(call),
                app_name(world, call.app.as_ref()),
                call.team,
                arguments.join(" "),
                clock.dated(call.at)
            )
        })
        .collect();
    html!(
        "<div class=\"table-wrap\"><table class=\"table compact cards\" id=\"calls\"><thead><tr><th>Method</th><th>Answer</th><th>App</th>\
         <th>Workspace</th><th>Arguments</th><th class=\"num\">At</th></tr></thead><tbody>{}</tbody></table></div>",
        rows
    )
}

fn deliveries_table(world: &World, deliveries: &[Delivery], clock: Clock) -> Html {
    if deliveries.is_empty() {
        return blank("No event yet. Install an app, or change what one may do.");
    }
    let rows: Html = deliveries
        .iter()
        .map(|delivery| {
            let (name, pill) = delivery_state(delivery, clock);
            html!(
                "<tr data-delivery=\"{}\" data-state=\"{}\"><td class=\"lead\"><details><summary><code>{}</code></summary>\
                 <pre class=\"code\">{}</pre></details></td><td data-label=\"State\" class=\"top\">{}</td><td data-label=\"App\" class=\"top\">{}</td>\
                 <td data-label=\"Event\" class=\"mono small top\">{}</td><td data-label=\"Tried\" class=\"top\">{}</td>\
                 <td data-label=\"At\" class=\"num top\">{}</td></tr>",
                delivery.event_type,
                name,
                delivery.event_type,
                serde_json::to_string_pretty(&delivery.body).unwrap_or_default(),
                pill,
                app_name(world, Some(&delivery.app)),
                delivery.event_id,
                story(delivery),
                clock.dated(delivery.at)
            )
        })
        .collect();
    html!(
        "<div class=\"table-wrap\"><table class=\"table compact cards\" id=\"deliveries\"><thead><tr><th>Event and body</th><th>State</th><th>App</th>\
         <th>Event id</th><th>Tried</th><th class=\"num\">At</th></tr></thead><tbody>{}</tbody></table></div>",
        rows
    )
}
