//! App requests as the queue shows them.
//!
//! A page is read state by state, each on the index (state, sort key, id), and merged: what it costs depends on how
//! many rows it shows, not on how many there are. Two things cost more. A filter without an index of its own (risk,
//! origin, who decided, words) is tested while walking, so one that fits few of very many settled requests walks
//! past the others; an app, a workspace, a requester and a rule are looked up first where they have few requests.
//! And the order by demand joins the open requests with their counts, so it grows with what waits.

pub(crate) mod around;
mod condition;
mod documents;
mod summary;

use grantbook_core::{
    AppId, TeamId, Timestamp, UserId,
    approval::{AppRequest, DeveloperType, RiskLevel, life::State},
    view::{Page, approvals::AppRequestView},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Order as Direction},
};

pub use around::AroundRequest;

use super::{
    Order, PageRequest, QueryError,
    cursor::Cut,
    matching::{self, col},
};
use crate::{
    Store, StoreError,
    entity::{
        app_demand,
        app_requests::{Column, Entity, Model},
    },
    words::from_json,
};

/// Where an app is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedFor {
    /// In the whole organization.
    Organization,
    /// In one workspace.
    Workspace(TeamId),
}

/// Who took a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    /// A rule.
    Rule,
    /// A person or an API key, here or in Slack's message.
    Person,
    /// Somebody in Slack's own pages, or another tool.
    Elsewhere,
    /// Nobody: it waited too long.
    Timer,
}

/// Which requests. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct AppRequestFilter {
    /// Words that must all occur: of the app, the requester, the workspace, the message or a scope.
    pub q: Option<String>,
    /// In one of these states; empty for any.
    pub states: Vec<State>,
    /// For this app.
    pub app: Option<AppId>,
    /// There.
    pub place: Option<AskedFor>,
    /// By this person.
    pub requester: Option<UserId>,
    /// As risky as this.
    pub risk: Option<RiskLevel>,
    /// Made by these.
    pub developer: Option<DeveloperType>,
    /// Listed in the Marketplace, or not.
    pub marketplace: Option<bool>,
    /// Decided by, or left to people by, the rule of this id.
    pub rule: Option<String>,
    /// Decided by these.
    pub decided_by: Option<DecidedBy>,
    /// Asked then or later.
    pub since: Option<Timestamp>,
    /// Asked then or earlier.
    pub until: Option<Timestamp>,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AppRequestSort {
    /// The riskiest first, of these the oldest; what nobody has judged last.
    #[default]
    Risk,
    /// The oldest first.
    Oldest,
    /// The newest first.
    Newest,
    /// What most people wait for first. Open requests only.
    Demand,
    /// What was decided last first.
    Decided,
}

/// Where a page ended: what it is sorted by, and the row. Of the order by demand: also the app.
type Key = (i64, i64, i64);

impl AppRequestSort {
    /// The order as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Oldest => "oldest",
            Self::Newest => "newest",
            Self::Demand => "demand",
            Self::Decided => "decided",
        }
    }

    /// Every order.
    pub const ALL: [Self; 5] = [Self::Risk, Self::Oldest, Self::Newest, Self::Demand, Self::Decided];

    fn list(self) -> String {
        format!("app-requests/{}", self.as_str())
    }

    const fn columns(self) -> (&'static [Column], Order) {
        match self {
            Self::Risk => (&[Column::RiskOrder, Column::AskedAt, Column::Id], Order::Ascending),
            Self::Oldest | Self::Demand => (&[Column::AskedAt, Column::Id], Order::Ascending),
            Self::Newest => (&[Column::AskedAt, Column::Id], Order::Descending),
            Self::Decided => (&[Column::DecidedOrder, Column::Id], Order::Descending),
        }
    }

    fn key(self, row: &Model) -> Key {
        match self {
            Self::Risk => (i64::from(row.risk_order.unwrap_or(1)), row.asked_at, row.id),
            Self::Oldest | Self::Newest | Self::Demand => (row.asked_at, row.id, 0),
            Self::Decided => (row.decided_order.unwrap_or(0), row.id, 0),
        }
    }
}

/// The rows of a page in one state, and one more.
async fn in_state(
    db: &impl ConnectionTrait,
    (state, wanted, sort): (State, &Condition, AppRequestSort),
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Model>, StoreError> {
    let (columns, order) = sort.columns();
    let mut rows = Entity::find()
        .filter(Column::State.eq(state.as_str()))
        .filter(wanted.clone());
    if let Some((a, b, c)) = after {
        let key = [a, b, c].into_iter().take(columns.len()).map(Expr::val);
        let columns = columns.iter().map(|column| col(Entity, *column));
        rows = rows.filter(matching::beyond(columns, order, key));
    }
    for column in columns {
        rows = rows.order_by(*column, Direction::from(order));
    }
    Ok(rows.limit(limit).all(db).await?)
}

async fn sorted(
    db: &impl ConnectionTrait,
    filter: &AppRequestFilter,
    sort: AppRequestSort,
    page: &PageRequest,
) -> Result<(Vec<Model>, Option<String>), QueryError> {
    let list = sort.list();
    let after: Option<Key> = page.after(&list)?;
    let wanted = condition::of(db, filter).await?;
    let states = if filter.states.is_empty() {
        &State::ALL[..]
    } else {
        &filter.states
    };
    let mut rows = Vec::new();
    for state in states {
        rows.extend(in_state(db, (*state, &wanted, sort), after, page.limit_and_one()).await?);
    }
    rows.sort_by_key(|row| sort.key(row));
    if sort.columns().1 == Order::Descending {
        rows.reverse();
    }
    rows.truncate(usize::try_from(page.limit_and_one()).unwrap_or(usize::MAX));
    let Cut { rows, next_cursor } = page.cut(&list, rows, |row| sort.key(row));
    Ok((rows, next_cursor))
}

/// Open requests, what most people wait for first: apps of most requests, and of each the oldest number first.
async fn by_demand(
    db: &impl ConnectionTrait,
    filter: &AppRequestFilter,
    page: &PageRequest,
) -> Result<(Vec<Model>, Option<String>), QueryError> {
    let list = AppRequestSort::Demand.list();
    let after: Option<(i64, String, String, i64)> = page.after(&list)?;
    let wanted = condition::of(db, filter).await?;
    let demand = [
        app_demand::Column::Open,
        app_demand::Column::Enterprise,
        app_demand::Column::AppId,
    ];
    let columns = || demand.map(|column| col(app_demand::Entity, column));
    let mut rows = Entity::find()
        .filter(Column::State.eq(State::Open.as_str()))
        .filter(wanted);
    let of_app = col(app_demand::Entity, app_demand::Column::AppId)
        .equals((Entity, Column::AppId))
        .and(col(app_demand::Entity, app_demand::Column::Enterprise).equals((Entity, Column::Enterprise)));
    QueryFilter::query(&mut rows).inner_join(app_demand::Entity, of_app);
    if let Some((open, enterprise, app, id)) = after {
        let key = || [Expr::val(open), Expr::val(enterprise.clone()), Expr::val(app.clone())];
        let here = Expr::tuple(columns()).eq(Expr::tuple(key()));
        let later = matching::beyond(columns(), Order::Descending, key());
        rows = rows.filter(later.or(here.and(col(Entity, Column::Id).gt(id))));
    }
    for column in demand {
        rows = rows.order_by(col(app_demand::Entity, column), Direction::Desc);
    }
    let rows = rows
        .order_by_asc(Column::Id)
        .limit(page.limit_and_one())
        .all(db)
        .await?;
    let counts = documents::demand(db, &rows).await?;
    let cut = page.cut(&list, rows, |row| {
        let of = (row.enterprise.clone(), row.app_id.clone());
        let open = counts.get(&of).copied().unwrap_or_default();
        (open, of.0, of.1, row.id)
    });
    Ok((cut.rows, cut.next_cursor))
}

async fn rows(
    db: &impl ConnectionTrait,
    filter: &AppRequestFilter,
    sort: AppRequestSort,
    page: &PageRequest,
) -> Result<(Vec<Model>, Option<String>), QueryError> {
    match sort {
        AppRequestSort::Demand => by_demand(db, filter, page).await,
        _ => sorted(db, filter, sort, page).await,
    }
}

impl Store {
    /// One page of requests. The order by demand shows the open ones, whatever states the filter names.
    pub async fn app_request_views(
        &self,
        filter: &AppRequestFilter,
        sort: AppRequestSort,
        page: &PageRequest,
    ) -> Result<Page<AppRequestView>, QueryError> {
        let (rows, next_cursor) = rows(self.db(), filter, sort, page).await?;
        Ok(Page {
            items: documents::views(self.db(), &rows).await?,
            next_cursor,
        })
    }

    /// One request as the queue shows it, or none.
    pub async fn app_request_view(&self, id: i64) -> Result<Option<AppRequestView>, StoreError> {
        let row = Entity::find_by_id(id).one(self.db()).await?;
        Ok(documents::views(self.db(), row.as_slice()).await?.pop())
    }
}

/// The request as it was asked.
pub(crate) fn asked(row: &Model) -> Result<AppRequest, StoreError> {
    from_json(&row.document, "app_requests", "document", row.id)
}

/// Requests for the same app in the same organization.
fn same_app(enterprise: &str, app: &str) -> Condition {
    Condition::all()
        .add(Column::AppId.eq(app))
        .add(Column::Enterprise.eq(enterprise))
}
