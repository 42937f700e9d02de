//! A workspace app's own lists: scopes by type, resources one by one, and wildcards where they are still told.

use grantbook_api::{
    client::{Caller, SlackClient},
    error::{CallError, ErrorCode},
    methods::{PermissionsInfo, PermissionsResourcesList, PermissionsScopesList},
};
use grantbook_core::{Reach, ResourceType, fact::Resource};

use super::difference::Listed;

/// Rows of one page.
const PAGE: u32 = 200;

/// Everything that Slack lists of a workspace app, people excepted.
pub(super) async fn listed(slack: &SlackClient, caller: &Caller<'_>) -> Result<Listed, CallError> {
    let scopes = slack.call(caller, &PermissionsScopesList {}).await?.scopes;
    let mut listed = Listed {
        scopes: scopes
            .into_iter()
            .filter(|(kind, held)| *kind != ResourceType::User && !held.is_empty())
            .map(|(kind, held)| (kind, held.into_iter().collect()))
            .collect(),
        scopes_known: true,
        ..Listed::default()
    };
    let first = PermissionsResourcesList {
        cursor: None,
        limit: Some(PAGE),
    };
    let rows = slack.collect(caller, &first).await?;
    listed.resources = rows
        .into_iter()
        .filter(|row| row.resource_type != ResourceType::User)
        .map(|row| Resource {
            resource_type: row.resource_type,
            reach: Reach::Specific(row.id),
        })
        .collect();
    match slack.call(caller, &PermissionsInfo {}).await {
        Ok(answer) => {
            listed.wildcards_known = true;
            for (resource_type, entry) in answer.info {
                if entry.resources.wildcard {
                    listed.resources.insert(Resource {
                        resource_type,
                        reach: Reach::Wildcard,
                    });
                    listed
                        .excluded
                        .extend(entry.resources.excluded_ids.into_iter().map(|id| (resource_type, id)));
                }
            }
        }
        // Announced to retire in July 2018: without it wildcards stay as the ledger has them.
        Err(error)
            if matches!(
                error.code(),
                Some(ErrorCode::MethodDeprecated | ErrorCode::UnknownMethod)
            ) => {}
        Err(error) => return Err(error),
    }
    Ok(listed)
}
