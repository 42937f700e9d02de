//! The workspaces of one app: what was decided there, and apart from that, whether it is installed.

use std::collections::BTreeSet;

use grantbook_core::{
    TeamId,
    view::approvals::{AppWishWhat, OrgAppPlace, OrgAppView},
};
use leptos::prelude::*;

use super::{super::org_apps::row, decide};
use crate::reactive::{heard, redrawn};
use crate::{
    address,
    client::Remote,
    components::{Empty, Glyph, Icon, Pill, RelativeTime, Segment, Segmented, Tone},
    session::use_session,
    view_model::{number::count, time_words},
};

/// The workspaces that are chosen for a decision.
pub type Chosen = RwSignal<BTreeSet<TeamId>>;

/// Whether anything is known of the app in the workspace.
const fn is_told(place: &OrgAppPlace) -> bool {
    place.resolution.is_some() || place.installed_at.is_some()
}

/// The card with its table.
pub(super) fn card(app: Remote<OrgAppView>, chosen: Chosen) -> AnyView {
    let session = use_session();
    let every = RwSignal::new(false);
    let may = move || session.is_approver();
    let head = move || {
        let places = app.value().map(|app| app.places).unwrap_or_default();
        let told = places.iter().filter(|place| is_told(place)).count();
        if told == places.len() {
            return ().into_any();
        }
        let segments = vec![
            Segment::word(false, format!("Decided or installed ({told})")),
            Segment::word(true, format!("All ({})", places.len())),
        ];
        view! { <Segmented label="Workspaces" segments chosen=every on_choose=move |all| every.set(all)/> }.into_any()
    };
    let table = move || {
        let places = app.value().map(|app| app.places).unwrap_or_default();
        let shown: Vec<OrgAppPlace> = places
            .into_iter()
            .filter(|place| every.get() || is_told(place))
            .collect();
        if shown.is_empty() {
            let text = || "No workspace has decided about it or has it installed. Choose “All” to decide for one ahead of any request.";
            return view! { <Empty glyph=Glyph::Grid title="Nothing in a single workspace" text/> }.into_any();
        }
        whole(&shown, may(), chosen)
    };
    view! {
        <section class="card">
            <div class="card-head"><h2>"Workspaces"</h2><span class="end">{redrawn(head)}</span></div>
            <div class="table-wrap flat">{redrawn(table)}</div>
            {redrawn(move || may().then(|| tools(app, chosen)))}
        </section>
    }
    .into_any()
}

fn whole(places: &[OrgAppPlace], may: bool, chosen: Chosen) -> AnyView {
    let check = may.then(|| view! { <th class="check" scope="col"><span class="visually-hidden">"Choose"</span></th> });
    view! {
        <table class="table cards places">
            <caption class="visually-hidden">"Workspaces of the app"</caption>
            <thead><tr>
                {check}
                <th scope="col">"Workspace"</th><th scope="col">"Decided there"</th><th scope="col">"Resolved by"</th>
                <th scope="col">"Ends"</th><th scope="col">"Installed there"</th>
            </tr></thead>
            <tbody>{places.iter().map(|place| line(place, may, chosen)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn line(place: &OrgAppPlace, may: bool, chosen: Chosen) -> AnyView {
    let team = place.team.clone();
    let name = place.team_name.clone().unwrap_or_else(|| team.to_string());
    let id = place
        .team_name
        .is_some()
        .then(|| view! { <br/><small class="mono subtle small">{team.to_string()}</small> });
    let check = may.then(|| {
        let (is_on, flipped) = (team.clone(), team.clone());
        let flip = move |_| {
            chosen.update(|chosen| {
                if !chosen.remove(&flipped) {
                    chosen.insert(flipped.clone());
                }
            });
        };
        view! {
            <td class="check"><input type="checkbox" aria-label=format!("Choose {name}") data-choose=team.to_string()
                prop:checked=move || chosen.with(|chosen| chosen.contains(&is_on)) on:change=heard(flip)/></td>
        }
    });
    let stands = place.resolution.as_ref();
    let decided = match stands {
        Some(stands) => row::resolution(stands),
        None => view! { <span class="subtle">"Not decided"</span> }.into_any(),
    };
    let by = stands.map(|stands| {
        let request = stands.request.map(|id| {
            view! { <br/><small class="small"><a href=address::app_request(id)>"request "{id}</a></small> }
        });
        view! { <span class="mono small">{stands.resolved_by.clone().unwrap_or_else(|| "not told".to_owned())}</span>{request} }
    });
    let ends = stands.and_then(|stands| stands.ends_at).map(|at| {
        view! { <span title=time_words::absolute(at)>{time_words::date(at)}</span> }
    });
    view! {
        <tr data-team=team.to_string()>
            {check}
            <td class="lead"><span><b class="trunc" title=name.clone()>{name.clone()}</b>{id}</span></td>
            <td class="wide" data-label="Decided there">{decided}</td>
            <td data-label="Resolved by">{by}</td>
            <td class="nowrap" data-label="Ends">{ends}</td>
            <td class="wide" data-label="Installed there">{installed(place)}</td>
        </tr>
    }
    .into_any()
}

fn installed(place: &OrgAppPlace) -> AnyView {
    match place.installed_at {
        Some(at) if at.micros() == 0 => {
            view! { <Pill tone=Tone::Granted text="Installed" glyph=Glyph::Apps/> }.into_any()
        }
        Some(at) => view! {
            <Pill tone=Tone::Granted text="Installed" glyph=Glyph::Apps/>
            <br/><small class="subtle small"><RelativeTime at/></small>
        }
        .into_any(),
        None => view! { <span class="subtle">"Not installed"</span> }.into_any(),
    }
}

/// What can be done with the chosen workspaces.
fn tools(app: Remote<OrgAppView>, chosen: Chosen) -> AnyView {
    let none = move || chosen.with(BTreeSet::is_empty);
    let said = move || match chosen.with(BTreeSet::len) {
        0 => "Choose workspaces to decide for them, whether or not anybody asked.".to_owned(),
        some => format!("{} chosen", count(some as u64, "workspace")),
    };
    let clear = move || {
        (!none()).then(|| {
            view! { <button class="btn sm ghost" type="button" on:click=heard(move |_| chosen.set(BTreeSet::new()))><Icon glyph=Glyph::X/>"Choose none"</button> }
        })
    };
    let one = move |what: AppWishWhat| decide::button(app, what, Some(chosen));
    view! {
        <div class="card-foot" data-tools="">
            <span class="grow" aria-live="polite">{redrawn(said)}</span>
            {redrawn(clear)}
            {one(AppWishWhat::Approve)}{one(AppWishWhat::Restrict)}{one(AppWishWhat::Clear)}
        </div>
    }
    .into_any()
}
