//! API keys: a public id, and the hash of the secret part.

use grantbook_core::{
    Timestamp,
    view::{KeyView, Page, Role},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use crate::{
    Store, StoreError,
    entity::api_keys,
    notices::Notices,
    queries::{PageRequest, QueryError, cursor::Cut},
    words,
};

/// A key as authentication needs it.
#[derive(Clone)]
pub struct KeyRecord {
    /// SHA-256 of the secret part, to be compared in constant time.
    pub secret_hash: Vec<u8>,
    /// What may be shown of it.
    pub view: KeyView,
}

impl std::fmt::Debug for KeyRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRecord")
            .field("view", &self.view)
            .finish_non_exhaustive()
    }
}

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRights {
    /// As people have one.
    pub role: Role,
    /// Whether it may read tokens. No role brings that with it.
    pub tokens: bool,
}

impl From<Role> for KeyRights {
    /// The role, and no tokens.
    fn from(role: Role) -> Self {
        Self { role, tokens: false }
    }
}

const LIST: &str = "keys";

/// Keeps a new key.
pub(crate) async fn insert(
    db: &impl ConnectionTrait,
    id: &str,
    name: &str,
    secret_hash: &[u8; 32],
    rights: KeyRights,
    now: Timestamp,
) -> Result<KeyView, StoreError> {
    let KeyRights { role, tokens } = rights;
    let row = api_keys::ActiveModel {
        id: Set(id.to_owned()),
        name: Set(name.to_owned()),
        secret_hash: Set(secret_hash.to_vec()),
        role: Set(words::role_word(role).to_owned()),
        created_at: Set(now.micros()),
        last_used_at: Set(None),
        revoked_at: Set(None),
        may_read_tokens: Set(tokens),
    };
    api_keys::Entity::insert(row).exec_without_returning(db).await?;
    Ok(KeyView {
        id: id.to_owned(),
        name: name.to_owned(),
        role,
        tokens,
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    })
}

/// Keys, newest first, revoked ones too.
pub(crate) async fn list(db: &impl ConnectionTrait, page: &PageRequest) -> Result<Page<KeyView>, QueryError> {
    let mut wanted = Condition::all();
    if let Some((created_at, id)) = page.after::<(i64, String)>(LIST)? {
        let columns = [api_keys::Column::CreatedAt, api_keys::Column::Id].map(Expr::col);
        wanted = wanted.add(Expr::tuple(columns).lt(Expr::tuple([Expr::val(created_at), Expr::val(id)])));
    }
    let rows = api_keys::Entity::find()
        .filter(wanted)
        .order_by_desc(api_keys::Column::CreatedAt)
        .order_by_desc(api_keys::Column::Id)
        .limit(page.limit_and_one())
        .all(db)
        .await?;
    let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| (row.created_at, row.id.clone()));
    Ok(Page {
        items: rows.into_iter().map(view).collect::<Result<_, _>>()?,
        next_cursor,
    })
}

fn view(row: api_keys::Model) -> Result<KeyView, StoreError> {
    Ok(KeyView {
        role: words::role(&row.role, "api_keys", &row.id)?,
        tokens: row.may_read_tokens,
        created_at: Timestamp::from_micros(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp::from_micros),
        revoked_at: row.revoked_at.map(Timestamp::from_micros),
        id: row.id,
        name: row.name,
    })
}

impl Store {
    /// Keeps a new key. A role alone means: no tokens.
    pub async fn insert_key(
        &self,
        id: &str,
        name: &str,
        secret_hash: &[u8; 32],
        rights: impl Into<KeyRights>,
        now: Timestamp,
    ) -> Result<KeyView, StoreError> {
        insert(self.db(), id, name, secret_hash, rights.into(), now).await
    }

    /// Keys, newest first, revoked ones too.
    pub async fn keys(&self, page: &PageRequest) -> Result<Page<KeyView>, QueryError> {
        list(self.db(), page).await
    }

    /// The key of this id, revoked or not.
    pub async fn key(&self, id: &str) -> Result<Option<KeyRecord>, StoreError> {
        let row = api_keys::Entity::find_by_id(id).one(self.db()).await?;
        row.map(|row| {
            Ok(KeyRecord {
                secret_hash: row.secret_hash.clone(),
                view: view(row)?,
            })
        })
        .transpose()
    }

    /// Remembers that a key was used, unless that was noted after `noted_before`: so that a busy key
    /// costs a write now and then, not with each request.
    pub async fn touch_key(&self, id: &str, now: Timestamp, noted_before: Timestamp) -> Result<(), StoreError> {
        let stale = Condition::any()
            .add(api_keys::Column::LastUsedAt.is_null())
            .add(api_keys::Column::LastUsedAt.lt(noted_before.micros()));
        api_keys::Entity::update_many()
            .col_expr(api_keys::Column::LastUsedAt, Expr::value(now.micros()))
            .filter(api_keys::Column::Id.eq(id))
            .filter(stale)
            .exec(self.db())
            .await?;
        Ok(())
    }

    /// Revokes a key; answers whether it existed. The first moment stays.
    pub async fn revoke_key(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        let updated = api_keys::Entity::update_many()
            .col_expr(api_keys::Column::RevokedAt, Expr::value(now.micros()))
            .filter(api_keys::Column::Id.eq(id))
            .filter(api_keys::Column::RevokedAt.is_null())
            .exec(&tx)
            .await?;
        let notices = Notices {
            keys: vec![id.to_owned()],
            ..Notices::default()
        };
        self.commit(tx, notices).await?;
        Ok(updated.rows_affected == 1 || api_keys::Entity::find_by_id(id).one(self.db()).await?.is_some())
    }
}
