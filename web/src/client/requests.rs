//! Permission requests: the list, a story, drafts.

use grantbook_core::{
    InstallationKey,
    request::RequestId,
    view::{
        Page,
        requests::{NewRequest, PersonView, PreviewView, RequestStory, RequestView, StrayView},
    },
};

use super::{UiError, http};
use crate::address::query;

/// Requests, those that changed last first: `q`, `state`, `app`, `workspace`, `user`, `scope`, `model`,
/// `limit`, `cursor`.
pub async fn requests(query: &str) -> Result<Page<RequestView>, UiError> {
    http::get("permission-requests", query).await
}

/// The address of the same list as CSV, for a link.
pub fn requests_csv(query: &str) -> String {
    http::address("permission-requests.csv", query)
}

/// One request with all that happened.
pub async fn request(id: RequestId) -> Result<RequestStory, UiError> {
    http::get(&format!("permission-requests/{id}"), "").await
}

/// Presses and commands that belong to no request: `limit`, `cursor`.
pub async fn strays(query: &str) -> Result<Page<StrayView>, UiError> {
    http::get("permission-requests/strays", query).await
}

/// What a draft would do.
pub async fn preview(draft: &NewRequest) -> Result<PreviewView, UiError> {
    http::post("permission-requests/preview", Some(draft)).await
}

/// Drafts a request and sends its message.
pub async fn ask(draft: &NewRequest) -> Result<RequestView, UiError> {
    http::post("permission-requests", Some(draft)).await
}

/// Asks the same again.
pub async fn again(id: RequestId) -> Result<RequestView, UiError> {
    http::post(&format!("permission-requests/{id}/again"), None::<&()>).await
}

/// People who can be asked there, by part of a name or an id.
pub async fn people(key: &InstallationKey, q: &str) -> Result<Page<PersonView>, UiError> {
    http::get(&format!("installations/{key}/people"), &query(&[("q", q)])).await
}
