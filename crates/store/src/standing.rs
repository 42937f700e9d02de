//! How an installation stands: what `check` needs to know of it, read in one go.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{Entry, Grants, InstallationKey, grants::Mark, request::RequestId};
use sea_orm::EntityTrait as _;

use crate::{
    Store, StoreError,
    entity::{install_attempts, ledger as entries, triggers},
    installations, ledger, projection, requests,
};

/// What the ids of ledger entries that come from an install begin with; the attempt's id follows.
const BY_INSTALL: &str = "oauth:";

/// What an app may do in one tenant, with the names of what and who is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The installation's row.
    pub row: i64,
    /// What it may do.
    pub grants: Grants,
    /// Names by id, as far as they are known.
    pub names: BTreeMap<String, String>,
}

/// The ids of conversations and people that grants mention.
fn mentioned(grants: &Grants) -> BTreeSet<String> {
    let by_type = grants.resources.values();
    let resources = by_type.flat_map(|of| of.specific.iter().chain(&of.excluded));
    let mut ids: BTreeSet<String> = resources.clone().map(|(id, _)| id.to_string()).collect();
    ids.extend(grants.users.keys().map(ToString::to_string));
    let wildcards = grants.resources.values().filter_map(|of| of.wildcard.as_ref());
    let marks = resources
        .map(|(_, mark)| mark)
        .chain(wildcards)
        .chain(grants.scopes.values().flat_map(BTreeMap::values))
        .chain(grants.users.values().flat_map(BTreeMap::values))
        .chain(grants.denied.values())
        .chain(&grants.status_mark);
    ids.extend(marks.filter_map(actor));
    ids
}

fn actor(mark: &Mark) -> Option<String> {
    mark.actor.as_ref().map(ToString::to_string)
}

impl Store {
    /// How an installation stands now; `None` for an unknown one.
    pub async fn standing(&self, key: &InstallationKey) -> Result<Option<Standing>, StoreError> {
        let Some(installation) = installations::by_key(self.db(), key).await? else {
            return Ok(None);
        };
        let grants = projection::stored(self.db(), installation.row)
            .await?
            .unwrap_or_default();
        let names = self.names(&key.tenant, mentioned(&grants)).await?;
        Ok(Some(Standing {
            row: installation.row,
            grants,
            names,
        }))
    }

    /// The request that an entry of an installation's ledger answers, where it is one of ours.
    pub async fn request_behind(&self, installation: i64, seq: u64) -> Result<Option<RequestId>, StoreError> {
        let found = entries::Entity::find_by_id((installation, ledger::number(seq)))
            .one(self.db())
            .await?;
        let Some(found) = found else { return Ok(None) };
        let Entry { draft, .. } = ledger::entry(found)?;
        let request = if let Some(attempt) = draft.key.event_id.strip_prefix(BY_INSTALL) {
            let attempt = install_attempts::Entity::find_by_id(attempt).one(self.db()).await?;
            attempt.and_then(|attempt| attempt.request)
        } else if let Some(round) = draft.fact.trigger_id() {
            let app = requests::app_of(self.db(), installation).await?;
            let trigger = triggers::Entity::find_by_id((app, round.to_owned()))
                .one(self.db())
                .await?;
            trigger.and_then(|trigger| trigger.request)
        } else {
            None
        };
        Ok(request.map(RequestId))
    }
}
