//! Grant history: every ledger entry of every app in every workspace, newest first.

use grantbook_core::view::{EntryView, Page};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::reactive::{Memo, Show, memo};
use crate::{
    client::{self, Notice, Remote, remote_keeping},
    components::{CopyLink, Fresh, Glyph, Icon, Listing, PageHead, TrailPager, shown},
    view_model::history::{HistoryFilter, PAGE},
};

pub mod chips;
pub mod detail;
pub mod row;
pub mod table;

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Here {
    /// The filter in force: the address.
    filter: Memo<HistoryFilter>,
    /// Puts another filter in force.
    apply: Callback<HistoryFilter>,
    /// The page of the list.
    page: Remote<Page<EntryView>>,
}

/// The page. Its filter is its address.
#[component]
pub fn HistoryPage() -> impl IntoView {
    let query = use_query_map();
    let filter = memo(move |_| query.with(|query| HistoryFilter::read(|name| query.get(name))));
    let navigate = use_navigate();
    let apply = Callback::new(move |to: HistoryFilter| {
        // Choosing an entry is no step to come back from; another list is.
        let now = filter.get_untracked();
        let replace = now.selecting(None) == to.selecting(None);
        navigate(
            &to.href(),
            NavigateOptions {
                replace,
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    });
    // The entry chosen is part of the address, not of the question.
    let asked = memo(move |_| filter.with(HistoryFilter::call));
    let page = remote_keeping(
        move || asked.get(),
        |query| async move { client::history(&query).await },
    );
    let listing = Listing {
        call: asked,
        cursor: memo(move |_| filter.with(|filter| filter.cursor.clone())),
        go: Callback::new(move |cursor| apply.run(filter.with_untracked(|filter| filter.at(cursor)))),
        refresh: Callback::new(move |()| page.refresh()),
    };
    let here = Here { filter, apply, page };
    let fresh = Fresh::watch(
        listing,
        move |notice| filter.with_untracked(|filter| row_of(notice, filter)),
        move || !listing.is_at_top(),
    );
    let export = move || client::history_csv(&filter.with(HistoryFilter::export));
    let has_entry = memo(move |_| filter.with(|filter| filter.entry.is_some()));
    view! {
        <PageHead
            title="Grant history"
            text=|| "Who let which app do what, where, and when. Nothing here is ever overwritten."
        >
            <CopyView/>
            <a class="btn" href=export download="grant-history.csv" rel="external"><Icon glyph=Glyph::Export/>"Export CSV"</a>
        </PageHead>
        <chips::Filters here/>
        <div class:split=move || has_entry.get()>
            <div class="stack">
                <table::HistoryTable here fresh/>
                <TrailPager listing shown=shown(page) size=PAGE one="entry" hints=[("↵", "details"), ("L", "copy link")]/>
            </div>
            <Show when=move || has_entry.get()><detail::Detail here/></Show>
        </div>
    }
}

/// The entry that a notice is about, if the list could show it.
fn row_of(notice: &Notice, filter: &HistoryFilter) -> Option<String> {
    let Notice::Changed(event) = notice else { return None };
    let shows = filter.app.as_ref().is_none_or(|app| *app == event.installation.app)
        && filter.workspace.as_ref().is_none_or(|tenant| *tenant == event.tenant)
        && filter.kind.is_none_or(|kind| kind == event.kind);
    shows.then(|| format!("{}:{}", event.installation, event.seq))
}

/// Copies the address of what is shown, filters included.
#[component]
fn CopyView() -> impl IntoView {
    view! { <CopyLink/> }
}
