//! The filters of the history: a chip each.

use grantbook_core::{Fact, Source, catalogue};
use leptos::{ev, html, prelude::*};

use super::Here;
use crate::reactive::{Show, heard, memo, redrawn};
use crate::{
    client::{self, remote},
    clock,
    components::{ActiveChip, AddChip, ErrorBox, FilterBar},
    view_model::{
        history::{Field, HistoryFilter, kind_words, source_words},
        time_words,
    },
};

/// The bar.
#[component]
pub fn Filters(here: Here) -> impl IntoView {
    let count = memo(move |_| here.filter.with(HistoryFilter::count));
    let clear = move |_| here.apply.run(HistoryFilter::default());
    view! {
        <FilterBar label="Filter the history">
            {Field::ALL.into_iter().map(|field| view! { <Chip here field/> }).collect_view()}
            <Show when=move || count.with(|count| *count > 1)>
                <button class="linklike link small" type="button" on:click=heard(clear)>"Clear filters"</button>
            </Show>
        </FilterBar>
    }
}

/// One filter: its value with a cross, or a way to choose one.
#[component]
fn Chip(here: Here, field: Field) -> impl IntoView {
    let value = memo(move |_| here.filter.with(|filter| filter.value(field)));
    let set = Callback::new(move |text: String| {
        here.apply
            .run(here.filter.with_untracked(|filter| filter.with(field, &text)));
    });
    redrawn(move || match value.get() {
        Some(value) => {
            view! { <ActiveChip label=field.label() value on_remove=move |()| set.run(String::new())/> }.into_any()
        }
        None => view! { <Choice field set/> }.into_any(),
    })
}

#[component]
fn Choice(field: Field, set: Callback<String>) -> impl IntoView {
    let open = RwSignal::new(false);
    let panel = move || match field {
        Field::App => view! { <Apps set/> }.into_any(),
        Field::Workspace => view! { <Workspaces set/> }.into_any(),
        Field::Scope => view! { <Scopes set/> }.into_any(),
        Field::Kind => Fact::KINDS
            .map(|kind| option(kind.to_owned(), kind_words(kind).to_owned(), set))
            .collect_view()
            .into_any(),
        Field::Source => Source::ALL
            .map(|source| option(source.as_str().to_owned(), source_words(source).to_owned(), set))
            .collect_view()
            .into_any(),
        Field::From | Field::To => view! { <Day field set/> }.into_any(),
    };
    view! { <AddChip label=field.label() open>{panel()}</AddChip> }
}

fn option(value: String, text: String, set: Callback<String>) -> impl IntoView {
    view! { <button class="menu-item" type="button" on:click=heard(move |_| set.run(value.clone()))>{text}</button> }
}

#[component]
fn Apps(set: Callback<String>) -> impl IntoView {
    let apps = remote(|| (), |()| client::apps());
    redrawn(move || match (apps.value(), apps.error()) {
        (Some(page), _) if page.items.is_empty() => {
            view! { <p class="menu-head subtle">"No app is registered."</p> }.into_any()
        }
        (Some(page), _) => page
            .items
            .into_iter()
            .map(|app| option(app.slug.to_string(), app.name, set))
            .collect_view()
            .into_any(),
        (None, Some(error)) => {
            view! { <ErrorBox title="The apps could not be read" error on_retry=move |()| apps.refresh()/> }.into_any()
        }
        (None, None) => view! { <p class="menu-head"><span class="skel w2"></span></p> }.into_any(),
    })
}

/// Workspaces by part of a name or an id.
#[component]
fn Workspaces(set: Callback<String>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let found = client::remote_keeping(
        move || typed.get(),
        |q| async move {
            client::workspaces(&crate::address::query(&[
                ("q", q.trim()),
                ("sort", "name"),
                ("limit", "8"),
            ]))
            .await
        },
    );
    let input = first_focus();
    let rows = move || match (found.value(), found.error()) {
        (Some(page), _) if page.items.is_empty() => {
            view! { <p class="menu-head subtle">"No workspace is called that."</p> }.into_any()
        }
        (Some(page), _) => page
            .items
            .into_iter()
            .map(|row| {
                let id = row.tenant.to_string();
                let value = id.clone();
                view! {
                    <button class="menu-item" type="button" on:click=heard(move |_| set.run(value.clone()))>
                        <span class="trunc">{row.name}</span><span class="end mono small">{id}</span>
                    </button>
                }
            })
            .collect_view()
            .into_any(),
        (None, Some(error)) => view! { <p class="menu-head subtle">{error.detail}</p> }.into_any(),
        (None, None) => view! { <p class="menu-head"><span class="skel w2"></span></p> }.into_any(),
    };
    view! {
        <form on:submit=heard(|event: ev::SubmitEvent| event.prevent_default())>
            <label class="label" for="history-workspace">"Name or id"</label>
            <input class="input" id="history-workspace" autocomplete="off" spellcheck="false" node_ref=input bind:value=typed/>
        </form>
        {redrawn(rows)}
    }
}

#[component]
fn Scopes(set: Callback<String>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let input = first_focus();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = typed.get_untracked().trim().to_owned();
        if !text.is_empty() {
            set.run(text);
        }
    };
    view! {
        <form on:submit=heard(submit)>
            <label class="label" for="history-scope">"Scope"</label>
            <input class="input mono" id="history-scope" list="history-scopes" placeholder="channels:history" autocomplete="off"
                autocapitalize="none" spellcheck="false" pattern="[a-z0-9.:_\\-]+" title="Lower-case letters, digits and . : _ -"
                required node_ref=input bind:value=typed/>
            <datalist id="history-scopes">{catalogue::all().iter().map(|info| view! { <option value=info.name></option> }).collect_view()}</datalist>
            <button class="btn sm" type="submit">"Filter by scope"</button>
        </form>
    }
}

#[component]
fn Day(field: Field, set: Callback<String>) -> impl IntoView {
    let today = time_words::day(clock::now());
    let ago = move |days: i64, word: &'static str| {
        let day = today.checked_sub(time::Duration::days(days)).unwrap_or(today);
        option(time_words::iso_day(day), word.to_owned(), set)
    };
    let pick = move |event| set.run(event_target_value(&event));
    let id = if field == Field::From {
        "history-from"
    } else {
        "history-to"
    };
    view! {
        {ago(0, "Today")} {ago(1, "Yesterday")} {ago(7, "A week ago")} {ago(30, "30 days ago")}
        <form on:submit=heard(|event: ev::SubmitEvent| event.prevent_default())>
            <label class="label" for=id>"Another day, in UTC"</label>
            <input class="input" id=id type="date" max=time_words::iso_day(today) on:change=heard(pick)/>
        </form>
    }
}

/// The field of a panel that has just opened has the focus.
fn first_focus() -> NodeRef<html::Input> {
    let input = NodeRef::<html::Input>::new();
    input.on_load(|input| {
        let _ = input.focus();
    });
    input
}
