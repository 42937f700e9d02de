//! Sources: the organizations whose lists are read, who reads them, and how that goes.
//!
//! A lease in the row decides which replica reads; it is taken when the source is due, or when somebody asks.

use std::collections::HashMap;

use grantbook_core::{EnterpriseId, InstallationKey, Tenant, Timestamp, UserId, grants::Status};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use crate::{
    Store, StoreError,
    entity::{
        app_requests, app_resolutions,
        approval_sources::{ActiveModel, Column, Entity, Model},
        installations, org_app_installs, tenants,
    },
    installations::InstallationRef,
    keys_at_hand::key,
    words,
};

/// An organization whose queue is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The installation through which it is managed.
    pub installation: InstallationRef,
    /// The organization.
    pub enterprise: EnterpriseId,
    /// The administrator whose token is used; none where no one has allowed enough.
    pub holder: Option<UserId>,
    /// When all lists were read for the last time.
    pub read_at: Option<Timestamp>,
    /// Why that failed since.
    pub problem: Option<String>,
}

fn source(row: Model, keys: &HashMap<i64, InstallationKey>) -> Result<Source, StoreError> {
    let id = row.installation;
    let holder = row.holder.as_deref();
    Ok(Source {
        installation: InstallationRef {
            row: id,
            key: key(keys, id)?,
        },
        enterprise: words::parse(&row.enterprise, "approval_sources", "enterprise", id)?,
        holder: holder
            .map(|text| words::parse(text, "approval_sources", "holder", id))
            .transpose()?,
        read_at: row.read_at.map(Timestamp::from_micros),
        problem: row.problem,
    })
}

impl Store {
    /// Installations of whole organizations that stand: those that may manage apps are among them.
    pub async fn organization_installs(&self) -> Result<Vec<InstallationRef>, StoreError> {
        let rows = installations::Entity::find()
            .filter(installations::Column::Tenant.starts_with("E"))
            .filter(installations::Column::Status.eq(Status::Installed.as_str()))
            .order_by_asc(installations::Column::Id)
            .all(self.db())
            .await?;
        let keys = self.keys_of(rows.iter().map(|row| row.id)).await?;
        let reference = |row: &installations::Model| {
            Ok(InstallationRef {
                row: row.id,
                key: key(&keys, row.id)?,
            })
        };
        rows.iter().map(reference).collect()
    }

    /// Keeps that this organization is managed through this installation by this person.
    pub async fn keep_source(
        &self,
        installation: &InstallationRef,
        enterprise: &EnterpriseId,
        holder: Option<&UserId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = ActiveModel {
            installation: Set(installation.row),
            enterprise: Set(enterprise.to_string()),
            holder: Set(holder.map(ToString::to_string)),
            next_at: Set(Some(now.micros())),
            ..Default::default()
        };
        Entity::insert(row)
            .on_conflict(
                OnConflict::column(Column::Installation)
                    .update_column(Column::Holder)
                    .to_owned(),
            )
            .exec_without_returning(self.db())
            .await?;
        Ok(())
    }

    /// Forgets sources whose installation is not among these: their administrators allow it no more.
    pub async fn forget_sources_but(&self, installations: &[i64]) -> Result<(), StoreError> {
        Entity::delete_many()
            .filter(Column::Installation.is_not_in(installations.iter().copied()))
            .exec(self.db())
            .await?;
        Ok(())
    }

    /// Every source.
    pub async fn sources(&self) -> Result<Vec<Source>, StoreError> {
        let rows = Entity::find().order_by_asc(Column::Installation).all(self.db()).await?;
        let keys = self.keys_of(rows.iter().map(|row| row.installation)).await?;
        rows.into_iter().map(|row| source(row, &keys)).collect()
    }

    /// Takes the lease of a source that is due, or in any case where `now_please`; false where another has it.
    pub async fn lease_source(
        &self,
        installation: i64,
        owner: &str,
        now: Timestamp,
        seconds: i64,
        now_please: bool,
    ) -> Result<bool, StoreError> {
        let free = Condition::any()
            .add(Column::LeaseUntil.is_null())
            .add(Column::LeaseUntil.lte(now.micros()));
        let due = Condition::any()
            .add(Column::NextAt.lte(now.micros()))
            .add(Expr::value(now_please).eq(true));
        let taken = Entity::update_many()
            .col_expr(Column::LeaseOwner, Expr::value(owner))
            .col_expr(Column::LeaseUntil, Expr::value(now.plus_seconds(seconds).micros()))
            .filter(Column::Installation.eq(installation))
            .filter(free)
            .filter(due)
            .exec(self.db())
            .await?;
        Ok(taken.rows_affected == 1)
    }

    /// Keeps the lease for longer; false where it is lost.
    pub async fn keep_lease(
        &self,
        installation: i64,
        owner: &str,
        now: Timestamp,
        seconds: i64,
    ) -> Result<bool, StoreError> {
        let kept = Entity::update_many()
            .col_expr(Column::LeaseUntil, Expr::value(now.plus_seconds(seconds).micros()))
            .filter(Column::Installation.eq(installation))
            .filter(Column::LeaseOwner.eq(owner))
            .exec(self.db())
            .await?;
        Ok(kept.rows_affected == 1)
    }

    /// Gives the lease back: all lists were read at `read_at`, or why not, and when they are read next.
    pub async fn source_read(
        &self,
        installation: i64,
        owner: &str,
        outcome: Result<Timestamp, &str>,
        next_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let mut update = Entity::update_many()
            .col_expr(Column::LeaseOwner, Expr::value(None::<String>))
            .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
            .col_expr(Column::NextAt, Expr::value(next_at.map(Timestamp::micros)))
            .filter(Column::Installation.eq(installation))
            .filter(Column::LeaseOwner.eq(owner));
        update = match outcome {
            Ok(read_at) => update
                .col_expr(Column::ReadAt, Expr::value(read_at.micros()))
                .col_expr(Column::Problem, Expr::value(None::<String>)),
            Err(problem) => update.col_expr(Column::Problem, Expr::value(problem)),
        };
        update.exec(self.db()).await?;
        Ok(())
    }

    /// Workspaces of an organization, as far as anything here names them.
    pub async fn teams_of(&self, key: &InstallationKey) -> Result<Vec<String>, StoreError> {
        let Tenant::Enterprise(enterprise) = &key.tenant else {
            return Ok(Vec::new());
        };
        let (db, enterprise) = (self.db(), enterprise.as_str());
        let mut teams: Vec<String> = tenants::Entity::find()
            .select_only()
            .column(tenants::Column::Id)
            .filter(tenants::Column::Enterprise.eq(enterprise))
            .filter(tenants::Column::Id.starts_with("T"))
            .into_tuple()
            .all(db)
            .await?;
        let asked = [app_requests::Column::Team, app_requests::Column::Enterprise];
        teams.extend(named::<app_requests::Entity>(db, asked, enterprise).await?);
        let resolved = [app_resolutions::Column::Team, app_resolutions::Column::Enterprise];
        teams.extend(named::<app_resolutions::Entity>(db, resolved, enterprise).await?);
        let installed = [org_app_installs::Column::Team, org_app_installs::Column::Enterprise];
        teams.extend(named::<org_app_installs::Entity>(db, installed, enterprise).await?);
        teams.retain(|team| !team.is_empty());
        teams.sort_unstable();
        teams.dedup();
        Ok(teams)
    }
}

/// The workspaces that a table names of an organization, each once; blank for the organization itself.
async fn named<E: EntityTrait>(
    db: &impl ConnectionTrait,
    [team, of]: [E::Column; 2],
    enterprise: &str,
) -> Result<Vec<String>, StoreError> {
    let rows = E::find()
        .select_only()
        .column(team)
        .distinct()
        .filter(of.eq(enterprise));
    Ok(rows.into_tuple().all(db).await?)
}
