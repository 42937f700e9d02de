//! `/api/v1/rules`: the approval rules in force, their versions, and trying others before they bite.

mod agree;
mod backtest;
mod check;
mod disagreements;
mod discard;
mod flips;
mod get;
mod import;
mod propose;
mod rewrite;
mod save;
mod shadow;
mod version;
mod versions;

use grantbook_core::{approval::VersionActor, approval::VersionRefusal, view::Role};
use grantbook_flows::approvals::rules::RuleBookError;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{app::AppState, auth::Caller, error::ApiError};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get::get, save::save))
        .routes(routes!(versions::list))
        .routes(routes!(version::get, rewrite::rewrite))
        .routes(routes!(propose::propose))
        .routes(routes!(agree::agree))
        .routes(routes!(discard::discard))
        .routes(routes!(shadow::shadow))
        .routes(routes!(flips::export))
        .routes(routes!(check::check))
        .routes(routes!(backtest::backtest))
        .routes(routes!(import::import))
        .routes(routes!(disagreements::list))
}

/// Who does something to the rules; `name` is the caller's own for the audit log.
fn actor<'a>(caller: &Caller, name: &'a str) -> VersionActor<'a> {
    VersionActor {
        name,
        is_person: matches!(caller, Caller::Session(_)),
        is_admin: caller.role() == Role::Admin,
    }
}

impl From<RuleBookError> for ApiError {
    fn from(error: RuleBookError) -> Self {
        let code = error.code();
        let status = match &error {
            RuleBookError::Missing(_) => StatusCode::NOT_FOUND,
            RuleBookError::Text(_) | RuleBookError::NoteTooLong => StatusCode::UNPROCESSABLE_ENTITY,
            RuleBookError::Refused(refusal) => refused(refusal),
            RuleBookError::Query(_) | RuleBookError::Store(_) => return internal(error),
        };
        let problem = Self::client(status, code, &error);
        match error {
            RuleBookError::Text(wrong) => problem.rules(wrong),
            _ => problem,
        }
    }
}

const fn refused(refusal: &VersionRefusal) -> StatusCode {
    match refusal {
        VersionRefusal::State { .. } | VersionRefusal::Changed { .. } | VersionRefusal::InShadow(_) => {
            StatusCode::CONFLICT
        }
        VersionRefusal::SecondPerson
        | VersionRefusal::PeopleOnly
        | VersionRefusal::AdminsOnly
        | VersionRefusal::NotYours(_) => StatusCode::FORBIDDEN,
    }
}

fn internal(error: RuleBookError) -> ApiError {
    match error {
        RuleBookError::Query(error) => error.into(),
        other => ApiError::internal(other),
    }
}
