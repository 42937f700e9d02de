//! Where: the app in a workspace.

use grantbook_core::view::InstallationView;
use leptos::prelude::*;

use super::Compose;
use crate::reactive::{derived, heard, memo, redrawn};
use crate::{
    address,
    client::{self, remote_keeping},
    components::{AppIcon, Choice, ErrorBox, Picker, StatusPill},
    view_model::{
        compose::{Draft, Part},
        requests::model_words,
    },
};

/// Installations found at once.
const FOUND: &str = "8";

/// What is chosen, or a search for it.
pub fn place(compose: Compose) -> AnyView {
    let is_chosen = memo(move |_| compose.draft.with(|draft| draft.installation.is_some()));
    let shown = move || {
        if is_chosen.get() {
            chosen(compose)
        } else {
            search(compose)
        }
    };
    view! { {redrawn(shown)}{super::said(compose, Part::Place)} }.into_any()
}

fn search(compose: Compose) -> AnyView {
    let typed = RwSignal::new(String::new());
    let found = remote_keeping(
        move || typed.get(),
        |q| async move {
            let query = address::query(&[("q", q.trim()), ("status", "installed"), ("limit", FOUND)]);
            client::installations(&query).await
        },
    );
    let choices = derived(move || {
        let page = found.value()?;
        let choice = |view: InstallationView| Choice {
            value: view.id.to_string(),
            text: format!("{} in {}", view.app_name, view.tenant_name),
            note: view.tenant.to_string(),
        };
        Some(page.items.into_iter().map(choice).collect::<Vec<_>>())
    });
    let pick = move |choice: Choice| {
        let draft = Draft {
            installation: choice.value.parse().ok(),
            scopes: compose.draft.with_untracked(|draft| draft.scopes.clone()),
            ..Draft::default()
        };
        compose.apply.run(draft);
    };
    let failed = move || {
        found.error().map(|error| view! { <ErrorBox title="The installations could not be read" error on_retry=move |()| found.refresh()/> })
    };
    view! {
        <div class="field">
            <label for="ask-place">"App and workspace"</label>
            <Picker id="ask-place" placeholder="Name or id of the app or the workspace" typed found=choices nothing="Nothing installed is called that." on_pick=pick/>
            {redrawn(failed)}
        </div>
    }
    .into_any()
}

fn chosen(compose: Compose) -> AnyView {
    let change = move |_| compose.apply.run(Draft::default());
    let facts = compose.facts;
    let known = move || match (facts.value().flatten(), facts.error()) {
        (Some(facts), _) => installed(&facts.installation),
        (None, Some(error)) => {
            view! { <ErrorBox title="The installation could not be read" error on_retry=move |()| facts.refresh()/> }
                .into_any()
        }
        (None, None) => {
            view! { <span class="who grow"><span class="skel dot"></span><span class="skel w2 grow"></span></span> }
                .into_any()
        }
    };
    view! {
        <div class="row wrap">
            {redrawn(known)}
            <button class="btn sm" type="button" on:click=heard(change)>"Change"</button>
        </div>
    }
    .into_any()
}

fn installed(view: &InstallationView) -> AnyView {
    view! {
        <span class="who grow" data-chosen=view.id.to_string()>
            <AppIcon name=view.app_name.clone()/>
            <span>
                <b class="trunc">{format!("{} in {}", view.app_name, view.tenant_name)}</b>
                <small class="trunc"><span class="mono">{view.tenant.to_string()}</span>" · "{model_words(view.model)}</small>
            </span>
        </span>
        <StatusPill status=view.status/>
    }
    .into_any()
}
