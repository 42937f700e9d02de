//! A paged list whose filter is made of named fields: its place in the address, its filter bar, and what
//! stands in its place while there are no rows. Compiled once for all lists.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{Empty, ErrorBox, FilterBar, FilterChip, Glyph, ListState, Listing, SkeletonRows, filter_choice::in_words};
use crate::reactive::{Memo, derived, heard, memo, redrawn};
use crate::{address::join, view_model::fields::Fields};

/// One field in the filter bar.
pub struct FieldChip {
    /// Its name in the address.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What its value is chosen in.
    pub panel: fn(Callback<String>) -> AnyView,
    /// The value for people; the address may spell it otherwise.
    pub word: fn(String) -> String,
}

/// The filter in force, which is the address, and ways to another.
#[derive(Clone, Copy)]
pub struct FieldList {
    /// The filter.
    pub filter: Memo<Fields>,
    /// Puts another in force.
    pub apply: Callback<Fields>,
    /// What the server is asked.
    pub call: Memo<String>,
}

impl FieldList {
    /// The list at `path` with fields of these names.
    pub fn at(path: &'static str, names: &'static [&'static str]) -> Self {
        let query = use_query_map();
        let filter = memo(move |_| query.with(|query| Fields::read(names, |name| query.get(name))));
        let navigate = use_navigate();
        let apply = Callback::new(move |to: Fields| {
            let options = NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&join(path, &to.address()), options);
        });
        let call = memo(move |_| filter.with(Fields::call));
        Self { filter, apply, call }
    }

    /// The same, for pages of rows that `refresh` reads again.
    pub fn listing(self, refresh: Callback<()>) -> Listing {
        let Self { filter, apply, call } = self;
        Listing {
            call,
            cursor: memo(move |_| filter.with(|filter| filter.cursor.clone())),
            go: Callback::new(move |cursor| apply.run(filter.with_untracked(|filter| filter.at(cursor)))),
            refresh,
        }
    }

    /// Whether an empty page is one of a filtered list, or not the first.
    pub fn is_filtered(self) -> bool {
        self.filter.with(|filter| filter.count() > 0 || filter.cursor.is_some())
    }

    fn clear(self) {
        self.apply.run(self.filter.with_untracked(Fields::cleared));
    }

    /// The filter bar.
    pub fn bar(self, label: &'static str, chips: &'static [FieldChip]) -> AnyView {
        let chips = chips.iter().map(|chip| self.chip(chip)).collect_view();
        let several = memo(move |_| self.filter.with(|filter| filter.count() > 1));
        let clear = move || {
            several.get().then(|| {
                view! { <button class="linklike link small" type="button" on:click=heard(move |_| self.clear())>"Clear filters"</button> }
            })
        };
        view! { <FilterBar label>{chips}{redrawn(clear)}</FilterBar> }.into_any()
    }

    fn chip(self, chip: &'static FieldChip) -> AnyView {
        let value = in_words(
            chip,
            derived(move || self.filter.with(|filter| filter.shown(chip.name))),
        );
        let set = Callback::new(move |text: String| {
            self.apply
                .run(self.filter.with_untracked(|filter| filter.with(chip.name, &text)));
        });
        view! { <FilterChip label=chip.label value set panel=chip.panel/> }.into_any()
    }

    /// The table, or what stands in its place.
    pub fn body(
        self,
        state: Memo<ListState>,
        words: &'static ListWords,
        refresh: Callback<()>,
        rows: ViewFn,
    ) -> AnyView {
        let table = move |body: AnyView| {
            let head = |text: &'static str| view! { <th scope="col">{text}</th> };
            view! {
                <table class=words.class>
                    <caption class="visually-hidden">{words.caption}</caption>
                    <thead><tr>{words.heads.iter().copied().map(head).collect_view()}</tr></thead>
                    <tbody>{body}</tbody>
                </table>
            }
            .into_any()
        };
        let columns = words.heads.len();
        let shown = move || {
            match state.get() {
            ListState::Waiting => table(view! { <SkeletonRows columns/> }.into_any()),
            ListState::Rows => table(rows.run()),
            ListState::NothingMatches => view! {
                <Empty glyph=Glyph::Search title="Nothing matches the filter" text=|| "There may be others, but none that fits here.">
                    <button class="btn sm" type="button" on:click=heard(move |_| self.clear())>"Clear filters"</button>
                </Empty>
            }
            .into_any(),
            ListState::NothingYet => {
                let (title, text) = words.none;
                view! { <Empty glyph=words.glyph title text=move || text/> }.into_any()
            }
            ListState::Failed(error) => {
                view! { <ErrorBox title=words.failed error on_retry=refresh/> }.into_any()
            }
        }
        };
        view! { <div class="table-wrap">{redrawn(shown)}</div> }.into_any()
    }
}

/// What a list says.
pub struct ListWords {
    /// The classes of its table.
    pub class: &'static str,
    /// What its rows are, for those who cannot see it.
    pub caption: &'static str,
    /// Its columns.
    pub heads: &'static [&'static str],
    /// The icon of the empty list.
    pub glyph: Glyph,
    /// Title and sentence while there is nothing yet.
    pub none: (&'static str, &'static str),
    /// What to say when it could not be read.
    pub failed: &'static str,
}

/// The tabs over lists that belong together, by address and name.
pub fn tabs(label: &'static str, all: &[(&'static str, &'static str)], here: &'static str) -> AnyView {
    let tab = |&(href, text): &(&'static str, &'static str)| {
        view! { <a href=href aria-current=(href == here).then_some("page")>{text}</a> }
    };
    view! { <nav class="tabs" aria-label=label>{all.iter().map(tab).collect_view()}</nav> }.into_any()
}
