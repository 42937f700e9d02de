//! What a modern app's token shows: its scopes stand in a header of every answer (`X-OAuth-Scopes`), and its
//! resources are the conversations its bot is a member of (`users.conversations`).
//!
//! Membership is asked for as far as the token may read it: `channels:read`, `groups:read`, `mpim:read`. The rest
//! stays as the ledger has it. Direct messages are left out: they open by themselves, and no event tells of them.

use std::collections::BTreeSet;

use grantbook_api::{
    client::{Caller, SlackClient, WithScopes},
    error::{CallError, ErrorCode},
    methods::{AuthTest, AuthTestAnswer, ConversationType, UsersConversations},
};
use grantbook_core::{
    Grants, Reach, ResourceType, Scope, TeamId, drift,
    fact::{Resource, ScopesByType},
};

use super::difference::Listed;
use crate::install::placed;

/// Rows of one page.
const PAGE: u32 = 200;

/// The kinds of conversation whose members come and go, each with the scope that reads them.
const READ_BY: [(ConversationType, &str); 3] = [
    (ConversationType::PublicChannel, "channels:read"),
    (ConversationType::PrivateChannel, "groups:read"),
    (ConversationType::Mpim, "mpim:read"),
];

/// Whose token it is, and which scopes it has.
pub(super) async fn own_scopes(
    slack: &SlackClient,
    caller: &Caller<'_>,
) -> Result<WithScopes<AuthTestAnswer>, CallError> {
    slack.call_with_scopes(caller, &AuthTest {}).await
}

/// What Slack shows of a modern app. `own` is whether the token is the app's: a person's says nothing of the
/// app. `teams` are the workspaces of an organization-wide install.
pub(super) async fn listed(
    slack: &SlackClient,
    caller: &Caller<'_>,
    own: bool,
    grants: &Grants,
    teams: Option<BTreeSet<TeamId>>,
) -> Result<Listed, CallError> {
    let answer = own_scopes(slack, caller).await?;
    let live: Option<Vec<Scope>> = answer
        .scopes
        .filter(|_| own)
        .map(|scopes| scopes.into_iter().filter(|scope| !drift::is_implied(scope)).collect());
    let mut listed = of_token(grants, live.as_deref());
    if !own {
        return Ok(listed);
    }
    listed.app_user = Some(answer.answer.user_id);
    let types = readable(live.as_deref());
    match &teams {
        None => {
            if !types.is_empty() {
                let places = memberships(slack, caller, &types, None).await?;
                replace(&mut listed, &types, places);
            }
        }
        Some(teams) => {
            listed.resources.retain(|held| held.resource_type != ResourceType::Team);
            listed.resources.extend(teams.iter().map(|team| Resource {
                resource_type: ResourceType::Team,
                reach: Reach::Specific(team.into()),
            }));
            if !types.is_empty() {
                let mut places = BTreeSet::new();
                for team in teams {
                    match memberships(slack, caller, &types, Some(team)).await {
                        Ok(found) => places.extend(found),
                        // Taken away between the two lists: what was there is gone with it.
                        Err(error) if error.code() == Some(&ErrorCode::from("team_access_not_granted")) => {}
                        Err(error) => return Err(error),
                    }
                }
                replace(&mut listed, &types, places);
            }
        }
    }
    Ok(listed)
}

fn readable(live: Option<&[Scope]>) -> Vec<ConversationType> {
    let may = |scope: &str| live.is_some_and(|live| live.iter().any(|held| held.as_str() == scope));
    READ_BY
        .into_iter()
        .filter(|(_, scope)| may(scope))
        .map(|(kind, _)| kind)
        .collect()
}

async fn memberships(
    slack: &SlackClient,
    caller: &Caller<'_>,
    types: &[ConversationType],
    team: Option<&TeamId>,
) -> Result<BTreeSet<Resource>, CallError> {
    let first = UsersConversations {
        types: types.to_vec(),
        team_id: team.cloned(),
        limit: Some(PAGE),
        ..UsersConversations::default()
    };
    let rows = slack.collect(caller, &first).await?;
    Ok(rows
        .into_iter()
        .map(|row| Resource {
            resource_type: row.resource_type(),
            reach: Reach::Specific(row.id),
        })
        .collect())
}

/// Puts the memberships that Slack lists in the place of the ledger's, for the kinds that were asked for.
fn replace(listed: &mut Listed, types: &[ConversationType], places: BTreeSet<Resource>) {
    let asked: Vec<ResourceType> = types.iter().map(|kind| kind.resource_type()).collect();
    listed.resources.retain(|held| !asked.contains(&held.resource_type));
    listed
        .resources
        .extend(places.into_iter().filter(|place| asked.contains(&place.resource_type)));
}

/// What a token's scopes say: those held on other types than the catalogue's are kept where they are, and
/// resources as the ledger has them. Without the header nothing is known to differ.
fn of_token(grants: &Grants, live: Option<&[Scope]>) -> Listed {
    let held = |kind: &ResourceType| grants.scopes.get(kind).into_iter().flat_map(|held| held.keys());
    let mut scopes = match live {
        Some(live) => placed(live),
        None => ScopesByType::new(),
    };
    for kind in grants.scopes.keys() {
        let kept = held(kind).filter(|scope| live.is_none_or(|live| live.contains(scope)));
        scopes.entry(*kind).or_default().extend(kept.cloned());
    }
    scopes.retain(|_, held| !held.is_empty());
    let resources = grants.resources.iter().flat_map(|(&resource_type, of_type)| {
        of_type.specific.keys().map(move |id| Resource {
            resource_type,
            reach: Reach::Specific(id.clone()),
        })
    });
    Listed {
        scopes,
        scopes_known: live.is_some(),
        resources: resources.collect(),
        ..Listed::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(names: &[&str]) -> Vec<Scope> {
        names.iter().map(|name| Scope::new(*name).unwrap()).collect()
    }

    #[test]
    fn only_the_kinds_that_the_token_may_read_are_asked_for() {
        let kinds = |names: &[&str]| readable(Some(&scopes(names)));
        assert_eq!(kinds(&["chat:write"]), []);
        assert_eq!(
            kinds(&["groups:read", "channels:read", "im:read"]),
            [ConversationType::PublicChannel, ConversationType::PrivateChannel]
        );
        assert_eq!(readable(None), []);
    }

    #[test]
    fn kinds_that_were_not_asked_for_stay_as_the_ledger_has_them() {
        let place = |resource_type, id: &str| Resource {
            resource_type,
            reach: Reach::Specific(id.parse().unwrap()),
        };
        let mut listed = Listed {
            resources: [place(ResourceType::Channel, "C1"), place(ResourceType::Group, "G1")].into(),
            ..Listed::default()
        };
        let now = [place(ResourceType::Channel, "C2")].into();
        replace(&mut listed, &[ConversationType::PublicChannel], now);
        let expected = [place(ResourceType::Channel, "C2"), place(ResourceType::Group, "G1")];
        assert_eq!(listed.resources, expected.into());
    }
}
