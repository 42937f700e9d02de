//! Whether the page hears of changes.

use leptos::prelude::*;

use crate::reactive::redrawn;
use crate::{
    client::{LiveState, use_live},
    view_model::time_words,
};

/// `Live`, or since when not.
#[component]
pub fn LiveBadge() -> impl IntoView {
    let state = use_live().state();
    let text = move || match state.get() {
        LiveState::Connecting => "Connecting".to_owned(),
        LiveState::Live => "Live".to_owned(),
        LiveState::Stale { since, .. } => format!("Reconnecting, last contact {}", time_words::clock_seconds(since)),
    };
    view! { <span class="live" class:off=move || state.get() != LiveState::Live>{redrawn(text)}</span> }
}
