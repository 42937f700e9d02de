//! A credential as the flows see it: opened, or only told of.

use grantbook_core::{InstallationKey, Timestamp, grants::Status};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use secrecy::SecretString;

use super::{CredentialKind, CredentialState, Holder, place};
use crate::{
    Store, StoreError, Vault,
    entity::credentials::{Column, Entity, Model},
    installations, keyring,
    queries::frame::Frame,
    words,
};

/// A token with all that is known of its rotation, opened.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Its row.
    pub id: i64,
    /// The installation.
    pub installation: InstallationKey,
    /// Whose it is.
    pub holder: Holder,
    /// Of which kind.
    pub kind: CredentialKind,
    /// The access token.
    pub access: SecretString,
    /// The refresh token, where tokens rotate.
    pub refresh: Option<SecretString>,
    /// `xoxe.xoxb-…`: the kind by the prefix, never more.
    pub hint: String,
    /// When it was received.
    pub issued_at: Timestamp,
    /// When it ends; `None` for one that does not.
    pub expires_at: Option<Timestamp>,
    /// Which token of this holder it is: the first is 1, and each new one is one more.
    pub generation: u64,
    /// How it stands.
    pub state: CredentialState,
    /// Why the last refresh did not happen, as a code.
    pub problem: Option<String>,
    /// How often in a row it did not happen.
    pub failures: u32,
    /// Before then it is not tried again in the background.
    pub retry_at: Option<Timestamp>,
    /// Since when the refresh token of this generation may be spent: written before the call that spends it,
    /// taken back only by who knows that it was not.
    pub spending_since: Option<Timestamp>,
    /// Until when somebody holds the right to refresh it, if anybody does.
    pub lease_until: Option<Timestamp>,
    /// When it was last refreshed.
    pub refreshed_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// A credential without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRef {
    /// Its row.
    pub id: i64,
    /// The installation.
    pub installation: InstallationKey,
    /// Whose it is.
    pub holder: Holder,
    /// Of which kind.
    pub kind: CredentialKind,
    /// Which token of this holder it is.
    pub generation: u64,
    /// How it stands.
    pub state: CredentialState,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Since when its refresh token may be spent.
    pub spending_since: Option<Timestamp>,
}

/// The words of a row, read.
struct Words {
    holder: Holder,
    kind: CredentialKind,
    state: CredentialState,
}

impl Words {
    fn of(row: &Model) -> Result<Self, StoreError> {
        let bad = |column| StoreError::inconsistent("credentials", column, row.id);
        let kind = CredentialKind::ALL.into_iter().find(|kind| kind.as_str() == row.kind);
        let state = CredentialState::ALL
            .into_iter()
            .find(|state| state.as_str() == row.state);
        Ok(Self {
            holder: words::parse(&row.holder, "credentials", "holder", row.id)?,
            kind: kind.ok_or_else(|| bad("kind"))?,
            state: state.ok_or_else(|| bad("state"))?,
        })
    }
}

/// Opens a row of this installation.
pub(super) async fn open(
    db: &impl ConnectionTrait,
    vault: &Vault,
    key: &InstallationKey,
    row: Model,
) -> Result<Credential, StoreError> {
    let Words { holder, kind, state } = Words::of(&row)?;
    let sealed = std::iter::once(&row.access).chain(&row.refresh);
    keyring::before_opening(db, vault, sealed.map(Vec::as_slice)).await?;
    let open = |column, sealed: &[u8]| vault.open_text(&place(key, &holder, column), sealed);
    let moment = |micros: Option<i64>| micros.map(Timestamp::from_micros);
    Ok(Credential {
        access: open("access", &row.access)?,
        refresh: row
            .refresh
            .as_deref()
            .map(|refresh| open("refresh", refresh))
            .transpose()?,
        id: row.id,
        installation: key.clone(),
        holder,
        kind,
        hint: row.hint,
        issued_at: Timestamp::from_micros(row.issued_at),
        expires_at: moment(row.expires_at),
        generation: row.generation.unsigned_abs(),
        state,
        problem: row.problem,
        failures: row.failures.unsigned_abs(),
        retry_at: moment(row.retry_at),
        spending_since: moment(row.spending_since),
        lease_until: moment(row.lease_until),
        refreshed_at: moment(row.refreshed_at),
        revoked_at: moment(row.revoked_at),
    })
}

/// Rows without their secrets.
pub(super) async fn tell_of(db: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<CredentialRef>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let frame = Frame::of_rows(db, rows.iter().map(|row| row.installation)).await?;
    rows.into_iter()
        .map(|row| {
            let Words { holder, kind, state } = Words::of(&row)?;
            Ok(CredentialRef {
                id: row.id,
                installation: frame.key(row.installation)?.clone(),
                holder,
                kind,
                generation: row.generation.unsigned_abs(),
                state,
                expires_at: row.expires_at.map(Timestamp::from_micros),
                spending_since: row.spending_since.map(Timestamp::from_micros),
            })
        })
        .collect()
}

/// The row of a holder, or `None`.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    key: &InstallationKey,
    holder: &Holder,
) -> Result<Option<Model>, StoreError> {
    let Some(installation) = installations::by_key(db, key).await? else {
        return Ok(None);
    };
    Ok(of_holder(db, installation.row, holder).await?)
}

/// The row of a holder in this installation's row, or `None`.
pub(super) async fn of_holder(
    db: &impl ConnectionTrait,
    installation: i64,
    holder: &Holder,
) -> Result<Option<Model>, sea_orm::DbErr> {
    Entity::find()
        .filter(Column::Installation.eq(installation))
        .filter(Column::Holder.eq(holder.as_str()))
        .one(db)
        .await
}

impl Store {
    /// The credential of a holder, opened; `None` where there is none.
    pub async fn credential(&self, key: &InstallationKey, holder: &Holder) -> Result<Option<Credential>, StoreError> {
        match find(self.db(), key, holder).await? {
            Some(row) => open(self.db(), self.vault(), key, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The person whose token an installed app calls with where it has no living one of its own: of those that
    /// live, whose came first.
    pub async fn person_to_call_as(&self, key: &InstallationKey) -> Result<Option<Holder>, StoreError> {
        let Some(installation) = installations::model(self.db(), key).await? else {
            return Ok(None);
        };
        if installation.status != Status::Installed.as_str() {
            return Ok(None);
        }
        let row = Entity::find()
            .filter(Column::Installation.eq(installation.id))
            .filter(Column::Holder.ne(Holder::App.as_str()))
            .filter(Column::State.eq(CredentialState::Live.as_str()))
            .order_by_asc(Column::Id)
            .one(self.db())
            .await?;
        row.map(|row| words::parse(&row.holder, "credentials", "holder", row.id))
            .transpose()
    }

    /// All credentials of an installation, opened, the app's and people's, in the order in which they came.
    pub async fn credentials(&self, key: &InstallationKey) -> Result<Vec<Credential>, StoreError> {
        let Some(installation) = installations::by_key(self.db(), key).await? else {
            return Ok(Vec::new());
        };
        let rows = Entity::find()
            .filter(Column::Installation.eq(installation.row))
            .order_by_asc(Column::Id)
            .all(self.db())
            .await?;
        let mut opened = Vec::with_capacity(rows.len());
        for row in rows {
            opened.push(open(self.db(), self.vault(), key, row).await?);
        }
        Ok(opened)
    }
}
