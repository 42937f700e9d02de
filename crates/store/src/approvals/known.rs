//! The apps of which anything is known in an organization: the list that the page of apps walks.

use sea_orm::{
    ActiveValue::Set,
    Condition, ConnectionTrait, EntityTrait as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use crate::{
    StoreError,
    entity::org_apps::{ActiveModel, Column, Entity},
};

/// Keeps that an app is known. A name that says no more than the id takes no other's place. Several in one
/// transaction go in order of their ids, after all other rows, so that nobody waits for another crosswise.
pub(crate) async fn know(db: &impl ConnectionTrait, enterprise: &str, app: &str, name: &str) -> Result<(), StoreError> {
    let is_named = !name.is_empty() && name != app;
    let name = if name.is_empty() { app } else { name };
    let id = (enterprise.to_owned(), app.to_owned());
    if let Some(known) = Entity::find_by_id(id).one(db).await?
        && (known.app_name == name || !is_named)
    {
        return Ok(());
    }
    let row = ActiveModel {
        enterprise: Set(enterprise.to_owned()),
        app_id: Set(app.to_owned()),
        app_name: Set(name.to_owned()),
        sort_name: Set(name.to_lowercase()),
    };
    let other = Condition::all()
        .add(Expr::value(is_named).eq(true))
        .add(Expr::col((Entity, Column::AppName)).ne(name));
    let newest = OnConflict::columns([Column::Enterprise, Column::AppId])
        .update_columns([Column::AppName, Column::SortName])
        .action_cond_where(other)
        .to_owned();
    Entity::insert(row)
        .on_conflict(newest)
        .exec_without_returning(db)
        .await?;
    Ok(())
}
