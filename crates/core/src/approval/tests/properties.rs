//! What holds for all rules and all requests.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};

use super::request;
use crate::approval::{AppRequest, Context, Flip, Problem, Rule, Rules, backtest, check, decide, risk, witness};

const SCOPES: [&str; 4] = ["admin", "chat:write", "files:read", "groups:history"];
const APPS: [&str; 3] = ["A1", "A2", "A3"];
const TEAMS: [&str; 3] = ["T1", "T2", "T3"];
const USERS: [&str; 3] = ["U1", "U2", "U3"];

fn names(from: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(from), 0..3)
}

fn leaf() -> impl Strategy<Value = Value> {
    let scopes = (
        select(&["any_of", "all_of", "none_of", "within", "is", "is_not"][..]),
        names(&SCOPES[..3]),
    );
    let ids = select(&["is", "is_not"][..]);
    prop_oneof![
        4 => scopes.prop_map(|(test, list)| json!({"scopes": {test: list}})),
        1 => select(&SCOPES[..3]).prop_map(|scope| json!({"scopes": {"includes": scope}})),
        1 => any::<bool>().prop_map(|is| json!({"scopes": {"empty": is}})),
        1 => (ids.clone(), names(&APPS[..2])).prop_map(|(test, list)| json!({"app": {test: list}})),
        2 => (ids.clone(), select(&["internal", "third_party", "slack", "marketplace"][..]))
            .prop_map(|(test, from)| json!({"distribution": {test: from}})),
        2 => (ids.clone(), select(&["approved", "restricted", "unresolved"][..]))
            .prop_map(|(test, status)| json!({"previous_resolution": {test: status}})),
        2 => (select(&["scopes_match", "nothing_new"][..]), any::<bool>())
            .prop_map(|(test, is)| json!({"previous_resolution": {test: is}})),
        1 => (ids.clone(), names(&TEAMS[..2])).prop_map(|(test, list)| json!({"workspace": {test: list}})),
        1 => any::<bool>().prop_map(|is| json!({"workspace": {"org_wide": is}})),
        1 => (ids, names(&USERS[..2])).prop_map(|(test, list)| json!({"requester": {test: list}})),
        1 => any::<bool>().prop_map(|is| json!({"requester": {"collaborator": is}})),
    ]
}

fn condition() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|list| json!({"any": list})),
            vec(inner.clone(), 0..3).prop_map(|list| json!({"all": list})),
            inner.prop_map(|inner| json!({"not": inner})),
        ]
    })
}

fn action() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"approve": {}}),
        json!({"approve": {"optional": "none", "level": "org", "for_days": 90}}),
        json!({"approve": {"optional": {"these": ["files:read"]}}}),
        json!({"restrict": {"level": "org", "reason": "No."}}),
        json!({"cancel": {}}),
        json!({"ask": {"whom": ["platform"], "need": "all"}}),
    ])
}

pub(super) fn rules() -> impl Strategy<Value = Rules> {
    vec((condition(), action(), prop::bool::weighted(0.9)), 0..7).prop_map(|list| Rules {
        version: 3,
        rules: (0..)
            .zip(list)
            .map(|(at, (when, then, enabled))| Rule {
                enabled,
                ..Rule::new(
                    format!("r{at}"),
                    format!("Rule {at}"),
                    super::predicate(when),
                    serde_json::from_value(then).unwrap(),
                )
            })
            .collect(),
    })
}

pub(super) fn requests() -> impl Strategy<Value = AppRequest> {
    let scopes = || vec((select(&SCOPES[..]), any::<bool>()), 0..4);
    let origin = (
        select(&["internal", "third_party", "slack", "partner"][..]),
        any::<bool>(),
    );
    let before = option::of((select(&["approved", "restricted", "paused"][..]), scopes()));
    let ids = (
        select(&APPS[..]),
        option::of(select(&TEAMS[..])),
        select(&USERS[..]),
        any::<bool>(),
    );
    (scopes(), origin, before, ids).prop_map(|(scopes, (developer, listed), before, (app, team, user, works))| {
        let named = |list: Vec<(&str, bool)>| -> Value {
            list.into_iter()
                .map(|(name, optional)| json!({"name": name, "token_type": "bot", "is_optional": optional}))
                .collect()
        };
        request(&json!({
            "app": {"id": app, "developer_type": developer, "is_app_directory_approved": listed},
            "team": team, "user": {"id": user}, "is_user_app_collaborator": works, "scopes": named(scopes),
            "previous_resolution": before.map(|(status, list)| json!({"status": status, "scopes": named(list)})),
        }))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn deciding_is_the_first_rule_in_force_that_fits_and_the_explanation_agrees(rules in rules(), asked in requests()) {
        let verdict = decide(&rules, &asked);
        let first = rules.rules.iter().find(|rule| rule.enabled && rule.when.holds(&asked));
        prop_assert_eq!(verdict.rule(), first);
        let why = verdict.explain();
        prop_assert_eq!(why.decided_by.map(|rule| rule.id), first.map(|rule| rule.id.clone()));
        prop_assert_eq!(&why.decision, &verdict.decision());
        let fits: Vec<bool> = why.looked.iter().map(|looked| looked.fits).collect();
        let short: Vec<bool> = verdict.reasons().map(|(_, because)| because.holds).collect();
        prop_assert_eq!(&fits, &short);
        prop_assert!(fits.iter().rev().skip(1).all(|fits| !fits));
        prop_assert_eq!(fits.last().copied().unwrap_or(false), first.is_some());
    }

    #[test]
    fn a_dead_rule_never_decides_and_a_live_one_has_a_witness(rules in rules(), many in vec(requests(), 30)) {
        let findings = check(&rules);
        let dead: Vec<usize> = findings
            .iter()
            .filter(|f| matches!(f.problem, Problem::Impossible | Problem::NeverFires { .. }))
            .map(|f| f.rule.position)
            .collect();
        for asked in &many {
            prop_assert!(!decide(&rules, asked).position().is_some_and(|at| dead.contains(&at)));
        }
        for (at, rule) in rules.rules.iter().enumerate().filter(|(_, rule)| rule.enabled) {
            match witness(&rules, &rule.id) {
                Some(example) => prop_assert_eq!(decide(&rules, &example).position(), Some(at)),
                None => prop_assert!(dead.contains(&at)),
            }
        }
        for finding in &findings {
            match &finding.problem {
                Problem::NeverFires { taken_by, example, example_taken_by } => {
                    prop_assert!(rules.rules[finding.rule.position].when.holds(example));
                    prop_assert_eq!(decide(&rules, example).position(), Some(example_taken_by.position));
                    for asked in many.iter().filter(|asked| rules.rules[finding.rule.position].when.holds(asked)) {
                        prop_assert!(taken_by.iter().any(|taker| rules.rules[taker.position].when.holds(asked)));
                    }
                }
                Problem::Contradicts { with, example } => {
                    prop_assert_eq!(decide(&rules, example).position(), Some(finding.rule.position));
                    prop_assert!(rules.rules[with.position].when.holds(example));
                }
                other => prop_assert_eq!(other, &Problem::Impossible),
            }
        }
    }

    #[test]
    fn equal_rules_flip_nothing_and_flips_are_exactly_the_different_decisions(
        old in rules(), new in rules(), many in vec(requests(), 0..20)
    ) {
        prop_assert!(backtest(&old, &old.clone(), &many).flips.is_empty());
        let flips = backtest(&old, &new, &many);
        let expected = many.iter().filter(|r| !decide(&old, r).decision().same_effect(&decide(&new, r).decision()));
        prop_assert!(flips.flips.iter().map(Flip::request).eq(expected));
        prop_assert_eq!(flips.requests, many.len());
    }

    #[test]
    fn one_edit_in_the_middle_flips_exactly_the_different_decisions(
        old in rules(), edit in rules(), at in 0..7_usize, many in vec(requests(), 0..20)
    ) {
        let mut new = old.clone();
        let at = at.min(new.rules.len());
        new.rules.splice(at..(at + 1).min(old.rules.len()), edit.rules);
        let flips = backtest(&old, &new, &many);
        let expected = many.iter().filter(|r| !decide(&old, r).decision().same_effect(&decide(&new, r).decision()));
        prop_assert!(flips.flips.iter().map(Flip::request).eq(expected));
    }

    #[test]
    fn everything_stored_reads_back_as_written(rules in rules(), asked in requests()) {
        let json = serde_json::to_string(&rules).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Rules>(&json).unwrap(), &rules);
        let json = serde_json::to_string(&asked).unwrap();
        prop_assert_eq!(&serde_json::from_str::<AppRequest>(&json).unwrap(), &asked);
        let decision = decide(&rules, &asked).decision();
        let json = serde_json::to_string(&decision).unwrap();
        prop_assert_eq!(serde_json::from_str::<super::super::Decision>(&json).unwrap(), decision);
        let found = check(&rules);
        let json = serde_json::to_string(&found).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<super::super::Finding>>(&json).unwrap(), found);
    }

    #[test]
    fn asking_for_one_scope_more_never_lowers_the_risk(asked in requests(), more in select(&SCOPES[..])) {
        let mut wider = asked.clone();
        wider.scopes.push(request(&json!({"scopes": [{"name": more, "token_type": "user"}]})).scopes.remove(0));
        let (less, more) = (risk(&asked, &Context::default()), risk(&wider, &Context::default()));
        prop_assert!(less.score <= more.score && more.score <= 100);
    }

    #[test]
    fn the_order_in_which_scopes_are_asked_for_changes_nothing_about_the_risk(asked in requests()) {
        let mut turned = asked.clone();
        turned.scopes.reverse();
        prop_assert_eq!(risk(&turned, &Context::default()), risk(&asked, &Context::default()));
    }
}
