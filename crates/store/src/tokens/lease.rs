//! The lease: of all threads and replicas, one may refresh a token.
//!
//! One conditional update decides who. The credential is read after it: whoever waited finds the token that
//! the one before brought. The fence grows with each lease, and what an earlier holder still writes is refused.

use grantbook_core::{InstallationKey, Timestamp};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, ExprTrait as _},
};

use super::{
    Credential, CredentialState, Holder,
    credential::{find, open},
};
use crate::{
    Store, StoreError,
    entity::credentials::{Column, Entity, Model},
};

/// Proof of a lease; a later lease of the same credential has a larger one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub(super) i64);

/// What became of asking for a lease.
#[derive(Clone, Debug)]
pub enum Leased {
    /// It is yours, and this is the credential as it stands now.
    Got {
        /// To be shown with whatever you write.
        fence: Fence,
        /// Read after the lease was taken.
        credential: Box<Credential>,
    },
    /// Somebody else is at it.
    Held {
        /// Until when at most.
        until: Timestamp,
    },
    /// Nobody is at it, and nobody may be: it was revoked or must be authorized again, or its refresh token may
    /// be spent already (`spending_since`) and is to be settled first, see [`Store::settle_abandoned`].
    Barred(Box<Credential>),
    /// There is no such credential.
    Missing,
}

/// Nobody holds it, or who did is late.
pub(super) fn free(now: Timestamp) -> Condition {
    Condition::any()
        .add(Column::LeaseUntil.is_null())
        .add(Column::LeaseUntil.lte(now.micros()))
}

/// Still this lease: nobody took it over, and it was not given back. That its time is over does not matter as
/// long as nobody else is at it.
pub(super) fn ours(id: i64, fence: Fence) -> Condition {
    Condition::all()
        .add(Column::Id.eq(id))
        .add(Column::Fence.eq(fence.0))
        .add(Column::LeaseOwner.is_not_null())
}

/// Until when somebody holds it.
fn held(row: &Model, now: Timestamp) -> Option<Timestamp> {
    row.lease_until.map(Timestamp::from_micros).filter(|until| *until > now)
}

/// Whether a refresh may begin once the lease is free.
fn open_to_refresh(row: &Model) -> bool {
    row.spending_since.is_none() && CredentialState::REFRESHABLE.contains(&row.state.as_str())
}

/// Takes the lease, unless somebody else was quicker.
async fn take(
    db: &impl ConnectionTrait,
    id: i64,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let taken = Entity::update_many()
        .col_expr(Column::Fence, Expr::col(Column::Fence).add(1))
        .col_expr(Column::LeaseOwner, Expr::value(owner))
        .col_expr(Column::LeaseUntil, Expr::value(until.micros()))
        .filter(Column::Id.eq(id))
        .filter(free(now))
        .filter(Column::SpendingSince.is_null())
        .filter(Column::State.is_in(CredentialState::REFRESHABLE))
        .exec(db)
        .await?;
    Ok(taken.rows_affected == 1)
}

impl Store {
    /// Asks for the lease of a credential, for so many seconds: longer than the call to Slack can take.
    /// `owner` names the process and task, for people who look.
    pub async fn lease_refresh(
        &self,
        key: &InstallationKey,
        holder: &Holder,
        owner: &str,
        now: Timestamp,
        lease_seconds: i64,
    ) -> Result<Leased, StoreError> {
        let Some(row) = find(self.db(), key, holder).await? else {
            return Ok(Leased::Missing);
        };
        // A look before the lock: of a thousand callers nearly all end here.
        if let Some(until) = held(&row, now) {
            return Ok(Leased::Held { until });
        }
        if !open_to_refresh(&row) {
            return Ok(Leased::Barred(Box::new(self.opened(key, row).await?)));
        }
        let tx = self.begin().await?;
        let taken = take(&tx, row.id, owner, now, now.plus_seconds(lease_seconds)).await?;
        let row = Entity::find_by_id(row.id).one(&tx).await?;
        tx.commit().await?;
        let Some(row) = row else { return Ok(Leased::Missing) };
        if taken {
            let (id, fence) = (row.id, Fence(row.fence));
            return match self.opened(key, row).await {
                Ok(credential) => Ok(Leased::Got {
                    fence,
                    credential: Box::new(credential),
                }),
                Err(error) => {
                    // Nobody should wait for a lease that is of no use.
                    self.release_lease(id, fence).await?;
                    Err(error)
                }
            };
        }
        match held(&row, now) {
            Some(until) => Ok(Leased::Held { until }),
            // Given back since: to be asked for again.
            None if open_to_refresh(&row) => Ok(Leased::Held { until: now }),
            None => Ok(Leased::Barred(Box::new(self.opened(key, row).await?))),
        }
    }

    /// Gives a lease back without a result. A mark stays: what it says may be so.
    pub async fn release_lease(&self, id: i64, fence: Fence) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        Entity::update_many()
            .col_expr(Column::LeaseOwner, Expr::value(None::<String>))
            .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
            .filter(ours(id, fence))
            .exec(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn opened(&self, key: &InstallationKey, row: Model) -> Result<Credential, StoreError> {
        open(self.db(), self.vault(), key, row).await
    }
}
