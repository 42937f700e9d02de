//! What the background looks for: tokens that end soon, and refreshes that nobody finished.

use grantbook_core::Timestamp;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Query},
};

use super::{CredentialKind, CredentialRef, CredentialState, credential::tell_of, lease::free};
use crate::{
    Store, StoreError,
    entity::{
        apps,
        credentials::{Column, Entity},
        installations,
    },
    token_events::{self, What},
};

/// The problem of a credential whose refresh was cut off.
pub const INTERRUPTED: &str = "interrupted";

/// Marked, and nobody is at it any more: a process died between the call and the commit, or just before the
/// call.
fn left_behind(now: Timestamp) -> Condition {
    Condition::all()
        .add(Column::SpendingSince.is_not_null())
        .add(Column::State.is_in(CredentialState::REFRESHABLE))
        .add(free(now))
}

impl Store {
    /// Live credentials that end at `before` of their kind or earlier and can be refreshed, those that end
    /// first first. Kinds live for different times: what is late for one has hardly begun for another.
    /// Those in their cool-down, at work, or marked are left out.
    pub async fn due_for_refresh(
        &self,
        now: Timestamp,
        before: impl Fn(CredentialKind) -> Timestamp + Send,
        limit: u64,
    ) -> Result<Vec<CredentialRef>, StoreError> {
        let late = CredentialKind::ALL.into_iter().fold(Condition::any(), |any, kind| {
            any.add(
                Condition::all()
                    .add(Column::Kind.eq(kind.as_str()))
                    .add(Column::ExpiresAt.lte(before(kind).micros())),
            )
        });
        let rested = Condition::any()
            .add(Column::RetryAt.is_null())
            .add(Column::RetryAt.lte(now.micros()));
        let rows = Entity::find()
            .filter(Column::State.eq(CredentialState::Live.as_str()))
            .filter(late)
            .filter(Column::Refresh.is_not_null())
            .filter(Column::SpendingSince.is_null())
            .filter(rested)
            .filter(free(now))
            .order_by_asc(Column::ExpiresAt)
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(self.db())
            .await?;
        tell_of(self.db(), rows).await
    }

    /// Live modern credentials that never end, of apps whose tokens are to rotate; those in their cool-down, at work,
    /// marked, or given up (a problem without a time to try again) are left out.
    pub async fn due_for_exchange(&self, now: Timestamp, limit: u64) -> Result<Vec<CredentialRef>, StoreError> {
        let rotating = Query::select()
            .column(apps::Column::Id)
            .from(apps::Entity)
            .and_where(apps::Column::TokenRotation.eq(true))
            .to_owned();
        let of_those = Query::select()
            .column(installations::Column::Id)
            .from(installations::Entity)
            .and_where(installations::Column::App.in_subquery(rotating))
            .to_owned();
        let untried = Condition::any()
            .add(Column::Problem.is_null())
            .add(Column::RetryAt.lte(now.micros()));
        let rows = Entity::find()
            .filter(Column::Installation.in_subquery(of_those))
            .filter(Column::State.eq(CredentialState::Live.as_str()))
            .filter(Column::Kind.is_in([CredentialKind::Bot.as_str(), CredentialKind::User.as_str()]))
            .filter(Column::Refresh.is_null())
            .filter(Column::ExpiresAt.is_null())
            .filter(Column::SpendingSince.is_null())
            .filter(untried)
            .filter(free(now))
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(self.db())
            .await?;
        tell_of(self.db(), rows).await
    }

    /// Credentials whose refresh token may be spent and whose lease is over, with nobody at work.
    pub async fn abandoned(&self, now: Timestamp, limit: u64) -> Result<Vec<CredentialRef>, StoreError> {
        let rows = Entity::find()
            .filter(left_behind(now))
            .order_by_asc(Column::LeaseUntil)
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(self.db())
            .await?;
        tell_of(self.db(), rows).await
    }

    /// Settles one of [`Store::abandoned`]. A refresh token for single use may be spent, so that a person must
    /// authorize again; a reusable one may be used again at once, and where there was none (an exchange) the token
    /// serves as before. False where there is nothing to settle any more.
    ///
    /// The fence stays: where the process was only slow, what Slack told it in the end still counts, unless
    /// somebody has taken the lease since or the app was installed again.
    pub async fn settle_abandoned(&self, id: i64, single_use: bool, now: Timestamp) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        let row = Entity::find_by_id(id).one(&tx).await?;
        let single_use = single_use && row.is_some_and(|row| row.refresh.is_some());
        let update = if single_use {
            Entity::update_many()
                .col_expr(
                    Column::State,
                    Expr::value(CredentialState::NeedsReauthorization.as_str()),
                )
                .col_expr(Column::Problem, Expr::value(INTERRUPTED))
        } else {
            Entity::update_many()
                .col_expr(Column::State, Expr::value(CredentialState::Live.as_str()))
                .col_expr(Column::SpendingSince, Expr::value(None::<i64>))
        };
        let settled = update
            .filter(Column::Id.eq(id))
            .filter(left_behind(now))
            .exec(&tx)
            .await?;
        if settled.rows_affected != 1 {
            tx.rollback().await?;
            return Ok(false);
        }
        if let Some(row) = Entity::find_by_id(id).one(&tx).await? {
            token_events::append(&tx, &row, now, What::Interrupted, None).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}
