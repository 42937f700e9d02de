//! "Check with Slack": compares the ledger with Slack's own lists.

use leptos::prelude::*;

use super::Here;
use crate::reactive::{Show, heard, memo};
use crate::{
    client,
    components::{Glyph, Icon, use_toasts},
    session::use_session,
    view_model::sentence::{entry_sentence, plain},
};

/// Why an action that changes something is not available, if so. Tracks.
pub fn refusal(here: Here) -> Option<&'static str> {
    if !use_session().is_admin() {
        Some("Only an administrator may do this.")
    } else if here.is_past() {
        Some("The page shows a past moment. Go back to Now to change anything.")
    } else {
        None
    }
}

/// The button, and what came of it.
#[component]
pub fn CheckWithSlack(here: Here) -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let refusal = memo(move |_| {
        let _ = session.state().get();
        refusal(here)
    });
    let run = move |_| {
        let key = here
            .installation
            .with_untracked(|view| view.as_ref().map(|view| view.id.clone()));
        let Some(key) = key.filter(|_| !busy.get_untracked() && refusal.with_untracked(Option::is_none)) else {
            return;
        };
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = client::reconcile(&key).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(None) => {
                    here.notices
                        .info("Slack's own lists agree with the ledger. Nothing was changed.");
                    toasts.say("Slack agrees with the ledger.");
                }
                Ok(Some(entry)) => {
                    here.notices
                        .good(format!("{}: entry {}.", plain(&entry_sentence(&entry)), entry.seq));
                    toasts.say("The ledger was corrected.");
                    here.workspace.refresh();
                }
                Err(error) => {
                    here.notices.bad(format!(
                        "Slack's lists could not be compared: {} ({})",
                        error.detail, error.code
                    ));
                    toasts.warn(error.detail);
                }
            }
        });
    };
    view! {
        <button
            class="btn" class:busy=move || busy.get() type="button" title=move || refusal.get()
            aria-disabled=move || refusal.with(Option::is_some).to_string() on:click=heard(run)
        >
            <Show when=move || !busy.get()><Icon glyph=Glyph::Refresh/></Show>
            "Check with Slack"
        </button>
    }
}
