//! Tokens: one per installation, sealed; what is shown of them is their kind.

use grantbook_core::{InstallationKey, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, OnConflict},
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    Store, StoreError, Vault,
    entity::tokens,
    installations::{self, InstallationRef},
    vault::Place,
};

/// A token as Slack gave it.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The access token.
    pub access: SecretString,
    /// The refresh token, where tokens rotate.
    pub refresh: Option<SecretString>,
    /// When it was received.
    pub issued_at: Timestamp,
    /// When it ends; `None` for one that does not.
    pub expires_at: Option<Timestamp>,
}

/// A token, opened.
#[derive(Clone, Debug)]
pub struct StoredToken {
    /// The access token.
    pub access: SecretString,
    /// The refresh token, where tokens rotate.
    pub refresh: Option<SecretString>,
    /// When it was received.
    pub issued_at: Timestamp,
    /// When it ends; `None` for one that does not.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// The kinds by their prefixes, longest first.
const KINDS: [&str; 9] = [
    "xoxe.xoxb-",
    "xoxe.xoxp-",
    "xoxa-2-",
    "xoxe-1-",
    "xoxr-",
    "xoxa-",
    "xoxb-",
    "xoxp-",
    "xoxe.",
];

/// The kind of a token by its prefix, never more: `xoxa-2-…`.
pub(crate) fn hint(token: &SecretString) -> String {
    let kind = KINDS.iter().find(|kind| token.expose_secret().starts_with(**kind));
    format!("{}…", kind.unwrap_or(&""))
}

/// Keeps a token in place of the one before it.
pub(crate) async fn save(
    db: &impl ConnectionTrait,
    vault: &Vault,
    installation: &InstallationRef,
    token: &NewToken,
) -> Result<(), StoreError> {
    let seal = |column, secret| vault.seal_text(&Place::new("tokens", column, &installation.key), secret);
    let row = tokens::ActiveModel {
        installation: Set(installation.row),
        access: Set(seal("access", &token.access)?),
        refresh: Set(token
            .refresh
            .as_ref()
            .map(|refresh| seal("refresh", refresh))
            .transpose()?),
        hint: Set(hint(&token.access)),
        issued_at: Set(token.issued_at.micros()),
        expires_at: Set(token.expires_at.map(Timestamp::micros)),
        key_id: Set(i64::from(vault.key_id())),
        revoked_at: Set(None),
    };
    let replace = OnConflict::column(tokens::Column::Installation)
        .update_columns([
            tokens::Column::Access,
            tokens::Column::Refresh,
            tokens::Column::Hint,
            tokens::Column::IssuedAt,
            tokens::Column::ExpiresAt,
            tokens::Column::KeyId,
            tokens::Column::RevokedAt,
        ])
        .to_owned();
    tokens::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The token of an installation.
pub(crate) async fn load(
    db: &impl ConnectionTrait,
    vault: &Vault,
    installation: &InstallationRef,
) -> Result<Option<StoredToken>, StoreError> {
    let Some(row) = tokens::Entity::find_by_id(installation.row).one(db).await? else {
        return Ok(None);
    };
    let open = |column, sealed: &[u8]| vault.open_text(&Place::new("tokens", column, &installation.key), sealed);
    Ok(Some(StoredToken {
        access: open("access", &row.access)?,
        refresh: row
            .refresh
            .as_deref()
            .map(|refresh| open("refresh", refresh))
            .transpose()?,
        issued_at: Timestamp::from_micros(row.issued_at),
        expires_at: row.expires_at.map(Timestamp::from_micros),
        revoked_at: row.revoked_at.map(Timestamp::from_micros),
    }))
}

/// Marks the token as revoked; the first moment stays.
pub(crate) async fn mark_revoked(db: &impl ConnectionTrait, row: i64, at: Timestamp) -> Result<(), StoreError> {
    tokens::Entity::update_many()
        .col_expr(tokens::Column::RevokedAt, Expr::value(at.micros()))
        .filter(tokens::Column::Installation.eq(row))
        .filter(tokens::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

impl Store {
    /// Keeps a token in place of the one before it.
    pub async fn save_token(&self, installation: &InstallationRef, token: &NewToken) -> Result<(), StoreError> {
        save(self.db(), self.vault(), installation, token).await
    }

    /// The token of an installation, opened; `None` where none was received.
    pub async fn load_token(&self, key: &InstallationKey) -> Result<Option<StoredToken>, StoreError> {
        match installations::by_key(self.db(), key).await? {
            Some(installation) => load(self.db(), self.vault(), &installation).await,
            None => Ok(None),
        }
    }

    /// Marks an installation's token as revoked.
    pub async fn mark_token_revoked(&self, row: i64, at: Timestamp) -> Result<(), StoreError> {
        mark_revoked(self.db(), row, at).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_tells_the_kind_and_nothing_else() {
        for (token, shown) in [
            ("xoxa-2-secret", "xoxa-2-…"),
            ("xoxb-123-secret", "xoxb-…"),
            ("xoxe.xoxb-1-secret", "xoxe.xoxb-…"),
            ("secret", "…"),
        ] {
            assert_eq!(hint(&token.into()), shown);
        }
    }
}
