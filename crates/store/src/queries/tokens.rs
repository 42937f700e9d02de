//! What is shown of tokens: of each installation the one it works with, and of one installation all with whose
//! they are.
//!
//! An installation works with the app's own token, and where the app has none, because only people allowed it to
//! act for them, with theirs.

use std::collections::{BTreeSet, HashMap};

use grantbook_core::{
    Tenant, Timestamp,
    grants::Status,
    rotation,
    view::{HolderTokenView, TokenKind, TokenState, TokenView},
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait as _},
};

use crate::{
    StoreError,
    entity::{
        credentials::{Column, Entity},
        installations,
    },
    names,
    tokens::{CredentialKind, CredentialState, Holder},
};

/// The most tokens of one installation that are shown: an app may act for thousands of people.
const SHOWN: u64 = 100;

/// A token without its secrets.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct TokenRow {
    id: i64,
    installation: i64,
    holder: String,
    kind: String,
    hint: String,
    issued_at: i64,
    expires_at: Option<i64>,
    key_id: i64,
    generation: i64,
    revoked_at: Option<i64>,
    spending_since: Option<i64>,
    rotates: bool,
    state: String,
    problem: Option<String>,
    retry_at: Option<i64>,
}

impl TokenRow {
    fn is_revoked(&self) -> bool {
        self.revoked_at.is_some()
    }

    fn kind(&self) -> Result<TokenKind, StoreError> {
        let kind = CredentialKind::ALL.into_iter().find(|kind| kind.as_str() == self.kind);
        kind.map(TokenKind::from)
            .ok_or_else(|| StoreError::inconsistent("credentials", "kind", self.id))
    }
}

/// All rows, without what is sealed.
fn rows() -> Select<Entity> {
    Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Installation,
            Column::Holder,
            Column::Kind,
            Column::Hint,
            Column::IssuedAt,
            Column::ExpiresAt,
            Column::KeyId,
            Column::Generation,
            Column::RevokedAt,
            Column::SpendingSince,
            Column::State,
            Column::Problem,
            Column::RetryAt,
        ])
        .expr_as(Expr::col(Column::Refresh).is_not_null(), "rotates")
}

/// The token that each of these installations works with.
pub(crate) async fn shown(
    db: &impl ConnectionTrait,
    installations: &[installations::Model],
) -> Result<HashMap<i64, TokenRow>, StoreError> {
    let mut found: HashMap<i64, TokenRow> = HashMap::new();
    let own: Vec<TokenRow> = rows()
        .filter(Column::Installation.is_in(installations.iter().map(|row| row.id)))
        .filter(Column::Holder.eq(Holder::App.as_str()))
        .into_model()
        .all(db)
        .await?;
    found.extend(own.into_iter().map(|row| (row.installation, row)));
    // What is installed without a token of the app's own that works is installed by people alone.
    let by_people: BTreeSet<i64> = installations
        .iter()
        .filter(|row| match found.get(&row.id) {
            None => true,
            Some(own) => own.is_revoked() && row.status == Status::Installed.as_str(),
        })
        .map(|row| row.id)
        .collect();
    for live in [true, false] {
        let lacking = by_people.iter().copied().filter(|id| match found.get(id) {
            None => true,
            Some(own) => live && own.is_revoked(),
        });
        let lacking: Vec<i64> = lacking.collect();
        let first = first_of_people(db, lacking, live).await?;
        found.extend(first.into_iter().map(|row| (row.installation, row)));
    }
    Ok(found)
}

/// Of each installation the oldest token of a person, of those that work, or of all.
async fn first_of_people(
    db: &impl ConnectionTrait,
    installations: Vec<i64>,
    live: bool,
) -> Result<Vec<TokenRow>, StoreError> {
    if installations.is_empty() {
        return Ok(Vec::new());
    }
    let mut first = Entity::find()
        .select_only()
        .expr_as(Expr::col(Column::Id).min(), "first")
        .filter(Column::Installation.is_in(installations))
        .filter(Column::Holder.ne(Holder::App.as_str()))
        .group_by(Column::Installation);
    if live {
        first = first.filter(Column::State.eq(CredentialState::Live.as_str()));
    }
    let first: Vec<i64> = first.into_tuple().all(db).await?;
    if first.is_empty() {
        return Ok(Vec::new());
    }
    Ok(rows().filter(Column::Id.is_in(first)).into_model().all(db).await?)
}

/// The tokens of one installation, the app's own first.
pub(crate) async fn all(
    db: &impl ConnectionTrait,
    installation: i64,
    tenant: &Tenant,
    status: Status,
    now: Timestamp,
) -> Result<Vec<HolderTokenView>, StoreError> {
    let app = Holder::App;
    let of_people = rows()
        .filter(Column::Installation.eq(installation))
        .filter(Column::Holder.ne(app.as_str()))
        .order_by_asc(Column::Id)
        .limit(SHOWN)
        .into_model::<TokenRow>()
        .all(db)
        .await?;
    let own = rows()
        .filter(Column::Installation.eq(installation))
        .filter(Column::Holder.eq(app.as_str()))
        .into_model::<TokenRow>()
        .one(db)
        .await?;
    let people: BTreeSet<String> = of_people.iter().map(|row| row.holder.clone()).collect();
    let wanted = HashMap::from([(tenant.to_string(), people)]);
    let mut known = names::lookup(db, &wanted).await?;
    let names = known.remove(tenant.as_str()).unwrap_or_default();
    own.iter()
        .chain(&of_people)
        .map(|row| {
            Ok(HolderTokenView {
                holder: row.holder.clone(),
                name: names.get(&row.holder).cloned(),
                kind: row.kind()?,
                token: view(row, status, now),
            })
        })
        .collect()
}

/// A token as it stands. With the app uninstalled every token is over; where its own was revoked, those of people
/// may live on.
pub(crate) fn view(token: &TokenRow, status: Status, now: Timestamp) -> TokenView {
    let own = token.holder == Holder::App.as_str();
    let over = status == Status::Uninstalled || (status == Status::Revoked && own);
    let state = if token.is_revoked() || over {
        TokenState::Revoked
    } else if token.state == CredentialState::NeedsReauthorization.as_str() {
        TokenState::NeedsReauthorization
    } else if token.state == CredentialState::Exhausted.as_str() {
        TokenState::Exhausted
    } else if token.expires_at.is_some_and(|end| end < now.micros()) {
        TokenState::Expired
    } else {
        TokenState::Live
    };
    TokenView {
        state,
        hint: Some(token.hint.clone()),
        issued_at: Some(Timestamp::from_micros(token.issued_at)),
        expires_at: token.expires_at.map(Timestamp::from_micros),
        key_id: u32::try_from(token.key_id).ok(),
        problem: token.problem.clone(),
        retry_at: token.retry_at.map(Timestamp::from_micros),
        next_refresh_at: next_refresh(token, state, now),
    }
}

/// When the sweep replaces it, as `flows` decides it.
fn next_refresh(token: &TokenRow, state: TokenState, now: Timestamp) -> Option<Timestamp> {
    let goes_on = matches!(state, TokenState::Live | TokenState::Expired);
    if !goes_on || !token.rotates || token.spending_since.is_some() {
        return None;
    }
    let kind = token.kind().ok()?;
    let margin = rotation::margin(kind, token.id, token.generation.unsigned_abs());
    let end = Timestamp::from_micros(token.expires_at?);
    Some(rotation::due(
        end,
        margin,
        token.retry_at.map(Timestamp::from_micros),
        now,
    ))
}
