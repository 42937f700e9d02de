//! `GET /api/v1/scopes`: the catalogue of Slack's scopes, with what each is worth worrying about.

use grantbook_core::{ResourceType, Sensitivity, catalogue, view::Page};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{auth::Viewer, extract::Json};

/// A scope that Slack knows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ScopeRow {
    /// Its name.
    name: &'static str,
    /// Slack's words for it.
    description: &'static str,
    /// How much it opens.
    sensitivity: Sensitivity,
    /// Why, in a few words.
    reason: &'static str,
    /// What it applies to in the legacy model.
    resource_types: &'static [ResourceType],
}

/// The whole catalogue.
#[utoipa::path(get, path = "/scopes", tag = "scopes", responses((status = OK, body = Page<ScopeRow>)))]
pub(crate) async fn list(_viewer: Viewer) -> Json<Page<ScopeRow>> {
    let row = |scope: &'static grantbook_core::ScopeInfo| {
        let (sensitivity, reason) = scope.sensitivity();
        let (name, description, resource_types) = (scope.name, scope.description, scope.resource_types);
        ScopeRow {
            name,
            description,
            sensitivity,
            reason,
            resource_types,
        }
    };
    Json(Page {
        items: catalogue::all().iter().map(row).collect(),
        next_cursor: None,
    })
}
