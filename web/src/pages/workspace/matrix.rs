//! The matrix as a grid: one tab stop, arrow keys inside, details where one points.
//!
//! Rows and cells are keyed by scope and resource, so that a change redraws the cells it concerns
//! and leaves the focus, the details and the scroll position alone.

use std::collections::BTreeSet;

use grantbook_core::{
    ResourceType, Scope, Sensitivity, catalogue,
    matrix::{CellKey, Column, ColumnKey, Matrix, Row, Target},
    sensitivity,
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use super::grants::Picture;
use crate::components::Sens;
use crate::reactive::{For, Memo, Show, effect, heard, memo, redrawn};

pub mod cell;
pub mod header;
pub mod keys;
pub mod legend;

pub use legend::Legend;

/// What the cells of one grid share.
#[derive(Clone, Copy)]
pub struct Grid {
    drawn: Memo<Option<Picture>>,
    /// The matrix as drawn, with wide types as one column.
    small: Memo<Matrix>,
    /// The one cell that Tab leads to.
    active: RwSignal<Option<CellKey>>,
    /// The cell whose details are shown.
    hot: RwSignal<Option<CellKey>>,
    new_cells: RwSignal<BTreeSet<CellKey>>,
    expanded: RwSignal<BTreeSet<ResourceType>>,
}

/// The table within its scrolling region.
#[component]
pub fn MatrixTable(drawn: Memo<Option<Picture>>, new_cells: RwSignal<BTreeSet<CellKey>>) -> impl IntoView {
    let table = NodeRef::<html::Table>::new();
    let expanded = RwSignal::new(BTreeSet::new());
    let small = memo(move |_| {
        drawn.with(|drawn| {
            let whole = drawn.as_ref().map(|drawn| &drawn.matrix);
            expanded.with(|expanded| whole.map(|whole| whole.collapsed(expanded)).unwrap_or_default())
        })
    });
    let grid = Grid {
        drawn,
        small,
        active: RwSignal::new(None),
        hot: RwSignal::new(None),
        new_cells,
        expanded,
    };
    // The tab stop is always a cell that exists.
    effect(move || {
        small.with(|matrix| {
            let active = grid.active.get_untracked();
            let exists = active
                .as_ref()
                .is_some_and(|(scope, column)| matrix.cell(scope, column).is_some());
            if !exists {
                grid.active.set(matrix.cells().next().map(|(key, _)| key));
            }
        });
    });
    let grades = move || small.with(|matrix| matrix.groups.iter().map(|group| group.sensitivity).collect::<Vec<_>>());
    let label = "Scopes by resource. Arrow keys move between cells.";
    view! {
        <div class="matrix-wrap" role="region" aria-label="Scopes by resource, scrolls sideways">
            <table class="matrix" role="grid" aria-label=label node_ref=table on:keydown=heard(move |event| keys::pressed(grid, table, &event))>
                <header::Header grid/>
                <tbody><For each=grades key=|grade| *grade let:grade><Group grid grade/></For></tbody>
            </table>
        </div>
    }
}

/// Moves the focus to a cell.
fn focus_cell(table: NodeRef<html::Table>, (scope, column): &CellKey) {
    let selector = format!("[data-cell=\"{scope}|{}\"]", column.text());
    let found = table
        .get_untracked()
        .and_then(|table| table.query_selector(&selector).ok().flatten());
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

/// The keys of the columns, in order.
fn column_keys(grid: Grid) -> Vec<ColumnKey> {
    grid.small
        .with(|matrix| matrix.columns.iter().map(|column| column.key.clone()).collect())
}

#[component]
fn Group(grid: Grid, grade: Sensitivity) -> impl IntoView {
    let scopes = memo(move |_| {
        grid.small.with(|matrix| {
            let group = matrix.groups.iter().find(|group| group.sensitivity == grade);
            group
                .iter()
                .flat_map(|group| &group.rows)
                .map(|row| row.scope.clone())
                .collect::<Vec<_>>()
        })
    });
    let mut word = grade.as_str().to_owned();
    if let Some(first) = word.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let gaps = move || {
        grid.small.with(|matrix| {
            let gap = |at: usize| view! { <td class:gap=begins_type(&matrix.columns, at)></td> };
            (0..matrix.columns.len()).map(gap).collect_view()
        })
    };
    view! {
        <tr class="group">
            <th scope="rowgroup">
                <span class="row"><Sens grade/>{word}<span class="subtle tabular">{redrawn(move || scopes.with(Vec::len))}</span></span>
            </th>
            {redrawn(gaps)}
        </tr>
        <For each=move || scopes.get() key=Scope::clone let:scope><ScopeRow grid scope/></For>
    }
}

#[component]
fn ScopeRow(grid: Grid, scope: Scope) -> impl IntoView {
    let (hook, name) = (scope.to_string(), scope.to_string());
    let (_, reason) = sensitivity::judge(scope.as_str());
    let description = catalogue::find(&scope).map_or("", |info| info.description);
    let meaning = [description, reason]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let of_flags = scope.clone();
    let flag = move |holds: fn(&Matrix, &Row) -> bool| {
        let scope = of_flags.clone();
        memo(move |_| {
            grid.small.with(|matrix| {
                matrix
                    .rows()
                    .find(|row| row.scope == scope)
                    .is_some_and(|row| holds(matrix, row))
            })
        })
    };
    let unplaced = flag(|_, row| row.unplaced.is_some());
    let only_denied = flag(|matrix, row| row.denied.is_some() && matrix.columns.is_empty());
    view! {
        <tr data-scope=hook>
            <th scope="row" title=meaning>
                <span class="row">
                    <span class="trunc">{name}</span>
                    <Show when=move || unplaced.get()>
                        <span class="tag" title="Granted, but Slack has not named a resource type for it yet">"no type yet"</span>
                    </Show>
                    <Show when=move || only_denied.get()><span class="tag">"denied"</span></Show>
                </span>
            </th>
            <For each=move || column_keys(grid) key=ColumnKey::clone let:column>
                <cell::MatrixCell grid key=(scope.clone(), column)/>
            </For>
        </tr>
    }
}

/// Whether `cells` holds the cell, or, for a column that stands for many, one of its cells.
fn is_marked(cells: &BTreeSet<CellKey>, key: &CellKey) -> bool {
    match key.1.target {
        Target::Many => cells
            .iter()
            .any(|(scope, column)| *scope == key.0 && column.resource_type == key.1.resource_type),
        _ => cells.contains(key),
    }
}
