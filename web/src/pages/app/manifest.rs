//! The app's manifest, to be pasted into Slack; read when it is opened.

use grantbook_core::AppSlug;
use leptos::prelude::*;

use crate::reactive::redrawn;
use crate::{
    client::{self, remote},
    components::{copy_button, problem},
};

/// The card.
pub(super) fn card(slug: AppSlug) -> AnyView {
    let read = remote(
        move || slug.clone(),
        |slug| async move { client::manifest(&slug).await },
    );
    let body = move || match (read.value(), read.error()) {
        (Some(text), _) => shown(text),
        (None, Some(error)) => view! { <div class="card-body">{problem(error)}</div> }.into_any(),
        (None, None) => view! { <div class="skel-card"><span class="skel w3"></span></div> }.into_any(),
    };
    view! {
        <section class="card" aria-labelledby="manifest-heading">
            <div class="card-head"><h2 id="manifest-heading">"Manifest"</h2></div>
            {redrawn(body)}
        </section>
    }
    .into_any()
}

/// The text with its button.
pub fn shown(text: String) -> AnyView {
    view! {
        <div class="fact"><pre class="code" tabindex="0" aria-label="The manifest as JSON">{text.clone()}</pre></div>
        <div class="card-foot"><span class="grow">"Paste it at Slack under App Manifest."</span>{copy_button(text, "Copy the manifest")}</div>
    }
    .into_any()
}
