//! What the editor's words and forms promise.

use grantbook_core::approval::{Action, Predicate, Rule, Rules};

use super::*;

fn rule(json: &str) -> Rule {
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_rule_goes_through_the_form_unchanged() {
    for text in [
        r#"{"id": "a", "name": "A", "when": {"distribution": {"is": "internal"}}, "then": {"approve": {"for_days": 90, "optional": "none", "level": "org"}}}"#,
        r#"{"id": "b", "name": "B", "enabled": false, "when": {"any": [{"scopes": {"any_of": ["admin", "groups:history"]}}, {"app": {"is_not": ["A1"]}}]}, "then": {"ask": {"whom": ["security", "W1"], "need": "all", "reason_required": true}}}"#,
        r#"{"id": "c", "name": "C", "when": {"all": []}, "then": {"cancel": {"reason": "Not here."}}}"#,
        r#"{"id": "d", "name": "D", "when": {"all": [{"previous_resolution": {"nothing_new": true}}, {"workspace": {"org_wide": true}}]}, "then": {"restrict": {"reason": "No."}}}"#,
        r#"{"id": "e", "name": "E", "when": {"not": {"all": [{"requester": {"collaborator": true}}, {"any": []}]}}, "then": {"approve": {"optional": {"these": ["chat:write"]}}}}"#,
    ] {
        let rule = rule(text);
        assert_eq!(Form::of(&rule).rule(), Ok(rule), "{text}");
    }
}

#[test]
fn a_refused_text_says_what_can_stand_there() {
    let reason = "unknown variant `weather`, expected one of `any`, `all`";
    let words = "`weather` is not known here; what can stand here is `any`, `all`";
    assert_eq!(refusal_words(reason), words);
    assert_eq!(refusal_words("missing field `id`"), "missing field `id`");
}

#[test]
fn what_is_nested_is_kept_and_not_shown() {
    let nested = rule(
        r#"{"id": "a", "name": "A", "when": {"any": [{"all": [{"app": {"is": ["A1"]}}]}]}, "then": {"cancel": {}}}"#,
    );
    let form = Form::of(&nested);
    assert_eq!((form.tests.len(), form.nested.clone()), (0, Some(nested.when.clone())));
    let renamed = Form {
        name: "B".to_owned(),
        ..form
    };
    assert_eq!(renamed.rule().unwrap().when, nested.when);
}

#[test]
fn a_form_says_what_is_missing() {
    let mut form = Form::fresh();
    assert_eq!(form.rule().unwrap_err(), "Give the rule a name.");
    form.name = "Quiet apps".to_owned();
    assert_eq!(form.rule().unwrap_err(), "A test names nothing yet.");
    form.tests[0].values = "Chat:Write".to_owned();
    assert!(form.rule().unwrap_err().contains("“Chat:Write”"));
    form.tests[0].values = "chat:write commands".to_owned();
    form.action.kind = ActionKind::Approve;
    form.action.days = "0".to_owned();
    assert!(form.rule().unwrap_err().contains("3,650"));
    form.action.days = String::new();
    let rule = form.rule().unwrap();
    assert_eq!(rule.when.clause(), "scopes have any of `chat:write`, `commands`");
    assert!(matches!(rule.then, Action::Approve { for_days: None, .. }));
    form.tests.clear();
    assert_eq!(
        form.rule().unwrap().when,
        Predicate::All(Vec::new()),
        "no test fits everything"
    );
}

#[test]
fn ids_are_made_from_names_and_taken_once() {
    let mut rules = Rules::default();
    assert_eq!(fresh_id("Our own apps!", &rules), "our-own-apps");
    assert_eq!(fresh_id("…", &rules), "rule");
    rules.rules.push(rule(
        r#"{"id": "our-own-apps", "name": "x", "when": {"all": []}, "then": {"cancel": {}}}"#,
    ));
    assert_eq!(fresh_id("Our own apps", &rules), "our-own-apps-2");
    assert!(fresh_id(&"long name ".repeat(20), &rules).len() <= 64);
}

#[test]
fn a_difference_shows_what_is_near_it() {
    let old: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    let mut new = old.clone();
    new[10] = "ten".to_owned();
    let shown = lines(&old.join("\n"), &new.join("\n"));
    assert_eq!(shown.first(), Some(&Line::Skipped(8)));
    assert_eq!(shown.last(), Some(&Line::Skipped(7)));
    assert!(shown.contains(&Line::Gone("10".to_owned())) && shown.contains(&Line::New("ten".to_owned())));
    assert_eq!(shown.len(), 8);
    assert!(lines("a\nb", "a\nb").is_empty());
    assert_eq!(lines("", "a"), [Line::New("a".to_owned())]);
    assert_eq!(
        lines("a\nb\nc", "c\na\nb"),
        [
            Line::New("c".to_owned()),
            Line::Same("a".to_owned()),
            Line::Same("b".to_owned()),
            Line::Gone("c".to_owned()),
        ]
    );
}

#[test]
fn the_bar_is_as_wide_as_its_parts() {
    let tally = |old: &str, new: &str, count| TallyView {
        old: old.to_owned(),
        new: new.to_owned(),
        count,
    };
    let parts = bar(&[
        tally("ask", "approve", 11),
        tally("approve", "ask", 2),
        tally("ask", "restrict", 1),
    ]);
    let classes: Vec<&str> = parts.iter().map(|part| part.2).collect();
    assert_eq!(classes, ["a", "b", "c"]);
    assert_eq!(parts[0].0, 0);
    assert!(parts.windows(2).all(|pair| pair[0].0 + pair[0].1 < pair[1].0));
    assert_eq!(tally_words(&tally("ask", "ask", 1)), "ask otherwise");
    assert_eq!(flips_words(14, 3_120), "of 3,120 decisions would flip");
}
