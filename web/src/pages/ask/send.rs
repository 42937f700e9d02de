//! Sending: what stands in the way, and the button.

use grantbook_core::request::RequestId;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::Compose;
use crate::reactive::{heard, memo, redrawn};
use crate::{
    address, client,
    components::{Glyph, Icon, use_toasts},
    pages::request::again::SENT,
    session::use_session,
    view_model::compose::{refusal, send_words},
};

/// The last card.
pub fn send(compose: Compose) -> AnyView {
    let (session, toasts, navigate) = (use_session(), use_toasts(), use_navigate());
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let reason = memo(move |_| {
        let is_admin = session.is_admin();
        compose
            .preview
            .signal()
            .with(|preview| refusal(is_admin, preview.as_ref().and_then(Option::as_ref)))
    });
    let waits = memo(move |_| !compose.is_current());
    let words = move || {
        let scopes = compose.draft.with(|draft| draft.scopes.len());
        send_words(compose.whom().as_deref(), scopes)
    };
    let click = move |_| {
        let ready = reason.with_untracked(Option::is_none) && !waits.get_untracked() && !busy.get_untracked();
        let Some(request) = untrack(|| compose.request()).filter(|_| ready) else {
            return;
        };
        busy.set(true);
        failed.set(None);
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            let answer = client::ask(&request).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(sent) => {
                    toasts.say(SENT);
                    navigate(&address::request(sent.id), NavigateOptions::default());
                }
                Err(error) => {
                    failed.set(Some(error.detail));
                    compose.preview.refresh();
                }
            }
        });
    };
    let stands_in_the_way = move || {
        failed
            .get()
            .map(|text| (true, text))
            .or_else(|| reason.get().map(|text| (false, text)))
    };
    view! {
        <section class="card" aria-label="Send">
            <div class="card-body stack tight">
                {redrawn(move || stands_in_the_way().map(|(failed, text)| obstacle(failed, &text)))}
                <button class="btn primary send" class:busy=move || busy.get() type="button" title=move || reason.get()
                    aria-disabled=move || (reason.with(Option::is_some) || waits.get()).to_string() on:click=heard(click)>
                    <Icon glyph=Glyph::Send/>{redrawn(words)}
                </button>
            </div>
        </section>
    }
    .into_any()
}

/// Why not, with the requests it names as links.
fn obstacle(failed: bool, text: &str) -> AnyView {
    let (class, glyph) = if failed {
        ("banner denied", Glyph::Warn)
    } else {
        ("obstacle", Glyph::Info)
    };
    let word = |word: &str| match word.trim_end_matches(['.', ';', ',']).parse::<RequestId>() {
        Ok(id) => view! { <a href=address::request(id)>{word.to_owned()}</a>" " }.into_any(),
        Err(_) => format!("{word} ").into_any(),
    };
    let words: Vec<AnyView> = text.split(' ').map(word).collect();
    view! { <div class=class role=if failed { "alert" } else { "status" }><Icon glyph/><p class="grow">{words}</p></div> }
        .into_any()
}
