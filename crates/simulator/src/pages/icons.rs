//! Icons and small marks: conversation types, sensitivity, states.

use grantbook_core::{ResourceType, Scope, sensitivity};

use crate::html::{Html, html};

/// The sprite that [`icon`] refers to; once in every page.
pub(super) fn sprite() -> Html {
    Html::assembled(include_str!("icons.svg").to_owned())
}

pub(super) fn icon(name: &str) -> Html {
    html!(
        "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{}\"/></svg>",
        name
    )
}

/// The mark of a conversation's type.
pub(super) fn kind_icon(kind: ResourceType) -> Html {
    icon(match kind {
        ResourceType::Channel => "hash",
        ResourceType::Group => "lock",
        ResourceType::AppHome => "bolt",
        ResourceType::Team => "apps",
        ResourceType::Mpim | ResourceType::Im | ResourceType::User => "user",
    })
}

/// What people call a resource type.
pub(super) const fn kind_words(kind: ResourceType) -> &'static str {
    match kind {
        ResourceType::Team => "The workspace",
        ResourceType::AppHome => "App homes",
        ResourceType::Channel => "Public channels",
        ResourceType::Group => "Private channels",
        ResourceType::Mpim => "Group messages",
        ResourceType::Im => "Direct messages",
        ResourceType::User => "People",
    }
}

/// A scope's sensitivity as a shape with a name.
pub(super) fn sensitivity_mark(scope: &Scope) -> Html {
    let grade = sensitivity::judge(scope.as_str()).0.as_str();
    html!(
        "<svg class=\"sens {}\" role=\"img\" aria-label=\"{} sensitivity\"><use href=\"#s-{}\"/></svg>",
        grade,
        grade,
        grade
    )
}

/// A state as a pill with an icon and words. `tone` is a class of the stylesheet.
pub(super) fn state(tone: &str, mark: &str, words: &str) -> Html {
    html!("<span class=\"state {}\">{}{}</span>", tone, icon(mark), words)
}
