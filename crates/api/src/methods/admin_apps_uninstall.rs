//! `admin.apps.uninstall`: administrators take an app out of workspaces, or out of the whole organization.

use grantbook_core::{AppId, EnterpriseId, TeamId};
use serde::Serialize;

use super::{Method, admin_apps::AdminDone};
use crate::wire::with_commas;

/// Which app, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdminAppsUninstall {
    /// The app.
    pub app_id: AppId,
    /// From where.
    #[serde(flatten)]
    pub from: AdminUninstallFrom,
}

/// Workspaces or the organization, exactly one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum AdminUninstallFrom {
    /// Workspaces, at most 100.
    #[serde(rename = "team_ids", serialize_with = "teams")]
    Teams(Vec<TeamId>),
    /// The organization.
    #[serde(rename = "enterprise_id")]
    Enterprise(EnterpriseId),
}

fn teams<S: serde::Serializer>(teams: &[TeamId], serializer: S) -> Result<S::Ok, S::Error> {
    with_commas(teams, serializer)
}

impl Method for AdminAppsUninstall {
    const NAME: &'static str = "admin.apps.uninstall";
    const IDEMPOTENT: bool = false;
    type Answer = AdminDone;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_name_workspaces_or_the_organization() {
        let mut uninstall = AdminAppsUninstall {
            app_id: "A0W7UKG8E".parse().unwrap(),
            from: AdminUninstallFrom::Teams(vec!["T1".parse().unwrap(), "T2".parse().unwrap()]),
        };
        let text = serde_urlencoded::to_string(&uninstall).unwrap();
        assert_eq!(text, "app_id=A0W7UKG8E&team_ids=T1%2CT2");
        uninstall.from = AdminUninstallFrom::Enterprise("E1".parse().unwrap());
        let text = serde_urlencoded::to_string(&uninstall).unwrap();
        assert_eq!(text, "app_id=A0W7UKG8E&enterprise_id=E1");
    }
}
