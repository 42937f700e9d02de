//! Which requests: shared by the list and its export.

use grantbook_core::{
    AppSlug, Scope, Tenant, UserId,
    request::{StateName, UnknownState},
    view::Model,
};
use grantbook_store::requests::RequestFilter;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::doors::rest::params::{blank, word};

/// Which requests. All that is given must match.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// A number (`PR-7`), or part of the name of the person, the author, the app or the workspace, or of a scope.
    #[serde(default, deserialize_with = "blank")]
    q: Option<String>,
    /// In one of these states, separated by commas.
    #[param(value_type = Option<String>, example = "denied,expired")]
    #[serde(default, deserialize_with = "states")]
    state: Vec<StateName>,
    /// Of this app.
    #[serde(default, deserialize_with = "blank")]
    app: Option<AppSlug>,
    /// In this workspace or organization.
    #[serde(default, deserialize_with = "blank")]
    workspace: Option<Tenant>,
    /// To this person.
    #[serde(default, deserialize_with = "blank")]
    user: Option<UserId>,
    /// For this scope, among others.
    #[serde(default, deserialize_with = "blank")]
    scope: Option<Scope>,
    /// By this kind of app.
    #[param(inline)]
    #[serde(default, deserialize_with = "word")]
    model: Option<Model>,
}

fn states<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<StateName>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    text.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| {
            name.parse()
                .map_err(|error: UnknownState| D::Error::custom(explained(&error)))
        })
        .collect()
}

fn explained(error: &UnknownState) -> String {
    let names: Vec<_> = StateName::ALL.iter().map(|name| name.as_str()).collect();
    format!("{error}; the states are: {}", names.join(", "))
}

impl From<Filter> for RequestFilter {
    fn from(filter: Filter) -> Self {
        let Filter {
            q,
            state,
            app,
            workspace,
            user,
            scope,
            model,
        } = filter;
        Self {
            q,
            state,
            app,
            workspace,
            user,
            scope,
            model,
            installation: None,
        }
    }
}
