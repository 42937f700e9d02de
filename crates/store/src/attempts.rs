//! Install attempts: one run each through Slack's consent page, from our authorize URL to the callback.
//!
//! The `state` of an attempt is used once: one statement decides, whoever comes first.

use grantbook_core::{AppSlug, TeamId, Timestamp, view::InstallAttemptView};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use crate::{
    Store, StoreError,
    entity::{apps, install_attempts},
    queries::{
        PageRequest, QueryError,
        cursor::{self, Cut},
        frame::Frame,
    },
    words,
};

/// A new attempt. Of state and binding only the hashes are kept.
#[derive(Clone, Debug)]
pub struct NewAttempt {
    /// Its id.
    pub id: String,
    /// The app's row.
    pub app: i64,
    /// SHA-256 of the `state` parameter.
    pub state_hash: [u8; 32],
    /// SHA-256 of the cookie that binds it to the browser.
    pub binding_hash: [u8; 32],
    /// Asks for one channel only.
    pub single_channel: bool,
    /// The workspace Slack is asked to preselect.
    pub team: Option<TeamId>,
    /// When it began.
    pub started_at: Timestamp,
    /// Until when its state is accepted.
    pub expires_at: Timestamp,
}

/// An attempt whose state was just used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: String,
    /// Asked for one channel only.
    pub single_channel: bool,
    /// The workspace Slack was asked to preselect.
    pub team: Option<TeamId>,
}

/// What became of a `state` that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consumption {
    /// It was ours, unused, in time, and from the same browser. It is used now.
    Consumed(Attempt),
    /// We never gave it out, or for another app.
    UnknownState,
    /// It was used before.
    Used,
    /// It came too late.
    Expired,
    /// It came from a browser that did not begin the attempt. It stays usable for the one that did.
    ForeignBrowser,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The app is installed.
    Installed {
        /// The installation's row.
        installation: i64,
    },
    /// The person declined.
    Denied,
    /// Slack or we refused.
    Failed {
        /// Slack's code, or ours.
        error: String,
    },
}

/// Keeps a new attempt.
pub(crate) async fn begin(db: &impl ConnectionTrait, attempt: NewAttempt) -> Result<(), StoreError> {
    let row = install_attempts::ActiveModel {
        id: Set(attempt.id),
        app: Set(attempt.app),
        state_hash: Set(attempt.state_hash.to_vec()),
        binding_hash: Set(attempt.binding_hash.to_vec()),
        single_channel: Set(attempt.single_channel),
        team: Set(attempt.team.map(|team| team.to_string())),
        started_at: Set(attempt.started_at.micros()),
        expires_at: Set(attempt.expires_at.micros()),
        outcome: Set("started".to_owned()),
        ..Default::default()
    };
    install_attempts::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Uses a state up. One conditional update decides; only a refusal looks for its reason.
pub(crate) async fn consume(
    db: &impl ConnectionTrait,
    app_row: i64,
    state_hash: &[u8; 32],
    binding_hash: Option<&[u8; 32]>,
    now: Timestamp,
) -> Result<Consumption, StoreError> {
    let used = match binding_hash {
        None => false,
        Some(binding) => {
            let updated = install_attempts::Entity::update_many()
                .col_expr(install_attempts::Column::ConsumedAt, Expr::value(now.micros()))
                .filter(install_attempts::Column::App.eq(app_row))
                .filter(install_attempts::Column::StateHash.eq(state_hash.to_vec()))
                .filter(install_attempts::Column::BindingHash.eq(binding.to_vec()))
                .filter(install_attempts::Column::ConsumedAt.is_null())
                .filter(install_attempts::Column::ExpiresAt.gt(now.micros()))
                .exec(db)
                .await?;
            updated.rows_affected == 1
        }
    };
    let row = install_attempts::Entity::find()
        .filter(install_attempts::Column::App.eq(app_row))
        .filter(install_attempts::Column::StateHash.eq(state_hash.to_vec()))
        .one(db)
        .await?;
    let Some(row) = row else {
        return Ok(Consumption::UnknownState);
    };
    if used {
        let team = row
            .team
            .map(|team| words::parse(&team, "install_attempts", "team", &row.id))
            .transpose()?;
        return Ok(Consumption::Consumed(Attempt {
            id: row.id,
            single_channel: row.single_channel,
            team,
        }));
    }
    Ok(if binding_hash.is_none_or(|binding| row.binding_hash != binding) {
        Consumption::ForeignBrowser
    } else if row.consumed_at.is_some() {
        Consumption::Used
    } else {
        Consumption::Expired
    })
}

/// Records how an attempt ended; what has ended stays as it is.
pub(crate) async fn finish(
    db: &impl ConnectionTrait,
    id: &str,
    ending: &Ending,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (outcome, error, installation) = match ending {
        Ending::Installed { installation } => ("installed", None, Some(*installation)),
        Ending::Denied => ("denied", None, None),
        Ending::Failed { error } => ("failed", Some(error.clone()), None),
    };
    install_attempts::Entity::update_many()
        .col_expr(install_attempts::Column::Outcome, Expr::value(outcome))
        .col_expr(install_attempts::Column::Error, Expr::value(error))
        .col_expr(install_attempts::Column::Installation, Expr::value(installation))
        .col_expr(install_attempts::Column::EndedAt, Expr::value(now.micros()))
        .filter(install_attempts::Column::Id.eq(id))
        .filter(install_attempts::Column::Outcome.eq("started"))
        .exec(db)
        .await?;
    Ok(())
}

/// Ends the attempts that nobody finished in time; answers how many. Whose state was used and who then
/// got no end was interrupted on our side.
pub(crate) async fn expire(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, StoreError> {
    let overdue = || {
        install_attempts::Entity::update_many()
            .col_expr(
                install_attempts::Column::EndedAt,
                Expr::col(install_attempts::Column::ExpiresAt),
            )
            .filter(install_attempts::Column::Outcome.eq("started"))
            .filter(install_attempts::Column::ExpiresAt.lte(now.micros()))
    };
    let unused = overdue()
        .col_expr(install_attempts::Column::Outcome, Expr::value("expired"))
        .filter(install_attempts::Column::ConsumedAt.is_null())
        .exec(db)
        .await?;
    let interrupted = overdue()
        .col_expr(install_attempts::Column::Outcome, Expr::value("failed"))
        .col_expr(install_attempts::Column::Error, Expr::value("interrupted"))
        .exec(db)
        .await?;
    Ok(unused.rows_affected + interrupted.rows_affected)
}

const LIST: &str = "installs";

/// Attempts, newest first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    app: Option<&AppSlug>,
    page: &PageRequest,
) -> Result<grantbook_core::view::Page<InstallAttemptView>, QueryError> {
    let after: Option<(i64, String)> = page.after(LIST)?;
    let mut wanted = Condition::all();
    if let Some(slug) = app {
        let app = apps::Entity::find()
            .filter(apps::Column::Slug.eq(slug.as_str()))
            .one(db)
            .await?;
        let Some(app) = app else { return Ok(cursor::empty()) };
        wanted = wanted.add(install_attempts::Column::App.eq(app.id));
    }
    if let Some((started_at, id)) = after {
        let columns = [install_attempts::Column::StartedAt, install_attempts::Column::Id].map(Expr::col);
        wanted = wanted.add(Expr::tuple(columns).lt(Expr::tuple([Expr::val(started_at), Expr::val(id)])));
    }
    let rows = install_attempts::Entity::find()
        .filter(wanted)
        .order_by_desc(install_attempts::Column::StartedAt)
        .order_by_desc(install_attempts::Column::Id)
        .limit(page.limit_and_one())
        .all(db)
        .await?;
    let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| (row.started_at, row.id.clone()));
    let frame = Frame::of_rows(db, rows.iter().filter_map(|row| row.installation)).await?;
    let items = rows
        .into_iter()
        .map(|row| view(&frame, row))
        .collect::<Result<_, _>>()?;
    Ok(grantbook_core::view::Page { items, next_cursor })
}

fn view(frame: &Frame, row: install_attempts::Model) -> Result<InstallAttemptView, StoreError> {
    Ok(InstallAttemptView {
        app: frame.app(row.app)?.slug.clone(),
        started_at: Timestamp::from_micros(row.started_at),
        ended_at: row.ended_at.map(Timestamp::from_micros),
        installation: row
            .installation
            .map(|installation| frame.key(installation).cloned())
            .transpose()?,
        id: row.id,
        outcome: row.outcome,
        error: row.error,
    })
}

impl Store {
    /// Keeps a new attempt.
    pub async fn begin_attempt(&self, attempt: NewAttempt) -> Result<(), StoreError> {
        begin(self.db(), attempt).await
    }

    /// Uses a state up, atomically. `binding_hash` is `None` when the browser sent no cookie.
    pub async fn consume_attempt(
        &self,
        app_row: i64,
        state_hash: &[u8; 32],
        binding_hash: Option<&[u8; 32]>,
        now: Timestamp,
    ) -> Result<Consumption, StoreError> {
        consume(self.db(), app_row, state_hash, binding_hash, now).await
    }

    /// Records how an attempt ended.
    pub async fn finish_attempt(&self, id: &str, ending: &Ending, now: Timestamp) -> Result<(), StoreError> {
        finish(self.db(), id, ending, now).await
    }

    /// Ends the attempts that nobody finished in time; answers how many.
    pub async fn expire_attempts(&self, now: Timestamp) -> Result<u64, StoreError> {
        expire(self.db(), now).await
    }

    /// Attempts, newest first.
    pub async fn install_attempts(
        &self,
        app: Option<&AppSlug>,
        page: &PageRequest,
    ) -> Result<grantbook_core::view::Page<InstallAttemptView>, QueryError> {
        list(self.db(), app, page).await
    }
}

#[cfg(test)]
mod tests {
    use grantbook_core::view::{Model, NewApp};

    use super::*;
    use crate::{Options, Vault};

    const BEGUN: Timestamp = Timestamp::from_seconds(1_500_000_000);
    const MINE: [u8; 32] = [7; 32];

    async fn store(folder: &tempfile::TempDir) -> (Store, i64) {
        let url = format!("sqlite://{}", folder.path().join("grantbook.db").display());
        let vault = Vault::from_hex(&"5".repeat(64).into(), 1).unwrap();
        let store = Store::open(&url, vault, Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let app = NewApp {
            slug: "insectoid".parse().unwrap(),
            name: "Insectoid".to_owned(),
            app_id: "A061EG9R6".parse().unwrap(),
            model: Model::Workspace,
            client_id: "1.2".to_owned(),
            client_secret: "c".to_owned(),
            signing_secret: "s".to_owned(),
            scopes: std::collections::BTreeSet::new(),
            single_channel: false,
        };
        let row = store.insert_app(&app, BEGUN).await.unwrap();
        (store, row)
    }

    fn attempt(app: i64, state: u8) -> NewAttempt {
        NewAttempt {
            id: format!("attempt{state}"),
            app,
            state_hash: [state; 32],
            binding_hash: MINE,
            single_channel: true,
            team: Some("T061EG9R6".parse().unwrap()),
            started_at: BEGUN,
            expires_at: BEGUN.plus_seconds(600),
        }
    }

    #[tokio::test]
    async fn a_state_is_used_once_in_time_and_by_its_own_browser() {
        let folder = tempfile::tempdir().unwrap();
        let (store, app) = store(&folder).await;
        store.begin_attempt(attempt(app, 1)).await.unwrap();
        let soon = BEGUN.plus_seconds(599);
        let late = BEGUN.plus_seconds(600);
        let consume = async |app, state, binding: Option<[u8; 32]>, now| {
            store
                .consume_attempt(app, &[state; 32], binding.as_ref(), now)
                .await
                .unwrap()
        };
        assert_eq!(consume(app, 2, Some(MINE), soon).await, Consumption::UnknownState);
        assert_eq!(consume(app + 1, 1, Some(MINE), soon).await, Consumption::UnknownState);
        assert_eq!(consume(app, 1, Some([8; 32]), soon).await, Consumption::ForeignBrowser);
        assert_eq!(consume(app, 1, None, soon).await, Consumption::ForeignBrowser);
        assert_eq!(consume(app, 1, Some(MINE), late).await, Consumption::Expired);
        let Consumption::Consumed(used) = consume(app, 1, Some(MINE), soon).await else {
            panic!("not consumed")
        };
        assert_eq!(
            (used.id.as_str(), used.single_channel, used.team.is_some()),
            ("attempt1", true, true)
        );
        assert_eq!(consume(app, 1, Some(MINE), soon).await, Consumption::Used);
        assert_eq!(consume(app, 1, Some(MINE), late).await, Consumption::Used);
    }

    #[tokio::test]
    async fn an_attempt_ends_once() {
        let folder = tempfile::tempdir().unwrap();
        let (store, app) = store(&folder).await;
        for state in 1..=3 {
            store.begin_attempt(attempt(app, state)).await.unwrap();
        }
        let late = BEGUN.plus_seconds(601);
        store.finish_attempt("attempt1", &Ending::Denied, BEGUN).await.unwrap();
        store.consume_attempt(app, &[2; 32], Some(&MINE), BEGUN).await.unwrap();
        assert_eq!(store.expire_attempts(BEGUN).await.unwrap(), 0);
        assert_eq!(store.expire_attempts(late).await.unwrap(), 2);
        store.finish_attempt("attempt3", &Ending::Denied, late).await.unwrap();
        let page = store.install_attempts(None, &PageRequest::first(10)).await.unwrap();
        let shown: Vec<_> = page
            .items
            .iter()
            .map(|a| (a.id.as_str(), a.outcome.as_str(), a.error.as_deref()))
            .collect();
        assert_eq!(
            shown,
            [
                ("attempt3", "expired", None),
                ("attempt2", "failed", Some("interrupted")),
                ("attempt1", "denied", None)
            ]
        );
    }
}
