//! Installing an app: choose one, see what it asks for, go to Slack.

use grantbook_core::view::{AppView, Model};
use leptos::prelude::*;

use super::{Dialog, Empty, ErrorBox, Glyph, ScopeTag};
use crate::reactive::{Show, heard, memo, redrawn};
use crate::{
    address,
    client::{self, remote},
};

/// The dialog. It changes nothing itself: the button leads to Slack, where a person decides.
#[component]
pub fn InstallDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let chosen = RwSignal::new(None::<AppView>);
    let single_channel = RwSignal::new(false);
    let href = move || {
        chosen.get().map(|app| {
            let single = single_channel.get() && app.model == Model::Workspace;
            address::join(
                &app.install_url,
                &address::query(&[("single_channel", if single { "true" } else { "" })]),
            )
        })
    };
    let go = move || {
        match (href(), chosen.get()) {
        (Some(href), Some(app)) => view! { <a class="btn primary" href=href rel="external">{format!("Install {} at Slack", app.name)}</a> }.into_any(),
        _ => view! { <button class="btn primary" type="button" disabled title="Choose an app first">"Install at Slack"</button> }.into_any(),
    }
    };
    let foot = move || {
        view! {
            <button class="btn ghost" type="button" on:click=heard(move |_| open.set(false))>"Install nothing "<kbd>"Esc"</kbd></button>
            {redrawn(go)}
        }
    };
    view! {
        <Dialog open title="Install an app" foot>
            <p class="muted">"You choose the workspace and confirm the scopes at Slack. Nothing is granted before that."</p>
            <AppChoice chosen single_channel/>
        </Dialog>
    }
}

#[component]
fn AppChoice(chosen: RwSignal<Option<AppView>>, single_channel: RwSignal<bool>) -> impl IntoView {
    let apps = remote(|| (), |()| client::apps());
    redrawn(move || match (apps.value(), apps.error()) {
        (Some(page), _) if page.items.is_empty() => view! { <NoApps/> }.into_any(),
        (Some(page), _) => {
            let choices = page
                .items
                .into_iter()
                .map(|app| view! { <AppOption app chosen single_channel/> })
                .collect_view();
            view! { <div class="choices" role="radiogroup" aria-label="App">{choices}</div> }.into_any()
        }
        (None, Some(error)) => {
            view! { <ErrorBox title="The apps could not be read" error on_retry=move |()| apps.refresh()/> }.into_any()
        }
        (None, None) => view! { <span class="skel w3"></span><span class="skel w2"></span> }.into_any(),
    })
}

#[component]
fn NoApps() -> impl IntoView {
    let text = || view! { "Register one on the server first: "<code>"grantbook app add --help"</code> };
    view! { <Empty glyph=Glyph::Apps title="No app is registered" text/> }
}

#[component]
fn AppOption(app: AppView, chosen: RwSignal<Option<AppView>>, single_channel: RwSignal<bool>) -> impl IntoView {
    let slug = app.slug.clone();
    let is_chosen = memo(move |_| chosen.with(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.slug == slug)));
    let scopes = app
        .scopes
        .iter()
        .cloned()
        .map(|scope| view! { <ScopeTag scope/> })
        .collect_view();
    let offers_single = app.model == Model::Workspace;
    let (name, choice) = (app.name.clone(), app.clone());
    view! {
        <label class="choice">
            <input type="radio" name="app" prop:checked=move || is_chosen.get() on:change=heard(move |_| chosen.set(Some(choice.clone())))/>
            <span><b>{name}</b>" "<span class="mono small subtle">{app.app_id.to_string()}</span></span>
            <span class="scopes">{scopes}</span>
        </label>
        <Show when=move || offers_single && is_chosen.get()>
            <label class="opt">
                <input type="checkbox" bind:checked=single_channel/>
                <span>"Ask for one channel only"<br/><span class="small subtle">"The installer picks a single channel; run it again for each further one."</span></span>
            </label>
        </Show>
    }
}
