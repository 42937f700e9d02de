//! What the page shows while, or because, there is no installation to show.

use leptos::prelude::*;

use crate::reactive::{derived, heard};
use crate::{
    address,
    client::UiError,
    components::{Crumb, Empty, ErrorBox, Glyph, InstallDialog, PageHead, unknown},
    session::use_session,
};

fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Workspaces", address::WORKSPACES)]
}

/// Bars of the size of what they replace.
#[component]
pub fn Skeleton() -> impl IntoView {
    let stat =
        || view! { <div><span class="skel w1"></span><span class="skel w3"></span><span class="skel w2"></span></div> };
    let row = || {
        let cells = (0..6)
            .map(|_| view! { <td class="gap"><span class="skel w2 mid"></span></td> })
            .collect_view();
        view! { <tr><th><span class="skel w3"></span></th>{cells}</tr> }
    };
    view! {
        <div class="stack" aria-busy="true" aria-label="The workspace is being read">
            <div class="who skel-head">
                <span class="skel lg"></span>
                <span class="grow stack tight"><span class="skel w1"></span><span class="skel w2"></span></span>
            </div>
            <div class="strip">{(0..4).map(|_| stat()).collect_view()}</div>
            <section class="card">
                <div class="card-head"><span class="skel w1"></span></div>
                <div class="matrix-wrap">
                    <table class="matrix" aria-hidden="true"><tbody>{(0..10).map(|_| row()).collect_view()}</tbody></table>
                </div>
            </section>
        </div>
    }
}

#[component]
pub fn Missing() -> impl IntoView {
    let text =
        "The address names a workspace in which no registered app was ever installed. It may have a typing error.";
    view! {
        <PageHead title="Workspace not found" crumbs=crumbs()/>
        {unknown("This workspace is not known here", text, (address::WORKSPACES, "All workspaces"))}
    }
}

#[component]
pub fn Failed(error: UiError, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    view! {
        <PageHead title="Workspace" crumbs=crumbs()/>
        <section class="card"><ErrorBox title="The workspace could not be read" error on_retry/></section>
    }
}

/// No app is or was installed.
#[component]
pub fn NoApp() -> impl IntoView {
    let open = RwSignal::new(false);
    let is_admin = derived(|| use_session().is_admin());
    let text = || "Install one to see what it may do here, where, and since when.";
    view! {
        <section class="card">
            <Empty glyph=Glyph::Grid title="No app is installed here yet" text>
                <button class="btn primary sm" type="button" disabled=move || !is_admin.get() on:click=heard(move |_| open.set(true))>
                    "Install an app…"
                </button>
            </Empty>
        </section>
        <InstallDialog open/>
    }
}

/// The address names an app that is not here.
#[component]
pub fn OtherApp() -> impl IntoView {
    let text = || "It was never installed in this workspace. Choose one of the apps above.";
    view! {
        <section class="card"><Empty glyph=Glyph::Apps title="This app is not known here" text/></section>
    }
}
