//! Requests as documents, with the names of whom and where and how many wait for the same app.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use grantbook_core::{
    TeamId, Timestamp,
    approval::{RiskLevel, RuleRef},
    view::approvals::AppRequestView,
};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde::Deserialize;

use crate::{
    StoreError,
    approvals::state,
    entity::{app_demand, app_requests::Model, tenants},
    names::{self, Known},
    words::{self, from_json},
};

const TABLE: &str = "app_requests";

/// How many requests for an app of an organization wait.
pub(super) type Demand = HashMap<(String, String), i64>;

/// Names around one page.
#[derive(Debug, Default)]
pub(super) struct Around {
    teams: BTreeMap<String, String>,
    people: Known,
}

/// As much of a verdict as the queue shows.
#[derive(Deserialize)]
struct Head {
    decided_by: Option<RuleRef>,
}

/// Rows as documents.
pub(super) async fn views(db: &impl ConnectionTrait, rows: &[Model]) -> Result<Vec<AppRequestView>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let around = Around::of(db, rows).await?;
    let demand = demand(db, rows).await?;
    rows.iter().map(|row| view(&around, &demand, row)).collect()
}

/// How many requests wait for each app of these rows.
pub(super) async fn demand(db: &impl ConnectionTrait, rows: &[Model]) -> Result<Demand, StoreError> {
    let mut apps: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        apps.entry(&row.enterprise).or_default().insert(&row.app_id);
    }
    let mut found = Demand::new();
    for (enterprise, apps) in apps {
        let of_apps = app_demand::Entity::find()
            .filter(app_demand::Column::Enterprise.eq(enterprise))
            .filter(app_demand::Column::AppId.is_in(apps))
            .all(db)
            .await?;
        found.extend(of_apps.into_iter().map(|row| ((row.enterprise, row.app_id), row.open)));
    }
    Ok(found)
}

impl Around {
    /// The names that rows speak of.
    pub(super) async fn of(db: &impl ConnectionTrait, rows: &[Model]) -> Result<Self, StoreError> {
        let teams = rows.iter().map(|row| row.team.as_str()).collect();
        let mut people: HashMap<String, BTreeSet<String>> = HashMap::new();
        for row in rows.iter().filter(|row| row.requester_name.is_empty()) {
            for tenant in [&row.team, &row.enterprise].into_iter().filter(|id| !id.is_empty()) {
                people.entry(tenant.clone()).or_default().insert(row.requester.clone());
            }
        }
        Ok(Self {
            teams: team_names(db, &teams).await?,
            people: names::lookup(db, &people).await?,
        })
    }

    /// The name of a workspace.
    pub(super) fn team(&self, id: &str) -> Option<String> {
        self.teams.get(id).cloned()
    }

    /// The name of who asks.
    pub(super) fn requester(&self, row: &Model) -> Option<String> {
        let told = Some(row.requester_name.clone()).filter(|name| !name.is_empty());
        let known = |tenant: &String| self.people.get(tenant)?.get(&row.requester).cloned();
        told.or_else(|| known(&row.team)).or_else(|| known(&row.enterprise))
    }
}

/// Names of workspaces, where Slack told them.
pub(super) async fn team_names(
    db: &impl ConnectionTrait,
    ids: &BTreeSet<&str>,
) -> Result<BTreeMap<String, String>, StoreError> {
    let ids: Vec<&str> = ids.iter().copied().filter(|id| !id.is_empty()).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(String, String)> = tenants::Entity::find()
        .select_only()
        .columns([tenants::Column::Id, tenants::Column::Name])
        .filter(Condition::all().add(tenants::Column::Id.is_in(ids)))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter(|(id, name)| id != name).collect())
}

/// The workspace that a column names; none where it is blank.
pub(super) fn team(text: &str, table: &'static str, id: i64) -> Result<Option<TeamId>, StoreError> {
    let named = Some(text).filter(|text| !text.is_empty());
    named.map(|text| words::parse(text, table, "team", id)).transpose()
}

fn view(around: &Around, demand: &Demand, row: &Model) -> Result<AppRequestView, StoreError> {
    let request = super::asked(row)?;
    let verdict = row.verdict.as_deref();
    let head: Option<Head> = verdict
        .map(|text| from_json(text, TABLE, "verdict", row.id))
        .transpose()?;
    let risk = row.risk.map(i32::unsigned_abs);
    let waiting = demand.get(&(row.enterprise.clone(), row.app_id.clone()));
    Ok(AppRequestView {
        id: row.id,
        enterprise: words::parse(&row.enterprise, TABLE, "enterprise", row.id)?,
        app: request.app.id.clone(),
        app_name: row.app_name.clone(),
        developer_type: row.developer_type.clone(),
        is_marketplace: row.marketplace,
        team: team(&row.team, TABLE, row.id)?,
        team_name: around.team(&row.team),
        requester: request.requester.id.clone(),
        requester_name: around.requester(row),
        asked_at: Timestamp::from_micros(row.asked_at),
        arrived_at: Timestamp::from_micros(row.arrived_at),
        state: state(&row.state, row.id)?,
        risk,
        risk_level: risk.map(RiskLevel::of),
        scopes: usize::try_from(row.scopes_count).unwrap_or_default(),
        new_scopes: usize::try_from(row.new_scopes_count).unwrap_or_default(),
        demand: waiting.copied().unwrap_or_default().unsigned_abs(),
        previous: request.previous(),
        rule: head.and_then(|head| head.decided_by),
        decided_by: row.decided_by.clone(),
        decided_at: row.decided_at.map(Timestamp::from_micros),
        reason: row.reason.clone(),
        problem: row.problem.clone(),
        request_id: request.id,
    })
}
