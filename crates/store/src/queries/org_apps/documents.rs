//! Apps of organizations as documents: what stands around a page of them, each read with one statement.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    TeamId, Timestamp,
    view::approvals::{AlarmView, Names, OrgAppPlace, OrgAppView, ResolutionView},
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _, Select};

use crate::{
    StoreError,
    approvals::{
        installs::is_there,
        resolutions::{StoredResolution, stored},
    },
    entity::{app_alarms, app_demand, app_resolutions, apps, installations, org_app_installs, org_apps, tenants},
    queries::app_alarms as alarms,
    words::parse,
};

/// How much of an app is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// Counts.
    List,
    /// The workspaces too.
    Whole,
}

/// An app of an organization.
type Key = (String, String);

/// What is known around a page.
#[derive(Default)]
struct Around {
    names: Names,
    resolutions: BTreeMap<Key, Vec<StoredResolution>>,
    /// Workspaces with the moment of the install; blank for the organization.
    installs: BTreeMap<Key, BTreeMap<String, Option<i64>>>,
    open: BTreeMap<Key, u64>,
    alarms: BTreeMap<Key, Vec<AlarmView>>,
}

/// Which apps, of which organizations.
struct Wanted {
    enterprises: BTreeSet<String>,
    apps: BTreeSet<String>,
}

impl Wanted {
    fn of<E: sea_orm::EntityTrait>(&self, enterprise: E::Column, app: E::Column) -> Select<E> {
        E::find()
            .filter(enterprise.is_in(self.enterprises.iter().cloned()))
            .filter(app.is_in(self.apps.iter().cloned()))
    }
}

/// Names of these organizations' workspaces by their ids.
pub(crate) async fn names(db: &impl ConnectionTrait, enterprises: &BTreeSet<String>) -> Result<Names, StoreError> {
    let rows: Vec<(String, String)> = tenants::Entity::find()
        .select_only()
        .columns([tenants::Column::Id, tenants::Column::Name])
        .filter(tenants::Column::Enterprise.is_in(enterprises.iter().cloned()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter(|(_, name)| !name.is_empty()).collect())
}

async fn own_installs(db: &impl ConnectionTrait, wanted: &Wanted, around: &mut Around) -> Result<(), StoreError> {
    let registered: BTreeMap<i64, String> = apps::Entity::find()
        .select_only()
        .columns([apps::Column::Id, apps::Column::AppId])
        .filter(apps::Column::AppId.is_in(wanted.apps.iter().cloned()))
        .into_tuple::<(i64, String)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    if registered.is_empty() {
        return Ok(());
    }
    let homes: BTreeMap<String, String> = tenants::Entity::find()
        .select_only()
        .columns([tenants::Column::Id, tenants::Column::Enterprise])
        .filter(tenants::Column::Enterprise.is_in(wanted.enterprises.iter().cloned()))
        .into_tuple::<(String, String)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let rows: Vec<(i64, String, Option<i64>)> = installations::Entity::find()
        .select_only()
        .columns([
            installations::Column::App,
            installations::Column::Tenant,
            installations::Column::InstalledAt,
        ])
        .filter(installations::Column::App.is_in(registered.keys().copied()))
        .filter(installations::Column::Status.eq("installed"))
        .into_tuple()
        .all(db)
        .await?;
    for (app, tenant, at) in rows {
        let Some(app) = registered.get(&app) else { continue };
        let (enterprise, team) = match homes.get(&tenant) {
            Some(enterprise) => (enterprise.clone(), tenant),
            None if wanted.enterprises.contains(&tenant) => (tenant, String::new()),
            None => continue,
        };
        let here = around.installs.entry((enterprise, app.clone())).or_default();
        let known = here.entry(team).or_default();
        *known = known.or(at);
    }
    Ok(())
}

async fn look(db: &impl ConnectionTrait, wanted: &Wanted) -> Result<Around, StoreError> {
    let mut around = Around {
        names: names(db, &wanted.enterprises).await?,
        ..Around::default()
    };
    use app_resolutions::Column as Resolved;
    let resolutions = wanted
        .of::<app_resolutions::Entity>(Resolved::Enterprise, Resolved::AppId)
        .filter(Resolved::EndedAt.is_null());
    for row in resolutions.all(db).await? {
        let key = (row.enterprise.clone(), row.app_id.clone());
        around.resolutions.entry(key).or_default().push(stored(row)?);
    }
    use org_app_installs::Column as Installed;
    let installs = wanted
        .of::<org_app_installs::Entity>(Installed::Enterprise, Installed::AppId)
        .filter(is_there());
    for row in installs.all(db).await? {
        let here = around.installs.entry((row.enterprise, row.app_id)).or_default();
        here.insert(row.team, row.installed_at);
    }
    own_installs(db, wanted, &mut around).await?;
    use app_demand::Column as Demand;
    for row in wanted
        .of::<app_demand::Entity>(Demand::Enterprise, Demand::AppId)
        .all(db)
        .await?
    {
        around
            .open
            .insert((row.enterprise, row.app_id), row.open.unsigned_abs());
    }
    use app_alarms::Column as Alarm;
    let open = wanted
        .of::<app_alarms::Entity>(Alarm::Enterprise, Alarm::AppId)
        .filter(Alarm::ClosedAt.is_null());
    for row in open.all(db).await? {
        let key = (row.enterprise.clone(), row.app_id.clone().unwrap_or_default());
        let view = alarms::view(row, &around.names)?;
        around.alarms.entry(key).or_default().push(view);
    }
    Ok(around)
}

/// A resolution as a document.
pub(crate) fn resolution(stored: StoredResolution, names: &Names) -> ResolutionView {
    let name = stored.team.as_ref().and_then(|team| names.get(team.as_str()));
    ResolutionView {
        app: stored.listed.app,
        app_name: stored.listed.app_name,
        enterprise: stored.enterprise,
        team_name: name.cloned(),
        team: stored.team,
        status: stored.listed.status,
        scopes: stored.listed.scopes.into_iter().collect(),
        date_updated: stored.listed.date_updated,
        resolved_by: stored.listed.resolved_by.map(|by| by.actor_id),
        request: stored.request,
        ends_at: stored.ends_at,
        seen_at: stored.seen_at,
    }
}

/// The workspaces of an app, by name.
fn places(
    resolutions: Vec<StoredResolution>,
    mut installs: BTreeMap<String, Option<i64>>,
    names: &Names,
) -> Result<Vec<OrgAppPlace>, StoreError> {
    let mut places = Vec::new();
    let moment = |at: Option<i64>| at.map(Timestamp::from_micros);
    let name = |team: &TeamId| names.get(team.as_str()).cloned();
    for stored in resolutions {
        let Some(team) = stored.team.clone() else { continue };
        let installed = installs.remove(team.as_str());
        places.push(OrgAppPlace {
            team_name: name(&team),
            team,
            resolution: Some(resolution(stored, names)),
            // An install whose moment nobody told counts from the beginning of time.
            installed_at: installed.map(|at| moment(at).unwrap_or_default()),
        });
    }
    for (team, at) in installs {
        if team.is_empty() {
            continue;
        }
        let team: TeamId = parse(&team, "org_app_installs", "team", &team)?;
        places.push(OrgAppPlace {
            team_name: name(&team),
            team,
            resolution: None,
            installed_at: Some(moment(at).unwrap_or_default()),
        });
    }
    let known: BTreeSet<TeamId> = places.iter().map(|place| place.team.clone()).collect();
    // One app is of one organization, and so are the names.
    let others = names
        .iter()
        .filter_map(|(id, name)| Some((id.parse::<TeamId>().ok()?, name)));
    places.extend(
        others
            .filter(|(team, _)| !known.contains(team))
            .map(|(team, name)| OrgAppPlace {
                team,
                team_name: Some(name.clone()),
                resolution: None,
                installed_at: None,
            }),
    );
    places.sort_by_cached_key(|place| {
        (
            place.team_name.clone().unwrap_or_default().to_lowercase(),
            place.team.clone(),
        )
    });
    Ok(places)
}

/// Apps with what stands around them, in the order of the rows.
pub(super) async fn documents(
    db: &impl ConnectionTrait,
    rows: Vec<org_apps::Model>,
    detail: Detail,
) -> Result<Vec<OrgAppView>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Wanted {
        enterprises: rows.iter().map(|row| row.enterprise.clone()).collect(),
        apps: rows.iter().map(|row| row.app_id.clone()).collect(),
    };
    let mut around = look(db, &wanted).await?;
    rows.into_iter().map(|row| document(row, &mut around, detail)).collect()
}

fn document(row: org_apps::Model, around: &mut Around, detail: Detail) -> Result<OrgAppView, StoreError> {
    use grantbook_core::approval::Previous;
    let key = (row.enterprise, row.app_id);
    let resolutions = around.resolutions.remove(&key).unwrap_or_default();
    let installs = around.installs.remove(&key).unwrap_or_default();
    let count = |status: Previous| {
        let here = resolutions
            .iter()
            .filter(|one| one.team.is_some() && one.listed.status == status);
        here.count() as u64
    };
    let org = resolutions.iter().find(|one| one.team.is_none()).cloned();
    Ok(OrgAppView {
        app: parse(&key.1, "org_apps", "app_id", &key.1)?,
        app_name: row.app_name,
        enterprise: parse(&key.0, "org_apps", "enterprise", &key.0)?,
        org: org.map(|org| resolution(org, &around.names)),
        installed_in: installs.keys().filter(|team| !team.is_empty()).count() as u64,
        approved_in: count(Previous::Approved),
        restricted_in: count(Previous::Restricted),
        open_requests: around.open.remove(&key).unwrap_or_default(),
        alarms: around.alarms.remove(&key).unwrap_or_default(),
        places: match detail {
            Detail::List => Vec::new(),
            Detail::Whole => places(resolutions, installs, &around.names)?,
        },
        wishes: Vec::new(),
    })
}
