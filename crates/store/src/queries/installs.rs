//! Install attempts as documents, newest first.

use grantbook_core::{
    AppSlug, Timestamp,
    request::RequestId,
    view::{InstallAttemptView, Page},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use super::{
    PageRequest, QueryError,
    cursor::{self, Cut},
    frame::Frame,
};
use crate::{
    Store, StoreError,
    entity::{apps, install_attempts},
};

const LIST: &str = "installs";

/// Attempts, newest first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    app: Option<&AppSlug>,
    page: &PageRequest,
) -> Result<Page<InstallAttemptView>, QueryError> {
    let after: Option<(i64, String)> = page.after(LIST)?;
    let mut wanted = Condition::all();
    if let Some(slug) = app {
        let app = apps::Entity::find()
            .filter(apps::Column::Slug.eq(slug.as_str()))
            .one(db)
            .await?;
        let Some(app) = app else { return Ok(cursor::empty()) };
        wanted = wanted.add(install_attempts::Column::App.eq(app.id));
    }
    if let Some((started_at, id)) = after {
        let columns = [install_attempts::Column::StartedAt, install_attempts::Column::Id].map(Expr::col);
        wanted = wanted.add(Expr::tuple(columns).lt(Expr::tuple([Expr::val(started_at), Expr::val(id)])));
    }
    let rows = install_attempts::Entity::find()
        .filter(wanted)
        .order_by_desc(install_attempts::Column::StartedAt)
        .order_by_desc(install_attempts::Column::Id)
        .limit(page.limit_and_one())
        .all(db)
        .await?;
    let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| (row.started_at, row.id.clone()));
    let frame = Frame::of_rows(db, rows.iter().filter_map(|row| row.installation)).await?;
    let items = rows
        .into_iter()
        .map(|row| view(&frame, row))
        .collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor })
}

fn view(frame: &Frame, row: install_attempts::Model) -> Result<InstallAttemptView, StoreError> {
    Ok(InstallAttemptView {
        app: frame.app(row.app)?.slug.clone(),
        started_at: Timestamp::from_micros(row.started_at),
        ended_at: row.ended_at.map(Timestamp::from_micros),
        installation: row
            .installation
            .map(|installation| frame.key(installation).cloned())
            .transpose()?,
        id: row.id,
        outcome: row.outcome,
        error: row.error,
    })
}

impl Store {
    /// Attempts, newest first.
    pub async fn install_attempts(
        &self,
        app: Option<&AppSlug>,
        page: &PageRequest,
    ) -> Result<Page<InstallAttemptView>, QueryError> {
        list(self.db(), app, page).await
    }

    /// Attempts that a request's link began, oldest first.
    pub async fn attempts_of_request(&self, request: RequestId) -> Result<Vec<InstallAttemptView>, StoreError> {
        let rows = install_attempts::Entity::find()
            .filter(install_attempts::Column::Request.eq(request.0))
            .order_by_asc(install_attempts::Column::StartedAt)
            .order_by_asc(install_attempts::Column::Id)
            .all(self.db())
            .await?;
        let frame = Frame::of_rows(self.db(), rows.iter().filter_map(|row| row.installation)).await?;
        rows.into_iter().map(|row| view(&frame, row)).collect()
    }
}
