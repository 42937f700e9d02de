//! The table of the queue, its selection, and all that can stand in its place.

use std::collections::BTreeSet;

use grantbook_core::view::approvals::AppRequestView;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{Here, bulk, chips, row};
use crate::reactive::{For, Show, heard, memo, redrawn};
use crate::{
    address,
    components::{Empty, ErrorBox, Glyph, ListState, SkeletonRows, list_state},
    session::use_session,
    view_model::queue,
};

/// The columns of a list.
fn heads(state: &str) -> &'static [(&'static str, bool)] {
    match state {
        "open" | "new" => &[
            ("App", false),
            ("Risk", false),
            ("New scopes", true),
            ("Asked by", true),
            ("Waiting", true),
        ],
        _ => &[
            ("App", false),
            ("Risk", false),
            ("Outcome", false),
            ("Decided by", false),
            ("When", true),
        ],
    }
}

/// The table, or what stands in its place.
pub(super) fn table(here: Here, refresh: Callback<()>) -> AnyView {
    let page = here.page;
    let filtered = move || {
        let chosen = here.list.filter.with(|filter| queue::chosen(filter).count() > 0);
        chosen || here.list.filter.with(|filter| filter.cursor.is_some())
    };
    let state = list_state(page, filtered);
    let list = memo(move |_| here.state());
    let decides = memo(move |_| here.decides());
    let shown = move || {
        let (list, decides) = (list.get(), decides.get());
        let columns = heads(&list).len() + usize::from(decides);
        match state.get() {
            ListState::Waiting => view! {
                <table class="table tall">{head(here, &list, decides)}<tbody><Show when=move || page.wants_skeleton()><SkeletonRows columns/></Show></tbody></table>
            }
            .into_any(),
            ListState::Rows => {
                view! { <table class="table cards queue">{head(here, &list, decides)}{rows(here, &list, decides)}</table> }
                    .into_any()
            }
            ListState::NothingMatches => nothing_matches(here),
            ListState::NothingYet => nothing_yet(&list),
            ListState::Failed(error) => {
                view! { <ErrorBox title="The queue could not be read" error on_retry=refresh/> }.into_any()
            }
        }
    };
    view! {
        <div class="table-wrap sticks" aria-busy=move || page.is_loading().to_string()>
            {bulk::bar(here)}
            {redrawn(shown)}
        </div>
    }
    .into_any()
}

fn head(here: Here, list: &str, decides: bool) -> AnyView {
    let one = |(text, number): &(&'static str, bool)| view! { <th scope="col" class:num=*number>{*text}</th> };
    let all = decides.then(|| {
        let every = move || {
            here.page
                .signal()
                .with(|page| page.as_ref().map_or(0, |page| page.items.len()))
        };
        let picked = move || here.picked.with(BTreeSet::len);
        let is_all = move || picked() > 0 && picked() == every();
        let is_some = move || picked() > 0 && picked() < every();
        let toggle = move |event| {
            let ids = if event_target_checked(&event) {
                here.rows().into_iter().map(|row| row.id).collect()
            } else {
                BTreeSet::new()
            };
            here.picked.set(ids);
        };
        view! {
            <th class="check"><input type="checkbox" aria-label="Select all" prop:checked=is_all
                prop:indeterminate=is_some on:change=heard(toggle)/></th>
        }
    });
    view! {
        <caption class="visually-hidden">"App requests"</caption>
        <thead><tr>{all}{heads(list).iter().map(one).collect_view()}</tr></thead>
    }
    .into_any()
}

fn rows(here: Here, list: &str, decides: bool) -> AnyView {
    let waits = matches!(list, "open" | "new");
    let page = here.page.signal();
    let ids =
        move || -> Vec<i64> { page.with(|page| page.iter().flat_map(|page| &page.items).map(|row| row.id).collect()) };
    let draw = move |id: i64| {
        let row = memo(move |before: Option<&Option<AppRequestView>>| {
            let found = page.with(|page| {
                let items = page.iter().flat_map(|page| &page.items);
                items.clone().find(|row| row.id == id).cloned()
            });
            // A row that is about to go keeps its last words.
            found.or_else(|| before.cloned().flatten())
        });
        row::row(here, id, row, (waits, decides))
    };
    view! { <tbody><For each=ids key=|id| *id children=draw/></tbody> }.into_any()
}

/// Selects the row with the focus, or takes it out of the selection; with `range` all rows from the last selected.
pub(super) fn pick_focused(here: Here, range: bool) -> bool {
    let focused = document().active_element();
    let row = focused.and_then(|element| element.closest("main tr[data-app-request]").ok().flatten());
    let of_row = row.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok());
    let id = of_row.and_then(|row| row.get_attribute("data-app-request")?.parse::<i64>().ok());
    let Some(id) = id.filter(|_| here.decides()) else {
        return false;
    };
    pick(here, id, range);
    true
}

/// The same for a row by its number.
pub(super) fn pick(here: Here, id: i64, range: bool) {
    let ids: Vec<i64> = here.rows().into_iter().map(|row| row.id).collect();
    let place = |id: i64| ids.iter().position(|known| *known == id);
    here.picked
        .update(|picked| match (place(id), nearest(&ids, picked, place(id))) {
            (Some(here), Some(from)) if range => {
                picked.extend(&ids[here.min(from)..=here.max(from)]);
            }
            _ => {
                if !picked.remove(&id) {
                    picked.insert(id);
                }
            }
        });
}

/// The selected row that a range begins at: the one nearest to the row at hand.
fn nearest(ids: &[i64], picked: &BTreeSet<i64>, here: Option<usize>) -> Option<usize> {
    let here = here?;
    let selected = ids.iter().enumerate().filter(|(_, id)| picked.contains(id));
    selected.map(|(at, _)| at).min_by_key(|at| at.abs_diff(here))
}

fn nothing_matches(here: Here) -> AnyView {
    let text = || "There may be requests, but none that fits here.";
    view! {
        <Empty glyph=Glyph::Search title="Nothing matches the filter" text>
            <button class="btn sm" type="button" on:click=heard(move |_| chips::clear(here.list))>"Clear filters"</button>
        </Empty>
    }
    .into_any()
}

fn nothing_yet(list: &str) -> AnyView {
    let simulator = use_session().view().and_then(|view| view.simulator_url);
    let (title, text) = match list {
        "open" => (
            "Nothing waits for a person",
            "When somebody asks for an app that no rule decides, the request appears here without reloading.",
        ),
        "deciding" => (
            "Nothing is on the way",
            "A decision stands here from the moment it is taken until Slack has confirmed it.",
        ),
        "settled" => (
            "Nothing was decided yet",
            "Every decision is kept here for ever, with who took it, why, and what Slack’s lists showed.",
        ),
        _ => (
            "Nobody has asked for an app yet",
            "Requests come by Slack’s event or by reading its list, as soon as an organization admin has let an app manage apps.",
        ),
    };
    let links = (list == "open" || list == "any").then(|| {
        view! {
            <a class="btn sm" href=address::RULES>"See the rules"</a>
            {simulator.map(|href| view! { <a class="btn sm ghost" href=href target="_blank" rel="external noopener">"Play with the simulator"</a> })}
        }
    });
    view! { <Empty glyph=Glyph::Inbox title text=move || text>{links}</Empty> }.into_any()
}
