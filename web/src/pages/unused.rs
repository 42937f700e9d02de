//! Unused scopes: held, and needed by no call that was observed.

use grantbook_core::view::{Page, drift::UnusedScopeView};
use leptos::prelude::*;

use super::drift::board_tabs;
use crate::reactive::For;
use crate::{
    address,
    client::{self, Remote, remote_keeping},
    components::{
        FieldChip, FieldList, Glyph, ListWords, PageHead, RelativeTime, ScopeTag, TrailPager, filter_choice,
        list_state, shown,
    },
    session::use_session,
    view_model::{fields::PAGE, number::count},
};

const CHIPS: &[FieldChip] = &[filter_choice::APP, filter_choice::WORKSPACE];

static WORDS: ListWords = ListWords {
    class: "table cards unused",
    caption: "Unused scopes",
    heads: &["Scope", "Held by", "Held since", "Last needed", "Observed", ""],
    glyph: Glyph::Check,
    none: (
        "No scope is known to be unused",
        "Calls through this console show which scopes Slack needed for them. What no call needed will stand here.",
    ),
    failed: "The scopes could not be read",
};

/// The page. Its filter is its address.
#[component]
pub fn UnusedPage() -> impl IntoView {
    let list = FieldList::at(address::UNUSED, &["app", "workspace"]);
    let page = remote_keeping(
        move || list.call.get(),
        |query| async move { client::unused_scopes(&query).await },
    );
    let refresh = Callback::new(move |()| page.refresh());
    let listing = list.listing(refresh);
    let state = list_state(page, move || list.is_filtered());
    view! {
        <PageHead title="Unused scopes" text=|| "Scopes that are held and that no observed call needed. Few calls prove little: look at how many there were."/>
        {board_tabs(address::UNUSED)}
        {list.bar("Filter the scopes", CHIPS)}
        {list.body(state, &WORDS, refresh, ViewFn::from(move || rows(page)))}
        <TrailPager listing shown=shown(page) size=PAGE one="scope" hints=[("/", "filter"), ("L", "copy link")]/>
    }
}

fn rows(page: Remote<Page<UnusedScopeView>>) -> AnyView {
    let items = move || page.value().map(|page| page.items).unwrap_or_default();
    let key = |row: &UnusedScopeView| (row.installation.clone(), row.scope.clone(), row.calls_observed);
    view! { <For each=items key=key children=row/> }.into_any()
}

fn row(view: UnusedScopeView) -> AnyView {
    let moment = |at: Option<grantbook_core::Timestamp>, none: &'static str| match at {
        Some(at) => view! { <RelativeTime at/> }.into_any(),
        None => view! { <span class="subtle">{none}</span> }.into_any(),
    };
    let place = address::workspace(&view.installation.tenant, Some(&view.app));
    let smaller = view
        .smaller_install_url
        .filter(|_| use_session().is_admin())
        .map(|href| {
            view! { <a class="btn sm" href=href rel="external">"Install with fewer"</a> }
        });
    view! {
        <tr data-unused=view.scope.to_string()>
            <td class="lead"><ScopeTag scope=view.scope.clone()/></td>
            <td class="wide" data-label="Held by"><a href=place data-row="">{view.app_name}" in "{view.tenant_name}</a></td>
            <td class="nowrap" data-label="Held since">{moment(view.held_since, "not known")}</td>
            <td class="nowrap" data-label="Last needed">{moment(view.last_used, "never")}</td>
            <td data-label="Observed">{count(view.calls_observed, "call")}" since "<RelativeTime at=view.observed_since/></td>
            <td class="num">{smaller}</td>
        </tr>
    }
    .into_any()
}
