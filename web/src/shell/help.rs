//! The list of keys.

use leptos::prelude::*;

use super::keys;
use crate::components::Dialog;
use crate::reactive::heard;

const KEYS: [(&[&str], &str); 19] = [
    (&["/"], "Filter this list"),
    (&["J"], "Next row"),
    (&["K"], "Previous row"),
    (&["↵"], "Open the row"),
    (&["L"], "Copy the link to this view"),
    (&["A"], "Approve what is selected or open"),
    (&["R"], "Restrict it"),
    (&["E"], "Ask for more permissions, or the requester why"),
    (&["X"], "Select the row; with ⇧ all rows up to it"),
    (&["G", "W"], "Go to the workspaces"),
    (&["G", "E"], "Go to the requests"),
    (&["G", "Q"], "Go to the approval queue"),
    (&["G", "R"], "Go to the rules"),
    (&["G", "H"], "Go to the grant history"),
    (&["G", "D"], "Go to the drift board"),
    (&["G", "A"], "Go to the apps"),
    (&["G", "K"], "Go to the keys"),
    (&["G", "U"], "Go to the audit log"),
    (&["Esc"], "Close what is open"),
];

/// Every key, and a switch for those whom they disturb.
#[component]
pub fn HelpDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let letters = RwSignal::new(keys::letters_act());
    let switch = move |event| {
        let on = event_target_checked(&event);
        keys::let_letters_act(on);
        letters.set(on);
    };
    let row = |(all, does): (&'static [&'static str], &'static str)| {
        view! { <dt>{all.iter().map(|key| view! { <kbd>{*key}</kbd>" " }).collect_view()}</dt><dd>{does}</dd> }
    };
    let close = move || view! { <button class="btn" type="button" on:click=heard(move |_| open.set(false))>"Close "<kbd>"Esc"</kbd></button> };
    view! {
        <Dialog open title="Keys" foot=close>
            <dl class="facts keys">
                <dt><kbd>{keys::command_key()}</kbd>" "<kbd>"K"</kbd></dt><dd>"Find a workspace"</dd>
                {KEYS.into_iter().map(row).collect_view()}
            </dl>
            <label class="opt">
                <input type="checkbox" prop:checked=move || letters.get() on:change=heard(switch)/>
                <span>"Letters act as keys"<br/><span class="small subtle">"They never do while a field has the focus."</span></span>
            </label>
        </Dialog>
    }
}
