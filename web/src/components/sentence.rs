//! A sentence of the view model, drawn: people, scopes and resources stand out from the words.

use leptos::prelude::*;

use super::ScopeTag;
use crate::view_model::sentence::Segment;

/// The sentence.
#[component]
pub fn SentenceText(
    /// Its parts.
    segments: Vec<Segment>,
    /// Scopes as tags with their sensitivity, rather than as plain code.
    #[prop(optional)]
    tags: bool,
) -> impl IntoView {
    let one = move |segment: Segment| match segment {
        Segment::Text(text) => text.into_any(),
        Segment::Person { name, id } if tags => view! { <strong title=id.to_string()>{name}</strong> }.into_any(),
        Segment::Person { name, id } => view! { <span title=id.to_string()>{name}</span> }.into_any(),
        Segment::Actor(name) if tags => view! { <strong>{name}</strong> }.into_any(),
        Segment::Actor(name) => name.into_any(),
        Segment::Scope(scope) if tags => view! { <ScopeTag scope/> }.into_any(),
        Segment::Scope(scope) => view! { <code>{scope.to_string()}</code> }.into_any(),
        Segment::Resource { name, id } => view! { <code title=id.map(|id| id.to_string())>{name}</code> }.into_any(),
        Segment::Code(code) => view! { <code>{code}</code> }.into_any(),
    };
    segments.into_iter().map(one).collect_view()
}
