//! Names of people and conversations, as Slack told them, tenant by tenant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use grantbook_core::{Tenant, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{ExprTrait as _, OnConflict},
};

use crate::{Store, StoreError, entity::names};

/// Rows or ids in one statement.
const CHUNK: usize = 500;
/// Tenants in one statement.
const TENANTS: usize = 100;

/// One name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Slack's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// `user`, `channel` …: what it is.
    pub kind: String,
}

/// Keeps names; newer ones replace older ones.
pub(crate) async fn save(
    db: &impl ConnectionTrait,
    tenant: &Tenant,
    known: &[Name],
    now: Timestamp,
) -> Result<(), StoreError> {
    // One statement cannot write a row twice: the last of several names for one id counts.
    let distinct: BTreeMap<&str, &Name> = known.iter().map(|name| (name.id.as_str(), name)).collect();
    let rows: Vec<_> = distinct
        .into_values()
        .map(|name| names::ActiveModel {
            tenant: Set(tenant.to_string()),
            id: Set(name.id.clone()),
            name: Set(name.name.clone()),
            kind: Set(name.kind.clone()),
            fetched_at: Set(now.micros()),
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        let replace = OnConflict::columns([names::Column::Tenant, names::Column::Id])
            .update_columns([names::Column::Name, names::Column::Kind, names::Column::FetchedAt])
            .to_owned();
        names::Entity::insert_many(chunk.to_vec())
            .on_conflict(replace)
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Names of many ids in many tenants, by tenant and id. What is not known is left out.
pub(crate) type Known = HashMap<String, BTreeMap<String, String>>;

/// Looks many names up with as few statements as possible.
pub(crate) async fn lookup(
    db: &impl ConnectionTrait,
    wanted: &HashMap<String, BTreeSet<String>>,
) -> Result<Known, StoreError> {
    let parts: Vec<(&String, Vec<&String>)> = wanted
        .iter()
        .flat_map(|(tenant, ids)| {
            let ids: Vec<_> = ids.iter().collect();
            ids.chunks(CHUNK)
                .map(|chunk| (tenant, chunk.to_vec()))
                .collect::<Vec<_>>()
        })
        .collect();
    let mut known = Known::new();
    for part in parts.chunks(TENANTS) {
        let any = part.iter().fold(Condition::any(), |any, (tenant, ids)| {
            any.add(
                names::Column::Tenant
                    .eq(tenant.as_str())
                    .and(names::Column::Id.is_in(ids.iter().map(|id| id.as_str()))),
            )
        });
        for row in names::Entity::find().filter(any).all(db).await? {
            known.entry(row.tenant).or_default().insert(row.id, row.name);
        }
    }
    Ok(known)
}

impl Store {
    /// Keeps names; newer ones replace older ones.
    pub async fn save_names(&self, tenant: &Tenant, names: &[Name], now: Timestamp) -> Result<(), StoreError> {
        save(self.db(), tenant, names, now).await
    }

    /// Names of ids in one tenant; what is not known is left out.
    pub async fn names(
        &self,
        tenant: &Tenant,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let wanted = HashMap::from([(tenant.to_string(), ids.into_iter().collect())]);
        Ok(lookup(self.db(), &wanted)
            .await?
            .remove(tenant.as_str())
            .unwrap_or_default())
    }
}
