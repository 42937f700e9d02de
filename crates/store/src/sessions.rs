//! Sessions of signed-in browsers. The cookie itself is never kept, only its hash.

use grantbook_core::{Timestamp, UserId, view::Role};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    Store, StoreError, accounts,
    entity::{sessions, users},
    words,
};

/// A new session.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// SHA-256 of the cookie.
    pub id_hash: [u8; 32],
    /// The user's row.
    pub user: i64,
    /// What state-changing requests must repeat.
    pub csrf: SecretString,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A session that has not ended.
#[derive(Clone, Debug)]
pub struct SessionRecord {
    /// The user's row.
    pub user: i64,
    /// The user's name.
    pub name: String,
    /// What they may do now.
    pub role: Role,
    /// Who they are in Slack.
    pub slack_user: Option<UserId>,
    /// What state-changing requests must repeat.
    pub csrf: SecretString,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Keeps a session.
pub(crate) async fn insert(db: &impl ConnectionTrait, session: &NewSession) -> Result<(), StoreError> {
    let row = sessions::ActiveModel {
        id_hash: Set(session.id_hash.to_vec()),
        user: Set(session.user),
        csrf: Set(session.csrf.expose_secret().to_owned()),
        created_at: Set(session.created_at.micros()),
        expires_at: Set(session.expires_at.micros()),
    };
    sessions::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// The session of this cookie, unless it has ended.
pub(crate) async fn lookup(
    db: &impl ConnectionTrait,
    id_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<SessionRecord>, StoreError> {
    let session = sessions::Entity::find_by_id(id_hash.to_vec())
        .filter(sessions::Column::ExpiresAt.gt(now.micros()))
        .one(db)
        .await?;
    let Some(session) = session else { return Ok(None) };
    let user = users::Entity::find_by_id(session.user).one(db).await?;
    let user = user.ok_or_else(|| StoreError::inconsistent("sessions", "user", session.user))?;
    Ok(Some(SessionRecord {
        role: words::role(&user.role, "users", user.id)?,
        slack_user: accounts::slack_user(user.slack_user.as_deref(), user.id)?,
        user: user.id,
        name: user.name,
        csrf: session.csrf.into(),
        expires_at: Timestamp::from_micros(session.expires_at),
    }))
}

impl Store {
    /// Keeps a session.
    pub async fn insert_session(&self, session: &NewSession) -> Result<(), StoreError> {
        insert(self.db(), session).await
    }

    /// The session of this cookie, or `None` when there is none or it has ended.
    pub async fn session(&self, id_hash: &[u8; 32], now: Timestamp) -> Result<Option<SessionRecord>, StoreError> {
        lookup(self.db(), id_hash, now).await
    }

    /// Ends a session.
    pub async fn delete_session(&self, id_hash: &[u8; 32]) -> Result<(), StoreError> {
        sessions::Entity::delete_by_id(id_hash.to_vec()).exec(self.db()).await?;
        Ok(())
    }

    /// Forgets the sessions that have ended; answers how many.
    pub async fn purge_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let ended = sessions::Column::ExpiresAt.lte(now.micros());
        Ok(sessions::Entity::delete_many()
            .filter(ended)
            .exec(self.db())
            .await?
            .rows_affected)
    }
}
