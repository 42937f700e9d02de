//! The table of entries, and all that can stand in its place.

use grantbook_core::view::EntryView;
use leptos::prelude::*;

use super::{Here, row::EntryRow};
use crate::reactive::{For, Show, derived, heard, redrawn};
use crate::{
    components::{Empty, ErrorBox, Fresh, Glyph, ListState, OldRows, SkeletonRows, list_state},
    session::use_session,
    view_model::history::{EntryKey, HistoryFilter},
};

/// The table.
#[component]
pub fn HistoryTable(here: Here, fresh: Fresh) -> impl IntoView {
    let page = here.page;
    let filter = here.filter;
    let content = list_state(page, move || {
        filter.with(|filter| filter.count() > 0 || !filter.is_at_top())
    });
    let shown = move || {
        match content.get() {
        ListState::Waiting => view! {
            <table class="table"><Heads/><tbody><Show when=move || page.wants_skeleton()><SkeletonRows columns=6/></Show></tbody></table>
        }
        .into_any(),
        ListState::Rows => view! { <table class="table cards history"><Heads/><Rows here/></table> }.into_any(),
        ListState::NothingMatches => view! { <NothingMatches here/> }.into_any(),
        ListState::NothingYet => view! { <NothingYet/> }.into_any(),
        ListState::Failed(error) => {
            view! { <ErrorBox title="The history could not be read" error on_retry=move |()| page.refresh()/> }.into_any()
        }
    }
    };
    view! {
        <OldRows what="The history" has_rows=derived(move || page.signal().with(Option::is_some)) error=derived(move || page.error()) on_retry=move |()| page.refresh()/>
        <div class="table-wrap" aria-busy=move || page.is_loading().to_string()>
            <FreshLine fresh/>
            {redrawn(shown)}
        </div>
    }
}

#[component]
fn Heads() -> impl IntoView {
    view! {
        <caption class="visually-hidden">"Ledger entries, newest first"</caption>
        <thead>
            <tr>
                <th scope="col">"When"</th>
                <th scope="col">"Workspace"</th>
                <th scope="col">"App"</th>
                <th scope="col">"What happened"</th>
                <th scope="col">"Source"</th>
                <th scope="col" class="num">"Entry"</th>
            </tr>
        </thead>
    }
}

#[component]
fn Rows(here: Here) -> impl IntoView {
    let page = here.page.signal();
    let entries = move || page.with(|page| page.as_ref().map(|page| page.items.clone()).unwrap_or_default());
    // An entry never changes: its key is all of it.
    let row = move |entry: EntryView| view! { <EntryRow here entry/> };
    view! { <tbody><For each=entries key=EntryKey::of children=row/></tbody> }
}

/// The line over the list: `3 new`.
#[component]
fn FreshLine(fresh: Fresh) -> impl IntoView {
    view! {
        <Show when=move || fresh.count() != 0>
            <button class="fresh" type="button" on:click=heard(move |_| fresh.show())>
                <span role="status">{redrawn(move || format!("{} new: show", fresh.count()))}</span>
            </button>
        </Show>
    }
}

#[component]
fn NothingMatches(here: Here) -> impl IntoView {
    let (title, text) = match here.filter.with_untracked(HistoryFilter::count) {
        0 => (
            "Nothing on this page".to_owned(),
            "The newest entries are on the first page.",
        ),
        1 => (
            "Nothing matches the filter".to_owned(),
            "There are ledger entries, but none that fits it.",
        ),
        count => (
            format!("Nothing matches {count} filters"),
            "No ledger entry fits all of them at once.",
        ),
    };
    view! {
        <Empty glyph=Glyph::Search title text=move || text>
            <button class="btn sm" type="button" on:click=heard(move |_| here.apply.run(HistoryFilter::default()))>"Clear filters"</button>
        </Empty>
    }
}

#[component]
fn NothingYet() -> impl IntoView {
    let session = use_session();
    let simulator = move || session.view().and_then(|view| view.simulator_url);
    let text = || "Every install, grant, refusal and removal will stand here with who, when and why.";
    view! {
        <Empty glyph=Glyph::Book title="The ledger is empty" text>
            <a class="btn sm" href=crate::address::WORKSPACES>"Go to the workspaces"</a>
            {redrawn(move || simulator().map(|href| view! { <a class="btn sm ghost" href=href target="_blank" rel="external noopener">"Play with the simulator"</a> }))}
        </Empty>
    }
}
