//! A scope with its sensitivity, as a shape and a word.

use grantbook_core::{Scope, Sensitivity, catalogue, sensitivity};
use leptos::prelude::*;

/// The glyph of a sensitivity: ring, half, full, diamond.
#[component]
pub fn Sens(
    /// The grade.
    grade: Sensitivity,
) -> impl IntoView {
    let word = grade.as_str();
    view! {
        <svg class=format!("sens {word}") role="img" aria-label=format!("{word} sensitivity")>
            <use href=format!("#s-{word}")></use>
        </svg>
    }
}

/// A scope's name. Its plain meaning and its sensitivity are in the tooltip.
#[component]
pub fn ScopeTag(
    /// The scope.
    scope: Scope,
    /// Drawn as a possibility rather than a fact.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let (grade, reason) = sensitivity::judge(scope.as_str());
    let meaning = catalogue::find(&scope).map_or("", |info| info.description);
    let title = if meaning.is_empty() {
        format!("{} sensitivity: {reason}", grade.as_str())
    } else {
        format!("{meaning} ({} sensitivity: {reason})", grade.as_str())
    };
    let class = if optional { "scope optional" } else { "scope" };
    view! { <span class=class title=title><Sens grade/>{scope.to_string()}</span> }
}

/// Scopes as tags, at most so many of them, and how many more there are.
#[component]
pub fn ScopeTags(
    /// The scopes.
    scopes: Vec<Scope>,
    /// How many are shown.
    #[prop(default = usize::MAX)]
    most: usize,
) -> impl IntoView {
    let more = scopes.len().saturating_sub(most);
    let rest = scopes
        .iter()
        .skip(most)
        .map(Scope::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let tags = scopes.into_iter().take(most).map(|scope| view! { <ScopeTag scope/> });
    view! {
        <span class="scopes">
            {tags.collect_view()}
            {(more > 0).then(|| view! { <span class="tag" title=rest>{format!("+{more}")}</span> })}
        </span>
    }
}
