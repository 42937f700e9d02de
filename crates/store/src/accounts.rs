//! People who may sign in, and the one-time link that makes the first of them.

use std::collections::BTreeMap;

use grantbook_core::{Timestamp, UserId, view::Role};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, SqlErr,
    sea_query::{Expr, OnConflict},
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    Store, StoreError,
    entity::{setup, users},
    words,
};

/// A person who may sign in.
#[derive(Clone, Debug)]
pub struct UserRecord {
    /// Their row.
    pub row: i64,
    /// The name they sign in with.
    pub name: String,
    /// Their password's hash, as a PHC string.
    pub password_hash: SecretString,
    /// What they may do.
    pub role: Role,
    /// Who they are in Slack.
    pub slack_user: Option<UserId>,
}

/// A user to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewUser<'a> {
    /// The name they sign in with.
    pub name: &'a str,
    /// Their password's hash, as a PHC string.
    pub password_hash: &'a SecretString,
    /// What they may do.
    pub role: Role,
    /// Who they are in Slack.
    pub slack_user: Option<&'a UserId>,
}

/// Why a user cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    /// The name is taken.
    #[error("another user has this name")]
    DuplicateName,
    /// Somebody else is this Slack user.
    #[error("another user is linked to this Slack user")]
    SlackUserTaken,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a user cannot be linked.
#[derive(Debug, thiserror::Error)]
pub enum LinkUserError {
    /// There is no such user.
    #[error("there is no user of this name")]
    Missing,
    /// Somebody else is this Slack user.
    #[error("another user is linked to this Slack user")]
    SlackUserTaken,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the first administrator cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// There is one already.
    #[error("an administrator exists already")]
    AlreadySetUp,
    /// The link is not the one that was given out.
    #[error("the set-up link is not valid")]
    InvalidLink,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The only row of `setup`.
const SETUP: i64 = 1;

/// Makes a user; answers the row.
pub(crate) async fn create(
    db: &impl ConnectionTrait,
    new: NewUser<'_>,
    now: Timestamp,
) -> Result<i64, CreateUserError> {
    let row = users::ActiveModel {
        name: Set(new.name.to_owned()),
        password_hash: Set(new.password_hash.expose_secret().to_owned()),
        role: Set(words::role_word(new.role).to_owned()),
        created_at: Set(now.micros()),
        slack_user: Set(new.slack_user.map(ToString::to_string)),
        ..Default::default()
    };
    match users::Entity::insert(row).exec(db).await {
        Ok(inserted) => Ok(inserted.last_insert_id),
        Err(error) => Err(match taken(&error) {
            Some(Taken::SlackUser) => CreateUserError::SlackUserTaken,
            Some(Taken::Name) => CreateUserError::DuplicateName,
            None => StoreError::from(error).into(),
        }),
    }
}

/// What somebody else has already.
enum Taken {
    Name,
    SlackUser,
}

/// Both databases name the column or its index.
fn taken(error: &DbErr) -> Option<Taken> {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(which)) if which.contains("slack_user") => Some(Taken::SlackUser),
        Some(SqlErr::UniqueConstraintViolation(_)) => Some(Taken::Name),
        _ => None,
    }
}

fn record(row: users::Model) -> Result<UserRecord, StoreError> {
    Ok(UserRecord {
        role: words::role(&row.role, "users", row.id)?,
        slack_user: slack_user(row.slack_user.as_deref(), row.id)?,
        row: row.id,
        name: row.name,
        password_hash: row.password_hash.into(),
    })
}

/// The Slack user of a row.
pub(crate) fn slack_user(text: Option<&str>, row: i64) -> Result<Option<UserId>, StoreError> {
    text.map(|text| words::parse(text, "users", "slack_user", row))
        .transpose()
}

/// The user of this name.
pub(crate) async fn by_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<UserRecord>, StoreError> {
    let row = users::Entity::find()
        .filter(users::Column::Name.eq(name))
        .one(db)
        .await?;
    row.map(record).transpose()
}

/// Keeps the hash of a new one-time link; the one before it no longer works.
pub(crate) async fn offer(db: &impl ConnectionTrait, token_hash: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
    let row = setup::ActiveModel {
        id: Set(SETUP),
        token_hash: Set(token_hash.to_vec()),
        created_at: Set(now.micros()),
        used_at: Set(None),
    };
    let replace = OnConflict::column(setup::Column::Id)
        .update_columns([
            setup::Column::TokenHash,
            setup::Column::CreatedAt,
            setup::Column::UsedAt,
        ])
        .to_owned();
    setup::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Uses the link up; answers whether it was the right one, and unused.
pub(crate) async fn use_link(
    db: &impl ConnectionTrait,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let used = setup::Entity::update_many()
        .col_expr(setup::Column::UsedAt, Expr::value(now.micros()))
        .filter(setup::Column::Id.eq(SETUP))
        .filter(setup::Column::TokenHash.eq(token_hash.to_vec()))
        .filter(setup::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(used.rows_affected == 1)
}

impl Store {
    /// Makes a user; answers the row.
    pub async fn create_user(
        &self,
        name: &str,
        password_hash: &SecretString,
        role: Role,
        now: Timestamp,
    ) -> Result<i64, CreateUserError> {
        let new = NewUser {
            name,
            password_hash,
            role,
            slack_user: None,
        };
        create(self.db(), new, now).await
    }

    /// Makes a user who is somebody in Slack, too; answers the row.
    pub async fn add_user(&self, new: NewUser<'_>, now: Timestamp) -> Result<i64, CreateUserError> {
        create(self.db(), new, now).await
    }

    /// Says who a user is in Slack; nobody, where none is given.
    pub async fn link_user(&self, name: &str, slack_user: Option<&UserId>) -> Result<(), LinkUserError> {
        let linked = users::Entity::update_many()
            .col_expr(
                users::Column::SlackUser,
                Expr::value(slack_user.map(ToString::to_string)),
            )
            .filter(users::Column::Name.eq(name))
            .exec(self.db())
            .await;
        match linked {
            Ok(done) if done.rows_affected == 1 => Ok(()),
            Ok(_) => Err(LinkUserError::Missing),
            Err(error) if taken(&error).is_some() => Err(LinkUserError::SlackUserTaken),
            Err(error) => Err(StoreError::from(error).into()),
        }
    }

    /// The user who is this one in Slack, or `None`.
    pub async fn user_in_slack(&self, slack_user: &UserId) -> Result<Option<UserRecord>, StoreError> {
        let row = users::Entity::find()
            .filter(users::Column::SlackUser.eq(slack_user.to_string()))
            .one(self.db())
            .await?;
        row.map(record).transpose()
    }

    /// The user of this name, or `None`.
    pub async fn user_by_name(&self, name: &str) -> Result<Option<UserRecord>, StoreError> {
        by_name(self.db(), name).await
    }

    /// Who the users of these names are in Slack; those who are nobody there are left out.
    pub async fn slack_users(&self, names: &[String]) -> Result<BTreeMap<String, UserId>, StoreError> {
        if names.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = users::Entity::find()
            .filter(users::Column::Name.is_in(names.iter().take(500)))
            .filter(users::Column::SlackUser.is_not_null())
            .all(self.db())
            .await?;
        let linked = rows.into_iter().filter_map(|row| {
            let user = slack_user(row.slack_user.as_deref(), row.id).transpose()?;
            Some(user.map(|user| (row.name, user)))
        });
        linked.collect()
    }

    /// Whether nobody can sign in yet.
    pub async fn needs_setup(&self) -> Result<bool, StoreError> {
        Ok(users::Entity::find().count(self.db()).await? == 0)
    }

    /// Keeps the hash of a new one-time link; the one before it no longer works.
    pub async fn offer_setup(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
        offer(self.db(), token_hash, now).await
    }

    /// Whether an unused one-time link has this hash.
    pub async fn setup_is_offered(&self, token_hash: &[u8; 32]) -> Result<bool, StoreError> {
        let row = setup::Entity::find_by_id(SETUP).one(self.db()).await?;
        Ok(row.is_some_and(|row| row.used_at.is_none() && row.token_hash == token_hash))
    }

    /// Makes the first administrator and uses the one-time link up, both or neither.
    pub async fn set_up(
        &self,
        token_hash: &[u8; 32],
        name: &str,
        password_hash: &SecretString,
        now: Timestamp,
    ) -> Result<i64, SetUpError> {
        let tx = self.begin().await?;
        // The link is one row: two who come at once meet here, and the second finds it used.
        let used = use_link(&tx, token_hash, now).await?;
        if users::Entity::find().count(&tx).await.map_err(StoreError::from)? > 0 {
            return Err(SetUpError::AlreadySetUp);
        }
        if !used {
            return Err(SetUpError::InvalidLink);
        }
        let new = NewUser {
            name,
            password_hash,
            role: Role::Admin,
            slack_user: None,
        };
        let row = create(&tx, new, now).await.map_err(|error| match error {
            CreateUserError::DuplicateName | CreateUserError::SlackUserTaken => SetUpError::AlreadySetUp,
            CreateUserError::Store(error) => SetUpError::Store(error),
        })?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(row)
    }
}
