//! `GET /api/v1/session`: who is signed in.

use axum::extract::State;
use grantbook_core::view::{Problem, SessionView};

use super::view;
use crate::{app::AppState, auth::SignedIn, extract::Json};

/// Who is signed in.
#[utoipa::path(
    get, path = "/session", tag = "session", security(("session" = [])),
    responses((status = OK, body = SessionView), (status = UNAUTHORIZED, body = Problem, description = "`not_signed_in`"))
)]
pub(crate) async fn get(SignedIn(session): SignedIn, State(state): State<AppState>) -> Json<SessionView> {
    Json(view(&state.settings, session))
}
