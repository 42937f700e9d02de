//! `Noted`: what an acknowledged decision of ours made of a resolution, before Slack's lists show it.

use std::collections::BTreeSet;

use grantbook_core::{AppId, EnterpriseId, Scope, TeamId, Timestamp, approval::Previous};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::{NotSet, Set},
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::{TABLE, place};
use crate::{
    Store, StoreError,
    approvals::know,
    entity::{
        app_resolutions::{ActiveModel, Column, Entity, Model},
        own_resolutions as own,
    },
    words::to_json,
};

/// What Slack acknowledged of a decision of ours about an app in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// The organization.
    pub enterprise: EnterpriseId,
    /// The workspace; none where the whole organization is meant.
    pub team: Option<TeamId>,
    /// The app.
    pub app: AppId,
    /// Its name.
    pub app_name: String,
    /// What stands now; [`Previous::Unresolved`] where the resolution was taken away.
    pub status: Previous,
    /// The scopes that it was resolved for.
    pub scopes: BTreeSet<Scope>,
    /// The request that led to it.
    pub request: Option<i64>,
    /// Who decided, as the audit log names them: `user:orla`, `rule:internal-apps`, `timer`.
    pub by: String,
    /// When it ends by itself, and what ends it: `clear` or `restrict`.
    pub ends: Option<(Timestamp, String)>,
}

/// What was decided here last about an app in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnResolution {
    /// The workspace; none where the whole organization is meant.
    pub team: Option<TeamId>,
    /// What; [`Previous::Unresolved`] where the resolution was taken away.
    pub status: Previous,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// An organization, an app in it, and a place.
type Where<'a> = (&'a EnterpriseId, &'a AppId, Option<&'a TeamId>);

async fn say(
    db: &impl ConnectionTrait,
    (enterprise, app, team): Where<'_>,
    (status, by): (Previous, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    use own::Column as Own;
    let row = own::ActiveModel {
        enterprise: Set(enterprise.to_string()),
        app_id: Set(app.to_string()),
        team: Set(place(team)),
        status: Set(status.as_str().to_owned()),
        said_by: Set(by.to_owned()),
        said_at: Set(now.micros()),
    };
    let last = OnConflict::columns([Own::Enterprise, Own::AppId, Own::Team])
        .update_columns([Own::Status, Own::SaidBy, Own::SaidAt])
        .action_and_where(Expr::col((own::Entity, Own::SaidAt)).lte(now.micros()))
        .to_owned();
    own::Entity::insert(row)
        .on_conflict(last)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// A restriction of the organization voids what its workspaces approved.
async fn void(db: &impl ConnectionTrait, noted: &Noted, now: Timestamp) -> Result<(), StoreError> {
    use own::Column as Own;
    own::Entity::delete_many()
        .filter(Own::Enterprise.eq(noted.enterprise.to_string()))
        .filter(Own::AppId.eq(noted.app.to_string()))
        .filter(Own::Team.ne(""))
        .filter(Own::Status.eq(Previous::Approved.as_str()))
        .exec(db)
        .await?;
    Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now.micros()))
        .filter(Column::Enterprise.eq(noted.enterprise.to_string()))
        .filter(Column::AppId.eq(noted.app.to_string()))
        .filter(Column::Team.ne(""))
        .filter(Column::Status.eq(Previous::Approved.as_str()))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// A row, read.
fn read(row: own::Model) -> Result<OwnResolution, StoreError> {
    Ok(OwnResolution {
        team: super::team(&row.team, "own_resolutions", &row.app_id)?,
        status: super::status(&row.status),
        by: row.said_by,
        at: Timestamp::from_micros(row.said_at),
    })
}

/// The row that stands, locked until the transaction ends.
async fn standing(db: &impl ConnectionTrait, (enterprise, app, team): Where<'_>) -> Result<Option<Model>, StoreError> {
    let row = Entity::find()
        .filter(Column::Enterprise.eq(enterprise.to_string()))
        .filter(Column::AppId.eq(app.to_string()))
        .filter(Column::Team.eq(place(team)))
        .filter(Column::EndedAt.is_null())
        .lock_exclusive()
        .one(db)
        .await?;
    Ok(row)
}

/// Takes what stands for what was decided here.
pub(crate) async fn accept(
    db: &impl ConnectionTrait,
    at: Where<'_>,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let stands = standing(db, at).await?;
    let status = stands.map_or(Previous::Unresolved, |row| super::status(&row.status));
    say(db, at, (status, by), now).await
}

/// Ends a row.
pub(super) async fn end(db: &impl ConnectionTrait, row: Model, at: Timestamp) -> Result<Model, StoreError> {
    let mut row = row.into_active_model();
    row.ended_at = Set(Some(at.micros()));
    Ok(row.update(db).await?)
}

/// Writes down what an acknowledged decision says.
pub(crate) async fn note(db: &impl ConnectionTrait, noted: &Noted, now: Timestamp) -> Result<(), StoreError> {
    let at = (&noted.enterprise, &noted.app, noted.team.as_ref());
    say(db, at, (noted.status, &noted.by), now).await?;
    if noted.team.is_none() && noted.status == Previous::Restricted {
        void(db, noted, now).await?;
    }
    let before = standing(db, at).await?;
    let scopes = to_json(&noted.scopes, TABLE, "scopes", &noted.app)?;
    let (ends_at, ends_how) = noted.ends.clone().unzip();
    let mut row = ActiveModel {
        id: NotSet,
        enterprise: Set(noted.enterprise.to_string()),
        team: Set(place(noted.team.as_ref())),
        app_id: Set(noted.app.to_string()),
        app_name: Set(noted.app_name.clone()),
        status: Set(noted.status.as_str().to_owned()),
        scopes: Set(scopes.clone()),
        date_updated: Set(now.micros()),
        resolved_by: Set(None),
        resolver_type: Set(None),
        seen_at: Set(now.micros()),
        request: Set(noted.request),
        ends_at: Set(ends_at.map(Timestamp::micros)),
        ends_how: Set(ends_how),
        noticed_at: Set(None),
        ended_at: Set(None),
    };
    if let Some(before) = before {
        if before.status == noted.status.as_str() && before.scopes == scopes {
            row.id = Set(before.id);
            row.update(db).await?;
            return known(db, noted).await;
        }
        end(db, before, now).await?;
    }
    if noted.status == Previous::Unresolved {
        return known(db, noted).await;
    }
    // Whoever else wrote it down meanwhile was told by Slack.
    Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    known(db, noted).await
}

/// The app is known after its rows are locked, as everywhere.
async fn known(db: &impl ConnectionTrait, noted: &Noted) -> Result<(), StoreError> {
    know(db, noted.enterprise.as_str(), noted.app.as_str(), &noted.app_name).await
}

impl Store {
    /// Writes down what Slack acknowledged of a decision of ours, where nothing else is written with it.
    pub async fn note_resolution(&self, noted: &Noted, now: Timestamp) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        note(&tx, noted, now).await?;
        Ok(tx.commit().await?)
    }

    /// What was decided here last about an app, place by place, the organization first.
    pub async fn own_resolutions(
        &self,
        enterprise: &EnterpriseId,
        app: &AppId,
    ) -> Result<Vec<OwnResolution>, StoreError> {
        let rows = own::Entity::find()
            .filter(own::Column::Enterprise.eq(enterprise.to_string()))
            .filter(own::Column::AppId.eq(app.to_string()))
            .order_by_asc(own::Column::Team)
            .all(self.db())
            .await?;
        rows.into_iter().map(read).collect()
    }
}
