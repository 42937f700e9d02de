//! The matrix, state by state.

use super::*;
use crate::{
    Fact, Grants, Reach, Source, Timestamp, UserId,
    fact::Resource,
    view::{ResourceGrant, ScopeGrant},
};

fn mark(seq: u64) -> Mark {
    let seconds = i64::try_from(seq).unwrap() * 60;
    Mark {
        since: Timestamp::from_seconds(seconds),
        actor: None,
        source: Source::Event,
        seq,
    }
}

fn empty() -> GrantsView {
    let mut view = GrantsView::of("insectoid.T061EG9R6".parse().unwrap(), None, &Grants::default());
    view.names = [("C1A", "general"), ("C2B", "field-notes"), ("U7AUR", "izzy")]
        .map(|(id, name)| (id.to_owned(), name.to_owned()))
        .into();
    view
}

fn scope(name: &str) -> Scope {
    Scope::new(name).unwrap()
}

fn hold(view: &mut GrantsView, name: &str, resource_type: Option<ResourceType>, user: Option<&str>, seq: u64) {
    let user = user.map(|id| ResourceId::new(id).unwrap());
    view.scopes.push(ScopeGrant {
        scope: scope(name),
        resource_type,
        user,
        mark: mark(seq),
    });
}

fn give(view: &mut GrantsView, resource_type: ResourceType, id: Option<&str>, excluded: bool, seq: u64) {
    let reach = id.map_or(Reach::Wildcard, |id| Reach::Specific(ResourceId::new(id).unwrap()));
    let mark = (resource_type != ResourceType::User).then(|| mark(seq));
    view.resources.push(ResourceGrant {
        resource_type,
        reach,
        excluded,
        mark,
    });
}

fn deny(view: &mut GrantsView, name: &str, actor: Option<&str>, seq: u64) {
    let mark = Mark {
        actor: actor.map(|id| UserId::new(id).unwrap()),
        ..mark(seq)
    };
    view.denied.push(ScopeGrant {
        scope: scope(name),
        resource_type: None,
        user: None,
        mark,
    });
}

/// `name: type:target=state …`, row by row, the way a failing test is read fastest.
fn drawn(matrix: &Matrix) -> Vec<String> {
    let line = |row: &Row| {
        let cells = matrix
            .columns
            .iter()
            .zip(&row.cells)
            .map(|(c, cell)| format!("{}={}", c.key.text(), cell.state()));
        format!("{}: {}", row.scope, cells.collect::<Vec<_>>().join(" "))
    };
    matrix.rows().map(line).collect()
}

#[test]
fn a_scope_reaches_every_resource_of_its_type_and_nothing_else() {
    let mut view = empty();
    hold(&mut view, "channels:history", Some(ResourceType::Channel), None, 1);
    hold(&mut view, "commands", Some(ResourceType::Channel), None, 4);
    hold(&mut view, "users:read", Some(ResourceType::Team), None, 1);
    give(&mut view, ResourceType::Channel, Some("C1A"), false, 2);
    give(&mut view, ResourceType::Channel, Some("C2B"), false, 3);
    give(&mut view, ResourceType::Im, Some("D9"), false, 2);
    give(&mut view, ResourceType::Team, Some("T061EG9R6"), false, 1);
    let matrix = Matrix::of(&view);
    assert_eq!(
        drawn(&matrix),
        [
            "channels:history: T061EG9R6=na C2B=granted C1A=granted D9=na",
            "users:read: T061EG9R6=all C2B=na C1A=na D9=na",
            "commands: T061EG9R6=na C2B=granted C1A=granted D9=possible",
        ]
    );
    let names: Vec<&str> = matrix.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["this workspace", "#field-notes", "#general", "D9"]);
    let cell = matrix.cell(&scope("channels:history"), &matrix.columns[1].key).unwrap();
    assert_eq!(
        cell.mark().unwrap().seq,
        3,
        "held since both the scope and the resource were there"
    );
    let cell = matrix.cell(&scope("commands"), &matrix.columns[1].key).unwrap();
    assert_eq!(cell.mark().unwrap().seq, 4);
}

#[test]
fn a_wildcard_has_one_column_and_its_exceptions_have_theirs() {
    let mut view = empty();
    hold(&mut view, "channels:read", Some(ResourceType::Channel), None, 1);
    give(&mut view, ResourceType::Channel, None, false, 2);
    give(&mut view, ResourceType::Channel, Some("C1A"), true, 3);
    give(&mut view, ResourceType::Channel, Some("C2B"), false, 4);
    assert_eq!(
        drawn(&Matrix::of(&view)),
        ["channels:read: channel:all=all C2B=granted C1A=excluded"]
    );
}

#[test]
fn an_exception_only_matters_to_scopes_that_are_held() {
    let mut view = empty();
    hold(&mut view, "channels:read", Some(ResourceType::Channel), None, 1);
    deny(&mut view, "channels:history", None, 5);
    give(&mut view, ResourceType::Channel, None, false, 2);
    give(&mut view, ResourceType::Channel, Some("C1A"), true, 3);
    assert_eq!(
        drawn(&Matrix::of(&view)),
        [
            "channels:history: channel:all=denied C1A=denied",
            "channels:read: channel:all=all C1A=excluded"
        ]
    );
}

#[test]
fn a_type_with_scopes_and_no_resource_has_a_column_none_yet() {
    let mut view = empty();
    hold(&mut view, "commands", Some(ResourceType::Channel), None, 1);
    let matrix = Matrix::of(&view);
    assert_eq!(drawn(&matrix), ["commands: channel:none=held"]);
    assert_eq!(matrix.columns[0].name, "none yet");
}

#[test]
fn people_hold_their_own_scopes_and_refuse_for_themselves() {
    let mut view = empty();
    hold(
        &mut view,
        "reminders:write:user",
        Some(ResourceType::User),
        Some("U7AUR"),
        1,
    );
    give(&mut view, ResourceType::User, Some("U7AUR"), false, 0);
    give(&mut view, ResourceType::User, Some("U8ORLA"), false, 0);
    deny(&mut view, "dnd:write:user", Some("U9MIKA"), 3);
    let matrix = Matrix::of(&view);
    assert_eq!(
        drawn(&matrix),
        [
            "dnd:write:user: U7AUR=possible U8ORLA=possible U9MIKA=denied",
            "reminders:write:user: U7AUR=granted U8ORLA=possible U9MIKA=possible",
        ]
    );
    assert_eq!(matrix.columns[0].name, "@izzy");
}

#[test]
fn a_refusal_is_never_lost_for_want_of_a_column() {
    let mut view = empty();
    deny(&mut view, "groups:history", None, 3);
    deny(&mut view, "made:up", None, 4);
    let matrix = Matrix::of(&view);
    assert_eq!(
        drawn(&matrix),
        ["groups:history: group:none=denied", "made:up: group:none=denied"]
    );
    assert!(matrix.rows().all(|row| row.denied.is_some()));
}

#[test]
fn a_scope_without_a_type_is_a_flagged_row() {
    let mut view = empty();
    hold(&mut view, "made:up", None, None, 7);
    give(&mut view, ResourceType::Channel, Some("C1A"), false, 2);
    let matrix = Matrix::of(&view);
    let row = matrix.rows().next().unwrap();
    assert_eq!(
        (row.unplaced.as_ref().unwrap().seq, row.sensitivity),
        (7, Sensitivity::High)
    );
    assert_eq!(row.cells, [Cell::NotApplicable]);
}

#[test]
fn grades_come_most_sensitive_first_and_scopes_by_name() {
    let mut view = empty();
    for name in [
        "commands",
        "groups:history",
        "chat:write",
        "channels:history",
        "users:read",
    ] {
        hold(&mut view, name, Some(ResourceType::Channel), None, 1);
    }
    let matrix = Matrix::of(&view);
    let order: Vec<&str> = matrix.rows().map(|row| row.scope.as_str()).collect();
    assert_eq!(
        order,
        [
            "groups:history",
            "channels:history",
            "users:read",
            "chat:write",
            "commands"
        ]
    );
    let critical = &matrix.groups[0].rows[0];
    assert!(!critical.reason.is_empty() && !critical.description.is_empty());
}

#[test]
fn a_difference_names_the_cells_whose_state_changed() {
    let mut before = empty();
    hold(&mut before, "commands", Some(ResourceType::Channel), None, 1);
    hold(&mut before, "channels:history", Some(ResourceType::Channel), None, 1);
    give(&mut before, ResourceType::Channel, Some("C1A"), false, 2);
    let mut after = before.clone();
    give(&mut after, ResourceType::Channel, Some("C2B"), false, 5);
    after.scopes.retain(|grant| grant.scope.as_str() != "channels:history");
    let (old, new) = (Matrix::framed(&before, &[&after]), Matrix::framed(&after, &[&before]));
    assert_eq!(
        drawn(&old),
        [
            "channels:history: C2B=possible C1A=granted",
            "commands: C2B=possible C1A=granted",
        ]
    );
    let changed: Vec<String> = Matrix::diff(&old, &new)
        .iter()
        .map(|(scope, column)| format!("{scope}|{}", column.text()))
        .collect();
    assert_eq!(changed, ["channels:history|C1A", "commands|C2B"]);
    assert!(Matrix::diff(&new, &new).is_empty());
    assert_eq!(Matrix::diff(&old, &new), Matrix::diff(&new, &old));
    // Without a common frame, what one picture lacks counts only where the other tells something.
    let unframed = Matrix::diff(&Matrix::of(&before), &Matrix::of(&after));
    assert_eq!(unframed, Matrix::diff(&old, &new));
}

#[test]
fn above_thirty_columns_each_type_is_one_until_expanded() {
    let mut view = empty();
    hold(&mut view, "commands", Some(ResourceType::Channel), None, 1);
    hold(&mut view, "users:read", Some(ResourceType::Team), None, 1);
    give(&mut view, ResourceType::Team, Some("T061EG9R6"), false, 1);
    for n in 10..40 {
        give(&mut view, ResourceType::Channel, Some(&format!("C{n}")), n == 39, n);
    }
    let matrix = Matrix::of(&view);
    assert_eq!(matrix.columns.len(), 31);
    let small = matrix.collapsed(&BTreeSet::new());
    assert_eq!(
        drawn(&small),
        [
            "users:read: T061EG9R6=all channel:many=na",
            "commands: T061EG9R6=na channel:many=partly",
        ]
    );
    assert_eq!(small.columns[1].resources, 30);
    let cell = small.cell(&scope("commands"), &small.columns[1].key).unwrap();
    assert_eq!(cell, &Cell::Partly { granted: 29, of: 30 });
    assert_eq!(matrix.collapsed(&[ResourceType::Channel].into()), matrix);
    view.resources.pop();
    assert_eq!(
        Matrix::of(&view).collapsed(&BTreeSet::new()).columns.len(),
        30,
        "few enough to draw"
    );
}

#[test]
fn the_matrix_agrees_with_check() {
    let mut grants = Grants::default();
    let install = Fact::Installed {
        authorizing_user: None,
        scopes: [(ResourceType::Channel, [scope("commands")].into())].into(),
        resources: [Resource {
            resource_type: ResourceType::Channel,
            reach: Reach::Wildcard,
        }]
        .into(),
    };
    let entry = crate::grants::tests::entry(1, 100, None, install);
    grants.apply(&entry).unwrap();
    let matrix = Matrix::of(&GrantsView::of("insectoid.T061EG9R6".parse().unwrap(), None, &grants));
    let column = ColumnKey {
        resource_type: ResourceType::Channel,
        target: Target::Wildcard,
    };
    assert!(matrix.cell(&scope("commands"), &column).unwrap().allows());
    assert!(
        grants
            .check(&scope("commands"), Some(&ResourceId::new("C123").unwrap()))
            .allowed()
    );
}
