//! One cell: a button that says what stands there, and its details.

use grantbook_core::matrix::{Cell, CellKey, Column, Matrix};
use leptos::prelude::*;

use super::{super::grants::Picture, Grid, begins_type, is_marked};
use crate::reactive::{Memo, Show, derived, heard, memo, redrawn};
use crate::{
    clock,
    components::{Glyph, Icon},
    view_model::cell::{self, CellWords},
};

/// The class of a cell by its state.
pub const fn class(cell: &Cell) -> &'static str {
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
pub fn face(cell: &Cell) -> AnyView {
    match cell {
        Cell::Granted(_) | Cell::Held => view! { <Icon glyph=Glyph::Check/> }.into_any(),
        Cell::Denied(_) => view! { <Icon glyph=Glyph::X/> }.into_any(),
        Cell::Excluded(_) => view! { <Icon glyph=Glyph::Minus/> }.into_any(),
        Cell::All(_) => "all".into_any(),
        Cell::Partly { granted, of } => format!("{granted}/{of}").into_any(),
        Cell::Possible | Cell::NotApplicable => ().into_any(),
    }
}

/// What stands where a scope and a column meet, and where that is in the table.
#[derive(Clone, PartialEq)]
struct Meeting {
    column: Column,
    cell: Cell,
    /// A hairline before it.
    gap: bool,
    /// Near the right edge the details open to the left.
    left: bool,
}

impl Meeting {
    fn of(matrix: &Matrix, (scope, column): &CellKey) -> Option<Self> {
        let at = matrix.columns.iter().position(|other| other.key == *column)?;
        let row = matrix.rows().find(|row| row.scope == *scope)?;
        Some(Self {
            column: matrix.columns.get(at)?.clone(),
            cell: row.cells.get(at)?.clone(),
            gap: begins_type(&matrix.columns, at),
            left: matrix.columns.len() - at <= 2,
        })
    }
}

/// The cell. Events may still reach it while it is taken away, so what they touch may be gone.
#[component]
pub fn MatrixCell(grid: Grid, key: CellKey) -> impl IntoView {
    let hook = format!("{}|{}", key.0, key.1.text());
    let key = StoredValue::new(key);
    let meeting = memo(move |before: Option<&Option<Meeting>>| {
        let found = grid.small.with(|matrix| key.with_value(|key| Meeting::of(matrix, key)));
        // A cell that is about to go keeps its last look.
        found.or_else(|| before.cloned().flatten())
    });
    let of = move |what: fn(&Meeting) -> bool| move || meeting.with(|meeting| meeting.as_ref().is_some_and(what));
    let is = move |signal: RwSignal<Option<CellKey>>| {
        memo(move |_| signal.with(|chosen| key.with_value(|key| chosen.as_ref() == Some(key))))
    };
    let (is_active, is_hot) = (is(grid.active), is(grid.hot));
    let words = move || {
        let now = clock::use_now().get();
        let names = grid
            .drawn
            .with(|drawn| drawn.as_ref().map(|drawn| drawn.names.clone()).unwrap_or_default());
        meeting.with(|meeting| {
            let Meeting { column, cell, .. } = meeting.as_ref()?;
            Some(key.with_value(|(scope, _)| cell::words(scope, column, cell, &names, now)))
        })
    };
    let state = move || meeting.with(|meeting| meeting.as_ref().map(|meeting| meeting.cell.state()));
    let face = move || meeting.with(|meeting| meeting.as_ref().map(|meeting| face(&meeting.cell)));
    let point = move || {
        if let Some(key) = key.try_get_value() {
            grid.hot.try_set(Some(key));
        }
    };
    let leave = move || {
        let mine = key.try_get_value();
        grid.hot.try_update(|hot| {
            if *hot == mine {
                *hot = None;
            }
        });
    };
    let focus = move |_| {
        grid.active.try_set(key.try_get_value());
        point();
    };
    view! {
        <td class:gap=of(|meeting| meeting.gap) on:mouseenter=heard(move |_| point()) on:mouseleave=heard(move |_| leave())>
            <button
                class=look(grid, key, meeting) type="button" data-cell=hook data-state=state
                aria-label=move || words().map(|words| words.label)
                tabindex=move || if is_active.get() { "0" } else { "-1" }
                on:focus=heard(focus) on:blur=heard(move |_| leave())
            >{redrawn(face)}</button>
            <Show when=move || is_hot.get()><Tip words=derived(words) left=derived(of(|meeting| meeting.left))/></Show>
        </td>
    }
}

/// The classes of a cell: its state, whether it is new, whether it differs from now.
fn look(grid: Grid, key: StoredValue<CellKey>, meeting: Memo<Option<Meeting>>) -> impl Fn() -> String {
    let is_new = memo(move |_| grid.new_cells.with(|cells| key.with_value(|key| is_marked(cells, key))));
    let is_changed = memo(move |_| {
        let marked = |drawn: &Picture| key.with_value(|key| is_marked(&drawn.changed, key));
        grid.drawn.with(|drawn| drawn.as_ref().is_some_and(marked))
    });
    move || {
        let base = meeting.with(|meeting| meeting.as_ref().map_or("cell", |meeting| class(&meeting.cell)));
        let mark = |is: bool, word: &'static str| if is { word } else { "" };
        format!(
            "{base}{}{}",
            mark(is_new.get(), " new"),
            mark(is_changed.get(), " changed")
        )
    }
}

/// Since when, by whom, through what.
#[component]
fn Tip(words: Signal<Option<CellWords>>, left: Signal<bool>) -> impl IntoView {
    let content = move || {
        words.get().map(
            |CellWords {
                 scope, place, lines, ..
             }| {
                let lines = lines.into_iter().map(|line| view! { <br/>{line} }).collect_view();
                view! { <b>{scope}</b>" "{place}{lines} }
            },
        )
    };
    view! { <span class=move || if left.get() { "tip left" } else { "tip" } role="tooltip">{redrawn(content)}</span> }
}
