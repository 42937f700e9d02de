//! Keys: those that encrypt what is stored, and those that scripts use.

use leptos::prelude::*;

use super::gate::only_admins;
use crate::components::PageHead;

mod api_keys;
mod encryption;
mod new_key;

/// The page.
#[component]
pub fn KeysPage() -> impl IntoView {
    only_admins("Keys", || {
        view! {
            <PageHead title="Keys" text=|| "Which keys encrypt the tokens and secrets that are stored, and which keys scripts use to reach this console."/>
            {encryption::card()}
            {api_keys::card()}
        }
        .into_any()
    })
}
