//! Grants as a projection of the ledger, kept in step with it inside the appending transaction.
//!
//! Entries mostly arrive in order and are applied one by one. A late one means folding again: from
//! the entries kept in memory where they reach back far enough, from the ledger otherwise.

use std::collections::{BTreeMap, HashMap};

use grantbook_core::{
    Entry, Grants, InstallationKey, OrderKey, grants, ledger::Draft, ledger::Hash, view::StreamEvent,
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::OnConflict,
};

use crate::{
    StoreError,
    entity::{installation_scopes, installations, ledger as rows, projections},
    ledger::{self, Head, inconsistent, number},
    tenants,
};

/// Entries of one installation kept in memory for late arrivals.
const TAIL: usize = 512;
/// Installations kept in memory; beyond it the cache starts anew.
const KEPT: usize = 1_024;

/// What is known in memory of one installation.
#[derive(Clone, Debug)]
struct Kept {
    head: Head,
    grants: Grants,
    /// The fold of everything before `tail`; `None` when what came before was never loaded.
    base: Option<Grants>,
    tail: BTreeMap<OrderKey, Entry>,
}

impl Kept {
    /// Takes appended entries in; answers `false` when the ledger itself must be folded again.
    fn take(&mut self, entries: &[Entry]) -> bool {
        let mut late = false;
        for entry in entries {
            late |= self.grants.apply(entry).is_err();
            self.tail
                .entry(entry.draft.key.clone())
                .or_insert_with(|| entry.clone());
            self.head = Head {
                seq: entry.seq,
                hash: entry.hash,
            };
        }
        if late && !self.fold_again() {
            return false;
        }
        self.shorten();
        true
    }

    fn fold_again(&mut self) -> bool {
        let Some(base) = &self.base else { return false };
        let reaches = match (&base.last, self.tail.first_key_value()) {
            (Some(last), Some((first, _))) => last < first,
            _ => true,
        };
        if reaches {
            self.grants = grants::fold_onto(base.clone(), self.tail.values());
        }
        reaches
    }

    /// Folds the older half of a long tail into the base.
    fn shorten(&mut self) {
        if self.tail.len() <= TAIL {
            return;
        }
        let Some(split) = self.tail.keys().nth(self.tail.len() / 2).cloned() else {
            return;
        };
        let newer = self.tail.split_off(&split);
        let older = std::mem::replace(&mut self.tail, newer);
        self.base = self.base.take().map(|base| grants::fold_onto(base, older.values()));
    }
}

/// Installations in memory, for the one writer that appends most.
#[derive(Debug, Default)]
pub struct Cache {
    kept: HashMap<i64, Kept>,
}

impl Cache {
    /// Forgets everything, as after a transaction that did not commit.
    pub fn clear(&mut self) {
        self.kept.clear();
    }
}

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
    let mut locked = lock(db, &appends).await?;
    if cache.kept.len() + appends.len() > KEPT {
        cache.clear();
    }
    refresh(db, cache, &locked).await?;
    let mut sealed = Vec::new();
    let mut notices = Vec::new();
    let mut changed = Vec::new();
    for Append {
        installation,
        key,
        drafts,
    } in appends
    {
        let row = locked.remove(&installation).ok_or_else(|| missing(installation))?;
        let kept = cache.kept.get_mut(&installation).ok_or_else(|| missing(installation))?;
        let before = kept.grants.clone();
        let entries = ledger::seal(&key, kept.head, drafts);
        let in_step = kept.take(&entries);
        let Some(last) = entries.last().cloned() else { continue };
        sealed.extend(entries.into_iter().map(|entry| (installation, entry)));
        notices.push(StreamEvent {
            tenant: key.tenant.clone(),
            installation: key,
            seq: last.seq,
            kind: last.draft.fact.kind().to_owned(),
            at: last.draft.key.at(),
        });
        changed.push(Changed {
            row,
            before,
            last,
            in_step,
        });
    }
    ledger::insert(db, &sealed).await?;
    for change in changed {
        save(db, cache, change).await?;
    }
    tenants::refresh(db, notices.iter().map(|notice| notice.tenant.as_str())).await?;
    Ok(notices)
}

struct Changed {
    row: installations::Model,
    before: Grants,
    last: Entry,
    in_step: bool,
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
    locked: &HashMap<i64, installations::Model>,
) -> Result<(), StoreError> {
    let stale: Vec<&installations::Model> = locked
        .values()
        .filter(|row| {
            cache
                .kept
                .get(&row.id)
                .is_none_or(|kept| number(kept.head.seq) != row.head_seq)
        })
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    let stored = projections::Entity::find()
        .filter(projections::Column::Installation.is_in(stale.iter().map(|row| row.id)))
        .all(db)
        .await?;
    let stored: HashMap<i64, String> = stored.into_iter().map(|row| (row.installation, row.grants)).collect();
    for row in stale {
        let seq = u64::try_from(row.head_seq).map_err(|_| inconsistent(row.id, "head_seq"))?;
        let hash = <[u8; 32]>::try_from(row.head_hash.as_slice()).map_err(|_| inconsistent(row.id, "head_hash"))?;
        let grants: Grants = match stored.get(&row.id) {
            Some(json) => serde_json::from_str(json).map_err(|_| StoreError::Inconsistent {
                table: "projections",
                column: "grants",
                id: row.id.to_string(),
            })?,
            None => Grants::default(),
        };
        // With nothing in the ledger yet, the base is known: it is empty.
        let base = (seq == 0).then(Grants::default);
        cache.kept.insert(
            row.id,
            Kept {
                head: Head { seq, hash: Hash(hash) },
                grants,
                base,
                tail: BTreeMap::new(),
            },
        );
    }
    Ok(())
}

async fn save(db: &impl ConnectionTrait, cache: &mut Cache, change: Changed) -> Result<(), StoreError> {
    let Changed {
        row,
        before,
        last,
        in_step,
    } = change;
    let id = row.id;
    let kept = cache.kept.get_mut(&id).ok_or_else(|| missing(id))?;
    if !in_step {
        reload(db, id, kept).await?;
    }
    let grants = &kept.grants;
    write(db, id, grants).await?;
    write_scopes(db, id, &before, grants).await?;
    let held = grants.held_scopes();
    let mut active = row.clone().into_active_model();
    active.status = Set(grants.status.as_str().to_owned());
    active.scopes_count = Set(count(held.len()));
    active.resources_count = Set(count(grants.resource_count()));
    active.denied_count = Set(count(grants.denied.len()));
    active.head_seq = Set(number(kept.head.seq));
    active.head_hash = Set(kept.head.hash.0.to_vec());
    if last.draft.key.at().micros() >= row.last_at {
        let fact = &last.draft.fact;
        let scopes: Vec<_> = fact.scopes().into_iter().take(3).collect();
        active.last_at = Set(last.draft.key.at().micros());
        active.last_kind = Set(Some(fact.kind().to_owned()));
        active.last_actor = Set(last.draft.actor.as_ref().map(ToString::to_string));
        active.last_scopes = Set(serde_json::to_string(&scopes).map_err(|_| inconsistent(id, "last_scopes"))?);
        active.last_resources = Set(count(fact.resources().len()));
    }
    active.update(db).await?;
    Ok(())
}

/// Folds the whole ledger of one installation again and keeps its newest entries.
async fn reload(db: &impl ConnectionTrait, id: i64, kept: &mut Kept) -> Result<(), StoreError> {
    let all = rows::Entity::find()
        .filter(rows::Column::Installation.eq(id))
        .all(db)
        .await?;
    let mut entries = BTreeMap::new();
    for row in all {
        let entry = ledger::entry(row)?;
        entries.entry(entry.draft.key.clone()).or_insert(entry);
    }
    kept.base = Some(Grants::default());
    kept.tail = entries;
    kept.grants = grants::fold(kept.tail.values());
    kept.shorten();
    Ok(())
}

/// Stores `grants` as the projection of installation `id`.
pub(crate) async fn write(db: &impl ConnectionTrait, id: i64, grants: &Grants) -> Result<(), StoreError> {
    let json = serde_json::to_string(grants).map_err(|_| inconsistent(id, "grants"))?;
    let row = projections::ActiveModel {
        installation: Set(id),
        grants: Set(json),
    };
    projections::Entity::insert(row)
        .on_conflict(
            OnConflict::column(projections::Column::Installation)
                .update_column(projections::Column::Grants)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

async fn write_scopes(db: &impl ConnectionTrait, id: i64, before: &Grants, after: &Grants) -> Result<(), StoreError> {
    let (old, new) = (before.held_scopes(), after.held_scopes());
    let gone: Vec<&str> = old.difference(&new).map(|scope| scope.as_str()).collect();
    if !gone.is_empty() {
        installation_scopes::Entity::delete_many()
            .filter(installation_scopes::Column::Installation.eq(id))
            .filter(installation_scopes::Column::Scope.is_in(gone))
            .exec(db)
            .await?;
    }
    let added: Vec<_> = new
        .difference(&old)
        .map(|scope| installation_scopes::ActiveModel {
            installation: Set(id),
            scope: Set(scope.to_string()),
        })
        .collect();
    if !added.is_empty() {
        installation_scopes::Entity::insert_many(added)
            .on_conflict_do_nothing()
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

fn missing(installation: i64) -> StoreError {
    StoreError::Inconsistent {
        table: "installations",
        column: "id",
        id: installation.to_string(),
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
