//! What a view holds, and what that means for each cell.

use std::collections::BTreeMap;

use super::{Cell, Column, ColumnKey, Row, Target, frame};
use crate::{
    ResourceId, ResourceType, Scope, Tenant, catalogue,
    grants::Mark,
    sensitivity,
    view::{GrantsView, ScopeGrant},
};

/// The view, indexed for lookups.
pub(super) struct Held<'a> {
    tenant: &'a Tenant,
    typed: BTreeMap<(ResourceType, &'a Scope), &'a Mark>,
    personal: BTreeMap<(&'a ResourceId, &'a Scope), &'a Mark>,
    unplaced: BTreeMap<&'a Scope, &'a Mark>,
    denied: BTreeMap<&'a Scope, &'a Mark>,
    resources: BTreeMap<ColumnKey, (bool, Option<&'a Mark>)>,
}

impl<'a> Held<'a> {
    pub(super) fn of(view: &'a GrantsView) -> Self {
        let mut held = Self {
            tenant: &view.installation.tenant,
            typed: BTreeMap::new(),
            personal: BTreeMap::new(),
            unplaced: BTreeMap::new(),
            denied: view.denied.iter().map(|grant| (&grant.scope, &grant.mark)).collect(),
            resources: view
                .resources
                .iter()
                .map(|r| (frame::key(r), (r.excluded, r.mark.as_ref())))
                .collect(),
        };
        for ScopeGrant {
            scope,
            resource_type,
            user,
            mark,
        } in &view.scopes
        {
            match (user, resource_type) {
                (Some(user), _) => _ = held.personal.insert((user, scope), mark),
                (None, Some(resource_type)) => _ = held.typed.insert((*resource_type, scope), mark),
                (None, None) => _ = held.unplaced.insert(scope, mark),
            }
        }
        held
    }

    pub(super) fn row(&self, scope: &'a Scope, columns: &[Column]) -> Row {
        let (sensitivity, reason) = sensitivity::judge(scope.as_str());
        Row {
            sensitivity,
            reason,
            description: catalogue::find(scope).map_or("", |info| info.description),
            unplaced: self.unplaced.get(scope).copied().cloned(),
            denied: self.denied.get(scope).copied().cloned(),
            cells: columns.iter().map(|column| self.cell(scope, &column.key)).collect(),
            scope: scope.clone(),
        }
    }

    fn cell(&self, scope: &'a Scope, column: &ColumnKey) -> Cell {
        let resource_type = column.resource_type;
        if let (ResourceType::User, Target::One(user)) = (resource_type, &column.target) {
            let own = self.personal.get(&(user, scope));
            return own.map_or_else(|| self.unheld(scope, column), |mark| Cell::Granted((*mark).clone()));
        }
        let Some(&granted) = self.typed.get(&(resource_type, scope)) else {
            return self.unheld(scope, column);
        };
        match (&column.target, self.resources.get(column)) {
            (Target::One(_), Some((true, Some(mark)))) => Cell::Excluded((*mark).clone()),
            (Target::Wildcard, Some((_, Some(mark)))) => Cell::All(later(granted, mark)),
            (Target::One(id), Some((false, Some(mark)))) if self.is_whole_type(resource_type, id) => {
                Cell::All(later(granted, mark))
            }
            (Target::One(_), Some((false, Some(mark)))) => Cell::Granted(later(granted, mark)),
            (Target::One(_), _) => self.through_wildcard(resource_type, granted),
            _ => Cell::Held,
        }
    }

    /// A resource that is not named here, but stands in another picture of the same frame.
    fn through_wildcard(&self, resource_type: ResourceType, granted: &Mark) -> Cell {
        let wildcard = self.resources.get(&ColumnKey {
            resource_type,
            target: Target::Wildcard,
        });
        match wildcard {
            Some((_, Some(mark))) => Cell::All(later(granted, mark)),
            _ => Cell::Possible,
        }
    }

    /// A workspace app has one workspace: what it holds there, it holds for all of it.
    fn is_whole_type(&self, resource_type: ResourceType, id: &ResourceId) -> bool {
        resource_type == ResourceType::Team && id.as_str() == self.tenant.as_str()
    }

    fn unheld(&self, scope: &Scope, column: &ColumnKey) -> Cell {
        let types = catalogue::resource_types(scope);
        let elsewhere = self.typed.keys().any(|(_, held)| *held == scope);
        let known = !types.is_empty() || elsewhere;
        if let Some(mark) = self.denied.get(scope) {
            let by = mark.actor.as_ref().map(ResourceId::from);
            let here = match (&column.target, column.resource_type) {
                (Target::One(user), ResourceType::User) => by.is_none_or(|by| by == *user),
                _ => true,
            };
            if here && (types.contains(&column.resource_type) || !known) {
                return Cell::Denied((*mark).clone());
            }
        }
        if types.contains(&column.resource_type) {
            Cell::Possible
        } else {
            Cell::NotApplicable
        }
    }
}

/// Both are needed, so the later one is since when.
fn later(a: &Mark, b: &Mark) -> Mark {
    std::cmp::max_by_key(a, b, |mark| (mark.since, mark.seq)).clone()
}
