//! What differs between two versions of the rules, rule by rule, for the page of versions and for the record.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Rule, RuleRef, Rules};

/// One rule that is not the same in two versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleChange {
    /// The rule, as the newer version has it; one that was removed, as the older had it.
    pub rule: RuleRef,
    /// What happened to it.
    #[serde(flatten)]
    pub change: Change,
    /// The same as a sentence.
    pub sentence: String,
}

/// What happened to a rule between two versions. Rules are the same rule by their id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RuleChangeKind))]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It stands elsewhere among the rules that both versions have.
    Moved {
        /// Its place before, from 0.
        from: usize,
    },
    /// It says something else.
    Changed {
        /// What of it, in the order of the fields.
        fields: Vec<RuleField>,
    },
}

/// A part of a rule that can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RuleField {
    /// What people call it.
    Name,
    /// Whether it is in force.
    Enabled,
    /// When it fits.
    When,
    /// What it does.
    Then,
}

impl Rules {
    /// What another, newer version says differently: first what is removed, in the old order, then the rest in
    /// the new order. A rule that moved and changed is named twice. The fewest moves that explain the new order
    /// are told, so that a rule put at the head does not move all others. Version numbers are not compared.
    pub fn differences(&self, newer: &Self) -> Vec<RuleChange> {
        let before = places(self);
        let after = places(newer);
        let gone = (0..).zip(&self.rules).filter(|(at, rule)| {
            // Of rules with one id only the first counts; the others are as good as nameless.
            before.get(rule.id.as_str()) != Some(at) || !after.contains_key(rule.id.as_str())
        });
        let mut changes: Vec<RuleChange> = gone.map(|(at, rule)| change(rule, at, Change::Removed)).collect();
        let stayed = unmoved(newer, &before, &after);
        for (at, rule) in (0..).zip(&newer.rules) {
            let same = before.get(rule.id.as_str());
            let Some(&from) = same.filter(|_| after.get(rule.id.as_str()) == Some(&at)) else {
                changes.push(change(rule, at, Change::Added));
                continue;
            };
            if !stayed.contains(&at) {
                changes.push(change(rule, at, Change::Moved { from }));
            }
            let fields = different(&self.rules[from], rule);
            if !fields.is_empty() {
                changes.push(change(rule, at, Change::Changed { fields }));
            }
        }
        changes
    }
}

/// The place of each id, the first where it is taken twice.
fn places(rules: &Rules) -> BTreeMap<&str, usize> {
    let mut places = BTreeMap::new();
    for (at, rule) in rules.rules.iter().enumerate() {
        places.entry(rule.id.as_str()).or_insert(at);
    }
    places
}

/// The new places of the longest run of common rules whose order is the old one.
fn unmoved(newer: &Rules, before: &BTreeMap<&str, usize>, after: &BTreeMap<&str, usize>) -> BTreeSet<usize> {
    let common: Vec<(usize, usize)> = (0..)
        .zip(&newer.rules)
        .filter(|(at, rule)| after.get(rule.id.as_str()) == Some(at))
        .filter_map(|(at, rule)| Some((at, *before.get(rule.id.as_str())?)))
        .collect();
    // Patience: the last of each pile is the end of the best run of that length.
    let mut piles: Vec<usize> = Vec::new();
    let mut under = vec![None; common.len()];
    for (number, &(_, old)) in common.iter().enumerate() {
        let pile = piles.partition_point(|&top| common[top].1 < old);
        under[number] = pile.checked_sub(1).map(|below| piles[below]);
        if pile == piles.len() {
            piles.push(number);
        } else {
            piles[pile] = number;
        }
    }
    std::iter::successors(piles.last().copied(), |&number| under[number])
        .map(|number| common[number].0)
        .collect()
}

fn different(old: &Rule, new: &Rule) -> Vec<RuleField> {
    [
        (RuleField::Name, old.name != new.name),
        (RuleField::Enabled, old.enabled != new.enabled),
        (RuleField::When, old.when != new.when),
        (RuleField::Then, old.then != new.then),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect()
}

fn change(rule: &Rule, at: usize, change: Change) -> RuleChange {
    let name = &rule.name;
    let sentence = match &change {
        Change::Added => format!("“{name}” is new, in place {}.", at + 1),
        Change::Removed => format!("“{name}” is gone from place {}.", at + 1),
        Change::Moved { from } => format!("“{name}” moved from place {} to {}.", from + 1, at + 1),
        Change::Changed { fields } => changed(rule, fields),
    };
    RuleChange {
        rule: RuleRef::new(rule, at),
        change,
        sentence,
    }
}

fn changed(rule: &Rule, fields: &[RuleField]) -> String {
    let words: Vec<&str> = fields
        .iter()
        .map(|field| match field {
            RuleField::Name => "has another name",
            RuleField::Enabled if rule.enabled => "is switched on",
            RuleField::Enabled => "is switched off",
            RuleField::When => "has another condition",
            RuleField::Then => "has another action",
        })
        .collect();
    format!("“{}” {}.", rule.name, words.join(" and "))
}
