//! A refresh, step by step: the mark before the call, and what the call came to.
//!
//! Every step names its fence. Whoever lost the lease to another, or to a new install, writes nothing.

use grantbook_core::Timestamp;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _, UpdateMany,
    sea_query::{Expr, ExprTrait as _},
};
use secrecy::SecretString;

use super::{CredentialState, Fence, Holder, NewToken, hint, lease::ours, place};
use crate::{
    Store, StoreError,
    entity::credentials::{Column, Entity, Model},
    keyring,
    queries::frame::Frame,
    token_events::{self, What},
    words,
};

/// What a refresh came to.
struct Outcome<'a> {
    update: UpdateMany<Entity>,
    what: What,
    code: Option<&'a str>,
}

/// Gives the lease back with whatever else is written.
fn ending() -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::LeaseOwner, Expr::value(None::<String>))
        .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
}

/// Writes what it came to, and what to tell of it, if the lease is still this one.
async fn end(
    tx: DatabaseTransaction,
    id: i64,
    fence: Fence,
    outcome: Outcome<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let written = outcome.update.filter(ours(id, fence)).exec(&tx).await?;
    if written.rows_affected != 1 {
        tx.rollback().await?;
        return Ok(false);
    }
    let row = by_id(&tx, id).await?;
    token_events::append(&tx, &row, now, outcome.what, outcome.code).await?;
    tx.commit().await?;
    Ok(true)
}

async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Model, StoreError> {
    let row = Entity::find_by_id(id).one(db).await?;
    row.ok_or_else(|| StoreError::inconsistent("credentials", "id", id))
}

impl Store {
    /// Writes down that the refresh token of this generation is about to be spent. Call Slack only if this says
    /// yes: it says no where the lease is over or lost, where it was said before, and where the credential
    /// was revoked meanwhile.
    pub async fn mark_spending(&self, id: i64, fence: Fence, now: Timestamp) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        let marked = Entity::update_many()
            .col_expr(Column::SpendingSince, Expr::value(now.micros()))
            .filter(ours(id, fence))
            .filter(Column::LeaseUntil.gt(now.micros()))
            .filter(Column::SpendingSince.is_null())
            .filter(Column::State.is_in(CredentialState::REFRESHABLE))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(marked.rows_affected == 1)
    }

    /// Slack gave a new token: it becomes the next generation. Where the answer has no refresh token, the one
    /// that was spent serves again (`oauth.access`, protocol B.3). False, and nothing is written, where the
    /// lease is no longer this one.
    pub async fn replace_token(
        &self,
        id: i64,
        fence: Fence,
        token: &NewToken,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        keyring::before_sealing(&tx, self.vault()).await?;
        let row = by_id(&tx, id).await?;
        let frame = Frame::of_rows(&tx, [row.installation]).await?;
        let key = frame.key(row.installation)?;
        let holder: Holder = words::parse(&row.holder, "credentials", "holder", id)?;
        let seal = |column, secret: &SecretString| self.vault().seal_text(&place(key, &holder, column), secret);
        let mut update = ending()
            .col_expr(Column::Access, Expr::value(seal("access", &token.access)?))
            .col_expr(Column::KeyId, Expr::value(i64::from(self.vault().key_id())))
            .col_expr(Column::Hint, Expr::value(hint(&token.access)))
            .col_expr(Column::IssuedAt, Expr::value(token.issued_at.micros()))
            .col_expr(Column::ExpiresAt, Expr::value(token.expires_at.map(Timestamp::micros)))
            .col_expr(Column::Generation, Expr::col(Column::Generation).add(1))
            .col_expr(Column::SpendingSince, Expr::value(None::<i64>))
            .col_expr(Column::State, Expr::value(CredentialState::Live.as_str()))
            .col_expr(Column::Problem, Expr::value(None::<String>))
            .col_expr(Column::Failures, Expr::value(0))
            .col_expr(Column::RetryAt, Expr::value(None::<i64>))
            .col_expr(Column::RefreshedAt, Expr::value(now.micros()));
        if let Some(refresh) = &token.refresh {
            update = update.col_expr(Column::Refresh, Expr::value(seal("refresh", refresh)?));
        }
        let outcome = Outcome {
            update,
            what: What::Refreshed,
            code: None,
        };
        end(tx, id, fence, outcome, now).await
    }

    /// The refresh did not happen, and surely nothing was spent: Slack was not reached, or refused without
    /// touching the token. Not before `retry_at` again; `exhausted` when it is not to be tried again by
    /// itself. False where the lease is no longer this one.
    pub async fn refresh_failed(
        &self,
        id: i64,
        fence: Fence,
        code: &str,
        retry_at: Option<Timestamp>,
        exhausted: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let state = if exhausted {
            CredentialState::Exhausted
        } else {
            CredentialState::Live
        };
        let update = ending()
            .col_expr(Column::SpendingSince, Expr::value(None::<i64>))
            .col_expr(Column::State, Expr::value(state.as_str()))
            .col_expr(Column::Problem, Expr::value(code))
            .col_expr(Column::Failures, Expr::col(Column::Failures).add(1))
            .col_expr(Column::RetryAt, Expr::value(retry_at.map(Timestamp::micros)));
        let outcome = Outcome {
            update,
            what: What::Failed,
            code: Some(code),
        };
        end(self.begin().await?, id, fence, outcome, now).await
    }

    /// The refresh token is spent, for all that can be known, and there is no new one: only a new
    /// authorization helps. The mark stays. False where the lease is no longer this one.
    pub async fn refresh_lost(&self, id: i64, fence: Fence, code: &str, now: Timestamp) -> Result<bool, StoreError> {
        let update = ending()
            .col_expr(
                Column::State,
                Expr::value(CredentialState::NeedsReauthorization.as_str()),
            )
            .col_expr(Column::Problem, Expr::value(code))
            .col_expr(Column::Failures, Expr::col(Column::Failures).add(1))
            .col_expr(Column::RetryAt, Expr::value(None::<i64>));
        let outcome = Outcome {
            update,
            what: What::Lost,
            code: Some(code),
        };
        end(self.begin().await?, id, fence, outcome, now).await
    }
}
