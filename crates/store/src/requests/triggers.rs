//! Presses and commands, each recorded once by its round, and the request that each belongs to.

use std::collections::HashMap;

use grantbook_core::{
    ResourceId, Tenant, Timestamp, UserId,
    request::{Ask, PermissionRequest, RequestId, Step},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};

use super::{Applied, answers, apply, rows};
use crate::{
    Store, StoreError,
    entity::triggers,
    installations::{self, InstallationRef},
    words,
};

/// Characters of a subject that are kept.
const SUBJECT: usize = 100;
/// Rounds in one statement.
const CHUNK: usize = 500;

/// A press or a command, after Slack was asked or while the call is under way.
#[derive(Clone, Debug)]
pub struct PressRecord {
    /// The app's row.
    pub app: i64,
    /// The `trigger_id`, or an id of ours for what has none.
    pub round: String,
    /// The installation, where it was looked up; a request knows its own.
    pub installation: Option<InstallationRef>,
    /// The tenant it names.
    pub tenant: Option<Tenant>,
    /// Who acted.
    pub user: Option<UserId>,
    /// Where. Requests keep their own; of a stray press it is not kept.
    pub channel: Option<ResourceId>,
    /// `interactive_message`, `block_actions`, `slash_command`.
    pub kind: String,
    /// The `callback_id` or the command; cut to 100 characters.
    pub subject: String,
    /// When it arrived.
    pub arrived_at: Timestamp,
    /// When Slack says that the trigger was issued.
    pub issued_at: Option<Timestamp>,
    /// What it amounts to.
    pub what: Press,
}

/// What a press amounts to.
#[derive(Clone, Debug)]
pub enum Press {
    /// A request that exists was pressed.
    OfRequest {
        /// Which.
        request: RequestId,
        /// What happened: the press, the call.
        steps: Vec<Step>,
    },
    /// It asks for something new, as a command does.
    Fresh {
        /// What.
        ask: Box<Ask>,
        /// What happened: the press, the call.
        steps: Vec<Step>,
    },
    /// It belongs to no request.
    Stray {
        /// Why not: `unknown_callback`, `forged_value` …
        code: String,
    },
}

/// What became of a press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The request it belongs to, as it stands now.
    pub request: Option<PermissionRequest>,
    /// Whether this was the first record of it.
    pub first: bool,
}

/// Takes the row of a round and its lock, made where it is missing, so that a press and its answer meet.
async fn take(
    db: &impl ConnectionTrait,
    app: i64,
    round: &str,
    arrived_at: Timestamp,
) -> Result<triggers::Model, StoreError> {
    triggers::Entity::insert(place(app, round, arrived_at))
        .on_conflict_do_nothing_on([triggers::Column::App, triggers::Column::Round])
        .exec_without_returning(db)
        .await?;
    let row = triggers::Entity::find_by_id((app, round.to_owned()))
        .lock_exclusive()
        .one(db)
        .await?;
    row.ok_or_else(|| StoreError::inconsistent("triggers", "round", app))
}

/// A row that holds the place of a press not recorded yet.
pub(super) fn place(app: i64, round: &str, at: Timestamp) -> triggers::ActiveModel {
    triggers::ActiveModel {
        app: Set(app),
        round: Set(round.to_owned()),
        kind: Set(String::new()),
        subject: Set(String::new()),
        arrived_at: Set(at.micros()),
        ..Default::default()
    }
}

/// Where the steps of a press go: the request that its round is bound to already, or the one it names.
async fn target(
    db: &impl ConnectionTrait,
    known: &triggers::Model,
    press: &PressRecord,
) -> Result<Result<(RequestId, Vec<Step>), String>, StoreError> {
    let bound = known.request.map(RequestId);
    Ok(match (bound, press.what.clone()) {
        (Some(bound), Press::OfRequest { steps, request }) => {
            if bound != request {
                tracing::warn!(%bound, named = %request, "one press names two requests; the first counts");
            }
            Ok((bound, steps))
        }
        (Some(bound), Press::Fresh { steps, .. }) => Ok((bound, steps)),
        (Some(bound), Press::Stray { .. }) => Ok((bound, Vec::new())),
        (None, Press::OfRequest { request, steps }) => Ok((request, steps)),
        (None, Press::Fresh { ask, steps }) => {
            let row = if let Some(installation) = &press.installation {
                installation.row
            } else {
                match installations::by_key(db, &ask.installation).await? {
                    Some(installation) => installation.row,
                    // A command from a workspace that this console knows nothing of.
                    None => return Ok(Err("not_installed".to_owned())),
                }
            };
            Ok((rows::insert(db, row, *ask).await?.id, steps))
        }
        (None, Press::Stray { code }) => Err(code),
    })
}

/// Writes what is known of a press into its row, unless another record of it was first.
async fn describe(
    db: &impl ConnectionTrait,
    known: &triggers::Model,
    press: &PressRecord,
    applied: Option<&Applied>,
    code: Option<String>,
) -> Result<(), StoreError> {
    let request = applied.map(|applied| applied.request.id);
    let first = known.kind.is_empty();
    if !first && (known.request.is_some() || request.is_none()) {
        return Ok(());
    }
    let mut change = triggers::ActiveModel {
        request: Set(request.map(|id| id.0)),
        code: Set(code),
        ..Default::default()
    };
    if first {
        let named = press.installation.as_ref().map(|installation| installation.row);
        change.installation = Set(named.or(applied.map(|applied| applied.installation)));
        change.tenant = Set(press.tenant.as_ref().map(ToString::to_string));
        change.person = Set(press.user.as_ref().map(ToString::to_string));
        change.kind = Set(press.kind.clone());
        change.subject = Set(press.subject.chars().take(SUBJECT).collect());
        change.arrived_at = Set(press.arrived_at.micros());
        change.issued_at = Set(press.issued_at.map(Timestamp::micros));
    }
    triggers::Entity::update_many()
        .set(change)
        .filter(triggers::Column::App.eq(press.app))
        .filter(triggers::Column::Round.eq(press.round.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

/// The requests that rounds of an app belong to, and who pressed.
pub(crate) async fn bound(
    db: &impl ConnectionTrait,
    app: i64,
    rounds: &[String],
) -> Result<HashMap<String, (RequestId, Option<UserId>)>, StoreError> {
    let mut bound = HashMap::new();
    for chunk in rounds.chunks(CHUNK) {
        let found: Vec<(String, i64, Option<String>)> = triggers::Entity::find()
            .select_only()
            .columns([
                triggers::Column::Round,
                triggers::Column::Request,
                triggers::Column::Person,
            ])
            .filter(triggers::Column::App.eq(app))
            .filter(triggers::Column::Round.is_in(chunk.iter().map(String::as_str)))
            .filter(triggers::Column::Request.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        for (round, request, person) in found {
            let person = person
                .map(|person| words::parse(&person, "triggers", "person", request))
                .transpose()?;
            bound.insert(round, (RequestId(request), person));
        }
    }
    Ok(bound)
}

impl Store {
    /// Records a press, once however often it is told: its request is found or made, the steps are added,
    /// and answers that were faster than this record are taken over. All in one transaction.
    pub async fn record_press(&self, press: PressRecord) -> Result<Recorded, StoreError> {
        let tx = self.begin().await?;
        let known = take(&tx, press.app, &press.round, press.arrived_at).await?;
        let first = known.kind.is_empty();
        let (applied, code) = match target(&tx, &known, &press).await? {
            Ok((request, mut steps)) => {
                steps.extend(answers::of_round(&tx, press.app, &press.round).await?);
                // A place held for an answer is dated to when that was recorded.
                let now = press.arrived_at.max(Timestamp::from_micros(known.arrived_at));
                match apply(&tx, request, steps, now).await? {
                    Some(applied) => (Some(applied), None),
                    None => (None, Some("unknown_request".to_owned())),
                }
            }
            Err(code) => (None, Some(code)),
        };
        describe(&tx, &known, &press, applied.as_ref(), code).await?;
        self.commit(tx, Applied::notices(applied.as_ref())).await?;
        Ok(Recorded {
            request: applied.map(|applied| applied.request),
            first,
        })
    }

    /// The requests that rounds of an app belong to, and who pressed; those without are left out.
    pub async fn requests_of_triggers(
        &self,
        app: i64,
        rounds: &[String],
    ) -> Result<HashMap<String, (RequestId, Option<UserId>)>, StoreError> {
        bound(self.db(), app, rounds).await
    }
}
