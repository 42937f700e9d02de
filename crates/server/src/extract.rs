//! `Path`, `Query` and `Json` that refuse with a problem document. Handlers use these, never axum's own.

use axum::{
    extract::{
        FromRequest, FromRequestParts, Request,
        rejection::{JsonRejection, PathRejection, QueryRejection},
    },
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::ApiError;

/// Typed parts of the path. What cannot be an id names nothing: 404.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

/// Typed query parameters.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// A typed body.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => Err(ApiError::not_found(
                "not_found",
                format!("Nothing is here: {}.", error.body_text()),
            )),
            Err(error) => Err(ApiError::internal(error)),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let axum::extract::Query(value) = axum::extract::Query::from_request_parts(parts, state)
            .await
            .map_err(|error: QueryRejection| ApiError::client(error.status(), "invalid_filter", error.body_text()))?;
        Ok(Self(value))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let axum::Json(value) = axum::Json::from_request(request, state)
            .await
            .map_err(|error| body_problem(&error))?;
        Ok(Self(value))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn body_problem(error: &JsonRejection) -> ApiError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::client(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "Send the body as `Content-Type: application/json`.",
        ),
        // The text says where the body departs from its shape; it does not repeat the body.
        status => ApiError::client(status, "invalid_body", error.body_text()),
    }
}

/// The body is longer than the limit.
pub fn too_large() -> ApiError {
    ApiError::client(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        "The body is longer than this server accepts.",
    )
}
