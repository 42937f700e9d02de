//! The frame around every page of somebody who is signed in: navigation, top bar, keys.

pub mod account;
pub mod help;
pub mod keys;
pub mod live_badge;
pub mod nav;
pub mod theme;
pub mod topbar;

use leptos::{html, prelude::*};
use leptos_router::{
    NavigateOptions,
    components::Outlet,
    hooks::{use_location, use_navigate},
};

use crate::reactive::{effect, heard, memo, redrawn};
use crate::{
    address,
    client::{Live, UiError},
    components::{ErrorBox, StaleBanner},
    session::{SessionState, use_session},
};
use nav::Nav;
use topbar::Topbar;

/// What the frame shows, without the session's details: they change without redrawing it.
#[derive(Clone, PartialEq)]
enum Phase {
    Waiting,
    Open,
    Closed,
    Failed(UiError),
}

/// Shows the page to those who are signed in, and sends the others to sign in first.
#[component]
pub fn Shell() -> impl IntoView {
    let session = use_session();
    let phase = memo(move |_| match session.state().get() {
        SessionState::Asking => Phase::Waiting,
        SessionState::In(_) => Phase::Open,
        SessionState::Out => Phase::Closed,
        SessionState::Failed(error) => Phase::Failed(error),
    });
    redrawn(move || match phase.get() {
        Phase::Waiting => view! { <main class="gate" aria-busy="true"></main> }.into_any(),
        Phase::Open => view! { <Frame/> }.into_any(),
        Phase::Closed => view! { <ToSignIn/> }.into_any(),
        Phase::Failed(error) => view! {
            <main class="gate">
                <div class="gate-box card">
                    <ErrorBox title="The console cannot be reached" error on_retry=move |()| session.ask()/>
                </div>
            </main>
        }
        .into_any(),
    })
}

/// Leads to the sign-in page, which leads back here.
#[component]
fn ToSignIn() -> impl IntoView {
    let location = use_location();
    let navigate = use_navigate();
    effect(move || {
        let path = location.pathname.get_untracked();
        let query = location.search.get_untracked();
        let here = address::join(&path, query.trim_start_matches('?'));
        navigate(
            &address::sign_in(&here),
            NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            },
        );
    });
}

#[component]
fn Frame() -> impl IntoView {
    Live::provide();
    let nav_open = RwSignal::new(false);
    let help_open = RwSignal::new(false);
    let main = NodeRef::<html::Main>::new();
    keys::listen(help_open);
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) {
            nav_open.set(false);
            focus(main);
        }
        path
    });
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        focus(main);
    };
    view! {
        <a class="skip" href="#main" rel="external" on:click=heard(skip)>"Skip to content"</a>
        <div class="shell">
            <Nav open=nav_open help_open/>
            <div class="body">
                <Topbar nav_open help_open/>
                <main class="page" id="main" tabindex="-1" node_ref=main>
                    <StaleBanner/>
                    <Outlet/>
                </main>
            </div>
        </div>
        <help::HelpDialog open=help_open/>
    }
}

/// Moves the focus to the content, so that the keyboard and a screen reader go on from there.
fn focus(main: NodeRef<html::Main>) {
    if let Some(main) = main.get_untracked() {
        let _ = main.focus();
    }
}
