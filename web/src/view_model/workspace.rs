//! The page of one workspace: what its address says, and what follows from its documents.

use std::collections::BTreeSet;

use grantbook_core::{
    AppSlug, Reach, ResourceType, Tenant, Timestamp,
    matrix::{Cell, CellKey, Matrix},
    view::{GrantsView, InstallationView},
};

use super::{distinct, names};
use crate::address::{WORKSPACES, join, query};

/// What the address says beside the workspace's id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkspaceAddress {
    /// The app whose grants are shown; the first one if absent.
    pub app: Option<AppSlug>,
    /// The moment shown; absent is now.
    pub at: Option<Timestamp>,
    /// An install has just ended well.
    pub installed: bool,
}

impl WorkspaceAddress {
    /// Reads an address, parameter by parameter; what makes no sense is left out.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            app: parameter("app").and_then(|text| text.parse().ok()),
            at: parameter("at").and_then(|text| text.parse().ok()),
            installed: parameter("installed").as_deref() == Some("1"),
        }
    }

    /// The path and query of the page of `tenant`.
    pub fn href(&self, tenant: &Tenant) -> String {
        let at = self.at.map(|at| at.to_string()).unwrap_or_default();
        let app = self.app.as_ref().map_or("", AppSlug::as_str);
        let installed = if self.installed { "1" } else { "" };
        join(
            &format!("{WORKSPACES}/{tenant}"),
            &query(&[("app", app), ("at", &at), ("installed", installed)]),
        )
    }

    /// The same page at another moment.
    #[must_use]
    pub fn at(&self, at: Option<Timestamp>) -> Self {
        Self {
            app: self.app.clone(),
            at,
            installed: false,
        }
    }
}

/// The installation an address chooses: the named app's, else the first that is installed, else the first.
pub fn chosen<'a>(installations: &'a [InstallationView], app: Option<&AppSlug>) -> Option<&'a InstallationView> {
    let installed = |view: &&InstallationView| view.status == grantbook_core::grants::Status::Installed;
    match app {
        Some(app) => installations.iter().find(|view| view.app == *app),
        None => installations.iter().find(installed).or_else(|| installations.first()),
    }
}

/// The matrix of `shown`; away from now, with what differs from `now` beside it.
pub fn picture(shown: &GrantsView, now: Option<&GrantsView>) -> (Matrix, BTreeSet<CellKey>) {
    match now.filter(|_| shown.at.is_some()) {
        Some(now) => {
            let (then, today) = (Matrix::framed(shown, &[now]), Matrix::framed(now, &[shown]));
            let changed = Matrix::diff(&then, &today);
            (then, changed)
        }
        None => (Matrix::of(shown), BTreeSet::new()),
    }
}

/// Cells of `after` that allow something `before` did not.
pub fn fresh(before: &GrantsView, after: &GrantsView) -> BTreeSet<CellKey> {
    let (old, new) = (Matrix::framed(before, &[after]), Matrix::framed(after, &[before]));
    let drawn = Matrix::of(after);
    let changed = Matrix::diff(&old, &new);
    changed
        .into_iter()
        .filter(|(scope, column)| drawn.cell(scope, column).is_some_and(Cell::allows))
        .collect()
}

/// A resource one can ask `check` about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Askable {
    /// Its type, for the heading it stands under.
    pub resource_type: ResourceType,
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
}

/// Single resources of a view, by type and name.
pub fn askable(view: &GrantsView) -> Vec<Askable> {
    let one = |grant: &grantbook_core::view::ResourceGrant| {
        let Reach::Specific(id) = &grant.reach else { return None };
        let resource = grantbook_core::fact::Resource {
            resource_type: grant.resource_type,
            reach: grant.reach.clone(),
        };
        let name = names::resource(&resource, &view.names);
        Some(Askable {
            resource_type: grant.resource_type,
            name,
            id: id.to_string(),
        })
    };
    distinct(view.resources.iter().filter_map(one)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use grantbook_core::{
        Grants, Scope, Source,
        grants::Mark,
        view::{ResourceGrant, ScopeGrant},
    };

    use super::*;
    use crate::view_model::query::parameters;

    fn view(channels: &[&str], at: Option<&str>) -> GrantsView {
        let mark = Mark {
            since: Timestamp::from_seconds(1),
            actor: None,
            source: Source::Event,
            seq: 1,
        };
        let at = at.map(|text| text.parse().unwrap());
        let mut view = GrantsView::of("insectoid.T061EG9R6".parse().unwrap(), at, &Grants::default());
        let scope = Scope::new("commands").unwrap();
        view.scopes.push(ScopeGrant {
            scope,
            resource_type: Some(ResourceType::Channel),
            user: None,
            mark: mark.clone(),
        });
        view.resources.extend(channels.iter().map(|id| ResourceGrant {
            resource_type: ResourceType::Channel,
            reach: Reach::Specific(id.parse().unwrap()),
            excluded: false,
            mark: Some(mark.clone()),
        }));
        view
    }

    fn keys(cells: &BTreeSet<CellKey>) -> Vec<String> {
        cells
            .iter()
            .map(|(scope, column)| format!("{scope}|{}", column.text()))
            .collect()
    }

    #[test]
    fn an_address_reads_back_as_written() {
        let tenant = "T061EG9R6".parse().unwrap();
        for query in [
            "",
            "app=insectoid",
            "app=insectoid&at=2026-11-01T23:59:59Z",
            "app=insectoid&installed=1",
        ] {
            let read = WorkspaceAddress::read(parameters(query));
            assert_eq!(read.href(&tenant), join("/workspaces/T061EG9R6", query));
        }
        assert_eq!(
            WorkspaceAddress::read(|_| Some("x!".to_owned())),
            WorkspaceAddress::default()
        );
    }

    #[test]
    fn away_from_now_the_cells_that_differ_are_known() {
        let now = view(&["C1A", "C2B"], None);
        let then = view(&["C1A"], Some("2026-11-01T23:59:59Z"));
        let (matrix, changed) = picture(&then, Some(&now));
        assert_eq!(
            (matrix.columns.len(), keys(&changed)),
            (2, vec!["commands|C2B".to_owned()])
        );
        assert!(picture(&now, Some(&now)).1.is_empty());
        assert!(picture(&then, None).1.is_empty());
    }

    #[test]
    fn what_has_just_been_granted_is_fresh_and_what_ended_is_not() {
        let (few, many) = (view(&["C1A"], None), view(&["C1A", "C2B"], None));
        assert_eq!(keys(&fresh(&few, &many)), ["commands|C2B"]);
        assert!(fresh(&many, &few).is_empty());
        assert_eq!(
            keys(&fresh(&view(&[], None), &few)),
            ["commands|C1A"],
            "the first of its type"
        );
    }

    #[test]
    fn single_resources_can_be_asked_about() {
        let mut view = view(&["C2B", "C1A"], None);
        view.resources.push(ResourceGrant {
            resource_type: ResourceType::Channel,
            reach: Reach::Wildcard,
            excluded: false,
            mark: None,
        });
        let ids: Vec<String> = askable(&view).into_iter().map(|one| one.id).collect();
        assert_eq!(ids, ["C1A", "C2B"]);
    }
}
