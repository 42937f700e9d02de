//! Slack's own automation rules for app approval, read from the shape in which the audit log shows them.
//!
//! The shape is that of `matched_rule` and `rules_checked` in the audit action
//! `app_allowlist_rule_matched`: id, title, `action.resolution.value`, and a condition with an operator
//! over values. The words inside are not published; those read here are the components, conditions,
//! comparisons and resolutions of Slack's guide to automation rules, in upper or lower case, with
//! spaces, dashes or underscores. Anything else is refused, never guessed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{AppId, Scope};

use crate::approval::{
    Action, Distribution, Level, Need, OptionalScopes, Predicate, Previous, Rule, Rules, RulesError,
    predicate::{AppTest, DistributionTest, PreviousTest, ScopeTest},
};

/// How a component `scopes includes` with several scopes is read. Slack does not publish it, so the
/// importer has to be told; compare the outcome with history before relying on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SlackIncludes))]
pub enum Includes {
    /// Any one of them is enough.
    #[default]
    Any,
    /// All of them are needed.
    All,
}

/// What came of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The rules, in the order given.
    pub rules: Rules,
    /// What a rule had beside its decision and is not taken over, as sentences.
    pub notes: Vec<String>,
}

/// Why an import is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A rule cannot be read.
    #[error("rule {rule}: field {field}: {reason}")]
    Rule {
        /// Its id, or its place as `#3`, from 1.
        rule: String,
        /// The field.
        field: String,
        /// What is wrong.
        reason: String,
    },
    /// The rules are readable and wrong.
    #[error(transparent)]
    Rules(#[from] RulesError),
}

type Wrong = (String, String);

/// Reads a list of Slack's rules, or an object that holds it as `rules_checked` or `rules`.
pub fn slack(value: &Value, includes: Includes) -> Result<Imported, Refused> {
    let list = [Some(value), value.get("rules_checked"), value.get("rules")];
    let Some(list) = list.into_iter().flatten().find_map(Value::as_array) else {
        return Err(Refused::Rule {
            rule: "#1".to_owned(),
            field: "rules".to_owned(),
            reason: "is not a list".to_owned(),
        });
    };
    let mut rules = Rules::default();
    let mut notes = Vec::new();
    for (at, given) in list.iter().enumerate() {
        let rule = rule(given, at, includes).map_err(|(field, reason)| Refused::Rule {
            rule: given["id"]
                .as_str()
                .map_or_else(|| format!("#{}", at + 1), str::to_owned),
            field,
            reason,
        })?;
        if given["action"]["notify"]
            .as_array()
            .is_some_and(|notify| !notify.is_empty())
        {
            notes.push(format!(
                "“{}” notified somebody; who is told is set elsewhere.",
                rule.name
            ));
        }
        rules.rules.push(rule);
    }
    let rules = rules.valid()?;
    Ok(Imported { rules, notes })
}

fn rule(given: &Value, at: usize, includes: Includes) -> Result<Rule, Wrong> {
    let id = given["id"].as_str().unwrap_or_default().to_ascii_lowercase();
    let id = if id.is_empty() { format!("slack-{}", at + 1) } else { id };
    let name = given["title"]
        .as_str()
        .filter(|title| !title.trim().is_empty())
        .unwrap_or(&id)
        .to_owned();
    let then = action(&given["action"]["resolution"]["value"])?;
    Ok(Rule::new(id, name, condition(&given["condition"], includes)?, then))
}

fn action(value: &Value) -> Result<Action, Wrong> {
    Ok(match word(value).as_str() {
        "approve" | "approved" => Action::Approve {
            optional: OptionalScopes::All,
            level: Level::Workspace,
            for_days: None,
        },
        "restrict" | "restricted" => Action::Restrict {
            level: Level::Workspace,
            reason: String::new(),
        },
        "cancel" | "cancelled" | "canceled" => Action::Cancel { reason: String::new() },
        "review" => Action::Ask {
            whom: Vec::new(),
            need: Need::Any,
            reason_required: false,
        },
        other => return Err(unknown("action.resolution.value", other)),
    })
}

fn condition(given: &Value, includes: Includes) -> Result<Predicate, Wrong> {
    let Some(values) = given["values"].as_array().filter(|values| !values.is_empty()) else {
        return Err(("condition.values".to_owned(), "names no component".to_owned()));
    };
    let mut tests = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        let test = component(value, includes)
            .map_err(|(field, reason)| (format!("condition.values[{at}].{field}"), reason))?;
        tests.push(test);
    }
    match word(&given["operator"]).as_str() {
        "any" | "or" => Ok(Predicate::Any(tests)),
        "all" | "and" => Ok(Predicate::All(tests)),
        other => Err(unknown("condition.operator", other)),
    }
}

/// One component: field, `is` or `is not`, comparison.
fn component(given: &Value, includes: Includes) -> Result<Predicate, Wrong> {
    let operator = word(&given["operator"]);
    let (is, comparison) = match operator.strip_prefix("is_not").or_else(|| operator.strip_prefix("not")) {
        Some(rest) => (false, rest),
        None => (true, operator.strip_prefix("is").unwrap_or(&operator)),
    };
    let comparison = comparison.trim_start_matches('_');
    let values = texts(&given["values"])?;
    let test = match word(&given["field"]).as_str() {
        "scope" | "scopes" => scopes(comparison, &values, includes)?,
        "previous_resolution" => {
            let one = comparison_of(comparison, &values)?;
            let status = match one.as_str() {
                "approved" => Previous::Approved,
                "restricted" => Previous::Restricted,
                "unresolved" => Previous::Unresolved,
                other => return Err(unknown("values", other)),
            };
            Predicate::PreviousResolution(PreviousTest::Is(status))
        }
        "app_distribution" | "distribution" => {
            let one = comparison_of(comparison, &values)?;
            let distribution = match one.as_str() {
                "internal" | "internal_app" => Distribution::Internal,
                "app_directory_approved" | "slack_marketplace_approved" | "marketplace_approved" | "marketplace" => {
                    Distribution::Marketplace
                }
                other => return Err(unknown("values", other)),
            };
            Predicate::Distribution(DistributionTest::Is(distribution))
        }
        "app_id" | "app_ids" => {
            if !matches!(comparison, "" | "includes" | "specific_app_id") {
                return Err(unknown("operator", comparison));
            }
            let ids = values
                .iter()
                .map(|id| AppId::new(*id).map_err(|e| ("values".to_owned(), e.to_string())));
            let ids = ids.collect::<Result<Vec<_>, _>>()?;
            if ids.is_empty() {
                return Err(("values".to_owned(), "names no app".to_owned()));
            }
            Predicate::App(AppTest::Is(ids))
        }
        other => return Err(unknown("field", other)),
    };
    Ok(if is { test } else { Predicate::Not(Box::new(test)) })
}

fn scopes(comparison: &str, values: &[&str], includes: Includes) -> Result<Predicate, Wrong> {
    let said = |value: &str| matches!(word(&Value::from(value)).as_str(), "empty" | "is_empty");
    let empty = match values {
        [] => comparison == "empty",
        [one] => comparison.is_empty() && said(one),
        _ => false,
    };
    if empty {
        return Ok(Predicate::Scopes(ScopeTest::Empty(true)));
    }
    let mut scopes = Vec::with_capacity(values.len());
    for name in values {
        scopes.push(Scope::new(*name).map_err(|e| ("values".to_owned(), e.to_string()))?);
    }
    if scopes.is_empty() {
        return Err(("values".to_owned(), "names no scope".to_owned()));
    }
    match (comparison, includes, scopes.len()) {
        ("includes", _, 1) => Ok(Predicate::Scopes(ScopeTest::Includes(scopes.remove(0)))),
        ("includes", Includes::Any, _) => Ok(Predicate::Scopes(ScopeTest::AnyOf(scopes))),
        ("includes", Includes::All, _) => Ok(Predicate::Scopes(ScopeTest::AllOf(scopes))),
        ("", _, _) => Ok(Predicate::Scopes(ScopeTest::Is(scopes))),
        (other, _, _) => Err(unknown("operator", other)),
    }
}

/// The comparison stands in the operator (`is approved`) or is the one value.
fn comparison_of(comparison: &str, values: &[&str]) -> Result<String, Wrong> {
    match (comparison, values) {
        ("", [one]) => Ok(word(&Value::from(*one))),
        ("", _) => Err(("values".to_owned(), "must be exactly one".to_owned())),
        (word, []) => Ok(word.to_owned()),
        (_, _) => Err(("operator".to_owned(), "compares twice".to_owned())),
    }
}

fn texts(value: &Value) -> Result<Vec<&str>, Wrong> {
    let wrong = || ("values".to_owned(), "is not a list of texts".to_owned());
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => list.iter().map(|item| item.as_str().ok_or_else(wrong)).collect(),
        _ => Err(wrong()),
    }
}

fn word(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default().trim().to_ascii_lowercase();
    text.replace([' ', '-'], "_")
}

fn unknown(field: &str, word: &str) -> Wrong {
    let reason = if word.is_empty() {
        "is missing".to_owned()
    } else {
        format!("has the unknown word {word:?}")
    };
    (field.to_owned(), reason)
}
