//! Choosing one of many: a search field with what it finds below.

use std::time::Duration;

use leptos::{ev, prelude::*};

use crate::reactive::{heard, redrawn};

/// Typing is over after so long without a key.
const PAUSE: Duration = Duration::from_millis(200);

/// One thing to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is chosen.
    pub value: String,
    /// Its name.
    pub text: String,
    /// Its id, or what else tells it from others.
    pub note: String,
}

/// The field and what it finds.
#[component]
pub fn Picker(
    /// The field's id, unique on the page.
    id: &'static str,
    /// What can be typed.
    placeholder: &'static str,
    /// What was typed, a moment after it was.
    typed: RwSignal<String>,
    /// What is found; absent while nothing is known.
    #[prop(into)]
    found: Signal<Option<Vec<Choice>>>,
    /// Said when nothing is found.
    nothing: &'static str,
    /// Takes one.
    #[prop(into)]
    on_pick: Callback<Choice>,
) -> impl IntoView {
    let mut debounced = debounce(PAUSE, move |text: String| typed.set(text));
    let one = move |choice: Choice| {
        let (text, note) = (choice.text.clone(), choice.note.clone());
        view! {
            <li><button class="menu-item" type="button" data-pick=choice.value.clone() on:click=heard(move |_| on_pick.run(choice.clone()))>
                <span class="trunc">{text}</span><span class="end mono small">{note}</span>
            </button></li>
        }
    };
    let rows = move || match found.get() {
        None => view! { <li class="menu-head"><span class="skel w2"></span></li> }.into_any(),
        Some(found) if found.is_empty() => view! { <li class="menu-head subtle">{nothing}</li> }.into_any(),
        Some(found) => found.into_iter().map(one).collect_view().into_any(),
    };
    // Enter takes the first one found.
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            if let Some(first) = found.get_untracked().and_then(|found| found.into_iter().next()) {
                on_pick.run(first);
            }
        }
    };
    view! {
        <input class="input" id=id type="search" autocomplete="off" spellcheck="false" autocapitalize="none" placeholder=placeholder
            on:input=heard(move |event| debounced(event_target_value(&event))) on:keydown=heard(key)/>
        <ul class="picks">{redrawn(rows)}</ul>
    }
}
