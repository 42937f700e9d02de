//! What stands in for content that is not there: nothing yet, nothing that matches, or an error.

use leptos::prelude::*;

use super::{Glyph, Icon, use_toasts};
use crate::client::UiError;
use crate::reactive::{heard, redrawn};

/// Nothing to show, and what to do about it.
#[component]
pub fn Empty(
    /// Its icon.
    glyph: Glyph,
    /// One line: what is not there.
    #[prop(into)]
    title: String,
    /// One sentence: what it is for, or why it is empty.
    #[prop(into)]
    text: ViewFn,
    /// The next step: buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="blank">
            <Icon glyph/>
            <h2>{title}</h2>
            <p>{redrawn(move || text.run())}</p>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}

/// In place of a page whose address names nothing that is known, with the way to all there are.
pub fn unknown(title: &'static str, text: &'static str, (all, word): (&'static str, &'static str)) -> AnyView {
    view! {
        <section class="card">
            <Empty glyph=Glyph::Search title text=move || text><a class="btn sm" href=all>{word}</a></Empty>
        </section>
    }
    .into_any()
}

/// What failed, whether anything changed, and a way to try again.
#[component]
pub fn ErrorBox(
    /// One line: `The list could not be read`.
    #[prop(into)]
    title: String,
    /// Why.
    error: UiError,
    /// Tries again.
    #[prop(optional, into)]
    on_retry: Option<Callback<()>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let details = format!("{title}: {} ({}, status {})", error.detail, error.code, error.status);
    let copy = move |_| toasts.copy(details.clone(), "Details copied.");
    view! {
        <div class="blank err" role="alert">
            <Icon glyph=Glyph::Warn/>
            <h2>{title}</h2>
            <p>{error.detail}</p>
            <p class="small"><code>{error.code}</code></p>
            <div class="actions">
                {on_retry.map(|retry| view! {
                    <button class="btn sm" type="button" on:click=heard(move |_| retry.run(()))><Icon glyph=Glyph::Refresh/>"Try again"</button>
                })}
                <button class="btn sm ghost" type="button" on:click=heard(copy)>"Copy details"</button>
            </div>
        </div>
    }
}
