//! A strip of facts under the head of a page.

use crate::reactive::redrawn;
use leptos::prelude::*;

/// The strip; its children are [`Stat`]s.
#[component]
pub fn StatStrip(
    /// The facts, at most four.
    children: Children,
) -> impl IntoView {
    view! { <dl class="strip">{children()}</dl> }
}

/// One fact.
#[component]
pub fn Stat(
    /// Its name.
    #[prop(into)]
    label: String,
    /// A line under it.
    #[prop(optional, into)]
    note: Option<ViewFn>,
    /// The fact.
    children: Children,
) -> impl IntoView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>{children()}</dd>
            {note.map(|note| view! { <dd><small>{redrawn(move || note.run())}</small></dd> })}
        </div>
    }
}
