//! Versions of the approval rules: written, proposed, agreed to, in force, retired; one of them tried in shadow.
//!
//! Whoever takes a step locks every version that is open or in force first, in the order of their numbers: so of
//! two that are to come into force at once one does, and the other learns that the rules changed.

mod past;
mod shadow;
mod steps;

use std::collections::BTreeMap;

use grantbook_core::{
    Timestamp,
    approval::{Rules, VersionStanding},
    view::{
        Page,
        approvals::{RulesState, RulesVersionView},
    },
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::ExprTrait as _,
};

pub use past::{Decided, PastRequests};
pub use shadow::Disagreement;
pub use steps::{NewRules, RulesDeed, RulesStepError};

use crate::{
    Store, StoreError,
    entity::rule_versions::{self, Column, Entity},
    queries::{PageRequest, QueryError, cursor::Cut},
    words::from_json,
};

const TABLE: &str = "rule_versions";
const LIST: &str = "rule_versions";

/// A version of the rules, with the rules.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRules {
    /// Its number, its state, and who stands behind it.
    pub standing: VersionStanding,
    /// The rules; they know the version's number.
    pub rules: Rules,
    /// What its author says about it.
    pub note: String,
    /// When it was written.
    pub made_at: Timestamp,
    /// Who agreed to it.
    pub agreed_by: Option<String>,
    /// Since when it decides, or decided.
    pub in_force_at: Option<Timestamp>,
    /// Until when it decided.
    pub retired_at: Option<Timestamp>,
    /// Since when it runs in shadow.
    pub shadow_since: Option<Timestamp>,
    /// On how many requests it was compared with the version in force.
    pub compared: u64,
    /// How often they disagreed.
    pub disagreements: u64,
}

/// What decides, and what is tried beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RulesNow {
    /// In force; none before the first.
    pub in_force: Option<StoredRules>,
    /// In shadow.
    pub shadow: Option<StoredRules>,
}

impl StoredRules {
    /// The version without its rules.
    pub fn view(&self) -> RulesVersionView {
        RulesVersionView {
            version: self.standing.version,
            state: self.standing.state,
            base: self.standing.base,
            note: self.note.clone(),
            made_by: self.standing.made_by.clone(),
            made_at: self.made_at,
            proposed_by: self.standing.proposed_by.clone(),
            agreed_by: self.agreed_by.clone(),
            in_force_at: self.in_force_at,
            retired_at: self.retired_at,
            shadow_since: self.shadow_since,
            disagreements: self.disagreements,
            compared: self.compared,
            rules: self.rules.rules.len(),
        }
    }
}

fn state(text: &str, version: i64) -> Result<RulesState, StoreError> {
    let found = RulesState::ALL.into_iter().find(|state| state.as_str() == text);
    found.ok_or_else(|| StoreError::inconsistent(TABLE, "state", version))
}

/// A row's number as everybody else counts.
fn number(version: i64) -> u64 {
    version.unsigned_abs()
}

/// A number as rows have it; what is too large is nobody's.
fn row_of(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

fn stored(row: rule_versions::Model, counts: &shadow::Counts) -> Result<StoredRules, StoreError> {
    let moment = |micros: Option<i64>| micros.map(Timestamp::from_micros);
    let version = number(row.version);
    let rules: Rules = from_json(&row.rules, TABLE, "rules", version)?;
    let (compared, disagreements) = counts.get(&version).copied().unwrap_or_default();
    Ok(StoredRules {
        standing: VersionStanding {
            version,
            state: state(&row.state, row.version)?,
            base: row.base.map(number),
            made_by: row.made_by,
            proposed_by: row.proposed_by,
            in_shadow: row.shadow_since.is_some(),
        },
        rules: Rules { version, ..rules },
        note: row.note,
        made_at: Timestamp::from_micros(row.made_at),
        agreed_by: row.agreed_by,
        in_force_at: moment(row.in_force_at),
        retired_at: moment(row.retired_at),
        shadow_since: moment(row.shadow_since),
        compared,
        disagreements,
    })
}

/// The version with its counts.
async fn find(db: &impl ConnectionTrait, version: u64) -> Result<Option<StoredRules>, StoreError> {
    let Some(row) = Entity::find_by_id(row_of(version)).one(db).await? else {
        return Ok(None);
    };
    let counts = shadow::counts(db, &[version]).await?;
    stored(row, &counts).map(Some)
}

impl Store {
    /// One version, or none.
    pub async fn stored_rules(&self, version: u64) -> Result<Option<StoredRules>, StoreError> {
        find(self.db(), version).await
    }

    /// What decides now, and what is tried beside it, from one look; not how often they disagreed.
    pub async fn rules_now(&self) -> Result<RulesNow, StoreError> {
        let wanted = Column::State
            .eq(RulesState::InForce.as_str())
            .or(Column::ShadowSince.is_not_null());
        let rows = Entity::find().filter(wanted).all(self.db()).await?;
        let mut now = RulesNow::default();
        for row in rows {
            let found = stored(row, &BTreeMap::new())?;
            if found.standing.state == RulesState::InForce {
                now.in_force = Some(found);
            } else {
                now.shadow = Some(found);
            }
        }
        Ok(now)
    }

    /// Versions, newest first.
    pub async fn rules_versions(&self, page: &PageRequest) -> Result<Page<StoredRules>, QueryError> {
        let mut wanted = Entity::find();
        if let Some(after) = page.after::<i64>(LIST)? {
            wanted = wanted.filter(Column::Version.lt(after));
        }
        let rows = wanted
            .order_by_desc(Column::Version)
            .limit(page.limit_and_one())
            .all(self.db())
            .await?;
        let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| row.version);
        let versions: Vec<u64> = rows.iter().map(|row| number(row.version)).collect();
        let counts = shadow::counts(self.db(), &versions).await?;
        let items = rows.into_iter().map(|row| stored(row, &counts));
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next_cursor,
        })
    }
}
