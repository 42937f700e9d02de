//! One transaction of the inbox: which deliveries are new, where they belong, and what they change.

use std::collections::{HashMap, HashSet};

use grantbook_core::{InstallationKey, Tenant, Timestamp, approval::life::Way, ledger::Draft};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QuerySelect as _, TryInsertResult, sea_query::Expr,
};

use super::{Arrival, Content, Incoming, Stored};
use crate::{
    Store, StoreError,
    approvals::{
        installs,
        take::{Arriving, take},
    },
    entity::{inbox, installations},
    notices::Notices,
    projection::{self, Append, Cache},
    requests::{self, Answer},
    tokens::{self, Revocation},
};

/// Rows one statement inserts.
const ROWS_PER_STATEMENT: usize = 500;

/// Stores a batch in one transaction and answers for each delivery, in order.
pub(super) async fn commit(
    store: &Store,
    cache: &mut Cache,
    batch: &[(Incoming, Arrival)],
) -> Result<Vec<Stored>, StoreError> {
    let tx = store.begin().await?;
    let fresh = claim(&tx, batch).await?;
    find_homes(&tx, cache, batch, &fresh).await?;
    let mut stored = vec![Stored::Duplicate; batch.len()];
    let mut appends: HashMap<i64, Append> = HashMap::new();
    let mut waiting = Vec::new();
    let mut replayed = Vec::new();
    let mut answers = Vec::new();
    let mut revocations = Vec::new();
    let mut arriving = Vec::new();
    for (index, (incoming, arrival)) in batch.iter().enumerate() {
        if !fresh.contains(&index) {
            continue;
        }
        let home = incoming
            .tenant
            .as_ref()
            .and_then(|tenant| Some((tenant, cache.home(incoming.app, tenant)?)));
        stored[index] = match (&incoming.content, home) {
            (Content::Fact(draft), Some((tenant, installation))) => {
                let append = appends.entry(installation).or_insert_with(|| Append {
                    installation,
                    key: InstallationKey::new(incoming.slug.clone(), tenant.clone()),
                    drafts: Vec::new(),
                });
                append.drafts.push(Draft::clone(draft));
                answers.extend(Answer::of(incoming.app, installation, draft));
                revocations.extend(Revocation::of(installation, draft));
                if *arrival == Arrival::Replay {
                    replayed.push(incoming);
                }
                Stored::Applied
            }
            (Content::AppRequest(request), Some((Tenant::Enterprise(enterprise), installation))) => {
                arriving.push(Arriving {
                    installation,
                    enterprise,
                    request,
                });
                if *arrival == Arrival::Replay {
                    replayed.push(incoming);
                }
                Stored::Applied
            }
            (Content::OrgApp(event), Some((Tenant::Enterprise(enterprise), _))) => {
                installs::follow(&tx, enterprise, event).await?;
                if *arrival == Arrival::Replay {
                    replayed.push(incoming);
                }
                Stored::Applied
            }
            (Content::Fact(_) | Content::AppRequest(_) | Content::OrgApp(_), None) => {
                waiting.push(incoming);
                Stored::Waiting
            }
            // Only an organization has a queue: what comes for a workspace changes nothing.
            (Content::Nothing | Content::AppRequest(_) | Content::OrgApp(_), _) => Stored::Applied,
            (Content::Unknown | Content::Rejected { .. }, _) => Stored::Kept,
        };
    }
    keep_aside(&tx, &waiting).await?;
    settle(&tx, &replayed).await?;
    let mut appends: Vec<Append> = appends.into_values().collect();
    appends.sort_by_key(|append| append.installation);
    let changes = projection::append(&tx, cache, appends).await?;
    tokens::apply_revocations(&tx, &revocations).await?;
    let notices = Notices {
        changes,
        requests: requests::record_answers(&tx, answers).await?,
        app_requests: take(&tx, arriving, Way::Event, received_at(batch)).await?,
        ..Notices::default()
    };
    store.commit(tx, notices).await?;
    Ok(stored)
}

/// The latest arrival of a batch.
fn received_at(batch: &[(Incoming, Arrival)]) -> Timestamp {
    let times = batch.iter().map(|(incoming, _)| incoming.received_at);
    times.max().unwrap_or(Timestamp::from_micros(0))
}

/// Inserts the new deliveries and takes the replayed ones; answers the indexes of those that were not
/// there before. The database decides, so that two replicas never both apply one.
async fn claim(db: &impl ConnectionTrait, batch: &[(Incoming, Arrival)]) -> Result<HashSet<usize>, StoreError> {
    let mut fresh = HashSet::new();
    let mut first: HashMap<(i64, &str), usize> = HashMap::new();
    for (index, (incoming, arrival)) in batch.iter().enumerate() {
        match arrival {
            Arrival::New => {
                first.entry((incoming.app, incoming.event_id.as_str())).or_insert(index);
            }
            Arrival::Replay => {
                if take_waiting(db, incoming).await? {
                    fresh.insert(index);
                }
            }
        }
    }
    let mut indexes: Vec<usize> = first.values().copied().collect();
    indexes.sort_unstable();
    for chunk in indexes.chunks(ROWS_PER_STATEMENT) {
        let known = known(db, chunk.iter().map(|&index| &batch[index].0)).await?;
        let is_new = |index: &&usize| {
            let incoming = &batch[**index].0;
            !known.contains(&(incoming.app, incoming.event_id.clone()))
        };
        let new: Vec<usize> = chunk.iter().filter(is_new).copied().collect();
        if new.is_empty() {
            continue;
        }
        let inserted = inbox::Entity::insert_many(new.iter().map(|&index| row(&batch[index].0)))
            .on_conflict_do_nothing_on([inbox::Column::App, inbox::Column::EventId])
            .exec_without_returning(db)
            .await?;
        let inserted = match inserted {
            TryInsertResult::Inserted(rows) => usize::try_from(rows).unwrap_or(usize::MAX),
            TryInsertResult::Empty | TryInsertResult::Conflicted => 0,
        };
        match (inserted, new.len()) {
            (all, expected) if all == expected => fresh.extend(new),
            // Alone, the other replica's row is simply the first of the two.
            (0, 1) => {}
            _ => return Err(StoreError::Raced),
        }
    }
    Ok(fresh)
}

/// Which of these deliveries are in the inbox already. Asked before inserting, because nearly always the
/// answer is none, and an answer of no rows is the cheapest there is.
async fn known<'a>(
    db: &impl ConnectionTrait,
    deliveries: impl Iterator<Item = &'a Incoming>,
) -> Result<HashSet<(i64, String)>, StoreError> {
    let mut ids: HashMap<i64, Vec<&str>> = HashMap::new();
    for incoming in deliveries {
        ids.entry(incoming.app).or_default().push(&incoming.event_id);
    }
    let any = ids.into_iter().fold(Condition::any(), |any, (app, ids)| {
        any.add(
            Condition::all()
                .add(inbox::Column::App.eq(app))
                .add(inbox::Column::EventId.is_in(ids)),
        )
    });
    let found: Vec<(i64, String)> = inbox::Entity::find()
        .select_only()
        .columns([inbox::Column::App, inbox::Column::EventId])
        .filter(any)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

fn row(incoming: &Incoming) -> inbox::ActiveModel {
    let (status, body, problem) = match &incoming.content {
        Content::Fact(_) | Content::AppRequest(_) | Content::OrgApp(_) | Content::Nothing => ("applied", None, None),
        Content::Unknown => ("unknown", Some(incoming.body.clone()), None),
        Content::Rejected { problem } => ("rejected", Some(incoming.body.clone()), Some(problem.clone())),
    };
    inbox::ActiveModel {
        app: Set(incoming.app),
        event_id: Set(incoming.event_id.clone()),
        received_at: Set(incoming.received_at.micros()),
        event_time: Set(incoming.event_time),
        status: Set(status.to_owned()),
        tenant: Set(incoming.tenant.as_ref().map(ToString::to_string)),
        event_type: Set(incoming.event_type.clone()),
        body: Set(body),
        problem: Set(problem),
    }
}

async fn take_waiting(db: &impl ConnectionTrait, incoming: &Incoming) -> Result<bool, StoreError> {
    // Takes the row's lock by writing; two replicas that replay the same delivery meet here.
    let taken = inbox::Entity::update_many()
        .col_expr(inbox::Column::Status, Expr::value("applied"))
        .filter(inbox::Column::App.eq(incoming.app))
        .filter(inbox::Column::EventId.eq(incoming.event_id.clone()))
        .filter(inbox::Column::Status.eq("waiting"))
        .exec(db)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Looks up the installations of the fresh deliveries that the cache does not know yet. Installations are
/// never deleted, so what is known stays true.
async fn find_homes(
    db: &impl ConnectionTrait,
    cache: &mut Cache,
    batch: &[(Incoming, Arrival)],
    fresh: &HashSet<usize>,
) -> Result<(), StoreError> {
    let mut tenants: HashMap<i64, HashSet<String>> = HashMap::new();
    for &index in fresh {
        let incoming = &batch[index].0;
        if let (Content::Fact(_) | Content::AppRequest(_) | Content::OrgApp(_), Some(tenant)) =
            (&incoming.content, &incoming.tenant)
            && cache.home(incoming.app, tenant).is_none()
        {
            tenants.entry(incoming.app).or_default().insert(tenant.to_string());
        }
    }
    if tenants.is_empty() {
        return Ok(());
    }
    let any = tenants.into_iter().fold(Condition::any(), |any, (app, tenants)| {
        any.add(
            Condition::all()
                .add(installations::Column::App.eq(app))
                .add(installations::Column::Tenant.is_in(tenants)),
        )
    });
    let rows: Vec<(i64, String, i64)> = installations::Entity::find()
        .select_only()
        .columns([
            installations::Column::App,
            installations::Column::Tenant,
            installations::Column::Id,
        ])
        .filter(any)
        .into_tuple()
        .all(db)
        .await?;
    for (app, tenant, id) in rows {
        cache.remember_home(app, tenant, id);
    }
    Ok(())
}

/// Marks deliveries whose installation does not exist yet, with their bodies.
async fn keep_aside(db: &impl ConnectionTrait, waiting: &[&Incoming]) -> Result<(), StoreError> {
    for incoming in waiting {
        inbox::Entity::update_many()
            .col_expr(inbox::Column::Status, Expr::value("waiting"))
            .col_expr(inbox::Column::Body, Expr::value(incoming.body.clone()))
            .filter(inbox::Column::App.eq(incoming.app))
            .filter(inbox::Column::EventId.eq(incoming.event_id.clone()))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Drops the bodies of replayed deliveries: the ledger has them now.
async fn settle(db: &impl ConnectionTrait, replayed: &[&Incoming]) -> Result<(), StoreError> {
    for incoming in replayed {
        inbox::Entity::update_many()
            .col_expr(inbox::Column::Body, Expr::value(None::<Vec<u8>>))
            .filter(inbox::Column::App.eq(incoming.app))
            .filter(inbox::Column::EventId.eq(incoming.event_id.clone()))
            .exec(db)
            .await?;
    }
    Ok(())
}
