//! Grants as a projection of the ledger, kept in step with it inside the appending transaction.
//!
//! Entries mostly arrive in order and are applied one by one. A late one means folding again: from
//! the entries kept in memory where they reach back far enough, from the ledger otherwise. Only the
//! cells that changed are written.

mod kept;
mod write;

use std::collections::{BTreeSet, HashMap};

use grantbook_core::{
    Grants, InstallationKey,
    ledger::{Draft, Hash},
    view::StreamEvent,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

pub use kept::Cache;
use kept::Kept;
use write::Changed;
pub(crate) use write::{Summed, replace};

use crate::{
    StoreError,
    entity::{installations, ledger as rows},
    ledger::{self, Head, inconsistent, number},
    tenants,
};

/// Drafts for one installation.
#[derive(Debug)]
pub struct Append {
    /// The installation's row.
    pub installation: i64,
    /// Its name.
    pub key: InstallationKey,
    /// What to append, in this order.
    pub drafts: Vec<Draft>,
}

/// Appends drafts to ledgers and brings grants and summaries in step, all inside the caller's
/// transaction. Answers one notice for each installation, to be sent after the commit.
pub(crate) async fn append(
    db: &impl ConnectionTrait,
    cache: &mut Cache,
    appends: Vec<Append>,
) -> Result<Vec<StreamEvent>, StoreError> {
    if appends.is_empty() {
        return Ok(Vec::new());
    }
    cache.make_room(appends.len());
    if !in_step(db, cache, &appends).await? {
        let locked = lock(db, &appends).await?;
        refresh(db, cache, locked).await?;
    }
    let mut sealed = Vec::new();
    let mut notices = Vec::new();
    let mut changed = Vec::new();
    let mut behind = Vec::new();
    for Append {
        installation,
        key,
        drafts,
    } in appends
    {
        let kept = cache.kept.get_mut(&installation).ok_or_else(|| missing(installation))?;
        let row = kept.row.clone();
        let before = kept.grants.clone();
        let entries = ledger::seal(&key, kept.head, drafts);
        let Some(last) = entries.last().cloned() else { continue };
        if !kept.take(&entries) {
            behind.push(installation);
        }
        sealed.extend(entries.into_iter().map(|entry| (installation, entry)));
        notices.push(notice(key, &last));
        changed.push(Changed {
            row,
            before,
            after: Grants::default(),
            head: kept.head,
            last,
        });
    }
    ledger::insert(db, &sealed).await?;
    for id in behind {
        let kept = cache.kept.get_mut(&id).ok_or_else(|| missing(id))?;
        kept.reload(whole_ledger(db, id).await?);
    }
    for change in &mut changed {
        let kept = cache.kept.get(&change.row.id).ok_or_else(|| missing(change.row.id))?;
        change.after = kept.grants.clone();
    }
    for row in write::all(db, &changed).await? {
        if let Some(kept) = cache.kept.get_mut(&row.id) {
            kept.row = row;
        }
    }
    sum_up(db, &notices, &changed).await?;
    Ok(notices)
}

fn notice(installation: InstallationKey, last: &grantbook_core::Entry) -> StreamEvent {
    StreamEvent {
        tenant: installation.tenant.clone(),
        installation,
        seq: last.seq,
        kind: last.draft.fact.kind().to_owned(),
        at: last.draft.key.at(),
    }
}

/// Brings the workspaces list in step: counted again where something weighs, only dated elsewhere.
async fn sum_up(db: &impl ConnectionTrait, notices: &[StreamEvent], changed: &[Changed]) -> Result<(), StoreError> {
    let (mut weighty, mut dated) = (BTreeSet::new(), BTreeSet::new());
    for (notice, change) in notices.iter().zip(changed) {
        if change.weighs() { &mut weighty } else { &mut dated }.insert(notice.tenant.as_str());
    }
    dated.retain(|tenant| !weighty.contains(tenant));
    tenants::refresh(db, weighty).await?;
    tenants::date(db, dated).await
}

/// Whether the cache holds all these installations as the database does, so that nothing need be read.
/// On SQLite one number tells, since nobody else writes during the transaction; elsewhere the rows must be
/// locked in any case.
async fn in_step(db: &impl ConnectionTrait, cache: &Cache, appends: &[Append]) -> Result<bool, StoreError> {
    if db.get_database_backend() != DbBackend::Sqlite {
        return Ok(false);
    }
    let kept = appends
        .iter()
        .map(|append| Some((append.installation, cache.kept.get(&append.installation)?.head.seq)));
    let Some(kept) = kept.collect::<Option<Vec<_>>>() else {
        return Ok(false);
    };
    let key = Expr::tuple([
        Expr::col(installations::Column::Id),
        Expr::col(installations::Column::HeadSeq),
    ]);
    let heads = kept
        .iter()
        .map(|(id, seq)| Expr::tuple([Expr::val(*id), Expr::val(number(*seq))]));
    let same = installations::Entity::find().filter(key.is_in(heads)).count(db).await?;
    Ok(usize::try_from(same) == Ok(appends.len()))
}

/// Reads and, on PostgreSQL, locks the installations' rows in a fixed order, so that two writers wait
/// for one another and never cross. SQLite has one writer at a time anyway.
async fn lock(db: &impl ConnectionTrait, appends: &[Append]) -> Result<HashMap<i64, installations::Model>, StoreError> {
    let ids = appends.iter().map(|append| append.installation);
    let rows = installations::Entity::find()
        .filter(installations::Column::Id.is_in(ids))
        .order_by_asc(installations::Column::Id)
        .lock_exclusive()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Makes sure that the cache holds each locked installation as the database has it.
async fn refresh(
    db: &impl ConnectionTrait,
    cache: &mut Cache,
    locked: HashMap<i64, installations::Model>,
) -> Result<(), StoreError> {
    let mut stale = Vec::new();
    for row in locked.into_values() {
        match cache.kept.get_mut(&row.id) {
            Some(kept) if number(kept.head.seq) == row.head_seq => kept.row = row,
            _ => stale.push(row),
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    let mut stored = write::load(db, stale.iter().map(|row| row.id).collect()).await?;
    for row in stale {
        let seq = u64::try_from(row.head_seq).map_err(|_| inconsistent(row.id, "head_seq"))?;
        let hash = <[u8; 32]>::try_from(row.head_hash.as_slice()).map_err(|_| inconsistent(row.id, "head_hash"))?;
        let grants = stored.remove(&row.id).unwrap_or_default();
        let head = Head { seq, hash: Hash(hash) };
        cache.kept.insert(row.id, Kept::stored(row, head, grants));
    }
    Ok(())
}

async fn whole_ledger(db: &impl ConnectionTrait, id: i64) -> Result<Vec<grantbook_core::Entry>, StoreError> {
    let all = rows::Entity::find()
        .filter(rows::Column::Installation.eq(id))
        .all(db)
        .await?;
    all.into_iter().map(ledger::entry).collect()
}

/// The grants of one installation as they are stored, or `None` where none are.
pub(crate) async fn stored(db: &impl ConnectionTrait, id: i64) -> Result<Option<Grants>, StoreError> {
    Ok(write::load(db, vec![id]).await?.remove(&id))
}

fn missing(installation: i64) -> StoreError {
    StoreError::Inconsistent {
        table: "installations",
        column: "id",
        id: installation.to_string(),
    }
}
