//! What stands beside a request, as its message shows it: the app elsewhere, approved apps that hold as much, and
//! how many ask for the same.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{AppId, Scope, TeamId, Timestamp, approval::Previous};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::StoredAppRequest;
use crate::{
    Store, StoreError,
    entity::{
        app_demand,
        app_resolutions::{self as resolutions, Column},
    },
    words::{from_json, parse},
};

/// Approved apps looked through for one that holds as much.
const LOOKED_THROUGH: u64 = 500;

/// What stands beside a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Where the app is approved; `None` is the organization itself.
    pub approved_in: Vec<Option<TeamId>>,
    /// Where it is restricted.
    pub restricted_in: Vec<Option<TeamId>>,
    /// Apps that are approved there, or for the organization, and hold every scope that is asked for: the id, the
    /// name, and how many scopes they hold beyond that. The closest first.
    pub similar: Vec<(AppId, String, usize)>,
    /// How many requests for the app wait for a person, this one included.
    pub demand: u64,
}

impl Store {
    /// What stands beside a request now.
    pub async fn beside(&self, request: &StoredAppRequest) -> Result<Beside, StoreError> {
        let app = &request.request.app.id;
        let standing = self.standing_resolutions(&request.enterprise, Some(app)).await?;
        let places = |status: Previous| {
            let such = standing.iter().filter(|one| one.listed.status == status);
            such.map(|one| one.team.clone()).collect()
        };
        let demand =
            app_demand::Entity::find_by_id((request.enterprise.to_string(), request.request.app.id.to_string()))
                .one(self.db())
                .await?;
        Ok(Beside {
            approved_in: places(Previous::Approved),
            restricted_in: places(Previous::Restricted),
            similar: self.similar(request).await?,
            demand: demand.map_or(0, |row| row.open.unsigned_abs()),
        })
    }

    async fn similar(&self, request: &StoredAppRequest) -> Result<Vec<(AppId, String, usize)>, StoreError> {
        let asked: BTreeSet<&Scope> = request.request.scopes.iter().map(|asked| &asked.name).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let places = [String::new()]
            .into_iter()
            .chain(request.request.team.as_ref().map(ToString::to_string));
        let rows = resolutions::Entity::find()
            .filter(Column::Enterprise.eq(request.enterprise.to_string()))
            .filter(Column::Team.is_in(places))
            .filter(Column::Status.eq("approved"))
            .filter(Column::EndedAt.is_null())
            .filter(Column::AppId.ne(request.request.app.id.to_string()))
            .order_by_desc(Column::Id)
            .limit(LOOKED_THROUGH)
            .all(self.db())
            .await?;
        let mut similar = BTreeMap::new();
        for row in rows {
            let held: BTreeSet<Scope> = from_json(&row.scopes, "app_resolutions", "scopes", row.id)?;
            if asked.iter().all(|scope| held.contains(*scope)) {
                let app: AppId = parse(&row.app_id, "app_resolutions", "app_id", row.id)?;
                similar.insert(app, (row.app_name, held.len() - asked.len()));
            }
        }
        let mut similar: Vec<_> = similar
            .into_iter()
            .map(|(app, (name, beyond))| (app, name, beyond))
            .collect();
        similar.sort_by(|a, b| (a.2, &a.1).cmp(&(b.2, &b.1)));
        Ok(similar)
    }

    /// How a row of the outbox stands and when it was made; none where there is no such row.
    pub async fn outbox_state(&self, id: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
        let row = crate::entity::outbox::Entity::find_by_id(id).one(self.db()).await?;
        Ok(row.map(|row| (row.state, Timestamp::from_micros(row.created_at))))
    }
}
