//! The banner over content that may be old.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::reactive::{heard, redrawn};
use crate::{
    client::{LiveState, use_live},
    clock,
    view_model::time_words,
};

/// Says since when the page hears of no changes, and when it tries again. Nothing while all is well.
#[component]
pub fn StaleBanner() -> impl IntoView {
    let live = use_live();
    let state = live.state();
    redrawn(move || {
        let LiveState::Stale { since, retry_at } = state.get() else {
            return None;
        };
        Some(view! {
            <div class="banner pending">
                <Icon glyph=Glyph::Warn/>
                <div class="grow">
                    <strong role="status">"Live updates paused."</strong>
                    <p>"The page shows "{time_words::clock_seconds(since)}". "<Countdown to=retry_at/></p>
                </div>
                <button class="btn sm end" type="button" on:click=heard(move |_| live.try_now())>"Try now"</button>
            </div>
        })
    })
}

#[component]
fn Countdown(to: grantbook_core::Timestamp) -> impl IntoView {
    let now = clock::use_seconds();
    redrawn(move || match to.seconds() - now.get().seconds() {
        left if left > 0 => format!("It tries again in {left} s."),
        _ => "It tries again now.".to_owned(),
    })
}
