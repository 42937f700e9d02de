//! Moving in the grid by keys.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::{Grid, focus_cell};
use crate::view_model::grid::step;

/// Acts on a key pressed within the grid.
pub fn pressed(grid: Grid, table: NodeRef<html::Table>, event: &KeyboardEvent) {
    if event.alt_key() || event.meta_key() {
        return;
    }
    if event.key() == "Escape" {
        return grid.hot.set(None);
    }
    let Some(active) = grid.active.get_untracked() else {
        return;
    };
    let next = grid
        .small
        .with_untracked(|matrix| step(matrix, &active, &event.key(), event.ctrl_key()));
    if let Some(next) = next {
        event.prevent_default();
        focus_cell(table, &next);
    }
}
