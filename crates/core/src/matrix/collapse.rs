//! Wide matrices, with each type of many columns drawn as one.

use std::{collections::BTreeSet, ops::Range};

use super::{Cell, Column, ColumnKey, MANY_COLUMNS, Matrix, Row, RowGroup, Target};
use crate::ResourceType;

impl Matrix {
    /// The same picture with every type of more than one column drawn as one, except those in
    /// `expanded`; unchanged where there are at most [`MANY_COLUMNS`].
    #[must_use]
    pub fn collapsed(&self, expanded: &BTreeSet<ResourceType>) -> Self {
        if self.columns.len() <= MANY_COLUMNS {
            return self.clone();
        }
        let mut spans: Vec<(Column, Range<usize>)> = Vec::new();
        let mut start = 0;
        for (resource_type, columns) in self.types() {
            let end = start + columns.len();
            if columns.len() == 1 || expanded.contains(&resource_type) {
                spans.extend(
                    columns
                        .iter()
                        .cloned()
                        .zip(start..end)
                        .map(|(column, at)| (column, at..at + 1)),
                );
            } else {
                let key = ColumnKey {
                    resource_type,
                    target: Target::Many,
                };
                let column = Column {
                    key,
                    name: format!("{} resources", columns.len()),
                    resources: columns.len(),
                };
                spans.push((column, start..end));
            }
            start = end;
        }
        let row = |row: &Row| {
            let cells = spans
                .iter()
                .filter_map(|(_, span)| summary(row.cells.get(span.clone())?))
                .collect();
            Row { cells, ..row.clone() }
        };
        let groups = self.groups.iter().map(|group| RowGroup {
            sensitivity: group.sensitivity,
            rows: group.rows.iter().map(row).collect(),
        });
        Self {
            groups: groups.collect(),
            columns: spans.iter().map(|(column, _)| column.clone()).collect(),
        }
    }
}

/// One cell for several: their common state with its latest mark, or how many of them are granted.
fn summary(cells: &[Cell]) -> Option<Cell> {
    let first = cells.first()?;
    if cells.iter().all(|cell| cell.state() == first.state()) {
        return cells
            .iter()
            .max_by_key(|cell| cell.mark().map(|mark| (mark.since, mark.seq)))
            .cloned();
    }
    let granted = cells.iter().filter(|cell| cell.allows()).count();
    match cells.iter().find(|cell| matches!(cell, Cell::Denied(_))) {
        Some(denied) if granted == 0 => Some(denied.clone()),
        _ if granted == 0 && cells.iter().all(Cell::is_blank) => Some(Cell::Possible),
        _ => Some(Cell::Partly {
            granted,
            of: cells.len(),
        }),
    }
}
