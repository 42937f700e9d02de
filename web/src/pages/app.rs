//! One app: how Slack reaches it, whether that works, its secrets, and what it asks for.

use grantbook_core::{AppSlug, view::AppView};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::apps::reach;
use crate::reactive::{Memo, memo, redrawn};
use crate::{
    address,
    client::{self, Remote, UiError, remote},
    clock,
    components::{
        AppIcon, Crumb, Empty, ErrorBox, Glyph, PageHead, RelativeTime, ScopeTag, Stat, StatStrip, code_line,
    },
    session::use_session,
    view_model::{number::count, token},
};

pub mod connection;
pub mod form;
pub mod manifest;
mod secrets;
mod settings;

/// How often the app is read again, in seconds: Socket Mode and deliveries make no notice.
const AGAIN: u64 = 5;

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Here {
    /// The app.
    app: Remote<AppView>,
    /// Whether the person looking may change it.
    may: Memo<bool>,
}

/// The page.
#[component]
pub fn AppPage() -> impl IntoView {
    let params = use_params_map();
    let slug = memo(move |_| params.with(|params| params.get("slug")?.parse::<AppSlug>().ok()));
    let app = remote(
        move || slug.get(),
        |slug| async move {
            match slug {
                Some(slug) => client::app(&slug).await,
                None => Err(no_such_app()),
            }
        },
    );
    clock::every(AGAIN, move || app.refresh());
    let session = use_session();
    let here = Here {
        app,
        may: memo(move |_| session.is_admin()),
    };
    let known = memo(move |_| app.signal().with(Option::is_some));
    redrawn(move || {
        match (known.get(), app.error()) {
        (true, _) => slug.get().map_or_else(|| ().into_any(), |slug| whole(here, &slug)),
        (false, Some(error)) if error.is_not_found() => {
            let text = || "The address names an app that is not registered here.";
            view! {
                <PageHead title="App not found" crumbs=crumbs()/>
                <section class="card"><Empty glyph=Glyph::Apps title="This app is not known here" text><a class="btn sm" href=address::APPS>"All apps"</a></Empty></section>
            }
            .into_any()
        }
        (false, Some(error)) => {
            view! { <section class="card"><ErrorBox title="The app could not be read" error on_retry=move |()| app.refresh()/></section> }.into_any()
        }
        (false, None) => view! { <section class="card"><div class="skel-card tall"><span class="skel w3"></span><span class="skel w2"></span></div></section> }.into_any(),
    }
    })
}

fn no_such_app() -> UiError {
    UiError {
        rules: None,
        code: "app_not_found".to_owned(),
        detail: "The address holds no app’s name.".to_owned(),
        status: 404,
    }
}

fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Apps", address::APPS)]
}

fn whole(here: Here, slug: &AppSlug) -> AnyView {
    let of = move |draw: fn(AppView) -> AnyView| redrawn(move || here.app.value().map(draw));
    let name = memo(move |_| {
        here.app
            .signal()
            .with(|app| app.as_ref().map(|app| app.name.clone()).unwrap_or_default())
    });
    let mark = move || view! { <AppIcon name=name.get() large=true/> };
    let install = move || {
        let href = here
            .may
            .get()
            .then(|| here.app.value().map(|app| app.install_url))
            .flatten();
        href.map(|href| view! { <a class="btn primary" href=href rel="external">"Install at Slack"</a> })
    };
    let test = {
        let slug = slug.clone();
        move || here.may.get().then(|| connection::card(slug.clone(), false))
    };
    view! {
        <PageHead title=name text=move || of(identity) mark=ViewFn::from(mark) crumbs=crumbs()>
            {settings::button(here)}
            {redrawn(install)}
        </PageHead>
        <StatStrip>
            <Stat label="Slack reaches it" note=ViewFn::from(move || of(socket_note))>{of(|app| reach(&app))}</Stat>
            <Stat label="Last signed delivery">{of(last)}</Stat>
            <Stat label="Installed in">{of(|app| count(app.installations, "workspace").into_any())}</Stat>
            <Stat label="Model" note=ViewFn::from(move || of(|app| token::model(app.model).2.into_any()))>{of(model)}</Stat>
        </StatStrip>
        {redrawn(test)}
        <div class="cols">
            <div class="stack">
                <section class="card" aria-labelledby="addresses-heading">
                    <div class="card-head"><h2 id="addresses-heading">"Addresses to enter at Slack"</h2></div>
                    <div class="card-body stack">{of(addresses)}</div>
                </section>
                {manifest::card(slug.clone())}
            </div>
            <div class="stack">
                {secrets::card(here)}
                <section class="card" aria-labelledby="scopes-heading">
                    <div class="card-head"><h2 id="scopes-heading">"What it asks for"</h2></div>
                    <div class="card-body stack">{of(scopes)}</div>
                </section>
            </div>
        </div>
    }
    .into_any()
}

fn identity(app: AppView) -> AnyView {
    view! { <span class="mono">{app.slug.to_string()}</span>" · "<span class="mono">{app.app_id.to_string()}</span>" · added "<RelativeTime at=app.created_at/> }.into_any()
}

fn socket_note(app: AppView) -> AnyView {
    let Some(socket) = app.socket.filter(|socket| socket.connections > 0) else {
        return "Slack calls this console".into_any();
    };
    let text = match socket.last_error {
        Some(error) if socket.open == 0 => format!("The last connection failed: {error}"),
        _ if !socket.app_token => "No app-level token is kept: add one under Change…".to_owned(),
        _ => "This console calls Slack; no public address is needed".to_owned(),
    };
    text.into_any()
}

fn last(app: AppView) -> AnyView {
    match app.last_signed_at {
        Some(at) => view! { <RelativeTime at/> }.into_any(),
        None => view! { <span class="subtle">"none yet"</span> }.into_any(),
    }
}

fn model(app: AppView) -> AnyView {
    let (name, tag, _) = token::model(app.model);
    view! { {name}" "<span class="tag">{tag}</span> }.into_any()
}

fn addresses(app: AppView) -> AnyView {
    let socket = app.socket.as_ref().is_some_and(|socket| socket.connections > 0);
    let calls = [
        ("Events", "Copy the events address", app.events_url),
        ("Interactivity", "Copy the interactivity address", app.interactions_url),
        ("Slash commands", "Copy the commands address", app.commands_url),
    ];
    let redirect = ("OAuth redirect", "Copy the redirect address", app.redirect_url);
    let install = ("To install it", "Copy the install link", app.install_url);
    let calls = calls.into_iter().filter(|_| !socket);
    let line = |(name, label, url): (&'static str, &'static str, String)| {
        view! { <div class="field"><span class="label">{name}</span>{code_line(url, label)}</div> }
    };
    let all: Vec<_> = [redirect].into_iter().chain(calls).chain([install]).map(line).collect();
    let note = socket.then(|| view! { <p class="help">"Socket Mode brings events, presses and commands: Slack needs no address for them."</p> });
    view! { {all}{note} }.into_any()
}

fn scopes(app: AppView) -> AnyView {
    let tags = |scopes: std::collections::BTreeSet<grantbook_core::Scope>| {
        scopes
            .into_iter()
            .map(|scope| view! { <ScopeTag scope/> })
            .collect_view()
    };
    let people = (!app.user_scopes.is_empty()).then(|| {
        view! { <h3>"To act as the person who installs it"</h3><div class="scopes">{tags(app.user_scopes)}</div> }
    });
    let none = (app.scopes.is_empty() && people.is_none()).then_some("It asks for nothing yet.");
    let says = [
        (app.token_rotation, "Its tokens end and are refreshed."),
        (app.org_deploy, "It may be installed in a whole organization."),
        (app.single_channel, "An install asks for one channel only."),
    ];
    let says = says
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, text)| view! { <p class="muted">{text}</p> });
    view! { <div class="scopes">{tags(app.scopes)}{none}</div>{people}{says.collect_view()} }.into_any()
}
