//! The token card: what is known about the token, never the token.

use grantbook_core::{
    grants::Status,
    view::{InstallationView, TokenState},
};
use leptos::prelude::*;

use super::Here;
use crate::reactive::redrawn;
use crate::{
    clock,
    components::{RelativeTime, TokenPill},
    view_model::token,
};

/// Kind, state, issued, expires, sealed with.
#[component]
pub fn TokenCard(here: Here) -> impl IntoView {
    move || here.installation.get().map(|view| view! { <Card view/> })
}

#[component]
fn Card(view: InstallationView) -> impl IntoView {
    let now = clock::use_now();
    let known = view.token.clone();
    let moment = |at: Option<grantbook_core::Timestamp>, absent: &'static str| match at {
        Some(at) => view! { <RelativeTime at/> }.into_any(),
        None => view! { <span class="subtle">{absent}</span> }.into_any(),
    };
    let expires = match known.state {
        TokenState::Revoked => view! { <span class="subtle">{if known.expires_at.is_some() { "revoked before its end" } else { "never, but revoked" }}</span> }.into_any(),
        TokenState::Missing => view! { <span class="subtle">"–"</span> }.into_any(),
        TokenState::NeedsReauthorization | TokenState::Exhausted | TokenState::Live | TokenState::Expired => moment(known.expires_at, "never"),
    };
    let sealed = known
        .key_id
        .map_or_else(|| "not stored".to_owned(), |key| format!("key {key}"));
    let user = view
        .app_user
        .as_ref()
        .map(|user| view! { <dt>"App user"</dt><dd class="mono">{user.to_string()}</dd> });
    let installed = view.status != Status::Uninstalled;
    let token = known.clone();
    view! {
        <section class="card" aria-labelledby="token-heading">
            <div class="card-head">
                <h2 id="token-heading">"Token"</h2>
                <span class="end"><TokenPill status=view.status token=known.state/></span>
            </div>
            <div class="card-body">
                <dl class="facts">
                    <dt>"Kind"</dt><dd>{token::kind(&known)}</dd>
                    {user}
                    <dt>"Issued"</dt><dd>{moment(known.issued_at, "never")}</dd>
                    <dt>"Expires"</dt><dd>{expires}</dd>
                    <dt>"Sealed with"</dt><dd class="tabular">{sealed}</dd>
                </dl>
            </div>
            <div class="card-foot">
                {redrawn(move || if installed { token::lifetime(&token, now.get()) } else { "The app is uninstalled; Slack ended the token.".to_owned() })}
            </div>
        </section>
    }
}
