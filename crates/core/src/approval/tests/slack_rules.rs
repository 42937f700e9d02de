//! Every component, condition, comparison and resolution of Slack's automation rules.

use serde_json::{Value, json};

use super::request;
use crate::approval::{
    Action, decide,
    import::{Imported, Includes, slack},
};

fn rule(operator: &str, values: &Value, resolution: &str) -> Value {
    json!({"id": "Rule1", "team_id": "E0N0RTHW1", "title": "Imported",
        "action": {"resolution": {"value": resolution}, "notify": []},
        "condition": {"datatype": "list", "operator": operator, "entity_type": "app_request", "values": values}})
}

fn import(rules: &Value) -> Imported {
    slack(rules, Includes::Any).unwrap()
}

/// Field, comparison, values, a request that fits and one that does not, as changes to the usual one.
type Row<'a> = (&'a str, &'a str, Value, &'a Value, &'a Value);

/// Each row is imported with `is` and with `is not`.
fn both_ways(table: &[Row<'_>]) {
    for (field, comparison, values, fits, not) in table {
        for condition in ["is", "is not"] {
            let operator = format!("{condition} {comparison}");
            let component =
                json!([{"field": field, "operator": operator.trim(), "datatype": "text", "values": values}]);
            let rules = import(&json!([rule("all", &component, "restrict")])).rules;
            let hit = |changes| decide(&rules, &request(changes)).rule().is_some();
            let is = condition == "is";
            assert_eq!((hit(fits), hit(not)), (is, !is), "{component}");
        }
    }
}

#[test]
fn scopes_and_app_ids_decide_as_slack_describes() {
    let usual = json!({});
    let none = json!({"scopes": []});
    let reads = json!({"scopes": [{"name": "users:read"}]});
    let other = json!({"app": {"id": "A1"}});
    both_ways(&[
        ("scopes", "includes", json!(["chat:write"]), &usual, &none),
        ("scopes", "includes", json!(["admin", "chat:write"]), &usual, &reads),
        ("scopes", "", json!(["chat:write", "channels:history"]), &usual, &reads),
        ("Scopes", "empty", json!([]), &none, &usual),
        ("scopes", "", json!(["is empty"]), &none, &usual),
        ("app_ids", "", json!(["A061BL8RQ0"]), &usual, &other),
        ("App IDs", "includes", json!(["A2", "A061BL8RQ0"]), &usual, &other),
        ("app_id", "specific_app_id", json!(["A061BL8RQ0"]), &usual, &other),
    ]);
}

#[test]
fn previous_resolutions_decide_as_slack_describes() {
    let never = json!({});
    let yes = json!({"previous_resolution": {"status": "approved"}});
    let no = json!({"previous_resolution": {"status": "restricted"}});
    let field = "previous_resolution";
    both_ways(&[
        (field, "approved", json!([]), &yes, &no),
        ("Previous resolution", "", json!(["Approved"]), &yes, &never),
        (field, "restricted", json!([]), &no, &yes),
        (field, "", json!(["restricted"]), &no, &never),
        (field, "unresolved", json!([]), &never, &yes),
        (field, "", json!(["unresolved"]), &never, &no),
    ]);
}

#[test]
fn distributions_decide_as_slack_describes() {
    let usual = json!({});
    let internal = json!({"app": {"developer_type": "internal"}});
    let listed = json!({"app": {"is_app_directory_approved": true}});
    let field = "app_distribution";
    both_ways(&[
        (field, "", json!(["internal_app"]), &internal, &listed),
        ("App distribution", "Internal app", json!([]), &internal, &usual),
        (field, "", json!(["app_directory_approved"]), &listed, &internal),
        (field, "", json!(["Slack Marketplace approved"]), &listed, &usual),
    ]);
}

#[test]
fn any_and_all_join_components() {
    let values = json!([{"field": "scopes", "operator": "includes", "values": ["admin"]},
        {"field": "app_distribution", "operator": "is", "values": ["internal"]}]);
    let internal = request(&json!({"app": {"developer_type": "internal"}}));
    let both = request(&json!({"app": {"developer_type": "internal"}, "scopes": [{"name": "admin"}]}));
    let neither = request(&json!({}));
    for (operator, expected) in [("any", [true, true, false]), ("ALL", [false, true, false])] {
        let rules = import(&json!({"rules_checked": [rule(operator, &values, "approve")]})).rules;
        let hit = [&internal, &both, &neither].map(|asked| decide(&rules, asked).rule().is_some());
        assert_eq!(hit, expected, "{operator}");
    }
}

#[test]
fn each_resolution_becomes_its_action_and_the_first_rule_decides() {
    let values = json!([{"field": "scopes", "operator": "is not empty", "values": []}]);
    for (word, action) in [
        ("approve", "approve"),
        ("Restrict", "restrict"),
        ("cancel", "cancel"),
        ("review", "ask"),
    ] {
        let imported = import(&json!([rule("any", &values, word)]));
        assert_eq!(imported.rules.rules[0].then.as_str(), action);
    }
    let mut second = rule("any", &values, "restrict");
    second["id"] = json!("Rule2");
    second["action"]["notify"] = json!([{"entity_type": "user"}]);
    let imported = import(&json!([rule("any", &values, "review"), second]));
    let asked = request(&json!({}));
    assert!(matches!(
        decide(&imported.rules, &asked).rule().unwrap().then,
        Action::Ask { .. }
    ));
    assert_eq!(imported.notes.len(), 1);
}

#[test]
fn several_scopes_are_read_as_the_caller_says() {
    let values = json!([{"field": "scopes", "operator": "includes", "values": ["admin", "chat:write"]}]);
    let given = json!([rule("all", &values, "approve")]);
    let asked = request(&json!({}));
    for (includes, hit) in [(Includes::Any, true), (Includes::All, false)] {
        let rules = slack(&given, includes).unwrap().rules;
        assert_eq!(decide(&rules, &asked).rule().is_some(), hit);
    }
}

#[test]
fn what_is_not_known_is_refused_with_rule_and_field() {
    let fine = json!([{"field": "scopes", "operator": "includes", "values": ["admin"]}]);
    let component = |field: &str, operator: &str, values: Value| {
        rule(
            "all",
            &json!([{"field": field, "operator": operator, "values": values}]),
            "approve",
        )
    };
    let table = [
        (rule("xor", &fine, "approve"), "condition.operator"),
        (rule("all", &json!([]), "approve"), "condition.values"),
        (rule("all", &fine, "escalate"), "action.resolution.value"),
        (component("age", "is", json!(["1"])), "condition.values[0].field"),
        (
            component("scopes", "resembles", json!(["admin"])),
            "condition.values[0].operator",
        ),
        (component("scopes", "includes", json!([])), "condition.values[0].values"),
        (
            component("previous_resolution", "is", json!(["maybe"])),
            "condition.values[0].values",
        ),
        (component("app_ids", "is", json!(["T1"])), "condition.values[0].values"),
    ];
    for (given, field) in table {
        let said = slack(&json!([given]), Includes::Any).unwrap_err().to_string();
        assert!(said.starts_with(&format!("rule Rule1: field {field}: ")), "{said}");
    }
    assert!(slack(&json!("rules"), Includes::Any).is_err());
    let twice = json!([rule("all", &fine, "approve"), rule("all", &fine, "approve")]);
    assert!(
        slack(&twice, Includes::Any)
            .unwrap_err()
            .to_string()
            .contains("same id")
    );
}
