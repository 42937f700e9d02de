//! The filters of the history: a chip each.

use grantbook_core::{Fact, Source};
use leptos::prelude::*;

use super::Here;
use crate::reactive::{Show, derived, heard, memo};
use crate::{
    components::{
        FilterBar, FilterChip,
        filter_choice::{app_options, day_options, option, scope_form, workspace_options},
    },
    view_model::history::{Field, HistoryFilter, kind_words, source_words},
};

/// The bar.
#[component]
pub fn Filters(here: Here) -> impl IntoView {
    let count = memo(move |_| here.filter.with(HistoryFilter::count));
    let clear = move |_| here.apply.run(HistoryFilter::default());
    view! {
        <FilterBar label="Filter the history">
            {Field::ALL.map(|field| chip(here, field)).collect_view()}
            <Show when=move || count.with(|count| *count > 1)>
                <button class="linklike link small" type="button" on:click=heard(clear)>"Clear filters"</button>
            </Show>
        </FilterBar>
    }
}

/// One filter: its value with a cross, or a way to choose one.
fn chip(here: Here, field: Field) -> AnyView {
    let value = derived(move || here.filter.with(|filter| filter.value(field)));
    let set = Callback::new(move |text: String| {
        here.apply
            .run(here.filter.with_untracked(|filter| filter.with(field, &text)));
    });
    view! { <FilterChip label=field.label() value set panel=panel(field)/> }.into_any()
}

/// What its value is chosen in.
fn panel(field: Field) -> fn(Callback<String>) -> AnyView {
    match field {
        Field::App => app_options,
        Field::Workspace => workspace_options,
        Field::Scope => scope_form,
        Field::Kind => |set| {
            Fact::KINDS
                .map(|kind| option(kind, kind_words(kind), set))
                .collect_view()
                .into_any()
        },
        Field::Source => |set| {
            Source::ALL
                .map(|source| option(source.as_str(), source_words(source), set))
                .collect_view()
                .into_any()
        },
        Field::From => |set| day_options("history-from", set),
        Field::To => |set| day_options("history-to", set),
    }
}
