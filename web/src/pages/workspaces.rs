//! Workspaces: where the apps are installed, whether their tokens are alive, and what changed last.

pub mod chips;
pub mod row;
pub mod table;

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::reactive::{Show, heard, memo};
use crate::{
    address,
    client::{self, Notice, remote_keeping},
    components::{Fresh, Glyph, Icon, InstallDialog, Listing, PageHead, TrailPager, shown},
    filter::{PAGE, WorkspacesFilter},
    session::use_session,
};
use chips::Filters;
use table::WorkspacesTable;

/// The page. Its filter is its address.
#[component]
pub fn WorkspacesPage() -> impl IntoView {
    let session = use_session();
    let query = use_query_map();
    let filter = memo(move |_| query.with(|query| WorkspacesFilter::read(|name| query.get(name))));
    let navigate = use_navigate();
    let apply = Callback::new(move |filter: WorkspacesFilter| {
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&address::join(address::WORKSPACES, &filter.address()), options);
    });
    let page = remote_keeping(
        move || filter.get(),
        |filter| async move { client::workspaces(&filter.call()).await },
    );
    let listing = Listing {
        call: memo(move |_| filter.with(WorkspacesFilter::call)),
        cursor: memo(move |_| filter.with(|filter| filter.cursor.clone())),
        go: Callback::new(move |cursor| {
            apply.run(WorkspacesFilter {
                cursor,
                ..filter.get_untracked()
            });
        }),
        refresh: Callback::new(move |()| page.refresh()),
    };
    let fresh = Fresh::watch(
        listing,
        move |notice| filter.with_untracked(|filter| row_of(notice, filter)),
        move || filter.with_untracked(WorkspacesFilter::is_newest_first) && !listing.is_at_top(),
    );
    let install_open = RwSignal::new(false);
    let export = move || client::workspaces_csv(&filter.with(WorkspacesFilter::export));
    view! {
        <PageHead
            title="Workspaces"
            text=|| "Where your apps are installed, whether their tokens are alive, and what changed last."
        >
            <a class="btn" href=export download="workspaces.csv" rel="external"><Icon glyph=Glyph::Export/>"Export CSV"</a>
            <Show when=move || session.is_admin()>
                <button class="btn primary" type="button" on:click=heard(move |_| install_open.set(true))>
                    <Icon glyph=Glyph::Plus/>"Install an app…"
                </button>
            </Show>
        </PageHead>
        <Filters filter apply/>
        <WorkspacesTable filter apply page fresh install_open/>
        <TrailPager listing shown=shown(page) size=PAGE one="workspace" hints=[("↵", "open"), ("/", "filter")]/>
        <InstallDialog open=install_open/>
    }
}

/// The workspace that a notice is about, if the list could show it.
fn row_of(notice: &Notice, filter: &WorkspacesFilter) -> Option<String> {
    let Notice::Changed(event) = notice else { return None };
    let shows = filter.app.as_ref().is_none_or(|app| *app == event.installation.app);
    shows.then(|| event.tenant.to_string())
}
