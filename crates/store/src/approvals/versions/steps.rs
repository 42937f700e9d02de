//! Writing versions and taking them from state to state, each with its line in the audit log.

use grantbook_core::{
    Timestamp,
    approval::{Rules, VersionActor, VersionRefusal, VersionStanding, VersionStep},
    view::approvals::RulesState,
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, SqlErr, sea_query::Expr,
};
use serde_json::Value;

use super::{StoredRules, TABLE, find, number, row_of, shadow, state};
use crate::{
    Store, StoreError,
    audit::{self, NewAudit},
    entity::rule_versions::{ActiveModel, Column, Entity},
    notices::Notices,
    words::to_json,
};

/// Rules on their way into a version.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRules {
    /// The rules.
    pub rules: Rules,
    /// The version that was in force when they were written; none where none was.
    pub base: Option<u64>,
    /// What the change is about.
    pub note: String,
}

/// Who does something to a version, and how the audit log tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct RulesDeed<'a> {
    /// Who.
    pub by: VersionActor<'a>,
    /// What, as a stable word.
    pub what: &'a str,
    /// What else there is to know, a JSON object.
    pub detail: Value,
    /// When.
    pub at: Timestamp,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum RulesStepError {
    /// There is no such version.
    #[error("there is no version {0} of the rules")]
    Missing(u64),
    /// It may not be done, or not by them, or not now.
    #[error(transparent)]
    Refused(#[from] VersionRefusal),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for RulesStepError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl RulesDeed<'_> {
    async fn write(&self, db: &impl ConnectionTrait, version: u64) -> Result<(), StoreError> {
        let note = NewAudit {
            at: self.at,
            who: self.by.name.to_owned(),
            what: self.what.to_owned(),
            subject: format!("rules:{version}"),
            detail: self.detail.clone(),
        };
        audit::insert(db, note).await.map(drop)
    }
}

/// A version as its lock shows it.
type Locked = (i64, String, Option<i64>, String, Option<String>, Option<i64>);

fn standing((version, word, base, made_by, proposed_by, shadow): Locked) -> Result<VersionStanding, StoreError> {
    Ok(VersionStanding {
        version: number(version),
        state: state(&word, version)?,
        base: base.map(number),
        made_by,
        proposed_by,
        in_shadow: shadow.is_some(),
    })
}

/// Every version that is open or in force, locked until the transaction ends.
async fn lock(db: &impl ConnectionTrait) -> Result<Vec<VersionStanding>, StoreError> {
    let open = [RulesState::Draft, RulesState::Proposed, RulesState::InForce];
    let columns = [
        Column::Version,
        Column::State,
        Column::Base,
        Column::MadeBy,
        Column::ProposedBy,
        Column::ShadowSince,
    ];
    let rows: Vec<Locked> = Entity::find()
        .select_only()
        .columns(columns)
        .filter(Column::State.is_in(open.map(RulesState::as_str)))
        .order_by_asc(Column::Version)
        .lock_exclusive()
        .into_tuple()
        .all(db)
        .await?;
    rows.into_iter().map(standing).collect()
}

fn in_force(open: &[VersionStanding]) -> Option<u64> {
    let found = open.iter().find(|one| one.state == RulesState::InForce);
    found.map(|one| one.version)
}

/// The version as it stands; one that is over is not among those that are locked, and never changes.
async fn standing_of(
    db: &impl ConnectionTrait,
    open: &[VersionStanding],
    version: u64,
) -> Result<VersionStanding, RulesStepError> {
    if let Some(found) = open.iter().find(|one| one.version == version) {
        return Ok(found.clone());
    }
    let over = find(db, version).await?;
    over.map(|found| found.standing).ok_or(RulesStepError::Missing(version))
}

fn fresh(base: Option<u64>, in_force: Option<u64>) -> Result<(), VersionRefusal> {
    if base == in_force {
        Ok(())
    } else {
        Err(VersionRefusal::Changed { in_force })
    }
}

fn json(rules: &Rules, version: u64) -> Result<String, StoreError> {
    to_json(rules, TABLE, "rules", version)
}

/// Nothing runs in shadow any more.
async fn end_shadow(db: &impl ConnectionTrait) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::ShadowSince, Expr::value(None::<i64>))
        .filter(Column::ShadowSince.is_not_null())
        .exec(db)
        .await?;
    Ok(())
}

/// The former version decides no longer.
async fn retire(db: &impl ConnectionTrait, now: Timestamp) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(RulesState::Retired.as_str()))
        .col_expr(Column::RetiredAt, Expr::value(now.micros()))
        .filter(Column::State.eq(RulesState::InForce.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

/// Writes what a step leaves in the version's row, and in those of others.
async fn take(
    db: &impl ConnectionTrait,
    before: &VersionStanding,
    after: RulesState,
    step: VersionStep,
    deed: &RulesDeed<'_>,
) -> Result<(), RulesStepError> {
    let now = deed.at.micros();
    let mut row = ActiveModel {
        version: Set(row_of(before.version)),
        state: Set(after.as_str().to_owned()),
        ..Default::default()
    };
    match step {
        VersionStep::Rewrite => {}
        VersionStep::Propose => row.proposed_by = Set(Some(deed.by.name.to_owned())),
        VersionStep::Agree { .. } => {
            retire(db, deed.at).await?;
            row.agreed_by = Set(Some(deed.by.name.to_owned()));
            row.in_force_at = Set(Some(now));
            row.shadow_since = Set(None);
        }
        VersionStep::Discard | VersionStep::Shadow(false) => row.shadow_since = Set(None),
        VersionStep::Shadow(true) if before.in_shadow => {}
        VersionStep::Shadow(true) => {
            end_shadow(db).await?;
            row.shadow_since = Set(Some(now));
        }
    }
    match row.update(db).await {
        // A first version that came into force in the very moment.
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Err(VersionRefusal::Changed { in_force: None }.into())
        }
        written => written.map(drop).map_err(Into::into),
    }
}

impl Store {
    /// Keeps rules as a new draft.
    ///
    /// # Errors
    ///
    /// Fails where another version than `base` is in force.
    pub async fn insert_rules(&self, new: &NewRules, deed: &RulesDeed<'_>) -> Result<StoredRules, RulesStepError> {
        let tx = self.begin().await?;
        fresh(new.base, in_force(&lock(&tx).await?))?;
        let row = ActiveModel {
            state: Set(RulesState::Draft.as_str().to_owned()),
            base: Set(new.base.map(row_of)),
            rules: Set(json(&new.rules, 0)?),
            note: Set(new.note.clone()),
            made_by: Set(deed.by.name.to_owned()),
            made_at: Set(deed.at.micros()),
            ..Default::default()
        };
        let version = number(Entity::insert(row).exec(&tx).await?.last_insert_id);
        deed.write(&tx, version).await?;
        let kept = find(&tx, version).await?.ok_or(RulesStepError::Missing(version))?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(kept)
    }

    /// Puts other rules into a draft; what was compared with it counts no more.
    ///
    /// # Errors
    ///
    /// Fails where it is no draft, is somebody else's or runs in shadow, or where another version than `base` is in
    /// force.
    pub async fn rewrite_rules(
        &self,
        version: u64,
        new: &NewRules,
        deed: &RulesDeed<'_>,
    ) -> Result<StoredRules, RulesStepError> {
        let tx = self.begin().await?;
        let open = lock(&tx).await?;
        let before = standing_of(&tx, &open, version).await?;
        before.after(VersionStep::Rewrite, deed.by, in_force(&open))?;
        fresh(new.base, in_force(&open))?;
        let row = ActiveModel {
            version: Set(row_of(version)),
            base: Set(new.base.map(row_of)),
            rules: Set(json(&new.rules, version)?),
            note: Set(new.note.clone()),
            made_at: Set(deed.at.micros()),
            ..Default::default()
        };
        row.update(&tx).await?;
        shadow::forget(&tx, version).await?;
        deed.write(&tx, version).await?;
        let kept = find(&tx, version).await?.ok_or(RulesStepError::Missing(version))?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(kept)
    }

    /// Takes a version a step further, if that is allowed, and tells whoever follows the rules.
    ///
    /// # Errors
    ///
    /// Fails, with nothing written, where [`VersionStanding::after`] refuses.
    pub async fn step_rules(
        &self,
        version: u64,
        step: VersionStep,
        deed: &RulesDeed<'_>,
    ) -> Result<StoredRules, RulesStepError> {
        let tx = self.begin().await?;
        let open = lock(&tx).await?;
        let before = standing_of(&tx, &open, version).await?;
        let after = before.after(step, deed.by, in_force(&open))?;
        take(&tx, &before, after, step, deed).await?;
        deed.write(&tx, version).await?;
        let kept = find(&tx, version).await?.ok_or(RulesStepError::Missing(version))?;
        let notices = Notices {
            rules: true,
            ..Notices::default()
        };
        self.commit(tx, notices).await?;
        Ok(kept)
    }
}
