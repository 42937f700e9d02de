//! One cell: a button that says what stands there, and its details.

use grantbook_core::matrix::{Cell, CellKey, Column, Row};
use leptos::prelude::*;

use super::{Grid, is_marked};
use crate::{
    clock,
    components::{Glyph, Icon},
    view_model::cell::{self, CellWords},
};

/// The class of a cell by its state.
pub(super) const fn class(cell: &Cell) -> &'static str {
    match cell {
        Cell::Granted(_) => "cell g",
        Cell::All(_) | Cell::Partly { granted: 1.., .. } => "cell w",
        Cell::Partly { .. } => "cell w none-of",
        Cell::Denied(_) => "cell x",
        Cell::Possible => "cell none",
        Cell::NotApplicable => "cell na",
        Cell::Excluded(_) => "cell e",
        Cell::Held => "cell h",
    }
}

/// What is drawn in it.
pub(super) fn face(cell: &Cell) -> AnyView {
    match cell {
        Cell::Granted(_) | Cell::Held => view! { <Icon glyph=Glyph::Check/> }.into_any(),
        Cell::Denied(_) => view! { <Icon glyph=Glyph::X/> }.into_any(),
        Cell::Excluded(_) => view! { <Icon glyph=Glyph::Minus/> }.into_any(),
        Cell::All(_) => "all".into_any(),
        Cell::Partly { granted, of } => format!("{granted}/{of}").into_any(),
        Cell::Possible | Cell::NotApplicable => ().into_any(),
    }
}

/// The cell.
#[component]
pub(super) fn MatrixCell(
    /// The grid it is in.
    grid: Grid,
    /// Its row.
    row: Row,
    /// Its column.
    column: Column,
    /// What stands there.
    cell: Cell,
    /// A hairline before it.
    gap: bool,
    /// Its details open to the left.
    left: bool,
) -> impl IntoView {
    let key = StoredValue::new((row.scope.clone(), column.key.clone()));
    let is = move |signal: RwSignal<Option<CellKey>>| signal.with(|chosen| key.with_value(|key| chosen.as_ref() == Some(key)));
    let is_active = Memo::new(move |_| is(grid.active));
    let is_hot = Memo::new(move |_| is(grid.hot));
    let is_new = Memo::new(move |_| grid.new_cells.with(|cells| key.with_value(|key| is_marked(cells, key))));
    let is_changed = Memo::new(move |_| {
        grid.drawn.with(|drawn| drawn.as_ref().is_some_and(|drawn| key.with_value(|key| is_marked(&drawn.changed, key))))
    });
    let (base, state, face) = (class(&cell), cell.state(), face(&cell));
    let hook = format!("{}|{}", row.scope, column.key.text());
    let meeting = StoredValue::new((row, column, cell));
    let words = move || {
        let now = clock::use_now().get();
        grid.drawn.with(|drawn| {
            let names = drawn.as_ref().map(|drawn| drawn.names.clone()).unwrap_or_default();
            meeting.with_value(|(row, column, cell)| cell::words(row, column, cell, &names, now))
        })
    };
    let look = move || {
        let mark = |is: bool, word: &'static str| if is { word } else { "" };
        format!("{base}{}{}", mark(is_new.get(), " new"), mark(is_changed.get(), " changed"))
    };
    let point = move || grid.hot.set(Some(key.get_value()));
    let leave = move || {
        if is_hot.get_untracked() {
            grid.hot.set(None);
        }
    };
    view! {
        <td class:gap=gap on:mouseenter=move |_| point() on:mouseleave=move |_| leave()>
            <button
                class=look type="button" data-cell=hook data-state=state aria-label=move || words().label
                tabindex=move || if is_active.get() { "0" } else { "-1" }
                on:focus=move |_| { grid.active.set(Some(key.get_value())); point(); }
                on:blur=move |_| leave()
            >{face}</button>
            <Show when=move || is_hot.get()><Tip words=Signal::derive(words) left/></Show>
        </td>
    }
}

/// Since when, by whom, through what.
#[component]
fn Tip(words: Signal<CellWords>, left: bool) -> impl IntoView {
    let content = move || {
        let CellWords { scope, place, lines, .. } = words.get();
        let lines = lines.into_iter().map(|line| view! { <br/>{line} }).collect_view();
        view! { <b>{scope}</b>" "{place}{lines} }
    };
    view! { <span class=if left { "tip left" } else { "tip" } role="tooltip">{content}</span> }
}
