//! Alarms: what is wrong with approvals, opened and closed so that they agree with what is known.
//!
//! Facts are read and alarms written in one transaction, one at a time for an organization, so that replicas that
//! look at once end with the same. Looking twice changes nothing.

mod facts;

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    AppId, EnterpriseId, TeamId, Timestamp, approval::alarms::Alarms, approval::alarms::alarms,
    view::approvals::AlarmKind,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait, QueryFilter as _, Select, Statement,
    sea_query::{Expr, OnConflict},
};

use super::{known::know_all, resolutions::place};
use crate::{
    Store, StoreError,
    audit::{self, NewAudit},
    entity::app_alarms::{ActiveModel, Column, Entity, Model},
    queries::org_apps::names,
};

/// Parts of the key of PostgreSQL's lock that one organization's alarms are written under.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtext('app_alarms'), hashtext($1))";

/// How many alarms a look opened and closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Opened.
    pub opened: u64,
    /// Closed.
    pub closed: u64,
    /// Open as before, told in other words.
    pub reworded: u64,
}

/// Which apps of an organization are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About<'a> {
    /// All of which anything is known.
    All,
    /// This one.
    App(&'a AppId),
    /// These: some hundred at most, since a statement names them all.
    Apps(&'a BTreeSet<AppId>),
}

impl About<'_> {
    /// Only rows about these apps.
    pub(super) fn only<E: EntityTrait>(&self, find: Select<E>, app: E::Column) -> Select<E> {
        match self {
            Self::All => find,
            Self::App(one) => find.filter(app.eq(one.as_str())),
            Self::Apps(these) => find.filter(app.is_in(these.iter().map(AppId::as_str))),
        }
    }

    /// Whether this app is among them.
    fn includes(&self, app: &AppId) -> bool {
        match self {
            Self::All => true,
            Self::App(one) => *one == app,
            Self::Apps(these) => these.contains(app),
        }
    }
}

/// An alarm that is not about one app: nobody can decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceAlarm<'a> {
    /// The organization.
    pub enterprise: &'a EnterpriseId,
    /// Which of its sources: the slug of the managing app.
    pub source: &'a str,
    /// In a sentence, with what to do next.
    pub sentence: &'a str,
}

impl SourceAlarm<'_> {
    fn what(&self) -> String {
        format!("{}:{}", AlarmKind::CannotDecide.as_str(), self.source)
    }
}

/// One at a time for each organization; SQLite has one writer anyway.
pub(crate) async fn take_turns(db: &impl ConnectionTrait, enterprise: &EnterpriseId) -> Result<(), StoreError> {
    if db.get_database_backend() == DbBackend::Postgres {
        let lock = Statement::from_sql_and_values(DbBackend::Postgres, LOCK, [enterprise.to_string().into()]);
        db.execute_raw(lock).await?;
    }
    Ok(())
}

/// The open alarms about these apps.
async fn open(
    db: &impl ConnectionTrait,
    enterprise: &EnterpriseId,
    about: &About<'_>,
) -> Result<BTreeMap<String, Model>, StoreError> {
    let find = Entity::find()
        .filter(Column::Enterprise.eq(enterprise.to_string()))
        .filter(Column::AppId.is_not_null())
        .filter(Column::ClosedAt.is_null());
    let rows = about.only(find, Column::AppId).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.what.clone(), row)).collect())
}

async fn close(db: &impl ConnectionTrait, ids: &[i64], now: Timestamp) -> Result<u64, StoreError> {
    let mut closed = 0;
    for chunk in ids.chunks(500) {
        let done = Entity::update_many()
            .col_expr(Column::ClosedAt, Expr::value(now.micros()))
            .filter(Column::Id.is_in(chunk.iter().copied()))
            .filter(Column::ClosedAt.is_null())
            .exec(db)
            .await?;
        closed += done.rows_affected;
    }
    Ok(closed)
}

async fn reword(db: &impl ConnectionTrait, id: i64, sentence: &str) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Sentence, Expr::value(sentence))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

async fn insert(db: &impl ConnectionTrait, row: ActiveModel) -> Result<u64, StoreError> {
    Ok(Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(db)
        .await?)
}

/// Opens what is found and not open, closes what is open and not found.
async fn settle(
    db: &impl ConnectionTrait,
    enterprise: &EnterpriseId,
    mut open: BTreeMap<String, Model>,
    found: BTreeMap<AppId, (String, Alarms)>,
    now: Timestamp,
) -> Result<Settled, StoreError> {
    let mut settled = Settled::default();
    for (app, (app_name, alarms)) in found {
        for (what, alarm) in alarms {
            if let Some(known) = open.remove(&what) {
                if known.sentence != alarm.sentence {
                    reword(db, known.id, &alarm.sentence).await?;
                    settled.reworded += 1;
                }
                continue;
            }
            let row = ActiveModel {
                enterprise: Set(enterprise.to_string()),
                what: Set(what),
                kind: Set(alarm.kind.as_str().to_owned()),
                app_id: Set(Some(app.to_string())),
                app_name: Set(Some(app_name.clone())),
                team: Set(place(alarm.place.as_ref())),
                sentence: Set(alarm.sentence),
                found_at: Set(now.micros()),
                ..Default::default()
            };
            settled.opened += insert(db, row).await?;
        }
    }
    let over: Vec<i64> = open.into_values().map(|row| row.id).collect();
    settled.closed = close(db, &over, now).await?;
    Ok(settled)
}

/// Looks at apps of an organization in the caller's transaction, which began by taking turns.
pub(crate) async fn settle_in(
    db: &impl ConnectionTrait,
    enterprise: &EnterpriseId,
    about: &About<'_>,
    now: Timestamp,
) -> Result<Settled, StoreError> {
    let facts = facts::gather(db, enterprise, about).await?;
    let names = names(db, &[enterprise.to_string()].into()).await?;
    let called = facts.iter().map(|(app, facts)| (app, facts.app_name.as_str()));
    know_all(db, enterprise.as_str(), about, called).await?;
    let found = facts.into_iter().map(|(app, facts)| {
        let alarms = alarms(&app, &facts, &names);
        (app, (facts.app_name, alarms))
    });
    let open = open(db, enterprise, about).await?;
    settle(db, enterprise, open, found.collect(), now).await
}

impl Store {
    /// Looks at apps of an organization, and opens and closes alarms accordingly.
    pub async fn settle_alarms(
        &self,
        enterprise: &EnterpriseId,
        about: About<'_>,
        now: Timestamp,
    ) -> Result<Settled, StoreError> {
        let tx = self.begin().await?;
        take_turns(&tx, enterprise).await?;
        let settled = settle_in(&tx, enterprise, &about, now).await?;
        tx.commit().await?;
        Ok(settled)
    }

    /// Nobody can decide for an organization, for this reason.
    pub async fn raise_source_alarm(&self, alarm: &SourceAlarm<'_>, now: Timestamp) -> Result<Settled, StoreError> {
        let tx = self.begin().await?;
        let row = ActiveModel {
            enterprise: Set(alarm.enterprise.to_string()),
            what: Set(alarm.what()),
            kind: Set(AlarmKind::CannotDecide.as_str().to_owned()),
            team: Set(String::new()),
            sentence: Set(alarm.sentence.to_owned()),
            found_at: Set(now.micros()),
            ..Default::default()
        };
        let mut settled = Settled {
            opened: insert(&tx, row).await?,
            ..Settled::default()
        };
        if settled.opened == 0 {
            let known = Entity::update_many()
                .col_expr(Column::Sentence, Expr::value(alarm.sentence))
                .filter(Column::Enterprise.eq(alarm.enterprise.to_string()))
                .filter(Column::What.eq(alarm.what()))
                .filter(Column::ClosedAt.is_null())
                .filter(Column::Sentence.ne(alarm.sentence))
                .exec(&tx)
                .await?;
            settled.reworded = known.rows_affected;
        }
        tx.commit().await?;
        Ok(settled)
    }

    /// Somebody can decide again: the alarm of this source is over, if there was one.
    pub async fn close_source_alarm(
        &self,
        enterprise: &EnterpriseId,
        source: &str,
        now: Timestamp,
    ) -> Result<Settled, StoreError> {
        let what = format!("{}:{source}", AlarmKind::CannotDecide.as_str());
        let done = Entity::update_many()
            .col_expr(Column::ClosedAt, Expr::value(now.micros()))
            .filter(Column::Enterprise.eq(enterprise.to_string()))
            .filter(Column::What.eq(what))
            .filter(Column::ClosedAt.is_null())
            .exec(self.db())
            .await?;
        Ok(Settled {
            closed: done.rows_affected,
            ..Settled::default()
        })
    }

    /// What Slack's lists show about an app in one place is taken for right: it is what was decided here last.
    pub async fn accept_listed(
        &self,
        place: (&EnterpriseId, &AppId, Option<&TeamId>),
        note: NewAudit,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        super::resolutions::accept(&tx, place, &note.who, now).await?;
        audit::insert(&tx, note).await?;
        Ok(tx.commit().await?)
    }
}
