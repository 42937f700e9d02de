//! Which apps: shared by the list and its export.

use grantbook_core::{EnterpriseId, TeamId};
use grantbook_store::queries::org_apps::{OrgAppFilter, OrgAppStatus};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::doors::rest::params::{blank, word};

/// How an app stands somewhere.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// Approved.
    Approved,
    /// Restricted.
    Restricted,
    /// Installed.
    Installed,
    /// With an open alarm.
    Alarm,
}

/// Which apps.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Part of the name, or the id.
    #[serde(default, deserialize_with = "blank")]
    q: Option<String>,
    /// Of this organization.
    #[serde(default, deserialize_with = "blank")]
    enterprise: Option<EnterpriseId>,
    /// Standing so somewhere, or in `team`.
    #[param(inline)]
    #[serde(default, deserialize_with = "word")]
    status: Option<Status>,
    /// In this workspace: what the organization decided counts there too.
    #[serde(default, deserialize_with = "blank")]
    team: Option<TeamId>,
}

impl From<Filter> for OrgAppFilter {
    fn from(filter: Filter) -> Self {
        Self {
            q: filter.q,
            enterprise: filter.enterprise,
            status: filter.status.map(|status| match status {
                Status::Approved => OrgAppStatus::Approved,
                Status::Restricted => OrgAppStatus::Restricted,
                Status::Installed => OrgAppStatus::Installed,
                Status::Alarm => OrgAppStatus::Alarm,
            }),
            team: filter.team,
        }
    }
}
