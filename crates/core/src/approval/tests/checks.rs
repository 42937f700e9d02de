//! Findings about a list of rules as a whole.

use serde_json::{Value, json};

use super::rules;
use crate::approval::{Finding, Problem, Rules, check, decide, witness};

fn rule(id: &str, when: &Value, then: &Value) -> Value {
    json!({"id": id, "name": id, "when": when, "then": then})
}

fn only(list: &Rules) -> Finding {
    let mut findings = check(list);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

#[test]
fn a_rule_that_one_earlier_rule_takes_names_it_and_shows_a_request() {
    let list = rules(&json!([
        rule("other", &json!({"app": {"is": ["A1"]}}), &json!({"approve": {}})),
        rule(
            "wide",
            &json!({"scopes": {"any_of": ["admin", "files:read"]}}),
            &json!({"restrict": {}})
        ),
        rule(
            "narrow",
            &json!({"scopes": {"all_of": ["admin", "chat:write"]}}),
            &json!({"restrict": {"level": "org"}})
        ),
    ]));
    let dead: Vec<Finding> = check(&list)
        .into_iter()
        .filter(|f| matches!(f.problem, Problem::NeverFires { .. }))
        .collect();
    let [
        Finding {
            rule,
            problem:
                Problem::NeverFires {
                    taken_by,
                    example,
                    example_taken_by,
                },
            sentence,
        },
    ] = &dead[..]
    else {
        panic!("{dead:?}");
    };
    assert_eq!(rule.id, "narrow");
    assert_eq!(taken_by.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["wide"]);
    assert!(list.rules[2].when.holds(example));
    assert_eq!(decide(&list, example).rule().unwrap().id, example_taken_by.id);
    assert_eq!(
        sentence,
        "“narrow” never decides: every request that fits is taken before it by “wide”."
    );
    assert_eq!(witness(&list, "narrow"), None);
}

#[test]
fn a_rule_that_several_earlier_rules_take_together_names_just_those() {
    let list = rules(&json!([
        rule("unneeded", &json!({"scopes": {"is": ["admin"]}}), &json!({"ask": {}})),
        rule(
            "inside",
            &json!({"distribution": {"is": "internal"}}),
            &json!({"ask": {}})
        ),
        rule(
            "outside",
            &json!({"distribution": {"is_not": "internal"}}),
            &json!({"ask": {}})
        ),
        rule("rest", &json!({"all": []}), &json!({"cancel": {}})),
    ]));
    let Problem::NeverFires { taken_by, .. } = only(&list).problem else {
        panic!()
    };
    assert_eq!(
        taken_by.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(),
        ["inside", "outside"]
    );
}

#[test]
fn impossible_conditions_are_proven_so() {
    let impossible = [
        json!({"any": []}),
        json!({"not": {"all": []}}),
        json!({"all": [{"scopes": {"empty": true}}, {"scopes": {"includes": "admin"}}]}),
        json!({"all": [{"scopes": {"all_of": ["admin", "chat:write"]}}, {"scopes": {"none_of": ["admin"]}}]}),
        json!({"all": [{"scopes": {"is": ["admin"]}}, {"scopes": {"is": ["chat:write"]}}]}),
        json!({"all": [{"scopes": {"within": []}}, {"scopes": {"empty": false}}]}),
        json!({"app": {"is": []}}),
        json!({"all": [{"distribution": {"is": "internal"}}, {"distribution": {"is": "slack"}}]}),
        json!({"all": [{"previous_resolution": {"is": "unresolved"}}, {"previous_resolution": {"scopes_match": true}}]}),
        json!({"all": [{"previous_resolution": {"scopes_match": true}}, {"previous_resolution": {"nothing_new": false}}]}),
        json!({"all": [{"scopes": {"empty": true}}, {"previous_resolution": {"is": "approved"}},
            {"previous_resolution": {"nothing_new": false}}]}),
        json!({"all": [{"workspace": {"org_wide": true}}, {"workspace": {"is": ["T1"]}}]}),
        json!({"all": [{"requester": {"is": ["U1"]}}, {"requester": {"is_not": ["U1", "U2"]}}]}),
    ];
    for when in impossible {
        let list = rules(&json!([rule("r", &when, &json!({"cancel": {}}))]));
        assert_eq!(only(&list).problem, Problem::Impossible, "{when}");
    }
}

#[test]
fn possible_conditions_have_a_witness() {
    let possible = [
        json!({"all": [{"distribution": {"is": "internal"}}, {"distribution": {"is": "marketplace"}}]}),
        json!({"all": [{"scopes": {"is_not": []}}, {"scopes": {"none_of": ["admin"]}}]}),
        json!({"all": [{"previous_resolution": {"nothing_new": true}}, {"previous_resolution": {"scopes_match": false}}]}),
        json!({"all": [{"previous_resolution": {"is": "restricted"}}, {"previous_resolution": {"nothing_new": false}}]}),
        json!({"all": [{"workspace": {"is_not": ["T1"]}}, {"workspace": {"org_wide": false}}]}),
        json!({"all": [{"app": {"is_not": ["A0EXAMPLE0"]}}, {"scopes": {"within": ["admin"]}}, {"scopes": {"empty": false}}]}),
    ];
    for when in possible {
        let list = rules(&json!([rule("r", &when, &json!({"cancel": {}}))]));
        assert_eq!(check(&list), [], "{when}");
        let example = witness(&list, "r").unwrap();
        assert!(list.rules[0].when.holds(&example), "{when}: {example:?}");
    }
}

#[test]
fn duplicate_ids_are_found() {
    let list = rules(&json!([
        rule("same", &json!({"app": {"is": ["A1"]}}), &json!({"ask": {}})),
        rule("same", &json!({"app": {"is": ["A2"]}}), &json!({"ask": {}})),
    ]));
    assert!(matches!(only(&list).problem, Problem::DuplicateId { first } if first.position == 0));
}

#[test]
fn rules_that_overlap_and_disagree_are_a_contradiction_and_a_special_case_is_not() {
    let mut list = rules(&json!([
        rule(
            "internal",
            &json!({"distribution": {"is": "internal"}}),
            &json!({"approve": {}})
        ),
        rule(
            "history",
            &json!({"scopes": {"includes": "groups:history"}}),
            &json!({"restrict": {}})
        ),
    ]));
    let Problem::Contradicts { with, example } = only(&list).problem else {
        panic!()
    };
    assert_eq!(with.id, "history");
    assert!(list.rules.iter().all(|rule| rule.when.holds(&example)));
    assert_eq!(decide(&list, &example).rule().unwrap().id, "internal");
    list.rules[1].when = super::predicate(json!({"all": []}));
    assert_eq!(check(&list), []);
}

#[test]
fn a_long_list_is_checked_within_the_budget() {
    let list: Vec<Value> = (0..60)
        .map(|n| {
            let when = json!({"all": [
                {"scopes": {"any_of": [format!("s{n}:read"), format!("s{}:read", n + 1), format!("s{}:write", n % 7)]}},
                {"distribution": {"is": if n % 2 == 0 { "internal" } else { "third_party" }}}]});
            rule(&format!("r{n}"), &when, &json!({"ask": {}}))
        })
        .collect();
    let list = rules(&Value::from(list));
    assert!(!check(&list).iter().any(|finding| finding.problem == Problem::Undecided));
}
