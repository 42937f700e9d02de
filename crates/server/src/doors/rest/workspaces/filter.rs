//! Which workspaces, and in which order: shared by the list and its export.

use grantbook_core::{AppSlug, Scope, grants::Status};
use grantbook_store::queries::{
    self,
    workspaces::{WorkspaceFilter, WorkspaceSort},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::doors::rest::params::{Moment, blank, word};

/// What the list is sorted by.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Sort {
    /// The name.
    Name,
    /// The newest change.
    #[default]
    LastChange,
    /// Scopes held.
    Scopes,
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// Smallest or oldest first.
    Asc,
    /// Largest or newest first.
    Desc,
}

/// Which workspaces, and in which order.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Part of the name, or the beginning of the id.
    #[serde(default, deserialize_with = "blank")]
    q: Option<String>,
    /// In this state.
    #[param(inline)]
    #[serde(default, deserialize_with = "word")]
    status: Option<Status>,
    /// Where this app has a history.
    #[serde(default, deserialize_with = "blank")]
    app: Option<AppSlug>,
    /// Where some app holds this scope now.
    #[serde(default, deserialize_with = "blank")]
    scope: Option<Scope>,
    /// Changed at or after this moment, or day.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "blank")]
    changed_since: Option<Moment>,
    /// Sorted by; `last_change` when absent.
    #[param(inline)]
    #[serde(default, deserialize_with = "word")]
    sort: Option<Sort>,
    /// `desc` when absent, but `asc` by name.
    #[param(inline)]
    #[serde(default, deserialize_with = "word")]
    order: Option<Order>,
}

impl From<Filter> for WorkspaceFilter {
    fn from(filter: Filter) -> Self {
        let Filter {
            q,
            status,
            app,
            scope,
            changed_since,
            sort,
            order,
        } = filter;
        let sort = sort.unwrap_or_default();
        let order = order.unwrap_or(if matches!(sort, Sort::Name) {
            Order::Asc
        } else {
            Order::Desc
        });
        Self {
            q,
            status,
            app,
            scope,
            changed_since: changed_since.map(Moment::start),
            sort: match sort {
                Sort::Name => WorkspaceSort::Name,
                Sort::LastChange => WorkspaceSort::LastChange,
                Sort::Scopes => WorkspaceSort::Scopes,
            },
            order: match order {
                Order::Asc => queries::Order::Ascending,
                Order::Desc => queries::Order::Descending,
            },
        }
    }
}
