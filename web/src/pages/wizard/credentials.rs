//! The third step: what Slack's page shows once, entered here and kept encrypted.

use grantbook_core::{
    AppId, AppSlug,
    view::{NewApp, apps::AppDraft},
};
use leptos::prelude::*;

use crate::pages::app::form::Form;
use crate::reactive::{heard, redrawn};
use crate::{
    client::{self, UiError},
    components::{Field, FieldKind, problem},
};

/// The fields, and the button that adds the app.
pub(super) fn step(form: Form, go: Callback<usize>, done: Callback<AppSlug>) -> AnyView {
    let text = || RwSignal::new(String::new());
    let (app_id, client_id, client_secret, signing) = (text(), text(), text(), text());
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<UiError>));
    let new = move || {
        let typed = |text: RwSignal<String>| text.with_untracked(|text| text.trim().to_owned());
        let draft = untrack(|| form.draft()).ok_or("Something in the first step is missing: go back.")?;
        let app_id =
            AppId::new(typed(app_id)).map_err(|_| "The app id begins with A: copy it from Basic Information.")?;
        let (client_id, client_secret, signing_secret) = (typed(client_id), typed(client_secret), typed(signing));
        if client_id.is_empty() || client_secret.is_empty() || signing_secret.is_empty() {
            return Err("Client id, client secret and signing secret are all needed.");
        }
        let AppDraft {
            slug,
            name,
            model,
            scopes,
            user_scopes,
            token_rotation,
            org_deploy,
            socket_connections,
        } = draft;
        Ok(NewApp {
            slug,
            name,
            app_id,
            model,
            client_id,
            client_secret,
            signing_secret,
            scopes,
            single_channel: form.single.get_untracked(),
            user_scopes,
            token_rotation,
            org_deploy,
            app_token: form.typed_token(),
            socket_connections,
        })
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let app = match new() {
            Ok(app) => app,
            Err(detail) => {
                return failed.set(Some(UiError {
                    rules: None,
                    code: "not_complete".to_owned(),
                    detail: detail.to_owned(),
                    status: 422,
                }));
            }
        };
        busy.set(true);
        failed.set(None);
        leptos::task::spawn_local(async move {
            let answer = client::add_app(&app).await;
            busy.try_set(false);
            match answer {
                Ok(view) => done.run(view.slug),
                Err(error) => _ = failed.try_set(Some(error)),
            }
        });
    };
    let token = form.socket.get_untracked().then(|| {
        view! { <Field id="app-token" label="App-level token" kind=FieldKind::NewPassword value=form.app_token help="Basic Information, App-Level Tokens, with the scope connections:write. Begins with xapp-."/> }
    });
    view! {
        <form class="card" aria-labelledby="credentials-heading" on:submit=heard(submit)>
            <div class="card-head"><h2 id="credentials-heading">"Its credentials"</h2></div>
            <div class="card-body stack narrow">
                <p class="muted">"All of them stand at Slack under Basic Information, App Credentials. Secrets are encrypted before they reach the disk, and never shown again."</p>
                <Field id="app-id" label="App id" kind=FieldKind::Text value=app_id first=true/>
                <Field id="client-id" label="Client id" kind=FieldKind::Text value=client_id/>
                <Field id="client-secret" label="Client secret" kind=FieldKind::NewPassword value=client_secret/>
                <Field id="signing-secret" label="Signing secret" kind=FieldKind::NewPassword value=signing/>
                {token}
                {redrawn(move || failed.get().map(problem))}
            </div>
            <div class="card-foot">
                <button class="btn primary" class:busy=move || busy.get() type="submit">"Add the app and test it"</button>
                <button class="btn ghost" type="button" on:click=heard(move |_| go.run(1))>"Back"</button>
            </div>
        </form>
    }
    .into_any()
}
