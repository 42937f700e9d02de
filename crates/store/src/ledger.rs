//! The ledger: appended to, never updated, chained by hash per installation.

use grantbook_core::{
    Entry, InstallationKey, Source, Timestamp,
    fact::Fact,
    ledger::{Draft, Hash, OrderKey, chain},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::{
    StoreError,
    entity::{ledger, ledger_scopes},
};

/// How many rows one statement inserts: PostgreSQL takes 65,535 values in one, SQLite 32,766.
const ROWS_PER_STATEMENT: usize = 1_000;

/// Where an installation's chain ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Number of the last entry; 0 before the first.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

/// Numbers and chains `drafts` after `head`.
pub(crate) fn seal(installation: &InstallationKey, head: Head, drafts: Vec<Draft>) -> Vec<Entry> {
    let mut head = head;
    drafts
        .into_iter()
        .map(|draft| {
            let seq = head.seq + 1;
            let hash = chain(head.hash, installation, seq, &draft);
            let entry = Entry {
                seq,
                draft,
                previous: head.hash,
                hash,
            };
            head = Head { seq, hash };
            entry
        })
        .collect()
}

/// Writes sealed entries of any installations.
pub(crate) async fn insert(db: &impl ConnectionTrait, entries: &[(i64, Entry)]) -> Result<(), StoreError> {
    for chunk in entries.chunks(ROWS_PER_STATEMENT) {
        let rows = chunk
            .iter()
            .map(|(installation, entry)| row(*installation, entry))
            .collect::<Result<Vec<_>, _>>()?;
        ledger::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    let scopes: Vec<_> = entries
        .iter()
        .flat_map(|(installation, entry)| scope_rows(*installation, entry))
        .collect();
    for chunk in scopes.chunks(ROWS_PER_STATEMENT) {
        ledger_scopes::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

fn row(installation: i64, entry: &Entry) -> Result<ledger::ActiveModel, StoreError> {
    let draft = &entry.draft;
    Ok(ledger::ActiveModel {
        installation: Set(installation),
        seq: Set(number(entry.seq)),
        at: Set(draft.key.seconds),
        precedence: Set(i16::from(draft.key.precedence)),
        event_id: Set(draft.key.event_id.clone()),
        recorded_at: Set(draft.recorded_at.micros()),
        kind: Set(draft.fact.kind().to_owned()),
        source: Set(draft.source.as_str().to_owned()),
        actor: Set(draft.actor.as_ref().map(ToString::to_string)),
        fact: Set(serde_json::to_string(&draft.fact).map_err(|_| inconsistent(installation, "fact"))?),
        previous: Set(entry.previous.0.to_vec()),
        hash: Set(entry.hash.0.to_vec()),
    })
}

fn scope_rows(installation: i64, entry: &Entry) -> Vec<ledger_scopes::ActiveModel> {
    let scopes = entry.draft.fact.scopes();
    scopes
        .into_iter()
        .map(|scope| ledger_scopes::ActiveModel {
            scope: Set(scope.to_string()),
            at: Set(entry.draft.key.seconds),
            installation: Set(installation),
            seq: Set(number(entry.seq)),
        })
        .collect()
}

/// An entry from its row; a row that cannot be read is inconsistent data, not a panic.
pub(crate) fn entry(row: ledger::Model) -> Result<Entry, StoreError> {
    let installation = row.installation;
    let bad = |column| inconsistent(installation, column);
    let fact: Fact = serde_json::from_str(&row.fact).map_err(|_| bad("fact"))?;
    let source: Source = row.source.parse().map_err(|_| bad("source"))?;
    let actor = row
        .actor
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| bad("actor"))?;
    let hash = |bytes: &[u8], column| <[u8; 32]>::try_from(bytes).map(Hash).map_err(|_| bad(column));
    Ok(Entry {
        seq: u64::try_from(row.seq).map_err(|_| bad("seq"))?,
        draft: Draft {
            key: OrderKey {
                seconds: row.at,
                precedence: u8::try_from(row.precedence).map_err(|_| bad("precedence"))?,
                event_id: row.event_id,
            },
            recorded_at: Timestamp::from_micros(row.recorded_at),
            source,
            actor,
            fact,
        },
        previous: hash(&row.previous, "previous")?,
        hash: hash(&row.hash, "hash")?,
    })
}

pub(crate) fn inconsistent(installation: i64, column: &'static str) -> StoreError {
    StoreError::Inconsistent {
        table: "ledger",
        column,
        id: installation.to_string(),
    }
}

/// Numbers of entries are far below the largest `i64`.
pub(crate) fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
