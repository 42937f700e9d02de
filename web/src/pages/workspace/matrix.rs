//! The matrix as a grid: one tab stop, arrow keys inside, details where one points.

use std::collections::BTreeSet;

use grantbook_core::{
    ResourceType,
    matrix::{CellKey, Column, Matrix, Row, RowGroup, Target},
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use super::grants::Picture;
use crate::components::Sens;

mod cell;
mod header;
mod keys;
mod legend;

pub(super) use legend::Legend;

/// What the cells of one grid share.
#[derive(Clone, Copy)]
struct Grid {
    drawn: Memo<Option<Picture>>,
    /// The one cell that Tab leads to.
    active: RwSignal<Option<CellKey>>,
    /// The cell whose details are shown.
    hot: RwSignal<Option<CellKey>>,
    new_cells: RwSignal<BTreeSet<CellKey>>,
    expanded: RwSignal<BTreeSet<ResourceType>>,
}

/// The table within its scrolling region.
#[component]
pub(super) fn MatrixTable(
    /// What is drawn.
    drawn: Memo<Option<Picture>>,
    /// Cells to mark as new.
    new_cells: RwSignal<BTreeSet<CellKey>>,
) -> impl IntoView {
    let table = NodeRef::<html::Table>::new();
    let grid = Grid {
        drawn,
        active: RwSignal::new(None),
        hot: RwSignal::new(None),
        new_cells,
        expanded: RwSignal::new(BTreeSet::new()),
    };
    let small = Memo::new(move |_| {
        let whole = drawn.with(|drawn| drawn.as_ref().map(|drawn| drawn.matrix.clone()).unwrap_or_default());
        grid.expanded.with(|expanded| whole.collapsed(expanded))
    });
    keep_active(grid, small, table);
    let content = move || {
        let matrix = small.get();
        let groups = matrix.groups.iter().map(|group| view! { <Group grid matrix=matrix.clone() group=group.clone()/> }).collect_view();
        view! { <header::Header grid matrix=matrix.clone()/><tbody>{groups}</tbody> }
    };
    let label = "Scopes by resource. Arrow keys move between cells.";
    view! {
        <div class="matrix-wrap" role="region" aria-label="Scopes by resource, scrolls sideways">
            <table class="matrix" role="grid" aria-label=label node_ref=table on:keydown=move |event| keys::pressed(grid, small, table, &event)>
                {content}
            </table>
        </div>
    }
}

/// Keeps the tab stop on a cell that exists, and the focus on it when the cells are drawn again.
fn keep_active(grid: Grid, small: Memo<Matrix>, table: NodeRef<html::Table>) {
    Effect::new(move |_| {
        small.with(|matrix| {
            let active = grid.active.get_untracked();
            let exists = active.as_ref().is_some_and(|(scope, column)| matrix.cell(scope, column).is_some());
            if !exists {
                grid.active.set(matrix.cells().next().map(|(key, _)| key));
            }
        });
        // Drawn again under the reader's finger: the focus went with the old cell.
        let lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if lost && grid.hot.with_untracked(Option::is_some) && let Some(key) = grid.active.get_untracked() {
            request_animation_frame(move || focus_cell(table, &key));
        }
    });
}

/// Moves the focus to a cell.
fn focus_cell(table: NodeRef<html::Table>, (scope, column): &CellKey) {
    let selector = format!("[data-cell=\"{scope}|{}\"]", column.text());
    let found = table.get_untracked().and_then(|table| table.query_selector(&selector).ok().flatten());
    if let Some(cell) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A cell that cannot take the focus is no longer in the document.
        let _ = cell.focus();
    }
}

/// A hairline stands before the first column of each type.
fn begins_type(columns: &[Column], at: usize) -> bool {
    let kind = |at: usize| columns.get(at).map(|column| column.key.resource_type);
    at == 0 || kind(at) != kind(at - 1)
}

#[component]
fn Group(grid: Grid, matrix: Matrix, group: RowGroup) -> impl IntoView {
    let grade = group.sensitivity;
    let mut word = grade.as_str().to_owned();
    if let Some(first) = word.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let gaps = (0..matrix.columns.len())
        .map(|at| view! { <td class:gap=begins_type(&matrix.columns, at)></td> })
        .collect_view();
    let rows = group.rows.iter().map(|row| view! { <ScopeRow grid columns=matrix.columns.clone() row=row.clone()/> }).collect_view();
    view! {
        <tr class="group">
            <th scope="rowgroup">
                <span class="row"><Sens grade/>{word}<span class="subtle tabular">{group.rows.len()}</span></span>
            </th>
            {gaps}
        </tr>
        {rows}
    }
}

#[component]
fn ScopeRow(grid: Grid, columns: Vec<Column>, row: Row) -> impl IntoView {
    let last = columns.len();
    let cells = columns
        .iter()
        .zip(&row.cells)
        .enumerate()
        .map(|(at, (column, cell))| {
            let gap = begins_type(&columns, at);
            // Near the right edge the details open to the left.
            let left = last - at <= 2;
            view! { <cell::MatrixCell grid row=row.clone() column=column.clone() cell=cell.clone() gap left/> }
        })
        .collect_view();
    let meaning = [row.description, row.reason].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    let unplaced = row.unplaced.as_ref().map(|_| {
        view! { <span class="tag" title="Granted, but Slack has not named a resource type for it yet">"no type yet"</span> }
    });
    let only_denied = columns.is_empty() && row.denied.is_some();
    view! {
        <tr data-scope=row.scope.to_string()>
            <th scope="row" title=meaning>
                <span class="row">
                    <span class="trunc">{row.scope.to_string()}</span>
                    {unplaced}
                    {only_denied.then(|| view! { <span class="tag">"denied"</span> })}
                </span>
            </th>
            {cells}
        </tr>
    }
}

/// Whether `cells` holds the cell, or, for a column that stands for many, one of its cells.
fn is_marked(cells: &BTreeSet<CellKey>, key: &CellKey) -> bool {
    match key.1.target {
        Target::Many => {
            cells.iter().any(|(scope, column)| *scope == key.0 && column.resource_type == key.1.resource_type)
        }
        _ => cells.contains(key),
    }
}
