//! The filter bar: a search field, a chip for each active filter, and chips that add one.

use std::time::Duration;

use leptos::prelude::*;

use super::{Glyph, Icon, Popover};
use crate::reactive::{effect, heard};

/// Typing is over after so long without a key.
const PAUSE: Duration = Duration::from_millis(250);

/// The bar; its children are the search field and the chips.
#[component]
pub fn FilterBar(
    /// What is filtered, for those who cannot see it.
    label: &'static str,
    /// Field and chips.
    children: Children,
) -> impl IntoView {
    view! { <div class="filters" role="search" aria-label=label>{children()}</div> }
}

/// The search field. `/` on the keyboard leads here.
#[component]
pub fn SearchInput(
    /// What can be typed.
    placeholder: &'static str,
    /// Its label.
    label: &'static str,
    /// What is in force; typing is reported a moment after it stops.
    #[prop(into)]
    value: Signal<String>,
    /// Searches for what was typed.
    #[prop(into)]
    on_search: Callback<String>,
) -> impl IntoView {
    let typed = RwSignal::new(value.get_untracked());
    effect(move || {
        // What was searched for comes back without the space that is being typed.
        let value = value.get();
        if typed.with_untracked(|typed| typed.trim() != value) {
            typed.set(value);
        }
    });
    let mut debounced = debounce(PAUSE, move |text: String| {
        if text != value.get_untracked() {
            on_search.run(text);
        }
    });
    let input = move |event| {
        let text = event_target_value(&event);
        typed.set(text.clone());
        debounced(text.trim().to_owned());
    };
    view! {
        <span class="with-icon">
            <Icon glyph=Glyph::Search/>
            <input class="input search-in" type="search" data-filter="" spellcheck="false" placeholder=placeholder aria-label=label
                prop:value=move || typed.get() on:input=heard(input)/>
        </span>
    }
}

/// An active filter with its value and a cross.
#[component]
pub fn ActiveChip(
    /// What is filtered.
    label: &'static str,
    /// The value.
    #[prop(into)]
    value: String,
    /// Takes the filter away.
    #[prop(into)]
    on_remove: Callback<()>,
) -> impl IntoView {
    let remove = format!("Remove the filter {label}: {value}");
    view! {
        <button class="chip on" type="button" aria-label=remove on:click=heard(move |_| on_remove.run(()))>
            {label}": "<b>{value}</b><Icon glyph=Glyph::X/>
        </button>
    }
}

/// A dashed chip that opens a panel to choose a filter in.
#[component]
pub fn AddChip(
    /// What can be filtered.
    label: &'static str,
    /// Whether the panel is open.
    open: RwSignal<bool>,
    /// The panel's content.
    children: ChildrenFn,
) -> impl IntoView {
    view! {
        <Popover open class="chip" button=move || view! { <Icon glyph=Glyph::Plus/>{label} }>{children()}</Popover>
    }
}
