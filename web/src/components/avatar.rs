//! Initials on a quiet colour, for apps, workspaces and people without a picture.

use leptos::prelude::*;

/// One of the six quiet colours, always the same for one name.
fn tone(name: &str) -> String {
    let sum = name
        .bytes()
        .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    format!("tone-{}", sum % 6 + 1)
}

/// The first letters of the first two words: `Northwind Field Ops` is NF.
fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()))
        .take(2)
        .collect()
}

/// The first two letters: people sign in with one word.
fn first_two(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).take(2).collect()
}

/// The square of an app or a workspace.
#[component]
pub fn AppIcon(
    /// Whose.
    #[prop(into)]
    name: String,
    /// 40 instead of 24 pixels.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let class = format!("app-icon {}{}", tone(&name), if large { " lg" } else { "" });
    view! { <span class=class aria-hidden="true">{initials(&name)}</span> }
}

/// The circle of a person.
#[component]
pub fn Avatar(
    /// Whose.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    view! { <span class=format!("avatar {}", tone(&name)) aria-hidden="true">{first_two(&name)}</span> }
}
