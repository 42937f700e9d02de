//! `POST /api/v1/installations/{id}/reconcile`: asks Slack's own lists. Administrators only.
//!
//! Answers the ledger entry that settles the difference, or 204 when there was none.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use grantbook_core::{
    InstallationKey, Timestamp,
    view::{EntryView, Problem},
};
use grantbook_flows::{audit::deeds, reconcile::ReconcileError};
use grantbook_store::queries::{PageRequest, history::HistoryFilter};
use http::StatusCode;
use serde_json::json;

use super::token;
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
        (
            status = CONFLICT, body = Problem,
            description = "`no_token`, `token_revoked`, `needs_reauthorization`, `refresh_exhausted`: install the app again"
        ),
        (
            status = SERVICE_UNAVAILABLE, body = Problem,
            description = "`refresh_busy`, `refresh_cooling_down`, `ledger_moving`: wait as `Retry-After` says"
        ),
        (status = BAD_GATEWAY, body = Problem, description = "`slack_refused`"),
    )
)]
#[tracing::instrument(name = "api.installations.reconcile", skip_all, fields(installation = %id))]
pub(crate) async fn reconcile(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
) -> Result<Response, ApiError> {
    let who = caller.audit_name();
    let outcome = state.reconcile.run_as(&id, &who).await;
    let Some(seq) = outcome.map_err(|error| problem(error, state.house.clock.now()))? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let (subject, detail) = (format!("installation:{id}"), json!({ "entry": seq }));
    let noted = state.audit.note(&who, deeds::RECONCILED, subject, detail).await;
    noted.map_err(ApiError::internal)?;
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

fn problem(error: ReconcileError, now: Timestamp) -> ApiError {
    match &error {
        ReconcileError::NotFound(_) => ApiError::not_found("installation_not_found", error),
        ReconcileError::Store(_) => ApiError::internal(error),
        ReconcileError::Moving(_) => {
            ApiError::client(StatusCode::SERVICE_UNAVAILABLE, "ledger_moving", &error).retry_after(1)
        }
        ReconcileError::Token(reason) => token::problem(reason, now),
        ReconcileError::Slack(cause) => {
            let detail = format!("Slack did not list the permissions: {cause}.");
            tracing::warn!(error = crate::error::chain(&error), "reconciling failed");
            ApiError::client(StatusCode::BAD_GATEWAY, "slack_refused", detail)
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use grantbook_flows::rotation::TokenError;
    use http::header::RETRY_AFTER;

    use super::*;

    #[test]
    fn what_passes_says_when_to_come_back_as_the_broker_does() {
        let key: InstallationKey = "insectoid.T061EG9R6".parse().unwrap();
        let now = Timestamp::from_seconds(100);
        let cooling = TokenError::CoolingDown {
            installation: key.clone(),
            problem: "slack_not_reached".to_owned(),
            until: now.plus_seconds(7),
        };
        for (error, status, after) in [
            (ReconcileError::Token(cooling), 503, Some("7")),
            (ReconcileError::Moving(key.clone()), 503, Some("1")),
            (ReconcileError::Token(TokenError::Missing(key.clone())), 409, None),
            (ReconcileError::NotFound(key), 404, None),
        ] {
            let response = problem(error, now).into_response();
            let said = response.headers().get(RETRY_AFTER).map(|value| value.to_str().unwrap());
            assert_eq!((response.status().as_u16(), said), (status, after));
        }
    }
}
