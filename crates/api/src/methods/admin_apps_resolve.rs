//! `admin.apps.approve`, `restrict`, `clearResolution` and `requests.cancel`.
//!
//! They are not idempotent: called again about a request, they answer `request_already_resolved`.

use grantbook_core::{AppId, Scope};
use serde::Serialize;

use super::{
    Method,
    admin_apps::{AdminDone, AdminLevel, AdminSubject},
};
use crate::wire::with_commas;

/// Approves an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdminAppsApprove {
    /// What.
    #[serde(flatten)]
    pub subject: AdminSubject,
    /// Where.
    #[serde(flatten)]
    pub level: AdminLevel,
    /// The bot's scopes to approve; none named means all.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "scopes")]
    pub bot_scopes: Option<Vec<Scope>>,
    /// People's scopes to approve; none named means all.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "scopes")]
    pub user_scopes: Option<Vec<Scope>>,
    /// Where a workflow app may send data; none named means the domains that it declares.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "domains")]
    pub domains: Vec<String>,
}

/// Restricts an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdminAppsRestrict {
    /// What.
    #[serde(flatten)]
    pub subject: AdminSubject,
    /// Where.
    #[serde(flatten)]
    pub level: AdminLevel,
    /// Where a workflow app may not send data; none named means the domains that it declares.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "domains")]
    pub domains: Vec<String>,
}

/// Takes back what was decided about an app at one level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdminAppsClearResolution {
    /// Which app.
    pub app_id: AppId,
    /// Where.
    #[serde(flatten)]
    pub level: AdminLevel,
}

/// Takes a request away without deciding about the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdminAppsRequestsCancel {
    /// Which request.
    pub request_id: String,
    /// Where it belongs.
    #[serde(flatten)]
    pub level: AdminLevel,
}

#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn scopes<S: serde::Serializer>(scopes: &Option<Vec<Scope>>, serializer: S) -> Result<S::Ok, S::Error> {
    with_commas(scopes.as_deref().unwrap_or_default(), serializer)
}

fn domains<S: serde::Serializer>(domains: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    with_commas(domains, serializer)
}

macro_rules! methods {
    ($($arguments:ident = $name:literal,)*) => {$(
        impl Method for $arguments {
            const NAME: &'static str = $name;
            const IDEMPOTENT: bool = false;
            type Answer = AdminDone;
        }
    )*};
}

methods! {
    AdminAppsApprove = "admin.apps.approve",
    AdminAppsRestrict = "admin.apps.restrict",
    AdminAppsClearResolution = "admin.apps.clearResolution",
    AdminAppsRequestsCancel = "admin.apps.requests.cancel",
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn arguments_travel_as_a_form() {
        let approve = AdminAppsApprove {
            subject: AdminSubject::Request("Ar0XJGFLMLS".to_owned()),
            level: AdminLevel::Team("T0AS853RN".parse().unwrap()),
            bot_scopes: Some(vec![Scope::new("chat:write").unwrap(), Scope::new("commands").unwrap()]),
            user_scopes: None,
            domains: vec!["slack.com".to_owned(), "example.com".to_owned()],
        };
        let text = serde_urlencoded::to_string(approve).unwrap();
        assert_eq!(
            text,
            "request_id=Ar0XJGFLMLS&team_id=T0AS853RN&bot_scopes=chat%3Awrite%2Ccommands&domains=slack.com%2Cexample.com"
        );
        let restrict = AdminAppsRestrict {
            subject: AdminSubject::App("A0W7UKG8E".parse().unwrap()),
            level: AdminLevel::Team("T0AS853RN".parse().unwrap()),
            domains: Vec::new(),
        };
        let text = serde_urlencoded::to_string(restrict).unwrap();
        assert_eq!(text, "app_id=A0W7UKG8E&team_id=T0AS853RN");
        let clear = AdminAppsClearResolution {
            app_id: "A0W7UKG8E".parse().unwrap(),
            level: AdminLevel::Enterprise("E0AS553RN".parse().unwrap()),
        };
        let text = serde_urlencoded::to_string(clear).unwrap();
        assert_eq!(text, "app_id=A0W7UKG8E&enterprise_id=E0AS553RN");
        let done: AdminDone = answer("docs-examples/admin.apps.requests.cancel.success.json");
        assert_eq!(done, AdminDone {});
    }
}
