//! The table of requests, and all that can stand in its place.

use grantbook_core::{request::RequestId, view::requests::RequestView};
use leptos::prelude::*;

use super::{Here, row::request_row};
use crate::reactive::{For, Show, derived, heard, memo, redrawn};
use crate::{
    address,
    components::{Empty, ErrorBox, Fresh, FreshLine, Glyph, Icon, ListState, OldRows, SkeletonRows, list_state},
    session::use_session,
    view_model::{number::count, requests::RequestsFilter},
};

const HEADS: [&str; 5] = ["Request", "State", "Asked for", "Took", "Changed"];

/// The table.
#[component]
pub fn RequestsTable(here: Here, fresh: Fresh) -> impl IntoView {
    let page = here.page;
    let state = list_state(page, move || {
        here.filter.with(|filter| filter.count() > 0 || filter.cursor.is_some())
    });
    let shown = move || {
        match state.get() {
        ListState::Waiting => view! {
            <table class="table tall">{heads()}<tbody><Show when=move || page.wants_skeleton()><SkeletonRows columns=5/></Show></tbody></table>
        }
        .into_any(),
        ListState::Rows => view! { <table class="table cards requests">{heads()}{rows(here)}</table> }.into_any(),
        ListState::NothingMatches => nothing_matches(here),
        ListState::NothingYet => nothing_yet(),
        ListState::Failed(error) => {
            view! { <ErrorBox title="The requests could not be read" error on_retry=move |()| page.refresh()/> }
                .into_any()
        }
    }
    };
    let changed = move || {
        let waiting = u64::try_from(fresh.count()).unwrap_or_default();
        (waiting > 0).then(|| format!("{} new or changed: show", count(waiting, "request")))
    };
    view! {
        <OldRows what="The list" has_rows=derived(move || page.signal().with(Option::is_some))
            error=derived(move || page.error()) on_retry=move |()| page.refresh()/>
        <div>
            <FreshLine text=derived(changed) on_show=move |()| fresh.show()/>
            <div class="table-wrap sticks" aria-busy=move || page.is_loading().to_string()>{redrawn(shown)}</div>
        </div>
    }
}

fn heads() -> AnyView {
    let head = |text: &'static str| view! { <th scope="col" class:num=text == "Took">{text}</th> };
    view! {
        <caption class="visually-hidden">"Permission requests, those that changed last first"</caption>
        <thead><tr>{HEADS.map(head).collect_view()}</tr></thead>
    }
    .into_any()
}

fn rows(here: Here) -> AnyView {
    let page = here.page.signal();
    let ids = move || -> Vec<RequestId> {
        page.with(|page| page.iter().flat_map(|page| &page.items).map(|row| row.id).collect())
    };
    // A row follows its request, so that a change redraws its cells and leaves the focus alone.
    let row = move |id: RequestId| {
        let row = memo(move |before: Option<&Option<RequestView>>| {
            let found = page.with(|page| {
                page.iter()
                    .flat_map(|page| &page.items)
                    .find(|row| row.id == id)
                    .cloned()
            });
            // A row that is about to go keeps its last words.
            found.or_else(|| before.cloned().flatten())
        });
        request_row(id, row)
    };
    view! { <tbody><For each=ids key=|id| *id children=row/></tbody> }.into_any()
}

fn nothing_matches(here: Here) -> AnyView {
    let title = match here.filter.with_untracked(RequestsFilter::count) {
        0 => "Nothing on this page".to_owned(),
        1 => "Nothing matches the filter".to_owned(),
        filters => format!("Nothing matches {filters} filters"),
    };
    let text = || "There may be requests, but none that fits here.";
    view! {
        <Empty glyph=Glyph::Search title text>
            <button class="btn sm" type="button" on:click=heard(move |_| here.apply.run(RequestsFilter::default()))>"Clear filters"</button>
        </Empty>
    }
    .into_any()
}

fn nothing_yet() -> AnyView {
    let simulator = use_session().view().and_then(|view| view.simulator_url);
    let text = || "Begin with few scopes and ask for more when they are needed: the person gets a message with a button, decides in Slack, and the whole story stands here.";
    view! {
        <Empty glyph=Glyph::Ask title="Nobody was asked for more yet" text>
            <a class="btn primary sm" href=address::ASK><Icon glyph=Glyph::Ask/>"Ask for more"</a>
            {simulator.map(|href| view! { <a class="btn sm ghost" href=href target="_blank" rel="external noopener">"Play with the simulator"</a> })}
        </Empty>
    }
    .into_any()
}
