//! Rows of requests and steps, read into types.

use grantbook_core::{
    EnterpriseId, Timestamp,
    approval::{
        AppRequest, Decision, Explanation, Risk,
        life::{Happening, State, Way},
    },
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::{
    Store, StoreError,
    entity::{app_request_steps as steps, app_requests as requests},
    words::{self, from_json},
};

const TABLE: &str = "app_requests";

/// A request as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredAppRequest {
    /// Its number here.
    pub id: i64,
    /// The row of the installation through which the organization is managed.
    pub installation: i64,
    /// The organization.
    pub enterprise: EnterpriseId,
    /// The request as it was asked.
    pub request: AppRequest,
    /// How far it has come.
    pub state: State,
    /// By which way it came first.
    pub way: Way,
    /// When it came.
    pub arrived_at: Timestamp,
    /// What speaks against it; none before the rules were asked.
    pub risk: Option<Risk>,
    /// What the rules said; none before they were asked.
    pub verdict: Option<Explanation>,
    /// What was decided here last.
    pub decision: Option<Decision>,
    /// How often it was decided here: a refused decision is followed by another.
    pub decisions: u32,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why, as the requester is told.
    pub reason: Option<String>,
    /// When Slack had it no more.
    pub settled_at: Option<Timestamp>,
    /// When Slack's list of pending requests showed it last.
    pub pending_at: Option<Timestamp>,
    /// When Slack's list of resolutions showed the decision.
    pub seen_at: Option<Timestamp>,
    /// Why Slack refused the last decision.
    pub problem: Option<String>,
    /// The message in the approvers' channel: channel and `ts`.
    pub message: Option<(String, String)>,
}

/// Something that happened to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredStep {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happening,
}

/// A state as it is stored.
pub(crate) fn state(text: &str, id: i64) -> Result<State, StoreError> {
    let found = State::ALL.into_iter().find(|state| state.as_str() == text);
    found.ok_or_else(|| StoreError::inconsistent(TABLE, "state", id))
}

fn json<T: serde::de::DeserializeOwned>(
    text: Option<&str>,
    column: &'static str,
    id: i64,
) -> Result<Option<T>, StoreError> {
    text.map(|text| from_json(text, TABLE, column, id)).transpose()
}

/// A row, read.
pub(crate) fn stored(row: requests::Model) -> Result<StoredAppRequest, StoreError> {
    let id = row.id;
    let moment = |micros: Option<i64>| micros.map(Timestamp::from_micros);
    Ok(StoredAppRequest {
        id,
        installation: row.installation,
        enterprise: words::parse(&row.enterprise, TABLE, "enterprise", id)?,
        request: from_json(&row.document, TABLE, "document", id)?,
        state: state(&row.state, id)?,
        way: if row.way == "poll" { Way::Poll } else { Way::Event },
        arrived_at: Timestamp::from_micros(row.arrived_at),
        risk: json(row.risk_document.as_deref(), "risk_document", id)?,
        verdict: json(row.verdict.as_deref(), "verdict", id)?,
        decision: json(row.decision.as_deref(), "decision", id)?,
        decisions: row.decisions.unsigned_abs(),
        decided_by: row.decided_by,
        decided_at: moment(row.decided_at),
        reason: row.reason,
        settled_at: moment(row.settled_at),
        pending_at: moment(row.pending_at),
        seen_at: moment(row.seen_at),
        problem: row.problem,
        message: row.channel.zip(row.message_ts),
    })
}

/// The row of a request, locked until the transaction ends.
pub(crate) async fn lock(db: &impl ConnectionTrait, id: i64) -> Result<Option<requests::Model>, StoreError> {
    Ok(requests::Entity::find_by_id(id).lock_exclusive().one(db).await?)
}

impl Store {
    /// One request, or none.
    pub async fn stored_app_request(&self, id: i64) -> Result<Option<StoredAppRequest>, StoreError> {
        let row = requests::Entity::find_by_id(id).one(self.db()).await?;
        row.map(stored).transpose()
    }

    /// Requests in this state whose number is above `after`, in order of their numbers.
    pub async fn app_requests_in(
        &self,
        state: State,
        after: i64,
        limit: u64,
    ) -> Result<Vec<StoredAppRequest>, StoreError> {
        let rows = requests::Entity::find()
            .filter(requests::Column::State.eq(state.as_str()))
            .filter(requests::Column::Id.gt(after))
            .order_by_asc(requests::Column::Id)
            .limit(limit)
            .all(self.db())
            .await?;
        rows.into_iter().map(stored).collect()
    }

    /// What happened to a request, first first.
    pub async fn app_request_steps(&self, id: i64) -> Result<Vec<StoredStep>, StoreError> {
        let rows = steps::Entity::find()
            .filter(steps::Column::Request.eq(id))
            .order_by_asc(steps::Column::Id)
            .all(self.db())
            .await?;
        let step = |row: steps::Model| {
            Ok(StoredStep {
                at: Timestamp::from_micros(row.at),
                what: from_json(&row.document, "app_request_steps", "document", row.id)?,
            })
        };
        rows.into_iter().map(step).collect()
    }
}
