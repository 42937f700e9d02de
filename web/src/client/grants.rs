//! Grants, checks and the ledger.

use grantbook_core::{
    InstallationKey, ResourceId, Scope, Timestamp,
    view::{CheckView, EntryView, GrantsView, Page},
};

use super::{UiError, http};
use crate::address::query;

/// What an app may do in one tenant, now or at a moment.
pub async fn grants(key: &InstallationKey, at: Option<Timestamp>) -> Result<GrantsView, UiError> {
    http::get(&format!("installations/{key}/grants"), &query(&[("at", &moment(at))])).await
}

/// Entries of one installation's ledger, newest first; `query` as for [`history`].
pub async fn installation_history(key: &InstallationKey, query: &str) -> Result<Page<EntryView>, UiError> {
    http::get(&format!("installations/{key}/history"), query).await
}

/// May the app use `scope` on `resource`, now or at a moment?
pub async fn check(
    key: &InstallationKey,
    scope: &Scope,
    resource: Option<&ResourceId>,
    at: Option<Timestamp>,
) -> Result<CheckView, UiError> {
    let resource = resource.map_or("", ResourceId::as_str);
    let query = query(&[("scope", scope.as_str()), ("resource", resource), ("at", &moment(at))]);
    http::get(&format!("installations/{key}/check"), &query).await
}

/// Compares the ledger with Slack's own lists; the entry that was added, if they differed.
pub async fn reconcile(key: &InstallationKey) -> Result<Option<EntryView>, UiError> {
    http::post_for_option(&format!("installations/{key}/reconcile")).await
}

/// Entries of all ledgers, newest first: `app`, `workspace`, `scope`, `kind`, `source`, `from`, `to`,
/// `limit`, `cursor`. `query` is a query string without its question mark.
pub async fn history(query: &str) -> Result<Page<EntryView>, UiError> {
    http::get("history", query).await
}

/// The address of the same list as CSV, for a link.
pub fn history_csv(query: &str) -> String {
    http::address("history.csv", query)
}

fn moment(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}
