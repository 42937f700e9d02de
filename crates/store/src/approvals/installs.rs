//! Where apps of an organization are installed, as `app_installed`, `app_uninstalled_team` and `app_deleted` tell.

use grantbook_core::{AppId, EnterpriseId, TeamId, Timestamp, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use crate::{
    Store, StoreError,
    entity::org_app_installs::{ActiveModel, Column, Entity},
};

/// What happened to an app of the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrgAppChange {
    /// It was installed in a workspace.
    Installed,
    /// It was uninstalled from a workspace.
    Uninstalled,
    /// It is no more, anywhere.
    Deleted,
}

/// An app of the organization was installed, uninstalled or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgAppEvent {
    /// What.
    pub change: OrgAppChange,
    /// Which app.
    pub app: AppId,
    /// Its name.
    pub app_name: String,
    /// The workspace; none of a deleted app.
    pub team: Option<TeamId>,
    /// Who installed it.
    pub user: Option<UserId>,
    /// When, by Slack's clock.
    pub at: Timestamp,
}

/// Whether the app is installed, as far as is known.
pub(crate) fn is_there() -> Condition {
    let never_gone = Column::UninstalledAt.is_null();
    let back = Expr::col((Entity, Column::UninstalledAt)).lt(Expr::col((Entity, Column::InstalledAt)));
    let gone_before = Condition::any().add(never_gone).add(back);
    Condition::all().add(Column::InstalledAt.is_not_null()).add(gone_before)
}

/// Writes down where an app is now. What is older than what is known changes nothing.
pub(crate) async fn follow(
    db: &impl ConnectionTrait,
    enterprise: &EnterpriseId,
    event: &OrgAppEvent,
) -> Result<(), StoreError> {
    let of_app = Entity::update_many()
        .filter(Column::Enterprise.eq(enterprise.to_string()))
        .filter(Column::AppId.eq(event.app.to_string()));
    let Some(team) = event.team.as_ref().filter(|_| event.change != OrgAppChange::Deleted) else {
        of_app
            .col_expr(Column::UninstalledAt, Expr::value(event.at.micros()))
            .filter(Column::InstalledAt.lte(event.at.micros()))
            .exec(db)
            .await?;
        return Ok(());
    };
    let row = ActiveModel {
        enterprise: Set(enterprise.to_string()),
        app_id: Set(event.app.to_string()),
        team: Set(team.to_string()),
        app_name: Set(event.app_name.clone()),
        installer: Set(None),
        installed_at: Set(None),
        uninstalled_at: Set(None),
    };
    Entity::insert(row)
        .on_conflict(
            OnConflict::columns([Column::Enterprise, Column::AppId, Column::Team])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    let here = of_app.filter(Column::Team.eq(team.to_string()));
    let (column, micros) = match event.change {
        OrgAppChange::Installed => (Column::InstalledAt, event.at.micros()),
        OrgAppChange::Uninstalled | OrgAppChange::Deleted => (Column::UninstalledAt, event.at.micros()),
    };
    let older = column.is_null().or(column.lt(micros));
    let mut update = here.col_expr(column, Expr::value(micros)).filter(older);
    if event.change == OrgAppChange::Installed {
        let installer = event.user.as_ref().map(ToString::to_string);
        update = update
            .col_expr(Column::Installer, Expr::value(installer))
            .col_expr(Column::AppName, Expr::value(event.app_name.clone()));
    }
    update.exec(db).await?;
    Ok(())
}

impl Store {
    /// In how many workspaces of an organization an app is installed, as far as Slack has told.
    pub async fn installed_in(&self, enterprise: &EnterpriseId, app: &AppId) -> Result<u32, StoreError> {
        use sea_orm::PaginatorTrait as _;
        let since = Expr::col(Column::InstalledAt);
        let stands = Column::UninstalledAt
            .is_null()
            .or(since.gt(Expr::col(Column::UninstalledAt)));
        let count = Entity::find()
            .filter(Column::Enterprise.eq(enterprise.to_string()))
            .filter(Column::AppId.eq(app.to_string()))
            .filter(Column::InstalledAt.is_not_null())
            .filter(stands)
            .count(self.db())
            .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
