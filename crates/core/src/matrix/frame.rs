//! Which rows and columns a matrix has.

use std::collections::BTreeSet;

use super::{Column, ColumnKey, Target};
use crate::{
    Reach, ResourceId, ResourceType, Scope, catalogue,
    view::{GrantsView, ResourceGrant},
};

/// Every scope held or refused in any of `views`, by name.
pub(super) fn scopes<'a>(views: &[&'a GrantsView]) -> BTreeSet<&'a Scope> {
    views
        .iter()
        .flat_map(|view| view.scopes.iter().chain(&view.denied))
        .map(|grant| &grant.scope)
        .collect()
}

/// The column a resource stands in.
pub(super) fn key(resource: &ResourceGrant) -> ColumnKey {
    let target = match &resource.reach {
        Reach::Wildcard => Target::Wildcard,
        Reach::Specific(id) => Target::One(id.clone()),
    };
    ColumnKey {
        resource_type: resource.resource_type,
        target,
    }
}

/// The columns of all `views`: by type, the wildcard first, then by name.
pub(super) fn columns(views: &[&GrantsView]) -> Vec<Column> {
    let mut keys: BTreeSet<ColumnKey> = views.iter().flat_map(|view| view.resources.iter().map(key)).collect();
    keys.extend(views.iter().flat_map(|view| askers(view)));
    let mut wanted: BTreeSet<ResourceType> = views
        .iter()
        .flat_map(|view| view.scopes.iter().filter_map(|grant| grant.resource_type))
        .collect();
    wanted.extend(
        views
            .iter()
            .flat_map(|view| homeless_refusals(view, &keys, &wanted))
            .collect::<Vec<_>>(),
    );
    let present: BTreeSet<ResourceType> = keys.iter().map(|key| key.resource_type).collect();
    keys.extend(wanted.difference(&present).map(|&resource_type| ColumnKey {
        resource_type,
        target: Target::NoneYet,
    }));
    let mut columns: Vec<Column> = keys
        .into_iter()
        .map(|key| Column {
            name: name(&key, views),
            key,
            resources: 1,
        })
        .collect();
    columns.sort_by_cached_key(|column| {
        let is_one = matches!(column.key.target, Target::One(_));
        (
            column.key.resource_type,
            is_one,
            column.name.to_lowercase(),
            column.key.clone(),
        )
    });
    columns
}

/// People who refused what can only be granted by a person: they have a column of their own.
fn askers(view: &GrantsView) -> impl Iterator<Item = ColumnKey> {
    let personal = |scope: &Scope| catalogue::resource_types(scope) == [ResourceType::User];
    view.denied
        .iter()
        .filter(move |refused| personal(&refused.scope))
        .filter_map(|refused| {
            let user = ResourceId::from(refused.mark.actor.as_ref()?);
            Some(ColumnKey {
                resource_type: ResourceType::User,
                target: Target::One(user),
            })
        })
}

/// The first type of every refused scope that no column could show otherwise.
fn homeless_refusals(
    view: &GrantsView,
    keys: &BTreeSet<ColumnKey>,
    wanted: &BTreeSet<ResourceType>,
) -> Vec<ResourceType> {
    let shown = |kind: &ResourceType| wanted.contains(kind) || keys.iter().any(|key| key.resource_type == *kind);
    let types = view
        .denied
        .iter()
        .map(|refused| catalogue::resource_types(&refused.scope));
    types
        .filter(|types| !types.iter().any(shown))
        .filter_map(|types| types.first().copied())
        .collect()
}

fn name(key: &ColumnKey, views: &[&GrantsView]) -> String {
    let id = match &key.target {
        Target::One(id) => id,
        Target::Wildcard => return "all".to_owned(),
        Target::NoneYet | Target::Many => return "none yet".to_owned(),
    };
    let known = views.iter().find_map(|view| view.names.get(id.as_str()));
    let is_here = views
        .iter()
        .any(|view| view.installation.tenant.as_str() == id.as_str());
    match (key.resource_type, known) {
        (ResourceType::Team, _) if is_here => "this workspace".to_owned(),
        (ResourceType::AppHome, None) => "App home".to_owned(),
        (ResourceType::Channel, Some(name)) => prefixed('#', name),
        (ResourceType::User, Some(name)) => prefixed('@', name),
        (_, Some(name)) => name.clone(),
        (_, None) => id.to_string(),
    }
}

fn prefixed(sign: char, name: &str) -> String {
    if name.starts_with(sign) {
        name.to_owned()
    } else {
        format!("{sign}{name}")
    }
}
