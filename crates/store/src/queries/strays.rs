//! Presses and commands that belong to no request, newest first.

use grantbook_core::{
    Timestamp,
    view::{Page, requests::StrayView},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::Expr,
};

use super::{
    Order, PageRequest, QueryError,
    cursor::Cut,
    frame::{self, AppName},
    matching::{self, col},
};
use crate::{Store, StoreError, entity::triggers, words};

const LIST: &str = "strays";

async fn list(db: &impl ConnectionTrait, page: &PageRequest) -> Result<Page<StrayView>, QueryError> {
    let after: Option<(i64, i64, String)> = page.after(LIST)?;
    let mut wanted = Condition::all().add(triggers::Column::Code.is_not_null());
    if let Some((arrived_at, app, round)) = after {
        let columns = [
            triggers::Column::ArrivedAt,
            triggers::Column::App,
            triggers::Column::Round,
        ];
        wanted = wanted.add(matching::beyond(
            columns.map(|column| col(triggers::Entity, column)),
            Order::Descending,
            [Expr::val(arrived_at), Expr::val(app), Expr::val(round)],
        ));
    }
    let rows = triggers::Entity::find()
        .filter(wanted)
        .order_by_desc(triggers::Column::ArrivedAt)
        .order_by_desc(triggers::Column::App)
        .order_by_desc(triggers::Column::Round)
        .limit(page.limit_and_one())
        .all(db)
        .await?;
    let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| (row.arrived_at, row.app, row.round.clone()));
    let apps = frame::app_names(db).await?;
    let items = rows
        .into_iter()
        .map(|row| {
            let app = apps.get(&row.app);
            view(
                app.ok_or_else(|| StoreError::inconsistent("triggers", "app", row.app))?,
                row,
            )
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Page { items, next_cursor })
}

fn view(app: &AppName, row: triggers::Model) -> Result<StrayView, StoreError> {
    Ok(StrayView {
        at: Timestamp::from_micros(row.arrived_at),
        app: app.slug.clone(),
        tenant: row
            .tenant
            .as_deref()
            .map(|tenant| words::parse(tenant, "triggers", "tenant", row.app))
            .transpose()?,
        user: row
            .person
            .as_deref()
            .map(|person| words::parse(person, "triggers", "person", row.app))
            .transpose()?,
        kind: row.kind,
        code: row.code.unwrap_or_default(),
        sentence: String::new(),
        subject: row.subject,
    })
}

impl Store {
    /// Presses and commands that belong to no request, newest first. Their `sentence` is empty: the flows
    /// know one for each code.
    pub async fn strays(&self, page: &PageRequest) -> Result<Page<StrayView>, QueryError> {
        list(self.db(), page).await
    }
}
