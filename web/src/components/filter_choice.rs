//! A filter as a chip, and the panels in which its value is chosen: an app, a workspace, a scope, one of a few.

use grantbook_core::catalogue;
use leptos::{ev, html, prelude::*};

use super::{ActiveChip, AddChip, ErrorBox, FieldChip};
use crate::reactive::{derived, heard, redrawn};
use crate::{
    address,
    client::{self, remote, remote_keeping},
    clock,
    view_model::time_words,
};

/// One filter: its value with a cross, or a way to choose one.
#[component]
pub fn FilterChip(
    /// What is filtered.
    label: &'static str,
    /// The value in force, in words.
    value: Signal<Option<String>>,
    /// Puts another value in force, as the address spells it; empty for none.
    set: Callback<String>,
    /// Draws the panel to choose in.
    panel: fn(Callback<String>) -> AnyView,
) -> impl IntoView {
    redrawn(move || {
        if let Some(value) = value.get() {
            return view! { <ActiveChip label value on_remove=move |()| set.run(String::new())/> }.into_any();
        }
        let open = RwSignal::new(false);
        view! { <AddChip label open>{panel(set)}</AddChip> }.into_any()
    })
}

/// The value of a filter for people: a workspace by its name, once that is known.
pub fn in_words(chip: &'static FieldChip, value: Signal<Option<String>>) -> Signal<Option<String>> {
    if !matches!(chip.name, "team" | "workspace") {
        return derived(move || value.get().map(chip.word));
    }
    let found = remote_keeping(
        move || value.get().filter(|id| id.starts_with(['T', 'E'])),
        |id| async move {
            let Some(id) = id else { return Ok(None) };
            let query = address::query(&[("q", &id), ("limit", "8")]);
            let page = client::workspaces(&query).await?;
            let row = page.items.into_iter().find(|row| row.tenant.to_string() == id);
            Ok(row.map(|row| (id, row.name)))
        },
    );
    derived(move || {
        let id = value.get()?;
        let name = found.value().flatten().filter(|(known, _)| *known == id);
        Some(name.map_or_else(|| (chip.word)(id), |(_, name)| name))
    })
}

/// One value to choose.
pub fn option(value: impl Into<String>, text: impl Into<String>, set: Callback<String>) -> AnyView {
    noted_option(value.into(), text.into(), None, set)
}

fn noted_option(value: String, text: String, note: Option<String>, set: Callback<String>) -> AnyView {
    let note = note.map(|note| view! { <span class="end mono small">{note}</span> });
    view! {
        <button class="menu-item" type="button" on:click=heard(move |_| set.run(value.clone()))>
            <span class="trunc">{text}</span>{note}
        </button>
    }
    .into_any()
}

/// The field of a panel that has just opened has the focus.
pub fn first_focus() -> NodeRef<html::Input> {
    let input = NodeRef::<html::Input>::new();
    input.on_load(|input| {
        let _ = input.focus();
    });
    input
}

/// The app, by its slug.
pub const APP: FieldChip = FieldChip {
    name: "app",
    label: "App",
    panel: app_options,
    word: |value| value,
};

/// The workspace, by its id.
pub const WORKSPACE: FieldChip = FieldChip {
    name: "workspace",
    label: "Workspace",
    panel: workspace_options,
    word: |value| value,
};

/// Registered apps, by slug.
pub fn app_options(set: Callback<String>) -> AnyView {
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
pub fn workspace_options(set: Callback<String>) -> AnyView {
    let typed = RwSignal::new(String::new());
    let found = remote_keeping(
        move || typed.get(),
        |q| async move {
            let query = address::query(&[("q", q.trim()), ("sort", "name"), ("limit", "8")]);
            client::workspaces(&query).await
        },
    );
    let rows = move || match (found.value(), found.error()) {
        (Some(page), _) if page.items.is_empty() => {
            view! { <p class="menu-head subtle">"No workspace is called that."</p> }.into_any()
        }
        (Some(page), _) => page
            .items
            .into_iter()
            .map(|row| {
                let id = row.tenant.to_string();
                noted_option(id.clone(), row.name, Some(id), set)
            })
            .collect_view()
            .into_any(),
        (None, Some(error)) => view! { <p class="menu-head subtle">{error.detail}</p> }.into_any(),
        (None, None) => view! { <p class="menu-head"><span class="skel w2"></span></p> }.into_any(),
    };
    let input = first_focus();
    view! {
        <form on:submit=heard(|event: ev::SubmitEvent| event.prevent_default())>
            <label class="label" for="filter-workspace">"Name or id"</label>
            <input class="input" id="filter-workspace" autocomplete="off" spellcheck="false" node_ref=input bind:value=typed/>
        </form>
        {redrawn(rows)}
    }
    .into_any()
}

/// One scope of the catalogue, or any other.
pub fn scope_form(set: Callback<String>) -> AnyView {
    typed_form(
        "Scope",
        "channels:history",
        "[a-z0-9.:_\\-]+",
        "Lower-case letters, digits and . : _ -",
        true,
        set,
    )
}

/// A value that is typed.
pub fn typed_form(
    label: &'static str,
    placeholder: &'static str,
    pattern: &'static str,
    rule: &'static str,
    scopes: bool,
    set: Callback<String>,
) -> AnyView {
    let typed = RwSignal::new(String::new());
    let input = first_focus();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = typed.get_untracked().trim().to_owned();
        if !text.is_empty() {
            set.run(text);
        }
    };
    let known = scopes.then(|| {
        let options = catalogue::all()
            .iter()
            .map(|info| view! { <option value=info.name></option> });
        view! { <datalist id="filter-known">{options.collect_view()}</datalist> }
    });
    view! {
        <form on:submit=heard(submit)>
            <label class="label" for="filter-typed">{label}</label>
            <input class="input mono" id="filter-typed" list="filter-known" placeholder=placeholder autocomplete="off"
                autocapitalize="none" spellcheck="false" pattern=pattern title=rule required node_ref=input bind:value=typed/>
            {known}
            <button class="btn sm" type="submit">"Filter by this"</button>
        </form>
    }
    .into_any()
}

/// A day: today, one of the last ones, or any other.
pub fn day_options(id: &'static str, set: Callback<String>) -> AnyView {
    let today = time_words::day(clock::now());
    let ago = move |days: i64, word: &'static str| {
        let day = today.checked_sub(time::Duration::days(days)).unwrap_or(today);
        option(time_words::iso_day(day), word, set)
    };
    let pick = move |event| set.run(event_target_value(&event));
    view! {
        {ago(0, "Today")} {ago(1, "Yesterday")} {ago(7, "A week ago")} {ago(30, "30 days ago")}
        <form on:submit=heard(|event: ev::SubmitEvent| event.prevent_default())>
            <label class="label" for=id>"Another day, in UTC"</label>
            <input class="input" id=id type="date" max=time_words::iso_day(today) on:change=heard(pick)/>
        </form>
    }
    .into_any()
}
