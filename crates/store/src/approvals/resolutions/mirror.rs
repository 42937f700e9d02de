//! `Store::mirror_resolutions`: the complete lists of one place, as they were read, against what stands here.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use grantbook_core::{EnterpriseId, TeamId, Timestamp};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::{NotSet, Set},
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    sea_query::{Expr, OnConflict},
};

use super::{Listed, StoredResolution, TABLE, note::end, place, stored};
use crate::{
    Store, StoreError,
    approvals::know,
    entity::{
        app_resolutions::{ActiveModel, Column, Entity, Model},
        own_resolutions as own,
    },
    words::to_json,
};

/// Rows named in one statement.
const AT_ONCE: usize = 500;

/// What a reading of the lists changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mirrored {
    /// What stands for the first time.
    pub new: Vec<StoredResolution>,
    /// What stands with another status or other scopes: before and after.
    pub changed: Vec<(StoredResolution, StoredResolution)>,
    /// What stands no more.
    pub ended: Vec<StoredResolution>,
}

impl Mirrored {
    /// Whether the lists show what was known.
    pub const fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.ended.is_empty()
    }

    /// The apps that anything changed about.
    pub fn apps(&self) -> BTreeSet<&grantbook_core::AppId> {
        let after = self.changed.iter().map(|(_, after)| after);
        let all = self.new.iter().chain(after).chain(&self.ended);
        all.map(|resolution| &resolution.listed.app).collect()
    }
}

/// One place, and when its lists were read.
struct Reading<'a> {
    enterprise: &'a EnterpriseId,
    team: String,
    read_at: Timestamp,
}

/// What stands in the place by app, locked until the transaction ends, in one order everywhere.
async fn standing(db: &impl ConnectionTrait, reading: &Reading<'_>) -> Result<BTreeMap<String, Model>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Enterprise.eq(reading.enterprise.to_string()))
        .filter(Column::Team.eq(&reading.team))
        .filter(Column::EndedAt.is_null())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.app_id.clone(), row)).collect())
}

/// Apps about which something newer than the reading is known: it says nothing about them.
async fn newer(db: &impl ConnectionTrait, reading: &Reading<'_>) -> Result<HashSet<String>, StoreError> {
    let since = reading.read_at.micros();
    let ended: Vec<String> = Entity::find()
        .select_only()
        .column(Column::AppId)
        .filter(Column::Enterprise.eq(reading.enterprise.to_string()))
        .filter(Column::Team.eq(&reading.team))
        .filter(Column::EndedAt.gt(since))
        .into_tuple()
        .all(db)
        .await?;
    let said: Vec<String> = own::Entity::find()
        .select_only()
        .column(own::Column::AppId)
        .filter(own::Column::Enterprise.eq(reading.enterprise.to_string()))
        .filter(own::Column::Team.eq(&reading.team))
        .filter(own::Column::SaidAt.gt(since))
        .into_tuple()
        .all(db)
        .await?;
    Ok(ended.into_iter().chain(said).collect())
}

/// A row for what is listed.
fn row(reading: &Reading<'_>, listed: &Listed) -> Result<ActiveModel, StoreError> {
    let resolver = listed.resolved_by.as_ref();
    Ok(ActiveModel {
        id: NotSet,
        enterprise: Set(reading.enterprise.to_string()),
        team: Set(reading.team.clone()),
        app_id: Set(listed.app.to_string()),
        app_name: Set(listed.app_name.clone()),
        status: Set(listed.status.as_str().to_owned()),
        scopes: Set(to_json(&listed.scopes, TABLE, "scopes", &listed.app)?),
        date_updated: Set(listed.date_updated.micros()),
        resolved_by: Set(resolver.map(|by| by.actor_id.clone())),
        resolver_type: Set(resolver.map(|by| by.actor_type.clone())),
        seen_at: Set(reading.read_at.micros()),
        request: Set(None),
        ends_at: Set(None),
        ends_how: Set(None),
        noticed_at: Set(None),
        ended_at: Set(None),
    })
}

/// Writes a row that stands; none where somebody else just wrote one.
async fn stand(
    db: &impl ConnectionTrait,
    reading: &Reading<'_>,
    app: &str,
    row: ActiveModel,
) -> Result<Option<StoredResolution>, StoreError> {
    know(db, &reading.enterprise.to_string(), app, row.app_name.as_ref()).await?;
    let written = Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    if written == 0 {
        return Ok(None);
    }
    let found = of_app(reading, app).filter(Column::EndedAt.is_null()).one(db).await?;
    found.map(stored).transpose()
}

fn of_app(reading: &Reading<'_>, app: &str) -> Select<Entity> {
    Entity::find()
        .filter(Column::Enterprise.eq(reading.enterprise.to_string()))
        .filter(Column::Team.eq(&reading.team))
        .filter(Column::AppId.eq(app))
}

/// What the row that ended last said of our decision: it still holds where the lists show again what was resolved
/// before that row ended, since then a reading had just missed it.
async fn missed(
    db: &impl ConnectionTrait,
    reading: &Reading<'_>,
    app: &str,
    row: &mut ActiveModel,
) -> Result<(), StoreError> {
    let last = of_app(reading, app)
        .filter(Column::EndedAt.is_not_null())
        .order_by_desc(Column::Id)
        .one(db)
        .await?;
    let is_it = |last: &Model| {
        *row.status.as_ref() == last.status && last.ended_at.is_some_and(|ended| *row.date_updated.as_ref() < ended)
    };
    if let Some(last) = last.filter(is_it) {
        keep(row, &last);
    }
    Ok(())
}

/// What only we know of a resolution, and the lists do not.
fn keep(row: &mut ActiveModel, before: &Model) {
    row.request = Set(before.request);
    row.ends_at = Set(before.ends_at);
    row.ends_how = Set(before.ends_how.clone());
    row.noticed_at = Set(before.noticed_at);
}

/// What becomes of a row whose app is listed.
enum Fate {
    /// It stands as it stood.
    Same,
    /// Who resolved it, when, or its name is told otherwise.
    Told(ActiveModel),
    /// It ends, and this stands instead.
    Replaced(ActiveModel),
}

fn fate(before: &Model, mut row: ActiveModel) -> Fate {
    let same_status = *row.status.as_ref() == before.status;
    if same_status {
        keep(&mut row, before);
    }
    if !same_status || *row.scopes.as_ref() != before.scopes {
        return Fate::Replaced(row);
    }
    let told = *row.date_updated.as_ref() == before.date_updated
        && *row.resolved_by.as_ref() == before.resolved_by
        && *row.resolver_type.as_ref() == before.resolver_type
        && *row.app_name.as_ref() == before.app_name;
    if told {
        return Fate::Same;
    }
    row.id = Set(before.id);
    Fate::Told(row)
}

/// Rows that the lists showed as they stand.
async fn seen(db: &impl ConnectionTrait, ids: &[i64], at: Timestamp) -> Result<(), StoreError> {
    for chunk in ids.chunks(AT_ONCE) {
        Entity::update_many()
            .col_expr(Column::SeenAt, Expr::value(at.micros()))
            .filter(Column::Id.is_in(chunk.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Holds the listed against what stands.
async fn compare(
    db: &impl ConnectionTrait,
    reading: &Reading<'_>,
    listed: &BTreeMap<String, &Listed>,
) -> Result<Mirrored, StoreError> {
    let mut before = standing(db, reading).await?;
    let newer = newer(db, reading).await?;
    let is_newer = |app: &str, row: Option<&Model>| {
        newer.contains(app) || row.is_some_and(|row| row.seen_at > reading.read_at.micros())
    };
    let (mut mirrored, mut same) = (Mirrored::default(), Vec::new());
    for (app, listed) in listed {
        let stands = before.remove(app);
        if is_newer(app, stands.as_ref()) {
            continue;
        }
        let mut row = row(reading, listed)?;
        let Some(stands) = stands else {
            missed(db, reading, app, &mut row).await?;
            mirrored.new.extend(stand(db, reading, app, row).await?);
            continue;
        };
        match fate(&stands, row) {
            Fate::Same => same.push(stands.id),
            Fate::Told(row) => {
                know(db, &reading.enterprise.to_string(), app, row.app_name.as_ref()).await?;
                row.update(db).await?;
            }
            Fate::Replaced(row) => {
                let old = stored(end(db, stands, reading.read_at).await?)?;
                let new = stand(db, reading, app, row).await?;
                mirrored.changed.extend(new.map(|new| (old, new)));
            }
        }
    }
    for (app, row) in before {
        if !is_newer(&app, Some(&row)) {
            mirrored.ended.push(stored(end(db, row, reading.read_at).await?)?);
        }
    }
    seen(db, &same, reading.read_at).await?;
    Ok(mirrored)
}

impl Store {
    /// Takes over the complete lists, approved and restricted, of one place (`None`: the organization's own level)
    /// as they were read from `read_at` on, the moment before the first call. What was written after that moment
    /// stays as it is. Answers what changed.
    pub async fn mirror_resolutions(
        &self,
        enterprise: &EnterpriseId,
        team: Option<&TeamId>,
        listed: &[Listed],
        read_at: Timestamp,
    ) -> Result<Mirrored, StoreError> {
        let reading = Reading {
            enterprise,
            team: place(team),
            read_at,
        };
        // An app that moves from one list to the other between two calls may stand in both: the later entry counts.
        let mut by_app: BTreeMap<String, &Listed> = BTreeMap::new();
        for one in listed {
            let known = by_app.entry(one.app.to_string()).or_insert(one);
            if one.date_updated > known.date_updated {
                *known = one;
            }
        }
        let tx = self.begin().await?;
        let mirrored = compare(&tx, &reading, &by_app).await?;
        tx.commit().await?;
        Ok(mirrored)
    }
}
