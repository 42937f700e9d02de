//! The apps of which anything is known in an organization: the list that the page of apps walks.

use std::collections::HashMap;

use grantbook_core::AppId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use super::alarms::About;
use crate::{
    StoreError,
    entity::org_apps::{ActiveModel, Column, Entity},
};

/// Keeps that an app is known. A name that says no more than the id takes no other's place. Several in one
/// transaction go in order of their ids, after all other rows, so that nobody waits for another crosswise.
pub(crate) async fn know(db: &impl ConnectionTrait, enterprise: &str, app: &str, name: &str) -> Result<(), StoreError> {
    let known = Entity::find_by_id((enterprise.to_owned(), app.to_owned()))
        .one(db)
        .await?;
    learn(
        db,
        enterprise,
        (app, name),
        known.map(|known| known.app_name).as_deref(),
    )
    .await
}

/// The same of many apps, by id and name in order of their ids.
pub(crate) async fn know_all<'a>(
    db: &impl ConnectionTrait,
    enterprise: &str,
    about: &About<'_>,
    apps: impl Iterator<Item = (&'a AppId, &'a str)>,
) -> Result<(), StoreError> {
    let find = Entity::find().filter(Column::Enterprise.eq(enterprise));
    let known = about
        .only(find, Column::AppId)
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.app_id, row.app_name));
    let known: HashMap<String, String> = known.collect();
    for (app, name) in apps {
        let app = app.as_str();
        learn(db, enterprise, (app, name), known.get(app).map(String::as_str)).await?;
    }
    Ok(())
}

/// Keeps an app's name, where it says more than the one that is known.
async fn learn(
    db: &impl ConnectionTrait,
    enterprise: &str,
    (app, name): (&str, &str),
    known: Option<&str>,
) -> Result<(), StoreError> {
    let is_named = !name.is_empty() && name != app;
    let name = if name.is_empty() { app } else { name };
    if known.is_some_and(|known| known == name || !is_named) {
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
