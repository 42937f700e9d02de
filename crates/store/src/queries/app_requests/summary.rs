//! Counts over the queue.

use grantbook_core::{Timestamp, approval::life::State, view::approvals::Names};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};

use super::{AppRequestFilter, DecidedBy, condition, documents};
use crate::{
    Store, StoreError,
    entity::{
        app_alarms,
        app_requests::{Column, Entity},
    },
};

async fn count(db: &impl ConnectionTrait, state: State) -> Result<u64, StoreError> {
    Ok(Entity::find()
        .filter(Column::State.eq(state.as_str()))
        .count(db)
        .await?)
}

/// Requests decided since a moment, by these. Costs as much as was decided since.
async fn decided(db: &impl ConnectionTrait, by: DecidedBy, since: Timestamp) -> Result<u64, StoreError> {
    let filter = AppRequestFilter {
        decided_by: Some(by),
        ..AppRequestFilter::default()
    };
    let wanted = condition::of(db, &filter).await?;
    let mut sum = 0;
    for state in State::ALL {
        sum += Entity::find()
            .filter(Column::State.eq(state.as_str()))
            .filter(Column::DecidedOrder.gte(since.micros()))
            .filter(wanted.clone())
            .count(db)
            .await?;
    }
    Ok(sum)
}

impl Store {
    /// How many requests are in this state. Costs as much as there are.
    pub async fn count_app_requests(&self, state: State) -> Result<u64, StoreError> {
        count(self.db(), state).await
    }

    /// How many requests were decided since a moment: by rules, and by people.
    pub async fn app_requests_decided_since(&self, since: Timestamp) -> Result<(u64, u64), StoreError> {
        let by_rules = decided(self.db(), DecidedBy::Rule, since).await?;
        Ok((by_rules, decided(self.db(), DecidedBy::Person, since).await?))
    }

    /// How many alarms about apps are open.
    pub async fn count_open_app_alarms(&self) -> Result<u64, StoreError> {
        Ok(app_alarms::Entity::find()
            .filter(app_alarms::Column::ClosedAt.is_null())
            .count(self.db())
            .await?)
    }

    /// Names of workspaces and organizations, where Slack told them.
    pub async fn tenant_names(&self, ids: impl IntoIterator<Item = &str>) -> Result<Names, StoreError> {
        documents::team_names(self.db(), &ids.into_iter().collect()).await
    }
}
