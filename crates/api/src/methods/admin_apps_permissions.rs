//! `admin.apps.permissions.{list,set,add,remove}`: who may use an app, which is apart from its approval.
//!
//! Source: docs.slack.dev, the four pages of 2026-08-20. They name the answer (`app_acl`) without showing it; its
//! fields here are those that Slack's types give to the same answer of `admin.apps.mcp.servers.permissions.set`.

use grantbook_core::{AppId, UserId};
use serde::{Deserialize, Serialize};

use super::{Encoding, Method};
use crate::wire::null_as_default;

/// Asks who may use an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdminAppsPermissionsList {
    /// The app.
    pub app_id: AppId,
}

/// Says who may use an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdminAppsPermissionsSet {
    /// The app.
    pub app_id: AppId,
    /// Who.
    pub permission_type: AppPermissionType,
    /// The people, with `named_entities`; at most 200.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub user_ids: Vec<UserId>,
    /// The groups of people, `S…`, with `named_entities`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub usergroup_ids: Vec<String>,
}

/// Lets more people use an app that is for `named_entities`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdminAppsPermissionsAdd {
    /// The app.
    pub app_id: AppId,
    /// The people, at most 50.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub user_ids: Vec<UserId>,
    /// The groups of people, `S…`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub usergroup_ids: Vec<String>,
}

/// Lets fewer people use an app that is for `named_entities`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdminAppsPermissionsRemove {
    /// The app.
    pub app_id: AppId,
    /// The people, at most 50.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub user_ids: Vec<UserId>,
    /// The groups of people, `S…`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub usergroup_ids: Vec<String>,
}

/// Who may use an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppPermissionType {
    /// Everybody.
    Everyone,
    /// The people and groups that are named.
    NamedEntities,
    /// Nobody.
    NoOne,
}

/// Who may use an app, as Slack answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppAccess {
    /// Who; none where the answer does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission_type: Option<AppPermissionType>,
    /// The people, with `named_entities`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_ids: Vec<UserId>,
    /// The groups, with `named_entities`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub usergroup_ids: Vec<String>,
}

macro_rules! methods {
    ($($arguments:ident = $name:literal, $idempotent:literal;)*) => {$(
        impl Method for $arguments {
            const NAME: &'static str = $name;
            const ENCODING: Encoding = Encoding::Json;
            const IDEMPOTENT: bool = $idempotent;
            type Answer = AppAccess;
        }
    )*};
}

methods! {
    AdminAppsPermissionsList = "admin.apps.permissions.list", true;
    AdminAppsPermissionsSet = "admin.apps.permissions.set", true;
    AdminAppsPermissionsAdd = "admin.apps.permissions.add", true;
    AdminAppsPermissionsRemove = "admin.apps.permissions.remove", false;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_travel_as_json() {
        let set = AdminAppsPermissionsSet {
            app_id: "A0000000001".parse().unwrap(),
            permission_type: AppPermissionType::NamedEntities,
            user_ids: vec!["U00000001".parse().unwrap()],
            usergroup_ids: Vec::new(),
        };
        assert_eq!(
            json!(set),
            json!({ "app_id": "A0000000001", "permission_type": "named_entities", "user_ids": ["U00000001"] })
        );
    }

    #[test]
    fn an_answer_may_say_little() {
        let read = |text: &str| serde_json::from_str::<AppAccess>(text).unwrap();
        assert_eq!(read("{\"ok\":true}"), AppAccess::default());
        let named =
            read("{\"ok\":true,\"permission_type\":\"named_entities\",\"user_ids\":[\"W1\"],\"usergroup_ids\":null}");
        assert_eq!(named.permission_type, Some(AppPermissionType::NamedEntities));
        assert_eq!(named.user_ids, ["W1".parse().unwrap()]);
    }
}
