//! Drift: differences found, each open until an entry, an agreement or an end closes it.
//!
//! What answers showed of scopes is in [`observed`], and when each installation is compared in [`checks`].

pub mod checks;
pub mod observed;
mod runs;

use std::collections::BTreeSet;

use grantbook_core::{
    Entry, ResourceId, ResourceType, Scope, Timestamp, UserId,
    drift::{Difference, DriftKind},
    ledger::Draft,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
};

use crate::{
    Store, StoreError,
    entity::{drifts, installations as rows, ledger, permission_requests, request_scopes},
    installations::InstallationRef,
    notices::Notices,
    recording, words,
};

/// The word of the app's own token.
const APP: &str = "app";

/// A difference with what was known when it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What differs.
    pub difference: Difference,
    /// Whether the app declares it; none where declaring does not apply.
    pub declared: Option<bool>,
    /// Whether the ledger held it.
    pub ledger: bool,
    /// The cause's code.
    pub cause: String,
    /// The cause in a sentence.
    pub sentence: String,
}

/// What a comparison found.
#[derive(Debug)]
pub struct Comparison {
    /// The entry that settles what ledger and Slack differ by.
    pub draft: Option<Draft>,
    /// What that entry settles: closed at once.
    pub settled: Vec<Finding>,
    /// What stays open.
    pub standing: Vec<Finding>,
    /// The kinds that were compared: open differences of these kinds that were not found again are closed.
    pub kinds: BTreeSet<DriftKind>,
    /// Of these holders' tokens only: `Some(None)` for the app's, `None` for all.
    pub holder: Option<Option<UserId>>,
    /// Holders whose tokens told nothing, as `app` or a person's id: what is open of their scopes stays so.
    pub silent: BTreeSet<String>,
    /// Who compared: `schedule`, `user:orla` …
    pub by: String,
    /// Now.
    pub now: Timestamp,
}

/// What came of recording a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The number of the entry written.
    pub entry: Option<u64>,
    /// Differences that were not known before.
    pub found: u64,
    /// Differences that are closed now.
    pub closed: u64,
}

fn what(difference: &Difference) -> String {
    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
    [
        difference.kind.as_str().to_owned(),
        text(difference.person.as_ref().map(UserId::as_str)),
        text(difference.scope.as_ref().map(Scope::as_str)),
        text(difference.resource_type.map(ResourceType::as_str)),
        text(difference.resource.as_ref().map(ResourceId::as_str)),
    ]
    .join("|")
}

fn holder(person: Option<&UserId>) -> &str {
    person.map_or(APP, UserId::as_str)
}

/// The open differences of an installation, oldest first.
async fn open(db: &impl ConnectionTrait, installation: i64) -> Result<Vec<drifts::Model>, StoreError> {
    Ok(drifts::Entity::find()
        .filter(drifts::Column::Installation.eq(installation))
        .filter(drifts::Column::ClosedAt.is_null())
        .order_by_asc(drifts::Column::Id)
        .all(db)
        .await?)
}

fn fresh(installation: &rows::Model, finding: &Finding, now: Timestamp) -> drifts::ActiveModel {
    let difference = &finding.difference;
    drifts::ActiveModel {
        installation: Set(installation.id),
        app: Set(installation.app),
        tenant: Set(installation.tenant.clone()),
        what: Set(what(difference)),
        kind: Set(difference.kind.as_str().to_owned()),
        scope: Set(difference.scope.as_ref().map(ToString::to_string)),
        resource_type: Set(difference.resource_type.map(|kind| kind.as_str().to_owned())),
        resource: Set(difference.resource.as_ref().map(ToString::to_string)),
        holder: Set(Some(holder(difference.person.as_ref()).to_owned())),
        declared: Set(finding.declared),
        in_ledger: Set(finding.ledger),
        cause: Set(finding.cause.clone()),
        sentence: Set(finding.sentence.clone()),
        found_at: Set(now.micros()),
        ..Default::default()
    }
}

async fn close(
    db: &impl ConnectionTrait,
    ids: &[i64],
    by: &str,
    entry: Option<u64>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    if ids.is_empty() {
        return Ok(0);
    }
    let closed = drifts::Entity::update_many()
        .col_expr(drifts::Column::ClosedAt, Expr::value(now.micros()))
        .col_expr(drifts::Column::ClosedBy, Expr::value(by))
        .col_expr(drifts::Column::Entry, Expr::value(entry.map(crate::ledger::number)))
        .filter(drifts::Column::Id.is_in(ids.iter().copied()))
        .filter(drifts::Column::ClosedAt.is_null())
        .exec(db)
        .await?;
    Ok(closed.rows_affected)
}

/// Closed by nobody: declaration, ledger and Slack agree again.
pub const AGREEMENT: &str = "slack";
/// Closed because the app was uninstalled.
pub const UNINSTALLED: &str = "uninstalled";

impl Comparison {
    fn covers(&self, row: &drifts::Model) -> bool {
        let kind = row.kind.parse::<DriftKind>();
        let silent = row.holder.as_ref().is_some_and(|holder| self.silent.contains(holder));
        let of_kind = kind.is_ok_and(|kind| self.kinds.contains(&kind) && !(silent && kind.is_of_token()));
        let of_holder = self
            .holder
            .as_ref()
            .is_none_or(|person| row.holder.as_deref() == Some(holder(person.as_ref())));
        of_kind && of_holder
    }

    /// Opens and closes what was found; `entry` is the one that settles.
    async fn apply(
        &self,
        db: &impl ConnectionTrait,
        installation: &rows::Model,
        entry: Option<u64>,
    ) -> Result<Recorded, StoreError> {
        let known = open(db, installation.id).await?;
        let mut recorded = Recorded {
            entry,
            ..Recorded::default()
        };
        let mut settled = Vec::new();
        for finding in &self.settled {
            let name = what(&finding.difference);
            if let Some(row) = known.iter().find(|row| row.what == name) {
                settled.push(row.id);
                continue;
            }
            let row = drifts::ActiveModel {
                closed_at: Set(Some(self.now.micros())),
                closed_by: Set(Some(self.by.clone())),
                entry: Set(entry.map(crate::ledger::number)),
                ..fresh(installation, finding, self.now)
            };
            drifts::Entity::insert(row).exec_without_returning(db).await?;
            recorded.found += 1;
            recorded.closed += 1;
        }
        recorded.closed += close(db, &settled, &self.by, entry, self.now).await?;
        let mut standing = BTreeSet::new();
        for finding in &self.standing {
            let name = what(&finding.difference);
            if known.iter().all(|row| row.what != name) {
                // Another replica may have found it in the same moment.
                recorded.found += drifts::Entity::insert(fresh(installation, finding, self.now))
                    .on_conflict(OnConflict::new().do_nothing().to_owned())
                    .exec_without_returning(db)
                    .await?;
            }
            standing.insert(name);
        }
        let gone: Vec<i64> = known
            .iter()
            .filter(|row| !settled.contains(&row.id) && !standing.contains(&row.what) && self.covers(row))
            .map(|row| row.id)
            .collect();
        recorded.closed += close(db, &gone, AGREEMENT, None, self.now).await?;
        Ok(recorded)
    }
}

async fn installation_row(db: &impl ConnectionTrait, id: i64) -> Result<rows::Model, StoreError> {
    let row = rows::Entity::find_by_id(id).one(db).await?;
    row.ok_or_else(|| StoreError::inconsistent("installations", "id", id))
}

impl Store {
    /// Writes the entry that settles, if any, and opens and closes differences, all or nothing.
    pub async fn record_comparison(
        &self,
        installation: &InstallationRef,
        mut comparison: Comparison,
    ) -> Result<Recorded, StoreError> {
        let tx = self.begin().await?;
        let notices = match comparison.draft.take() {
            Some(draft) => recording::append_alone(&tx, installation, draft).await?,
            None => Notices::default(),
        };
        let entry = notices.changes.first().map(|notice| notice.seq);
        let row = installation_row(&tx, installation.row).await?;
        let recorded = comparison.apply(&tx, &row, entry).await?;
        self.commit(tx, notices).await?;
        Ok(recorded)
    }

    /// Closes all that is open of an installation: it was uninstalled.
    pub async fn end_drifts(&self, installation: i64, by: &str, now: Timestamp) -> Result<u64, StoreError> {
        let ids: Vec<i64> = open(self.db(), installation).await?.iter().map(|row| row.id).collect();
        if ids.is_empty() {
            return Ok(0);
        }
        let tx = self.begin().await?;
        let closed = close(&tx, &ids, by, None, now).await?;
        tx.commit().await?;
        Ok(closed)
    }

    /// Whether anything is open of an installation.
    pub async fn has_open_drifts(&self, installation: i64) -> Result<bool, StoreError> {
        let any = drifts::Entity::find()
            .filter(drifts::Column::Installation.eq(installation))
            .filter(drifts::Column::ClosedAt.is_null())
            .one(self.db())
            .await?;
        Ok(any.is_some())
    }

    /// The latest entries of an installation, newest first.
    pub async fn latest_entries(&self, installation: i64, limit: u64) -> Result<Vec<Entry>, StoreError> {
        let rows = ledger::Entity::find()
            .filter(ledger::Column::Installation.eq(installation))
            .order_by_desc(ledger::Column::Seq)
            .limit(limit)
            .all(self.db())
            .await?;
        rows.into_iter().map(crate::ledger::entry).collect()
    }

    /// Scopes that requests of this console asked an installation for.
    pub async fn asked_scopes(&self, installation: i64) -> Result<BTreeSet<Scope>, StoreError> {
        let mut of_installation = Query::select();
        of_installation
            .column(permission_requests::Column::Id)
            .from(permission_requests::Entity)
            .and_where(Expr::col(permission_requests::Column::Installation).eq(installation));
        let names: Vec<String> = request_scopes::Entity::find()
            .select_only()
            .column(request_scopes::Column::Scope)
            .distinct()
            .filter(request_scopes::Column::Request.in_subquery(of_installation))
            .into_tuple()
            .all(self.db())
            .await?;
        names
            .iter()
            .map(|name| words::parse(name, "request_scopes", "scope", installation))
            .collect()
    }

    /// When the newest entry of an installation was recorded; `None` before the first.
    pub async fn last_recorded(&self, installation: i64) -> Result<Option<Timestamp>, StoreError> {
        let row = ledger::Entity::find()
            .filter(ledger::Column::Installation.eq(installation))
            .order_by_desc(ledger::Column::Seq)
            .one(self.db())
            .await?;
        Ok(row.map(|row| Timestamp::from_micros(row.recorded_at)))
    }

    /// The app's own user of an installation, where an install has told it.
    pub async fn app_user_of(&self, installation: i64) -> Result<Option<UserId>, StoreError> {
        let row = installation_row(self.db(), installation).await?;
        row.app_user
            .map(|user| words::parse(&user, "installations", "app_user", row.id))
            .transpose()
    }
}
