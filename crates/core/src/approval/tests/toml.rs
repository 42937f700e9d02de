//! Rules files in TOML: readable, and what comes of unreadable ones.

use proptest::{collection::vec, prelude::*};
use serde_json::json;

use super::properties;
use crate::approval::{Rules, RulesError};

const GOOD: &str = r#"# Comments are for the file only.
version = 7

[[rules]]
id = "internal"
name = "Our own apps"
when = { all = [
  { distribution = { is = "internal" } },
  { scopes = { none_of = [
    "admin",
    "admin.apps:write",
  ] } },
] }
then = { approve = { optional = "all", level = "workspace", for_days = 90 } }

[[rules]]
id = "known"
name = "Known apps"
enabled = false
[rules.when.app]
is = ["A061BL8RQ0"]
[rules.then.restrict]
reason = "No."

[[rules]]
id = "rest"
name = "The rest"
when = { all = [] }
then = { ask = { whom = ["platform"], need = "all" } }
"#;

fn refused(from: &str, to: &str) -> RulesError {
    assert!(GOOD.contains(from), "{from}");
    Rules::from_toml(&GOOD.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn a_file_reads_as_its_json_does() {
    let rules = Rules::from_toml(GOOD).unwrap();
    let same = json!({"version": 7, "rules": [
        {"id": "internal", "name": "Our own apps", "when": {"all": [
            {"distribution": {"is": "internal"}}, {"scopes": {"none_of": ["admin", "admin.apps:write"]}}]},
            "then": {"approve": {"for_days": 90}}},
        {"id": "known", "name": "Known apps", "enabled": false, "when": {"app": {"is": ["A061BL8RQ0"]}},
            "then": {"restrict": {"reason": "No."}}},
        {"id": "rest", "name": "The rest", "when": {"all": []}, "then": {"ask": {"whom": ["platform"], "need": "all"}}},
    ]});
    assert_eq!(rules, Rules::from_value(&same).unwrap());
    assert_eq!(Rules::from_toml("").unwrap(), Rules::default());
}

#[test]
fn what_is_written_is_laid_out_for_people() {
    let mut rules = Rules::from_toml(GOOD).unwrap();
    rules.rules[0].name = "Our \"own\" apps".to_owned();
    let scopes =
        "[\"calls:read\", \"channels:history\", \"channels:read\", \"chat:write\", \"commands\", \"dnd:read\"]";
    let within = json!({"not": {"any": [{"scopes": {"within": serde_json::from_str::<serde_json::Value>(scopes).unwrap()}},
        {"requester": {"collaborator": true}}]}});
    rules.rules[1].when = super::predicate(within);
    let expected = r#"version = 7

[[rules]]
id = "internal"
name = 'Our "own" apps'
when = { all = [
  { distribution = { is = "internal" } },
  { scopes = { none_of = ["admin", "admin.apps:write"] } },
] }
then = { approve = { optional = "all", level = "workspace", for_days = 90 } }

[[rules]]
id = "known"
name = "Known apps"
enabled = false
when = { not = { any = [
  { scopes = { within = [
    "calls:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "dnd:read",
  ] } },
  { requester = { collaborator = true } },
] } }
then = { restrict = { level = "workspace", reason = "No." } }

[[rules]]
id = "rest"
name = "The rest"
when = { all = [] }
then = { ask = { whom = ["platform"], need = "all" } }
"#;
    assert_eq!(rules.to_toml(), expected);
    assert_eq!(Rules::from_toml(expected).unwrap(), rules);
}

/// What is replaced by what; the rule, field, line and reason that the refusal names.
type Row = (
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static str,
    usize,
    &'static str,
);

fn each_is_refused(table: &[Row]) {
    for &(from, to, rule, field, line, reason) in table {
        let error = refused(from, to);
        assert_eq!((error.rule.as_deref(), error.field.as_str()), (rule, field), "{error}");
        assert_eq!(error.line, Some(line), "{error}");
        assert!(error.reason.contains(reason), "{error}");
    }
}

/// Unknown words in whichever way of writing, a duplicate id (the second one's line), an impossible condition.
#[test]
fn unknown_predicates_duplicate_ids_and_impossible_conditions_are_refused_with_their_line() {
    each_is_refused(&[
        (
            "distribution",
            "distributor",
            Some("internal"),
            "when.all[0].distributor",
            8,
            "unknown variant `distributor`",
        ),
        (
            "rules.when.app]",
            "rules.when.apps]",
            Some("known"),
            "when.apps",
            20,
            "unknown variant `apps`",
        ),
        (
            "when = { all = [] }",
            "when = { every = [] }",
            Some("rest"),
            "when.every",
            28,
            "unknown variant `every`",
        ),
        (
            "none_of",
            "nine_of",
            Some("internal"),
            "when.all[1].scopes.nine_of",
            9,
            "unknown variant `nine_of`",
        ),
        (
            "\"admin.apps",
            "\"Admin.apps",
            Some("internal"),
            "when.all[1].scopes.none_of[1]",
            11,
            "lower-case",
        ),
        (
            "id = \"known\"",
            "id = \"internal\"",
            Some("internal"),
            "id",
            17,
            "another rule has the same id",
        ),
        (
            "when = { all = [] }",
            "when = { any = [] }",
            Some("rest"),
            "when",
            28,
            "no request can ever fit",
        ),
    ]);
}

#[test]
fn whatever_else_is_wrong_is_refused_with_its_line() {
    each_is_refused(&[
        (
            "for_days = 90",
            "for_days = 0",
            Some("internal"),
            "then.approve.for_days",
            14,
            "between 1 and 3650",
        ),
        (
            "reason = \"No.\"",
            "raison = \"No.\"",
            Some("known"),
            "then.restrict.raison",
            23,
            "unknown field `raison`",
        ),
        (
            "[rules.then.restrict]",
            "[rules.then.bar]",
            Some("known"),
            "then.bar",
            22,
            "unknown variant `bar`",
        ),
        (
            "name = \"The rest\"",
            "name = 2026-01-01",
            Some("rest"),
            "name",
            27,
            "invalid type",
        ),
        ("name = \"The rest\"", "", Some("rest"), "", 25, "missing field `name`"),
        ("id = \"rest\"", "", Some("#3"), "", 25, "missing field `id`"),
        ("version = 7", "version = \"7\"", None, "version", 2, "invalid type"),
        (
            "version = 7",
            "wersion = 7",
            None,
            "wersion",
            2,
            "unknown field `wersion`",
        ),
        ("name = \"The rest\"", "name = The rest", None, "", 27, "string"),
        ("enabled = false", "id = \"known\"", None, "", 19, "duplicate key"),
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rules_written_out_are_the_same_rules_read_back(
        rules in properties::rules(), version in 0..=u64::MAX >> 1, names in vec(vec(any::<char>(), 1..20), 7)
    ) {
        let mut rules = Rules { version, ..rules };
        for (rule, name) in rules.rules.iter_mut().zip(names) {
            rule.name.extend(name);
        }
        let json = serde_json::to_string_pretty(&rules).unwrap();
        let [toml, json] = [Rules::from_toml(&rules.to_toml()), Rules::from_json(&json)];
        match rules.clone().valid() {
            Ok(_) => prop_assert_eq!((toml.as_ref(), json.as_ref()), (Ok(&rules), Ok(&rules))),
            // Refused for the same reason, and each says where.
            Err(without_line) => for read in [toml, json] {
                let error = read.unwrap_err();
                prop_assert!(error.line.is_some());
                prop_assert_eq!(RulesError { line: None, ..error }, without_line.clone());
            }
        }
    }
}
