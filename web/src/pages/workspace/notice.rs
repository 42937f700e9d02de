//! The notice of the page: what came of the last action, until it is dismissed.

use leptos::prelude::*;

use crate::components::{Glyph, Icon, Tone};

/// What came of the last action.
#[derive(Clone, Copy)]
pub(super) struct Notices(RwSignal<Option<(Tone, String)>>);

impl Notices {
    /// Nothing to say.
    pub(super) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// It went well.
    pub(super) fn good(self, text: impl Into<String>) {
        self.0.set(Some((Tone::Granted, text.into())));
    }

    /// It told something.
    pub(super) fn info(self, text: impl Into<String>) {
        self.0.set(Some((Tone::Info, text.into())));
    }

    /// It failed.
    pub(super) fn bad(self, text: impl Into<String>) {
        self.0.set(Some((Tone::Denied, text.into())));
    }
}

/// The notice, if there is one.
#[component]
pub(super) fn NoticeBanner(
    /// What to say.
    notices: Notices,
) -> impl IntoView {
    let banner = move |(tone, text): (Tone, String)| {
        view! {
            <div class=format!("banner {}", tone.class()) role="status">
                <Icon glyph=tone.glyph()/>
                <div class="grow">{text}</div>
                <button class="btn sm ghost end" type="button" on:click=move |_| notices.0.set(None)>
                    "Dismiss"
                </button>
            </div>
        }
    };
    move || notices.0.get().map(banner)
}

/// A reason beside what cannot be done now.
#[component]
pub(super) fn Reason(
    /// Why.
    text: &'static str,
) -> impl IntoView {
    view! { <span class="small subtle row"><Icon glyph=Glyph::Info small=true/>{text}</span> }
}
