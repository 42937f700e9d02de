//! Deliveries kept aside because their installation was not there, and how they come back.

use grantbook_core::{AppSlug, Timestamp};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Query},
};

use crate::{
    Store, StoreError,
    entity::{apps, inbox, installations},
};

/// One delivery kept aside.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The app's row.
    pub app: i64,
    /// The app.
    pub slug: AppSlug,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The raw body, to be read again.
    pub body: Vec<u8>,
}

impl Store {
    /// Deliveries kept aside whose installation has appeared since, oldest first, at most `limit`.
    pub async fn replayable(&self, limit: u64) -> Result<Vec<Waiting>, StoreError> {
        let home = Query::select()
            .expr(Expr::val(1))
            .from(installations::Entity)
            .and_where(
                Expr::col((installations::Entity, installations::Column::App))
                    .equals((inbox::Entity, inbox::Column::App)),
            )
            .and_where(
                Expr::col((installations::Entity, installations::Column::Tenant))
                    .equals((inbox::Entity, inbox::Column::Tenant)),
            )
            .to_owned();
        let rows = inbox::Entity::find()
            .filter(inbox::Column::Status.eq("waiting"))
            .filter(Expr::exists(home))
            .order_by_asc(inbox::Column::EventTime)
            .limit(limit)
            .all(self.db())
            .await?;
        let mut slugs = std::collections::HashMap::new();
        let mut waiting = Vec::with_capacity(rows.len());
        for row in rows {
            let slug: AppSlug = if let Some(slug) = slugs.get(&row.app) {
                Clone::clone(slug)
            } else {
                let slug = self.slug_of(row.app).await?;
                slugs.insert(row.app, slug.clone());
                slug
            };
            waiting.push(Waiting {
                app: row.app,
                slug,
                received_at: Timestamp::from_micros(row.received_at),
                body: row.body.unwrap_or_default(),
            });
        }
        Ok(waiting)
    }

    async fn slug_of(&self, app: i64) -> Result<AppSlug, StoreError> {
        let bad = || StoreError::Inconsistent {
            table: "apps",
            column: "slug",
            id: app.to_string(),
        };
        let row = apps::Entity::find_by_id(app).one(self.db()).await?.ok_or_else(bad)?;
        row.slug.parse().map_err(|_| bad())
    }
}
