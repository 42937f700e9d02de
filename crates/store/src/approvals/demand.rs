//! How many requests for an app wait for a person: kept as they begin and cease to.

use grantbook_core::approval::life::State;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use crate::{
    StoreError,
    entity::app_demand::{ActiveModel, Column, Entity},
};

/// Counts a request whose state changed.
pub(super) async fn follow(
    db: &impl ConnectionTrait,
    enterprise: &str,
    app: &str,
    before: State,
    after: State,
) -> Result<(), StoreError> {
    let by = match (before == State::Open, after == State::Open) {
        (false, true) => 1,
        (true, false) => -1,
        _ => return Ok(()),
    };
    let row = ActiveModel {
        enterprise: Set(enterprise.to_owned()),
        app_id: Set(app.to_owned()),
        open: Set(0),
    };
    Entity::insert(row)
        .on_conflict(
            OnConflict::columns([Column::Enterprise, Column::AppId])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Entity::update_many()
        .col_expr(Column::Open, Expr::col(Column::Open).add(by))
        .filter(Column::Enterprise.eq(enterprise))
        .filter(Column::AppId.eq(app))
        .exec(db)
        .await?;
    Ok(())
}
