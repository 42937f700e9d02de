//! The notice of the page: what came of the last action, until it is dismissed.

use leptos::prelude::*;

use crate::components::{Icon, Tone};
use crate::reactive::heard;

/// What came of the last action.
#[derive(Clone, Copy, Default)]
pub struct Notices(RwSignal<Option<(Tone, String)>>);

impl Notices {
    /// It went well.
    pub fn good(self, text: impl Into<String>) {
        self.0.set(Some((Tone::Granted, text.into())));
    }

    /// It told something.
    pub fn info(self, text: impl Into<String>) {
        self.0.set(Some((Tone::Info, text.into())));
    }

    /// It failed.
    pub fn bad(self, text: impl Into<String>) {
        self.0.set(Some((Tone::Denied, text.into())));
    }
}

/// The notice, if there is one.
#[component]
pub fn NoticeBanner(notices: Notices) -> impl IntoView {
    let banner = move |(tone, text): (Tone, String)| {
        view! {
            <div class=format!("banner {}", tone.class()) role="status">
                <Icon glyph=tone.glyph()/>
                <div class="grow">{text}</div>
                <button class="btn sm ghost end" type="button" on:click=heard(move |_| notices.0.set(None))>
                    "Dismiss"
                </button>
            </div>
        }
    };
    move || notices.0.get().map(banner)
}
