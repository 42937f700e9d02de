//! The navigation: only what works.

use std::time::Duration;

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_location;

use crate::reactive::{derived, heard, redrawn};
use crate::{
    address,
    client::{self, Notice, remote_keeping, use_live},
    components::{BrandMark, Glyph, Icon},
    session::use_session,
    view_model::number,
};

/// The navigation and, where it lies over the page, what closes it.
#[component]
pub fn Nav(
    /// Whether it lies open over a narrow page.
    open: RwSignal<bool>,
    /// Whether the list of keys is open.
    help_open: RwSignal<bool>,
) -> impl IntoView {
    let session = use_session();
    let simulator = move || session.view().and_then(|view| view.simulator_url);
    let version = move || session.view().map(|view| format!("Version {}", view.version));
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && open.get_untracked() {
            open.set(false);
        }
    });
    on_cleanup(move || escape.remove());
    view! {
        <nav class="nav" class:is-open=move || open.get() id="nav" aria-label="Main">
            <a class="brand" href=address::WORKSPACES><BrandMark/>"Grantbook"</a>
            <h2>"Access"</h2>
            <NavItem href=address::WORKSPACES glyph=Glyph::Grid text="Workspaces"/>
            <NavItem href=address::REQUESTS glyph=Glyph::Ask text="Requests"/>
            <NavItem href=address::HISTORY glyph=Glyph::Book text="Grant history"/>
            <NavItem href=address::DRIFT glyph=Glyph::UpDown text="Drift"/>
            <h2>"Approvals"</h2>
            <NavItem href=address::QUEUE glyph=Glyph::Inbox text="Queue" count=waiting()/>
            <NavItem href=address::ORG_APPS glyph=Glyph::Apps text="Org apps"/>
            <NavItem href=address::RULES glyph=Glyph::Rules text="Rules"/>
            <NavItem href=address::REPORTS glyph=Glyph::Chart text="Reports"/>
            <h2>"System"</h2>
            <NavItem href=address::APPS glyph=Glyph::Apps text="Apps"/>
            {redrawn(move || session.is_admin().then(|| view! {
                <NavItem href=address::KEYS glyph=Glyph::Key text="Keys"/>
                <NavItem href=address::AUDIT glyph=Glyph::Shield text="Audit log"/>
            }))}
            {redrawn(move || simulator().map(|href| view! {
                <h2>"Demo"</h2>
                <a class="nav-item" href=href target="_blank" rel="external noopener"><Icon glyph=Glyph::Bolt/>"Slack simulator"</a>
            }))}
            <div class="nav-foot">
                <span>{redrawn(version)}</span>
                <button class="linklike hide-narrow" type="button" on:click=heard(move |_| help_open.set(true))>"Keys "<kbd>"?"</kbd></button>
            </div>
        </nav>
        <button class="nav-scrim" type="button" aria-label="Close navigation" tabindex="-1" on:click=heard(move |_| open.set(false))></button>
    }
}

/// A link that knows whether it leads to what is shown.
#[component]
fn NavItem(
    href: &'static str,
    glyph: Glyph,
    text: &'static str,
    /// What waits there.
    #[prop(optional, into)]
    count: Option<Signal<u64>>,
) -> impl IntoView {
    let path = use_location().pathname;
    let current = move || {
        path.with(|path| match path.strip_prefix(href) {
            Some("") => Some("page"),
            Some(rest) if rest.starts_with('/') => Some("true"),
            _ => None,
        })
    };
    view! { <a class="nav-item" href=href aria-current=current><Icon glyph/>{text}{count.map(badge)}</a> }
}

/// How many requests wait for a person; nothing where none does.
fn badge(count: Signal<u64>) -> AnyView {
    redrawn(move || {
        let count = count.get();
        (count > 0).then(|| {
            let title = format!("{} for a person", number::count(count, "request"));
            view! { <span class="count hot" title=title>{number::thousands(count)}<span class="visually-hidden">" waiting"</span></span> }
        })
    })
}

/// Changes that come this close together are counted together.
const GATHER: Duration = Duration::from_millis(600);

/// How many requests wait for a person, as they come and go.
fn waiting() -> Signal<u64> {
    let summary = remote_keeping(|| (), |()| client::queue_summary());
    let scheduled = StoredValue::new(false);
    use_live().listen(move |notice| {
        let concerns = matches!(notice, Notice::Queued(_) | Notice::CaughtUp);
        if concerns && !scheduled.get_value() {
            scheduled.set_value(true);
            let read = move || {
                if scheduled.try_set_value(false).is_none() {
                    summary.refresh();
                }
            };
            set_timeout(read, GATHER);
        }
    });
    derived(move || {
        summary
            .signal()
            .with(|summary| summary.as_ref().map_or(0, |summary| summary.open))
    })
}
