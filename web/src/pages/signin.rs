//! Signing in: by name and password, or with one click in the demo.

use grantbook_core::view::{SignIn, WelcomeView};
use leptos::{html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::gate::Gate;
use crate::reactive::{Memo, Show, derived, effect, heard, memo, redrawn};
use crate::{
    address,
    client::{self, UiError, remote},
    components::{Field, FieldKind, Glyph, Icon},
    session::{SessionState, use_session},
};

/// The page.
#[component]
pub fn SignInPage() -> impl IntoView {
    let session = use_session();
    let query = use_query_map();
    let navigate = use_navigate();
    let welcome = remote(|| (), |()| client::welcome());
    effect(move || {
        if session.state().with(|state| matches!(state, SessionState::In(_))) {
            let wanted = query.with_untracked(|query| query.get("return"));
            navigate(
                &address::after_sign_in(wanted.as_deref()),
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
    let is_demo = memo(move |_| welcome.value().is_some_and(|welcome| welcome.demo));
    let foot = move || match welcome.value() {
        Some(WelcomeView { needs_setup: true, .. }) => view! {
            <strong>"Nobody can sign in yet."</strong>" Open the set-up link that stands in the server’s output."
        }
        .into_any(),
        _ => view! { "Locked out? On the server: "<code>"grantbook user add NAME --role admin"</code> }.into_any(),
    };
    view! {
        <Gate title="Sign in" foot>
            <Show when=move || is_demo.get()><DemoDoor/></Show>
            <SignInForm is_demo/>
        </Gate>
    }
}

#[component]
fn SignInForm(
    /// Whether there is an easier way in, so that this is not the main one.
    is_demo: Memo<bool>,
) -> impl IntoView {
    let session = use_session();
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<UiError>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let who = SignIn {
            name: name.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        leptos::task::spawn_local(async move {
            match client::sign_in(&who).await {
                Ok(view) => session.enter(view),
                Err(problem) => error.set(Some(problem)),
            }
            busy.set(false);
        });
    };
    let fault = derived(move || error.get().map(|error| format!("{} ({})", error.detail, error.code)));
    view! {
        <form class="card" on:submit=heard(submit)>
            <div class="card-body">
                <Field id="name" label="Name" kind=FieldKind::UserName value=name first=true/>
                <Field id="password" label="Password" kind=FieldKind::Password value=password error=fault/>
                <button class="btn" class:primary=move || !is_demo.get() class:busy=move || busy.get() type="submit">"Sign in"</button>
            </div>
        </form>
    }
}

/// The way into the demo.
#[component]
fn DemoDoor() -> impl IntoView {
    let session = use_session();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<UiError>);
    let button = NodeRef::<html::Button>::new();
    button.on_load(|button| {
        let _ = button.focus();
    });
    let enter = move |_| {
        busy.set(true);
        error.set(None);
        leptos::task::spawn_local(async move {
            match client::demo_sign_in().await {
                Ok(view) => session.enter(view),
                Err(problem) => error.set(Some(problem)),
            }
            busy.set(false);
        });
    };
    view! {
        <div class="banner info">
            <Icon glyph=Glyph::Info/>
            <div class="grow">
                <strong>"This is a demo."</strong>
                <p>"Everything runs on this machine, against the simulator. There is nothing to break."</p>
                {redrawn(move || error.get().map(|error| view! { <p role="alert">{error.detail}" "<code>{error.code}</code></p> }))}
            </div>
            <button class="btn primary" class:busy=move || busy.get() type="button" node_ref=button on:click=heard(enter)>"Enter the demo as admin"</button>
        </div>
    }
}
