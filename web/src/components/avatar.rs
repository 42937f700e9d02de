//! Initials on a quiet colour, for apps, workspaces and people without a picture.

use leptos::prelude::*;

/// One of the six quiet colours, always the same for one name.
fn tone(name: &str) -> String {
    let sum = name.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    format!("tone-{}", sum % 6 + 1)
}

/// The first letter that tells names apart: `Northwind HQ` is an N.
fn initials(name: &str, count: usize) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).take(count).collect()
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
    view! { <span class=class aria-hidden="true">{initials(&name, 1)}</span> }
}

/// The circle of a person.
#[component]
pub fn Avatar(
    /// Whose.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    view! { <span class=format!("avatar {}", tone(&name)) aria-hidden="true">{initials(&name, 2)}</span> }
}
