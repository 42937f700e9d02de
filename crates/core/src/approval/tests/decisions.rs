//! Deciding, explaining and backtesting.

use serde_json::json;

use super::{predicate, request, rules, scope};
use crate::approval::{Approved, Decision, Explanation, Found, Level, backtest, decide};

#[test]
fn every_test_answers_both_ways() {
    let asked = request(&json!({
        "app": {"is_app_directory_approved": true},
        "previous_resolution": {"status": "approved", "scopes": [{"name": "chat:write"}, {"name": "channels:history"}]},
        "is_user_app_collaborator": true,
    }));
    let grown = request(
        &json!({"previous_resolution": {"status": "restricted", "scopes": [{"name": "chat:write"}]},
        "team": null}),
    );
    let table = [
        (json!({"scopes": {"any_of": ["admin", "chat:write"]}}), true, true),
        (json!({"scopes": {"all_of": ["admin", "chat:write"]}}), false, false),
        (json!({"scopes": {"none_of": ["admin"]}}), true, true),
        (json!({"scopes": {"none_of": ["admin", "chat:write"]}}), false, false),
        (
            json!({"scopes": {"within": ["admin", "chat:write", "channels:history"]}}),
            true,
            true,
        ),
        (json!({"scopes": {"within": ["chat:write"]}}), false, false),
        (json!({"scopes": {"includes": "chat:write"}}), true, true),
        (
            json!({"scopes": {"is": ["channels:history", "chat:write"]}}),
            true,
            true,
        ),
        (json!({"scopes": {"is_not": ["channels:history"]}}), true, true),
        (json!({"scopes": {"empty": true}}), false, false),
        (json!({"scopes": {"empty": false}}), true, true),
        (json!({"app": {"is": ["A061BL8RQ0"]}}), true, true),
        (json!({"app": {"is_not": ["A061BL8RQ0"]}}), false, false),
        (json!({"distribution": {"is": "third_party"}}), true, true),
        (json!({"distribution": {"is": "marketplace"}}), true, false),
        (json!({"distribution": {"is_not": "slack"}}), true, true),
        (json!({"previous_resolution": {"is": "approved"}}), true, false),
        (json!({"previous_resolution": {"is_not": "unresolved"}}), true, true),
        (json!({"previous_resolution": {"scopes_match": true}}), true, false),
        (json!({"previous_resolution": {"nothing_new": false}}), false, true),
        (json!({"workspace": {"is": ["T0M94LNUCR"]}}), true, false),
        (json!({"workspace": {"is_not": ["T0M94LNUCR"]}}), false, true),
        (json!({"workspace": {"org_wide": true}}), false, true),
        (json!({"requester": {"is": ["W08RA9G5HR"]}}), true, true),
        (json!({"requester": {"is_not": ["W08RA9G5HR"]}}), false, false),
        (json!({"requester": {"collaborator": true}}), true, false),
        (json!({"not": {"any": []}}), true, true),
        (json!({"all": []}), true, true),
    ];
    for (test, first, second) in table {
        let test = predicate(test);
        assert_eq!((test.holds(&asked), test.holds(&grown)), (first, second), "{test:?}");
        let because = test.because(&asked);
        assert_eq!(because.holds, first);
        assert!(because.sentence().ends_with('.'));
    }
}

#[test]
fn a_verdict_names_the_rule_and_says_why_no_earlier_one_fitted() {
    let list = rules(&json!([
        {"id": "no-admin", "name": "Nothing that administers", "when": {"scopes": {"any_of": ["admin"]}},
            "then": {"restrict": {"level": "org", "reason": "Ask the platform team."}}},
        {"id": "off", "name": "Switched off", "enabled": false, "when": {"all": []}, "then": {"cancel": {}}},
        {"id": "known", "name": "Known apps", "when": {"all": [
            {"app": {"is": ["A061BL8RQ0"]}}, {"not": {"scopes": {"includes": "groups:history"}}}]},
            "then": {"approve": {"optional": {"these": ["users:read"]}, "for_days": 90}}},
    ]));
    let asked = request(&json!({"scopes": [
        {"name": "chat:write", "token_type": "bot"},
        {"name": "users:read", "token_type": "user", "is_optional": true},
        {"name": "files:read", "token_type": "bot", "is_optional": true}]}));
    let verdict = decide(&list, &asked);
    assert_eq!(verdict.rule().map(|rule| rule.id.as_str()), Some("known"));
    let approved = Approved {
        bot_scopes: vec![scope("chat:write")],
        user_scopes: vec![scope("users:read")],
        other_scopes: Vec::new(),
        withheld: vec![scope("files:read")],
        level: Level::Workspace,
        for_days: Some(90),
    };
    assert_eq!(verdict.decision(), Decision::Approve(approved));
    let why = verdict.explain();
    assert_eq!(
        why.sentence,
        "Approve for the workspace for 90 days: the first rule that fits is “Known apps”."
    );
    assert_eq!(why.looked.len(), 2);
    assert_eq!(
        why.looked[0].trace.sentence,
        "Any of the scopes admin: does not hold, no such scope is asked for."
    );
    assert_eq!(
        why.looked[1].trace.within[1].within[0].sentence,
        "Scopes include groups:history: does not hold, groups:history is not asked for."
    );
    let reasons: Vec<_> = verdict
        .reasons()
        .map(|(rule, because)| (rule.id.as_str(), because.holds, because.found))
        .collect();
    assert_eq!(reasons[0], ("no-admin", false, Found::NoSuchScope));
    assert_eq!((reasons[1].0, reasons[1].1), ("known", true));
    let json = serde_json::to_string(&why).unwrap();
    assert_eq!(serde_json::from_str::<Explanation>(&json).unwrap(), why);
}

#[test]
fn where_no_rule_fits_a_person_decides() {
    let list = rules(&json!([]));
    let asked = request(&json!({}));
    let verdict = decide(&list, &asked);
    assert!(matches!(verdict.decision(), Decision::Ask { whom, .. } if whom.is_empty()));
    assert_eq!(verdict.explain().sentence, "Leave it to people: no rule fits.");
}

#[test]
fn what_is_asked_for_the_organization_is_resolved_there() {
    let list = rules(&json!([{"id": "r", "name": "R", "when": {"all": []}, "then": {"approve": {}}}]));
    let asked = request(&json!({"team": null}));
    assert!(matches!(decide(&list, &asked).decision(), Decision::Approve(a) if a.level == Level::Org));
}

#[test]
fn a_backtest_lists_each_decision_that_changes_and_no_other() {
    let old = rules(
        &json!([{"id": "a", "name": "A", "when": {"distribution": {"is": "internal"}}, "then": {"approve": {}}}]),
    );
    let new = rules(&json!([
        {"id": "b", "name": "B", "when": {"scopes": {"includes": "admin"}}, "then": {"restrict": {}}},
        {"id": "a", "name": "A", "when": {"distribution": {"is": "internal"}}, "then": {"approve": {"optional": "none"}}}]));
    let internal = request(&json!({"app": {"developer_type": "internal"}}));
    let admin = request(&json!({"app": {"developer_type": "internal"}, "scopes": [{"name": "admin"}]}));
    let partly = request(&json!({"app": {"developer_type": "internal"}, "scopes": [
        {"name": "chat:write"}, {"name": "users:read", "is_optional": true}]}));
    let all = [internal, admin, partly, request(&json!({}))];
    let flips = backtest(&old, &new, &all);
    assert_eq!(flips.sentence(), "This edit flips 2 of 4 decisions.");
    assert_eq!(flips.flips[0].request(), &all[1]);
    assert_eq!(flips.flips[0].new.rule().unwrap().id, "b");
    let tally: Vec<_> = flips.tally().into_iter().collect();
    assert_eq!(tally, [(("approve", "approve"), 1), (("approve", "restrict"), 1)]);
}
