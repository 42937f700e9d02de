//! `admin.apps.activities.list`: what apps logged, for administrators.

use grantbook_core::{AppId, TeamId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Method, Page, Paged, ResponseMetadata};
use crate::wire::null_as_default;

/// Which entries; everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AdminAppsActivitiesList {
    /// Of this app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<AppId>,
    /// Of this workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// Where the page begins; none for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Entries per page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `trace`, `debug`, `info`, `warn`, `error` or `fatal`; Slack's own choice is `info`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_log_level: Option<String>,
    /// As in `function_execution_started`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_event_type: Option<String>,
    /// `slack` or `developer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `events_api`, `workflows`, `functions` or `tables`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component_type: Option<String>,
    /// `Fn…` or `Wf…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component_id: Option<String>,
    /// What belongs together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// Not before this moment, in microseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_date_created: Option<i64>,
    /// Not after this moment, in microseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_date_created: Option<i64>,
    /// `asc` or `desc`; Slack's own choice is the newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_direction: Option<String>,
}

/// One page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AdminAppsActivitiesListAnswer {
    /// The entries.
    pub activities: Vec<AdminActivity>,
    /// Where the next page begins.
    #[serde(default, deserialize_with = "null_as_default")]
    pub response_metadata: ResponseMetadata,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdminActivity {
    /// The app.
    pub app_id: AppId,
    /// How grave.
    #[serde(default, deserialize_with = "null_as_default")]
    pub level: String,
    /// What happened.
    #[serde(default, deserialize_with = "null_as_default")]
    pub event_type: String,
    /// Who wrote it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub source: String,
    /// What it is about.
    #[serde(default, deserialize_with = "null_as_default")]
    pub component_type: String,
    /// Which one of them.
    #[serde(default, deserialize_with = "null_as_default")]
    pub component_id: String,
    /// More about it; differs from one event type to the next. Not for logs.
    #[serde(default)]
    pub payload: Value,
    /// When, in microseconds since the epoch.
    pub created: i64,
    /// What belongs together.
    #[serde(default, deserialize_with = "null_as_default")]
    pub trace_id: String,
}

impl Method for AdminAppsActivitiesList {
    const NAME: &'static str = "admin.apps.activities.list";
    const IDEMPOTENT: bool = true;
    type Answer = AdminAppsActivitiesListAnswer;
}

impl Paged for AdminAppsActivitiesList {
    type Item = AdminActivity;

    fn with_cursor(&self, cursor: String) -> Self {
        Self {
            cursor: Some(cursor),
            ..self.clone()
        }
    }

    fn page(answer: Self::Answer) -> Page<AdminActivity> {
        Page {
            items: answer.activities,
            next_cursor: answer.response_metadata.next_cursor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn a_real_page_is_read_and_written() {
        let first: AdminAppsActivitiesListAnswer = answer("docs-examples/admin.apps.activities.list.success.json");
        let again: AdminAppsActivitiesListAnswer = serde_json::from_value(crate::wire::success(&first)).unwrap();
        assert_eq!(again, first);
        let page = AdminAppsActivitiesList::page(first);
        assert_eq!(page.next_cursor, None);
        assert_eq!(page.items[0].created, 1_650_463_798_824_317);
        assert_eq!(page.items[0].payload["function_name"], "Reverse");
    }

    #[test]
    fn arguments_travel_as_a_form() {
        let list = AdminAppsActivitiesList {
            app_id: Some("A123456789".parse().unwrap()),
            min_date_created: Some(1_650_463_798_824_317),
            ..AdminAppsActivitiesList::default()
        };
        let text = serde_urlencoded::to_string(list.with_cursor("c".to_owned())).unwrap();
        assert_eq!(text, "app_id=A123456789&cursor=c&min_date_created=1650463798824317");
    }
}
