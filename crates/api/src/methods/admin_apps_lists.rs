//! `admin.apps.requests.list`, `admin.apps.approved.list` and `admin.apps.restricted.list`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Method, Page, Paged, ResponseMetadata,
    admin_apps::{AdminLevel, AdminResolution},
};
use crate::wire::null_as_default;

macro_rules! lists {
    ($($arguments:ident = $name:literal: $answer:ident { $field:ident: $item:ident }, $meaning:literal;)*) => {$(
        #[doc = $meaning]
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        pub struct $arguments {
            /// Of which workspace, or of the organization.
            #[serde(flatten)]
            pub level: AdminLevel,
            /// Certified apps: those too for requests, those alone for resolutions.
            pub certified: bool,
            /// Where the page begins; none for the first.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub cursor: Option<String>,
            /// Entries per page, 1 to 1000; Slack's own choice is 100.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub limit: Option<u32>,
        }

        /// One page.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $answer {
            /// The entries.
            pub $field: Vec<$item>,
            /// Where the next page begins.
            #[serde(default, deserialize_with = "null_as_default")]
            pub response_metadata: ResponseMetadata,
        }

        impl Method for $arguments {
            const NAME: &'static str = $name;
            const IDEMPOTENT: bool = true;
            type Answer = $answer;
        }

        impl Paged for $arguments {
            type Item = $item;

            fn with_cursor(&self, cursor: String) -> Self {
                Self {
                    cursor: Some(cursor),
                    ..self.clone()
                }
            }

            fn page(answer: Self::Answer) -> Page<$item> {
                Page {
                    items: answer.$field,
                    next_cursor: answer.response_metadata.next_cursor,
                }
            }
        }
    )*};
}

lists! {
    AdminAppsRequestsList = "admin.apps.requests.list":
        AdminAppsRequestsListAnswer { app_requests: Value }, "The requests that nobody has decided, each as sent: one that cannot be read spoils no other.";
    AdminAppsApprovedList = "admin.apps.approved.list":
        AdminAppsApprovedListAnswer { approved_apps: AdminResolution }, "The approved apps.";
    AdminAppsRestrictedList = "admin.apps.restricted.list":
        AdminAppsRestrictedListAnswer { restricted_apps: AdminResolution }, "The restricted apps.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::{admin_apps::AdminAppRequest, fixtures::answer};

    #[test]
    fn real_pages_are_read_and_written() {
        let requests: AdminAppsRequestsListAnswer = answer("docs-examples/admin.apps.requests.list.success.json");
        let again = serde_json::from_value(crate::wire::success(&requests)).unwrap();
        assert_eq!(requests, again);
        let request = AdminAppsRequestsList::page(requests).items.swap_remove(0);
        let request: AdminAppRequest = serde_json::from_value(request).unwrap();
        assert_eq!(
            (request.id.as_str(), request.date_created),
            ("Ar0XJGFLMLS", Some(1_578_956_327))
        );
        assert!(request.previous_resolution.is_none() && request.scopes[0].is_optional);
        let approved: AdminAppsApprovedListAnswer = answer("docs-examples/admin.apps.approved.list.success.json");
        assert_eq!(approved.approved_apps[0].scopes[0].is_approved, None);
        let restricted: AdminAppsRestrictedListAnswer = answer("docs-examples/admin.apps.restricted.list.success.json");
        let actor = restricted.restricted_apps[0].last_resolved_by.as_ref().unwrap();
        assert_eq!(
            (actor.actor_id.as_str(), actor.actor_type.as_str()),
            ("W0G82LMFD", "user")
        );
    }

    #[test]
    fn arguments_name_one_level() {
        let list = AdminAppsApprovedList {
            level: AdminLevel::Enterprise("E0AS553RN".parse().unwrap()),
            certified: false,
            cursor: None,
            limit: Some(2),
        };
        let next = list.with_cursor("5c3e53d5".to_owned());
        let text = serde_urlencoded::to_string(next).unwrap();
        assert_eq!(text, "enterprise_id=E0AS553RN&certified=false&cursor=5c3e53d5&limit=2");
    }
}
