//! The table of workspaces, and all that can stand in its place.

use grantbook_core::{
    Tenant,
    view::{Page, WorkspaceView},
};
use leptos::prelude::*;

use super::row::WorkspaceRow;
use crate::reactive::{For, Memo, Show, derived, heard, memo, redrawn};
use crate::{
    client::Remote,
    components::{
        Column, Empty, ErrorBox, Fresh, FreshLine, Glyph, Icon, ListState, OldRows, SkeletonRows, SortHeader,
        list_state,
    },
    filter::{Order, Sort, WorkspacesFilter},
    session::use_session,
};

#[component]
pub fn WorkspacesTable(
    filter: Memo<WorkspacesFilter>,
    apply: Callback<WorkspacesFilter>,
    page: Remote<Page<WorkspaceView>>,
    fresh: Fresh,
    install_open: RwSignal<bool>,
) -> impl IntoView {
    let content = list_state(page, move || {
        filter.with(|filter| filter.count() > 0 || filter.cursor.is_some())
    });
    let shown = move || {
        match content.get() {
        ListState::Waiting => view! {
            <table class="table tall"><Heads filter apply/><tbody><Show when=move || page.wants_skeleton()><SkeletonRows columns=5/></Show></tbody></table>
        }
        .into_any(),
        ListState::Rows => view! { <table class="table cards"><Heads filter apply/><Rows page/></table> }.into_any(),
        ListState::NothingMatches => view! { <NothingMatches filter apply/> }.into_any(),
        ListState::NothingYet => view! { <NothingYet install_open/> }.into_any(),
        ListState::Failed(error) => {
            view! { <ErrorBox title="The list could not be read" error on_retry=move |()| page.refresh()/> }.into_any()
        }
    }
    };
    let changed = derived(move || match fresh.count() {
        0 => None,
        1 => Some("1 workspace changed: show it".to_owned()),
        count => Some(format!("{count} workspaces changed: show them")),
    });
    view! {
        <OldRows what="The list" has_rows=derived(move || page.signal().with(Option::is_some)) error=derived(move || page.error()) on_retry=move |()| page.refresh()/>
        <div>
            <FreshLine text=changed on_show=move |()| fresh.show()/>
            <div class="table-wrap sticks" aria-busy=move || page.is_loading().to_string()>{redrawn(shown)}</div>
        </div>
    }
}

#[component]
fn Heads(filter: Memo<WorkspacesFilter>, apply: Callback<WorkspacesFilter>) -> impl IntoView {
    let sorted = derived(move || filter.with(|filter| (filter.sort, filter.order_in_force())));
    let on_sort = Callback::new(move |sort| apply.run(filter.with_untracked(|filter| filter.sorted_by(sort))));
    let head = move |sort, text, number| view! { <SortHeader column=Column { sort, text, number } sorted on_sort/> };
    let caption = move || match sorted.get() {
        (Sort::LastChange, Order::Descending) => "Workspaces, newest change first",
        (Sort::LastChange, Order::Ascending) => "Workspaces, oldest change first",
        (Sort::Name, Order::Ascending) => "Workspaces, by name",
        (Sort::Name, Order::Descending) => "Workspaces, by name from the end",
        (Sort::Scopes, Order::Descending) => "Workspaces, most scopes first",
        (Sort::Scopes, Order::Ascending) => "Workspaces, fewest scopes first",
    };
    view! {
        <caption class="visually-hidden">{redrawn(caption)}</caption>
        <thead>
            <tr>
                {head(Sort::Name, "Workspace", false)}
                <th scope="col">"Token"</th>
                <th scope="col" class="num">"Apps"</th>
                {head(Sort::Scopes, "Scopes", true)}
                {head(Sort::LastChange, "Last change", false)}
            </tr>
        </thead>
    }
}

#[component]
fn Rows(page: Remote<Page<WorkspaceView>>) -> impl IntoView {
    let page = page.signal();
    let tenants = move || {
        page.with(|page| {
            page.iter()
                .flat_map(|page| &page.items)
                .map(|row| row.tenant.clone())
                .collect::<Vec<_>>()
        })
    };
    let row = move |tenant: Tenant| {
        let row = memo(move |before: Option<&Option<WorkspaceView>>| {
            let found = page.with(|page| {
                page.iter()
                    .flat_map(|page| &page.items)
                    .find(|row| row.tenant == tenant)
                    .cloned()
            });
            // A row that is about to go keeps its last words.
            found.or_else(|| before.cloned().flatten())
        });
        view! { <WorkspaceRow row/> }
    };
    view! { <tbody><For each=tenants key=Tenant::clone children=row/></tbody> }
}

#[component]
fn NothingMatches(filter: Memo<WorkspacesFilter>, apply: Callback<WorkspacesFilter>) -> impl IntoView {
    let (title, text) = match filter.with_untracked(WorkspacesFilter::count) {
        0 => (
            "Nothing on this page".to_owned(),
            "The list has become shorter since the link was made.",
        ),
        1 => (
            "Nothing matches the filter".to_owned(),
            "There are workspaces, but none that fits it.",
        ),
        count => (
            format!("Nothing matches {count} filters"),
            "No workspace fits all of them at once.",
        ),
    };
    let clear = move |_| apply.run(filter.with_untracked(WorkspacesFilter::cleared));
    view! {
        <Empty glyph=Glyph::Search title text=move || text>
            <button class="btn sm" type="button" on:click=heard(clear)>"Clear filters"</button>
        </Empty>
    }
}

#[component]
fn NothingYet(install_open: RwSignal<bool>) -> impl IntoView {
    let session = use_session();
    let simulator = move || session.view().and_then(|view| view.simulator_url);
    view! {
        <Empty glyph=Glyph::Grid title="No app is installed yet" text=|| "Install one to see what it may do, where, and since when.">
            <Show when=move || session.is_admin()>
                <button class="btn primary sm" type="button" on:click=heard(move |_| install_open.set(true))><Icon glyph=Glyph::Plus/>"Install an app…"</button>
            </Show>
            {redrawn(move || simulator().map(|href| view! { <a class="btn sm ghost" href=href target="_blank" rel="external noopener">"Play with the simulator"</a> }))}
        </Empty>
    }
}
