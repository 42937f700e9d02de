//! The audit log: who did what to what, and when. Appended to, never changed. No secrets.

use grantbook_core::{Timestamp, view::Page};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};
use serde_json::Value;

use crate::{
    Store, StoreError,
    entity::audit,
    queries::{PageRequest, QueryError, cursor::Cut},
    words::{from_json, to_json},
};

const LIST: &str = "audit";

/// Something somebody did.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAudit {
    /// When.
    pub at: Timestamp,
    /// Who: `user:orla`, `key:4f2a`, `console`.
    pub who: String,
    /// What, as a stable word: `token.brokered`, `app.added`.
    pub what: String,
    /// To what: `installation:insectoid.T061EG9R6`.
    pub subject: String,
    /// What else there is to know, a JSON object. No secrets.
    pub detail: Value,
}

/// Something somebody did, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRecord {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What.
    pub what: String,
    /// To what.
    pub subject: String,
    /// What else there is to know.
    pub detail: Value,
}

/// Which records. All that is given must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By whom.
    pub who: Option<String>,
    /// What was done.
    pub what: Option<String>,
    /// To what.
    pub subject: Option<String>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

impl AuditFilter {
    fn condition(&self) -> Condition {
        let from = self.from.map(|from| audit::Column::At.gte(from.micros()));
        let until = self.until.map(|until| audit::Column::At.lt(until.micros()));
        Condition::all()
            .add_option(self.who.as_ref().map(|who| audit::Column::Who.eq(who.as_str())))
            .add_option(self.what.as_ref().map(|what| audit::Column::What.eq(what.as_str())))
            .add_option(
                self.subject
                    .as_ref()
                    .map(|subject| audit::Column::Subject.eq(subject.as_str())),
            )
            .add_option(from)
            .add_option(until)
    }
}

/// Writes a record and answers its number.
pub(crate) async fn insert(db: &impl ConnectionTrait, new: NewAudit) -> Result<i64, StoreError> {
    let row = audit::ActiveModel {
        at: Set(new.at.micros()),
        detail: Set(to_json(&new.detail, "audit", "detail", &new.subject)?),
        who: Set(new.who),
        what: Set(new.what),
        subject: Set(new.subject),
        ..Default::default()
    };
    Ok(audit::Entity::insert(row).exec(db).await?.last_insert_id)
}

fn record(row: audit::Model) -> Result<AuditRecord, StoreError> {
    Ok(AuditRecord {
        id: row.id,
        at: Timestamp::from_micros(row.at),
        detail: from_json(&row.detail, "audit", "detail", row.id)?,
        who: row.who,
        what: row.what,
        subject: row.subject,
    })
}

impl Store {
    /// Writes down what somebody did; answers its number.
    pub async fn audit(&self, new: NewAudit) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let id = insert(&tx, new).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// What was done, newest first.
    pub async fn audits(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditRecord>, QueryError> {
        let mut wanted = filter.condition();
        if let Some((at, id)) = page.after::<(i64, i64)>(LIST)? {
            let columns = [audit::Column::At, audit::Column::Id].map(Expr::col);
            wanted = wanted.add(Expr::tuple(columns).lt(Expr::tuple([Expr::val(at), Expr::val(id)])));
        }
        let rows = audit::Entity::find()
            .filter(wanted)
            .order_by_desc(audit::Column::At)
            .order_by_desc(audit::Column::Id)
            .limit(page.limit_and_one())
            .all(self.db())
            .await?;
        let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| (row.at, row.id));
        Ok(Page {
            items: rows.into_iter().map(record).collect::<Result<_, _>>()?,
            next_cursor,
        })
    }
}
