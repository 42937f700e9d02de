//! Differences between versions of the rules.

use proptest::prelude::*;
use serde_json::json;

use super::{properties, rules};
use crate::approval::{Change, RuleChange, RuleField, Rules};

fn list(order: &str) -> Rules {
    let rule = |letter: char| {
        let name = letter.to_ascii_uppercase().to_string();
        json!({"id": letter.to_string(), "name": name, "when": {"all": []}, "then": {"cancel": {}}})
    };
    rules(&order.chars().map(rule).collect())
}

fn said(old: &Rules, new: &Rules) -> Vec<String> {
    old.differences(new).into_iter().map(|change| change.sentence).collect()
}

#[test]
fn what_is_new_gone_or_moved_is_told_with_as_few_moves_as_possible() {
    let table: [(&str, &str, &[&str]); 7] = [
        ("abc", "abc", &[]),
        ("abc", "nabc", &["“N” is new, in place 1."]),
        ("abc", "ac", &["“B” is gone from place 2."]),
        ("abcde", "eabcd", &["“E” moved from place 5 to 1."]),
        ("abcde", "bcdea", &["“A” moved from place 1 to 5."]),
        (
            "abcd",
            "cnab",
            &[
                "“D” is gone from place 4.",
                "“C” moved from place 3 to 1.",
                "“N” is new, in place 2.",
            ],
        ),
        ("", "a", &["“A” is new, in place 1."]),
    ];
    for (old, new, expected) in table {
        assert_eq!(said(&list(old), &list(new)), expected, "{old} {new}");
    }
}

#[test]
fn what_a_rule_says_differently_is_named_field_by_field() {
    let old = list("ab");
    let mut new = list("ba");
    new.version = 9;
    let rule = &mut new.rules[0];
    (rule.name, rule.enabled) = ("Bee".to_owned(), false);
    rule.when = super::predicate(json!({"scopes": {"includes": "admin"}}));
    rule.then = serde_json::from_value(json!({"approve": {}})).unwrap();
    let changes = old.differences(&new);
    let all = vec![RuleField::Name, RuleField::Enabled, RuleField::When, RuleField::Then];
    let about: Vec<(&str, &Change)> = changes.iter().map(|c| (c.rule.id.as_str(), &c.change)).collect();
    let other = Change::Changed { fields: all };
    let moved = about
        .iter()
        .find(|(_, change)| matches!(change, Change::Moved { .. }))
        .unwrap();
    assert_eq!(
        (about.len(), moved.1),
        (
            2,
            &Change::Moved {
                from: usize::from(moved.0 == "b")
            }
        )
    );
    let at = about
        .iter()
        .position(|(id, change)| *id == "b" && **change == other)
        .unwrap();
    assert_eq!(
        changes[at].sentence,
        "“Bee” has another name and is switched off and has another condition and has another action."
    );
    let json = serde_json::to_value(&changes[at]).unwrap();
    assert_eq!(json["change"], "changed");
    assert_eq!(json["fields"], json!(["name", "enabled", "when", "then"]));
    assert_eq!(serde_json::from_value::<RuleChange>(json).unwrap(), changes[at]);
    assert_eq!(said(&new, &old).len(), 2);
    assert!(
        said(&new, &old)
            .iter()
            .any(|sentence| sentence.contains("is switched on"))
    );
}

#[test]
fn a_second_rule_of_one_id_is_new_or_gone_and_never_the_same() {
    assert_eq!(said(&list("ab"), &list("aba")), ["“A” is new, in place 3."]);
    assert_eq!(said(&list("aba"), &list("ab")), ["“A” is gone from place 3."]);
}

/// The newer version, made from the older one and nothing but the changes and the rules they name.
fn applied(old: &Rules, new: &Rules) -> Rules {
    let changes = old.differences(new);
    let touched = |id: &str| {
        changes
            .iter()
            .any(|c| c.rule.id == id && !matches!(c.change, Change::Changed { .. }))
    };
    let mut kept = old.rules.iter().filter(|rule| !touched(&rule.id)).cloned();
    let mut made: Vec<_> = vec![None; new.rules.len()];
    for change in &changes {
        if matches!(change.change, Change::Added | Change::Moved { .. }) {
            let rule = old.rules.iter().find(|rule| rule.id == change.rule.id);
            made[change.rule.position] = Some(rule.unwrap_or(&new.rules[change.rule.position]).clone());
        }
    }
    let mut made: Vec<_> = made
        .into_iter()
        .map(|rule| rule.or_else(|| kept.next()).unwrap())
        .collect();
    assert_eq!(kept.next(), None);
    for change in &changes {
        if let Change::Changed { fields } = &change.change {
            let (rule, newer) = (&mut made[change.rule.position], &new.rules[change.rule.position]);
            for field in fields {
                match field {
                    RuleField::Name => rule.name.clone_from(&newer.name),
                    RuleField::Enabled => rule.enabled = newer.enabled,
                    RuleField::When => rule.when = newer.when.clone(),
                    RuleField::Then => rule.then = newer.then.clone(),
                }
            }
        }
    }
    Rules {
        version: new.version,
        rules: made,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_differences_are_all_there_is(
        old in properties::rules(), edit in properties::rules(), order in Just((0..14_usize).collect::<Vec<_>>()).prop_shuffle()
    ) {
        prop_assert!(old.differences(&old).is_empty());
        // Some of the old rules, some of them edited, some new ones, in any order.
        let mut new = Rules::default();
        for at in order {
            let mut rule = match at % 2 {
                0 => old.rules.get(at / 2).cloned(),
                _ => edit.rules.get(at / 2).cloned(),
            };
            if let Some(rule) = rule.as_mut().filter(|_| at % 4 == 1) {
                rule.id = format!("n{at}");
            }
            if let Some(rule) = rule.filter(|rule| new.rules.iter().all(|other| other.id != rule.id)) {
                new.rules.push(rule);
            }
        }
        prop_assert_eq!(applied(&old, &new), new);
    }
}
