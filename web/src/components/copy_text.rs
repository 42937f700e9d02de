//! A text to be copied: an address, a command, a manifest.

use leptos::prelude::*;

use super::{Glyph, Icon, use_toasts};
use crate::reactive::heard;

/// The button that copies it.
pub fn copy_button(text: String, label: &'static str) -> AnyView {
    let toasts = use_toasts();
    let copy = move |_| toasts.copy(text.clone(), "Copied.");
    view! { <button class="btn sm" type="button" aria-label=label on:click=heard(copy)><Icon glyph=Glyph::Link/>"Copy"</button> }
        .into_any()
}

/// One line of code with its button.
pub fn code_line(text: String, label: &'static str) -> AnyView {
    view! {
        <div class="copyable"><code class="trunc" title=text.clone()>{text.clone()}</code>{copy_button(text, label)}</div>
    }
    .into_any()
}
