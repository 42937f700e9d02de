//! Rules files, readable and not.

use serde_json::{Value, json};

use crate::approval::{Rules, RulesError};

const GOOD: &str = r#"{
  "version": 7,
  "rules": [
    {
      "id": "internal",
      "name": "Our own apps",
      "when": { "all": [ { "distribution": { "is": "internal" } }, { "scopes": { "none_of": ["admin"] } } ] },
      "then": { "approve": { "optional": "all", "level": "workspace", "for_days": 90 } }
    },
    {
      "id": "rest",
      "name": "The rest",
      "when": { "all": [] },
      "then": { "ask": { "whom": ["platform"], "need": "all", "reason_required": true } }
    }
  ]
}"#;

fn refused(from: &str, to: &str) -> RulesError {
    assert!(GOOD.contains(from));
    Rules::from_json(&GOOD.replace(from, to)).unwrap_err()
}

#[test]
fn a_good_file_reads_and_writes_back() {
    let rules = Rules::from_json(GOOD).unwrap();
    assert_eq!(rules.version, 7);
    let value = serde_json::to_value(&rules).unwrap();
    assert_eq!(Rules::from_value(&value).unwrap(), rules);
    let good: Value = serde_json::from_str(GOOD).unwrap();
    assert_eq!(value["rules"][0]["when"], good["rules"][0]["when"]);
}

#[test]
fn a_bad_file_is_refused_with_rule_field_line_and_reason() {
    let table = [
        (
            "\"distribution\"",
            "\"distributor\"",
            Some("internal"),
            "when.all[0].distributor",
            "unknown variant `distributor`",
        ),
        (
            "\"none_of\"",
            "\"nine_of\"",
            Some("internal"),
            "when.all[1].scopes",
            "unknown variant `nine_of`",
        ),
        (
            "[\"admin\"]",
            "[\"Admin\"]",
            Some("internal"),
            "when.all[1].scopes",
            "a scope has lower-case letters",
        ),
        (
            "\"for_days\"",
            "\"fordays\"",
            Some("internal"),
            "then.approve",
            "unknown field `fordays`",
        ),
        (
            "\"for_days\": 90",
            "\"for_days\": 0",
            Some("internal"),
            "then.approve.for_days",
            "between 1 and 3650",
        ),
        (
            "\"optional\": \"all\"",
            "\"optional\": {\"these\": []}",
            Some("internal"),
            "then.approve.optional",
            "no scope",
        ),
        ("\"Our own apps\"", "5", Some("internal"), "name", "invalid type"),
        (
            "\"when\": { \"all\": [] }",
            "\"wenn\": { \"all\": [] }",
            Some("rest"),
            "",
            "unknown field `wenn`",
        ),
        (
            "\"all\": [] }",
            "\"any\": [] }",
            Some("rest"),
            "when",
            "no request can ever fit",
        ),
        ("\"all\": [] }", "\"all\": [], \"any\": [] }", Some("rest"), "when", ""),
        (
            "\"id\": \"rest\"",
            "\"id\": \"internal\"",
            Some("internal"),
            "id",
            "another rule has the same id",
        ),
        (
            "\"id\": \"rest\"",
            "\"id\": \"The rest\"",
            Some("The rest"),
            "id",
            "characters",
        ),
        ("[\"platform\"]", "[\" \"]", Some("rest"), "then.ask.whom", "empty name"),
        ("\"version\"", "\"wersion\"", None, "", "unknown field `wersion`"),
        ("\"version\": 7,", "\"version\": 7", None, "", "expected"),
    ];
    for (from, to, rule, field, reason) in table {
        let error = refused(from, to);
        assert_eq!((error.rule.as_deref(), error.field.as_str()), (rule, field), "{error}");
        assert!(error.reason.contains(reason), "{error}");
        assert!(error.line.is_some(), "{error}");
    }
    assert_eq!(refused("\"id\": \"rest\"", "\"id\": \"internal\"").line, Some(11));
    let error = refused("\"distribution\"", "\"distributor\"");
    assert_eq!(error.line, Some(7));
    assert!(
        error
            .to_string()
            .starts_with("rule internal: field when.all[0].distributor: unknown variant"),
        "{error}"
    );
}

#[test]
fn conditions_that_are_nested_too_deep_are_refused() {
    let mut when = json!({"all": []});
    for _ in 0..16 {
        when = json!({"all": [when]});
    }
    let file = json!({"rules": [{"id": "deep", "name": "Deep", "when": when, "then": {"cancel": {}}}]});
    let error = Rules::from_value(&file).unwrap_err();
    assert_eq!((error.rule.as_deref(), error.field.as_str()), (Some("deep"), "when"));
}

#[cfg(feature = "openapi")]
#[test]
fn the_recursive_shapes_can_be_described_for_the_api() {
    use utoipa::ToSchema as _;

    let mut schemas = Vec::new();
    Rules::schemas(&mut schemas);
    crate::approval::Explanation::schemas(&mut schemas);
    let names: Vec<&str> = schemas.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["Predicate", "ScopeTest", "RuleAction", "RuleTrace"] {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
}
