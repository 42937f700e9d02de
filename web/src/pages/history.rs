//! The grant history.

use leptos::prelude::*;

use crate::components::PageHead;

/// The grant history.
#[component]
pub fn HistoryPage() -> impl IntoView {
    view! { <PageHead title="Grantbook"/> }
}
