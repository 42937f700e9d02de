//! What Slack's answers showed of scopes: which a token has, and which of them calls needed.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{InstallationKey, Scope, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use crate::{
    Store, StoreError,
    entity::{installation_scopes, live_scopes, observations, scope_uses},
    installations::{self, InstallationRef},
    tokens::Holder,
    words::{self, from_json, to_json},
};

/// How often and when something was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// First.
    pub first: Timestamp,
    /// Last.
    pub last: Timestamp,
    /// How often.
    pub calls: u64,
}

/// What the answers to one holder's calls showed since the last batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The installation.
    pub installation: InstallationKey,
    /// Whose token: `app`, or a person's id.
    pub holder: String,
    /// The calls.
    pub calls: Times,
    /// The token's scopes as Slack named them last, and when; none where it did not.
    pub scopes: Option<(BTreeSet<Scope>, Timestamp)>,
    /// Scopes that Slack named as enough for a call.
    pub accepted: BTreeMap<Scope, Times>,
}

/// The scopes of a token as Slack named them last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveScopes {
    /// Whose token.
    pub holder: Holder,
    /// Its scopes.
    pub scopes: BTreeSet<Scope>,
    /// When Slack named them.
    pub seen_at: Timestamp,
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn calls(db: &impl ConnectionTrait, installation: i64, seen: &Seen) -> Result<(), StoreError> {
    use observations::{Column, Entity};
    let row = observations::ActiveModel {
        installation: Set(installation),
        holder: Set(seen.holder.clone()),
        since: Set(seen.calls.first.micros()),
        calls: Set(number(seen.calls.calls)),
    };
    let more = OnConflict::columns([Column::Installation, Column::Holder])
        .value(
            Column::Calls,
            Expr::col((Entity, Column::Calls)).add(number(seen.calls.calls)),
        )
        .to_owned();
    Entity::insert(row).on_conflict(more).exec_without_returning(db).await?;
    Ok(())
}

async fn used(
    db: &impl ConnectionTrait,
    installation: i64,
    seen: &Seen,
    scope: &Scope,
    times: Times,
) -> Result<(), StoreError> {
    use scope_uses::{Column, Entity};
    let row = scope_uses::ActiveModel {
        installation: Set(installation),
        scope: Set(scope.to_string()),
        holder: Set(seen.holder.clone()),
        first_at: Set(times.first.micros()),
        last_at: Set(times.last.micros()),
        calls: Set(number(times.calls)),
    };
    let more = OnConflict::columns([Column::Installation, Column::Scope, Column::Holder])
        .value(Column::LastAt, Expr::value(times.last.micros()))
        .value(
            Column::Calls,
            Expr::col((Entity, Column::Calls)).add(number(times.calls)),
        )
        .to_owned();
    Entity::insert(row).on_conflict(more).exec_without_returning(db).await?;
    Ok(())
}

async fn live(
    db: &impl ConnectionTrait,
    installation: i64,
    holder: &str,
    scopes: &BTreeSet<Scope>,
    at: Timestamp,
) -> Result<(), StoreError> {
    use live_scopes::{Column, Entity};
    let row = live_scopes::ActiveModel {
        installation: Set(installation),
        holder: Set(holder.to_owned()),
        scopes: Set(to_json(scopes, "live_scopes", "scopes", installation)?),
        seen_at: Set(at.micros()),
    };
    // Replicas write in any order: what was seen last stays.
    let replace = OnConflict::columns([Column::Installation, Column::Holder])
        .update_columns([Column::Scopes, Column::SeenAt])
        .action_and_where(Expr::col((Entity, Column::SeenAt)).lte(at.micros()))
        .to_owned();
    Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The scopes an installation holds by its ledger.
async fn held(db: &impl ConnectionTrait, installation: i64) -> Result<BTreeSet<String>, StoreError> {
    let scopes: Vec<String> = installation_scopes::Entity::find()
        .select_only()
        .column(installation_scopes::Column::Scope)
        .filter(installation_scopes::Column::Installation.eq(installation))
        .into_tuple()
        .all(db)
        .await?;
    Ok(scopes.into_iter().collect())
}

impl Store {
    /// Writes down what was seen, and answers the installations of which Slack named the scopes. Of the scopes
    /// that were enough for a call those count as used that were held. What is of no installation is left out.
    pub async fn save_seen(&self, batch: &[Seen]) -> Result<Vec<InstallationRef>, StoreError> {
        let tx = self.begin().await?;
        let mut named: Vec<InstallationRef> = Vec::new();
        for seen in batch {
            let Some(installation) = installations::by_key(&tx, &seen.installation).await? else {
                continue;
            };
            calls(&tx, installation.row, seen).await?;
            if !seen.accepted.is_empty() {
                let held = match &seen.scopes {
                    Some((scopes, _)) => scopes.iter().map(ToString::to_string).collect(),
                    None => held(&tx, installation.row).await?,
                };
                for (scope, times) in seen.accepted.iter().filter(|(scope, _)| held.contains(scope.as_str())) {
                    used(&tx, installation.row, seen, scope, *times).await?;
                }
            }
            if let Some((scopes, at)) = &seen.scopes {
                live(&tx, installation.row, &seen.holder, scopes, *at).await?;
                if named.iter().all(|known| known.row != installation.row) {
                    named.push(installation);
                }
            }
        }
        tx.commit().await?;
        Ok(named)
    }

    /// The scopes of each token of an installation, as Slack named them last.
    pub async fn live_scopes(&self, installation: i64) -> Result<Vec<LiveScopes>, StoreError> {
        let rows = live_scopes::Entity::find()
            .filter(live_scopes::Column::Installation.eq(installation))
            .order_by_asc(live_scopes::Column::Holder)
            .all(self.db())
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(LiveScopes {
                    holder: words::parse(&row.holder, "live_scopes", "holder", row.installation)?,
                    scopes: from_json(&row.scopes, "live_scopes", "scopes", row.installation)?,
                    seen_at: Timestamp::from_micros(row.seen_at),
                })
            })
            .collect()
    }
}
