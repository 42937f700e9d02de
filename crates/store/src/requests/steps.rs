//! Steps added to a request, its state folded again, and what follows from a state that is reached.

use grantbook_core::{
    Timestamp,
    request::{Happening, PermissionRequest, RequestId, Step},
    view::requests::RequestNotice,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait as _};

use super::rows::{self, Stored};
use crate::{
    StoreError,
    entity::request_steps,
    notices::Notices,
    outbox::{self, NewOutbox},
    words::to_json,
};

/// A request after its steps were added.
pub(crate) struct Applied {
    pub(crate) request: PermissionRequest,
    /// The installation's row.
    pub(crate) installation: i64,
    /// Whether any of them was new.
    pub(crate) changed: bool,
}

impl Applied {
    /// What listeners are told with the commit: nothing, where nothing changed.
    pub(crate) fn notices(applied: Option<&Self>) -> Notices {
        applied
            .filter(|applied| applied.changed)
            .map(|applied| notice(&applied.request).into())
            .unwrap_or_default()
    }
}

/// What the live stream tells of a request.
pub(crate) fn notice(request: &PermissionRequest) -> RequestNotice {
    RequestNotice {
        request: request.id,
        installation: request.ask.installation.clone(),
        state: request.state().name(),
    }
}

/// Adds steps to a request inside the caller's transaction; `None` for an unknown request. Known steps change
/// nothing, and those that cannot belong to it are logged and left out. `now` is this console's clock.
pub(crate) async fn apply(
    db: &impl ConnectionTrait,
    id: RequestId,
    steps: Vec<Step>,
    now: Timestamp,
) -> Result<Option<Applied>, StoreError> {
    let Some(Stored { row, mut request }) = rows::lock(db, id).await? else {
        return Ok(None);
    };
    let mut added = Vec::new();
    let mut latest = now;
    for step in steps {
        let key = step.key();
        if request.steps().iter().any(|known| known.key() == key) {
            continue;
        }
        match request.clone().record(step.clone()) {
            Ok(next) => request = next,
            Err(refused) => {
                tracing::warn!(request = %id, step = key, error = &refused as &dyn std::error::Error, "a step does not belong to its request");
                continue;
            }
        }
        // Answers carry Slack's clock; everything else is dated by this console's.
        if !matches!(step.what, Happening::Answered { .. }) {
            latest = latest.max(step.at);
        }
        added.push(request_steps::ActiveModel {
            request: Set(id.0),
            at: Set(step.at.micros()),
            step: Set(to_json(&step, "request_steps", "step", id)?),
            key: Set(key),
        });
    }
    let installation = row.installation;
    let changed = !added.is_empty();
    if changed {
        request_steps::Entity::insert_many(added)
            .on_conflict_do_nothing_on([request_steps::Column::Request, request_steps::Column::Key])
            .exec_without_returning(db)
            .await?;
        rows::save(db, row, &request, latest).await?;
        close_message(db, installation, &request, latest).await?;
    }
    Ok(Some(Applied {
        request,
        installation,
        changed,
    }))
}

/// Where a request is settled and its message stands in a conversation: has the message say so, once for
/// each state that a press reached.
async fn close_message(
    db: &impl ConnectionTrait,
    installation: i64,
    request: &PermissionRequest,
    now: Timestamp,
) -> Result<(), StoreError> {
    let state = request.state().name();
    // Without a name the message was the answer to a command: it cannot be changed.
    let offered = |step: &Step| matches!(&step.what, Happening::Offered { message_ts, .. } if !message_ts.is_empty());
    if !state.is_settled() || !request.steps().iter().any(offered) {
        return Ok(());
    }
    let close = NewOutbox {
        id: format!("close:{}:{state}:{}", request.id, request.rounds().len()),
        kind: "close".to_owned(),
        installation,
        request: Some(request.id),
        payload: serde_json::json!({ "state": state }),
        due_at: now,
    };
    outbox::insert(db, close, now).await
}
