//! The workspaces that an organization-wide install was given (`auth.teams.list`).

use std::collections::BTreeSet;

use grantbook_api::{
    client::{Caller, SlackClient},
    error::CallError,
    methods::AuthTeamsList,
};
use grantbook_core::TeamId;

/// Rows of one page.
const PAGE: u32 = 1_000;

/// All of them.
pub(super) async fn teams(slack: &SlackClient, caller: &Caller<'_>) -> Result<BTreeSet<TeamId>, CallError> {
    let first = AuthTeamsList {
        cursor: None,
        limit: Some(PAGE),
    };
    let teams = slack.collect(caller, &first).await?;
    Ok(teams.into_iter().map(|team| team.id).collect())
}
