//! Setting up: the first administrator, made with the one-time link from the server's output.

use grantbook_core::view::SetUp;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::gate::Gate;
use crate::reactive::{derived, heard, memo, redrawn};
use crate::{
    account_rules::{PASSWORD_RULE, SetupProblems, setup_token},
    address,
    client::{self, UiError, remote},
    components::{Empty, ErrorBox, Field, FieldKind, Glyph, Icon},
    session::use_session,
};

/// The page. The link's secret is in the address after `#`, which browsers send to nobody.
#[component]
pub fn SetupPage() -> impl IntoView {
    let hash = window().location().hash().unwrap_or_default();
    let token = StoredValue::new(setup_token(&hash).map(str::to_owned));
    let welcome = remote(|| (), |()| client::welcome());
    let content = move || {
        match (welcome.value(), welcome.error(), token.get_value()) {
        (None, Some(error), _) => {
            view! { <div class="card"><ErrorBox title="The server was not reached" error on_retry=move |()| welcome.refresh()/></div> }
                .into_any()
        }
        (None, None, _) => ().into_any(),
        (Some(welcome), ..) if !welcome.needs_setup => view! { <AlreadySetUp/> }.into_any(),
        (Some(_), _, Some(token)) => view! { <SetupForm token/> }.into_any(),
        (Some(_), _, None) => view! { <NoToken/> }.into_any(),
    }
    };
    let needed = memo(move |_| welcome.value().is_some_and(|welcome| welcome.needs_setup));
    let foot = move || {
        needed
            .get()
            .then_some("The link works once. Start the server again to get a new one.")
    };
    view! { <Gate title="Set up the console" foot>{redrawn(content)}</Gate> }
}

#[component]
fn AlreadySetUp() -> impl IntoView {
    view! {
        <div class="card">
            <Empty glyph=Glyph::Lock title="The console is set up already" text=|| "An administrator exists. They sign in, and add the others on the server.">
                <a class="btn primary" href=address::SIGN_IN>"Go to the sign-in page"</a>
            </Empty>
        </div>
    }
}

#[component]
fn NoToken() -> impl IntoView {
    view! {
        <div class="card">
            <Empty glyph=Glyph::Key title="The set-up link is incomplete" text=|| "Open the whole link from the server’s output, with all that follows the # sign."/>
        </div>
    }
}

#[component]
fn SetupForm(token: String) -> impl IntoView {
    let session = use_session();
    let navigate = use_navigate();
    let [name, password, again] = [(); 3].map(|()| RwSignal::new(String::new()));
    let problems = RwSignal::new(SetupProblems::default());
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None::<UiError>));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        problems.set(SetupProblems::of(
            &name.get_untracked(),
            &password.get_untracked(),
            &again.get_untracked(),
        ));
        if busy.get_untracked() || !problems.with_untracked(SetupProblems::is_empty) {
            return;
        }
        busy.set(true);
        error.set(None);
        let first = SetUp {
            token: token.clone(),
            name: name.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            match client::set_up(&first).await {
                Ok(view) => {
                    session.enter(view);
                    navigate(
                        address::WORKSPACES,
                        NavigateOptions {
                            replace: true,
                            ..NavigateOptions::default()
                        },
                    );
                }
                Err(problem) => error.set(Some(problem)),
            }
            busy.set(false);
        });
    };
    let failed = move || {
        error.get().map(|error| {
            view! {
                <div class="banner denied" role="alert">
                    <Icon glyph=Glyph::Warn/>
                    <div class="grow"><p>{error.detail}</p><p class="small"><code>{error.code}</code></p></div>
                </div>
            }
        })
    };
    let problem =
        move |field: fn(&SetupProblems) -> &Option<String>| derived(move || problems.with(|all| field(all).clone()));
    view! {
        <form class="card" novalidate on:submit=heard(submit)>
            <div class="card-body">
                <p class="muted">"Make the first administrator. They may do everything here."</p>
                <Field id="name" label="Name" kind=FieldKind::UserName value=name first=true error=problem(|all| &all.name)/>
                <Field
                    id="password" label="Password" kind=FieldKind::NewPassword value=password help=PASSWORD_RULE
                    error=problem(|all| &all.password)
                />
                <Field id="again" label="Password, once more" kind=FieldKind::NewPassword value=again error=problem(|all| &all.again)/>
                {redrawn(failed)}
                <button class="btn primary" class:busy=move || busy.get() type="submit">"Make the administrator"</button>
            </div>
        </form>
    }
}
