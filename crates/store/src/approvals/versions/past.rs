//! Past requests as rules look at them, and how often each rule decided.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{Timestamp, approval::AppRequest};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use crate::{
    Store, StoreError,
    entity::{
        app_requests::{Column, Entity},
        tenants,
    },
    words::from_json,
};

/// Ids named in one statement.
const AT_ONCE: usize = 500;

/// How often rules decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// By the rule's id: requests that it decided or left to people.
    pub by_rule: BTreeMap<String, u64>,
    /// Requests that no rule fitted.
    pub otherwise: u64,
}

/// What there is of past requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PastRequests {
    /// How many.
    pub count: u64,
    /// The largest number among them; 0 where there are none.
    pub newest: i64,
}

impl Store {
    /// How often each rule decided since then, of requests that the rules were asked about.
    pub async fn rules_decided(&self, since: Timestamp) -> Result<Decided, StoreError> {
        let rows: Vec<(Option<String>, i64)> = Entity::find()
            .select_only()
            .column(Column::Rule)
            .column_as(Expr::col(Column::Id).count(), "requests")
            .filter(Column::ArrivedAt.gte(since.micros()))
            .filter(Column::RulesVersion.is_not_null())
            .group_by(Column::Rule)
            .into_tuple()
            .all(self.db())
            .await?;
        let mut decided = Decided::default();
        for (rule, requests) in rows {
            let requests = requests.unsigned_abs();
            if let Some(rule) = rule {
                decided.by_rule.insert(rule, requests);
            } else {
                decided.otherwise = requests;
            }
        }
        Ok(decided)
    }

    /// How many requests there are, and the newest of them.
    pub async fn past_app_requests(&self) -> Result<PastRequests, StoreError> {
        let found: Option<(i64, Option<i64>)> = Entity::find()
            .select_only()
            .column_as(Expr::col(Column::Id).count(), "requests")
            .column_as(Expr::col(Column::Id).max(), "newest")
            .into_tuple()
            .one(self.db())
            .await?;
        let (count, newest) = found.unwrap_or_default();
        Ok(PastRequests {
            count: count.unsigned_abs(),
            newest: newest.unwrap_or_default(),
        })
    }

    /// Requests as they were asked, whatever came of them, with their numbers: those after `after`, oldest first.
    pub async fn app_requests_asked(&self, after: i64, limit: u64) -> Result<Vec<(i64, AppRequest)>, StoreError> {
        let rows: Vec<(i64, String)> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::Document])
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(limit)
            .into_tuple()
            .all(self.db())
            .await?;
        let read = |(id, document): (i64, String)| Ok((id, from_json(&document, "app_requests", "document", id)?));
        rows.into_iter().map(read).collect()
    }

    /// What workspaces are called, where Slack told it.
    pub async fn workspace_names(&self, ids: &BTreeSet<String>) -> Result<BTreeMap<String, String>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut names = BTreeMap::new();
        let ids: Vec<&String> = ids.iter().collect();
        for chunk in ids.chunks(AT_ONCE) {
            let rows: Vec<(String, String)> = tenants::Entity::find()
                .select_only()
                .columns([tenants::Column::Id, tenants::Column::Name])
                .filter(tenants::Column::Id.is_in(chunk.iter().map(|id| id.as_str())))
                .into_tuple()
                .all(self.db())
                .await?;
            names.extend(rows.into_iter().filter(|(id, name)| id != name));
        }
        Ok(names)
    }
}
