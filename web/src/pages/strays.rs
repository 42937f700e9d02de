//! Strays: presses and commands that belong to no request, so that nothing a person does goes unseen.

use grantbook_core::view::requests::StrayView;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::requests::tabs;
use crate::reactive::{memo, redrawn};
use crate::{
    address,
    client::{self, remote_keeping},
    components::{
        Empty, ErrorBox, Glyph, ListState, Listing, PageHead, RelativeTime, SentenceText, SkeletonRows, TrailPager,
        list_state, shown,
    },
    view_model::sentence::marked,
};

/// Rows on one page of the list.
const PAGE: usize = 50;

/// The page.
#[component]
pub fn StraysPage() -> impl IntoView {
    let query = use_query_map();
    let cursor = memo(move |_| query.with(|query| query.get("cursor")));
    let call = memo(move |_| {
        let cursor = cursor.get().unwrap_or_default();
        address::query(&[("limit", &PAGE.to_string()), ("cursor", &cursor)])
    });
    let page = remote_keeping(move || call.get(), |query| async move { client::strays(&query).await });
    let navigate = use_navigate();
    let listing = Listing {
        call,
        cursor,
        go: Callback::new(move |cursor: Option<String>| {
            let query = address::query(&[("cursor", &cursor.unwrap_or_default())]);
            navigate(&address::join(address::STRAYS, &query), NavigateOptions::default());
        }),
        refresh: Callback::new(move |()| page.refresh()),
    };
    let state = list_state(page, move || cursor.with(Option::is_some));
    let rows = move || page.value().map(|page| page.items.into_iter().map(row).collect_view());
    let body = move || match state.get() {
        ListState::Waiting => {
            view! { <table class="table"><tbody><SkeletonRows columns=4/></tbody></table> }.into_any()
        }
        ListState::Rows => {
            view! { <table class="table cards strays">{heads()}<tbody>{redrawn(rows)}</tbody></table> }.into_any()
        }
        ListState::NothingMatches | ListState::NothingYet => {
            let text = || "A press that no request of this console led to would stand here, with the reason.";
            view! { <Empty glyph=Glyph::Check title="Every press belongs to a request" text/> }.into_any()
        }
        ListState::Failed(error) => {
            view! { <ErrorBox title="The strays could not be read" error on_retry=move |()| page.refresh()/> }
                .into_any()
        }
    };
    view! {
        <PageHead title="Strays" text=|| "Presses and commands that belong to no request: old messages, buttons of other installations, values that are not ours."/>
        {tabs(address::STRAYS)}
        <div class="table-wrap" aria-busy=move || page.is_loading().to_string()>{redrawn(body)}</div>
        <TrailPager listing shown=shown(page) size=PAGE one="stray" hints=[("G E", "requests"), ("L", "copy link")]/>
    }
}

fn heads() -> AnyView {
    let heads = ["When", "What happened", "App and workspace", "Kind"];
    let head = |text: &'static str| view! { <th scope="col">{text}</th> };
    view! {
        <caption class="visually-hidden">"Strays, newest first"</caption>
        <thead><tr>{heads.map(head).collect_view()}</tr></thead>
    }
    .into_any()
}

fn row(stray: StrayView) -> AnyView {
    let place = match &stray.tenant {
        Some(tenant) => view! { <a href=address::workspace(tenant, Some(&stray.app))>{stray.app.to_string()}" in "{tenant.to_string()}</a> }.into_any(),
        None => stray.app.to_string().into_any(),
    };
    let who = stray
        .user
        .map(|user| view! { " by "<span class="mono">{user.to_string()}</span> });
    view! {
        <tr>
            <td class="lead nowrap"><RelativeTime at=stray.at/></td>
            <td class="wide what">
                <SentenceText segments=marked(&stray.sentence)/><br/>
                <small class="subtle small"><code>{stray.code}</code>" · "{stray.subject}{who}</small>
            </td>
            <td class="wide" data-label="App and workspace">{place}</td>
            <td class="wide" data-label="Kind"><span class="tag">{stray.kind}</span></td>
        </tr>
    }
    .into_any()
}
