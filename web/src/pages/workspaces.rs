//! Workspaces: where the apps are installed, whether their tokens are alive, and what changed last.

pub mod chips;
pub mod fresh;
pub mod row;
pub mod table;
pub mod trail;

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::reactive::{Show, heard, memo};
use crate::{
    address,
    client::{self, remote_keeping},
    components::{Glyph, Icon, InstallDialog, PageHead},
    filter::WorkspacesFilter,
    session::use_session,
};
use chips::Filters;
use fresh::Fresh;
use table::WorkspacesTable;
use trail::{TrailPager, use_trail};

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
    let fresh = Fresh::watch(filter, page, apply);
    let trail = use_trail(filter, apply);
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
        <TrailPager filter page trail/>
        <InstallDialog open=install_open/>
    }
}
