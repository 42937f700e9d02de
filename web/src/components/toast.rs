//! Toasts: short confirmations at the edge of the page. Never the only place of a fact.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{Glyph, Icon};
use crate::reactive::{For, heard};

/// How long one stays.
const STAY: Duration = Duration::from_secs(6);

const CANNOT_COPY: &str = "The browser does not allow copying here.";

#[derive(Clone)]
struct Toast {
    id: u32,
    failed: bool,
    text: String,
}

/// The toasts of the page.
#[derive(Clone, Copy)]
pub struct Toasts {
    all: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
    held: RwSignal<bool>,
}

impl Toasts {
    /// Makes room for toasts on this page.
    pub fn provide() {
        provide_context(Self {
            all: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            held: RwSignal::new(false),
        });
    }

    /// Says that something was done.
    pub fn say(self, text: impl Into<String>) {
        self.add(text.into(), false);
    }

    /// Says that something failed.
    pub fn warn(self, text: impl Into<String>) {
        self.add(text.into(), true);
    }

    /// Copies `text` and says `done`.
    pub fn copy(self, text: String, done: &'static str) {
        // Absent where the page did not come over https or from this machine.
        let clipboard = window().navigator().clipboard();
        if clipboard.is_undefined() {
            return self.warn(CANNOT_COPY);
        }
        leptos::task::spawn_local(async move {
            match JsFuture::from(clipboard.write_text(&text)).await {
                Ok(_) => self.say(done),
                Err(_) => self.warn(CANNOT_COPY),
            }
        });
    }

    fn add(self, text: String, failed: bool) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.all.update(|all| all.push(Toast { id, failed, text }));
        self.remove_later(id);
    }

    fn remove_later(self, id: u32) {
        let end = move || {
            if self.held.get_untracked() {
                self.remove_later(id);
            } else {
                self.remove(id);
            }
        };
        set_timeout(end, STAY);
    }

    fn remove(self, id: u32) {
        self.all.update(|all| all.retain(|toast| toast.id != id));
    }
}

/// The toasts of this page.
pub fn use_toasts() -> Toasts {
    expect_context()
}

/// Where toasts appear; once per page.
#[component]
pub fn ToastList() -> impl IntoView {
    let toasts = use_toasts();
    let one = move |toast: Toast| {
        let (glyph, role) = if toast.failed {
            (Glyph::Warn, "alert")
        } else {
            (Glyph::Check, "status")
        };
        view! {
            <div class="toast" role=role>
                <Icon glyph/>
                <span>{toast.text}</span>
                <button type="button" aria-label="Dismiss" on:click=heard(move |_| toasts.remove(toast.id))>"Dismiss"</button>
            </div>
        }
    };
    view! {
        <div
            class="toasts corner"
            on:mouseenter=heard(move |_| toasts.held.set(true))
            on:mouseleave=heard(move |_| toasts.held.set(false))
        >
            <For each=move || toasts.all.get() key=|toast| toast.id children=one/>
        </div>
    }
}
