//! The scope-by-resource matrix: what the page draws, computed without a page.
//!
//! Rows are scopes by sensitivity, columns are resources by type. A scope applies to every resource
//! of its type, so a cell is granted where the scope is held for the type and the resource is given.

use std::collections::{BTreeMap, BTreeSet};

use crate::{ResourceId, ResourceType, Scope, Sensitivity, grants::Mark, sensitivity, view::GrantsView};

mod collapse;
mod frame;
mod held;

/// Above so many columns the types with more than one column are drawn as one column each.
pub const MANY_COLUMNS: usize = 30;

/// What stands where a scope and a resource meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// The scope is held for the type and this resource was given.
    Granted(Mark),
    /// Reached through a wildcard, or through a resource that is the whole type, such as a workspace.
    All(Mark),
    /// Somebody refused the scope, and nobody granted it since.
    Denied(Mark),
    /// The scope applies to this type and is not held for it.
    Possible,
    /// The scope does not apply to this type.
    NotApplicable,
    /// The scope is held for the type, and this resource is an exception to its wildcard.
    Excluded(Mark),
    /// The scope is held for a type of which no resource was given yet.
    Held,
    /// Of the resources drawn as one column, so many are granted.
    Partly {
        /// Granted, wildcards included.
        granted: usize,
        /// Resources in the column.
        of: usize,
    },
}

impl Cell {
    /// The state as a stable word, for tests and styles: `granted`, `all`, `denied` …
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Granted(_) => "granted",
            Self::All(_) => "all",
            Self::Denied(_) => "denied",
            Self::Possible => "possible",
            Self::NotApplicable => "na",
            Self::Excluded(_) => "excluded",
            Self::Held => "held",
            Self::Partly { .. } => "partly",
        }
    }

    /// The entry that put it in place, where one did.
    pub const fn mark(&self) -> Option<&Mark> {
        match self {
            Self::Granted(mark) | Self::All(mark) | Self::Denied(mark) | Self::Excluded(mark) => Some(mark),
            Self::Possible | Self::NotApplicable | Self::Held | Self::Partly { .. } => None,
        }
    }

    /// Whether the app may use the scope there.
    pub const fn allows(&self) -> bool {
        matches!(
            self,
            Self::Granted(_) | Self::All(_) | Self::Partly { granted: 1.., .. }
        )
    }

    /// Whether nothing is known to have happened there.
    const fn is_blank(&self) -> bool {
        matches!(self, Self::Possible | Self::NotApplicable)
    }
}

/// What one column stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Every resource of the type.
    Wildcard,
    /// One resource.
    One(ResourceId),
    /// No resource of the type was given yet.
    NoneYet,
    /// All resources of the type, drawn as one column.
    Many,
}

/// Which column: stable across moments, so that two matrices can be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnKey {
    /// The type.
    pub resource_type: ResourceType,
    /// What of the type.
    pub target: Target,
}

impl ColumnKey {
    /// The key as text: the resource's id, or the type with what of it (`channel:all`).
    pub fn text(&self) -> String {
        match &self.target {
            Target::One(id) => id.to_string(),
            Target::Wildcard => format!("{}:all", self.resource_type),
            Target::NoneYet => format!("{}:none", self.resource_type),
            Target::Many => format!("{}:many", self.resource_type),
        }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Which.
    pub key: ColumnKey,
    /// Its name for people: `#field-notes`, `App home`, `none yet`.
    pub name: String,
    /// Resources it stands for: 1, or more where they are drawn as one.
    pub resources: usize,
}

/// One row: a scope and its cells, in the order of [`Matrix::columns`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The scope.
    pub scope: Scope,
    /// Its grade.
    pub sensitivity: Sensitivity,
    /// Why that grade.
    pub reason: &'static str,
    /// Slack's own line about it; empty where none was published.
    pub description: &'static str,
    /// The scope is held, but nobody has named a resource type for it yet.
    pub unplaced: Option<Mark>,
    /// The scope was refused and is held nowhere.
    pub denied: Option<Mark>,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// The rows of one grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowGroup {
    /// The grade.
    pub sensitivity: Sensitivity,
    /// Its scopes by name.
    pub rows: Vec<Row>,
}

/// The whole picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// Columns, by type in the order of [`ResourceType::ALL`], then wildcard, then by name.
    pub columns: Vec<Column>,
    /// Rows, most sensitive first. A grade without scopes is left out.
    pub groups: Vec<RowGroup>,
}

/// A scope on a column.
pub type CellKey = (Scope, ColumnKey);

impl Matrix {
    /// The matrix of `view`.
    pub fn of(view: &GrantsView) -> Self {
        Self::framed(view, &[])
    }

    /// The cells of `view`, with the rows and columns of `others` too, so that what came or went
    /// between two moments has a place in both pictures.
    pub fn framed(view: &GrantsView, others: &[&GrantsView]) -> Self {
        let frames: Vec<&GrantsView> = std::iter::once(view).chain(others.iter().copied()).collect();
        let columns = frame::columns(&frames);
        let held = held::Held::of(view);
        let groups = Sensitivity::DESCENDING
            .into_iter()
            .map(|grade| RowGroup {
                sensitivity: grade,
                rows: frame::scopes(&frames)
                    .into_iter()
                    .filter(|scope| sensitivity::judge(scope.as_str()).0 == grade)
                    .map(|scope| held.row(scope, &columns))
                    .collect(),
            })
            .filter(|group| !group.rows.is_empty())
            .collect();
        Self { columns, groups }
    }

    /// All rows, in order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|group| &group.rows)
    }

    /// The columns of each type, in order.
    pub fn types(&self) -> Vec<(ResourceType, &[Column])> {
        self.columns
            .chunk_by(|a, b| a.key.resource_type == b.key.resource_type)
            .filter_map(|columns| Some((columns.first()?.key.resource_type, columns)))
            .collect()
    }

    /// The cell of `scope` on `column`, if the matrix has both.
    pub fn cell(&self, scope: &Scope, column: &ColumnKey) -> Option<&Cell> {
        let at = self.columns.iter().position(|c| c.key == *column)?;
        self.rows().find(|row| row.scope == *scope)?.cells.get(at)
    }

    /// Every cell with its place.
    pub fn cells(&self) -> impl Iterator<Item = (CellKey, &Cell)> {
        self.rows().flat_map(|row| {
            let keys = self
                .columns
                .iter()
                .map(|column| (row.scope.clone(), column.key.clone()));
            keys.zip(&row.cells)
        })
    }

    /// Cells whose state differs between two pictures. A cell that one of them lacks counts when
    /// the other has more to tell there than that nothing was granted.
    pub fn diff(before: &Self, after: &Self) -> BTreeSet<CellKey> {
        let old: BTreeMap<CellKey, &Cell> = before.cells().collect();
        let new: BTreeMap<CellKey, &Cell> = after.cells().collect();
        let differs = |key: &CellKey| match (old.get(key), new.get(key)) {
            (Some(a), Some(b)) => a.state() != b.state(),
            (Some(only), None) | (None, Some(only)) => !only.is_blank(),
            (None, None) => false,
        };
        old.keys()
            .chain(new.keys())
            .filter(|key| differs(key))
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests;
