//! What apps logged, for `admin.apps.activities.list`.

use grantbook_core::{AppId, TeamId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::state::World;

/// How grave an entry is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Finest.
    Trace,
    /// For developers.
    Debug,
    /// As it should be.
    #[default]
    Info,
    /// Odd.
    Warn,
    /// Wrong.
    Error,
    /// The end of it.
    Fatal,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Activity {
    /// The app.
    pub app_id: AppId,
    /// The workspace that owns the log.
    #[serde(skip)]
    pub team: TeamId,
    /// What happened.
    #[serde(flatten)]
    pub details: ActivityDetails,
    /// When, in microseconds since the epoch.
    pub created: i64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityDetails {
    /// How grave.
    #[serde(default)]
    pub level: LogLevel,
    /// As in `function_execution_started`.
    pub event_type: String,
    /// `slack` or `developer`.
    #[serde(default = "slack")]
    pub source: String,
    /// `events_api`, `workflows`, `functions` or `tables`.
    #[serde(default = "functions")]
    pub component_type: String,
    /// `Fn…` or `Wf…`.
    #[serde(default)]
    pub component_id: String,
    /// More about it.
    #[serde(default)]
    pub payload: Value,
    /// What belongs together.
    #[serde(default)]
    pub trace_id: String,
}

fn slack() -> String {
    "slack".to_owned()
}

fn functions() -> String {
    "functions".to_owned()
}

impl World {
    /// An app logs something.
    pub(in crate::state) fn log_activity(
        &mut self,
        now: Timestamp,
        app: &AppId,
        team: &TeamId,
        details: &ActivityDetails,
    ) {
        // No two entries have the same time, so that a time can be a cursor.
        let last = self.approvals.activities.last().map_or(0, |last| last.created);
        self.approvals.activities.push(Activity {
            app_id: app.clone(),
            team: team.clone(),
            details: details.clone(),
            created: now.micros().max(last + 1),
        });
    }
}
