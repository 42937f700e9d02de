//! In which words: the message and its button; left empty, the server's own.

use leptos::prelude::*;

use super::Compose;
use crate::view_model::compose::Part;

/// Both fields, with what would be sent as their placeholders.
pub fn words(compose: Compose) -> AnyView {
    let suggested = move |of: fn(&grantbook_core::view::requests::PreviewView) -> &str| {
        compose.preview.signal().with(|preview| {
            let preview = preview.as_ref().and_then(Option::as_ref);
            preview.map(|preview| of(preview).to_owned()).unwrap_or_default()
        })
    };
    view! {
        <div class="field">
            <label for="ask-message">"Message"</label>
            <textarea class="input" id="ask-message" rows="4" bind:value=compose.message placeholder=move || suggested(|preview| &preview.message)></textarea>
            <p class="help">"Say what the app will do with it. Left empty, the message above is made from the scopes."</p>
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
