//! Words as they stand in columns, read back into types.

use grantbook_core::{
    grants::Status,
    request::Kind,
    view::{Model, Role},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::StoreError;

/// A permission model; `id` names the row in the error.
pub(crate) fn model(text: &str, table: &'static str, id: impl ToString) -> Result<Model, StoreError> {
    [Model::Workspace, Model::Modern]
        .into_iter()
        .find(|model| model.as_str() == text)
        .ok_or_else(|| StoreError::inconsistent(table, "model", id))
}

/// An installation's status.
pub(crate) fn status(text: &str, id: i64) -> Result<Status, StoreError> {
    [Status::Unknown, Status::Installed, Status::Revoked, Status::Uninstalled]
        .into_iter()
        .find(|status| status.as_str() == text)
        .ok_or_else(|| StoreError::inconsistent("installations", "status", id))
}

/// A role as it is stored.
pub(crate) const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Approver => "approver",
        Role::Viewer => "viewer",
    }
}

/// A role.
pub(crate) fn role(text: &str, table: &'static str, id: impl ToString) -> Result<Role, StoreError> {
    [Role::Admin, Role::Approver, Role::Viewer]
        .into_iter()
        .find(|role| role_word(*role) == text)
        .ok_or_else(|| StoreError::inconsistent(table, "role", id))
}

/// Whose permission a request asks for.
pub(crate) fn request_kind(text: &str, id: i64) -> Result<Kind, StoreError> {
    [Kind::App, Kind::Personal]
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| StoreError::inconsistent("permission_requests", "kind", id))
}

/// A column that holds JSON; `id` names the row in the error.
pub(crate) fn from_json<T: DeserializeOwned>(
    text: &str,
    table: &'static str,
    column: &'static str,
    id: impl ToString,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::inconsistent(table, column, id))
}

/// JSON for a column.
pub(crate) fn to_json<T: Serialize + ?Sized>(
    value: &T,
    table: &'static str,
    column: &'static str,
    id: impl ToString,
) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::inconsistent(table, column, id))
}

/// Anything that reads itself from text.
pub(crate) fn parse<T: std::str::FromStr>(
    text: &str,
    table: &'static str,
    column: &'static str,
    id: impl ToString,
) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::inconsistent(table, column, id))
}
