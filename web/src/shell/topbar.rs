//! The top bar: the way to any workspace, whether the page is live, theme and account.

use leptos::prelude::*;

use super::{account::AccountMenu, keys, live_badge::LiveBadge, theme::ThemeMenu};
use crate::components::{Glyph, Icon};
use crate::reactive::heard;

/// The bar.
#[component]
pub fn Topbar(
    /// Whether the navigation lies open over a narrow page.
    nav_open: RwSignal<bool>,
    /// Whether the list of keys is open.
    help_open: RwSignal<bool>,
) -> impl IntoView {
    let find = keys::find_a_workspace();
    view! {
        <header class="topbar">
            <button
                class="btn ghost square burger" type="button" aria-label="Open navigation" aria-controls="nav"
                aria-expanded=move || nav_open.get().to_string() on:click=heard(move |_| nav_open.set(true))
            ><Icon glyph=Glyph::Menu/></button>
            <button class="search" type="button" on:click=heard(move |_| find())>
                <Icon glyph=Glyph::Search/>
                <span class="grow trunc">"Find a workspace by name or id"</span>
                <kbd>{keys::command_key()}" K"</kbd>
            </button>
            <div class="topbar-end">
                <LiveBadge/>
                <ThemeMenu/>
                <AccountMenu help_open/>
            </div>
        </header>
    }
}
