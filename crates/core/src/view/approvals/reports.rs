//! Reports about decisions: how long they take, and how many the rules take.

use serde::{Deserialize, Serialize};

use crate::TeamId;

/// How long decisions took, from the request's arrival to the decision, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionTime {
    /// Half took no longer.
    pub median: u64,
    /// Nine of ten took no longer.
    pub p90: u64,
    /// The longest.
    pub longest: u64,
}

/// One month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthDecided {
    /// As in `2026-11`.
    pub month: String,
    /// Requests that arrived.
    pub arrived: u64,
    /// Approved.
    pub approved: u64,
    /// Restricted.
    pub restricted: u64,
    /// Cancelled.
    pub cancelled: u64,
    /// Of the decided, those that rules decided.
    pub by_rules: u64,
    /// Of the decided, those that people decided here.
    pub by_people: u64,
    /// Of the decided, those that were decided elsewhere.
    pub elsewhere: u64,
    /// How long people took.
    pub time: DecisionTime,
}

/// One workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkspaceDecided {
    /// The workspace; absent for requests for the whole organization.
    pub team: Option<TeamId>,
    /// Its name, where known.
    pub team_name: Option<String>,
    /// Requests that arrived.
    pub arrived: u64,
    /// Approved.
    pub approved: u64,
    /// Restricted.
    pub restricted: u64,
    /// Cancelled.
    pub cancelled: u64,
    /// Of the decided, those that rules decided.
    pub by_rules: u64,
    /// Still open.
    pub open: u64,
    /// How long people took.
    pub time: DecisionTime,
}

/// The report over a span of months.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportView {
    /// The months, oldest first.
    pub months: Vec<MonthDecided>,
    /// The workspaces, most requests first.
    pub workspaces: Vec<WorkspaceDecided>,
    /// Over the whole span.
    pub total: MonthDecided,
}
