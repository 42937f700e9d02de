//! `/api/v1/permission-requests`: apps asking for more, from the draft to the answer in the ledger.

mod again;
mod create;
mod export;
mod filter;
mod get;
mod list;
mod preview;
mod strays;

use grantbook_core::request::RequestId;
use grantbook_flows::requests::CreateError;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::installations;
use crate::{
    app::AppState,
    error::{ApiError, sentence},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(export::export))
        .routes(routes!(preview::preview))
        .routes(routes!(strays::strays))
        .routes(routes!(get::get))
        .routes(routes!(again::again))
}

fn not_found(id: RequestId) -> ApiError {
    ApiError::not_found("request_not_found", format!("There is no request {id}."))
}

impl From<CreateError> for ApiError {
    fn from(error: CreateError) -> Self {
        match &error {
            CreateError::NotFound(key) => installations::not_found(key),
            CreateError::UnknownRequest => Self::not_found("request_not_found", error),
            CreateError::NotNow(reason) => Self::client(StatusCode::CONFLICT, "not_now", reason),
            // The first is the gravest: its code is the answer's. The sentences are all told.
            CreateError::Mistakes(mistakes) => {
                let code = mistakes.first().map_or("mistakes", |mistake| mistake.code());
                let sentences: Vec<_> = mistakes.iter().map(|mistake| sentence(mistake.to_string())).collect();
                Self::client(StatusCode::UNPROCESSABLE_ENTITY, code, sentences.join(" "))
            }
            CreateError::Store(_) => Self::internal(error),
        }
    }
}
