//! Reports about decisions: what happened in a span of time, read in pieces along the indexes of time.

use grantbook_core::{
    Timestamp,
    approval::{
        life::{Outcome, State},
        report::{By, Decided, Reporter},
    },
    view::approvals::{Names, ReportView},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use crate::{
    Store, StoreError,
    approvals::resolutions::team,
    entity::{
        app_requests::{Column, Entity},
        tenants,
    },
};

/// Rows read at once.
const PIECE: u64 = 20_000;

/// What a report needs of a request.
#[derive(Debug, FromQueryResult)]
struct Row {
    id: i64,
    team: String,
    state: String,
    arrived_at: i64,
    decided_by: Option<String>,
    decided_at: Option<i64>,
}

/// Which of the two moments of a request.
#[derive(Clone, Copy)]
enum Moment {
    Arrived,
    Decided,
}

impl Moment {
    const fn column(self) -> Column {
        match self {
            Self::Arrived => Column::ArrivedAt,
            Self::Decided => Column::DecidedAt,
        }
    }

    fn of(self, row: &Row) -> Option<i64> {
        match self {
            Self::Arrived => Some(row.arrived_at),
            Self::Decided => row.decided_at,
        }
    }
}

/// The next piece after the moment and id of the row that was read last.
async fn piece(
    db: &impl ConnectionTrait,
    moment: Moment,
    (from, until): (i64, i64),
    after: Option<(i64, i64)>,
) -> Result<Vec<Row>, StoreError> {
    let column = moment.column();
    let mut wanted = Condition::all().add(column.gte(from)).add(column.lt(until));
    if let Some((at, id)) = after {
        let key = Expr::tuple([Expr::col(column), Expr::col(Column::Id)]);
        wanted = wanted
            .add(column.gte(at))
            .add(key.gt(Expr::tuple([Expr::val(at), Expr::val(id)])));
    }
    let columns = [
        Column::Id,
        Column::Team,
        Column::State,
        Column::ArrivedAt,
        Column::DecidedBy,
        Column::DecidedAt,
    ];
    let rows = Entity::find()
        .select_only()
        .columns(columns)
        .filter(wanted)
        .order_by_asc(column)
        .order_by_asc(Column::Id)
        .limit(PIECE)
        .into_model()
        .all(db)
        .await?;
    Ok(rows)
}

/// Calls `tell` with every request whose moment lies in the span.
async fn walk(
    db: &impl ConnectionTrait,
    moment: Moment,
    (from, until): (Timestamp, Timestamp),
    mut tell: impl FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let span = (from.micros(), until.micros());
    let mut after = None;
    loop {
        let rows = piece(db, moment, span, after).await?;
        let is_last = (rows.len() as u64) < PIECE;
        after = rows.last().and_then(|row| Some((moment.of(row)?, row.id)));
        rows.into_iter().try_for_each(&mut tell)?;
        if is_last {
            return Ok(());
        }
    }
}

fn outcome(state: &str) -> Option<Outcome> {
    [Outcome::Approved, Outcome::Restricted, Outcome::Cancelled]
        .into_iter()
        .find(|outcome| outcome.as_str() == state)
}

async fn names(db: &impl ConnectionTrait) -> Result<Names, StoreError> {
    let rows: Vec<(String, String)> = tenants::Entity::find()
        .select_only()
        .columns([tenants::Column::Id, tenants::Column::Name])
        .filter(tenants::Column::Enterprise.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter(|(_, name)| !name.is_empty()).collect())
}

async fn open(db: &impl ConnectionTrait, reporter: &mut Reporter) -> Result<(), StoreError> {
    let rows: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::Team)
        .column_as(Expr::cust("COUNT(*)"), "open")
        .filter(Column::State.is_in([State::New.as_str(), State::Open.as_str()]))
        .group_by(Column::Team)
        .into_tuple()
        .all(db)
        .await?;
    for (place, open) in rows {
        reporter.open(team(&place, "app_requests", &place)?, open.unsigned_abs());
    }
    Ok(())
}

impl Store {
    /// What arrived at `from` or later and before `until`, what was decided in that time, and what waits now.
    /// A decision counts when Slack has it: one that is still on its way is in no report.
    pub async fn approval_report(&self, from: Timestamp, until: Timestamp) -> Result<ReportView, StoreError> {
        let (db, span) = (self.db(), (from, until));
        let mut reporter = Reporter::new(from, until);
        walk(db, Moment::Arrived, span, |row| {
            reporter.arrived(
                team(&row.team, "app_requests", row.id)?,
                Timestamp::from_micros(row.arrived_at),
            );
            Ok(())
        })
        .await?;
        walk(db, Moment::Decided, span, |row| {
            let Some((outcome, at)) = outcome(&row.state).zip(row.decided_at) else {
                return Ok(());
            };
            reporter.decided(&Decided {
                team: team(&row.team, "app_requests", row.id)?,
                arrived_at: Timestamp::from_micros(row.arrived_at),
                at: Timestamp::from_micros(at),
                outcome,
                by: By::of(row.decided_by.as_deref().unwrap_or_default()),
            });
            Ok(())
        })
        .await?;
        open(db, &mut reporter).await?;
        Ok(reporter.finish(&names(db).await?))
    }
}
