//! What is known about the apps of an organization, as the alarms need it.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    AppId, EnterpriseId, Scope,
    approval::{
        AppRequest, Previous,
        alarms::{Facts, Own, Place, Standing, Waiting},
        life::State,
    },
    grants::Status,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Query},
};

use super::About;
use crate::{
    StoreError,
    approvals::resolutions::{status, team},
    effects::RESOLVE,
    entity::{
        app_requests, app_resolutions, apps, installation_scopes, installations, org_app_installs, outbox,
        own_resolutions, tenants,
    },
    words::{from_json, parse},
};

type All = BTreeMap<AppId, Facts>;

/// Which apps of which organization.
struct Asked<'a> {
    enterprise: &'a EnterpriseId,
    apps: &'a About<'a>,
}

fn of<'a>(all: &'a mut All, app: &str, name: Option<&str>) -> Result<&'a mut Facts, StoreError> {
    let id: AppId = parse(app, "app_alarms", "app_id", app)?;
    let facts = all.entry(id).or_default();
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        name.clone_into(&mut facts.app_name);
    }
    Ok(facts)
}

async fn standing(db: &impl ConnectionTrait, about: &Asked<'_>, all: &mut All) -> Result<(), StoreError> {
    use app_resolutions::{Column, Entity};
    let find = Entity::find()
        .filter(Column::Enterprise.eq(about.enterprise.to_string()))
        .filter(Column::EndedAt.is_null());
    for row in about.apps.only(find, Column::AppId).all(db).await? {
        let standing = Standing {
            status: status(&row.status),
            scopes: from_json(&row.scopes, "app_resolutions", "scopes", row.id)?,
        };
        let place = team(&row.team, "app_resolutions", row.id)?;
        of(all, &row.app_id, Some(&row.app_name))?
            .standing
            .insert(place, standing);
    }
    Ok(())
}

async fn own(db: &impl ConnectionTrait, about: &Asked<'_>, all: &mut All) -> Result<(), StoreError> {
    use own_resolutions::{Column, Entity};
    let find = Entity::find().filter(Column::Enterprise.eq(about.enterprise.to_string()));
    for row in about.apps.only(find, Column::AppId).all(db).await? {
        let place = team(&row.team, "own_resolutions", &row.app_id)?;
        let own = Own {
            status: status(&row.status),
            by: row.said_by,
            at: grantbook_core::Timestamp::from_micros(row.said_at),
        };
        of(all, &row.app_id, None)?.own.insert(place, own);
    }
    Ok(())
}

/// Installs that events told of: the scopes are not known.
async fn told_installs(db: &impl ConnectionTrait, about: &Asked<'_>, all: &mut All) -> Result<(), StoreError> {
    use org_app_installs::{Column, Entity};
    let find = Entity::find()
        .filter(Column::Enterprise.eq(about.enterprise.to_string()))
        .filter(super::super::installs::is_there());
    for row in about.apps.only(find, Column::AppId).all(db).await? {
        let place = team(&row.team, "org_app_installs", &row.app_id)?;
        let facts = of(all, &row.app_id, Some(&row.app_name))?;
        facts.installed.entry(place).or_default();
    }
    Ok(())
}

/// The console's own installations in the organization and its workspaces, with the scopes they hold.
async fn own_installs(db: &impl ConnectionTrait, about: &Asked<'_>, all: &mut All) -> Result<(), StoreError> {
    let workspaces = Query::select()
        .column(tenants::Column::Id)
        .from(tenants::Entity)
        .and_where(Expr::col(tenants::Column::Enterprise).eq(about.enterprise.as_str()))
        .take();
    let here = installations::Column::Tenant
        .eq(about.enterprise.as_str())
        .or(installations::Column::Tenant.in_subquery(workspaces));
    let registered: BTreeMap<i64, (String, String)> = about
        .apps
        .only(apps::Entity::find(), apps::Column::AppId)
        .select_only()
        .columns([apps::Column::Id, apps::Column::AppId, apps::Column::Name])
        .into_tuple::<(i64, String, String)>()
        .all(db)
        .await?
        .into_iter()
        .map(|(id, app, name)| (id, (app, name)))
        .collect();
    if registered.is_empty() {
        return Ok(());
    }
    let rows: Vec<(i64, i64, String)> = installations::Entity::find()
        .select_only()
        .columns([
            installations::Column::Id,
            installations::Column::App,
            installations::Column::Tenant,
        ])
        .filter(installations::Column::App.is_in(registered.keys().copied()))
        .filter(installations::Column::Status.eq(Status::Installed.as_str()))
        .filter(here)
        .into_tuple()
        .all(db)
        .await?;
    let mut held = scopes_of(db, rows.iter().map(|(id, ..)| *id).collect()).await?;
    for (id, app, tenant) in rows {
        let Some((app, name)) = registered.get(&app) else {
            continue;
        };
        let place: Place = tenant
            .starts_with('T')
            .then(|| parse(&tenant, "installations", "tenant", id))
            .transpose()?;
        let facts = of(all, app, None)?;
        if facts.app_name.is_empty() {
            facts.app_name.clone_from(name);
        }
        let scopes = held.remove(&id).unwrap_or_default();
        facts.installed.entry(place).or_default().extend(scopes);
    }
    Ok(())
}

async fn scopes_of(db: &impl ConnectionTrait, ids: Vec<i64>) -> Result<BTreeMap<i64, BTreeSet<Scope>>, StoreError> {
    use installation_scopes::{Column, Entity};
    let mut held: BTreeMap<i64, BTreeSet<Scope>> = BTreeMap::new();
    for chunk in ids.chunks(500) {
        let rows = Entity::find()
            .filter(Column::Installation.is_in(chunk.iter().copied()))
            .all(db)
            .await?;
        for row in rows {
            let scope = parse(&row.scope, "installation_scopes", "scope", row.installation)?;
            held.entry(row.installation).or_default().insert(scope);
        }
    }
    Ok(held)
}

/// Requests that wait, and those whose decision is on its way.
async fn requests(db: &impl ConnectionTrait, about: &Asked<'_>, all: &mut All) -> Result<(), StoreError> {
    use app_requests::{Column, Entity};
    let states = [State::New, State::Open, State::Deciding].map(State::as_str);
    let find = Entity::find()
        .filter(Column::State.is_in(states))
        .filter(Column::Enterprise.eq(about.enterprise.to_string()));
    for row in about.apps.only(find, Column::AppId).all(db).await? {
        let place = team(&row.team, "app_requests", row.id)?;
        let facts = of(all, &row.app_id, Some(&row.app_name))?;
        if row.state == State::Deciding.as_str() {
            // A decision may be for the organization, whatever was asked for.
            facts.on_the_way.extend([place, None]);
            continue;
        }
        let request: AppRequest = from_json(&row.document, "app_requests", "document", row.id)?;
        let before = request
            .previous_resolution
            .filter(|before| before.status == Previous::Approved);
        facts.waiting.push(Waiting {
            id: row.id,
            place,
            scopes: request.scopes.into_iter().map(|asked| asked.name).collect(),
            approved_before: before.map(|before| before.scopes),
        });
    }
    Ok(())
}

/// What somebody decided about an app without a request, and Slack has not acknowledged.
async fn wishes(db: &impl ConnectionTrait, about: &Asked<'_>, all: &mut All) -> Result<(), StoreError> {
    use outbox::{Column, Entity};
    let prefix = format!("{RESOLVE}:{}:", about.enterprise);
    let ids: Vec<String> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::State.is_in(["due", "sending"]))
        .filter(Column::Kind.eq(RESOLVE))
        .into_tuple()
        .all(db)
        .await?;
    for id in ids {
        let Some((app, place)) = id.strip_prefix(&prefix).and_then(|rest| rest.split_once(':')) else {
            continue;
        };
        if !about.apps.includes(&parse(app, "outbox", "id", &id)?) {
            continue;
        }
        let place = team(place, "outbox", &id)?;
        of(all, app, None)?.on_the_way.insert(place);
    }
    Ok(())
}

/// What is known about these apps of an organization.
pub(super) async fn gather(
    db: &impl ConnectionTrait,
    enterprise: &EnterpriseId,
    about: &About<'_>,
) -> Result<All, StoreError> {
    let about = Asked {
        enterprise,
        apps: about,
    };
    let mut all = All::new();
    standing(db, &about, &mut all).await?;
    own(db, &about, &mut all).await?;
    told_installs(db, &about, &mut all).await?;
    own_installs(db, &about, &mut all).await?;
    requests(db, &about, &mut all).await?;
    wishes(db, &about, &mut all).await?;
    for (app, facts) in &mut all {
        if facts.app_name.is_empty() {
            facts.app_name = app.to_string();
        }
    }
    Ok(all)
}
