//! Drift: where what is declared, the ledger and Slack differ, why, and what mends it.

use grantbook_core::view::{
    Page,
    drift::{DriftKind, DriftView},
};
use leptos::prelude::*;

use crate::reactive::{For, derived};
use crate::{
    address,
    client::{self, Notice, Remote, remote, remote_keeping},
    components::{
        FieldChip, FieldList, Glyph, Icon, ListWords, OldRows, PageHead, TrailPager,
        filter_choice::{self, option},
        list_state, shown, tabs,
    },
    view_model::{
        drift::{kind_of, kind_words},
        fields::{Fields, PAGE},
    },
};

mod row;
mod run;

/// How often the board is read again, in seconds: differences are noticed in Slack's answers, without an event.
const AGAIN: u64 = 10;

const NAMES: &[&str] = &["state", "kind", "app", "workspace"];
const CLOSED: &str = "/drift?state=closed";

const CHIPS: &[FieldChip] = &[
    FieldChip {
        name: "kind",
        label: "Kind",
        panel: |set| {
            DriftKind::ALL
                .map(|kind| option(kind.as_str(), kind_words(kind), set))
                .collect_view()
                .into_any()
        },
        word: kind_of,
    },
    filter_choice::APP,
    filter_choice::WORKSPACE,
];

static WORDS: ListWords = ListWords {
    class: "table cards drift",
    caption: "Differences, the newest first",
    heads: &[
        "Difference",
        "Declared",
        "Ledger",
        "Slack",
        "Likely cause",
        "What mends it",
    ],
    glyph: Glyph::Check,
    none: (
        "No difference is open",
        "Where Slack’s own lists, the ledger and what an app declares differ, it stands here with its likely cause.",
    ),
    failed: "The differences could not be read",
};

/// The tabs of the board.
pub fn board_tabs(here: &'static str) -> AnyView {
    let all = [
        (address::DRIFT, "Open"),
        (CLOSED, "Closed"),
        (address::UNUSED, "Unused scopes"),
    ];
    tabs("Drift", &all, here)
}

/// The page. Its filter is its address.
#[component]
pub fn DriftPage() -> impl IntoView {
    let list = FieldList::at(address::DRIFT, NAMES);
    let page = remote_keeping(
        move || list.call.get(),
        |query| async move {
            let query = if query.contains("state=") {
                query
            } else {
                format!("state=open&{query}")
            };
            client::drifts(&query).await
        },
    );
    let summary = remote(|| (), |()| client::drift_summary());
    let refresh = Callback::new(move |()| {
        page.refresh();
        summary.refresh();
    });
    let listing = list.listing(refresh);
    listing.keep_fresh(AGAIN, |notice| !matches!(notice, Notice::Asked(_) | Notice::Queued(_)));
    // The state is a tab and no filter.
    let filters = move || {
        list.filter
            .with(|filter| filter.with("state", "").count() > 0 || filter.cursor.is_some())
    };
    let state = list_state(page, filters);
    let tabs = move || {
        let closed = list.filter.with(|filter| filter.get("state") == "closed");
        board_tabs(if closed { CLOSED } else { address::DRIFT })
    };
    let export = move || {
        let query = list.filter.with(Fields::export);
        client::drifts_csv(&if query.contains("state=") {
            query
        } else {
            format!("state=open&{query}")
        })
    };
    view! {
        <PageHead title="Drift" text=|| "Where what an app declares, what the ledger holds and what Slack shows differ.">
            <a class="btn" href=export download="drift.csv" rel="external"><Icon glyph=Glyph::Export/>"Export CSV"</a>
            {run::button(refresh)}
        </PageHead>
        {run::summary(summary)}
        {crate::reactive::redrawn(tabs)}
        {list.bar("Filter the differences", CHIPS)}
        <OldRows what="The board" has_rows=derived(move || page.signal().with(Option::is_some))
            error=derived(move || page.error()) on_retry=refresh/>
        {list.body(state, &WORDS, refresh, ViewFn::from(move || rows(page, refresh)))}
        <TrailPager listing shown=shown(page) size=PAGE one="difference" hints=[("/", "filter"), ("L", "copy link")]/>
    }
}

fn rows(page: Remote<Page<DriftView>>, refresh: Callback<()>) -> AnyView {
    let items = move || page.value().map(|page| page.items).unwrap_or_default();
    let key = |drift: &DriftView| (drift.id, drift.closed_at.is_some());
    view! { <For each=items key=key children=move |drift| row::row(drift, refresh)/> }.into_any()
}
