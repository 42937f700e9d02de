//! What a cell of the matrix says: its label, and the lines of its tooltip.

use std::collections::BTreeMap;

use grantbook_core::{
    Scope, Source, Timestamp,
    grants::Mark,
    matrix::{Cell, Column, Target},
};

use super::{
    names,
    number::thousands,
    time_words::{date_clock, relative_in_sentence},
};

/// What a cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellWords {
    /// The whole of it in one line, for those who do not see the cell.
    pub label: String,
    /// The scope's name.
    pub scope: String,
    /// Where: `on #field-notes`, to follow the scope's name.
    pub place: String,
    /// Further lines.
    pub lines: Vec<String>,
}

/// Where a column is: `on #field-notes`, `on every channel`.
pub fn place(column: &Column) -> String {
    let kind = column.key.resource_type;
    match column.key.target {
        Target::Wildcard => format!("on every {}", kind.noun()),
        Target::NoneYet => format!("on {}, none yet", kind.plural()),
        Target::Many => format!("on {} {}", column.resources, kind.plural()),
        Target::One(_) => format!("on {}", column.name),
    }
}

/// What the cell where `scope` and `column` meet says at `now`.
pub fn words(
    scope: &Scope,
    column: &Column,
    cell: &Cell,
    names: &BTreeMap<String, String>,
    now: Timestamp,
) -> CellWords {
    let place = place(column);
    let (state, lines) = match cell {
        Cell::Granted(mark) => (
            "granted".to_owned(),
            vec![story("Granted", mark, names, now), origin(mark)],
        ),
        Cell::All(mark) => {
            let reach = if column.key.target == Target::Wildcard {
                "wildcard"
            } else {
                "the whole of it"
            };
            let mut lines = vec![story("Granted", mark, names, now), origin(mark)];
            if column.key.target == Target::Wildcard {
                lines.push("A wildcard: it reaches new ones too".to_owned());
            }
            (format!("granted, {reach}"), lines)
        }
        Cell::Denied(mark) => (
            "denied".to_owned(),
            vec![story("Denied", mark, names, now), origin(mark)],
        ),
        Cell::Excluded(mark) => (
            "an exception to the wildcard".to_owned(),
            vec![story("Taken out of the wildcard", mark, names, now), origin(mark)],
        ),
        Cell::Possible => ("not granted".to_owned(), vec!["Possible here, not granted".to_owned()]),
        Cell::NotApplicable => {
            let kinds = column.key.resource_type.plural();
            (
                "does not apply".to_owned(),
                vec![format!("This scope does not apply to {kinds}")],
            )
        }
        Cell::Held => {
            let kinds = column.key.resource_type.plural();
            (
                "held, no resource yet".to_owned(),
                vec![format!("Held for {kinds}; the app was given none yet")],
            )
        }
        Cell::Partly { granted, of } => {
            let kinds = column.key.resource_type.plural();
            (
                format!("granted on {granted} of {of}"),
                vec![format!("Granted on {granted} of {of} {kinds}")],
            )
        }
    };
    let label = match cell.mark() {
        Some(_) => format!("{scope} {place}: {state}. {}", lines.join(". ")),
        None => format!("{scope} {place}: {state}"),
    };
    CellWords {
        label,
        scope: scope.to_string(),
        place,
        lines,
    }
}

fn story(verb: &str, mark: &Mark, names: &BTreeMap<String, String>, now: Timestamp) -> String {
    let relative = relative_in_sentence(mark.since, now);
    // A date alone leaves out the hour.
    let when = if relative.starts_with("on ") {
        format!("on {}", date_clock(mark.since))
    } else {
        relative
    };
    match &mark.actor {
        Some(actor) => format!("{verb} {when} by {}", names::person_in(actor, names)),
        None => format!("{verb} {when}, who: not known to the ledger"),
    }
}

fn origin(mark: &Mark) -> String {
    let through = match mark.source {
        Source::Event => "Through an event from Slack",
        Source::Oauth => "Through an install",
        Source::Reconcile => "Found in Slack's own lists",
    };
    format!("{through}, ledger entry {}", thousands(mark.seq))
}

#[cfg(test)]
mod tests {
    use grantbook_core::{
        Reach, ResourceId, ResourceType,
        matrix::Matrix,
        view::{GrantsView, ResourceGrant, ScopeGrant},
    };

    use super::*;

    fn view(actor: Option<&str>) -> GrantsView {
        let since = "2026-11-21T22:28:04Z".parse().unwrap();
        let actor = actor.map(|id| id.parse().unwrap());
        let mark = Mark {
            since,
            actor,
            source: Source::Event,
            seq: 1_904,
        };
        let mut view = GrantsView::of(
            "insectoid.T061EG9R6".parse().unwrap(),
            None,
            &grantbook_core::Grants::default(),
        );
        let scope = |name: &str| Scope::new(name).unwrap();
        let resource_type = Some(ResourceType::Channel);
        view.scopes.push(ScopeGrant {
            scope: scope("commands"),
            resource_type,
            user: None,
            mark: mark.clone(),
        });
        view.denied.push(ScopeGrant {
            scope: scope("users:read"),
            resource_type: None,
            user: None,
            mark: mark.clone(),
        });
        let reach = Reach::Specific(ResourceId::new("C1A").unwrap());
        let resource = ResourceGrant {
            resource_type: ResourceType::Channel,
            reach,
            excluded: false,
            mark: Some(mark),
        };
        view.resources.push(resource);
        view.names = [("C1A", "field-notes"), ("U7AUR", "izzy")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .into();
        view
    }

    fn say(view: &GrantsView, at: usize, column: usize, now: &str) -> CellWords {
        let matrix = Matrix::of(view);
        let row = matrix.rows().nth(at).unwrap();
        words(
            &row.scope,
            &matrix.columns[column],
            &row.cells[column],
            &view.names,
            now.parse().unwrap(),
        )
    }

    #[test]
    fn a_granted_cell_says_where_since_when_by_whom_and_through_what() {
        let said = say(&view(Some("U7AUR")), 1, 1, "2026-11-21T22:40:07Z");
        assert_eq!(
            said.label,
            "commands on #field-notes: granted. Granted 12 min ago by @izzy. Through an event from Slack, ledger entry 1,904"
        );
        assert_eq!(
            said.lines,
            [
                "Granted 12 min ago by @izzy",
                "Through an event from Slack, ledger entry 1,904"
            ]
        );
        let said = say(&view(Some("U7AUR")), 1, 1, "2027-11-21T22:40:07Z");
        assert_eq!(said.lines[0], "Granted on 21 Nov 2026, 22:28 by @izzy");
    }

    #[test]
    fn what_the_ledger_does_not_know_is_said() {
        let said = say(&view(None), 1, 1, "2026-11-21T22:40:07Z");
        assert_eq!(said.lines[0], "Granted 12 min ago, who: not known to the ledger");
    }

    #[test]
    fn what_is_refused_or_does_not_apply_is_said_too() {
        let now = "2026-11-21T22:40:07Z";
        assert!(
            say(&view(None), 0, 0, now)
                .label
                .starts_with("users:read on workspaces, none yet: denied. Denied 12 min ago")
        );
        assert_eq!(
            say(&view(None), 0, 1, now).label,
            "users:read on #field-notes: does not apply"
        );
    }
}
