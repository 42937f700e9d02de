//! Texts of rules: read in any form, checked, and told back.

use grantbook_core::{
    approval::{
        Finding, RuleRef, Rules, RulesError, check,
        import::{self, Includes},
    },
    view::approvals::{RuleStateView, RulesFormat},
};
use grantbook_store::{StoreError, approvals::Decided};

use super::RuleBookError;

/// A text, read.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) rules: Rules,
    /// What an import left out.
    pub(super) notes: Vec<String>,
}

/// Reads rules; they belong to no version yet.
fn read(text: &str, format: RulesFormat, includes: Includes) -> Result<Read, RuleBookError> {
    let plain = |rules| Read {
        rules: Rules { version: 0, ..rules },
        notes: Vec::new(),
    };
    match format {
        RulesFormat::Toml => Ok(plain(Rules::from_toml(text)?)),
        RulesFormat::Json => Ok(plain(Rules::from_json(text)?)),
        RulesFormat::Slack => {
            let value = serde_json::from_str(text).map_err(|error| RulesError {
                rule: None,
                field: String::new(),
                line: Some(error.line()),
                reason: "is not JSON".to_owned(),
            })?;
            let imported = import::slack(&value, includes)?;
            Ok(Read {
                rules: imported.rules,
                notes: imported.notes,
            })
        }
    }
}

/// The same, off the threads that serve requests: conditions are proven to be possible.
pub(super) async fn understood(text: String, format: RulesFormat, includes: Includes) -> Result<Read, RuleBookError> {
    aside(move || read(&text, format, includes)).await?
}

/// What is wrong with a list of rules, looked for off the threads that serve requests.
pub(super) async fn findings(rules: &Rules) -> Result<Vec<Finding>, StoreError> {
    let rules = rules.clone();
    aside(move || check(&rules)).await
}

/// Runs what takes long aside.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_ending) => Err(StoreError::Closed),
    }
}

/// Each rule in words, with how often a rule of its id decided.
pub(super) fn states(rules: &Rules, decided: &Decided) -> Vec<RuleStateView> {
    let state = |(position, rule)| {
        let rule: &grantbook_core::approval::Rule = rule;
        RuleStateView {
            rule: RuleRef::new(rule, position),
            sentence: rule.when.clause(),
            action: rule.then.sentence(),
            decided: decided.by_rule.get(&rule.id).copied().unwrap_or_default(),
        }
    };
    rules.rules.iter().enumerate().map(state).collect()
}

/// What the newer list says differently, a sentence each.
pub(super) fn changes(older: &Rules, newer: &Rules) -> Vec<String> {
    let changes = older.differences(newer);
    changes.into_iter().map(|change| change.sentence).collect()
}
