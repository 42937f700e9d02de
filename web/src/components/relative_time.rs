//! Moments: in words with the exact time behind them, or exact.

use grantbook_core::Timestamp;
use leptos::prelude::*;

use crate::reactive::{memo, redrawn};
use crate::{clock, view_model::time_words};

/// A moment in words that stay true: `12 min ago`; the exact time is the tooltip.
#[component]
pub fn RelativeTime(
    /// When.
    at: Timestamp,
) -> impl IntoView {
    let now = clock::use_now();
    // The page's clock steps; what has just happened may be ahead of it.
    let words = memo(move |_| time_words::relative(at, now.get().max(clock::now())));
    view! { <time datetime=at.to_string() title=time_words::absolute(at)>{redrawn(move || words.get())}</time> }
}

/// A moment exactly, in UTC.
#[component]
pub fn AbsoluteTime(
    /// When.
    at: Timestamp,
) -> impl IntoView {
    view! { <time datetime=at.to_string()>{time_words::absolute(at)}</time> }
}
