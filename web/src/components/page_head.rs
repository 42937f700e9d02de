//! The head of a page: where it stands, its title, one sentence, and what can be done.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::reactive::{effect, redrawn};

/// A page above this one.
#[derive(Clone, Debug)]
pub struct Crumb {
    /// Its name.
    pub text: String,
    /// Its address.
    pub href: String,
}

impl Crumb {
    /// Puts the two together.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
        }
    }
}

/// Sets the title of the browser's tab.
#[component]
pub fn PageTitle(
    /// What is shown, without the product's name.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    effect(move || text.with(|text| document().set_title(&format!("{text} · Grantbook"))));
}

/// Crumbs, title, sentence and actions. `children` are the actions, the primary one last.
#[component]
pub fn PageHead(
    /// The one `h1`; also the tab's title.
    #[prop(into)]
    title: Signal<String>,
    /// The sentence under it.
    #[prop(optional, into)]
    text: ViewFn,
    /// Pages above this one, from the top.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// The `h1` with its code set apart, where it has some.
    #[prop(optional, into)]
    heading: Option<ViewFn>,
    /// What the last crumb says; the title by default.
    #[prop(optional, into)]
    crumb: Option<Signal<String>>,
    /// What stands before the title, such as a large app icon.
    #[prop(optional, into)]
    mark: Option<ViewFn>,
    /// Actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let sentence = text.clone();
    let shown = move || match &heading {
        Some(heading) => heading.run(),
        None => title.get().into_any(),
    };
    let heading = match mark {
        Some(mark) => view! {
            <span class="who">
                {redrawn(move || mark.run())}
                <span><h1>{redrawn(shown)}</h1><small class="small subtle">{redrawn(move || sentence.run())}</small></span>
            </span>
        }
        .into_any(),
        None => view! { <h1>{redrawn(shown)}</h1><p>{redrawn(move || sentence.run())}</p> }.into_any(),
    };
    view! {
        <PageTitle text=title/>
        <header class="page-head">
            <div class="grow">
                {(!crumbs.is_empty()).then(|| view! { <Crumbs crumbs here=crumb.unwrap_or(title)/> })}
                {heading}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </header>
    }
}

#[component]
fn Crumbs(crumbs: Vec<Crumb>, here: Signal<String>) -> impl IntoView {
    let one = |crumb: Crumb| view! { <a href=crumb.href>{crumb.text}</a><Icon glyph=Glyph::Right/> };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            {crumbs.into_iter().map(one).collect_view()}
            <span aria-current="page">{redrawn(move || here.get())}</span>
        </nav>
    }
}
