//! `admin.apps.config.lookup` and `admin.apps.config.set`: what administrators set for an app's connectors.

use grantbook_core::AppId;
use serde::{Deserialize, Serialize};

use super::{Encoding, Method, admin_apps::AdminDone};
use crate::wire::null_as_default;

/// Which settings. One of the two must be named; Slack answers `missing_args` otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AdminAppsConfigLookup {
    /// Of these apps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub app_ids: Vec<AppId>,
    /// Of the apps whose links show this much: `all_details`, `limited_details`, `no_preview`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rich_link_preview_types: Vec<String>,
}

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminAppsConfigLookupAnswer {
    /// An entry for each app.
    #[serde(default, deserialize_with = "null_as_default")]
    pub configs: Vec<AdminAppConfig>,
}

/// One app's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminAppConfig {
    /// The app.
    pub app_id: AppId,
    /// `builder_choice` or `end_user_only`; blank where Slack does not say.
    #[serde(default, deserialize_with = "null_as_default")]
    pub workflow_auth_strategy: String,
    /// How much its links show; blank where Slack does not say.
    #[serde(default, deserialize_with = "null_as_default")]
    pub rich_link_preview_type: String,
    /// What people may authorize it for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub domain_restrictions: AdminDomainRestrictions,
}

/// The domains to which an app is held; none named means any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminDomainRestrictions {
    /// Of addresses, at most 50.
    #[serde(default, deserialize_with = "null_as_default")]
    pub urls: Vec<String>,
    /// Of mail addresses, at most 50.
    #[serde(default, deserialize_with = "null_as_default")]
    pub emails: Vec<String>,
}

/// What to change; what is left out stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdminAppsConfigSet {
    /// The app.
    pub app_id: AppId,
    /// `builder_choice` or `end_user_only`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_auth_strategy: Option<String>,
    /// How much its links show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rich_link_preview_type: Option<String>,
    /// The domains that replace those of before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain_restrictions: Option<AdminDomainRestrictions>,
}

impl Method for AdminAppsConfigLookup {
    const NAME: &'static str = "admin.apps.config.lookup";
    const ENCODING: Encoding = Encoding::Json;
    const IDEMPOTENT: bool = true;
    type Answer = AdminAppsConfigLookupAnswer;
}

impl Method for AdminAppsConfigSet {
    const NAME: &'static str = "admin.apps.config.set";
    const ENCODING: Encoding = Encoding::Json;
    const IDEMPOTENT: bool = true;
    type Answer = AdminDone;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn a_real_answer_is_read_and_written() {
        let first: AdminAppsConfigLookupAnswer = answer("docs-examples/admin.apps.config.lookup.success.json");
        let again: AdminAppsConfigLookupAnswer = serde_json::from_value(crate::wire::success(&first)).unwrap();
        assert_eq!(again, first);
        let [strict, loose] = &first.configs[..] else {
            panic!("{first:?}")
        };
        assert_eq!(strict.workflow_auth_strategy, "end_user_only");
        assert_eq!(strict.domain_restrictions.emails, ["my-corp.com", "yourcorp.com"]);
        assert_eq!(loose.rich_link_preview_type, "no_preview");
        assert_eq!(loose.domain_restrictions, AdminDomainRestrictions::default());
    }

    #[test]
    fn what_is_left_out_is_not_sent() {
        let set = AdminAppsConfigSet {
            app_id: "A123".parse().unwrap(),
            workflow_auth_strategy: None,
            rich_link_preview_type: None,
            domain_restrictions: Some(AdminDomainRestrictions {
                urls: vec!["mycorp.company.com".to_owned()],
                emails: Vec::new(),
            }),
        };
        assert_eq!(
            json!(set),
            json!({ "app_id": "A123", "domain_restrictions": { "urls": ["mycorp.company.com"], "emails": [] } })
        );
        assert_eq!(json!(AdminAppsConfigLookup::default()), json!({}));
    }
}
