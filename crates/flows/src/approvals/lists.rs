//! Slack's lists of one place, as an administrator reads them.

use std::collections::BTreeMap;

use grantbook_api::{
    error::CallError,
    methods::{
        AdminAppsApprovedList, AdminAppsRequestsList, AdminAppsRestrictedList, AuthTeamsList, GrantedTeam, Paged,
        admin_apps::{AdminLevel, AdminResolution},
    },
};
use grantbook_core::{
    AppId, EnterpriseId, TeamId, Timestamp,
    approval::{AppRequest, Previous, Resolver, life::Outcome},
};
use grantbook_store::approvals::resolutions::Listed;

use crate::{
    House,
    rotation::{Calling, CallingError, is_over},
};

/// Entries of one page; Slack gives 1,000 at most.
const PAGE: u32 = 1_000;

/// A workspace, or the whole organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The organization.
    pub(crate) enterprise: EnterpriseId,
    /// The workspace; none for the whole organization.
    pub(crate) team: Option<TeamId>,
}

/// What stands about one app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Approved or restricted.
    pub(crate) outcome: Outcome,
    /// The entry.
    pub(crate) entry: AdminResolution,
}

/// What is approved and restricted in a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resolutions(pub(crate) BTreeMap<AppId, Standing>);

/// The pending requests of a place.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// Those that can be read.
    pub(crate) requests: Vec<AppRequest>,
    /// Why others cannot: the fields, without their values.
    pub(crate) unreadable: Vec<String>,
}

impl Place {
    /// As the arguments of Slack's methods name it.
    pub(crate) fn level(&self) -> AdminLevel {
        match &self.team {
            Some(team) => AdminLevel::Team(team.clone()),
            None => AdminLevel::Enterprise(self.enterprise.clone()),
        }
    }

    /// The whole organization it belongs to.
    pub(crate) fn organization(&self) -> Self {
        Self {
            enterprise: self.enterprise.clone(),
            team: None,
        }
    }
}

impl Standing {
    /// When it was decided, by Slack's clock.
    pub(crate) fn at(&self) -> Timestamp {
        Timestamp::from_seconds(self.entry.date_updated)
    }

    /// Who decided.
    pub(crate) fn by(&self) -> Option<Resolver> {
        let actor = self.entry.last_resolved_by.as_ref()?;
        Some(Resolver {
            actor_id: actor.actor_id.clone(),
            actor_type: actor.actor_type.clone(),
        })
    }
}

impl Resolutions {
    /// What stands about an app that was asked for at `asked_at`: what was decided before that is no answer.
    pub(crate) fn answer(&self, app: &AppId, asked_at: Timestamp) -> Option<&Standing> {
        self.0
            .get(app)
            .filter(|standing| standing.entry.date_updated >= asked_at.seconds())
    }
}

async fn collect<M: Paged>(house: &House, calling: &mut Calling<'_>, first: &M) -> Result<Vec<M::Item>, CallingError> {
    match house.slack.collect(&calling.caller(), first).await {
        Err(error) if is_over(&error) => {
            if !calling.renew().await? {
                return Err(error.into());
            }
            Ok(house.slack.collect(&calling.caller(), first).await?)
        }
        answer => Ok(answer?),
    }
}

/// The workspaces of the organization that Slack names to this app.
pub(crate) async fn teams(house: &House, calling: &mut Calling<'_>) -> Result<Vec<GrantedTeam>, CallingError> {
    let first = AuthTeamsList {
        cursor: None,
        limit: Some(PAGE),
    };
    collect(house, calling, &first).await
}

/// The requests that wait in a place.
pub(crate) async fn pending(house: &House, calling: &mut Calling<'_>, place: &Place) -> Result<Pending, CallingError> {
    let first = AdminAppsRequestsList {
        level: place.level(),
        certified: true,
        cursor: None,
        limit: Some(PAGE),
    };
    let now = house.clock.now();
    let mut pending = Pending::default();
    for entry in collect(house, calling, &first).await? {
        match AppRequest::from_slack(&entry, now) {
            Ok(request) => pending.requests.push(request),
            Err(error) => pending.unreadable.push(error.to_string()),
        }
    }
    Ok(pending)
}

/// What is approved and restricted in a place, of the certified apps and of the others.
pub(crate) async fn resolutions(
    house: &House,
    calling: &mut Calling<'_>,
    place: &Place,
) -> Result<Resolutions, CallingError> {
    let mut found = Resolutions::default();
    for certified in [false, true] {
        let approved = AdminAppsApprovedList {
            level: place.level(),
            certified,
            cursor: None,
            limit: Some(PAGE),
        };
        found.add(Outcome::Approved, collect(house, calling, &approved).await?);
        let restricted = AdminAppsRestrictedList {
            level: place.level(),
            certified,
            cursor: None,
            limit: Some(PAGE),
        };
        found.add(Outcome::Restricted, collect(house, calling, &restricted).await?);
    }
    Ok(found)
}

impl Resolutions {
    /// An app that changed lists while they were read stands in both: the newer entry counts.
    fn add(&mut self, outcome: Outcome, entries: Vec<AdminResolution>) {
        for entry in entries {
            let known = self.0.get(&entry.app.id);
            if known.is_none_or(|known| known.entry.date_updated <= entry.date_updated) {
                self.0.insert(entry.app.id.clone(), Standing { outcome, entry });
            }
        }
    }
}

/// What a call that failed is called here.
pub(crate) fn code(error: &CallingError) -> String {
    match error {
        CallingError::Token(error) => error.code().to_owned(),
        CallingError::Slack(error) => crate::failure::code(error),
    }
}

/// Whether Slack answered that this workspace is none of the token's.
pub(crate) fn is_not_ours(error: &CallingError) -> bool {
    let CallingError::Slack(CallError::Slack { code, .. }) = error else {
        return false;
    };
    matches!(code.to_string().as_str(), "team_not_found" | "team_access_not_granted")
}

impl Resolutions {
    /// As the mirror of the lists takes them.
    pub(crate) fn listed(&self) -> impl Iterator<Item = Listed> {
        self.0.values().map(|standing| Listed {
            app: standing.entry.app.id.clone(),
            app_name: standing.entry.app.name.clone(),
            status: match standing.outcome {
                Outcome::Approved => Previous::Approved,
                Outcome::Restricted | Outcome::Cancelled => Previous::Restricted,
            },
            scopes: standing
                .entry
                .scopes
                .iter()
                .filter(|scope| standing.outcome != Outcome::Approved || scope.is_approved.unwrap_or(true))
                .map(|scope| scope.name.clone())
                .collect(),
            date_updated: standing.at(),
            resolved_by: standing.by(),
        })
    }
}
