//! Moving in the grid by keys.

use grantbook_core::matrix::{CellKey, Matrix};
use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::{Grid, focus_cell};

/// Acts on a key pressed within the grid.
pub(super) fn pressed(grid: Grid, matrix: Memo<Matrix>, table: NodeRef<html::Table>, event: &KeyboardEvent) {
    if event.alt_key() || event.meta_key() {
        return;
    }
    if event.key() == "Escape" {
        return grid.hot.set(None);
    }
    let Some(active) = grid.active.get_untracked() else { return };
    let next = matrix.with_untracked(|matrix| step(matrix, &active, &event.key(), event.ctrl_key()));
    if let Some(next) = next {
        event.prevent_default();
        focus_cell(table, &next);
    }
}

/// Where a key leads from `active`; `None` for keys that mean nothing here.
fn step(matrix: &Matrix, (scope, column): &CellKey, key: &str, whole: bool) -> Option<CellKey> {
    let scopes: Vec<_> = matrix.rows().map(|row| &row.scope).collect();
    let row = scopes.iter().position(|other| *other == scope)?;
    let at = matrix.columns.iter().position(|other| other.key == *column)?;
    let (last_row, last) = (scopes.len().checked_sub(1)?, matrix.columns.len().checked_sub(1)?);
    let (row, at) = match key {
        "ArrowLeft" => (row, at.saturating_sub(1)),
        "ArrowRight" => (row, (at + 1).min(last)),
        "ArrowUp" => (row.saturating_sub(1), at),
        "ArrowDown" => ((row + 1).min(last_row), at),
        "Home" if whole => (0, 0),
        "End" if whole => (last_row, last),
        "Home" => (row, 0),
        "End" => (row, last),
        "PageUp" => (0, at),
        "PageDown" => (last_row, at),
        _ => return None,
    };
    Some(((*scopes.get(row)?).clone(), matrix.columns.get(at)?.key.clone()))
}
