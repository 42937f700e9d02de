//! What stands around one request: who else asks, what was decided elsewhere, and what could do instead.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    EnterpriseId, Scope, TeamId, Timestamp,
    approval::Previous,
    view::approvals::{AlsoAsked, Alternative, ResolutionView},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, LikeExpr},
};

use super::documents::{self, Around};
use crate::{
    Store, StoreError,
    approvals::StoredAppRequest,
    approvals::state,
    entity::{app_requests as requests, app_resolutions as resolutions},
    queries::matching::escaped,
    words::{self, from_json},
};

/// Others named beside a request.
const NAMED: u64 = 50;
/// Approved apps looked at for one that could do.
const LOOKED_AT: u64 = 500;
/// Apps named that could do.
const ALTERNATIVES: usize = 5;

/// What stands around one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AroundRequest {
    /// Others who asked for the same app and were not answered, newest first; 50 at most.
    pub also_asked: Vec<AlsoAsked>,
    /// What Slack's lists show about the app in other places of the organization; 50 at most.
    pub elsewhere: Vec<ResolutionView>,
    /// What Slack's lists show where it is asked for, and in the whole organization.
    pub here: Vec<ResolutionView>,
    /// Approved apps that hold every scope that is asked for.
    pub alternatives: Vec<Alternative>,
    /// When the approval that this request led to ends.
    pub ends_at: Option<Timestamp>,
}

impl AroundRequest {
    /// The scopes that are approved where the app is asked for; `None` where Slack's lists show nothing of it there.
    pub fn approved(&self) -> Option<BTreeSet<Scope>> {
        let approved: Vec<_> = self
            .here
            .iter()
            .filter(|one| one.status == Previous::Approved)
            .collect();
        let scopes = approved.iter().flat_map(|one| one.scopes.iter().cloned()).collect();
        (!approved.is_empty()).then_some(scopes)
    }
}

/// A resolution's status as a word of the table.
pub(crate) fn status(text: &str) -> Previous {
    match text {
        "approved" => Previous::Approved,
        "restricted" => Previous::Restricted,
        _ => Previous::Other,
    }
}

fn resolution(row: resolutions::Model, teams: &BTreeMap<String, String>) -> Result<ResolutionView, StoreError> {
    const TABLE: &str = "app_resolutions";
    let id = row.id;
    Ok(ResolutionView {
        app: words::parse(&row.app_id, TABLE, "app_id", id)?,
        app_name: row.app_name,
        enterprise: words::parse(&row.enterprise, TABLE, "enterprise", id)?,
        team: documents::team(&row.team, TABLE, id)?,
        team_name: teams.get(&row.team).cloned(),
        status: status(&row.status),
        scopes: from_json(&row.scopes, TABLE, "scopes", id)?,
        date_updated: Timestamp::from_micros(row.date_updated),
        resolved_by: row.resolved_by,
        request: row.request,
        ends_at: row.ends_at.map(Timestamp::from_micros),
        seen_at: Timestamp::from_micros(row.seen_at),
    })
}

async fn also_asked(db: &impl ConnectionTrait, of: &StoredAppRequest) -> Result<Vec<AlsoAsked>, StoreError> {
    let rows = requests::Entity::find()
        .filter(super::same_app(of.enterprise.as_str(), of.request.app.id.as_str()))
        .filter(requests::Column::State.is_in(["new", "open", "deciding"]))
        .filter(requests::Column::Id.ne(of.id))
        .order_by_desc(requests::Column::Id)
        .limit(NAMED)
        .all(db)
        .await?;
    let around = Around::of(db, &rows).await?;
    let others = rows.iter().map(|row| {
        let request = super::asked(row)?;
        Ok(AlsoAsked {
            id: row.id,
            requester_name: around.requester(row),
            requester: request.requester.id,
            team_name: around.team(&row.team),
            team: request.team,
            message: request.message,
            asked_at: request.asked_at,
            state: state(&row.state, row.id)?,
        })
    });
    others.collect()
}

/// What Slack's lists show of an app: (where it is asked for or everywhere, in other places).
async fn standing(
    db: &impl ConnectionTrait,
    of: &StoredAppRequest,
) -> Result<(Vec<ResolutionView>, Vec<ResolutionView>), StoreError> {
    use resolutions::Column;
    let team = of.request.team.as_ref().map_or("", TeamId::as_str);
    let of_app = Condition::all()
        .add(Column::Enterprise.eq(of.enterprise.as_str()))
        .add(Column::AppId.eq(of.request.app.id.as_str()))
        .add(Column::EndedAt.is_null());
    let here = resolutions::Entity::find()
        .filter(of_app.clone())
        .filter(Column::Team.is_in(["", team]))
        .all(db)
        .await?;
    let others = resolutions::Entity::find()
        .filter(of_app)
        .filter(Column::Team.ne(team))
        .order_by_asc(Column::Team)
        .limit(NAMED)
        .all(db)
        .await?;
    let teams: BTreeSet<&str> = here.iter().chain(&others).map(|row| row.team.as_str()).collect();
    let teams = documents::team_names(db, &teams).await?;
    let read = |rows: Vec<resolutions::Model>| -> Result<Vec<_>, StoreError> {
        rows.into_iter().map(|row| resolution(row, &teams)).collect()
    };
    Ok((read(here)?, read(others)?))
}

/// Apps that are approved where this one is asked for, or everywhere, and hold every scope that it asks for.
async fn alternatives(db: &impl ConnectionTrait, of: &StoredAppRequest) -> Result<Vec<Alternative>, StoreError> {
    use resolutions::Column;
    let asked: BTreeSet<&Scope> = of.request.scopes.iter().map(|asked| &asked.name).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let team = of.request.team.as_ref().map_or("", TeamId::as_str);
    let mut approved = resolutions::Entity::find()
        .filter(Column::Enterprise.eq(of.enterprise.as_str()))
        .filter(Column::Team.is_in(["", team]))
        .filter(Column::Status.eq("approved"))
        .filter(Column::EndedAt.is_null())
        .filter(Column::AppId.ne(of.request.app.id.as_str()));
    for scope in &asked {
        // A list of texts as JSON: quotes keep `users:read` apart from `users:read.email`.
        let quoted = format!("%\"{}\"%", escaped(scope.as_str()));
        approved = approved.filter(Expr::col(Column::Scopes).like(LikeExpr::new(quoted).escape('!')));
    }
    let rows = approved.order_by_asc(Column::Id).limit(LOOKED_AT).all(db).await?;
    let named: BTreeSet<&str> = rows.iter().map(|row| row.team.as_str()).collect();
    let teams = documents::team_names(db, &named).await?;
    let mut found: BTreeMap<String, Alternative> = BTreeMap::new();
    for row in rows {
        let held = resolution(row, &teams)?;
        let beyond = held.scopes.iter().filter(|scope| !asked.contains(scope)).count();
        let place = place(&held);
        let one = found.entry(held.app.to_string()).or_insert_with(|| Alternative {
            app: held.app.clone(),
            app_name: held.app_name.clone(),
            places: Vec::new(),
            beyond,
        });
        one.places.push(place);
        one.beyond = one.beyond.min(beyond);
    }
    let mut found: Vec<Alternative> = found.into_values().collect();
    found.sort_by(|a, b| (a.beyond, &a.app_name).cmp(&(b.beyond, &b.app_name)));
    found.truncate(ALTERNATIVES);
    Ok(found)
}

fn place(held: &ResolutionView) -> String {
    match (&held.team_name, &held.team) {
        (Some(name), _) => name.clone(),
        (None, Some(team)) => team.to_string(),
        (None, None) => "the whole organization".to_owned(),
    }
}

async fn ends_at(
    db: &impl ConnectionTrait,
    enterprise: &EnterpriseId,
    of: &StoredAppRequest,
) -> Result<Option<Timestamp>, StoreError> {
    use resolutions::Column;
    let row = resolutions::Entity::find()
        .filter(Column::Enterprise.eq(enterprise.as_str()))
        .filter(Column::AppId.eq(of.request.app.id.as_str()))
        .filter(Column::EndedAt.is_null())
        .filter(Column::Request.eq(of.id))
        .filter(Column::EndsAt.is_not_null())
        .one(db)
        .await?;
    Ok(row.and_then(|row| row.ends_at).map(Timestamp::from_micros))
}

impl Store {
    /// What stands around a request.
    pub async fn around_app_request(&self, of: &StoredAppRequest) -> Result<AroundRequest, StoreError> {
        let db = self.db();
        let (here, elsewhere) = standing(db, of).await?;
        Ok(AroundRequest {
            also_asked: also_asked(db, of).await?,
            elsewhere,
            here,
            alternatives: alternatives(db, of).await?,
            ends_at: ends_at(db, &of.enterprise, of).await?,
        })
    }
}
