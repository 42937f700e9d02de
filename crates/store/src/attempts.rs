//! Install attempts: one run each through Slack's consent page, from our authorize URL to the callback.
//!
//! The `state` of an attempt is used once: one statement decides, whoever comes first.

use grantbook_core::{TeamId, Timestamp, request::RequestId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, sea_query::Expr,
};

use crate::{Store, StoreError, entity::install_attempts, words};

/// A new attempt. Of state and binding only the hashes are kept.
#[derive(Clone, Debug)]
pub struct NewAttempt {
    /// Its id.
    pub id: String,
    /// The app's row.
    pub app: i64,
    /// SHA-256 of the `state` parameter.
    pub state_hash: [u8; 32],
    /// SHA-256 of the cookie that binds it to the browser.
    pub binding_hash: [u8; 32],
    /// Asks for one channel only.
    pub single_channel: bool,
    /// The workspace Slack is asked to preselect.
    pub team: Option<TeamId>,
    /// The request whose link began it.
    pub request: Option<RequestId>,
    /// When it began.
    pub started_at: Timestamp,
    /// Until when its state is accepted.
    pub expires_at: Timestamp,
}

/// An attempt whose state was just used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: String,
    /// Asked for one channel only.
    pub single_channel: bool,
    /// The workspace Slack was asked to preselect.
    pub team: Option<TeamId>,
    /// The request whose link began it.
    pub request: Option<RequestId>,
}

/// What became of a `state` that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consumption {
    /// It was ours, unused, in time, and from the same browser. It is used now.
    Consumed(Attempt),
    /// We never gave it out, or for another app.
    UnknownState,
    /// It was used before.
    Used,
    /// It came too late.
    Expired,
    /// It came from a browser that did not begin the attempt. It stays usable for the one that did.
    ForeignBrowser,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The app is installed.
    Installed {
        /// The installation's row.
        installation: i64,
    },
    /// The person declined.
    Denied,
    /// Slack or we refused.
    Failed {
        /// Slack's code, or ours.
        error: String,
    },
}

/// Keeps a new attempt.
pub(crate) async fn begin(db: &impl ConnectionTrait, attempt: NewAttempt) -> Result<(), StoreError> {
    let row = install_attempts::ActiveModel {
        id: Set(attempt.id),
        app: Set(attempt.app),
        state_hash: Set(attempt.state_hash.to_vec()),
        binding_hash: Set(attempt.binding_hash.to_vec()),
        single_channel: Set(attempt.single_channel),
        team: Set(attempt.team.map(|team| team.to_string())),
        started_at: Set(attempt.started_at.micros()),
        expires_at: Set(attempt.expires_at.micros()),
        outcome: Set("started".to_owned()),
        request: Set(attempt.request.map(|request| request.0)),
        ..Default::default()
    };
    install_attempts::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Uses a state up. One conditional update decides; only a refusal looks for its reason.
pub(crate) async fn consume(
    db: &impl ConnectionTrait,
    app_row: i64,
    state_hash: &[u8; 32],
    binding_hash: Option<&[u8; 32]>,
    now: Timestamp,
) -> Result<Consumption, StoreError> {
    let used = match binding_hash {
        None => false,
        Some(binding) => {
            let updated = install_attempts::Entity::update_many()
                .col_expr(install_attempts::Column::ConsumedAt, Expr::value(now.micros()))
                .filter(install_attempts::Column::App.eq(app_row))
                .filter(install_attempts::Column::StateHash.eq(state_hash.to_vec()))
                .filter(install_attempts::Column::BindingHash.eq(binding.to_vec()))
                .filter(install_attempts::Column::ConsumedAt.is_null())
                .filter(install_attempts::Column::ExpiresAt.gt(now.micros()))
                .exec(db)
                .await?;
            updated.rows_affected == 1
        }
    };
    let row = install_attempts::Entity::find()
        .filter(install_attempts::Column::App.eq(app_row))
        .filter(install_attempts::Column::StateHash.eq(state_hash.to_vec()))
        .one(db)
        .await?;
    let Some(row) = row else {
        return Ok(Consumption::UnknownState);
    };
    if used {
        let team = row
            .team
            .map(|team| words::parse(&team, "install_attempts", "team", &row.id))
            .transpose()?;
        return Ok(Consumption::Consumed(Attempt {
            id: row.id,
            single_channel: row.single_channel,
            team,
            request: row.request.map(RequestId),
        }));
    }
    // Used and expired come first: who reloads the page after a finished install has no cookie any more.
    Ok(if row.consumed_at.is_some() {
        Consumption::Used
    } else if row.expires_at <= now.micros() {
        Consumption::Expired
    } else {
        Consumption::ForeignBrowser
    })
}

/// Records how an attempt ended; what has ended stays as it is.
pub(crate) async fn finish(
    db: &impl ConnectionTrait,
    id: &str,
    ending: &Ending,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (outcome, error, installation) = match ending {
        Ending::Installed { installation } => ("installed", None, Some(*installation)),
        Ending::Denied => ("denied", None, None),
        Ending::Failed { error } => ("failed", Some(error.clone()), None),
    };
    install_attempts::Entity::update_many()
        .col_expr(install_attempts::Column::Outcome, Expr::value(outcome))
        .col_expr(install_attempts::Column::Error, Expr::value(error))
        .col_expr(install_attempts::Column::Installation, Expr::value(installation))
        .col_expr(install_attempts::Column::EndedAt, Expr::value(now.micros()))
        .filter(install_attempts::Column::Id.eq(id))
        .filter(install_attempts::Column::Outcome.eq("started"))
        .exec(db)
        .await?;
    Ok(())
}

/// Ends the attempts that nobody finished in time; answers how many. Whose state was used and who then
/// got no end was interrupted on our side.
pub(crate) async fn expire(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, StoreError> {
    let overdue = || {
        install_attempts::Entity::update_many()
            .col_expr(
                install_attempts::Column::EndedAt,
                Expr::col(install_attempts::Column::ExpiresAt),
            )
            .filter(install_attempts::Column::Outcome.eq("started"))
            .filter(install_attempts::Column::ExpiresAt.lte(now.micros()))
    };
    let unused = overdue()
        .col_expr(install_attempts::Column::Outcome, Expr::value("expired"))
        .filter(install_attempts::Column::ConsumedAt.is_null())
        .exec(db)
        .await?;
    let interrupted = overdue()
        .col_expr(install_attempts::Column::Outcome, Expr::value("failed"))
        .col_expr(install_attempts::Column::Error, Expr::value("interrupted"))
        .exec(db)
        .await?;
    Ok(unused.rows_affected + interrupted.rows_affected)
}

impl Store {
    /// Keeps a new attempt.
    pub async fn begin_attempt(&self, attempt: NewAttempt) -> Result<(), StoreError> {
        begin(self.db(), attempt).await
    }

    /// Uses a state up, atomically. `binding_hash` is `None` when the browser sent no cookie.
    pub async fn consume_attempt(
        &self,
        app_row: i64,
        state_hash: &[u8; 32],
        binding_hash: Option<&[u8; 32]>,
        now: Timestamp,
    ) -> Result<Consumption, StoreError> {
        consume(self.db(), app_row, state_hash, binding_hash, now).await
    }

    /// Records how an attempt ended.
    pub async fn finish_attempt(&self, id: &str, ending: &Ending, now: Timestamp) -> Result<(), StoreError> {
        finish(self.db(), id, ending, now).await
    }

    /// Ends the attempts that nobody finished in time; answers how many.
    pub async fn expire_attempts(&self, now: Timestamp) -> Result<u64, StoreError> {
        expire(self.db(), now).await
    }
}

#[cfg(test)]
mod tests;
