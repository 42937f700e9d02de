//! The bar over the table while rows are selected.

use std::collections::BTreeSet;

use grantbook_core::view::approvals::Outcome;
use leptos::prelude::*;

use super::Here;
use crate::reactive::{Show, heard, redrawn};
use crate::view_model::{number::count, queue};

/// How many are selected, and what can be done with them.
pub(super) fn bar(here: Here) -> AnyView {
    let many = move || here.picked.with(BTreeSet::len);
    let is_any = move || many() > 0;
    let button = move |outcome: Outcome, class: &'static str, key: &'static str| {
        view! {
            <button class=class type="button" data-bulk=outcome.as_str() on:click=heard(move |_| _ = here.decide(outcome))>
                {queue::verb(outcome)}"… "{(!key.is_empty()).then(|| view! { <kbd>{key}</kbd> })}
            </button>
        }
        .into_any()
    };
    view! {
        <Show when=is_any>
            <div class="bulk" role="region" aria-label="Selected requests">
                <b aria-live="polite">{redrawn(move || format!("{} selected", count(many() as u64, "request")))}</b>
                {button(Outcome::Approved, "btn sm primary", "A")}
                {button(Outcome::Restricted, "btn sm danger", "R")}
                {button(Outcome::Cancelled, "btn sm", "")}
                <button class="btn sm ghost end" type="button" on:click=heard(move |_| here.picked.set(BTreeSet::new()))>"Clear "<kbd>"Esc"</kbd></button>
            </div>
        </Show>
    }
    .into_any()
}
