//! A button that copies the address of what is shown.

use crate::reactive::heard;
use leptos::prelude::*;

use super::{Glyph, Icon, use_toasts};

/// Copies an address of this page, by default the one shown.
#[component]
pub fn CopyLink(
    /// A path within the page; the present address if absent.
    #[prop(optional, into)]
    path: Option<String>,
    /// Only the icon, with a label for those who cannot see it.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let toasts = use_toasts();
    let copy = move |_| {
        let location = window().location();
        let address = match &path {
            Some(path) => location.origin().map(|origin| origin + path),
            None => location.href(),
        };
        toasts.copy(address.unwrap_or_default(), "Link copied.");
    };
    if bare {
        view! { <button class="btn ghost square" type="button" data-copy-link="" aria-label="Copy link" title="Copy link" on:click=heard(copy)><Icon glyph=Glyph::Link/></button> }.into_any()
    } else {
        view! { <button class="btn" type="button" data-copy-link="" on:click=heard(copy)><Icon glyph=Glyph::Link/>"Copy link"</button> }.into_any()
    }
}
