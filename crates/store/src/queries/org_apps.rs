//! The apps of organizations by name: what is decided about each and where it is installed.

mod documents;

use grantbook_core::{
    AppId, EnterpriseId, TeamId,
    approval::Previous,
    view::{Page, approvals::OrgAppView},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Func, LikeExpr, Query, SelectStatement},
};

use super::{Order, PageRequest, QueryError, cursor::Cut, matching};
use crate::{
    Store, StoreError,
    approvals::installs,
    entity::{
        app_alarms, app_resolutions, apps, installations, org_app_installs,
        org_apps::{Column, Entity},
        tenants,
    },
};

pub(crate) use documents::names;
use documents::{Detail, documents};

/// How an app stands, as a list is asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrgAppStatus {
    /// Approved somewhere.
    Approved,
    /// Restricted somewhere.
    Restricted,
    /// Installed somewhere.
    Installed,
    /// With an open alarm.
    Alarm,
}

/// Which apps. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct OrgAppFilter {
    /// Part of the name, or the id.
    pub q: Option<String>,
    /// Of this organization.
    pub enterprise: Option<EnterpriseId>,
    /// Standing so.
    pub status: Option<OrgAppStatus>,
    /// In this workspace: by its own resolution or the organization's; without a status, where anything is known.
    pub team: Option<TeamId>,
}

fn col(column: Column) -> Expr {
    Expr::col((Entity, column))
}

fn one() -> Expr {
    Expr::val(1)
}

/// What stands about the app at hand; of a workspace, its own or the organization's.
fn resolved(status: Option<Previous>, places: Option<&[&str]>) -> SelectStatement {
    use app_resolutions::{Column as Of, Entity as Resolutions};
    let of = |column: Of| Expr::col((Resolutions, column));
    let mut found = Query::select().expr(one()).from(Resolutions).take();
    found
        .and_where(of(Of::Enterprise).equals((Entity, Column::Enterprise)))
        .and_where(of(Of::AppId).equals((Entity, Column::AppId)))
        .and_where(of(Of::EndedAt).is_null())
        .and_where_option(status.map(|status| of(Of::Status).eq(status.as_str())))
        .and_where_option(places.map(|places| of(Of::Team).is_in(places.iter().copied())));
    found
}

/// Installs of the app at hand that events told of.
fn told(team: Option<&TeamId>) -> SelectStatement {
    use org_app_installs::{Column as Of, Entity as Installs};
    let of = |column: Of| Expr::col((Installs, column));
    Query::select()
        .expr(one())
        .from(Installs)
        .and_where(of(Of::Enterprise).equals((Entity, Column::Enterprise)))
        .and_where(of(Of::AppId).equals((Entity, Column::AppId)))
        .and_where_option(team.map(|team| of(Of::Team).eq(team.as_str())))
        .cond_where(installs::is_there())
        .take()
}

/// The console's own installations of the app at hand.
fn own(team: Option<&TeamId>) -> SelectStatement {
    let tenant = Expr::col((installations::Entity, installations::Column::Tenant));
    let workspaces = Query::select()
        .column((tenants::Entity, tenants::Column::Id))
        .from(tenants::Entity)
        .and_where(Expr::col((tenants::Entity, tenants::Column::Enterprise)).equals((Entity, Column::Enterprise)))
        .take();
    let here = tenant
        .clone()
        .equals((Entity, Column::Enterprise))
        .or(tenant.clone().in_subquery(workspaces));
    Query::select()
        .expr(one())
        .from(apps::Entity)
        .inner_join(
            installations::Entity,
            Expr::col((installations::Entity, installations::Column::App)).equals((apps::Entity, apps::Column::Id)),
        )
        .and_where(Expr::col((apps::Entity, apps::Column::AppId)).equals((Entity, Column::AppId)))
        .and_where(Expr::col((installations::Entity, installations::Column::Status)).eq("installed"))
        .and_where(here)
        .and_where_option(team.map(|team| tenant.is_in([team.as_str()])))
        .take()
}

fn alarmed(places: Option<&[&str]>) -> SelectStatement {
    use app_alarms::{Column as Of, Entity as Alarms};
    let of = |column: Of| Expr::col((Alarms, column));
    Query::select()
        .expr(one())
        .from(Alarms)
        .and_where(of(Of::Enterprise).equals((Entity, Column::Enterprise)))
        .and_where(of(Of::AppId).equals((Entity, Column::AppId)))
        .and_where(of(Of::ClosedAt).is_null())
        .and_where_option(places.map(|places| of(Of::Team).is_in(places.iter().copied())))
        .take()
}

fn installed(team: Option<&TeamId>) -> Expr {
    Expr::exists(told(team)).or(Expr::exists(own(team)))
}

fn stands(status: OrgAppStatus, team: Option<&TeamId>) -> Expr {
    let places: Option<[&str; 2]> = team.map(|team| [team.as_str(), ""]);
    let places = places.as_ref().map(<[&str; 2]>::as_slice);
    match status {
        OrgAppStatus::Approved => {
            let approved = Expr::exists(resolved(Some(Previous::Approved), places));
            // An approval of the organization does not reach a workspace that restricts the app.
            match team {
                Some(team) => {
                    approved.and(Expr::exists(resolved(Some(Previous::Restricted), Some(&[team.as_str()]))).not())
                }
                None => approved,
            }
        }
        OrgAppStatus::Restricted => Expr::exists(resolved(Some(Previous::Restricted), places)),
        OrgAppStatus::Installed => installed(team),
        OrgAppStatus::Alarm => Expr::exists(alarmed(places)),
    }
}

fn condition(filter: &OrgAppFilter) -> Condition {
    let mut wanted = Condition::all();
    if let Some(enterprise) = &filter.enterprise {
        wanted = wanted.add(Column::Enterprise.eq(enterprise.to_string()));
    }
    if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let pattern = format!("%{}%", matching::escaped(&text.to_lowercase()));
        let id = Expr::expr(Func::lower(col(Column::AppId))).eq(text.to_lowercase());
        wanted = wanted.add(col(Column::SortName).like(LikeExpr::new(pattern).escape('!')).or(id));
    }
    match (filter.status, &filter.team) {
        (Some(status), team) => wanted.add(stands(status, team.as_ref())),
        (None, Some(team)) => {
            let decided = Expr::exists(resolved(None, Some(&[team.as_str()])));
            wanted.add(decided.or(installed(Some(team))))
        }
        (None, None) => wanted,
    }
}

/// One page.
async fn list(
    db: &impl ConnectionTrait,
    filter: &OrgAppFilter,
    page: &PageRequest,
) -> Result<Page<OrgAppView>, QueryError> {
    const LIST: &str = "org apps";
    let mut wanted = condition(filter);
    let columns = [Column::SortName, Column::AppId, Column::Enterprise];
    if let Some((name, app, enterprise)) = page.after::<(String, String, String)>(LIST)? {
        let key = [Expr::val(name), Expr::val(app), Expr::val(enterprise)];
        wanted = wanted.add(matching::beyond(columns.map(col), Order::Ascending, key));
    }
    let mut find = Entity::find().filter(wanted).limit(page.limit_and_one());
    for column in columns {
        find = find.order_by_asc(column);
    }
    let rows = find.all(db).await?;
    let key =
        |row: &crate::entity::org_apps::Model| (row.sort_name.clone(), row.app_id.clone(), row.enterprise.clone());
    let Cut { rows, next_cursor } = page.cut(LIST, rows, key);
    Ok(Page {
        items: documents(db, rows, Detail::List).await?,
        next_cursor,
    })
}

impl Store {
    /// One page of the apps of organizations, by name.
    pub async fn org_apps(&self, filter: &OrgAppFilter, page: &PageRequest) -> Result<Page<OrgAppView>, QueryError> {
        list(self.db(), filter, page).await
    }

    /// The name of an app of an organization, or `None` where nothing is known of it.
    pub async fn org_app_name(&self, enterprise: &EnterpriseId, app: &AppId) -> Result<Option<String>, StoreError> {
        let row = Entity::find_by_id((enterprise.to_string(), app.to_string()))
            .one(self.db())
            .await?;
        Ok(row.map(|row| row.app_name))
    }

    /// Keeps that an app of an organization is known under this name.
    pub async fn know_org_app(&self, enterprise: &EnterpriseId, app: &AppId, name: &str) -> Result<(), StoreError> {
        crate::approvals::know(self.db(), enterprise.as_str(), app.as_str(), name).await
    }

    /// One app of an organization with its workspaces, or `None` where nothing is known of it.
    pub async fn org_app(&self, enterprise: &EnterpriseId, app: &AppId) -> Result<Option<OrgAppView>, StoreError> {
        let row = Entity::find_by_id((enterprise.to_string(), app.to_string()))
            .one(self.db())
            .await?;
        Ok(documents(self.db(), row.into_iter().collect(), Detail::Whole)
            .await?
            .pop())
    }
}
