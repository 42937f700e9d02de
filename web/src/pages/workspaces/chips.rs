//! The filters of the list: a search field, and a chip each for status, app, scope and time.

use grantbook_core::Scope;
use leptos::{html, prelude::*};
use time::{Date, Duration};

use crate::reactive::{Memo, derived, heard, memo, redrawn};
use crate::{
    clock,
    components::{ActiveChip, AddChip, FilterBar, SearchInput, filter_choice::app_options},
    filter::{STATUSES, WorkspacesFilter},
    view_model::time_words,
};

pub type Edit = Callback<Box<dyn FnOnce(&mut WorkspacesFilter) + Send + Sync>>;

/// The bar.
#[component]
pub fn Filters(filter: Memo<WorkspacesFilter>, apply: Callback<WorkspacesFilter>) -> impl IntoView {
    let edit: Edit = Callback::new(move |change: Box<dyn FnOnce(&mut WorkspacesFilter) + Send + Sync>| {
        let mut filter = filter.get_untracked();
        change(&mut filter);
        filter.cursor = None;
        apply.run(filter);
    });
    let search = move |q: String| edit.run(Box::new(move |filter| filter.q = q));
    let q = derived(move || filter.with(|filter| filter.q.clone()));
    let status = memo(move |_| filter.with(|filter| filter.status));
    let app = memo(move |_| filter.with(|filter| filter.app.clone()));
    let scope = memo(move |_| filter.with(|filter| filter.scope.clone()));
    let since = memo(move |_| filter.with(|filter| filter.changed_since));
    let status_chip = move || match status.get() {
        Some(status) => {
            let word = STATUSES
                .into_iter()
                .find(|(known, _)| *known == status)
                .map_or("", |(_, word)| word);
            view! { <ActiveChip label="Status" value=word on_remove=move |()| edit.run(Box::new(|filter| filter.status = None))/> }
                .into_any()
        }
        None => view! { <StatusChoice edit/> }.into_any(),
    };
    let app_chip = move || {
        match app.get() {
        Some(app) => {
            view! { <ActiveChip label="App" value=app.to_string() on_remove=move |()| edit.run(Box::new(|filter| filter.app = None))/> }
                .into_any()
        }
        None => view! { <AppChoice edit/> }.into_any(),
    }
    };
    let scope_chip = move || {
        match scope.get() {
        Some(scope) => {
            view! { <ActiveChip label="Holds scope" value=scope.to_string() on_remove=move |()| edit.run(Box::new(|filter| filter.scope = None))/> }
                .into_any()
        }
        None => view! { <ScopeChoice edit/> }.into_any(),
    }
    };
    let since_chip = move || match since.get() {
        Some(day) => {
            let value = time_words::date(day.midnight().assume_utc().into());
            view! { <ActiveChip label="Changed since" value on_remove=move |()| edit.run(Box::new(|filter| filter.changed_since = None))/> }
                .into_any()
        }
        None => view! { <SinceChoice edit/> }.into_any(),
    };
    view! {
        <FilterBar label="Filter workspaces">
            <SearchInput placeholder="Filter by name or id" label="Filter workspaces by name or id" value=q on_search=search/>
            {redrawn(status_chip)} {redrawn(app_chip)} {redrawn(scope_chip)} {redrawn(since_chip)}
        </FilterBar>
    }
}

#[component]
fn StatusChoice(edit: Edit) -> impl IntoView {
    let one = move |(status, word)| {
        view! {
            <button class="menu-item" type="button" on:click=heard(move |_| edit.run(Box::new(move |filter| filter.status = Some(status))))>{word}</button>
        }
    };
    let open = RwSignal::new(false);
    view! { <AddChip label="Status" open>{STATUSES.into_iter().map(one).collect_view()}</AddChip> }
}

#[component]
fn AppChoice(edit: Edit) -> impl IntoView {
    let open = RwSignal::new(false);
    let set = Callback::new(move |slug: String| edit.run(Box::new(move |filter| filter.app = slug.parse().ok())));
    view! { <AddChip label="App" open>{app_options(set)}</AddChip> }
}

#[component]
fn ScopeChoice(edit: Edit) -> impl IntoView {
    let open = RwSignal::new(false);
    view! { <AddChip label="Holds scope" open><ScopeForm edit/></AddChip> }
}

#[component]
fn ScopeForm(edit: Edit) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let input = NodeRef::<html::Input>::new();
    input.on_load(|input| {
        let _ = input.focus();
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match text.with_untracked(|text| text.trim().parse::<Scope>()) {
            Ok(scope) => edit.run(Box::new(move |filter| filter.scope = Some(scope))),
            Err(problem) => error.set(Some(problem.to_string())),
        }
    };
    let known = grantbook_core::catalogue::all()
        .iter()
        .map(|scope| view! { <option value=scope.name></option> })
        .collect_view();
    view! {
        <form on:submit=heard(submit)>
            <label class="label" for="scope-filter">"A scope, as Slack spells it"</label>
            <input class="input mono" id="scope-filter" list="scopes-known" autocomplete="off" spellcheck="false" placeholder="channels:history" node_ref=input bind:value=text/>
            <datalist id="scopes-known">{known}</datalist>
            {redrawn(move || error.get().map(|error| view! { <p class="small" role="alert">{error}</p> }))}
            <button class="btn sm" type="submit">"Show workspaces that hold it"</button>
        </form>
    }
}

#[component]
fn SinceChoice(edit: Edit) -> impl IntoView {
    let open = RwSignal::new(false);
    let today = time_words::day(clock::now());
    let set = move |day: Date| edit.run(Box::new(move |filter| filter.changed_since = Some(day)));
    let ago = move |days: i64, word: &'static str| {
        let day = today.saturating_sub(Duration::days(days));
        view! { <button class="menu-item" type="button" on:click=heard(move |_| set(day))>{word}<span class="end">{time_words::iso_day(day)}</span></button> }
    };
    let picked = move |event| {
        if let Some(day) = time_words::parse_day(&event_target_value(&event)) {
            set(day);
        }
    };
    view! {
        <AddChip label="Changed since" open>
            {ago(0, "Today")} {ago(1, "Yesterday")} {ago(7, "A week ago")} {ago(30, "30 days ago")}
            <form>
                <label class="label" for="since-day">"Another day, in UTC"</label>
                <input class="input" id="since-day" type="date" max=time_words::iso_day(today) on:change=heard(picked)/>
            </form>
        </AddChip>
    }
}
