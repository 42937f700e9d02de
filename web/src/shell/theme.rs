//! The choice of theme: the system's, light or dark. `public/theme.js` applies it before the first paint.

use leptos::prelude::*;

use crate::components::{Glyph, Icon, Popover};
use crate::reactive::{derived, heard};

const KEY: &str = "grantbook.theme";

/// A theme one can choose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    const ALL: [(Self, Glyph, &'static str); 3] = [
        (Self::System, Glyph::Screen, "As the system"),
        (Self::Light, Glyph::Sun, "Light"),
        (Self::Dark, Glyph::Moon, "Dark"),
    ];

    const fn word(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    fn chosen() -> Self {
        match root_theme().as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// Applies and remembers the choice. Where storage is forbidden it holds until the page is left.
    fn apply(self) {
        let storage = window().local_storage().ok().flatten();
        if let Some(root) = document().document_element() {
            // Neither name can be refused.
            let _ = match self.word() {
                Some(word) => root.set_attribute("data-theme", word),
                None => root.remove_attribute("data-theme"),
            };
        }
        let _ = storage.map(|storage| match self.word() {
            Some(word) => storage.set_item(KEY, word),
            None => storage.remove_item(KEY),
        });
    }
}

fn root_theme() -> Option<String> {
    document()
        .document_element()
        .and_then(|root| root.get_attribute("data-theme"))
}

/// The button and its three choices.
#[component]
pub fn ThemeMenu() -> impl IntoView {
    let open = RwSignal::new(false);
    let chosen = RwSignal::new(Theme::chosen());
    let glyph = derived(move || {
        if chosen.get() == Theme::Light {
            Glyph::Sun
        } else {
            Glyph::Moon
        }
    });
    let choice = move |(theme, glyph, text): (Theme, Glyph, &'static str)| {
        let choose = move |_| {
            theme.apply();
            chosen.set(theme);
            open.set(false);
        };
        view! {
            <button class="menu-item" type="button" aria-pressed=move || (chosen.get() == theme).to_string() on:click=heard(choose)>
                <Icon glyph/>{text}
            </button>
        }
    };
    view! {
        <Popover open class="btn ghost square" label="Theme" right=true button=move || view! { <Icon glyph/> }>
            {Theme::ALL.into_iter().map(choice).collect_view()}
        </Popover>
    }
}
