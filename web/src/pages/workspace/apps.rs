//! The apps of the workspace, side by side.

use grantbook_core::{grants::Status, view::InstallationView};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::Here;
use crate::reactive::{For, heard, memo};
use crate::{
    components::AppIcon,
    view_model::{token, workspace::WorkspaceAddress},
};

/// One button for each app; the chosen one is pressed.
#[component]
pub fn AppTabs(here: Here) -> impl IntoView {
    let apps = memo(move |_| {
        here.workspace.signal().with(|view| {
            let installations = view.iter().flat_map(|view| &view.installations);
            installations.map(Tab::of).collect::<Vec<_>>()
        })
    });
    view! {
        <div class="row wrap">
            <div class="segmented" role="group" aria-label="App">
                <For each=move || apps.get() key=Clone::clone let:tab><AppTab here tab/></For>
            </div>
        </div>
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Tab {
    app: grantbook_core::AppSlug,
    name: String,
    status: Status,
}

impl Tab {
    fn of(view: &InstallationView) -> Self {
        Self {
            app: view.app.clone(),
            name: view.app_name.clone(),
            status: view.status,
        }
    }
}

#[component]
fn AppTab(here: Here, tab: Tab) -> impl IntoView {
    let navigate = use_navigate();
    let app = tab.app.clone();
    let is_chosen = memo(move |_| {
        here.installation
            .with(|view| view.as_ref().is_some_and(|view| view.app == app))
    });
    let choose = move |_| {
        let at = here.address.with_untracked(|address| address.at);
        here.go(
            &navigate,
            &WorkspaceAddress {
                app: Some(tab.app.clone()),
                at,
                installed: false,
            },
        );
    };
    let over = (tab.status != Status::Installed).then(|| format!(" · {}", token::status(tab.status).to_lowercase()));
    view! {
        <button type="button" aria-pressed=move || is_chosen.get().to_string() on:click=heard(choose)>
            <AppIcon name=tab.name.clone()/>{tab.name}{over.map(|over| view! { <span class="subtle">{over}</span> })}
        </button>
    }
}
