//! `POST /api/v1/installations/{id}/reconcile`: asks Slack's own lists. Administrators only.
//!
//! Answers the ledger entry that settles the difference, or 204 when there was none.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use grantbook_core::{
    InstallationKey,
    view::{EntryView, Problem},
};
use grantbook_flows::{reconcile::ReconcileError, rotation::TokenError};
use grantbook_store::queries::{PageRequest, history::HistoryFilter};
use http::StatusCode;

use crate::{
    app::AppState,
    auth::Admin,
    error::ApiError,
    extract::{Json, Path},
};

/// Entries among which the new one is looked for.
const NEWEST: u64 = 100;

/// Asks Slack's own lists.
#[utoipa::path(
    post, path = "/installations/{id}/reconcile", tag = "installations", params(("id" = InstallationKey, Path)),
    responses(
        (status = OK, body = EntryView),
        (status = NO_CONTENT, description = "nothing differed"),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
        (status = CONFLICT, body = Problem, description = "`no_token`"),
        (status = BAD_GATEWAY, body = Problem, description = "`slack_refused`"),
    )
)]
#[tracing::instrument(name = "api.installations.reconcile", skip_all, fields(installation = %id))]
pub(crate) async fn reconcile(
    _admin: Admin,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
) -> Result<Response, ApiError> {
    let Some(seq) = state.reconcile.run(&id).await? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let filter = HistoryFilter {
        installation: Some(id),
        ..HistoryFilter::default()
    };
    let newest = state.browse.history(&filter, &PageRequest::first(NEWEST)).await?;
    // Events may have arrived in the same second; the entry is near the top all the same.
    let entry = newest.items.into_iter().find(|entry| entry.seq == seq);
    Ok(entry.map_or_else(
        || StatusCode::NO_CONTENT.into_response(),
        |entry| Json(entry).into_response(),
    ))
}

impl From<ReconcileError> for ApiError {
    fn from(error: ReconcileError) -> Self {
        match &error {
            ReconcileError::NotFound(_) => Self::not_found("installation_not_found", error),
            ReconcileError::Token(TokenError::Store(_)) | ReconcileError::Store(_) => Self::internal(error),
            ReconcileError::Token(reason) => Self::client(StatusCode::CONFLICT, reason.code(), &error),
            ReconcileError::Slack(cause) => {
                let detail = format!("Slack did not list the permissions: {cause}.");
                tracing::warn!(error = crate::error::chain(&error), "reconciling failed");
                Self::client(StatusCode::BAD_GATEWAY, "slack_refused", detail)
            }
        }
    }
}
