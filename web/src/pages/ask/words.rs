//! In which words: the message and its button; left empty, the server's own.

use leptos::prelude::*;

use super::Compose;
use crate::reactive::memo;
use crate::view_model::compose::Part;

/// Both fields, with what would be sent as their placeholders.
pub fn words(compose: Compose) -> AnyView {
    let made = memo(move |_| compose.draft.with(|draft| !draft.scopes.is_empty()));
    let suggested = move |of: fn(&grantbook_core::view::requests::PreviewView) -> &str| {
        compose.preview.signal().with(|preview| {
            let preview = preview.as_ref().and_then(Option::as_ref).filter(|_| made.get());
            preview.map(|preview| of(preview).to_owned()).unwrap_or_default()
        })
    };
    view! {
        <div class="field">
            <label for="ask-message">"Message"</label>
            <textarea class="input" id="ask-message" rows="6" bind:value=compose.message placeholder=move || suggested(|preview| &preview.message)></textarea>
            <p class="help">"Say what the app will do with it. Left empty, it is made from the scopes, as shown."</p>
        </div>
        {super::said(compose, Part::Message)}
        <div class="field">
            <label for="ask-button">"Button"</label>
            <input class="input" id="ask-button" autocomplete="off" bind:value=compose.button placeholder=move || suggested(|preview| &preview.button)/>
        </div>
        {super::said(compose, Part::Button)}
    }
    .into_any()
}
