//! Effects: what a person asked to have done at Slack to an installation, kept in the outbox with a receipt.
//!
//! The wish, the reason and who had it are committed together, before anything leaves. Of each kind there is one
//! row per installation, or per token: asked again while it is under way it is the same wish, asked again
//! afterwards it takes the place of the one before. Every step stays in the audit log.

use grantbook_core::{AppId, EnterpriseId, Entry, Timestamp};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::Expr,
};
use serde_json::Value;

use crate::{
    Store, StoreError,
    approvals::{
        alarms::{self, About},
        resolutions::{self, Noted},
    },
    audit::{self, NewAudit},
    entity::{
        ledger as entries,
        outbox::{self, Column},
    },
    ledger,
    outbox::{NewOutbox, insert},
    tokens::{self, Holder},
    words::{from_json, to_json},
};

/// The kind of a row that resolves an app without a request, and the beginning of its id:
/// `app_resolve:{organization}:{app}:{workspace}`, no workspace for the whole organization.
pub const RESOLVE: &str = "app_resolve";

/// What led to the end of a token that Slack ended at our word.
const BY_US: &str = "auth_revoke";

/// Entries looked through for the one that shows an effect.
const LOOKED_AT: u64 = 50;

/// How far the row of an effect has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectState {
    /// Kept, and not tried yet or to be tried again.
    Due,
    /// A worker is at it.
    Sending,
    /// Slack said yes.
    Done,
    /// Given up.
    Failed,
}

/// An effect as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// How far it has come.
    pub state: EffectState,
    /// How often it was tried.
    pub tries: u32,
    /// What the worker needs to know: reason and who.
    pub payload: Value,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it is tried (again).
    pub due_at: Timestamp,
    /// Until when the worker has it.
    pub lease_until: Option<Timestamp>,
    /// When it ended.
    pub done_at: Option<Timestamp>,
    /// What Slack said.
    pub receipt: Option<Value>,
    /// Why it was not done, at the last try.
    pub error: Option<String>,
}

/// How an effect ends.
#[derive(Clone, Debug, PartialEq)]
pub enum EffectEnd {
    /// Slack said yes, or it was done before.
    Done {
        /// What Slack said.
        receipt: Value,
    },
    /// It is given up.
    Failed {
        /// Slack's code, or ours.
        error: String,
        /// What else there is to know.
        receipt: Option<Value>,
    },
}

/// What Slack said, or the code of why it is given up.
impl From<Result<Value, String>> for EffectEnd {
    fn from(end: Result<Value, String>) -> Self {
        match end {
            Ok(receipt) => Self::Done { receipt },
            Err(error) => Self::Failed { error, receipt: None },
        }
    }
}

impl EffectEnd {
    fn columns(&self) -> (&'static str, Option<&Value>, Option<&str>) {
        match self {
            Self::Done { receipt } => ("sent", Some(receipt), None),
            Self::Failed { error, receipt } => ("failed", receipt.as_ref(), Some(error)),
        }
    }
}

fn effect(row: outbox::Model) -> Result<Effect, StoreError> {
    let moment = |micros: Option<i64>| micros.map(Timestamp::from_micros);
    let receipt = row.receipt.as_deref();
    Ok(Effect {
        state: match row.state.as_str() {
            "due" => EffectState::Due,
            "sending" => EffectState::Sending,
            "sent" => EffectState::Done,
            "failed" | "uncertain" => EffectState::Failed,
            _ => return Err(StoreError::inconsistent("outbox", "state", &row.id)),
        },
        tries: row.tries.unsigned_abs(),
        payload: from_json(&row.payload, "outbox", "payload", &row.id)?,
        created_at: Timestamp::from_micros(row.created_at),
        due_at: Timestamp::from_micros(row.due_at),
        lease_until: moment(row.lease_until),
        done_at: moment(row.done_at),
        receipt: receipt
            .map(|receipt| from_json(receipt, "outbox", "receipt", &row.id))
            .transpose()?,
        error: row.error,
    })
}

async fn find(db: &impl ConnectionTrait, id: &str) -> Result<Option<Effect>, StoreError> {
    let row = outbox::Entity::find_by_id(id).one(db).await?;
    row.map(effect).transpose()
}

/// Ends a row; false where it was over before.
pub(crate) async fn finish(
    db: &impl ConnectionTrait,
    id: &str,
    end: &EffectEnd,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (state, receipt, error) = end.columns();
    let receipt = receipt
        .map(|receipt| to_json(receipt, "outbox", "receipt", id))
        .transpose()?;
    let written = outbox::Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::Receipt, Expr::value(receipt))
        .col_expr(Column::Error, Expr::value(error))
        .col_expr(Column::LeaseUntil, Expr::value(None::<i64>))
        .col_expr(Column::DoneAt, Expr::value(now.micros()))
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in(["due", "sending"]))
        .exec(db)
        .await?;
    Ok(written.rows_affected == 1)
}

impl Store {
    /// What was decided about an app without a request: the newest of each place, in order of the places.
    pub async fn resolve_effects(&self, enterprise: &EnterpriseId, app: &AppId) -> Result<Vec<Effect>, StoreError> {
        let rows = outbox::Entity::find()
            .filter(Column::Kind.eq(RESOLVE))
            .filter(Column::Id.starts_with(format!("{RESOLVE}:{enterprise}:{app}:")))
            .order_by_asc(Column::Id)
            .all(self.db())
            .await?;
        rows.into_iter().map(effect).collect()
    }

    /// A decision about an app is over: keeps what came of it, what stands from now on, what is wrong about the app
    /// then, and the record of that, where it was not over before.
    pub async fn end_resolve(
        &self,
        (id, enterprise, app): (&str, &EnterpriseId, &AppId),
        end: &EffectEnd,
        note: NewAudit,
        noted: Option<&Noted>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        // Before any row, as whoever looks at alarms does.
        alarms::take_turns(&tx, enterprise).await?;
        if !finish(&tx, id, end, now).await? {
            tx.rollback().await?;
            return Ok(());
        }
        if let Some(noted) = noted {
            resolutions::note(&tx, noted, now).await?;
        }
        alarms::settle_in(&tx, enterprise, &About::App(app), now).await?;
        audit::insert(&tx, note).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps a wish with the record of who had it, unless the same is under way already; answers how it stands.
    pub async fn request_effect(&self, new: NewOutbox, note: NewAudit, now: Timestamp) -> Result<Effect, StoreError> {
        let id = new.id.clone();
        let tx = self.begin().await?;
        let row = outbox::Entity::find_by_id(&id).lock_exclusive().one(&tx).await?;
        let before = row.map(effect).transpose()?;
        if let Some(under_way) = before.filter(|effect| matches!(effect.state, EffectState::Due | EffectState::Sending))
        {
            tx.rollback().await?;
            return Ok(under_way);
        }
        outbox::Entity::delete_by_id(&id).exec(&tx).await?;
        insert(&tx, new, now).await?;
        audit::insert(&tx, note).await?;
        let kept = find(&tx, &id).await?;
        tx.commit().await?;
        kept.ok_or_else(|| StoreError::inconsistent("outbox", "id", &id))
    }

    /// An effect by its id, or `None` where nobody asked for it.
    pub async fn effect(&self, id: &str) -> Result<Option<Effect>, StoreError> {
        find(self.db(), id).await
    }

    /// It is over: keeps what came of it, the record of that, and where Slack ended a token that this one is
    /// over. False where it was over before: then nothing is written.
    pub async fn end_effect(
        &self,
        id: &str,
        end: &EffectEnd,
        note: NewAudit,
        ended: Option<(i64, &Holder)>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        if !finish(&tx, id, end, now).await? {
            tx.rollback().await?;
            return Ok(false);
        }
        if let Some((installation, holder)) = ended {
            tokens::end(&tx, installation, holder, now, BY_US).await?;
        }
        audit::insert(&tx, note).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The first entries of these kinds that say what happened at `since` or later, in Slack's order.
    pub async fn told_since(
        &self,
        installation: i64,
        kinds: &[&str],
        since: Timestamp,
    ) -> Result<Vec<Entry>, StoreError> {
        let rows = entries::Entity::find()
            .filter(entries::Column::Installation.eq(installation))
            .filter(entries::Column::At.gte(since.seconds()))
            .filter(entries::Column::Kind.is_in(kinds.iter().copied()))
            .order_by_asc(entries::Column::At)
            .order_by_asc(entries::Column::Seq)
            .limit(LOOKED_AT)
            .all(self.db())
            .await?;
        rows.into_iter().map(ledger::entry).collect()
    }
}
