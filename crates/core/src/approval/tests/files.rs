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
            "when.all[1].scopes.nine_of",
            "unknown variant `nine_of`",
        ),
        (
            "[\"admin\"]",
            "[\"Admin\"]",
            Some("internal"),
            "when.all[1].scopes.none_of[0]",
            "a scope has lower-case letters",
        ),
        (
            "\"for_days\"",
            "\"fordays\"",
            Some("internal"),
            "then.approve.fordays",
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
            "wenn",
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
        ("\"version\"", "\"wersion\"", None, "wersion", "unknown field `wersion`"),
        ("\"version\": 7,", "\"version\": 7", None, "", "expected"),
    ];
    for (from, to, rule, field, reason) in table {
        let error = refused(from, to);
        assert_eq!((error.rule.as_deref(), error.field.as_str()), (rule, field), "{error}");
        assert!(error.reason.contains(reason), "{error}");
        assert!(error.line.is_some(), "{error}");
    }
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
fn the_line_is_that_of_the_field_however_the_file_is_laid_out() {
    let spread = r#"{"rules": [
  {"id": "a", "name": "A \u007b\" id", "when": {"all": []}, "then": {"cancel": {}}},
  { "name": "B",
    "when": {
      "any": [
        {"app": {"is": ["A1"]}},
        {"scopes": {"any_of": [
          "admin",
          "chat:write"
        ]}}
      ]
    },
    "then": {"approve": {
      "level": "org",
      "for_days": 90
    }},
    "id": "b"
  }
]}"#;
    let table = [
        ("\"chat:write\"", "\"Chat\"", "when.any[1].scopes.any_of[1]", 9),
        ("\"any_of\"", "\"any\"", "when.any[1].scopes.any", 7),
        ("\"app\"", "\"application\"", "when.any[0].application", 6),
        ("\"A1\"", "\"A1\", 5", "when.any[0].app.is[1]", 6),
        ("\"org\"", "\"team\"", "then.approve.level", 14),
        ("90", "9000", "then.approve.for_days", 15),
        ("\"id\": \"b\"", "\"id\": \"a\"", "id", 17),
        ("\"id\": \"b\"", "\"enabled\": \"b\"", "enabled", 17),
        ("\"name\": \"B\",", "", "", 3),
        ("\"any\": [", "\"all\": [{\"not\": {\"all\": []}},", "when", 4),
    ];
    assert!(Rules::from_json(spread).is_ok());
    for (from, to, field, line) in table {
        assert!(spread.contains(from));
        let error = Rules::from_json(&spread.replace(from, to)).unwrap_err();
        assert_eq!((error.field.as_str(), error.line), (field, Some(line)), "{error}");
    }
    let error = Rules::from_json(&spread.replace("{\"rules\": [", "{\"version\": -1, \"rules\": [")).unwrap_err();
    assert_eq!(
        (error.rule.as_deref(), error.field.as_str(), error.line),
        (None, "version", Some(1))
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
    crate::approval::RuleChange::schemas(&mut schemas);
    let names: Vec<&str> = schemas.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "Predicate",
        "ScopeTest",
        "RuleAction",
        "RuleTrace",
        "RuleChangeKind",
        "RuleField",
    ] {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
}
