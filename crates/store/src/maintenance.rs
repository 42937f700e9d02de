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
    ledger,
    notices::Notices,
    projection::{self, Summed},
    words,
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
    /// The stored grants, or what the lists sum up of them, are not byte for byte what the ledger folds to.
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
        let (summed, expected_sums) = (Summed::stored(&tx, &head).await?, Summed::of(&folded));
        let projection_differs = stored != expected.into_iter().collect() || summed != expected_sums;
        let repaired = repair && projection_differs;
        if repaired {
            projection::replace(&tx, id, &folded).await?;
            expected_sums.store(&tx, &head).await?;
        }
        let notices = Notices {
            all: repaired,
            ..Notices::default()
        };
        self.commit(tx, notices).await?;
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

#[cfg(test)]
mod tests {
    use grantbook_core::{
        Fact, OrderKey, ResourceType, Scope, Source, Timestamp, grants::Status, ledger::Draft, view::NewApp,
    };
    use sea_orm::sea_query::Expr;

    use super::*;
    use crate::{
        Options, Vault,
        entity::installation_scopes,
        queries::{PageRequest, installations::InstallationFilter},
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_500_000_000);

    async fn installed(store: &Store) -> i64 {
        let app: NewApp = serde_json::from_value(serde_json::json!({
            "slug": "insectoid", "name": "Insectoid", "app_id": "A1", "model": "workspace", "client_id": "1.2",
            "client_secret": "client", "signing_secret": "signing", "scopes": [],
        }))
        .unwrap();
        let app = store.insert_app(&app, NOW).await.unwrap();
        let home = store
            .ensure_installation(app, &"T1".parse().unwrap(), NOW)
            .await
            .unwrap();
        let fact = Fact::Installed {
            authorizing_user: None,
            scopes: [(ResourceType::Channel, [Scope::new("chat:write").unwrap()].into())].into(),
            resources: [].into(),
        };
        let draft = Draft {
            key: OrderKey::new(NOW, &fact, "oauth:1"),
            recorded_at: NOW,
            source: Source::Oauth,
            actor: None,
            fact,
        };
        store.append_one(&home, draft).await.unwrap();
        home.row
    }

    #[tokio::test]
    async fn what_lists_sum_up_is_compared_and_rebuilt_too() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("grantbook.db").display());
        let vault = Vault::from_hex(&"a".repeat(64).into(), 1).unwrap();
        let store = Store::open(&url, vault, Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let row = installed(&store).await;
        let sound = async |repair| store.check_ledger(repair).await.unwrap().iter().all(Checked::sound);
        assert!(sound(false).await);
        installations::Entity::update_many()
            .col_expr(installations::Column::ScopesCount, Expr::value(7))
            .col_expr(installations::Column::Status, Expr::value("revoked"))
            .filter(installations::Column::Id.eq(row))
            .exec(store.db())
            .await
            .unwrap();
        installation_scopes::Entity::delete_many()
            .exec(store.db())
            .await
            .unwrap();
        assert!(!sound(false).await && !sound(true).await);
        assert!(sound(false).await, "rebuilt");
        let by_scope = InstallationFilter {
            scope: Some(Scope::new("chat:write").unwrap()),
            ..InstallationFilter::default()
        };
        let found = store
            .installations(&by_scope, &PageRequest::first(5), NOW)
            .await
            .unwrap();
        let [view] = found.items.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((view.scopes, view.status), (1, Status::Installed));
    }
}
