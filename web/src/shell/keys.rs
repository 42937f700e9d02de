//! Keys: one listener for the page. A list takes part by marking the link of each row with `data-row`,
//! a search field by `data-filter`, a link to a new request by `data-ask`; the focus itself is the cursor.

use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::{address, clock, components::use_toasts};

const SWITCH: &str = "grantbook.keys";

/// A second key within so many microseconds belongs to the first.
const CHORD: i64 = 1_500_000;

/// The key that goes with `K`, as this computer's keyboard names it.
pub fn command_key() -> &'static str {
    let platform = window().navigator().platform().unwrap_or_default();
    if platform.starts_with("Mac") || platform.starts_with("iP") {
        "⌘"
    } else {
        "Ctrl"
    }
}

/// Whether letters act; somebody who dictates may have switched them off.
pub fn letters_act() -> bool {
    let stored = window()
        .local_storage()
        .ok()
        .flatten()
        .and_then(|storage| storage.get_item(SWITCH).ok().flatten());
    stored.as_deref() != Some("off")
}

/// Switches letters on or off, for this browser.
pub fn let_letters_act(on: bool) {
    if let Ok(Some(storage)) = window().local_storage() {
        // Full or forbidden storage: the switch then holds until the page is left.
        let _ = if on {
            storage.remove_item(SWITCH)
        } else {
            storage.set_item(SWITCH, "off")
        };
    }
}

/// Leads to the search field of the list of workspaces, from anywhere.
pub fn find_a_workspace() -> impl Fn() + Clone {
    let navigate = use_navigate();
    move || {
        let here = window().location().pathname().unwrap_or_default();
        if here != address::WORKSPACES {
            navigate(address::WORKSPACES, NavigateOptions::default());
        }
        request_animation_frame(|| {
            focus_filter();
        });
    }
}

/// Listens while the calling component lives.
pub fn listen(help_open: RwSignal<bool>) {
    let find = find_a_workspace();
    let navigate = use_navigate();
    let toasts = use_toasts();
    let went = StoredValue::new(None);
    let go = move |path: &str| navigate(path, NavigateOptions::default());
    let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        let key = event.key();
        if (event.meta_key() || event.ctrl_key()) && !event.alt_key() && key.eq_ignore_ascii_case("k") {
            event.prevent_default();
            return find();
        }
        if event.meta_key() || event.ctrl_key() || event.alt_key() || is_typing() || !letters_act() {
            return;
        }
        let after_g = went.get_value().is_some_and(|at| clock::now().micros() - at < CHORD);
        went.set_value((key == "g").then(|| clock::now().micros()));
        let acted = match (after_g, key.as_str()) {
            (true, "w") => act(|| go(address::WORKSPACES)),
            (true, "e") => act(|| go(address::REQUESTS)),
            (true, "h") => act(|| go(address::HISTORY)),
            (true, "d") => act(|| go(address::DRIFT)),
            (true, "q") => act(|| go(address::QUEUE)),
            (true, "r") => act(|| go(address::RULES)),
            (true, "a") => act(|| go(address::APPS)),
            (true, "k") => act(|| go(address::KEYS)),
            (true, "u") => act(|| go(address::AUDIT)),
            (false, "e") => ask(),
            (false, "?") => act(|| help_open.set(true)),
            (false, "/") => focus_filter(),
            (false, "j") => move_row(1),
            (false, "k") => move_row(-1),
            (false, "l") => act(|| toasts.copy(window().location().href().unwrap_or_default(), "Link copied.")),
            _ => false,
        };
        if acted {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

fn act(action: impl FnOnce()) -> bool {
    action();
    true
}

/// Lets a page take part while the calling component lives: `press` is told of each key that no field and no
/// dialog wants, and answers whether it did something.
pub fn on_page(press: impl Fn(&KeyboardEvent) -> bool + 'static) {
    let went = StoredValue::new(None::<i64>);
    let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        if event.meta_key() || event.ctrl_key() || event.alt_key() || is_typing() {
            return;
        }
        let key = event.key();
        // After `G` a letter leads to another page.
        let after_g = went.get_value().is_some_and(|at| clock::now().micros() - at < CHORD);
        went.set_value((key == "g").then(|| clock::now().micros()));
        let is_letter = key.chars().count() == 1;
        if (is_letter && (after_g || !letters_act())) || event.default_prevented() {
            return;
        }
        if press(&event) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Whether letters belong to a field, or to a dialog over the page.
fn is_typing() -> bool {
    let Some(focused) = document().active_element() else {
        return false;
    };
    let field = focused
        .closest("input, textarea, select, [contenteditable]")
        .ok()
        .flatten();
    let is_box = field.as_ref().is_some_and(|field| {
        field
            .get_attribute("type")
            .is_some_and(|kind| kind == "checkbox" || kind == "radio")
    });
    (field.is_some() && !is_box) || document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// Follows the page's own link to a new request.
fn ask() -> bool {
    let link = document().query_selector("main a[data-ask]").ok().flatten();
    link.and_then(|link| link.dyn_into::<HtmlElement>().ok())
        .is_some_and(|link| act(|| link.click()))
}

fn focus_filter() -> bool {
    focus(
        document()
            .query_selector("main [data-filter], main .filters button")
            .ok()
            .flatten(),
    )
}

/// Moves the focus from row to row; from elsewhere to the first or the last.
fn move_row(step: i32) -> bool {
    let Ok(rows) = document().query_selector_all("main [data-row]") else {
        return false;
    };
    let count = i32::try_from(rows.length()).unwrap_or_default();
    let focused = document().active_element();
    let row = |index: i32| {
        let node = u32::try_from(index).ok().and_then(|index| rows.get(index));
        node.and_then(|node| node.dyn_into::<Element>().ok())
    };
    let here = (0..count).find(|index| focused.is_some() && row(*index) == focused);
    let next = match here {
        Some(here) => (here + step).clamp(0, count - 1),
        None if step > 0 => 0,
        None => count - 1,
    };
    focus(row(next))
}

fn focus(element: Option<Element>) -> bool {
    element
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| element.focus().is_ok())
}
