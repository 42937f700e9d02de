//! "Install again…": leads to Slack's consent page for the same app and workspace.

use grantbook_core::{
    Tenant,
    view::{AppView, InstallationView, Model},
};
use leptos::prelude::*;

use super::{Here, reconcile::refusal};
use crate::reactive::{effect, heard, memo, redrawn};
use crate::{
    address,
    client::{self, remote},
    components::{Dialog, ErrorBox, Glyph, Icon, ScopeTag},
    session::use_session,
};

/// The button and its dialog. The dialog changes nothing itself: a person decides at Slack.
#[component]
pub fn InstallAgain(here: Here) -> impl IntoView {
    let session = use_session();
    let open = RwSignal::new(false);
    let single_channel = RwSignal::new(false);
    let app = RwSignal::new(None::<AppView>);
    let refusal = memo(move |_| {
        let _ = session.state().get();
        refusal(here)
    });
    let click = move |_| {
        if refusal.with_untracked(Option::is_none) {
            open.set(true);
        }
    };
    let href = move || {
        let app = app.get()?;
        let tenant = here
            .installation
            .with(|view| view.as_ref().map(|view| view.tenant.clone()))?;
        Some(address_of(&app, &tenant, single_channel.get()))
    };
    let go = move || match href() {
        Some(href) => view! { <a class="btn primary" href=href rel="external">"Install again at Slack"</a> }.into_any(),
        None => {
            view! { <button class="btn primary" type="button" disabled>"Install again at Slack"</button> }.into_any()
        }
    };
    let foot = move || {
        view! {
            <button class="btn ghost" type="button" on:click=heard(move |_| open.set(false))>"Keep as it is "<kbd>"Esc"</kbd></button>
            {redrawn(go)}
        }
    };
    view! {
        <button class="btn" type="button" title=move || refusal.get()
            aria-disabled=move || refusal.with(Option::is_some).to_string() on:click=heard(click)>
            <Icon glyph=Glyph::Plus/>"Install again…"
        </button>
        <Dialog open title="Install again" foot>
            {redrawn(move || here.installation.get().map(|view| view! { <Consequences view app single_channel/> }))}
        </Dialog>
    }
}

fn address_of(app: &AppView, tenant: &Tenant, single_channel: bool) -> String {
    let team = if let Tenant::Team(team) = tenant {
        team.as_str()
    } else {
        ""
    };
    let single = if single_channel && app.model == Model::Workspace {
        "true"
    } else {
        ""
    };
    address::join(
        &app.install_url,
        &address::query(&[("team", team), ("single_channel", single)]),
    )
}

#[component]
fn Consequences(
    view: InstallationView,
    app: RwSignal<Option<AppView>>,
    single_channel: RwSignal<bool>,
) -> impl IntoView {
    let slug = view.app.clone();
    let registered = remote(move || slug.clone(), |slug| async move { client::app(&slug).await });
    effect(move || app.set(registered.value()));
    let asked = move || match (registered.value(), registered.error()) {
        (Some(app), _) => {
            let scopes = app
                .scopes
                .iter()
                .cloned()
                .map(|scope| view! { <ScopeTag scope/> })
                .collect_view();
            view! { <div class="scopes">{scopes}</div> }.into_any()
        }
        (None, Some(error)) => {
            view! { <ErrorBox title="The app could not be read" error on_retry=move |()| registered.refresh()/> }
                .into_any()
        }
        (None, None) => view! { <span class="skel w3"></span> }.into_any(),
    };
    let single = (view.model == Model::Workspace).then(|| view! {
        <label class="opt">
            <input type="checkbox" bind:checked=single_channel/>
            <span>"Add one channel"<br/><span class="small subtle">"The person at Slack picks a single channel to add."</span></span>
        </label>
    });
    let line =
        |class, glyph, text: String| view! { <li><span class=class><Icon glyph/></span><span>{text}</span></li> };
    view! {
        <p class="muted">{format!("{} asks at Slack for:", view.app_name)}</p>
        {redrawn(asked)}
        <ul class="consequences">
            {line("ok", Glyph::Check, "What it holds already stays. Installing again adds and never removes.".to_owned())}
            {line("ok", Glyph::Check, format!("A person at {} decides at Slack; nothing is granted before that.", view.tenant_name))}
        </ul>
        {single}
    }
}
