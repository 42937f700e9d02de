//! Which differences: shared by the list and its export.

use grantbook_core::{AppSlug, Tenant, view::drift::DriftKind};
use grantbook_store::queries::drift::DriftFilter;
use serde::Deserialize;

use crate::doors::rest::params::{blank, word};

/// Open or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DriftState {
    /// Still so.
    Open,
    /// Ended.
    Closed,
}

/// Which differences. All that is given must match.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Open or closed ones; both when absent.
    #[param(value_type = Option<DriftState>, inline)]
    #[serde(default, deserialize_with = "word")]
    state: Option<DriftState>,
    /// Of this app.
    #[serde(default, deserialize_with = "blank")]
    app: Option<AppSlug>,
    /// In this workspace or organization.
    #[serde(default, deserialize_with = "blank")]
    workspace: Option<Tenant>,
    /// Of this kind.
    #[param(value_type = Option<DriftKind>, inline)]
    #[serde(default, deserialize_with = "word")]
    kind: Option<DriftKind>,
}

impl From<Filter> for DriftFilter {
    fn from(filter: Filter) -> Self {
        let Filter {
            state,
            app,
            workspace,
            kind,
        } = filter;
        Self {
            open: state.map(|state| state == DriftState::Open),
            app,
            tenant: workspace,
            kind,
            installation: None,
        }
    }
}
