//! An app's secrets: rotated with a time in which both are good.

use std::sync::Arc;

use grantbook_core::view::{
    AppView,
    apps::{LONGEST_OVERLAP_HOURS, SecretChange, SecretView},
};
use leptos::prelude::*;

use super::Here;
use crate::reactive::{Show, derived, effect, heard, redrawn};
use crate::{
    client,
    components::{Confirm, Doing, Field, FieldKind, Glyph, Icon, RelativeTime, confirm, use_toasts},
};

/// The card.
pub(super) fn card(here: Here) -> AnyView {
    let open = RwSignal::new(false);
    let toasts = use_toasts();
    let line = |name: &'static str, secret: SecretView| {
        let state = match secret.previous_until {
            Some(at) => view! { "Two are good: the one before ends "<RelativeTime at/> }.into_any(),
            None => "One is good".into_any(),
        };
        view! { <dt>{name}</dt><dd>{state}</dd> }
    };
    let facts = move || {
        here.app.value().map(|app| {
            let AppView { secrets, .. } = app;
            view! { <dl class="facts" data-secrets="">{line("Client secret", secrets.client)}{line("Signing secret", secrets.signing)}</dl> }
        })
    };
    let end = move |_| {
        let Some(app) = here.app.signal().get_untracked() else {
            return;
        };
        leptos::task::spawn_local(async move {
            match client::end_overlap(&app.slug).await {
                Ok(()) => toasts.say("Only the newest secrets are good now."),
                Err(error) => toasts.warn(format!("{} ({})", error.detail, error.code)),
            }
            here.app.refresh();
        });
    };
    let overlaps = move || {
        here.app.signal().with(|app| {
            let secrets = app.as_ref().map(|app| app.secrets).unwrap_or_default();
            secrets
                .client
                .previous_until
                .or(secrets.signing.previous_until)
                .is_some()
        })
    };
    view! {
        <section class="card" aria-labelledby="secrets-heading">
            <div class="card-head"><h2 id="secrets-heading">"Secrets"</h2></div>
            <div class="card-body stack">
                {redrawn(facts)}
                <p class="small subtle">"Kept encrypted; nobody can read them here."</p>
            </div>
            <Show when=move || here.may.get()>
                <div class="card-foot">
                    <button class="btn sm" type="button" data-rotate="" on:click=heard(move |_| open.set(true))><Icon glyph=Glyph::Refresh/>"Rotate secrets…"</button>
                    <Show when=overlaps><button class="btn sm danger" type="button" data-end-overlap="" on:click=heard(end)>"End the overlap now"</button></Show>
                </div>
            </Show>
        </section>
        {dialog(here, open)}
    }
    .into_any()
}

fn dialog(here: Here, open: RwSignal<bool>) -> AnyView {
    let toasts = use_toasts();
    let (client_secret, signing) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let hours = RwSignal::new("24".to_owned());
    effect(move || {
        if open.get() {
            client_secret.set(String::new());
            signing.set(String::new());
        }
    });
    let overlap = move || {
        hours
            .with(|hours| hours.trim().parse::<u32>().ok())
            .filter(|hours| *hours <= LONGEST_OVERLAP_HOURS)
    };
    let words = Confirm {
        title: "Rotate secrets".to_owned(),
        keep: "Keep them",
        act: "Put them in place".to_owned(),
        danger: false,
        obstacle: derived(move || {
            let none = client_secret.with(|text| text.trim().is_empty()) && signing.with(|text| text.trim().is_empty());
            if none {
                return Some("Paste at least one new secret.".to_owned());
            }
            overlap()
                .is_none()
                .then(|| format!("The overlap is 0 to {LONGEST_OVERLAP_HOURS} hours."))
        }),
    };
    let run = move || -> Doing {
        Box::pin(async move {
            let typed = |text: RwSignal<String>| {
                let text = text.with_untracked(|text| text.trim().to_owned());
                (!text.is_empty()).then_some(text)
            };
            let change = SecretChange {
                client_secret: typed(client_secret),
                signing_secret: typed(signing),
                overlap_hours: untrack(overlap).unwrap_or(24),
            };
            if let Some(app) = here.app.signal().get_untracked() {
                here.app.put(client::change_secrets(&app.slug, &change).await?);
                toasts.say("The new secrets are in place.");
            }
            Ok(())
        })
    };
    let body = move || {
        view! {
            <p class="muted">"Regenerate them at Slack under Basic Information, then paste them here. The ones before stay good for the overlap, so that nothing is refused meanwhile."</p>
            <Field id="new-client-secret" label="New client secret" kind=FieldKind::NewPassword value=client_secret/>
            <Field id="new-signing-secret" label="New signing secret" kind=FieldKind::NewPassword value=signing help="Leave one empty to keep it."/>
            <Field id="overlap" label="Both are good for so many hours" kind=FieldKind::Text value=hours/>
        }
        .into_any()
    };
    confirm(open, words, run, Arc::new(body))
}
