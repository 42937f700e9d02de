//! A token's own story: what happened to it, newest first, read when it is opened.

use grantbook_core::{
    InstallationKey,
    view::{InstallationView, audit::TokenEventView},
};
use leptos::prelude::*;

use crate::reactive::{effect, heard, redrawn};
use crate::{
    client::{self, Remote, UiError},
    components::{RelativeTime, SentenceText, problem},
    view_model::{sentence::marked, token},
};

/// The disclosure.
pub(super) fn story(key: InstallationKey, whole: Remote<InstallationView>) -> AnyView {
    let open = RwSignal::new(false);
    let read = RwSignal::new(None::<Result<Vec<TokenEventView>, UiError>>);
    // What is open is read again when the token has changed.
    effect(move || {
        whole.signal().track();
        if !open.get() {
            return;
        }
        let key = key.clone();
        leptos::task::spawn_local(async move {
            let answer = client::token_events(&key).await;
            read.try_set(Some(answer.map(|page| page.items)));
        });
    });
    let toggle =
        move |event: leptos::ev::Event| open.set(event_target::<web_sys::Element>(&event).has_attribute("open"));
    let body = move || match read.get() {
        Some(Ok(events)) if events.is_empty() => view! { <p>"Nothing happened to it yet."</p> }.into_any(),
        Some(Ok(events)) => {
            view! { <ol class="stack tight">{events.into_iter().map(line).collect_view()}</ol> }.into_any()
        }
        Some(Err(error)) => problem(error),
        None => view! { <span class="skel w3"></span> }.into_any(),
    };
    view! { <details class="card-foot how" on:toggle=heard(toggle)><summary>"What happened to it"</summary>{redrawn(body)}</details> }
        .into_any()
}

fn line(event: TokenEventView) -> AnyView {
    let whose = (event.holder != token::APP).then(|| format!(" · {}", event.holder));
    view! {
        <li data-token-event=event.what.clone()>
            <SentenceText segments=marked(&token::event(&event))/><br/>
            <span class="subtle"><RelativeTime at=event.at/>{format!(" · token {}", event.generation)}{whose}</span>
        </li>
    }
    .into_any()
}
