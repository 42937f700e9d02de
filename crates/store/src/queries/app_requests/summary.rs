//! Counts over the queue, and how the reading of Slack's lists goes.

use grantbook_core::{EnterpriseId, Timestamp, approval::life::State};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
};

use super::{AppRequestFilter, DecidedBy, condition};
use crate::{
    Store, StoreError,
    entity::{
        app_alarms,
        app_requests::{Column, Entity},
        approval_sources, tenants,
    },
    queries::frame::Frame,
    words,
};

/// One organization's queue and how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSource {
    /// The organization.
    pub enterprise: EnterpriseId,
    /// Its name.
    pub name: String,
    /// The app whose administrator's token is used, by its slug.
    pub app: String,
    /// When Slack's lists were read whole for the last time.
    pub read_at: Option<Timestamp>,
    /// Why that failed since.
    pub problem: Option<String>,
}

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

    /// The organizations whose queue is read.
    pub async fn app_request_sources(&self) -> Result<Vec<StoredSource>, StoreError> {
        let rows = approval_sources::Entity::find()
            .order_by_asc(approval_sources::Column::Installation)
            .all(self.db())
            .await?;
        let frame = Frame::of_rows(self.db(), rows.iter().map(|row| row.installation)).await?;
        let mut sources = Vec::with_capacity(rows.len());
        for row in rows {
            let home = tenants::Entity::find_by_id(&row.enterprise).one(self.db()).await?;
            sources.push(StoredSource {
                enterprise: words::parse(&row.enterprise, "approval_sources", "enterprise", row.installation)?,
                name: home.map_or_else(|| row.enterprise.clone(), |home| home.name),
                app: frame.key(row.installation)?.app.to_string(),
                read_at: row.read_at.map(Timestamp::from_micros),
                problem: row.problem,
            });
        }
        Ok(sources)
    }
}
