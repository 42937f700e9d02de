//! One workspace in the list.

use grantbook_core::{
    Timestamp,
    grants::Status,
    view::{ChangeView, WorkspaceView},
};
use leptos::prelude::*;

use crate::reactive::{Memo, derived, memo, redrawn};
use crate::{
    address, clock,
    components::{AppIcon, RelativeTime, SentenceText, TokenPill},
    view_model::{number, sentence::change_sentence, time_words, token},
};

/// The row. It follows its workspace, so that a change redraws its cells and leaves the focus alone.
#[component]
pub fn WorkspaceRow(row: Memo<Option<WorkspaceView>>) -> impl IntoView {
    let is_off = move || {
        row.with(|row| {
            row.as_ref()
                .is_none_or(|row| row.status != Status::Installed && row.apps == 0)
        })
    };
    let href = move || row.with(|row| row.as_ref().map(|row| address::workspace(&row.tenant, None)));
    let count = move |of: fn(&WorkspaceView) -> u64| move || row.with(|row| row.as_ref().map_or(0, of));
    view! {
        <tr class:is-off=is_off>
            <td class="lead"><a href=href data-row="">{redrawn(move || row.get().map(|row| view! { <Name row/> }))}</a></td>
            <td class="wide" data-label="Token">{redrawn(move || row.get().map(|row| view! { <Token row/> }))}</td>
            <td class="num" data-label="Apps"><Count of=derived(count(|row| row.apps))/></td>
            <td class="num" data-label="Scopes"><Count of=derived(count(|row| row.scopes))/></td>
            <td class="wide" data-label="Last change">
                {redrawn(move || row.get().and_then(|row| row.last_change).map(|change| view! { <Change change/> }))}
            </td>
        </tr>
    }
}

#[component]
fn Name(row: WorkspaceView) -> impl IntoView {
    let parent = row
        .enterprise
        .map(|parent| view! { " in "<span class="mono">{parent.to_string()}</span> });
    view! {
        <span class="who">
            <AppIcon name=row.name.clone()/>
            <span>
                <b class="trunc">{row.name}</b>
                <small class="trunc"><span class="mono">{row.tenant.to_string()}</span>{parent}</small>
            </span>
        </span>
    }
}

#[component]
fn Token(row: WorkspaceView) -> impl IntoView {
    let now = clock::use_now();
    let pill = view! { <TokenPill status=row.status token=row.token.state/> };
    let line = memo(move |_| token_line(&row, now.get()));
    view! { {pill}<br/><small class="subtle small">{redrawn(move || line.get())}</small> }
}

/// What is said under the pill.
fn token_line(row: &WorkspaceView, now: Timestamp) -> String {
    if row.status != Status::Uninstalled {
        return token::lifetime(&row.token, now);
    }
    match &row.last_change {
        Some(change) if change.kind == "uninstalled" => {
            format!("{}; history is kept", time_words::relative(change.at, now))
        }
        _ => "History is kept".to_owned(),
    }
}

/// A number; zero is shown, subtle.
#[component]
fn Count(#[prop(into)] of: Signal<u64>) -> impl IntoView {
    view! { <span class:subtle=move || of.get() == 0>{redrawn(move || number::thousands(of.get()))}</span> }
}

#[component]
fn Change(change: ChangeView) -> impl IntoView {
    view! {
        <SentenceText segments=change_sentence(&change)/>
        <br/>
        <small class="subtle small"><RelativeTime at=change.at/></small>
    }
}
