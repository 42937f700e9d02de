//! `POST /api/v1/keys`: makes a key, which is shown this once.

use axum::extract::State;
use grantbook_core::view::{KeyView, Problem, Role};
use grantbook_flows::{
    audit::deeds,
    keys::{CreateKeyError, KeyRights},
};
use http::StatusCode;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{app::AppState, auth::Admin, error::ApiError, extract::Json};

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewKey {
    /// What it is for.
    name: String,
    /// What it may do.
    role: Role,
    /// Whether it may read tokens too; no role brings that with it.
    #[serde(default)]
    tokens: bool,
}

/// A key that was made. Never logged; `key` is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedKey {
    /// For `Authorization: Bearer`.
    #[schema(example = "gbk_…")]
    key: String,
    /// What is kept of it.
    view: KeyView,
}

/// Makes a key.
#[utoipa::path(
    post, path = "/keys", tag = "keys", request_body = NewKey,
    responses(
        (status = CREATED, body = CreatedKey),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`name_invalid`"),
    )
)]
#[tracing::instrument(name = "api.keys.create", skip_all)]
pub(crate) async fn create(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Json(body): Json<NewKey>,
) -> Result<(StatusCode, Json<CreatedKey>), ApiError> {
    let rights = KeyRights {
        role: body.role,
        tokens: body.tokens,
    };
    let made = state.keys.create(&body.name, rights).await?;
    let detail = json!({ "name": made.view.name, "role": made.view.role, "tokens": made.view.tokens });
    // Without a line in the audit log nobody gets to see the key.
    state
        .audit
        .note(
            &caller.audit_name(),
            deeds::KEY_MADE,
            format!("key:{}", made.view.id),
            detail,
        )
        .await
        .map_err(ApiError::internal)?;
    tracing::info!(key.id = made.view.id, "an API key was made");
    Ok((
        StatusCode::CREATED,
        Json(CreatedKey {
            key: made.key.expose_secret().to_owned(),
            view: made.view,
        }),
    ))
}

impl From<CreateKeyError> for ApiError {
    fn from(error: CreateKeyError) -> Self {
        match error {
            CreateKeyError::Name => Self::client(StatusCode::UNPROCESSABLE_ENTITY, "name_invalid", error),
            CreateKeyError::Store(_) => Self::internal(error),
        }
    }
}
