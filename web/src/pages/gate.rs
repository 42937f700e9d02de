//! The frame of the pages before the console: a mark, a title, a card.

use leptos::prelude::*;

use crate::components::{BrandMark, PageTitle};
use crate::reactive::redrawn;

/// The frame; `children` are the card and what goes with it.
#[component]
pub fn Gate(
    /// The heading.
    title: &'static str,
    /// The line at the bottom of the page.
    #[prop(into)]
    foot: ViewFn,
    /// Card and banners.
    children: Children,
) -> impl IntoView {
    view! {
        <PageTitle text=title/>
        <main class="gate">
            <div class="gate-box">
                <div class="stack tight">
                    <div class="row brand-row"><BrandMark/><strong>"Grantbook"</strong></div>
                    <h1>{title}</h1>
                </div>
                {children()}
            </div>
            <p class="small subtle">{redrawn(move || foot.run())}</p>
        </main>
    }
}
