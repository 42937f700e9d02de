//! Slack's methods as types: a struct of arguments each, and the answer it gets.
//!
//! Arguments and answers can both be written and read, since the console sends what the simulator
//! reads and the other way round. To add a method: a file here with the arguments, the answer, an
//! `impl Method` and a test over a real answer.
//!
//! Some are apart, since their arguments are secrets or their caller is an app rather than a token:
//! [`oauth_access`], [`oauth_v2_exchange`], [`apps_uninstall`], [`apps_connections_open`], [`api_test`].

pub mod admin_apps;
pub mod admin_apps_activities_list;
pub mod admin_apps_config;
pub mod admin_apps_lists;
pub mod admin_apps_permissions;
pub mod admin_apps_resolve;
pub mod admin_apps_uninstall;
pub mod api_test;
pub mod apps_approvals;
pub mod apps_connections_open;
pub mod apps_uninstall;
pub mod auth_revoke;
pub mod auth_teams_list;
pub mod auth_test;
pub mod chat_post_ephemeral;
pub mod chat_post_message;
pub mod chat_update;
pub mod conversations_info;
pub mod conversations_open;
pub mod oauth_access;
pub mod oauth_v2_exchange;
pub mod paging;
pub mod permissions_info;
pub mod permissions_request;
pub mod permissions_resources_list;
pub mod permissions_scopes_list;
pub mod permissions_users_list;
pub mod permissions_users_request;
pub mod team_info;
pub mod users_conversations;
pub mod users_info;

use serde::{Serialize, de::DeserializeOwned};

pub use admin_apps::{
    AdminActor, AdminApp, AdminAppRequest, AdminDone, AdminLevel, AdminPlace, AdminPreviousResolution, AdminRequester,
    AdminResolution, AdminScope, AdminSubject,
};
pub use admin_apps_activities_list::{AdminActivity, AdminAppsActivitiesList, AdminAppsActivitiesListAnswer};
pub use admin_apps_config::{
    AdminAppConfig, AdminAppsConfigLookup, AdminAppsConfigLookupAnswer, AdminAppsConfigSet, AdminDomainRestrictions,
};
pub use admin_apps_lists::{
    AdminAppsApprovedList, AdminAppsApprovedListAnswer, AdminAppsRequestsList, AdminAppsRequestsListAnswer,
    AdminAppsRestrictedList, AdminAppsRestrictedListAnswer,
};
pub use admin_apps_permissions::{
    AdminAppsPermissionsAdd, AdminAppsPermissionsList, AdminAppsPermissionsRemove, AdminAppsPermissionsSet, AppAccess,
    AppPermissionType,
};
pub use admin_apps_resolve::{AdminAppsApprove, AdminAppsClearResolution, AdminAppsRequestsCancel, AdminAppsRestrict};
pub use admin_apps_uninstall::{AdminAppsUninstall, AdminUninstallFrom};
pub use api_test::ApiTestAnswer;
pub use apps_approvals::{
    ApiAccessTokens, AppsApprovalsRequestsCancel, AppsApprovalsRequestsCreate, AppsApprovalsRequestsCreateAnswer,
    AppsDeveloperInstall, AppsDeveloperInstallAnswer,
};
pub use apps_connections_open::AppsConnectionsOpenAnswer;
pub use apps_uninstall::AppsUninstall;
pub use auth_revoke::{AuthRevoke, AuthRevokeAnswer};
pub use auth_teams_list::{AuthTeamsList, AuthTeamsListAnswer, GrantedTeam};
pub use auth_test::{AuthTest, AuthTestAnswer};
pub use chat_post_ephemeral::{ChatPostEphemeral, ChatPostEphemeralAnswer};
pub use chat_post_message::{ChatPostMessage, ChatPostMessageAnswer};
pub use chat_update::{ChatUpdate, ChatUpdateAnswer};
pub use conversations_info::{Conversation, ConversationsInfo, ConversationsInfoAnswer};
pub use conversations_open::{ConversationsOpen, ConversationsOpenAnswer, OpenedConversation};
pub use oauth_access::OauthAccess;
pub use oauth_v2_exchange::OauthV2Exchange;
pub use paging::{Page, Paged, ResponseMetadata};
pub use permissions_info::{InfoEntry, InfoResources, PermissionsInfo, PermissionsInfoAnswer};
pub use permissions_request::{PermissionsRequest, PermissionsRequestAnswer};
pub use permissions_resources_list::{PermissionsResourcesList, PermissionsResourcesListAnswer, Resource};
pub use permissions_scopes_list::{PermissionsScopesList, PermissionsScopesListAnswer};
pub use permissions_users_list::{PermissionsUsersList, PermissionsUsersListAnswer, UserResource};
pub use permissions_users_request::{PermissionsUsersRequest, PermissionsUsersRequestAnswer};
pub use team_info::{Team, TeamInfo, TeamInfoAnswer};
pub use users_conversations::{ConversationType, UsersConversations, UsersConversationsAnswer};
pub use users_info::{User, UsersInfo, UsersInfoAnswer};

/// One of Slack's methods, by its arguments.
pub trait Method: Serialize {
    /// The method's name, the last part of its address.
    const NAME: &'static str;
    /// How the arguments travel.
    const ENCODING: Encoding = Encoding::Form;
    /// Whether calling twice is the same as calling once, so that a lost answer may be asked for again.
    const IDEMPOTENT: bool;
    /// What Slack answers beside `ok`.
    type Answer: DeserializeOwned;
}

/// Whether `text` is written as the names of methods are: words of letters with a dot between them. What it is not,
/// is no path to anywhere else either.
pub fn is_name(text: &str) -> bool {
    text.len() <= 128
        && text
            .split('.')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// How arguments travel in a POST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-www-form-urlencoded`, which every method takes.
    Form,
    /// `application/json`, which some methods take beside forms.
    Json,
}

#[cfg(test)]
pub(crate) mod fixtures {
    //! Reading real answers.

    use serde::de::DeserializeOwned;

    /// Reads `fixtures/api/{path}` as an answer.
    pub(crate) fn answer<T: DeserializeOwned>(path: &str) -> T {
        serde_json::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The text of `fixtures/api/{path}`.
    pub(crate) fn text(path: &str) -> String {
        let file = format!("{}/fixtures/api/{path}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_with_dots_between_name_a_method() {
        for name in ["auth.test", "chat.postMessage", "admin.apps.approved.list"] {
            assert!(is_name(name), "{name}");
        }
        for text in [
            "",
            ".",
            "..",
            "auth.",
            ".test",
            "a..b",
            "../oauth",
            "auth/test",
            "oauth.v2.access",
            "a b",
            "a%2e",
        ] {
            assert!(!is_name(text), "{text}");
        }
    }
}
