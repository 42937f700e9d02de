//! A modal dialog: the browser traps the focus, closes on Escape and gives the focus back.

use crate::reactive::{Show, effect, heard};
use leptos::{html, prelude::*};

/// The dialog; `children` are its body.
#[component]
pub fn Dialog(
    /// Whether it is open; the dialog writes it too.
    open: RwSignal<bool>,
    /// Its heading.
    #[prop(into)]
    title: String,
    /// Its buttons, the way out first.
    #[prop(into)]
    foot: ViewFn,
    /// Its body, made anew each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let label = title.clone();
    let node = NodeRef::<html::Dialog>::new();
    effect(move || {
        let Some(dialog) = node.get() else { return };
        if open.get() && !dialog.open() {
            // Refused only for a dialog that is not in the document, or open already.
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    // A press beside the dialog meets the dialog element itself: its content fills it.
    let beside = move |event: leptos::ev::MouseEvent| {
        if event.target() == event.current_target() {
            open.set(false);
        }
    };
    view! {
        <dialog class="dialog modal" aria-label=label node_ref=node on:close=heard(move |_| open.set(false)) on:mousedown=heard(beside)>
            <div class="dialog-head"><h2>{title}</h2></div>
            <Show when=move || open.get()>
                <div class="dialog-body">{children()}</div>
            </Show>
            <div class="dialog-foot">{foot.run()}</div>
        </dialog>
    }
}
