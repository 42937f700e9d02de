//! What the marks mean; only those that are drawn, beside the usual ones.

use grantbook_core::{Source, Timestamp, grants::Mark, matrix::Cell};
use leptos::prelude::*;

use super::{
    super::grants::Picture,
    cell::{class, face},
};
use crate::reactive::{Memo, Show, memo};

/// The legend.
#[component]
pub fn Legend(drawn: Memo<Option<Picture>>) -> impl IntoView {
    let present = move |state: &'static str| {
        memo(move |_| {
            drawn.with(|drawn| {
                drawn
                    .as_ref()
                    .is_some_and(|drawn| drawn.matrix.cells().any(|(_, cell)| cell.state() == state))
            })
        })
    };
    let (excluded, held) = (present("excluded"), present("held"));
    let changed = memo(move |_| drawn.with(|drawn| drawn.as_ref().is_some_and(|drawn| !drawn.changed.is_empty())));
    let mark = || Mark {
        since: Timestamp::default(),
        actor: None,
        source: Source::Event,
        seq: 0,
    };
    view! {
        <div class="legend end">
            {one(Cell::Granted(mark()), "granted")}
            {one(Cell::All(mark()), "all of it")}
            <Show when=move || excluded.get()>{one(Cell::Excluded(mark()), "exception")}</Show>
            <Show when=move || held.get()>{one(Cell::Held, "held, none yet")}</Show>
            {one(Cell::Denied(mark()), "denied")}
            {one(Cell::Possible, "not granted")}
            <Show when=move || changed.get()><span><span class="cell changed"></span>"differs from now"</span></Show>
        </div>
    }
}

fn one(cell: Cell, word: &'static str) -> impl IntoView {
    view! { <span><span class=class(&cell) aria-hidden="true">{face(&cell)}</span>{word}</span> }
}
