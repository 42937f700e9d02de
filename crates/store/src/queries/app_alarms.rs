//! Alarms about approvals, newest first.

use std::collections::BTreeSet;

use grantbook_core::{
    AppId, EnterpriseId, TeamId, Timestamp,
    view::{
        Page,
        approvals::{AlarmKind, AlarmView, Names},
    },
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{PageRequest, QueryError, cursor::Cut, org_apps::names};
use crate::{
    Store, StoreError,
    approvals::resolutions::team,
    entity::app_alarms::{Column, Entity, Model},
    words::parse,
};

const TABLE: &str = "app_alarms";

/// Which alarms. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct AlarmFilter {
    /// Those that are over too.
    pub closed: bool,
    /// About this.
    pub kind: Option<AlarmKind>,
    /// Of this organization.
    pub enterprise: Option<EnterpriseId>,
    /// About this app.
    pub app: Option<AppId>,
    /// In this workspace.
    pub team: Option<TeamId>,
}

impl AlarmFilter {
    fn condition(&self) -> Condition {
        let open = (!self.closed).then(|| Column::ClosedAt.is_null());
        Condition::all()
            .add_option(open)
            .add_option(self.kind.map(|kind| Column::Kind.eq(kind.as_str())))
            .add_option(self.enterprise.as_ref().map(|id| Column::Enterprise.eq(id.to_string())))
            .add_option(self.app.as_ref().map(|id| Column::AppId.eq(id.to_string())))
            .add_option(self.team.as_ref().map(|id| Column::Team.eq(id.to_string())))
    }
}

/// A row as a document.
pub(crate) fn view(row: Model, names: &Names) -> Result<AlarmView, StoreError> {
    let id = row.id;
    let kind = AlarmKind::ALL.into_iter().find(|kind| kind.as_str() == row.kind);
    let team = team(&row.team, TABLE, id)?;
    let app = row.app_id.as_deref();
    Ok(AlarmView {
        id,
        kind: kind.ok_or_else(|| StoreError::inconsistent(TABLE, "kind", id))?,
        enterprise: parse(&row.enterprise, TABLE, "enterprise", id)?,
        app: app.map(|app| parse(app, TABLE, "app_id", id)).transpose()?,
        app_name: row.app_name,
        team_name: team.as_ref().and_then(|team| names.get(team.as_str()).cloned()),
        team,
        sentence: row.sentence,
        found_at: Timestamp::from_micros(row.found_at),
        closed_at: row.closed_at.map(Timestamp::from_micros),
    })
}

async fn views(db: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<AlarmView>, StoreError> {
    let enterprises: BTreeSet<String> = rows.iter().map(|row| row.enterprise.clone()).collect();
    let names = names(db, &enterprises).await?;
    rows.into_iter().map(|row| view(row, &names)).collect()
}

impl Store {
    /// One page of alarms, newest first.
    pub async fn app_alarms(&self, filter: &AlarmFilter, page: &PageRequest) -> Result<Page<AlarmView>, QueryError> {
        const LIST: &str = "app alarms";
        let mut wanted = filter.condition();
        if let Some(id) = page.after::<i64>(LIST)? {
            wanted = wanted.add(Column::Id.lt(id));
        }
        let rows = Entity::find()
            .filter(wanted)
            .order_by_desc(Column::Id)
            .limit(page.limit_and_one())
            .all(self.db())
            .await?;
        let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| row.id);
        Ok(Page {
            items: views(self.db(), rows).await?,
            next_cursor,
        })
    }

    /// One alarm, or `None`.
    pub async fn app_alarm(&self, id: i64) -> Result<Option<AlarmView>, StoreError> {
        let row = Entity::find_by_id(id).one(self.db()).await?;
        Ok(views(self.db(), row.into_iter().collect()).await?.pop())
    }
}
