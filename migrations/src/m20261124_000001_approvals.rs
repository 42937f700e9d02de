//! App approvals: requests with their steps, what Slack's lists show, where apps are installed, alarms, and the
//! versions of the rules.
//!
//! One text serves both databases, see [`crate::spelling`]. Times are microseconds since the epoch. `team` is blank
//! where the whole organization is meant. As in the credentials' table, `installation` refers to a row of
//! `installations` without a constraint.

use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::spelling::execute;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261124_000001_approvals"
    }
}

#[expect(
    elided_lifetimes_in_paths,
    reason = "async_trait tells the two spellings apart, and the trait elides"
)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, &[REQUESTS, LISTS, RULES, PEOPLE]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        execute(manager, &[BACK]).await
    }
}

const REQUESTS: &[&str] = &[
    // `document` is the request as it was asked, `risk_document` what speaks against it, `verdict` why the rules
    // said what they said, `decision` what was decided: JSON. `decisions` counts decisions, and names each in the
    // outbox. `pending_at` is when Slack's list of pending requests showed it last, `seen_at` when its list of
    // resolutions showed the decision. `words` is what a search looks through, in small letters. Lists are sorted by
    // `risk_order` (riskiest first, then what nobody has judged) and `decided_order` (0 where not decided).
    "CREATE TABLE app_requests (
        id {row},
        installation BIGINT NOT NULL,
        enterprise TEXT NOT NULL,
        slack_id TEXT NOT NULL,
        app_id TEXT NOT NULL,
        app_name TEXT NOT NULL,
        developer_type TEXT NOT NULL,
        marketplace BOOLEAN NOT NULL,
        team TEXT NOT NULL,
        requester TEXT NOT NULL,
        requester_name TEXT NOT NULL,
        words TEXT NOT NULL,
        asked_at BIGINT NOT NULL,
        arrived_at BIGINT NOT NULL,
        way TEXT NOT NULL,
        state TEXT NOT NULL,
        document TEXT NOT NULL,
        scopes_count INTEGER NOT NULL,
        new_scopes_count INTEGER NOT NULL,
        risk INTEGER,
        risk_document TEXT,
        rule TEXT,
        rules_version BIGINT,
        verdict TEXT,
        decision TEXT,
        decisions INTEGER NOT NULL,
        decided_by TEXT,
        decided_at BIGINT,
        reason TEXT,
        settled_at BIGINT,
        pending_at BIGINT,
        seen_at BIGINT,
        problem TEXT,
        channel TEXT,
        message_ts TEXT,
        remind_at BIGINT,
        escalate_at BIGINT,
        expire_at BIGINT,
        risk_order INTEGER GENERATED ALWAYS AS (0 - COALESCE(risk, -1)) STORED,
        decided_order BIGINT GENERATED ALWAYS AS (COALESCE(decided_at, 0)) STORED)",
    "CREATE UNIQUE INDEX app_requests_slack ON app_requests (enterprise, slack_id)",
    "CREATE INDEX app_requests_state ON app_requests (state, id)",
    "CREATE INDEX app_requests_asked ON app_requests (state, asked_at, id)",
    "CREATE INDEX app_requests_risk ON app_requests (state, risk_order, asked_at, id)",
    "CREATE INDEX app_requests_decided ON app_requests (state, decided_order, id)",
    "CREATE INDEX app_requests_rule ON app_requests (rule, id) WHERE rule IS NOT NULL",
    "CREATE INDEX app_requests_app ON app_requests (app_id, enterprise, state, id)",
    "CREATE INDEX app_requests_team ON app_requests (team, id)",
    "CREATE INDEX app_requests_requester ON app_requests (requester, id)",
    "CREATE INDEX app_requests_arrived ON app_requests (arrived_at)",
    "CREATE INDEX app_requests_decided_at ON app_requests (decided_at)",
    "CREATE INDEX app_requests_remind ON app_requests (remind_at) WHERE remind_at IS NOT NULL",
    "CREATE INDEX app_requests_escalate ON app_requests (escalate_at) WHERE escalate_at IS NOT NULL",
    "CREATE INDEX app_requests_expire ON app_requests (expire_at) WHERE expire_at IS NOT NULL",
    // What happened, as JSON, in the order in which it was written down.
    "CREATE TABLE app_request_steps (
        id {row},
        request BIGINT NOT NULL,
        at BIGINT NOT NULL,
        kind TEXT NOT NULL,
        document TEXT NOT NULL)",
    "CREATE INDEX app_request_steps_request ON app_request_steps (request, id)",
    // How many requests for an app wait for a person.
    "CREATE TABLE app_demand (
        enterprise TEXT NOT NULL,
        app_id TEXT NOT NULL,
        open BIGINT NOT NULL,
        PRIMARY KEY (enterprise, app_id)){clustered}",
    "CREATE INDEX app_demand_open ON app_demand (open, enterprise, app_id)",
];

const LISTS: &[&str] = &[
    // How the reading of an organization's lists goes, and who does it.
    "CREATE TABLE approval_sources (
        installation BIGINT NOT NULL PRIMARY KEY,
        enterprise TEXT NOT NULL,
        holder TEXT,
        read_at BIGINT,
        next_at BIGINT,
        problem TEXT,
        lease_owner TEXT,
        lease_until BIGINT)",
    // `scopes` is a JSON list. `ended_at` is when Slack's lists showed it no more. `ends_at` and `ends_how`
    // (`clear` or `restrict`) are of a time-boxed approval, `noticed_at` is when people were told of its end.
    "CREATE TABLE app_resolutions (
        id {row},
        enterprise TEXT NOT NULL,
        team TEXT NOT NULL,
        app_id TEXT NOT NULL,
        app_name TEXT NOT NULL,
        status TEXT NOT NULL,
        scopes TEXT NOT NULL,
        date_updated BIGINT NOT NULL,
        resolved_by TEXT,
        resolver_type TEXT,
        seen_at BIGINT NOT NULL,
        request BIGINT,
        ends_at BIGINT,
        ends_how TEXT,
        noticed_at BIGINT,
        ended_at BIGINT)",
    "CREATE UNIQUE INDEX app_resolutions_standing ON app_resolutions (enterprise, app_id, team) WHERE ended_at IS NULL",
    "CREATE INDEX app_resolutions_place ON app_resolutions (enterprise, team, status)",
    "CREATE INDEX app_resolutions_ends ON app_resolutions (ends_at) WHERE ends_at IS NOT NULL AND ended_at IS NULL",
    // What was decided here last about an app in one place, `unresolved` where its resolution was taken away: what
    // Slack's lists are held against.
    "CREATE TABLE own_resolutions (
        enterprise TEXT NOT NULL,
        app_id TEXT NOT NULL,
        team TEXT NOT NULL,
        status TEXT NOT NULL,
        said_by TEXT NOT NULL,
        said_at BIGINT NOT NULL,
        PRIMARY KEY (enterprise, app_id, team)){clustered}",
    "CREATE INDEX own_resolutions_place ON own_resolutions (enterprise, team, said_at)",
    // What was decided about apps without a request is looked up by its kind.
    "CREATE INDEX outbox_app_resolve ON outbox (kind, id) WHERE kind = 'app_resolve'",
    // Every app of which anything is known in an organization. `sort_name` is the name in small letters.
    "CREATE TABLE org_apps (
        enterprise TEXT NOT NULL,
        app_id TEXT NOT NULL,
        app_name TEXT NOT NULL,
        sort_name TEXT NOT NULL,
        PRIMARY KEY (enterprise, app_id)){clustered}",
    "CREATE INDEX org_apps_name ON org_apps (sort_name, app_id, enterprise)",
    // Where apps of the organization are installed, as `app_installed` and its like tell.
    "CREATE TABLE org_app_installs (
        enterprise TEXT NOT NULL,
        app_id TEXT NOT NULL,
        team TEXT NOT NULL,
        app_name TEXT NOT NULL,
        installer TEXT,
        installed_at BIGINT,
        uninstalled_at BIGINT,
        PRIMARY KEY (enterprise, app_id, team)){clustered}",
    // `what` is the alarm itself, as text: of two that are equal only one is open.
    "CREATE TABLE app_alarms (
        id {row},
        enterprise TEXT NOT NULL,
        what TEXT NOT NULL,
        kind TEXT NOT NULL,
        app_id TEXT,
        app_name TEXT,
        team TEXT NOT NULL,
        sentence TEXT NOT NULL,
        found_at BIGINT NOT NULL,
        closed_at BIGINT)",
    "CREATE UNIQUE INDEX app_alarms_open ON app_alarms (enterprise, what) WHERE closed_at IS NULL",
    "CREATE INDEX app_alarms_app ON app_alarms (enterprise, app_id)",
];

const RULES: &[&str] = &[
    // `rules` is JSON. Only one version is in force, only one in shadow.
    "CREATE TABLE rule_versions (
        version {row},
        state TEXT NOT NULL,
        base BIGINT,
        rules TEXT NOT NULL,
        note TEXT NOT NULL,
        made_by TEXT NOT NULL,
        made_at BIGINT NOT NULL,
        proposed_by TEXT,
        agreed_by TEXT,
        in_force_at BIGINT,
        retired_at BIGINT,
        shadow_since BIGINT)",
    "CREATE UNIQUE INDEX rule_versions_in_force ON rule_versions (state) WHERE state = 'in_force'",
    // What the version in shadow would have decided, beside the one in force.
    "CREATE TABLE shadow_verdicts (
        request BIGINT NOT NULL,
        version BIGINT NOT NULL,
        at BIGINT NOT NULL,
        agrees BOOLEAN NOT NULL,
        PRIMARY KEY (version, request)){clustered}",
    "CREATE INDEX shadow_verdicts_agrees ON shadow_verdicts (version, agrees, request)",
];

const PEOPLE: &[&str] = &[
    // Who somebody is in Slack, so that a button there knows their role.
    "ALTER TABLE users ADD COLUMN slack_user TEXT",
    "CREATE UNIQUE INDEX users_slack_user ON users (slack_user) WHERE slack_user IS NOT NULL",
];

const BACK: &[&str] = &[
    "DROP INDEX users_slack_user",
    "ALTER TABLE users DROP COLUMN slack_user",
    "DROP TABLE shadow_verdicts",
    "DROP TABLE rule_versions",
    "DROP TABLE app_alarms",
    "DROP TABLE org_app_installs",
    "DROP TABLE org_apps",
    "DROP INDEX outbox_app_resolve",
    "DROP TABLE own_resolutions",
    "DROP TABLE app_resolutions",
    "DROP TABLE approval_sources",
    "DROP TABLE app_demand",
    "DROP TABLE app_request_steps",
    "DROP TABLE app_requests",
];
