//! Who is signed in, and the way out.

use leptos::prelude::*;

use crate::reactive::{heard, memo, redrawn};
use crate::{
    client,
    components::{Avatar, Glyph, Icon, Popover, use_toasts},
    session::use_session,
};
use grantbook_core::view::Role;

/// The menu under one's own initials.
#[component]
pub fn AccountMenu(
    /// Whether the list of keys is open.
    help_open: RwSignal<bool>,
) -> impl IntoView {
    let session = use_session();
    let open = RwSignal::new(false);
    let view = memo(move |_| session.view());
    let name = move || view.get().map(|view| view.name).unwrap_or_default();
    let role = move || {
        view.get().map(|view| match view.role {
            Role::Admin => "Administrator",
            Role::Approver => "Approver: decides app requests",
            Role::Viewer => "Viewer: may look, not change",
        })
    };
    view! {
        <Popover open class="btn ghost square" label="Account" right=true button=move || view! { <Avatar name=name()/> }>
            <p class="menu-head"><b class="trunc">{redrawn(name)}</b><small>{redrawn(role)}</small></p>
            <hr/>
            <button class="menu-item" type="button" on:click=heard(move |_| { open.set(false); help_open.set(true) })>
                <Icon glyph=Glyph::Keyboard/>"Keys"<kbd>"?"</kbd>
            </button>
            <SignOut/>
        </Popover>
    }
}

#[component]
fn SignOut() -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let sign_out = move |_| {
        leptos::task::spawn_local(async move {
            match client::sign_out().await {
                Ok(()) => session.leave(),
                Err(error) if error.status == 401 => session.leave(),
                Err(error) => toasts.warn(format!("Signing out failed. {}", error.detail)),
            }
        });
    };
    view! { <button class="menu-item" type="button" on:click=heard(sign_out)><Icon glyph=Glyph::Leave/>"Sign out"</button> }
}
