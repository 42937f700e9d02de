//! Which requests led to entries: by the trigger that an entry names, or by the install attempt it records.

use std::collections::HashMap;

use grantbook_core::{AppSlug, Entry, InstallationKey, request::RequestId};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use crate::{StoreError, entity::install_attempts, queries::frame::Frame, requests};

/// Before the attempt's id in the event id of what an OAuth exchange brought.
pub(super) const ATTEMPT: &str = "oauth:";

/// Requests by trigger and by attempt.
#[derive(Debug, Default)]
pub(super) struct Links {
    by_round: HashMap<AppSlug, HashMap<String, RequestId>>,
    by_attempt: HashMap<String, RequestId>,
}

impl Links {
    /// Looks up what these entries name; those that name nothing cost nothing.
    pub(super) async fn of(
        db: &impl ConnectionTrait,
        frame: &Frame,
        entries: &[(InstallationKey, Entry)],
    ) -> Result<Self, StoreError> {
        let mut rounds: HashMap<&AppSlug, Vec<String>> = HashMap::new();
        let mut attempts = Vec::new();
        for (key, entry) in entries {
            if let Some(round) = entry.draft.fact.trigger_id() {
                rounds.entry(&key.app).or_default().push(round.to_owned());
            }
            attempts.extend(entry.draft.key.event_id.strip_prefix(ATTEMPT));
        }
        let mut links = Self::default();
        for (slug, rounds) in rounds {
            let Some(app) = frame.app_row(slug) else { continue };
            let bound = requests::bound(db, app, &rounds).await?;
            let bound = bound.into_iter().map(|(round, (request, _))| (round, request));
            links.by_round.insert(slug.clone(), bound.collect());
        }
        if !attempts.is_empty() {
            links.by_attempt = of_attempts(db, &attempts).await?;
        }
        Ok(links)
    }

    /// The request that led to an entry.
    pub(super) fn request(&self, key: &InstallationKey, entry: &Entry) -> Option<RequestId> {
        let by_round = || self.by_round.get(&key.app)?.get(entry.draft.fact.trigger_id()?);
        let by_attempt = || self.by_attempt.get(entry.draft.key.event_id.strip_prefix(ATTEMPT)?);
        by_round().or_else(by_attempt).copied()
    }
}

async fn of_attempts(db: &impl ConnectionTrait, attempts: &[&str]) -> Result<HashMap<String, RequestId>, StoreError> {
    let mut found = HashMap::new();
    for chunk in attempts.chunks(500) {
        let rows: Vec<(String, i64)> = install_attempts::Entity::find()
            .select_only()
            .columns([install_attempts::Column::Id, install_attempts::Column::Request])
            .filter(install_attempts::Column::Id.is_in(chunk.iter().copied()))
            .filter(install_attempts::Column::Request.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows.into_iter().map(|(id, request)| (id, RequestId(request))));
    }
    Ok(found)
}
