//! Requests come in: by event, with the delivery's own transaction, or by reading Slack's list.
//!
//! (organization, Slack's number) decides: of two that are the same only the first is kept.

use grantbook_core::{
    EnterpriseId, Timestamp,
    approval::{
        AppRequest,
        life::{Happening, State, Way},
    },
    view::approvals::AppRequestNotice,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    sea_query::{Expr, OnConflict},
};

use super::record;
use crate::{
    Store, StoreError,
    entity::app_requests::{self as requests, Column},
    notices::Notices,
    words::to_json,
};

/// Numbers named in one statement.
const AT_ONCE: usize = 500;

/// A request on its way in.
#[derive(Clone, Debug)]
pub(crate) struct Arriving<'a> {
    /// The row of the installation that manages the organization.
    pub(crate) installation: i64,
    /// The organization.
    pub(crate) enterprise: &'a EnterpriseId,
    /// The request.
    pub(crate) request: &'a AppRequest,
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// What a search looks through.
fn words(request: &AppRequest) -> String {
    let scopes: Vec<&str> = request.scopes.iter().map(|asked| asked.name.as_str()).collect();
    let team = request.team.as_ref().map_or("", |team| team.as_str());
    [
        request.app.name.as_str(),
        request.app.id.as_str(),
        request.id.as_str(),
        &request.requester.name,
        request.requester.id.as_str(),
        request.requester.email.as_deref().unwrap_or_default(),
        team,
        &request.message,
        &scopes.join(" "),
    ]
    .join(" ")
    .to_lowercase()
}

fn row(arriving: &Arriving<'_>, way: Way, now: Timestamp) -> Result<requests::ActiveModel, StoreError> {
    let request = arriving.request;
    let developer = to_json(
        &request.app.developer_type,
        "app_requests",
        "developer_type",
        &request.id,
    )?;
    let new_scopes = request.scopes.iter().filter(|asked| !asked.is_approved).count();
    Ok(requests::ActiveModel {
        installation: Set(arriving.installation),
        enterprise: Set(arriving.enterprise.to_string()),
        slack_id: Set(request.id.to_string()),
        app_id: Set(request.app.id.to_string()),
        app_name: Set(request.app.name.clone()),
        developer_type: Set(developer.trim_matches('"').to_owned()),
        marketplace: Set(request.app.is_app_directory_approved),
        team: Set(request.team.as_ref().map(ToString::to_string).unwrap_or_default()),
        requester: Set(request.requester.id.to_string()),
        requester_name: Set(request.requester.name.clone()),
        words: Set(words(request)),
        asked_at: Set(request.asked_at.micros()),
        arrived_at: Set(now.micros()),
        way: Set(if way == Way::Poll { "poll" } else { "event" }.to_owned()),
        state: Set(State::New.as_str().to_owned()),
        document: Set(to_json(request, "app_requests", "document", &request.id)?),
        scopes_count: Set(count(request.scopes.len())),
        new_scopes_count: Set(count(new_scopes)),
        decisions: Set(0),
        pending_at: Set((way == Way::Poll).then(|| now.micros())),
        ..Default::default()
    })
}

/// Keeps what is new of these, in one order everywhere, so that two who take the same never wait for each other
/// crosswise; answers what listeners are to be told.
pub(crate) async fn take(
    db: &impl ConnectionTrait,
    mut arriving: Vec<Arriving<'_>>,
    way: Way,
    now: Timestamp,
) -> Result<Vec<AppRequestNotice>, StoreError> {
    arriving.sort_by(|a, b| (a.enterprise, &a.request.id).cmp(&(b.enterprise, &b.request.id)));
    arriving.dedup_by(|a, b| a.enterprise == b.enterprise && a.request.id == b.request.id);
    let mut notices = Vec::new();
    for one in &arriving {
        let inserted = requests::Entity::insert(row(one, way, now)?)
            .on_conflict(
                OnConflict::columns([Column::Enterprise, Column::SlackId])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(db)
            .await?;
        if inserted == 0 {
            continue;
        }
        let found = requests::Entity::find()
            .filter(Column::Enterprise.eq(one.enterprise.to_string()))
            .filter(Column::SlackId.eq(one.request.id.to_string()))
            .one(db)
            .await?;
        let id = found.map(|row| row.id);
        let id = id.ok_or_else(|| StoreError::inconsistent("app_requests", "slack_id", &one.request.id))?;
        record::step(db, id, &Happening::Arrived { way }, now).await?;
        notices.push(AppRequestNotice {
            id,
            app: one.request.app.id.clone(),
            state: State::New,
        });
    }
    Ok(notices)
}

impl Store {
    /// Keeps what is new of the requests that Slack's list shows, and notes that it showed them; answers how many
    /// are new.
    pub async fn take_app_requests(
        &self,
        installation: i64,
        enterprise: &EnterpriseId,
        listed: &[AppRequest],
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        if listed.is_empty() {
            return Ok(0);
        }
        let arriving = listed.iter().map(|request| Arriving {
            installation,
            enterprise,
            request,
        });
        let tx = self.begin().await?;
        let notices = take(&tx, arriving.collect(), Way::Poll, now).await?;
        for chunk in listed.chunks(AT_ONCE) {
            requests::Entity::update_many()
                .col_expr(Column::PendingAt, Expr::value(now.micros()))
                .filter(Column::Enterprise.eq(enterprise.to_string()))
                .filter(Column::SlackId.is_in(chunk.iter().map(|request| request.id.to_string())))
                .exec(&tx)
                .await?;
        }
        let new = notices.len();
        let notices = Notices {
            app_requests: notices,
            ..Notices::default()
        };
        self.commit(tx, notices).await?;
        Ok(new)
    }
}
