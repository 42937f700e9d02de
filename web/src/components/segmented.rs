//! A choice between a few things, all visible.

use crate::reactive::{heard, redrawn};
use leptos::prelude::*;

/// One of the things to choose from.
#[derive(Clone)]
pub struct Segment<T> {
    /// What is chosen.
    pub value: T,
    /// How it is drawn.
    pub label: ViewFn,
}

impl<T> Segment<T> {
    /// A segment with a word.
    pub fn word(value: T, word: impl Into<String>) -> Self {
        let word = word.into();
        Self {
            value,
            label: ViewFn::from(move || word.clone()),
        }
    }
}

/// The choice.
#[component]
pub fn Segmented<T>(
    /// What is chosen between, for those who cannot see it.
    #[prop(into)]
    label: String,
    /// The things.
    segments: Vec<Segment<T>>,
    /// The one chosen.
    #[prop(into)]
    chosen: Signal<T>,
    /// Chooses another.
    #[prop(into)]
    on_choose: Callback<T>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let one = move |Segment { value, label }: Segment<T>| {
        let is_chosen = {
            let value = value.clone();
            move || chosen.with(|chosen| *chosen == value).to_string()
        };
        view! {
            <button type="button" aria-pressed=is_chosen on:click=heard(move |_| on_choose.run(value.clone()))>{redrawn(move || label.run())}</button>
        }
    };
    view! { <div class="segmented" role="group" aria-label=label>{segments.into_iter().map(one).collect_view()}</div> }
}
