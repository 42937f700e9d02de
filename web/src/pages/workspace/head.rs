//! The head of the page: which workspace it is, and what can be done.

use grantbook_core::{Tenant, grants::Status};
use leptos::prelude::*;

use super::{Here, check::CheckDialog, install_again::InstallAgain, reconcile::CheckWithSlack};
use crate::reactive::{Show, memo, redrawn};
use crate::{
    address,
    components::{AppIcon, Crumb, Glyph, Icon, PageHead, RelativeTime},
    view_model::{compose::Draft, names},
};

/// Crumbs, name, id, who installed the app and when, and the actions.
#[component]
pub fn Head(here: Here) -> impl IntoView {
    let name = memo(move |_| {
        here.workspace
            .signal()
            .with(|view| view.as_ref().map_or_else(String::new, |view| view.name.clone()))
    });
    let mark = move || view! { {redrawn(move || view! { <AppIcon name=name.get() large=true/> })} };
    view! {
        <PageHead title=name text=move || view! { <Identity here/> } mark=ViewFn::from(mark) crumbs=vec![Crumb::new("Workspaces", address::WORKSPACES)]>
            <Show when=move || here.installation.with(Option::is_some)>
                <CheckWithSlack here/>
                <InstallAgain here/>
                {redrawn(move || ask_link(here))}
                <CheckDialog here/>
            </Show>
        </PageHead>
    }
}

/// Leads to a draft for the chosen app; a past moment and an app that is gone have none.
fn ask_link(here: Here) -> AnyView {
    let (key, status) = match here.installation.get() {
        Some(view) => (Some(view.id), view.status),
        None => (None, Status::Unknown),
    };
    let reason = match (here.is_past(), status) {
        (true, _) => Some("The page shows a past moment. Go back to Now to ask for more."),
        (false, Status::Installed) => None,
        (false, _) => Some("The app is not installed here. Install it again first."),
    };
    let inner = || view! { <Icon glyph=Glyph::Ask/>"Ask for more" };
    match key.filter(|_| reason.is_none()) {
        Some(key) => view! { <a class="btn" data-ask="" href=Draft::of(key).href()>{inner()}</a> }.into_any(),
        None => {
            view! { <button class="btn" type="button" aria-disabled="true" title=reason>{inner()}</button> }.into_any()
        }
    }
}

/// `T061EG9R6 in E0N0RTHW1 · installed 3 Mar 2026 by @izzy`.
#[component]
fn Identity(here: Here) -> impl IntoView {
    let place = move || {
        here.workspace.signal().with(|view| {
            let view = view.as_ref()?;
            let organization = view.enterprise.as_ref().filter(|id| **id != view.tenant);
            Some(view! {
                <span class="mono">{view.tenant.to_string()}</span>
                {match (&view.tenant, organization) {
                    (Tenant::Enterprise(_), _) => view! { ", an organization" }.into_any(),
                    (_, Some(id)) => view! { " in "<span class="mono">{id.to_string()}</span> }.into_any(),
                    (_, None) => ().into_any(),
                }}
            })
        })
    };
    let installed = move || {
        let view = here.installation.get()?;
        let at = view.installed_at?;
        let who = match &view.installer {
            Some(id) => format!(" by {}", names::person(id, view.installer_name.as_deref())),
            None => ", who: not known to the ledger".to_owned(),
        };
        Some(view! { " · installed "<RelativeTime at/>{who} })
    };
    view! { {redrawn(place)}{redrawn(installed)} }
}
