//! Slack's answers, by trigger: kept with the ledger entry that tells of them, and added to the request
//! whose press they answer, whichever of the two is known first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use grantbook_core::{
    Fact, Timestamp,
    ledger::Draft,
    request::{Happening, RequestId, Step},
    view::requests::RequestNotice,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, sea_query::ExprTrait as _,
};

use super::{apply, notice, triggers::place};
use crate::{
    Store, StoreError,
    entity::{installations, trigger_answers, triggers},
    words::{from_json, to_json},
};

/// Rows or keys in one statement.
const CHUNK: usize = 500;

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    app: i64,
    installation: i64,
    round: String,
    event_id: String,
    step: Step,
    recorded_at: Timestamp,
}

impl Answer {
    /// The answer that a ledger entry tells of, where it names a trigger.
    pub(crate) fn of(app: i64, installation: i64, draft: &Draft) -> Option<Self> {
        let round = draft.fact.trigger_id()?;
        let (user, granted, denied) = match &draft.fact {
            fact @ Fact::ScopeGranted { .. } => (draft.actor.clone(), fact.scopes(), BTreeSet::new()),
            Fact::ScopeDenied { scopes, .. } => (draft.actor.clone(), BTreeSet::new(), scopes.clone()),
            Fact::UserResourceGranted { user, scopes, .. } => (Some(user.clone()), scopes.clone(), BTreeSet::new()),
            Fact::UserResourceDenied { user, scopes, .. } => (Some(user.clone()), BTreeSet::new(), scopes.clone()),
            _ => return None,
        };
        let what = Happening::Answered {
            round: round.to_owned(),
            event_id: draft.key.event_id.clone(),
            user,
            granted,
            denied,
        };
        Some(Self {
            app,
            installation,
            round: round.to_owned(),
            event_id: draft.key.event_id.clone(),
            step: Step {
                at: draft.key.at(),
                what,
            },
            recorded_at: draft.recorded_at,
        })
    }
}

/// Keeps answers and adds each to its request, where that is known. Answers what the listeners are told
/// after the commit.
pub(crate) async fn record(db: &impl ConnectionTrait, answers: Vec<Answer>) -> Result<Vec<RequestNotice>, StoreError> {
    if answers.is_empty() {
        return Ok(Vec::new());
    }
    let bound = meet(db, &answers).await?;
    keep(db, &answers).await?;
    let mut by_request: BTreeMap<RequestId, (Vec<Step>, Timestamp)> = BTreeMap::new();
    for answer in answers {
        let Some(request) = bound.get(&(answer.app, answer.round)) else {
            continue;
        };
        let (steps, now) = by_request.entry(*request).or_default();
        steps.push(answer.step);
        *now = answer.recorded_at.max(*now);
    }
    let mut notices = Vec::new();
    for (request, (steps, now)) in by_request {
        if let Some(applied) = apply(db, request, steps, now).await?
            && applied.changed
        {
            notices.push(notice(&applied.request));
        }
    }
    Ok(notices)
}

/// Takes the rows of the rounds and their locks, in one order, made where they are missing. Answers the
/// requests they belong to.
async fn meet(db: &impl ConnectionTrait, answers: &[Answer]) -> Result<HashMap<(i64, String), RequestId>, StoreError> {
    let rounds: BTreeMap<(i64, &str), Timestamp> = answers
        .iter()
        .map(|answer| ((answer.app, answer.round.as_str()), answer.recorded_at))
        .collect();
    let rounds: Vec<_> = rounds.into_iter().collect();
    let mut bound = HashMap::new();
    for chunk in rounds.chunks(CHUNK) {
        let places = chunk.iter().map(|((app, round), at)| place(*app, round, *at));
        triggers::Entity::insert_many(places)
            .on_conflict_do_nothing_on([triggers::Column::App, triggers::Column::Round])
            .exec_without_returning(db)
            .await?;
        let any = chunk.iter().fold(Condition::any(), |any, ((app, round), _)| {
            any.add(triggers::Column::App.eq(*app).and(triggers::Column::Round.eq(*round)))
        });
        let rows = triggers::Entity::find()
            .filter(any)
            .order_by_asc(triggers::Column::App)
            .order_by_asc(triggers::Column::Round)
            .lock_exclusive()
            .all(db)
            .await?;
        bound.extend(
            rows.into_iter()
                .filter_map(|row| Some(((row.app, row.round), RequestId(row.request?)))),
        );
    }
    Ok(bound)
}

async fn keep(db: &impl ConnectionTrait, answers: &[Answer]) -> Result<(), StoreError> {
    for chunk in answers.chunks(CHUNK) {
        let rows = chunk
            .iter()
            .map(|answer| {
                Ok(trigger_answers::ActiveModel {
                    app: Set(answer.app),
                    round: Set(answer.round.clone()),
                    event_id: Set(answer.event_id.clone()),
                    installation: Set(answer.installation),
                    at: Set(answer.step.at.micros()),
                    answer: Set(to_json(&answer.step, "trigger_answers", "answer", &answer.event_id)?),
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        trigger_answers::Entity::insert_many(rows)
            .on_conflict_do_nothing_on([
                trigger_answers::Column::App,
                trigger_answers::Column::Round,
                trigger_answers::Column::EventId,
            ])
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// The answers of one round, oldest first.
pub(super) async fn of_round(db: &impl ConnectionTrait, app: i64, round: &str) -> Result<Vec<Step>, StoreError> {
    let found = of_rounds(db, app, &[round.to_owned()]).await?;
    Ok(found.into_values().flatten().collect())
}

async fn of_rounds(
    db: &impl ConnectionTrait,
    app: i64,
    rounds: &[String],
) -> Result<HashMap<String, Vec<Step>>, StoreError> {
    let mut answers: HashMap<String, Vec<Step>> = HashMap::new();
    for chunk in rounds.chunks(CHUNK) {
        let rows = trigger_answers::Entity::find()
            .filter(trigger_answers::Column::App.eq(app))
            .filter(trigger_answers::Column::Round.is_in(chunk.iter().map(String::as_str)))
            .order_by_asc(trigger_answers::Column::At)
            .order_by_asc(trigger_answers::Column::EventId)
            .all(db)
            .await?;
        for row in rows {
            let step = from_json(&row.answer, "trigger_answers", "answer", &row.event_id)?;
            answers.entry(row.round).or_default().push(step);
        }
    }
    Ok(answers)
}

/// The app of an installation's row.
pub(crate) async fn app_of(db: &impl ConnectionTrait, installation: i64) -> Result<i64, StoreError> {
    let app: Option<i64> = installations::Entity::find_by_id(installation)
        .select_only()
        .column(installations::Column::App)
        .into_tuple()
        .one(db)
        .await?;
    app.ok_or_else(|| StoreError::inconsistent("installations", "id", installation))
}

impl Store {
    /// What Slack answered to rounds of an app, oldest first, whether or not their presses are recorded.
    pub async fn answers_to(&self, app: i64, rounds: &[String]) -> Result<HashMap<String, Vec<Step>>, StoreError> {
        of_rounds(self.db(), app, rounds).await
    }
}
