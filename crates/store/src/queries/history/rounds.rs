//! The entries that came of a request's rounds.

use std::collections::{BTreeSet, HashSet};

use grantbook_core::{Entry, Fact, Scope, view::EntryView};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{documents::documents, keys::Key, links::ATTEMPT};
use crate::{
    Store, StoreError,
    entity::{install_attempts, ledger, trigger_answers},
    ledger::entry,
    requests,
};

/// Rounds, moments or ids in one statement.
const CHUNK: usize = 500;

/// Where to look: events and attempts by id, and the seconds they are dated to.
#[derive(Debug, Default)]
struct Wanted {
    event_ids: HashSet<String>,
    seconds: BTreeSet<i64>,
}

async fn wanted(db: &impl ConnectionTrait, installation: i64, rounds: &[String]) -> Result<Wanted, StoreError> {
    let app = requests::app_of(db, installation).await?;
    let mut wanted = Wanted::default();
    for chunk in rounds.chunks(CHUNK) {
        let rounds = || chunk.iter().map(String::as_str);
        let answers: Vec<(String, i64)> = trigger_answers::Entity::find()
            .select_only()
            .columns([trigger_answers::Column::EventId, trigger_answers::Column::At])
            .filter(trigger_answers::Column::App.eq(app))
            .filter(trigger_answers::Column::Round.is_in(rounds()))
            .filter(trigger_answers::Column::Installation.eq(installation))
            .into_tuple()
            .all(db)
            .await?;
        let attempts: Vec<(String, Option<i64>)> = install_attempts::Entity::find()
            .select_only()
            .columns([install_attempts::Column::Id, install_attempts::Column::EndedAt])
            .filter(install_attempts::Column::Id.is_in(rounds()))
            .filter(install_attempts::Column::Installation.eq(installation))
            .into_tuple()
            .all(db)
            .await?;
        let attempts = attempts
            .into_iter()
            .filter_map(|(id, ended_at)| Some((format!("{ATTEMPT}{id}"), ended_at?)));
        for (event_id, at) in answers.into_iter().chain(attempts) {
            wanted.event_ids.insert(event_id);
            wanted.seconds.insert(at.div_euclid(1_000_000));
        }
    }
    Ok(wanted)
}

/// The entries themselves, and those of resources in the same second that carry a scope granted there:
/// Slack names no trigger in `resources_added` (progressive permissions, step 5).
fn chosen(wanted: &Wanted, entries: Vec<Entry>) -> Vec<Entry> {
    let told = |entry: &Entry| wanted.event_ids.contains(&entry.draft.key.event_id);
    let granted: BTreeSet<(i64, Scope)> = entries
        .iter()
        .filter(|entry| told(entry) && matches!(entry.draft.fact, Fact::ScopeGranted { .. }))
        .flat_map(|entry| {
            let second = entry.draft.key.seconds;
            entry.draft.fact.scopes().into_iter().map(move |scope| (second, scope))
        })
        .collect();
    let brought = |entry: &Entry| {
        let second = entry.draft.key.seconds;
        matches!(entry.draft.fact, Fact::ResourcesAdded { .. })
            && entry
                .draft
                .fact
                .scopes()
                .into_iter()
                .any(|scope| granted.contains(&(second, scope)))
    };
    let mut chosen: Vec<Entry> = entries
        .into_iter()
        .filter(|entry| told(entry) || brought(entry))
        .collect();
    chosen.sort_by(|a, b| a.draft.key.cmp(&b.draft.key));
    chosen
}

impl Store {
    /// The entries that came of a request's rounds, oldest first: those that name one of them, and the
    /// resources that were added in the same second with a scope that was granted. `installation` is its row.
    pub async fn entries_of_rounds(&self, installation: i64, rounds: &[String]) -> Result<Vec<EntryView>, StoreError> {
        let wanted = wanted(self.db(), installation, rounds).await?;
        let seconds: Vec<i64> = wanted.seconds.iter().copied().collect();
        let mut found = Vec::new();
        for chunk in seconds.chunks(CHUNK) {
            let rows = ledger::Entity::find()
                .filter(ledger::Column::Installation.eq(installation))
                .filter(ledger::Column::At.is_in(chunk.iter().copied()))
                .all(self.db())
                .await?;
            for row in rows {
                found.push(entry(row)?);
            }
        }
        let keys: Vec<Key> = chosen(&wanted, found)
            .into_iter()
            .map(|entry| Key {
                at: entry.draft.key.seconds,
                installation,
                seq: crate::ledger::number(entry.seq),
            })
            .collect();
        documents(self.db(), &keys).await
    }
}
