//! The frame of the pages before the console: a mark, a title, a card; and the gate of pages for administrators.

use leptos::prelude::*;

use crate::components::{BrandMark, Empty, Glyph, PageHead, PageTitle};
use crate::reactive::{memo, redrawn};
use crate::session::use_session;

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

/// A page for administrators: the others are told so, and nothing is asked of the server for them.
pub fn only_admins(title: &'static str, page: fn() -> AnyView) -> AnyView {
    let session = use_session();
    let is_admin = memo(move |_| session.is_admin());
    redrawn(move || {
        if is_admin.get() {
            return page();
        }
        let text =
            || "Your role is Viewer: you may look at apps, grants and requests. Ask an administrator for this page.";
        view! { <PageHead title=title/><section class="card"><Empty glyph=Glyph::Lock title="Only administrators see this" text/></section> }
            .into_any()
    })
}
