//! Requests as rows: written once with what is asked, and again with how they stand.

use grantbook_core::{
    InstallationKey, Timestamp,
    request::{Ask, Author, Kind, PermissionRequest, RequestId, RoundSummary, Step},
    view::Model,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{ExprTrait as _, Query},
};

use crate::{
    StoreError,
    entity::{apps, installations, permission_requests, request_scopes, request_steps},
    queries::matching::col,
    words::{self, from_json, to_json},
};

const TABLE: &str = "permission_requests";

/// A request with its row as it was read.
pub(super) struct Stored {
    pub(super) row: permission_requests::Model,
    pub(super) request: PermissionRequest,
}

/// Keeps a new request.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    installation: i64,
    ask: Ask,
) -> Result<PermissionRequest, StoreError> {
    let mut request = PermissionRequest::drafted(RequestId(0), ask);
    let ask = &request.ask;
    let key = &ask.installation;
    let author_text = match &ask.author {
        Author::Console { name } => name.to_lowercase(),
        Author::Command { user } => user.to_string(),
    };
    let row = permission_requests::ActiveModel {
        installation: Set(installation),
        model: Set(ask.model.as_str().to_owned()),
        kind: Set(ask.kind.as_str().to_owned()),
        person: Set(ask.user.as_ref().map(ToString::to_string)),
        channel: Set(ask.channel.as_ref().map(ToString::to_string)),
        scopes: Set(to_json(&ask.scopes, TABLE, "scopes", key)?),
        optional: Set(to_json(&ask.optional, TABLE, "optional", key)?),
        message: Set(ask.message.clone()),
        button: Set(ask.button.clone()),
        author: Set(to_json(&ask.author, TABLE, "author", key)?),
        author_text: Set(author_text),
        again_of: Set(ask.again_of.map(|id| id.0)),
        drafted_at: Set(ask.drafted_at.micros()),
        state: Set(request.state().name().as_str().to_owned()),
        state_data: Set(to_json(request.state(), TABLE, "state_data", key)?),
        presses: Set(0),
        took_ms: Set(None),
        granted: Set("[]".to_owned()),
        updated_at: Set(ask.drafted_at.micros()),
        ..Default::default()
    };
    let id = permission_requests::Entity::insert(row).exec(db).await?.last_insert_id;
    let scopes = ask.scopes.iter().map(|scope| request_scopes::ActiveModel {
        scope: Set(scope.to_string()),
        request: Set(id),
    });
    request_scopes::Entity::insert_many(scopes)
        .exec_without_returning(db)
        .await?;
    request.id = RequestId(id);
    Ok(request)
}

/// Reads a request and, on PostgreSQL, locks its row. SQLite has one writer at a time anyway.
pub(super) async fn lock(db: &impl ConnectionTrait, id: RequestId) -> Result<Option<Stored>, StoreError> {
    let row = permission_requests::Entity::find_by_id(id.0)
        .lock_exclusive()
        .one(db)
        .await?;
    match row {
        Some(row) => Ok(Some(restored(db, row).await?)),
        None => Ok(None),
    }
}

/// Reads a request.
pub(super) async fn load(db: &impl ConnectionTrait, id: RequestId) -> Result<Option<PermissionRequest>, StoreError> {
    match permission_requests::Entity::find_by_id(id.0).one(db).await? {
        Some(row) => Ok(Some(restored(db, row).await?.request)),
        None => Ok(None),
    }
}

async fn restored(db: &impl ConnectionTrait, row: permission_requests::Model) -> Result<Stored, StoreError> {
    let id = RequestId(row.id);
    let key = key_of(db, row.installation).await?;
    let found: Vec<String> = request_steps::Entity::find()
        .select_only()
        .column(request_steps::Column::Step)
        .filter(request_steps::Column::Request.eq(id.0))
        .into_tuple()
        .all(db)
        .await?;
    let steps = found
        .iter()
        .map(|step| from_json(step, "request_steps", "step", id))
        .collect::<Result<Vec<Step>, _>>()?;
    let request = PermissionRequest::restored(id, ask(&row, key)?, steps);
    Ok(Stored { row, request })
}

/// The name of the installation in this row.
async fn key_of(db: &impl ConnectionTrait, row: i64) -> Result<InstallationKey, StoreError> {
    let select = Query::select()
        .column((apps::Entity, apps::Column::Slug))
        .column((installations::Entity, installations::Column::Tenant))
        .from(installations::Entity)
        .inner_join(
            apps::Entity,
            col(apps::Entity, apps::Column::Id).equals((installations::Entity, installations::Column::App)),
        )
        .and_where(col(installations::Entity, installations::Column::Id).eq(row))
        .take();
    let found = db.query_one(&select).await?;
    let found = found.ok_or_else(|| StoreError::inconsistent("installations", "id", row))?;
    let (slug, tenant): (String, String) = (found.try_get("", "slug")?, found.try_get("", "tenant")?);
    Ok(InstallationKey::new(
        words::parse(&slug, "apps", "slug", row)?,
        words::parse(&tenant, "installations", "tenant", row)?,
    ))
}

/// What is asked, read back.
fn ask(row: &permission_requests::Model, installation: InstallationKey) -> Result<Ask, StoreError> {
    Ok(Ask {
        installation,
        model: model(row)?,
        kind: kind(row)?,
        user: row
            .person
            .as_deref()
            .map(|user| words::parse(user, TABLE, "person", row.id))
            .transpose()?,
        channel: row
            .channel
            .as_deref()
            .map(|channel| words::parse(channel, TABLE, "channel", row.id))
            .transpose()?,
        scopes: from_json(&row.scopes, TABLE, "scopes", row.id)?,
        optional: from_json(&row.optional, TABLE, "optional", row.id)?,
        message: row.message.clone(),
        button: row.button.clone(),
        author: from_json(&row.author, TABLE, "author", row.id)?,
        drafted_at: Timestamp::from_micros(row.drafted_at),
        again_of: row.again_of.map(RequestId),
    })
}

fn model(row: &permission_requests::Model) -> Result<Model, StoreError> {
    words::model(&row.model, TABLE, row.id)
}

fn kind(row: &permission_requests::Model) -> Result<Kind, StoreError> {
    words::request_kind(&row.kind, row.id)
}

/// Writes how a request stands now. `updated_at` never goes back.
pub(super) async fn save(
    db: &impl ConnectionTrait,
    row: permission_requests::Model,
    request: &PermissionRequest,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = row.id;
    let rounds = request.rounds();
    let granted: std::collections::BTreeSet<_> = rounds
        .iter()
        .flat_map(|round| &round.granted)
        .filter(|scope| request.ask.scopes.contains(*scope))
        .collect();
    let took_ms = rounds.answered().and_then(RoundSummary::took_ms);
    let change = permission_requests::ActiveModel {
        state: Set(request.state().name().as_str().to_owned()),
        state_data: Set(to_json(request.state(), TABLE, "state_data", id)?),
        presses: Set(i32::try_from(rounds.len()).unwrap_or(i32::MAX)),
        took_ms: Set(took_ms.map(|took| i64::try_from(took).unwrap_or(i64::MAX))),
        granted: Set(to_json(&granted, TABLE, "granted", id)?),
        updated_at: Set(Timestamp::from_micros(row.updated_at).max(now).micros()),
        ..Default::default()
    };
    permission_requests::Entity::update_many()
        .set(change)
        .filter(permission_requests::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}
