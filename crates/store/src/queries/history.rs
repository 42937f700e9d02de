//! Ledger entries as documents, newest first.

mod documents;
mod keys;
mod links;
mod rounds;

use grantbook_core::{
    AppSlug, InstallationKey, Scope, Source, Tenant, Timestamp,
    view::{EntryView, Page},
};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{
    PageRequest, QueryError,
    cursor::{self, Cut},
};
use crate::{
    Store, StoreError,
    entity::{apps, installations},
};

use documents::documents;
use keys::Key;

/// Which entries. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct HistoryFilter {
    /// Of this installation.
    pub installation: Option<InstallationKey>,
    /// Of this app.
    pub app: Option<AppSlug>,
    /// In this tenant.
    pub tenant: Option<Tenant>,
    /// Naming this scope.
    pub scope: Option<Scope>,
    /// Of this kind, in the words of [`grantbook_core::Fact::kind`].
    pub kind: Option<String>,
    /// From this source.
    pub source: Option<Source>,
    /// Happened at or after this second.
    pub from: Option<Timestamp>,
    /// Happened at or before this second.
    pub to: Option<Timestamp>,
}

const LIST: &str = "history";

/// Up to so many installations are each asked for their newest entries; beyond, the ledger is walked.
const MERGED: u64 = 250;

/// One page, newest first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    filter: &HistoryFilter,
    page: &PageRequest,
) -> Result<Page<EntryView>, QueryError> {
    let after: Option<(i64, i64, i64)> = page.after(LIST)?;
    let after = after.map(|(at, installation, seq)| Key { at, installation, seq });
    let limit = page.limit_and_one();
    let app = match &filter.app {
        None => None,
        Some(slug) => {
            let app = apps::Entity::find()
                .filter(apps::Column::Slug.eq(slug.as_str()))
                .one(db)
                .await?;
            let Some(app) = app else { return Ok(cursor::empty()) };
            Some(app.id)
        }
    };
    let keys = match homes(db, filter, app).await? {
        Homes::Few(rows) => keys::merged(db, filter, &rows, after, limit).await?,
        Homes::Many => keys::walked(db, filter, app, after, limit).await?,
    };
    let Cut {
        rows: keys,
        next_cursor,
    } = page.cut(LIST, keys, |key| (key.at, key.installation, key.seq));
    Ok(Page {
        items: documents(db, &keys).await?,
        next_cursor,
    })
}

enum Homes {
    Few(Vec<i64>),
    Many,
}

/// The installations that the filter speaks of.
async fn homes(db: &impl ConnectionTrait, filter: &HistoryFilter, app: Option<i64>) -> Result<Homes, StoreError> {
    let mut wanted = Condition::all();
    if let Some(key) = &filter.installation {
        let Some(row) = crate::installations::model(db, key).await? else {
            return Ok(Homes::Few(Vec::new()));
        };
        wanted = wanted.add(installations::Column::Id.eq(row.id));
    }
    if let Some(app) = app {
        wanted = wanted.add(installations::Column::App.eq(app));
    }
    if let Some(tenant) = &filter.tenant {
        wanted = wanted.add(installations::Column::Tenant.eq(tenant.as_str()));
    }
    if wanted.is_empty() {
        return Ok(Homes::Many);
    }
    let rows: Vec<i64> = installations::Entity::find()
        .select_only()
        .column(installations::Column::Id)
        .filter(wanted)
        .limit(MERGED + 1)
        .into_tuple()
        .all(db)
        .await?;
    Ok(if rows.len() as u64 > MERGED {
        Homes::Many
    } else {
        Homes::Few(rows)
    })
}

impl Store {
    /// One page of history, newest first.
    pub async fn history(&self, filter: &HistoryFilter, page: &PageRequest) -> Result<Page<EntryView>, QueryError> {
        list(self.db(), filter, page).await
    }
}
