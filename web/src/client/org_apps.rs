//! The apps of organizations, alarms about them, and reports about decisions.

use grantbook_core::{
    AppId, EnterpriseId,
    view::{
        Page,
        approvals::{AlarmView, AppWish, AppWishView, AppWishWhat, OrgAppView, ReportView},
    },
};

use super::{UiError, http};

/// Apps: `q`, `enterprise`, `status` (`approved`, `restricted`, `installed`, `alarm`), `team`, `limit`, `cursor`.
pub async fn org_apps(query: &str) -> Result<Page<OrgAppView>, UiError> {
    http::get("org-apps", query).await
}

/// The address of the same list as CSV, for a link.
pub fn org_apps_csv(query: &str) -> String {
    http::address("org-apps.csv", query)
}

/// One app with its workspaces.
pub async fn org_app(enterprise: &EnterpriseId, app: &AppId) -> Result<OrgAppView, UiError> {
    http::get(&format!("org-apps/{enterprise}/{app}"), "").await
}

/// Decides about an app, whether or not anybody asked for it.
pub async fn decide_org_app(
    enterprise: &EnterpriseId,
    app: &AppId,
    what: AppWishWhat,
    wish: &AppWish,
) -> Result<Vec<AppWishView>, UiError> {
    let path = format!("org-apps/{enterprise}/{app}/{}", what.as_str());
    http::post(&path, Some(wish)).await
}

/// Open alarms, newest first: `kind`, `enterprise`, `app`, `team`, `limit`, `cursor`.
pub async fn app_alarms(query: &str) -> Result<Page<AlarmView>, UiError> {
    http::get("app-alarms", query).await
}

/// Takes what Slack shows for right.
pub async fn accept_alarm(id: i64) -> Result<AlarmView, UiError> {
    http::post(&format!("app-alarms/{id}/accept"), None::<&()>).await
}

/// The report: `from`, `until`.
pub async fn approval_report(query: &str) -> Result<ReportView, UiError> {
    http::get("approval-reports", query).await
}

/// The address of the report's months or workspaces as CSV, for a link.
pub fn approval_report_csv(table: &str, query: &str) -> String {
    http::address(&format!("approval-reports/{table}.csv"), query)
}
