//! `Explanation`: a verdict with every rule and every test that was looked at, for people and for the record.

use serde::{Deserialize, Serialize};

use super::{AppRequest, Decision, Predicate, Rule, Verdict, look, words};

/// Why a request was decided as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = VerdictExplanation))]
pub struct Explanation {
    /// The version of the rules.
    pub version: u64,
    /// What is to be done.
    pub decision: Decision,
    /// The rule that decided, or `None` where none fits.
    pub decided_by: Option<RuleRef>,
    /// The whole in one sentence.
    pub sentence: String,
    /// The rules looked at, in order; only the last can have fitted.
    pub looked: Vec<Looked>,
}

/// A rule, named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleRef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its place in the list, from 0.
    pub position: usize,
}

/// One rule that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LookedAtRule))]
pub struct Looked {
    /// The rule.
    pub rule: RuleRef,
    /// Whether it fits.
    pub fits: bool,
    /// Its tests, as far as they were looked at.
    pub trace: Trace,
}

/// One test and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RuleTrace))]
pub struct Trace {
    /// Whether it holds.
    pub holds: bool,
    /// What was asked and the values found, as a sentence.
    pub sentence: String,
    /// The tests within it that were looked at; looking stops where the outcome is settled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub within: Vec<Self>,
}

impl RuleRef {
    /// Names a rule at its place.
    pub fn new(rule: &Rule, position: usize) -> Self {
        Self {
            id: rule.id.clone(),
            name: rule.name.clone(),
            position,
        }
    }
}

impl Trace {
    /// Looks at a predicate, test by test.
    pub fn of(predicate: &Predicate, request: &AppRequest) -> Self {
        let (holds, sentence, within) = match predicate {
            Predicate::Any(list) => {
                let within = until(list, request, true);
                let holds = within.last().is_some_and(|trace| trace.holds);
                let sentence = if holds {
                    "One of these holds."
                } else {
                    "None of these holds."
                };
                (holds, sentence.to_owned(), within)
            }
            Predicate::All(list) => {
                let within = until(list, request, false);
                let holds = within.last().is_none_or(|trace| trace.holds);
                let sentence = match (holds, list.is_empty()) {
                    (true, true) => "Fits every request.",
                    (true, false) => "All of these hold.",
                    (false, _) => "Not all of these hold.",
                };
                (holds, sentence.to_owned(), within)
            }
            Predicate::Not(inner) => {
                let inner = Self::of(inner, request);
                let sentence = if inner.holds {
                    "This must not hold, and does."
                } else {
                    "This must not hold, and does not."
                };
                (!inner.holds, sentence.to_owned(), vec![inner])
            }
            test => {
                let (holds, found) = look::leaf(test, request);
                (holds, words::sentence(test, holds, found), Vec::new())
            }
        };
        Self {
            holds,
            sentence,
            within,
        }
    }
}

fn until(list: &[Predicate], request: &AppRequest, settled: bool) -> Vec<Trace> {
    let mut looked = Vec::with_capacity(list.len());
    for predicate in list {
        let trace = Trace::of(predicate, request);
        let stop = trace.holds == settled;
        looked.push(trace);
        if stop {
            break;
        }
    }
    looked
}

impl Verdict<'_> {
    /// The whole explanation: which rule, each test with the values that decided, and why not an earlier rule.
    pub fn explain(&self) -> Explanation {
        let end = self.at.map_or(self.rules.rules.len(), |at| at + 1);
        let looked: Vec<Looked> = (0..)
            .zip(self.rules.rules.iter().take(end))
            .filter(|(_, rule)| rule.enabled)
            .map(|(position, rule)| {
                let trace = Trace::of(&rule.when, self.request);
                Looked {
                    rule: RuleRef::new(rule, position),
                    fits: trace.holds,
                    trace,
                }
            })
            .collect();
        let decision = self.decision();
        let decided_by = self.rule().zip(self.at).map(|(rule, at)| RuleRef::new(rule, at));
        let sentence = match &decided_by {
            Some(rule) => format!(
                "{}: the first rule that fits is “{}”.",
                words::decision(&decision),
                rule.name
            ),
            None => format!("{}: no rule fits.", words::decision(&decision)),
        };
        Explanation {
            version: self.rules.version,
            decision,
            decided_by,
            sentence,
            looked,
        }
    }
}
