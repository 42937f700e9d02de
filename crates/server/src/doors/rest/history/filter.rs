//! Which entries: shared by the history, its export and the history of one installation.

use grantbook_core::{AppSlug, Fact, Scope, Source, Tenant};
use grantbook_store::queries::history::HistoryFilter;
use http::StatusCode;
use serde::Deserialize;

use crate::{
    doors::rest::params::{Moment, blank},
    error::ApiError,
};

/// Which entries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Of this app.
    #[serde(default, deserialize_with = "blank")]
    app: Option<AppSlug>,
    /// In this workspace or organization.
    #[serde(default, deserialize_with = "blank")]
    workspace: Option<Tenant>,
    /// Naming this scope.
    #[serde(default, deserialize_with = "blank")]
    scope: Option<Scope>,
    /// Of this kind: `scope_granted`, `installed` …
    #[serde(default, deserialize_with = "blank")]
    kind: Option<String>,
    /// From this source: `event`, `oauth` or `reconcile`.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "blank")]
    source: Option<Source>,
    /// At or after this moment, or from the beginning of this day (UTC).
    #[param(value_type = Option<String>, example = "2026-11-21")]
    #[serde(default, deserialize_with = "blank")]
    from: Option<Moment>,
    /// At or before this moment, or to the end of this day (UTC).
    #[param(value_type = Option<String>, example = "2026-11-21")]
    #[serde(default, deserialize_with = "blank")]
    to: Option<Moment>,
}

impl TryFrom<Filter> for HistoryFilter {
    type Error = ApiError;

    fn try_from(filter: Filter) -> Result<Self, ApiError> {
        let Filter {
            app,
            workspace,
            scope,
            kind,
            source,
            from,
            to,
        } = filter;
        if let Some(kind) = kind.as_deref().filter(|kind| !Fact::KINDS.contains(kind)) {
            let detail = format!(
                "{kind:?} is no kind of entry. The kinds are: {}.",
                Fact::KINDS.join(", ")
            );
            return Err(ApiError::client(StatusCode::BAD_REQUEST, "invalid_filter", detail));
        }
        Ok(Self {
            installation: None,
            app,
            tenant: workspace,
            scope,
            kind,
            source,
            from: from.map(Moment::start),
            to: to.map(Moment::end),
        })
    }
}
