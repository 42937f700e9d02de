//! `apps.permissions.*`: what the app may do, as Slack keeps it.
//!
//! `info` alone shows wildcards; the lists that replaced it do not (SEED1).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use grantbook_api::{
    ErrorCode,
    methods::{
        InfoEntry, InfoResources, PermissionsInfoAnswer, PermissionsResourcesListAnswer, PermissionsScopesListAnswer,
        Resource, ResponseMetadata,
    },
};
use grantbook_core::{ResourceId, ResourceType};
use serde_json::json;

use super::{
    answer::{Done, Refusal},
    arguments::Arguments,
    web_api::Caller,
};
use crate::state::World;

/// Items in a page when the caller does not say.
const PAGE: usize = 100;

/// The most items in a page.
const LARGEST_PAGE: usize = 1_000;

pub(super) fn info(world: &World, caller: &Caller) -> Result<Done, Refusal> {
    let installation = caller.installation(world)?;
    let kinds = ResourceType::ALL.into_iter().filter(|kind| *kind != ResourceType::User);
    let info = kinds.map(|kind| {
        let granted = installation.resources.get(&kind).cloned().unwrap_or_default();
        let resources = InfoResources {
            ids: granted.ids.into_iter().collect(),
            wildcard: granted.wildcard,
            excluded_ids: granted.excluded.into_iter().collect(),
        };
        (
            kind,
            InfoEntry {
                scopes: installation.scopes_on(kind),
                resources,
            },
        )
    });
    let mut done = Done::with(&PermissionsInfoAnswer { info: info.collect() });
    // Slack leaves the wildcard's fields out where there is none.
    for entry in done.body["info"]
        .as_object_mut()
        .into_iter()
        .flat_map(|info| info.values_mut())
    {
        if let Some(resources) = entry["resources"].as_object_mut()
            && resources.get("wildcard") == Some(&json!(false))
        {
            resources.remove("wildcard");
            resources.remove("excluded_ids");
        }
    }
    Ok(done)
}

pub(super) fn scopes_list(world: &World, caller: &Caller) -> Result<Done, Refusal> {
    let installation = caller.installation(world)?;
    let scopes = ResourceType::ALL.into_iter().map(|kind| {
        let held = match kind {
            ResourceType::User => installation.users.values().flatten().cloned().collect(),
            _ => installation.scopes.get(&kind).cloned().unwrap_or_default(),
        };
        (kind, held.into_iter().collect())
    });
    Ok(Done::with(&PermissionsScopesListAnswer {
        scopes: scopes.collect(),
    }))
}

/// Resources granted one by one; types granted as a whole have no rows.
pub(super) fn resources_list(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    let installation = caller.installation(world)?;
    let rows: Vec<Resource> = installation
        .resources
        .iter()
        .filter(|(_, granted)| !granted.wildcard)
        .flat_map(|(kind, granted)| {
            granted.ids.iter().map(|id| Resource {
                id: id.clone(),
                resource_type: *kind,
            })
        })
        .collect();
    let key = |row: &Resource| (row.resource_type, row.id.clone());
    let (resources, response_metadata) = page(rows, key, arguments)?;
    Ok(Done::with(&PermissionsResourcesListAnswer {
        resources,
        response_metadata,
    }))
}

pub(super) fn users_list(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    let installation = caller.installation(world)?;
    let rows = installation.users.iter().collect();
    let key = |row: &(&grantbook_core::UserId, _)| (ResourceType::User, ResourceId::from(row.0));
    let (users, response_metadata) = page(rows, key, arguments)?;
    let resources: Vec<_> = users
        .into_iter()
        .map(|(id, scopes)| json!({ "id": id, "scopes": scopes }))
        .collect();
    Ok(Done::with(
        &json!({ "resources": resources, "response_metadata": response_metadata }),
    ))
}

/// Cuts a page out of rows sorted by their key. A cursor is base64 of `type:id`, the next page's first row.
fn page<T>(
    rows: Vec<T>,
    key: impl Fn(&T) -> (ResourceType, ResourceId),
    arguments: &Arguments,
) -> Result<(Vec<T>, ResponseMetadata), Refusal> {
    let limit = arguments.text("limit").and_then(|text| text.parse::<usize>().ok());
    let limit = limit.filter(|limit| *limit > 0).unwrap_or(PAGE).min(LARGEST_PAGE);
    let start = arguments
        .text("cursor")
        .map(|cursor| read_cursor(&cursor).ok_or(ErrorCode::InvalidCursor))
        .transpose()?;
    let mut rest = rows
        .into_iter()
        .filter(|row| start.as_ref().is_none_or(|start| key(row) >= *start))
        .peekable();
    let items: Vec<T> = rest.by_ref().take(limit).collect();
    let next_cursor = rest.peek().map(|row| {
        let (kind, id) = key(row);
        STANDARD.encode(format!("{kind}:{id}"))
    });
    Ok((items, ResponseMetadata { next_cursor }))
}

fn read_cursor(cursor: &str) -> Option<(ResourceType, ResourceId)> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    let (kind, id) = text.split_once(':')?;
    Some((kind.parse().ok()?, id.parse().ok()?))
}
