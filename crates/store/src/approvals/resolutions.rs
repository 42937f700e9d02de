//! What is approved and restricted where: Slack's own lists, mirrored, and what our decisions made of them.
//!
//! Of an app in one place at most one row stands; one that stands no more is kept with the moment it ended. What
//! was written after a reading of the lists began is newer than the reading, which then changes nothing about it.

mod mirror;
mod note;

use std::collections::BTreeSet;

use grantbook_core::{
    AppId, EnterpriseId, Scope, TeamId, Timestamp,
    approval::{Previous, Resolver},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

pub use mirror::Mirrored;
pub use note::{Noted, OwnResolution};
pub(crate) use note::{accept, note};

use crate::{
    Store, StoreError,
    entity::app_resolutions::{Column, Entity, Model},
    words::{from_json, parse},
};

pub(super) const TABLE: &str = "app_resolutions";

/// One entry of Slack's lists of approved and restricted apps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The app.
    pub app: AppId,
    /// Its name.
    pub app_name: String,
    /// In which list it stands.
    pub status: Previous,
    /// The scopes that it was resolved for; of an approval, those that were approved.
    pub scopes: BTreeSet<Scope>,
    /// When it was resolved (`date_updated`).
    pub date_updated: Timestamp,
    /// By whom (`last_resolved_by`), where Slack says.
    pub resolved_by: Option<Resolver>,
}

/// What stands, or stood, about an app in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResolution {
    /// Its number here.
    pub id: i64,
    /// The organization.
    pub enterprise: EnterpriseId,
    /// The workspace; none where it holds for the organization.
    pub team: Option<TeamId>,
    /// The entry itself.
    pub listed: Listed,
    /// When Slack told of it last: by its lists, or by acknowledging our decision.
    pub seen_at: Timestamp,
    /// The request here that led to it.
    pub request: Option<i64>,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
    /// What ends it at Slack then: `clear` or `restrict`.
    pub ends_how: Option<String>,
    /// When people were told that it ends.
    pub noticed_at: Option<Timestamp>,
    /// When it stood no more.
    pub ended_at: Option<Timestamp>,
}

/// A place as its column has it.
pub(crate) fn place(team: Option<&TeamId>) -> String {
    team.map(ToString::to_string).unwrap_or_default()
}

/// A column's place.
pub(crate) fn team(text: &str, table: &'static str, id: impl ToString) -> Result<Option<TeamId>, StoreError> {
    (!text.is_empty()).then(|| parse(text, table, "team", id)).transpose()
}

/// A column's status.
pub(crate) fn status(text: &str) -> Previous {
    match text {
        "approved" => Previous::Approved,
        "restricted" => Previous::Restricted,
        "unresolved" => Previous::Unresolved,
        _ => Previous::Other,
    }
}

/// A row, read.
pub(crate) fn stored(row: Model) -> Result<StoredResolution, StoreError> {
    let id = row.id;
    let moment = |micros: Option<i64>| micros.map(Timestamp::from_micros);
    let resolver = row.resolved_by.zip(row.resolver_type);
    Ok(StoredResolution {
        id,
        enterprise: parse(&row.enterprise, TABLE, "enterprise", id)?,
        team: team(&row.team, TABLE, id)?,
        listed: Listed {
            app: parse(&row.app_id, TABLE, "app_id", id)?,
            app_name: row.app_name,
            status: status(&row.status),
            scopes: from_json(&row.scopes, TABLE, "scopes", id)?,
            date_updated: Timestamp::from_micros(row.date_updated),
            resolved_by: resolver.map(|(actor_id, actor_type)| Resolver { actor_id, actor_type }),
        },
        seen_at: Timestamp::from_micros(row.seen_at),
        request: row.request,
        ends_at: moment(row.ends_at),
        ends_how: row.ends_how,
        noticed_at: moment(row.noticed_at),
        ended_at: moment(row.ended_at),
    })
}

impl Store {
    /// What stands in an organization about one app, or about all: the organization's own first, then by
    /// workspace, for one app after the other.
    pub async fn standing_resolutions(
        &self,
        enterprise: &EnterpriseId,
        app: Option<&AppId>,
    ) -> Result<Vec<StoredResolution>, StoreError> {
        let mut find = Entity::find()
            .filter(Column::Enterprise.eq(enterprise.to_string()))
            .filter(Column::EndedAt.is_null());
        if let Some(app) = app {
            find = find.filter(Column::AppId.eq(app.to_string()));
        }
        let rows = find
            .order_by_asc(Column::AppId)
            .order_by_asc(Column::Team)
            .all(self.db())
            .await?;
        rows.into_iter().map(stored).collect()
    }

    /// What stands about an app in one place; `None` means the organization's own level.
    pub async fn resolution(
        &self,
        enterprise: &EnterpriseId,
        app: &AppId,
        team: Option<&TeamId>,
    ) -> Result<Option<StoredResolution>, StoreError> {
        let row = Entity::find()
            .filter(Column::Enterprise.eq(enterprise.to_string()))
            .filter(Column::AppId.eq(app.to_string()))
            .filter(Column::Team.eq(place(team)))
            .filter(Column::EndedAt.is_null())
            .one(self.db())
            .await?;
        row.map(stored).transpose()
    }

    /// Everything that stands or stood about an app, the newest first.
    pub async fn resolution_history(
        &self,
        enterprise: &EnterpriseId,
        app: &AppId,
    ) -> Result<Vec<StoredResolution>, StoreError> {
        let rows = Entity::find()
            .filter(Column::Enterprise.eq(enterprise.to_string()))
            .filter(Column::AppId.eq(app.to_string()))
            .order_by_desc(Column::Id)
            .all(self.db())
            .await?;
        rows.into_iter().map(stored).collect()
    }
}
