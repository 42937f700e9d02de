//! The queue of app requests: its pages, its counts, one request, and decisions.

use grantbook_core::view::{
    Page,
    approvals::{
        AppRequestDetail, AppRequestView, AskWhy, BulkDecided, BulkDecision, DecisionWish, Outcome, QueueSummary,
    },
};

use super::{UiError, http};

/// App requests: `q`, `state`, `app`, `team`, `requester`, `risk`, `developer_type`, `marketplace`, `rule`,
/// `decided_by`, `from`, `to`, `sort`, `limit`, `cursor`.
pub async fn app_requests(query: &str) -> Result<Page<AppRequestView>, UiError> {
    http::get("app-requests", query).await
}

/// The address of the same list as CSV, for a link.
pub fn app_requests_csv(query: &str) -> String {
    http::address("app-requests.csv", query)
}

/// The counts over the queue, and how the reading of Slack's lists goes.
pub async fn queue_summary() -> Result<QueueSummary, UiError> {
    http::get("app-requests/summary", "").await
}

/// One request with everything known about it.
pub async fn app_request(id: i64) -> Result<AppRequestDetail, UiError> {
    http::get(&format!("app-requests/{id}"), "").await
}

/// Decides one request.
pub async fn decide(id: i64, outcome: Outcome, wish: &DecisionWish) -> Result<AppRequestView, UiError> {
    let verb = match outcome {
        Outcome::Approved => "approve",
        Outcome::Restricted => "restrict",
        Outcome::Cancelled => "cancel",
    };
    http::post(&format!("app-requests/{id}/{verb}"), Some(wish)).await
}

/// Decides many requests alike; what came of each.
pub async fn decide_many(decision: &BulkDecision) -> Result<BulkDecided, UiError> {
    http::post("app-requests/decide", Some(decision)).await
}

/// Asks the requester, in Slack, what they need the app for.
pub async fn ask_why(id: i64, text: String) -> Result<AppRequestView, UiError> {
    http::post(&format!("app-requests/{id}/ask"), Some(&AskWhy { text })).await
}
