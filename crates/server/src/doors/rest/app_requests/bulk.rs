//! `POST /api/v1/app-requests/decide`: one decision for many requests. Approvers only.
//!
//! Each is decided on its own, as if alone: what cannot be decided is told beside what was.

use axum::extract::State;
use grantbook_core::{
    Scope,
    view::{
        Problem,
        approvals::{BulkDecided, BulkDecision, DecidedOne, DecisionWish, Outcome},
    },
};
use grantbook_flows::approvals::{Actor, DecideError};
use http::StatusCode;

use crate::{app::AppState, auth::Approver, error::ApiError, extract::Json};

/// Requests decided at once at most.
const MOST: usize = 200;

/// Decides many requests alike.
#[utoipa::path(
    post, path = "/app-requests/decide", tag = "app-requests", request_body = BulkDecision,
    responses(
        (status = OK, body = BulkDecided, description = "what came of each, in the order given"),
        (status = FORBIDDEN, body = Problem, description = "`approvers_only`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`wrong_number_of_requests`: 1 to 200 are decided at once"),
    )
)]
#[tracing::instrument(name = "api.app_requests.decide", skip_all, fields(app_requests = body.ids.len()))]
pub(crate) async fn decide(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Json(body): Json<BulkDecision>,
) -> Result<Json<BulkDecided>, ApiError> {
    if !(1..=MOST).contains(&body.ids.len()) {
        return Err(ApiError::client(
            StatusCode::UNPROCESSABLE_ENTITY,
            "wrong_number_of_requests",
            format!("Name 1 to {MOST} requests to decide at once."),
        ));
    }
    let actor = caller.actor();
    let mut items = Vec::with_capacity(body.ids.len());
    for id in body.ids {
        items.push(one(&state, id, &actor, body.outcome, &body.wish).await);
    }
    Ok(Json(BulkDecided { items }))
}

async fn one(state: &AppState, id: i64, actor: &Actor, outcome: Outcome, wish: &DecisionWish) -> DecidedOne {
    let mut item = DecidedOne {
        id,
        request: None,
        code: None,
        sentence: None,
    };
    let refused = match decided(state, id, actor, outcome, wish.clone()).await {
        // What is stored is decided, also where it could not be read again.
        Ok(()) => {
            item.request = state.queue.view(id).await.ok().flatten();
            return item;
        }
        Err(error) => ApiError::from(error).problem(),
    };
    item.code = Some(refused.code);
    item.sentence = Some(refused.detail);
    item
}

async fn decided(
    state: &AppState,
    id: i64,
    actor: &Actor,
    outcome: Outcome,
    mut wish: DecisionWish,
) -> Result<(), DecideError> {
    if !wish.withhold.is_empty() {
        let stored = state.house.store.stored_app_request(id).await?;
        let request = stored.ok_or(DecideError::Missing(id))?.request;
        let optional = |name: &Scope| {
            request
                .scopes
                .iter()
                .any(|asked| asked.name == *name && asked.is_optional)
        };
        wish.withhold.retain(optional);
    }
    state.approvals.decide(id, actor, outcome, wish).await.map(drop)
}
