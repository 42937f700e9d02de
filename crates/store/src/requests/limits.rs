//! What the limits on asking, the clock and the token cache need to know of requests.

use std::collections::BTreeSet;

use grantbook_core::{
    InstallationKey, Scope, Timestamp, UserId,
    request::{Author, RequestId, State, StateName, policy::Earlier},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, Order as Direction, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use super::rows;
use crate::{
    Store, StoreError,
    entity::permission_requests::{self, Column},
    keys_at_hand::key,
    words::from_json,
};

const TABLE: &str = "permission_requests";
/// Seconds in the sixty days that the limits look back.
const LOOK_BACK: i64 = 60 * 86_400;
/// Requests to one person that are looked at, at most.
const EARLIER: u64 = 1_000;
/// Installations named by [`Store::open_offers`], at most.
const OFFERS: u64 = 10_000;

/// States whose message may still be pressed.
const PRESSABLE: [StateName; 6] = [
    StateName::Offered,
    StateName::Triggered,
    StateName::Presented,
    StateName::Denied,
    StateName::Unanswered,
    StateName::Expired,
];

/// Since when a request stands so.
fn since(state: &State, drafted_at: Timestamp) -> Timestamp {
    match state {
        State::Drafted => drafted_at,
        State::Offered { at }
        | State::Triggered { at }
        | State::Presented { at }
        | State::Granted { at }
        | State::PartlyGranted { at, .. }
        | State::Denied { at }
        | State::Unanswered { at }
        | State::Expired { at, .. }
        | State::Failed { at, .. } => *at,
    }
}

fn earlier(row: &permission_requests::Model, scopes: &BTreeSet<Scope>) -> Result<Earlier, StoreError> {
    let state: State = from_json(&row.state_data, TABLE, "state_data", row.id)?;
    let author: Author = from_json(&row.author, TABLE, "author", row.id)?;
    let asked: BTreeSet<Scope> = from_json(&row.scopes, TABLE, "scopes", row.id)?;
    let drafted_at = Timestamp::from_micros(row.drafted_at);
    // A message that Slack refused reached nobody; one that may have been sent counts as sent.
    let not_sent = row.presses == 0 && matches!(&state, State::Failed { code, .. } if code != "maybe_sent");
    Ok(Earlier {
        id: RequestId(row.id),
        drafted_at,
        since: since(&state, drafted_at),
        state: state.name(),
        overlaps: !asked.is_disjoint(scopes),
        by_message: matches!(author, Author::Console { .. }) && !not_sent,
    })
}

impl Store {
    /// Requests to a person for an app in the sixty days before `now`, newest first, as the limits on asking
    /// for `scopes` see them.
    pub async fn earlier_requests(
        &self,
        installation: i64,
        user: &UserId,
        scopes: &BTreeSet<Scope>,
        now: Timestamp,
    ) -> Result<Vec<Earlier>, StoreError> {
        let rows = permission_requests::Entity::find()
            .filter(Column::Installation.eq(installation))
            .filter(Column::Person.eq(user.as_str()))
            .filter(Column::DraftedAt.gte(now.plus_seconds(-LOOK_BACK).micros()))
            .order_by_desc(Column::DraftedAt)
            .limit(EARLIER)
            .all(self.db())
            .await?;
        rows.iter().map(|row| earlier(row, scopes)).collect()
    }

    /// Presses from before a moment to which nothing came: the request waits, and its latest round has
    /// neither answer nor end. The longest waiting first, at most `limit`.
    pub async fn overdue_rounds(&self, before: Timestamp, limit: u64) -> Result<Vec<(RequestId, String)>, StoreError> {
        let waiting = [StateName::Triggered, StateName::Presented].map(StateName::as_str);
        let ids: Vec<i64> = permission_requests::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::State.is_in(waiting))
            .filter(Column::UpdatedAt.lt(before.micros()))
            .order_by_asc(Column::UpdatedAt)
            .order_by_asc(Column::Id)
            .limit(limit)
            .into_tuple()
            .all(self.db())
            .await?;
        let mut overdue = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(request) = rows::load(self.db(), RequestId(id)).await? else {
                continue;
            };
            let rounds = request.rounds();
            let open = rounds
                .last()
                .filter(|round| round.answered_at.is_none() && round.lapsed_at.is_none() && round.pressed_at < before);
            if let Some(round) = open {
                overdue.push((request.id, round.round.clone()));
            }
        }
        Ok(overdue)
    }

    /// Installations with a message whose button may still be pressed, the newest first, at most 10,000.
    pub async fn open_offers(&self) -> Result<Vec<InstallationKey>, StoreError> {
        self.offers(Column::State.is_in(PRESSABLE.map(StateName::as_str))).await
    }

    /// Installations with a request that changed at `since` or later, the newest first, at most 10,000: what
    /// another replica drafts and sends is found here.
    pub async fn offers_since(&self, since: Timestamp) -> Result<Vec<InstallationKey>, StoreError> {
        self.offers(Column::UpdatedAt.gte(since.micros())).await
    }

    async fn offers(&self, wanted: Expr) -> Result<Vec<InstallationKey>, StoreError> {
        let newest = || Expr::col(Column::UpdatedAt).max();
        let found: Vec<i64> = permission_requests::Entity::find()
            .select_only()
            .column(Column::Installation)
            .filter(wanted)
            .group_by(Column::Installation)
            .order_by(newest(), Direction::Desc)
            .limit(OFFERS)
            .into_tuple()
            .all(self.db())
            .await?;
        let keys = self.keys_of(found.iter().copied()).await?;
        found.iter().map(|row| key(&keys, *row)).collect()
    }
}
