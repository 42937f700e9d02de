//! Revocations: `tokens_revoked` names people and bots, not tokens, and `app_uninstalled` ends them all.

use std::collections::BTreeSet;

use grantbook_core::{Fact, Timestamp, UserId, ledger::Draft};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use super::{CredentialKind, CredentialState, Holder};
use crate::{
    Store, StoreError,
    entity::credentials::{Column, Entity, Model},
    token_events::{self, What},
    words,
};

/// Whose tokens end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Whose {
    Everybodys,
    These { app: bool, users: BTreeSet<UserId> },
}

/// Tokens of one installation that end at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revocation {
    installation: i64,
    whose: Whose,
    at: Timestamp,
}

impl Revocation {
    /// What a ledger entry revokes.
    pub(crate) fn of(installation: i64, draft: &Draft) -> Option<Self> {
        let whose = match &draft.fact {
            Fact::TokensRevoked { oauth, bot, .. } => Whose::These {
                app: !bot.is_empty(),
                users: oauth.clone(),
            },
            Fact::Uninstalled => Whose::Everybodys,
            _ => return None,
        };
        Some(Self {
            installation,
            whose,
            at: draft.key.at(),
        })
    }

    /// As in the ledger, events of one second come after the install of that second. What was received later
    /// is another token: events arrive late.
    fn meets(&self, row: &Model, holder: &Holder) -> bool {
        self.installation == row.installation
            && Timestamp::from_micros(row.issued_at).seconds() <= self.at.seconds()
            && row.revoked_at.is_none_or(|before| self.at.micros() < before)
            && match (&self.whose, holder) {
                (Whose::Everybodys, _) => true,
                (Whose::These { app, users }, Holder::App) => *app || (named_by_people(row) && !users.is_empty()),
                (Whose::These { users, .. }, Holder::User(user)) => users.contains(user),
            }
    }
}

/// A workspace app has no bot: its token is named by the person who allowed it.
fn named_by_people(row: &Model) -> bool {
    [CredentialKind::Workspace, CredentialKind::User]
        .iter()
        .any(|kind| kind.as_str() == row.kind)
}

/// Ends tokens, in the order of rows as everybody who writes more than one. Answers whose ended. One that ended
/// before stays so since the earliest moment known, in whatever order the events come.
pub(crate) async fn apply(
    db: &impl ConnectionTrait,
    revocations: &[Revocation],
) -> Result<Vec<(i64, Holder)>, StoreError> {
    if revocations.is_empty() {
        return Ok(Vec::new());
    }
    let installations: BTreeSet<i64> = revocations.iter().map(|revocation| revocation.installation).collect();
    let rows = Entity::find()
        .filter(Column::Installation.is_in(installations))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(db)
        .await?;
    let mut ended = Vec::new();
    for row in rows {
        let holder: Holder = words::parse(&row.holder, "credentials", "holder", row.id)?;
        let earliest = revocations
            .iter()
            .filter(|revocation| revocation.meets(&row, &holder))
            .map(|revocation| revocation.at)
            .min();
        if let Some(at) = earliest {
            if row.revoked_at.is_some() {
                antedate(db, &row, at).await?;
                continue;
            }
            revoke(db, &row, at, None).await?;
            ended.push((row.installation, holder));
        }
    }
    Ok(ended)
}

async fn antedate(db: &impl ConnectionTrait, row: &Model, at: Timestamp) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(at.micros()))
        .filter(Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

/// The fence moves on: what a refresh under way brings is no longer wanted. `code` tells what led to it, where
/// that was not Slack's own event.
async fn revoke(db: &impl ConnectionTrait, row: &Model, at: Timestamp, code: Option<&str>) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(CredentialState::Revoked.as_str()))
        .col_expr(Column::RevokedAt, Expr::value(at.micros()))
        .col_expr(Column::Fence, Expr::col(Column::Fence).add(1))
        .col_expr(Column::LeaseOwner, Expr::value(None::<String>))
        .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
        .filter(Column::Id.eq(row.id))
        .exec(db)
        .await?;
    token_events::append(db, row, at, What::Revoked, code).await
}

/// Ends one token by ours, not Slack's, word; `why` is kept with what happened to it.
pub(crate) async fn end(
    db: &impl ConnectionTrait,
    installation: i64,
    holder: &Holder,
    at: Timestamp,
    why: &str,
) -> Result<(), StoreError> {
    let row = Entity::find()
        .filter(Column::Installation.eq(installation))
        .filter(Column::Holder.eq(holder.as_str()))
        .filter(Column::RevokedAt.is_null())
        .lock_exclusive()
        .one(db)
        .await?;
    match row {
        Some(row) => revoke(db, &row, at, Some(why)).await,
        None => Ok(()),
    }
}

impl Store {
    /// Ends the tokens of these people, and the app's own where a bot is named, that were received by `now`;
    /// answers whose ended. The first moment stays. The inbox does the same with each `tokens_revoked`, in the
    /// transaction that appends it, and with `app_uninstalled` for all.
    pub async fn revoke_holders(
        &self,
        installation: i64,
        users: &BTreeSet<UserId>,
        bots: &BTreeSet<UserId>,
        now: Timestamp,
    ) -> Result<Vec<Holder>, StoreError> {
        let whose = Whose::These {
            app: !bots.is_empty(),
            users: users.clone(),
        };
        self.revoke(installation, whose, now).await
    }

    /// Marks an installation's own token as revoked; the first moment stays.
    pub async fn mark_token_revoked(&self, row: i64, at: Timestamp) -> Result<(), StoreError> {
        let whose = Whose::These {
            app: true,
            users: BTreeSet::new(),
        };
        self.revoke(row, whose, at).await.map(drop)
    }

    async fn revoke(&self, installation: i64, whose: Whose, at: Timestamp) -> Result<Vec<Holder>, StoreError> {
        let tx = self.begin().await?;
        let revocation = Revocation {
            installation,
            whose,
            at,
        };
        let ended = apply(&tx, &[revocation]).await?;
        tx.commit().await?;
        Ok(ended.into_iter().map(|(_, holder)| holder).collect())
    }
}
