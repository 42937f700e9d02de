//! A small panel under a button, closed by Escape, by a press elsewhere, or by what it holds.

use crate::reactive::{Show, heard, redrawn};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// A button with its panel.
#[component]
pub fn Popover(
    /// Whether the panel is open; the popover writes it too.
    open: RwSignal<bool>,
    /// The class of the button.
    class: &'static str,
    /// The button's label where its content is only an icon.
    #[prop(optional, into)]
    label: Option<String>,
    /// The button's content.
    #[prop(into)]
    button: ViewFn,
    /// Whether the panel is flush with the button's right edge.
    #[prop(optional)]
    right: bool,
    /// The panel's content, made anew each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let root = NodeRef::<html::Span>::new();
    let trigger = NodeRef::<html::Button>::new();
    let elsewhere = window_event_listener(ev::pointerdown, move |event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = root.get_untracked().is_some_and(|root| root.contains(target.as_ref()));
        if !inside && open.get_untracked() {
            open.set(false);
        }
    });
    on_cleanup(move || elsewhere.remove());
    let escape = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            open.set(false);
            if let Some(trigger) = trigger.get_untracked() {
                let _ = trigger.focus();
            }
        }
    };
    let panel_class = if right { "menu popover right" } else { "menu popover" };
    view! {
        <span class="anchor" node_ref=root on:keydown=heard(escape)>
            <button
                class=class type="button" aria-haspopup="true" aria-label=label node_ref=trigger
                aria-expanded=move || open.get().to_string() on:click=heard(move |_| open.update(|open| *open = !*open))
            >{redrawn(move || button.run())}</button>
            <Show when=move || open.get()><div class=panel_class>{children()}</div></Show>
        </span>
    }
}
