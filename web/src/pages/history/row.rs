//! One entry in the table.

use grantbook_core::view::EntryView;
use leptos::{ev, prelude::*};

use super::Here;
use crate::reactive::{heard, memo};
use crate::{
    address,
    components::{EntryNode, HashTag, RelativeTime, SentenceText, answers},
    view_model::{
        history::{EntryKey, source_words},
        number::thousands,
        sentence::entry_sentence,
    },
};

/// The row. Its time leads to its details; a press anywhere in it does too.
#[component]
pub fn EntryRow(here: Here, entry: EntryView) -> impl IntoView {
    let key = StoredValue::new(EntryKey::of(&entry));
    let is_chosen = memo(move |_| {
        here.filter
            .with(|filter| key.with_value(|key| filter.entry.as_ref() == Some(key)))
    });
    let to = move || {
        here.filter
            .with(|filter| filter.selecting((!is_chosen.get()).then(|| key.get_value())))
    };
    let click = move |event: ev::MouseEvent| {
        // Links, and presses meant for another tab, do what they always do.
        let on_link = event_target_is_link(&event);
        let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0;
        if !on_link && !elsewhere {
            here.apply.run(untrack(to));
        }
    };
    let place = address::workspace(&entry.tenant, Some(&entry.app));
    view! {
        <tr
            data-entry=entry.seq.to_string() data-installation=entry.installation.to_string()
            class:is-chosen=move || is_chosen.get() on:click=heard(click)
        >
            <td class="lead nowrap">
                <a href=move || to().href() data-row="" aria-current=move || is_chosen.get().then_some("true")>
                    <RelativeTime at=entry.at/>
                </a>
            </td>
            <td class="trunc" data-label="Workspace"><a href=place>{entry.tenant_name.clone()}</a></td>
            <td class="trunc" data-label="App">{entry.app_name.clone()}</td>
            <td class="wide what">
                <span class="row top"><EntryNode kind=entry.kind.clone()/><span><SentenceText segments=entry_sentence(&entry)/>" "{answers(&entry)}</span></span>
            </td>
            <td data-label="Source"><span class="tag">{source_words(entry.source)}</span></td>
            <td class="num" data-label="Entry">
                <span class="tabular">{thousands(entry.seq)}</span><br/><HashTag hash=entry.hash/>
            </td>
        </tr>
    }
}

fn event_target_is_link(event: &ev::MouseEvent) -> bool {
    use wasm_bindgen::JsCast;
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest("a, button").ok().flatten().is_some())
}
