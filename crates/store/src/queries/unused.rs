//! Scopes that are held and that no observed call needed lately, by installation and scope.
//!
//! Walks installations whose calls are observed; of the others nothing can be said.

use std::collections::{BTreeMap, HashMap};

use grantbook_core::{
    AppSlug, Grants, InstallationKey, Scope, Tenant, Timestamp, drift,
    grants::Status,
    view::{Page, drift::UnusedScopeView},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Query},
};

use super::{
    Order, PageRequest, QueryError,
    cursor::{self, Cut},
    frame::{self, Frame},
    matching,
};
use crate::{
    Store, StoreError,
    entity::{installation_scopes as held, installations, observations, scope_uses},
    projection, words,
};

/// Which scopes. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct UnusedFilter {
    /// Of this app.
    pub app: Option<AppSlug>,
    /// In this tenant.
    pub tenant: Option<Tenant>,
    /// Of this installation.
    pub installation: Option<InstallationKey>,
}

const LIST: &str = "unused_scopes";

/// What was seen of one installation's calls.
#[derive(Clone, Copy, Debug)]
struct Observed {
    since: i64,
    calls: i64,
}

async fn list(
    db: &impl ConnectionTrait,
    filter: &UnusedFilter,
    used_before: Timestamp,
    page: &PageRequest,
) -> Result<Page<UnusedScopeView>, QueryError> {
    let after: Option<(i64, String)> = page.after(LIST)?;
    let Some(mut wanted) = of_installations(db, filter).await? else {
        return Ok(cursor::empty());
    };
    let column = |column| Expr::col((held::Entity, column));
    if let Some((installation, scope)) = after {
        wanted = wanted.add(matching::beyond(
            [column(held::Column::Installation), column(held::Column::Scope)],
            Order::Ascending,
            [Expr::val(installation), Expr::val(scope)],
        ));
    }
    let mut used = Query::select();
    used.expr(Expr::val(1))
        .from(scope_uses::Entity)
        .and_where(
            Expr::col((scope_uses::Entity, scope_uses::Column::Installation))
                .equals((held::Entity, held::Column::Installation)),
        )
        .and_where(
            Expr::col((scope_uses::Entity, scope_uses::Column::Scope)).equals((held::Entity, held::Column::Scope)),
        )
        .and_where(Expr::col((scope_uses::Entity, scope_uses::Column::LastAt)).gte(used_before.micros()));
    let mut observed = Query::select();
    observed.expr(Expr::val(1)).from(observations::Entity).and_where(
        Expr::col((observations::Entity, observations::Column::Installation))
            .equals((held::Entity, held::Column::Installation)),
    );
    let rows: Vec<(i64, String)> = held::Entity::find()
        .select_only()
        .columns([held::Column::Installation, held::Column::Scope])
        .filter(wanted)
        .filter(Expr::exists(observed))
        .filter(Expr::exists(used).not())
        .filter(held::Column::Scope.is_not_in(drift::never_accepted().iter().copied()))
        .order_by_asc(held::Column::Installation)
        .order_by_asc(held::Column::Scope)
        .limit(page.limit_and_one())
        .into_tuple()
        .all(db)
        .await?;
    let Cut { rows, next_cursor } = page.cut(LIST, rows, Clone::clone);
    let items = views(db, rows).await?;
    Ok(Page { items, next_cursor })
}

/// `None` where nothing can match.
async fn of_installations(db: &impl ConnectionTrait, filter: &UnusedFilter) -> Result<Option<Condition>, StoreError> {
    let mut such = Query::select();
    such.column(installations::Column::Id)
        .from(installations::Entity)
        .and_where(Expr::col(installations::Column::Status).eq(Status::Installed.as_str()));
    let slug = filter.app.as_ref().or(filter.installation.as_ref().map(|key| &key.app));
    if let Some(slug) = slug {
        let apps = frame::app_names(db).await?;
        let Some((row, _)) = apps.iter().find(|(_, app)| app.slug == *slug) else {
            return Ok(None);
        };
        such.and_where(Expr::col(installations::Column::App).eq(*row));
    }
    let tenants = [
        filter.tenant.as_ref(),
        filter.installation.as_ref().map(|key| &key.tenant),
    ];
    for tenant in tenants.into_iter().flatten() {
        such.and_where(Expr::col(installations::Column::Tenant).eq(tenant.as_str()));
    }
    let id = Expr::col((held::Entity, held::Column::Installation));
    Ok(Some(Condition::all().add(id.in_subquery(such))))
}

async fn views(db: &impl ConnectionTrait, rows: Vec<(i64, String)>) -> Result<Vec<UnusedScopeView>, StoreError> {
    let mut ids: Vec<i64> = rows.iter().map(|(installation, _)| *installation).collect();
    ids.dedup();
    let frame = Frame::of_rows(db, ids.iter().copied()).await?;
    let observed = observed(db, &ids).await?;
    let used = last_uses(db, &ids).await?;
    let mut grants: BTreeMap<i64, Grants> = BTreeMap::new();
    for id in ids {
        grants.insert(id, projection::stored(db, id).await?.unwrap_or_default());
    }
    rows.into_iter()
        .map(|(id, text)| {
            let key = frame.key(id)?;
            let scope: Scope = words::parse(&text, "installation_scopes", "scope", id)?;
            let seen = observed.get(&id).copied().unwrap_or(Observed { since: 0, calls: 0 });
            Ok(UnusedScopeView {
                installation: key.clone(),
                app: key.app.clone(),
                app_name: frame.app_name(&key.app),
                tenant_name: frame.tenant(key.tenant.as_str())?.name.clone(),
                held_since: grants.get(&id).and_then(|grants| since(grants, &scope)),
                scope,
                last_used: used.get(&(id, text)).copied().map(Timestamp::from_micros),
                observed_since: Timestamp::from_micros(seen.since),
                calls_observed: seen.calls.unsigned_abs(),
                smaller_install_url: None,
            })
        })
        .collect()
}

/// Since when a scope is held anywhere.
fn since(grants: &Grants, scope: &Scope) -> Option<Timestamp> {
    let maps = grants.scopes.values().chain(grants.users.values());
    maps.chain([&grants.unplaced])
        .filter_map(|held| held.get(scope))
        .map(|mark| mark.since)
        .min()
}

async fn observed(db: &impl ConnectionTrait, ids: &[i64]) -> Result<HashMap<i64, Observed>, StoreError> {
    let rows = observations::Entity::find()
        .filter(observations::Column::Installation.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let mut all: HashMap<i64, Observed> = HashMap::new();
    for row in rows {
        let sum = all.entry(row.installation).or_insert(Observed {
            since: row.since,
            calls: 0,
        });
        sum.since = Ord::min(sum.since, row.since);
        sum.calls += row.calls;
    }
    Ok(all)
}

async fn last_uses(db: &impl ConnectionTrait, ids: &[i64]) -> Result<HashMap<(i64, String), i64>, StoreError> {
    let rows = scope_uses::Entity::find()
        .filter(scope_uses::Column::Installation.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let mut last = HashMap::new();
    for row in rows {
        let at = last.entry((row.installation, row.scope)).or_insert(row.last_at);
        *at = Ord::max(row.last_at, *at);
    }
    Ok(last)
}

impl Store {
    /// Scopes that are held and were not needed by an observed call since `used_before`, by installation and
    /// scope. Their smaller install link is absent: the flows know it.
    pub async fn unused_scopes(
        &self,
        filter: &UnusedFilter,
        used_before: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<UnusedScopeView>, QueryError> {
        list(self.db(), filter, used_before, page).await
    }
}
