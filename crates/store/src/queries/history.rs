//! Ledger entries as documents, newest first, and the entries themselves for folding and verifying.

use std::collections::{BTreeSet, HashMap};

use grantbook_core::{
    AppSlug, Entry, Fact, InstallationKey, Reach, Scope, Source, Tenant, Timestamp, UserId,
    view::{ChangeTick, EntryView, Page},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, Order as Direction,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Query, SelectStatement, UnionType},
};

use super::{
    Order, PageRequest, QueryError,
    cursor::{self, Cut},
    frame::Frame,
    matching::{beyond, col},
};
use crate::{
    Store, StoreError,
    entity::{apps, installations, ledger, ledger_scopes},
    ledger::entry,
};

/// Which entries. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct HistoryFilter {
    /// Of this installation.
    pub installation: Option<InstallationKey>,
    /// Of this app.
    pub app: Option<AppSlug>,
    /// In this tenant.
    pub tenant: Option<Tenant>,
    /// Naming this scope.
    pub scope: Option<Scope>,
    /// Of this kind, in the words of [`Fact::kind`].
    pub kind: Option<String>,
    /// From this source.
    pub source: Option<Source>,
    /// Happened at or after this second.
    pub from: Option<Timestamp>,
    /// Happened at or before this second.
    pub to: Option<Timestamp>,
}

const LIST: &str = "history";

/// Up to so many installations are each asked for their newest entries; beyond, the ledger is walked.
const MERGED: u64 = 100;

/// Days that [`ticks`] answers at most.
const DAYS: u64 = 400;

/// What names an entry and orders the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromQueryResult)]
struct Key {
    at: i64,
    installation: i64,
    seq: i64,
}

/// One page, newest first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    filter: &HistoryFilter,
    page: &PageRequest,
) -> Result<Page<EntryView>, QueryError> {
    let after: Option<(i64, i64, i64)> = page.after(LIST)?;
    let after = after.map(|(at, installation, seq)| Key { at, installation, seq });
    let limit = page.limit_and_one();
    let app = match &filter.app {
        None => None,
        Some(slug) => {
            let app = apps::Entity::find()
                .filter(apps::Column::Slug.eq(slug.as_str()))
                .one(db)
                .await?;
            let Some(app) = app else { return Ok(cursor::empty()) };
            Some(app.id)
        }
    };
    let keys = match homes(db, filter, app).await? {
        Homes::Few(rows) => merged(db, filter, &rows, after, limit).await?,
        Homes::Many => walked(db, filter, app, after, limit).await?,
    };
    let Cut {
        rows: keys,
        next_cursor,
    } = page.cut(LIST, keys, |key| (key.at, key.installation, key.seq));
    Ok(Page {
        items: documents(db, &keys).await?,
        next_cursor,
    })
}

enum Homes {
    Few(Vec<i64>),
    Many,
}

/// The installations that the filter speaks of.
async fn homes(db: &impl ConnectionTrait, filter: &HistoryFilter, app: Option<i64>) -> Result<Homes, StoreError> {
    let mut wanted = Condition::all();
    if let Some(key) = &filter.installation {
        let Some(row) = crate::installations::model(db, key).await? else {
            return Ok(Homes::Few(Vec::new()));
        };
        wanted = wanted.add(installations::Column::Id.eq(row.id));
    }
    if let Some(app) = app {
        wanted = wanted.add(installations::Column::App.eq(app));
    }
    if let Some(tenant) = &filter.tenant {
        wanted = wanted.add(installations::Column::Tenant.eq(tenant.as_str()));
    }
    if wanted.is_empty() {
        return Ok(Homes::Many);
    }
    let rows: Vec<i64> = installations::Entity::find()
        .select_only()
        .column(installations::Column::Id)
        .filter(wanted)
        .limit(MERGED + 1)
        .into_tuple()
        .all(db)
        .await?;
    Ok(if rows.len() as u64 > MERGED {
        Homes::Many
    } else {
        Homes::Few(rows)
    })
}

/// The newest of each installation, merged.
async fn merged(
    db: &impl ConnectionTrait,
    filter: &HistoryFilter,
    rows: &[i64],
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Key>, StoreError> {
    let mut parts = rows.iter().map(|row| {
        let mut part = of_ledger(filter, after);
        if let Some(scope) = &filter.scope {
            part.and_where(Expr::exists(naming(scope)));
        }
        part.and_where(col(ledger::Entity, ledger::Column::Installation).eq(*row));
        part.order_by((ledger::Entity, ledger::Column::At), Direction::Desc);
        part.order_by((ledger::Entity, ledger::Column::Seq), Direction::Desc);
        part.limit(limit);
        Query::select()
            .columns(["at", "installation", "seq"])
            .from_subquery(part, "part")
            .take()
    });
    let Some(mut all) = parts.next() else {
        return Ok(Vec::new());
    };
    for part in parts {
        all.union(UnionType::All, part);
    }
    let found = db.query_all(&all).await?;
    let mut keys = found
        .iter()
        .map(|row| Key::from_query_result(row, ""))
        .collect::<Result<Vec<_>, _>>()?;
    keys.sort_unstable_by(|a, b| b.cmp(a));
    keys.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(keys)
}

/// The newest of all, met while walking an index.
async fn walked(
    db: &impl ConnectionTrait,
    filter: &HistoryFilter,
    app: Option<i64>,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Key>, StoreError> {
    let mut walk = match &filter.scope {
        Some(scope) => of_scope(filter, scope, app, after),
        None => {
            let mut walk = of_ledger(filter, after);
            if let Some(app) = app {
                walk.and_where(of_app(app, (ledger::Entity, ledger::Column::Installation)));
            }
            for column in [ledger::Column::At, ledger::Column::Installation, ledger::Column::Seq] {
                walk.order_by((ledger::Entity, column), Direction::Desc);
            }
            walk
        }
    };
    walk.limit(limit);
    let found = db.query_all(&walk).await?;
    Ok(found
        .iter()
        .map(|row| Key::from_query_result(row, ""))
        .collect::<Result<_, _>>()?)
}

/// Keys of entries with everything but scope, app and tenant tested.
fn of_ledger(filter: &HistoryFilter, after: Option<Key>) -> SelectStatement {
    let columns = [ledger::Column::At, ledger::Column::Installation, ledger::Column::Seq];
    let mut select = Query::select();
    select
        .columns(columns.map(|column| (ledger::Entity, column)))
        .from(ledger::Entity);
    of_kind_and_source(&mut select, filter);
    within(
        &mut select,
        filter,
        |column| col(ledger::Entity, column),
        columns,
        after,
    );
    select
}

/// Keys of entries that name `scope`, with everything tested.
fn of_scope(filter: &HistoryFilter, scope: &Scope, app: Option<i64>, after: Option<Key>) -> SelectStatement {
    let columns = [
        ledger_scopes::Column::At,
        ledger_scopes::Column::Installation,
        ledger_scopes::Column::Seq,
    ];
    let mut select = Query::select();
    select
        .columns(columns.map(|column| (ledger_scopes::Entity, column)))
        .from(ledger_scopes::Entity);
    select.and_where(col(ledger_scopes::Entity, ledger_scopes::Column::Scope).eq(scope.as_str()));
    within(
        &mut select,
        filter,
        |column| col(ledger_scopes::Entity, column),
        columns,
        after,
    );
    if filter.kind.is_some() || filter.source.is_some() {
        let mut entry = Query::select();
        entry.expr(Expr::val(1)).from(ledger::Entity);
        entry.and_where(same(ledger::Column::Installation, ledger_scopes::Column::Installation));
        entry.and_where(same(ledger::Column::Seq, ledger_scopes::Column::Seq));
        of_kind_and_source(&mut entry, filter);
        select.and_where(Expr::exists(entry));
    }
    if let Some(app) = app {
        select.and_where(of_app(
            app,
            (ledger_scopes::Entity, ledger_scopes::Column::Installation),
        ));
    }
    for column in columns {
        select.order_by((ledger_scopes::Entity, column), Direction::Desc);
    }
    select
}

fn of_kind_and_source(select: &mut SelectStatement, filter: &HistoryFilter) {
    if let Some(kind) = &filter.kind {
        select.and_where(col(ledger::Entity, ledger::Column::Kind).eq(kind.as_str()));
    }
    if let Some(source) = filter.source {
        select.and_where(col(ledger::Entity, ledger::Column::Source).eq(source.as_str()));
    }
}

/// Within the asked days and beyond the last row shown; `columns` are those of [`Key`].
fn within<C: Copy>(
    select: &mut SelectStatement,
    filter: &HistoryFilter,
    col: impl Fn(C) -> Expr,
    columns: [C; 3],
    after: Option<Key>,
) {
    if let Some(from) = filter.from {
        select.and_where(col(columns[0]).gte(from.seconds()));
    }
    if let Some(to) = filter.to {
        select.and_where(col(columns[0]).lte(to.seconds()));
    }
    if let Some(Key { at, installation, seq }) = after {
        select.and_where(beyond(
            columns.map(col),
            Order::Descending,
            [at, installation, seq].map(Expr::val),
        ));
    }
}

fn of_app(app: i64, installation: impl sea_orm::sea_query::IntoColumnRef) -> Expr {
    let home = Query::select()
        .expr(Expr::val(1))
        .from(installations::Entity)
        .and_where(col(installations::Entity, installations::Column::Id).equals(installation))
        .and_where(col(installations::Entity, installations::Column::App).eq(app))
        .take();
    Expr::exists(home)
}

/// Whether the entry at hand names `scope`.
fn naming(scope: &Scope) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(ledger_scopes::Entity)
        .and_where(col(ledger_scopes::Entity, ledger_scopes::Column::Scope).eq(scope.as_str()))
        .and_where(same(ledger::Column::At, ledger_scopes::Column::At))
        .and_where(same(ledger::Column::Installation, ledger_scopes::Column::Installation))
        .and_where(same(ledger::Column::Seq, ledger_scopes::Column::Seq))
        .take()
}

fn same(entry: ledger::Column, scope: ledger_scopes::Column) -> Expr {
    col(ledger_scopes::Entity, scope).equals((ledger::Entity, entry))
}

/// The documents of `keys`, in that order.
async fn documents(db: &impl ConnectionTrait, keys: &[Key]) -> Result<Vec<EntryView>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut wanted: HashMap<i64, Vec<i64>> = HashMap::new();
    keys.iter()
        .for_each(|key| wanted.entry(key.installation).or_default().push(key.seq));
    let wanted: Vec<_> = wanted.into_iter().collect();
    let mut rows: HashMap<(i64, i64), ledger::Model> = HashMap::new();
    for part in wanted.chunks(200) {
        let any = part.iter().fold(Condition::any(), |any, (installation, seqs)| {
            any.add(
                ledger::Column::Installation
                    .eq(*installation)
                    .and(ledger::Column::Seq.is_in(seqs.iter().copied())),
            )
        });
        let found = ledger::Entity::find().filter(any).all(db).await?;
        rows.extend(found.into_iter().map(|row| ((row.installation, row.seq), row)));
    }
    let mut frame = Frame::of_rows(db, wanted.iter().map(|(installation, _)| *installation)).await?;
    let mut entries = Vec::with_capacity(keys.len());
    for key in keys {
        if let Some(row) = rows.remove(&(key.installation, key.seq)) {
            entries.push((frame.key(key.installation)?.clone(), entry(row)?));
        }
    }
    let mut ids: HashMap<String, BTreeSet<String>> = HashMap::new();
    for (key, entry) in &entries {
        ids.entry(key.tenant.to_string()).or_default().extend(ids_in(entry));
    }
    frame.learn(db, &ids).await?;
    entries
        .into_iter()
        .map(|(key, entry)| view(&frame, key, entry))
        .collect()
}

/// Ids that may have a name: who acted, and what is named.
fn ids_in(entry: &Entry) -> BTreeSet<String> {
    let draft = &entry.draft;
    let specific = draft
        .fact
        .resources()
        .into_iter()
        .filter_map(|resource| match resource.reach {
            Reach::Specific(id) => Some(id.to_string()),
            Reach::Wildcard => None,
        });
    let person = match &draft.fact {
        Fact::Installed { authorizing_user, .. } => authorizing_user.as_ref(),
        Fact::ConversationJoined { inviter, .. } => inviter.as_ref(),
        _ => None,
    };
    let revoked: Vec<&UserId> = match &draft.fact {
        Fact::TokensRevoked { oauth, bot } => oauth.iter().chain(bot).collect(),
        _ => Vec::new(),
    };
    let people = draft.actor.iter().chain(person).chain(revoked).map(ToString::to_string);
    specific.chain(people).collect()
}

fn view(frame: &Frame, key: InstallationKey, entry: Entry) -> Result<EntryView, StoreError> {
    let tenant = frame.tenant(key.tenant.as_str())?;
    let names = frame.names(key.tenant.as_str(), &ids_in(&entry));
    let Entry { seq, draft, hash, .. } = entry;
    Ok(EntryView {
        app: key.app.clone(),
        app_name: frame.app_name(&key.app),
        tenant: key.tenant.clone(),
        tenant_name: tenant.name.clone(),
        installation: key,
        seq,
        at: draft.key.at(),
        recorded_at: draft.recorded_at,
        kind: draft.fact.kind().to_owned(),
        source: draft.source,
        actor_name: draft
            .actor
            .as_ref()
            .and_then(|actor| names.get(actor.as_str()).cloned()),
        actor: draft.actor,
        scopes: draft.fact.scopes().into_iter().collect(),
        resources: draft.fact.resources().into_iter().collect(),
        names,
        event_id: draft.key.event_id,
        fact: draft.fact,
        hash,
    })
}

/// Days on which something changed, oldest first; of very many the newest [`DAYS`].
pub(crate) async fn ticks(db: &impl ConnectionTrait, installation: i64) -> Result<Vec<ChangeTick>, StoreError> {
    let mut days: Vec<(i64, i64, i32)> = ledger::Entity::find()
        .select_only()
        .column_as(ledger::Column::At.max(), "last")
        .column_as(Expr::cust("COUNT(*)"), "entries")
        .column_as(Expr::cust(REMOVES), "removal")
        .filter(ledger::Column::Installation.eq(installation))
        .group_by(Expr::cust(DAY))
        .order_by(Expr::cust(DAY), Direction::Desc)
        .limit(DAYS)
        .into_tuple()
        .all(db)
        .await?;
    days.reverse();
    let tick = |(last, entries, removal): (i64, i64, i32)| ChangeTick {
        at: Timestamp::from_seconds(last),
        entries: entries.unsigned_abs(),
        removal: removal != 0,
    };
    Ok(days.into_iter().map(tick).collect())
}

const DAY: &str = "at / 86400";

/// Reconciling removes something unless all three of its lists of losses are empty.
const REMOVES: &str = "MAX(CASE \
    WHEN kind IN ('scope_denied', 'resources_removed', 'user_resource_denied', 'user_resource_removed', \
        'team_access_revoked', 'conversation_left', 'tokens_revoked', 'uninstalled') THEN 1 \
    WHEN kind = 'reconciled' AND NOT (fact LIKE '%\"scopes_removed\":{}%' \
        AND fact LIKE '%\"resources_removed\":[]%' AND fact LIKE '%\"excluded\":[]%') THEN 1 \
    ELSE 0 END)";

/// Entries of one installation up to a moment, in order of time, then number.
pub(crate) async fn entries(
    db: &impl ConnectionTrait,
    installation: i64,
    up_to: Option<Timestamp>,
) -> Result<Vec<Entry>, StoreError> {
    let mut wanted = Condition::all().add(ledger::Column::Installation.eq(installation));
    if let Some(moment) = up_to {
        wanted = wanted.add(ledger::Column::At.lte(moment.seconds()));
    }
    let rows = ledger::Entity::find()
        .filter(wanted)
        .order_by_asc(ledger::Column::At)
        .order_by_asc(ledger::Column::Seq)
        .all(db)
        .await?;
    rows.into_iter().map(entry).collect()
}

impl Store {
    /// One page of history, newest first.
    pub async fn history(&self, filter: &HistoryFilter, page: &PageRequest) -> Result<Page<EntryView>, QueryError> {
        list(self.db(), filter, page).await
    }

    /// Days on which something changed in an installation, oldest first; at most the newest 400.
    pub async fn changes_per_day(&self, installation: i64) -> Result<Vec<ChangeTick>, StoreError> {
        ticks(self.db(), installation).await
    }

    /// Entries of one installation up to and including a moment, in order of time, then number.
    pub async fn entries(&self, installation: i64, up_to: Option<Timestamp>) -> Result<Vec<Entry>, StoreError> {
        entries(self.db(), installation, up_to).await
    }

    /// Entries of one installation after a number, in order of number, at most `limit`.
    pub async fn entries_page(&self, installation: i64, after_seq: u64, limit: u64) -> Result<Vec<Entry>, StoreError> {
        let rows = ledger::Entity::find()
            .filter(ledger::Column::Installation.eq(installation))
            .filter(ledger::Column::Seq.gt(i64::try_from(after_seq).unwrap_or(i64::MAX)))
            .order_by_asc(ledger::Column::Seq)
            .limit(limit)
            .all(self.db())
            .await?;
        rows.into_iter().map(entry).collect()
    }
}
