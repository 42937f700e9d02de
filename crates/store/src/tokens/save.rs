//! Tokens of an install: they take the place of those before them, whatever is going on with these.

use grantbook_core::{Timestamp, view::Model};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::{CredentialKind, CredentialState, Holder, NewToken, credential, hint, place};
use crate::{
    StoreError, Vault,
    entity::{
        credentials::{ActiveModel, Column, Entity},
        installations,
    },
    installations::InstallationRef,
    keyring,
    token_events::{self, What},
};

/// Keeps tokens in place of those before them. Inside a transaction, as everything that seals.
pub(crate) async fn save(
    db: &impl ConnectionTrait,
    vault: &Vault,
    installation: &InstallationRef,
    tokens: &[(Holder, &NewToken)],
) -> Result<(), StoreError> {
    if tokens.is_empty() {
        return Ok(());
    }
    keyring::before_sealing(db, vault).await?;
    lock(db, installation.row).await?;
    let modern = is_modern(db, installation.row).await?;
    for (holder, token) in tokens {
        let kind = match CredentialKind::of(holder, token) {
            // Tokens of both kinds once began with `xoxa-`.
            CredentialKind::Workspace if modern => CredentialKind::Bot,
            kind => kind,
        };
        Entity::insert(fresh(vault, installation, (holder, kind), token)?)
            .on_conflict(in_place())
            .exec_without_returning(db)
            .await?;
        let row = credential::of_holder(db, installation.row, holder).await?;
        let row = row.ok_or_else(|| StoreError::inconsistent("credentials", "holder", &installation.key))?;
        token_events::append(db, &row, token.issued_at, What::Issued, None).await?;
    }
    Ok(())
}

/// Takes the locks in the order of rows, as everybody who writes more than one: writers wait for one another and
/// never cross.
async fn lock(db: &impl ConnectionTrait, installation: i64) -> Result<(), StoreError> {
    let _rows: Vec<i64> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Installation.eq(installation))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(db)
        .await?;
    Ok(())
}

async fn is_modern(db: &impl ConnectionTrait, installation: i64) -> Result<bool, StoreError> {
    let model: Option<String> = installations::Entity::find_by_id(installation)
        .select_only()
        .column(installations::Column::Model)
        .into_tuple()
        .one(db)
        .await?;
    Ok(model.as_deref() == Some(Model::Modern.as_str()))
}

fn fresh(
    vault: &Vault,
    installation: &InstallationRef,
    (holder, kind): (&Holder, CredentialKind),
    token: &NewToken,
) -> Result<ActiveModel, StoreError> {
    let seal = |column, secret| vault.seal_text(&place(&installation.key, holder, column), secret);
    Ok(ActiveModel {
        installation: Set(installation.row),
        holder: Set(holder.as_str().to_owned()),
        kind: Set(kind.as_str().to_owned()),
        access: Set(seal("access", &token.access)?),
        refresh: Set(token
            .refresh
            .as_ref()
            .map(|refresh| seal("refresh", refresh))
            .transpose()?),
        hint: Set(hint(&token.access)),
        key_id: Set(i64::from(vault.key_id())),
        issued_at: Set(token.issued_at.micros()),
        expires_at: Set(token.expires_at.map(Timestamp::micros)),
        generation: Set(1),
        fence: Set(1),
        lease_owner: Set(None),
        lease_until: Set(None),
        spending_since: Set(None),
        state: Set(CredentialState::Live.as_str().to_owned()),
        problem: Set(None),
        failures: Set(0),
        retry_at: Set(None),
        refreshed_at: Set(None),
        revoked_at: Set(None),
        ..Default::default()
    })
}

/// Everything anew; the fence moves on, so that a refresh under way can no longer write what it brings.
fn in_place() -> OnConflict {
    let next = |column| Expr::col((Entity, column)).add(1);
    OnConflict::columns([Column::Installation, Column::Holder])
        .update_columns([
            Column::Kind,
            Column::Access,
            Column::Refresh,
            Column::Hint,
            Column::KeyId,
            Column::IssuedAt,
            Column::ExpiresAt,
            Column::LeaseOwner,
            Column::LeaseUntil,
            Column::SpendingSince,
            Column::State,
            Column::Problem,
            Column::Failures,
            Column::RetryAt,
            Column::RefreshedAt,
            Column::RevokedAt,
        ])
        .value(Column::Generation, next(Column::Generation))
        .value(Column::Fence, next(Column::Fence))
        .to_owned()
}
