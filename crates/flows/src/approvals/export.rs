//! App requests as lines of a table: the columns of the queue's CSV.

use grantbook_core::{approval::Previous, view::approvals::AppRequestView};

/// Columns.
const COLUMNS: usize = 26;

/// What each column holds.
pub const HEADER: [&str; COLUMNS] = [
    "id",
    "request",
    "state",
    "organization",
    "app",
    "app_name",
    "developer_type",
    "marketplace",
    "workspace",
    "workspace_name",
    "requester",
    "requester_name",
    "asked_at",
    "arrived_at",
    "risk",
    "risk_level",
    "scopes",
    "new_scopes",
    "waiting_for_this_app",
    "previous",
    "rule",
    "rule_name",
    "decided_by",
    "decided_at",
    "reason",
    "problem",
];

/// One request; what is not known is blank.
pub fn line(request: &AppRequestView) -> [String; COLUMNS] {
    let rule = request.rule.as_ref();
    [
        request.id.to_string(),
        request.request_id.to_string(),
        request.state.as_str().to_owned(),
        request.enterprise.to_string(),
        request.app.to_string(),
        request.app_name.clone(),
        request.developer_type.clone(),
        request.is_marketplace.to_string(),
        text(request.team.as_ref()),
        text(request.team_name.as_ref()),
        request.requester.to_string(),
        text(request.requester_name.as_ref()),
        request.asked_at.to_string(),
        request.arrived_at.to_string(),
        text(request.risk.as_ref()),
        text(
            request
                .risk_level
                .map(grantbook_core::approval::RiskLevel::as_str)
                .as_ref(),
        ),
        request.scopes.to_string(),
        request.new_scopes.to_string(),
        request.demand.to_string(),
        previous(request.previous).to_owned(),
        text(rule.map(|rule| &rule.id)),
        text(rule.map(|rule| &rule.name)),
        text(request.decided_by.as_ref()),
        text(request.decided_at.as_ref()),
        text(request.reason.as_ref()),
        text(request.problem.as_ref()),
    ]
}

fn text(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

const fn previous(status: Previous) -> &'static str {
    match status {
        Previous::Approved => "approved",
        Previous::Restricted => "restricted",
        Previous::Unresolved => "unresolved",
        Previous::Other => "other",
    }
}
