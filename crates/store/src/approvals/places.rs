//! The requests of one place, as converging with Slack's lists needs them.

use grantbook_core::{
    EnterpriseId, TeamId, Timestamp,
    approval::{AppRequestId, life::State},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Select, sea_query::ExprTrait as _,
};

use super::rows::{StoredAppRequest, stored};
use crate::{
    Store, StoreError,
    entity::app_requests::{Column, Entity},
};

fn of_place(enterprise: &EnterpriseId, team: Option<&TeamId>) -> Select<Entity> {
    Entity::find()
        .filter(Column::Enterprise.eq(enterprise.to_string()))
        .filter(Column::Team.eq(team.map_or("", TeamId::as_str)))
        .order_by_asc(Column::Id)
}

fn read(rows: Vec<crate::entity::app_requests::Model>) -> Result<Vec<StoredAppRequest>, StoreError> {
    rows.into_iter().map(stored).collect()
}

impl Store {
    /// Requests of a place that are not settled and were here before `before`, and were last seen pending before
    /// that.
    pub async fn unsettled_before(
        &self,
        enterprise: &EnterpriseId,
        team: Option<&TeamId>,
        before: Timestamp,
    ) -> Result<Vec<StoredAppRequest>, StoreError> {
        let states = [State::New.as_str(), State::Open.as_str()];
        let rows = of_place(enterprise, team)
            .filter(Column::State.is_in(states))
            .filter(Column::ArrivedAt.lt(before.micros()))
            .filter(Column::PendingAt.is_null().or(Column::PendingAt.lt(before.micros())))
            .all(self.db())
            .await?;
        read(rows)
    }

    /// Settled requests of a place whose outcome Slack's lists have not shown yet, settled before `before`.
    pub async fn unseen_before(
        &self,
        enterprise: &EnterpriseId,
        team: Option<&TeamId>,
        before: Timestamp,
    ) -> Result<Vec<StoredAppRequest>, StoreError> {
        let rows = of_place(enterprise, team)
            .filter(Column::SeenAt.is_null())
            .filter(Column::SettledAt.lt(before.micros()))
            .all(self.db())
            .await?;
        read(rows)
    }

    /// Settled requests among these of Slack's numbers, settled before `before`: Slack shows them as pending.
    pub async fn settled_among(
        &self,
        enterprise: &EnterpriseId,
        numbers: &[AppRequestId],
        before: Timestamp,
    ) -> Result<Vec<StoredAppRequest>, StoreError> {
        let mut found = Vec::new();
        for chunk in numbers.chunks(500) {
            let rows = Entity::find()
                .filter(Column::Enterprise.eq(enterprise.to_string()))
                .filter(Column::SlackId.is_in(chunk.iter().map(AppRequestId::as_str)))
                .filter(Column::SettledAt.lt(before.micros()))
                .all(self.db())
                .await?;
            found.extend(read(rows)?);
        }
        Ok(found)
    }

    /// Whether anything of a place waits for Slack's lists to show it, or may be gone from them.
    pub async fn place_waits_for_lists(
        &self,
        enterprise: &EnterpriseId,
        team: Option<&TeamId>,
    ) -> Result<bool, StoreError> {
        let unseen = of_place(enterprise, team)
            .filter(Column::SeenAt.is_null())
            .filter(Column::SettledAt.is_not_null())
            .one(self.db())
            .await?;
        Ok(unseen.is_some())
    }
}
