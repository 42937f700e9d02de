//! Moving in the matrix by keys.

use grantbook_core::matrix::{CellKey, Matrix};

/// Where a key leads from `active`; `None` for keys that mean nothing here.
pub fn step(matrix: &Matrix, (scope, column): &CellKey, key: &str, whole: bool) -> Option<CellKey> {
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

#[cfg(test)]
mod tests {
    use grantbook_core::{
        Grants, Reach, ResourceType, Scope, Source, Timestamp,
        grants::Mark,
        view::{GrantsView, ResourceGrant, ScopeGrant},
    };

    use super::*;

    fn matrix() -> Matrix {
        let mark = Mark {
            since: Timestamp::from_seconds(1),
            actor: None,
            source: Source::Event,
            seq: 1,
        };
        let mut view = GrantsView::of("insectoid.T061EG9R6".parse().unwrap(), None, &Grants::default());
        view.scopes
            .extend(["chat:write", "commands", "links:read"].map(|name| ScopeGrant {
                scope: Scope::new(name).unwrap(),
                resource_type: Some(ResourceType::Channel),
                user: None,
                mark: mark.clone(),
            }));
        view.resources.extend(["C1", "C2", "C3"].map(|id| ResourceGrant {
            resource_type: ResourceType::Channel,
            reach: Reach::Specific(id.parse().unwrap()),
            excluded: false,
            mark: Some(mark.clone()),
        }));
        Matrix::of(&view)
    }

    fn text((scope, column): &CellKey) -> String {
        format!("{scope}|{}", column.text())
    }

    #[test]
    fn arrows_move_by_one_and_stop_at_the_edges() {
        let matrix = matrix();
        let start = matrix.cells().next().unwrap().0;
        assert_eq!(text(&start), "links:read|C1");
        let walk = |keys: &[&str]| {
            let end = keys
                .iter()
                .fold(start.clone(), |at, key| step(&matrix, &at, key, false).unwrap());
            text(&end)
        };
        assert_eq!(walk(&["ArrowLeft", "ArrowUp"]), "links:read|C1");
        assert_eq!(walk(&["ArrowRight", "ArrowDown"]), "chat:write|C2");
        assert_eq!(walk(&["ArrowDown", "ArrowDown", "ArrowDown"]), "commands|C1");
        assert_eq!(walk(&["End"]), "links:read|C3");
        assert_eq!(walk(&["End", "PageDown", "Home"]), "commands|C1");
        assert_eq!(text(&step(&matrix, &start, "End", true).unwrap()), "commands|C3");
        assert_eq!(step(&matrix, &start, "x", false), None);
    }
}
