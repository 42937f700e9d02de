//! What happened to each token: received, refreshed, refused, lost, revoked, handed out. Appended to, never
//! changed, and never with a token in it.

use grantbook_core::{InstallationKey, Timestamp, view::Page};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::{
    Store, StoreError,
    audit::{self, NewAudit},
    entity::{credentials, token_events},
    installations,
    queries::{
        PageRequest, QueryError,
        cursor::{self, Cut},
    },
    tokens::Holder,
    words,
};

const LIST: &str = "token_events";

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Slack gave it when the app was installed.
    Issued,
    /// Slack gave it for the refresh token before it.
    Refreshed,
    /// A refresh did not happen, and surely nothing was spent.
    Failed,
    /// A refresh token was spent, and the answer is lost.
    Lost,
    /// Who was refreshing it vanished between the call and the commit.
    Interrupted,
    /// It was revoked.
    Revoked,
    /// It was handed out.
    Brokered,
}

impl What {
    const ALL: [Self; 7] = [
        Self::Issued,
        Self::Refreshed,
        Self::Failed,
        Self::Lost,
        Self::Interrupted,
        Self::Revoked,
        Self::Brokered,
    ];

    /// A stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Refreshed => "refreshed",
            Self::Failed => "failed",
            Self::Lost => "lost",
            Self::Interrupted => "interrupted",
            Self::Revoked => "revoked",
            Self::Brokered => "brokered",
        }
    }
}

/// One thing that happened to a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEvent {
    /// Its number; later ones have larger ones.
    pub id: i64,
    /// Whose token.
    pub holder: Holder,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: What,
    /// Slack's code or ours, where something went wrong; for a brokered one, to whom.
    pub code: Option<String>,
    /// Which token: the first is 1.
    pub generation: u64,
}

/// Writes down what happened to a credential as it stands now.
pub(crate) async fn append(
    db: &impl ConnectionTrait,
    credential: &credentials::Model,
    at: Timestamp,
    what: What,
    code: Option<&str>,
) -> Result<(), StoreError> {
    let row = token_events::ActiveModel {
        installation: Set(credential.installation),
        holder: Set(credential.holder.clone()),
        at: Set(at.micros()),
        what: Set(what.as_str().to_owned()),
        code: Set(code.map(str::to_owned)),
        generation: Set(credential.generation),
        ..Default::default()
    };
    token_events::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

fn event(row: token_events::Model) -> Result<TokenEvent, StoreError> {
    let what = What::ALL.into_iter().find(|what| what.as_str() == row.what);
    Ok(TokenEvent {
        id: row.id,
        holder: words::parse(&row.holder, "token_events", "holder", row.id)?,
        at: Timestamp::from_micros(row.at),
        what: what.ok_or_else(|| StoreError::inconsistent("token_events", "what", row.id))?,
        code: row.code,
        generation: row.generation.unsigned_abs(),
    })
}

impl Store {
    /// What happened to an installation's tokens, newest first.
    pub async fn token_events(
        &self,
        key: &InstallationKey,
        page: &PageRequest,
    ) -> Result<Page<TokenEvent>, QueryError> {
        let after: Option<i64> = page.after(LIST)?;
        let Some(installation) = installations::by_key(self.db(), key).await? else {
            return Ok(cursor::empty());
        };
        let mut found = token_events::Entity::find().filter(token_events::Column::Installation.eq(installation.row));
        if let Some(id) = after {
            found = found.filter(token_events::Column::Id.lt(id));
        }
        let rows = found
            .order_by_desc(token_events::Column::Id)
            .limit(page.limit_and_one())
            .all(self.db())
            .await?;
        let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| row.id);
        Ok(Page {
            items: rows.into_iter().map(event).collect::<Result<_, _>>()?,
            next_cursor,
        })
    }

    /// Writes down that a credential is handed out, to whom, in its own story and in the audit log: both or neither.
    /// False, with nothing written, where there is none of this id.
    pub async fn token_brokered(&self, id: i64, to: &str, deed: NewAudit) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        let Some(row) = credentials::Entity::find_by_id(id).one(&tx).await? else {
            return Ok(false);
        };
        append(&tx, &row, deed.at, What::Brokered, Some(to)).await?;
        audit::insert(&tx, deed).await?;
        tx.commit().await?;
        Ok(true)
    }
}
