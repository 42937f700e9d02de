//! People who can be asked in a tenant: those with a name, and those who acted there.

use std::collections::BTreeMap;

use grantbook_core::{Tenant, UserId, view::requests::PersonView};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Func, LikeExpr, Order as Direction, Query},
};

use crate::{
    Store, StoreError,
    entity::{installations, ledger, names},
    queries::matching,
};

/// People shown at most.
const SHOWN: u64 = 50;
/// Newest entries of each installation in which people are looked for.
const ENTRIES: u64 = 500;
/// Installations of a tenant in which people are looked for.
const HOMES: u64 = 100;

/// The installations of a tenant: rows, and the apps' own users.
async fn homes(db: &impl ConnectionTrait, tenant: &Tenant) -> Result<(Vec<i64>, Vec<String>), StoreError> {
    let found: Vec<(i64, Option<String>)> = installations::Entity::find()
        .select_only()
        .columns([installations::Column::Id, installations::Column::AppUser])
        .filter(installations::Column::Tenant.eq(tenant.as_str()))
        .order_by_desc(installations::Column::LastAt)
        .limit(HOMES)
        .into_tuple()
        .all(db)
        .await?;
    let (rows, app_users): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    Ok((rows, app_users.into_iter().flatten().collect()))
}

/// Those named so, or with this id.
async fn named(db: &impl ConnectionTrait, tenant: &Tenant, q: &str) -> Result<Vec<(String, String)>, StoreError> {
    let name = Expr::expr(Func::lower(Expr::col(names::Column::Name)));
    let like = name.like(LikeExpr::new(format!("%{}%", matching::escaped(&q.to_lowercase()))).escape('!'));
    Ok(names::Entity::find()
        .select_only()
        .columns([names::Column::Id, names::Column::Name])
        .filter(names::Column::Tenant.eq(tenant.as_str()))
        .filter(names::Column::Kind.eq("user"))
        .filter(like.or(names::Column::Id.eq(q.to_uppercase())))
        .order_by_asc(names::Column::Name)
        .limit(SHOWN * 2)
        .into_tuple()
        .all(db)
        .await?)
}

/// Those who acted lately in an installation.
async fn actors(db: &impl ConnectionTrait, installation: i64) -> Result<Vec<String>, StoreError> {
    let newest = Query::select()
        .column(ledger::Column::Actor)
        .from(ledger::Entity)
        .and_where(Expr::col(ledger::Column::Installation).eq(installation))
        .order_by(ledger::Column::At, Direction::Desc)
        .order_by(ledger::Column::Seq, Direction::Desc)
        .limit(ENTRIES)
        .take();
    let distinct = Query::select()
        .distinct()
        .column("actor")
        .from_subquery(newest, "newest")
        .and_where(Expr::col("actor").is_not_null())
        .take();
    let found = db.query_all(&distinct).await?;
    Ok(found
        .iter()
        .map(|row| row.try_get("", "actor"))
        .collect::<Result<_, _>>()?)
}

impl Store {
    /// People of a tenant whose name contains `q` or whose id it is, by name; at most 50. Apps' own users are
    /// left out.
    pub async fn people(&self, tenant: &Tenant, q: &str) -> Result<Vec<PersonView>, StoreError> {
        let q = q.trim().trim_start_matches('@');
        let (rows, app_users) = homes(self.db(), tenant).await?;
        let mut people: BTreeMap<String, Option<String>> = named(self.db(), tenant, q)
            .await?
            .into_iter()
            .map(|(id, name)| (id, Some(name)))
            .collect();
        let mut nameless = Vec::new();
        for row in rows {
            nameless.extend(actors(self.db(), row).await?);
        }
        nameless.retain(|id| !people.contains_key(id));
        let known = self.names(tenant, nameless.iter().cloned()).await?;
        // Whoever has a name and was not found by it does not match.
        nameless.retain(|id| !known.contains_key(id) && (q.is_empty() || *id == q.to_uppercase()));
        people.extend(nameless.into_iter().map(|id| (id, None)));
        let mut people: Vec<PersonView> = people
            .into_iter()
            .filter(|(id, _)| !app_users.contains(id))
            .filter_map(|(id, name)| {
                Some(PersonView {
                    id: UserId::new(id).ok()?,
                    name,
                })
            })
            .collect();
        people.sort_by(|a, b| (a.name.is_none(), &a.name, &a.id).cmp(&(b.name.is_none(), &b.name, &b.id)));
        people.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
        Ok(people)
    }
}
