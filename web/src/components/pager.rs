//! Newer and Older: pages of a list by cursor.

use crate::reactive::{heard, redrawn};
use leptos::prelude::*;

/// Turns the pages of a list. A list knows only what follows, so the way back is the trail of cursors
/// that led here; a shared address in the middle of a list leads back to its top.
#[component]
pub fn Pager(
    /// What is shown: `1 to 50`.
    #[prop(into)]
    summary: Signal<String>,
    /// Goes one page up; absent at the top.
    #[prop(into)]
    newer: Signal<Option<Callback<()>>>,
    /// Goes one page down; absent at the end.
    #[prop(into)]
    older: Signal<Option<Callback<()>>>,
    /// Names of the two directions, if the list is not by time.
    #[prop(default = ("Newer", "Older"))]
    words: (&'static str, &'static str),
    /// Hints at keys.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let button = |word: &'static str, go: Signal<Option<Callback<()>>>| {
        let click = move |_| {
            if let Some(go) = go.get_untracked() {
                go.run(());
            }
        };
        view! { <button class="btn sm" type="button" disabled=move || go.with(Option::is_none) on:click=heard(click)>{word}</button> }
    };
    view! {
        <nav class="pager" aria-label="Pages of the list">
            <span class="tabular" aria-live="polite">{redrawn(move || summary.get())}</span>
            {children.map(|children| view! { <span class="hints hide-narrow">{children()}</span> })}
            <span class="end">{button(words.0, newer)}{button(words.1, older)}</span>
        </nav>
    }
}
