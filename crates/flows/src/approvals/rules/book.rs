//! `RuleBook`: what people and scripts do with the versions of the rules.

use grantbook_core::{
    Timestamp,
    approval::{Rules, VersionActor, VersionStanding, VersionStep},
    view::{
        Page,
        approvals::{
            BacktestView, BacktestWish, DisagreementView, FlipView, RulesCheckView, RulesDraft, RulesState, RulesText,
            RulesVersionView, RulesView,
        },
    },
};
use grantbook_store::{
    StoreError,
    approvals::{Decided, NewRules, RulesDeed, StoredRules},
    queries::PageRequest,
};
use serde_json::{Value, json};

use super::{MAX_NOTE, RuleBookError, backtest, in_force, text};
use crate::{House, audit::deeds};

/// How far back rules are counted, in seconds: 90 days.
const COUNTED: i64 = 90 * 24 * 60 * 60;
/// Flips listed where nobody says how many.
const LISTED: u32 = 100;
/// Flips listed at most.
const MOST_LISTED: u32 = 1_000;
/// Flips of one export at most.
const EXPORTED: usize = 100_000;

/// The use cases of the rules.
#[derive(Clone, Debug)]
pub struct RuleBook {
    house: House,
}

impl RuleBook {
    /// The use cases over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// The version in force; before the first an empty one with the number 0.
    pub async fn in_force(&self) -> Result<RulesView, RuleBookError> {
        let now = self.house.store.rules_now().await?;
        match now.in_force {
            Some(found) => self.view(found).await,
            None => self.view(nothing()).await,
        }
    }

    /// Versions, newest first.
    pub async fn versions(&self, page: &PageRequest) -> Result<Page<RulesVersionView>, RuleBookError> {
        let Page { items, next_cursor } = self.house.store.rules_versions(page).await?;
        Ok(Page {
            items: items.iter().map(StoredRules::view).collect(),
            next_cursor,
        })
    }

    /// One version.
    pub async fn version(&self, version: u64) -> Result<RulesView, RuleBookError> {
        let found = self.found(version).await?;
        self.view(found).await
    }

    /// Keeps rules as a new draft.
    pub async fn save(&self, draft: RulesDraft, by: VersionActor<'_>) -> Result<RulesView, RuleBookError> {
        let new = self.read(draft).await?;
        let deed = self.deed(by, deeds::RULES_DRAFTED, json!({ "rules": new.rules.rules.len() }));
        let kept = self.house.store.insert_rules(&new, &deed).await?;
        self.view(kept).await
    }

    /// Puts other rules into a draft of one's own.
    pub async fn rewrite(
        &self,
        version: u64,
        draft: RulesDraft,
        by: VersionActor<'_>,
    ) -> Result<RulesView, RuleBookError> {
        let new = self.read(draft).await?;
        let deed = self.deed(by, deeds::RULES_REWRITTEN, json!({ "rules": new.rules.rules.len() }));
        let kept = self.house.store.rewrite_rules(version, &new, &deed).await?;
        self.view(kept).await
    }

    /// Asks for a second person's agreement.
    pub async fn propose(&self, version: u64, by: VersionActor<'_>) -> Result<RulesView, RuleBookError> {
        self.step(version, VersionStep::Propose, deeds::RULES_PROPOSED, by)
            .await
    }

    /// Agrees to a version, which puts it in force.
    pub async fn agree(&self, version: u64, by: VersionActor<'_>) -> Result<RulesView, RuleBookError> {
        let second_person = self.house.approvals.settings().second_person;
        let step = VersionStep::Agree { second_person };
        let kept = self.step(version, step, deeds::RULES_IN_FORCE, by).await?;
        tracing::info!(rules.version = version, "another version of the rules is in force");
        Ok(kept)
    }

    /// Gives a version up.
    pub async fn discard(&self, version: u64, by: VersionActor<'_>) -> Result<RulesView, RuleBookError> {
        self.step(version, VersionStep::Discard, deeds::RULES_DISCARDED, by)
            .await
    }

    /// Runs a version in shadow, in the place of another one, or stops that.
    pub async fn shadow(&self, version: u64, on: bool, by: VersionActor<'_>) -> Result<RulesView, RuleBookError> {
        let what = if on {
            deeds::RULES_SHADOW_STARTED
        } else {
            deeds::RULES_SHADOW_STOPPED
        };
        self.step(version, VersionStep::Shadow(on), what, by).await
    }

    /// What there is to say about a text; nothing is kept.
    pub async fn check(&self, wish: RulesText) -> Result<RulesCheckView, RuleBookError> {
        let against = self.against(wish.against).await?;
        let read = text::understood(wish.text, wish.format, wish.includes).await?;
        let decided = self.decided().await?;
        Ok(RulesCheckView {
            toml: read.rules.to_toml(),
            states: text::states(&read.rules, &decided),
            findings: text::findings(&read.rules).await?,
            changes: text::changes(&against, &read.rules),
            notes: read.notes,
            rules: read.rules,
        })
    }

    /// Decides every request of the past under a text and under a version, and tells what comes out differently.
    pub async fn backtest(&self, wish: BacktestWish) -> Result<BacktestView, RuleBookError> {
        let against = self.against(wish.against).await?;
        let read = text::understood(wish.text, wish.format, wish.includes).await?;
        let limit = wish.limit.unwrap_or(LISTED).clamp(1, MOST_LISTED);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let changes = text::changes(&against, &read.rules);
        let outcome = backtest::run(&self.house, against, read.rules.clone(), limit).await?;
        Ok(BacktestView {
            requests: outcome.requests,
            flips: outcome.flips,
            tally: outcome.tally(),
            took_us: outcome.took_us,
            sentence: outcome.sentence(),
            items: outcome.items,
            findings: text::findings(&read.rules).await?,
            changes,
        })
    }

    /// Every request that a version decides differently than the one in force, newest first.
    pub async fn flips(&self, version: u64) -> Result<Vec<FlipView>, RuleBookError> {
        let new = self.found(version).await?.rules;
        let old = in_force(&self.house).await?.rules.clone();
        Ok(backtest::run(&self.house, old, new, EXPORTED).await?.items)
    }

    /// The requests on which a version in shadow disagreed with the one in force, newest first; that is the version
    /// in shadow now where none is named.
    pub async fn disagreements(
        &self,
        version: Option<u64>,
        page: &PageRequest,
    ) -> Result<Page<DisagreementView>, RuleBookError> {
        let shadow = in_force(&self.house).await?.shadow.as_ref().map(|(shadow, _)| *shadow);
        let Some(version) = version.or(shadow) else {
            return Ok(Page {
                items: Vec::new(),
                next_cursor: None,
            });
        };
        let rules = self.found(version).await?.rules;
        let Page { items, next_cursor } = self.house.store.rules_disagreements(version, page).await?;
        let (mut flips, mut moments) = (Vec::new(), Vec::new());
        for one in items {
            let stored = &one.request;
            flips.push(backtest::since(
                stored.id,
                &stored.request,
                stored.verdict.as_ref(),
                &rules,
            ));
            moments.push(one.at);
        }
        backtest::name_teams(&self.house, &mut flips).await?;
        let items = flips.into_iter().zip(moments);
        Ok(Page {
            items: items.map(|(flip, at)| DisagreementView { flip, at }).collect(),
            next_cursor,
        })
    }

    async fn found(&self, version: u64) -> Result<StoredRules, RuleBookError> {
        let found = self.house.store.stored_rules(version).await?;
        found.ok_or(RuleBookError::Missing(version))
    }

    /// The rules that others are held against.
    async fn against(&self, version: Option<u64>) -> Result<Rules, RuleBookError> {
        match version {
            None => Ok(in_force(&self.house).await?.rules.clone()),
            Some(0) => Ok(Rules::default()),
            Some(version) => Ok(self.found(version).await?.rules),
        }
    }

    async fn decided(&self) -> Result<Decided, StoreError> {
        let since = Timestamp::from_micros(self.house.clock.now().micros() - COUNTED * 1_000_000);
        self.house.store.rules_decided(since).await
    }

    /// A draft, read; without a base it is made from the version in force.
    async fn read(&self, draft: RulesDraft) -> Result<NewRules, RuleBookError> {
        if draft.note.chars().count() > MAX_NOTE {
            return Err(RuleBookError::NoteTooLong);
        }
        let read = text::understood(draft.text, draft.format, draft.includes).await?;
        let now = || async { Ok::<_, StoreError>(self.house.store.rules_now().await?.in_force) };
        let base = match draft.base {
            Some(0) => None,
            Some(version) => Some(version),
            None => now().await?.map(|found| found.standing.version),
        };
        Ok(NewRules {
            rules: read.rules,
            base,
            note: draft.note.trim().to_owned(),
        })
    }

    async fn step(
        &self,
        version: u64,
        step: VersionStep,
        what: &str,
        by: VersionActor<'_>,
    ) -> Result<RulesView, RuleBookError> {
        let deed = self.deed(by, what, json!({}));
        let kept = self.house.store.step_rules(version, step, &deed).await?;
        self.view(kept).await
    }

    fn deed<'a>(&self, by: VersionActor<'a>, what: &'a str, detail: Value) -> RulesDeed<'a> {
        RulesDeed {
            by,
            what,
            detail,
            at: self.house.clock.now(),
        }
    }

    async fn view(&self, stored: StoredRules) -> Result<RulesView, RuleBookError> {
        let decided = self.decided().await?;
        let base = match stored.standing.base {
            Some(base) => self.house.store.stored_rules(base).await?.map(|found| found.rules),
            None => None,
        };
        let findings = text::findings(&stored.rules).await?;
        Ok(RulesView {
            version: stored.view(),
            toml: stored.rules.to_toml(),
            states: text::states(&stored.rules, &decided),
            otherwise: decided.otherwise,
            findings,
            changes: text::changes(&base.unwrap_or_default(), &stored.rules),
            second_person: self.house.approvals.settings().second_person,
            rules: stored.rules,
        })
    }
}

/// What is in force before the first version.
fn nothing() -> StoredRules {
    let beginning = Timestamp::from_micros(0);
    StoredRules {
        standing: VersionStanding {
            version: 0,
            state: RulesState::InForce,
            base: None,
            made_by: "console".to_owned(),
            proposed_by: None,
            in_shadow: false,
        },
        rules: Rules::default(),
        note: String::new(),
        made_at: beginning,
        agreed_by: None,
        in_force_at: None,
        retired_at: None,
        shadow_since: None,
        compared: 0,
        disagreements: 0,
    }
}
