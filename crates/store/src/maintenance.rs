//! Checking and rebuilding: the chain of hashes, and the projection against the ledger.

use std::collections::BTreeMap;

use grantbook_core::{
    Entry, Grants, InstallationKey, grants,
    ledger::{BrokenChain, Hash, verify},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use crate::{
    Store, StoreError,
    entity::{apps, grants as cells, installations, ledger as rows},
    ledger, projection, words,
};

/// Entries read at once.
const PAGE: u64 = 5_000;

/// What a check of one installation found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The installation.
    pub key: InstallationKey,
    /// Entries read.
    pub entries: u64,
    /// What is wrong with the chain.
    pub broken: Option<BrokenChain>,
    /// The stored head is not where the chain ends.
    pub head_differs: bool,
    /// The stored grants are not, byte for byte, what the ledger folds to.
    pub projection_differs: bool,
}

impl Checked {
    /// Whether all is well.
    pub const fn sound(&self) -> bool {
        self.broken.is_none() && !self.head_differs && !self.projection_differs
    }
}

impl Store {
    /// Every installation: its row and its name.
    pub async fn installation_keys(&self) -> Result<Vec<(i64, InstallationKey)>, StoreError> {
        let found: Vec<(i64, String, String)> = installations::Entity::find()
            .select_only()
            .column(installations::Column::Id)
            .column(apps::Column::Slug)
            .column(installations::Column::Tenant)
            .join(
                JoinType::InnerJoin,
                installations::Entity::belongs_to(apps::Entity)
                    .from(installations::Column::App)
                    .to(apps::Column::Id)
                    .into(),
            )
            .order_by_asc(installations::Column::Id)
            .into_tuple()
            .all(self.db())
            .await?;
        let key = |(id, slug, tenant): (i64, String, String)| {
            let slug = words::parse(&slug, "apps", "slug", id)?;
            Ok((
                id,
                InstallationKey::new(slug, words::parse(&tenant, "installations", "tenant", id)?),
            ))
        };
        found.into_iter().map(key).collect()
    }

    /// Checks every installation's chain and projection; with `repair`, writes the projections anew.
    pub async fn check_ledger(&self, repair: bool) -> Result<Vec<Checked>, StoreError> {
        let mut checked = Vec::new();
        for (id, key) in self.installation_keys().await? {
            checked.push(self.check_installation(id, key, repair).await?);
        }
        Ok(checked)
    }

    async fn check_installation(&self, id: i64, key: InstallationKey, repair: bool) -> Result<Checked, StoreError> {
        // One transaction: entries appended meanwhile are either all in it or none.
        let tx = self.begin().await?;
        let head = installations::Entity::find_by_id(id)
            .one(&tx)
            .await?
            .ok_or_else(|| StoreError::inconsistent("installations", "id", id))?;
        let mut chain = Ok((0, Hash::default()));
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let after = ledger::number(entries.last().map_or(0, |entry: &Entry| entry.seq));
            let page = rows::Entity::find()
                .filter(rows::Column::Installation.eq(id))
                .filter(rows::Column::Seq.gt(after))
                .order_by_asc(rows::Column::Seq)
                .limit(PAGE)
                .all(&tx)
                .await?;
            if page.is_empty() {
                break;
            }
            let page = page.into_iter().map(ledger::entry).collect::<Result<Vec<_>, _>>()?;
            chain = chain.and_then(|head| verify(&key, head, &page));
            entries.extend(page);
        }
        let folded: Grants = grants::fold(&entries);
        // Byte for byte: the stored cells against those of the fold.
        let stored = cells::Entity::find()
            .filter(cells::Column::Installation.eq(id))
            .all(&tx)
            .await?;
        let stored: BTreeMap<String, String> = stored.into_iter().map(|row| (row.cell, row.value)).collect();
        let expected = if entries.is_empty() {
            Vec::new()
        } else {
            grants::cells::all(&folded)
        };
        let projection_differs = stored != expected.into_iter().collect();
        if repair && projection_differs {
            projection::replace(&tx, id, &folded).await?;
        }
        tx.commit().await?;
        let head_differs = match &chain {
            Ok((seq, hash)) => ledger::number(*seq) != head.head_seq || (*seq > 0 && hash.0[..] != head.head_hash[..]),
            Err(_) => false,
        };
        Ok(Checked {
            key,
            entries: entries.len() as u64,
            broken: chain.err(),
            head_differs,
            projection_differs,
        })
    }
}
