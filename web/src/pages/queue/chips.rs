//! The filters of the queue as chips, and its search.

use grantbook_core::approval::RiskLevel;
use leptos::prelude::*;

use crate::reactive::{derived, heard, memo, redrawn};
use crate::{
    components::{
        FieldChip, FieldList, FilterBar, FilterChip, SearchInput,
        filter_choice::{day_options, in_words, option, typed_form, workspace_options},
    },
    view_model::queue,
};

/// Filters of every list.
const ALWAYS: &[FieldChip] = &[
    FieldChip {
        name: "team",
        label: "Workspace",
        panel: |set| view! { {option("org", "The whole organization", set)}{workspace_options(set)} }.into_any(),
        word: |value| {
            if value == "org" {
                "the whole organization".to_owned()
            } else {
                value
            }
        },
    },
    FieldChip {
        name: "risk",
        label: "Risk",
        panel: |set| {
            RiskLevel::ALL
                .map(|level| option(level.as_str(), level.as_str(), set))
                .collect_view()
                .into_any()
        },
        word: |value| value,
    },
    FieldChip {
        name: "developer_type",
        label: "Distribution",
        panel: |set| {
            ["internal", "third_party", "slack", "other"]
                .map(|made| option(made, queue::maker(made), set))
                .collect_view()
                .into_any()
        },
        word: |value| queue::maker(&value).to_owned(),
    },
    FieldChip {
        name: "marketplace",
        label: "Marketplace",
        panel: |set| view! { {option("true", "Listed", set)}{option("false", "Not listed", set)} }.into_any(),
        word: |value| if value == "true" { "listed" } else { "not listed" }.to_owned(),
    },
    FieldChip {
        name: "app",
        label: "App",
        panel: |set| {
            typed_form(
                "An app’s id",
                "A0TRANS91",
                "A[A-Z0-9]+",
                "A, then capital letters and digits",
                false,
                set,
            )
        },
        word: |value| value,
    },
    FieldChip {
        name: "requester",
        label: "Asked by",
        panel: |set| {
            typed_form(
                "A person’s id",
                "U061F7AUR",
                "[UW][A-Z0-9]+",
                "U or W, then capital letters and digits",
                false,
                set,
            )
        },
        word: |value| value,
    },
    FieldChip {
        name: "rule",
        label: "Rule",
        panel: |set| {
            typed_form(
                "A rule’s id",
                "internal-apps",
                "[a-z0-9._\\-]+",
                "Small letters, digits and . _ -",
                false,
                set,
            )
        },
        word: |value| value,
    },
];

/// Filters of lists with decided requests.
const DECIDED: &[FieldChip] = &[
    FieldChip {
        name: "decided_by",
        label: "Decided by",
        panel: |set| {
            [
                ("rule", "A rule"),
                ("person", "A person here"),
                ("elsewhere", "Somebody in Slack"),
                ("timer", "Nobody in time"),
            ]
            .map(|(value, word)| option(value, word, set))
            .collect_view()
            .into_any()
        },
        word: |value| {
            match value.as_str() {
                "rule" => "a rule",
                "person" => "a person here",
                "elsewhere" => "somebody in Slack",
                _ => "nobody in time",
            }
            .to_owned()
        },
    },
    FieldChip {
        name: "from",
        label: "Asked from",
        panel: |set| day_options("queue-from", set),
        word: |value| value,
    },
    FieldChip {
        name: "to",
        label: "Asked to",
        panel: |set| day_options("queue-to", set),
        word: |value| value,
    },
];

/// The filter bar.
pub(super) fn bar(list: FieldList) -> AnyView {
    let q = memo(move |_| list.filter.with(|filter| filter.get("q").to_owned()));
    let search = move |q: String| {
        list.apply
            .run(list.filter.with_untracked(|filter| filter.with("q", &q)));
    };
    let decided = memo(move |_| list.filter.with(|filter| queue::state_of(filter) != "open"));
    let several = memo(move |_| list.filter.with(|filter| queue::chosen(filter).count() > 1));
    let clear = move |_| clear(list);
    view! {
        <FilterBar label="Filter the queue">
            <SearchInput placeholder="App, person, scope or words" label="Filter the queue by app, person, scope or words" value=q on_search=search/>
            {ALWAYS.iter().map(|field| chip(list, field)).collect_view()}
            {redrawn(move || decided.get().then(|| DECIDED.iter().map(|field| chip(list, field)).collect_view()))}
            {redrawn(move || several.get().then(|| view! {
                <button class="linklike link small" type="button" on:click=heard(clear)>"Clear filters"</button>
            }))}
        </FilterBar>
    }
    .into_any()
}

/// Takes every filter away; tab and order stay.
pub(super) fn clear(list: FieldList) {
    let to = list.filter.with_untracked(|filter| {
        let (state, sort) = (filter.get("state").to_owned(), filter.get("sort").to_owned());
        filter.cleared().with("state", &state).with("sort", &sort)
    });
    list.apply.run(to);
}

fn chip(list: FieldList, chip: &'static FieldChip) -> AnyView {
    let value = in_words(
        chip,
        derived(move || list.filter.with(|filter| filter.shown(chip.name))),
    );
    let set = Callback::new(move |text: String| {
        list.apply
            .run(list.filter.with_untracked(|filter| filter.with(chip.name, &text)));
    });
    view! { <FilterChip label=chip.label value set panel=chip.panel/> }.into_any()
}
