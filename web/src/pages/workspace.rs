//! One workspace.

use leptos::prelude::*;

use crate::components::PageHead;

/// One workspace.
#[component]
pub fn WorkspacePage() -> impl IntoView {
    view! { <PageHead title="Grantbook"/> }
}
