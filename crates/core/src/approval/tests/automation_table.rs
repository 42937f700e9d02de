//! Slack's automation rules, imported, decide as a reference that knows nothing of our predicates.
//!
//! Every component with every comparison, `is` and `is not`, alone and in pairs under `any` and `all`, with each
//! resolution, over requests in all combinations of what components look at; then ordered lists of them.
//! The reference reads Slack's own objects, rule and request, straight from the words of Slack's guide.

use serde_json::{Value, json};

use super::request;
use crate::approval::{
    AppRequest, Rules, decide,
    import::{Includes, slack},
};

const RESOLUTIONS: [(&str, &str); 4] = [
    ("approve", "approve"),
    ("Restrict", "restrict"),
    ("CANCEL", "cancel"),
    ("review", "ask"),
];

/// Field, comparison and values of each component, in several spellings.
fn components() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("scopes", "includes", json!(["admin"])),
        ("Scopes", "includes", json!(["chat:write", "files:read"])),
        ("scope", "Includes", json!(["admin", "chat:write", "files:read"])),
        ("scopes", "", json!(["chat:write"])),
        ("scopes", "", json!(["files:read", "chat:write"])),
        ("scopes", "empty", json!([])),
        ("scopes", "", json!(["is empty"])),
        ("previous_resolution", "", json!(["approved"])),
        ("Previous resolution", "restricted", json!([])),
        ("PREVIOUS_RESOLUTION", "", json!(["Unresolved"])),
        ("app_distribution", "", json!(["internal"])),
        ("App distribution", "Internal app", json!([])),
        ("app_distribution", "", json!(["app_directory_approved"])),
        ("distribution", "", json!(["Slack Marketplace approved"])),
        ("app_ids", "", json!(["A0AAA"])),
        ("App IDs", "includes", json!(["A0AAA", "A0BBB"])),
        ("app_id", "specific app id", json!(["A0CCC"])),
    ]
}

/// The components, each with `is` and with `is not`, as Slack's objects.
fn both_ways() -> Vec<Value> {
    let object = |is: &str, (field, comparison, values): &(&str, &str, Value)| {
        let operator = format!("{is} {comparison}");
        json!({"field": field, "operator": operator.trim(), "datatype": "string", "values": values})
    };
    let all = components();
    let each = all.iter().flat_map(|one| [object("is", one), object("is not", one)]);
    each.collect()
}

/// `matched_rule` of the audit log.
fn matched_rule(number: usize, operator: &str, components: &[Value], resolution: &str) -> Value {
    json!({"id": format!("Ar{number}"), "team_id": "E0N0RTHW1", "title": format!("Rule {number}"),
        "action": {"resolution": {"value": resolution}, "notify": []},
        "condition": {"datatype": "array", "operator": operator, "entity_type": "app", "values": components}})
}

/// One component alone under both conditions with each resolution, and every pair under both.
fn rules() -> Vec<Value> {
    let components = both_ways();
    let mut rules = Vec::new();
    for operator in ["any", "ALL"] {
        for one in &components {
            for (resolution, _) in RESOLUTIONS {
                rules.push(matched_rule(
                    rules.len(),
                    operator,
                    std::slice::from_ref(one),
                    resolution,
                ));
            }
        }
        for one in &components {
            for other in &components {
                let (resolution, _) = RESOLUTIONS[rules.len() % RESOLUTIONS.len()];
                rules.push(matched_rule(
                    rules.len(),
                    operator,
                    &[one.clone(), other.clone()],
                    resolution,
                ));
            }
        }
    }
    rules
}

/// All combinations of what components look at, as changes to the usual request.
fn requests() -> Vec<Value> {
    let scopes = [
        json!([]),
        json!([{"name": "chat:write", "token_type": "bot"}]),
        json!([{"name": "chat:write", "token_type": "bot"}, {"name": "chat:write", "token_type": "user"}]),
        json!([{"name": "chat:write"}, {"name": "files:read"}]),
        json!([{"name": "admin"}, {"name": "users:read", "is_optional": true}]),
        json!([{"name": "admin"}, {"name": "chat:write"}, {"name": "files:read"}]),
        json!([{"name": "users:read"}]),
    ];
    let before = [
        Value::Null,
        json!({"status": "approved", "scopes": [{"name": "chat:write"}]}),
        json!({"status": "restricted"}),
    ];
    let mut requests = Vec::new();
    for scopes in &scopes {
        for before in &before {
            for developer in ["internal", "third_party", "slack", "partner"] {
                for listed in [true, false] {
                    for app in ["A0AAA", "A0BBB", "A0CCC", "A0DDD"] {
                        requests.push(json!({"scopes": scopes, "previous_resolution": before,
                            "app": {"id": app, "developer_type": developer, "is_app_directory_approved": listed}}));
                    }
                }
            }
        }
    }
    requests
}

/// The reference: one component of a rule on one request, both as Slack writes them.
fn reference_component(component: &Value, request: &Value, includes: Includes) -> bool {
    let words = |text: &Value| text.as_str().unwrap().to_lowercase().replace('_', " ");
    let operator = words(&component["operator"]);
    let values: Vec<String> = component["values"].as_array().unwrap().iter().map(words).collect();
    let negated = operator.contains("not");
    // The comparison stands in the operator or among the values; together they are the same words.
    let said = format!("{operator} {}", values.join(" "));
    let field = words(&component["field"]);
    let holds = if field.starts_with("scope") {
        let raw = component["values"].as_array().unwrap();
        let asked: Vec<&Value> = request["scopes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| &s["name"])
            .collect();
        if said.contains("empty") {
            asked.is_empty()
        } else if operator.contains("includes") {
            match includes {
                Includes::Any => raw.iter().any(|name| asked.contains(&name)),
                Includes::All => raw.iter().all(|name| asked.contains(&name)),
            }
        } else {
            raw.iter().all(|name| asked.contains(&name)) && asked.iter().all(|name| raw.contains(name))
        }
    } else if field.starts_with("previous") {
        let status = request["previous_resolution"]["status"]
            .as_str()
            .unwrap_or("unresolved");
        said.split(' ').any(|word| word == status)
    } else if field.contains("distribution") {
        if said.contains("internal") {
            request["app"]["developer_type"] == "internal"
        } else {
            request["app"]["is_app_directory_approved"] == true
        }
    } else {
        assert!(field.starts_with("app id"), "{field}");
        component["values"].as_array().unwrap().contains(&request["app"]["id"])
    };
    holds != negated
}

/// The reference for all rules and all requests, by places.
fn reference(rules: &[Value], requests: &[Value], includes: Includes) -> Vec<Vec<bool>> {
    let components = both_ways();
    let table: Vec<Vec<bool>> = components
        .iter()
        .map(|component| {
            requests
                .iter()
                .map(|request| reference_component(component, request, includes))
                .collect()
        })
        .collect();
    let place = |component: &Value| components.iter().position(|other| other == component).unwrap();
    let fits = |rule: &Value| -> Vec<bool> {
        let parts: Vec<usize> = rule["condition"]["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(place)
            .collect();
        let any = rule["condition"]["operator"] == "any";
        (0..requests.len())
            .map(|at| {
                let mut held = parts.iter().map(|&part| table[part][at]);
                if any {
                    held.any(|held| held)
                } else {
                    held.all(|held| held)
                }
            })
            .collect()
    };
    rules.iter().map(fits).collect()
}

fn word(rule: &Value) -> &'static str {
    let value = &rule["action"]["resolution"]["value"];
    RESOLUTIONS.iter().find(|(slack, _)| value == slack).unwrap().1
}

/// `None` where a condition is refused because no request can ever fit it.
fn imported(rules: &[Value], includes: Includes) -> Option<Rules> {
    // As the audit log has it: the list of the rules that were looked at.
    match slack(&json!({"rules_checked": rules}), includes) {
        Ok(imported) => Some(imported.rules),
        Err(refused) => {
            let refused = refused.to_string();
            assert!(refused.contains("no request can ever fit this condition"), "{refused}");
            None
        }
    }
}

fn read(requests: &[Value]) -> Vec<AppRequest> {
    requests.iter().map(request).collect()
}

#[test]
fn every_rule_decides_as_the_reference_on_every_request() {
    let (rules, asked) = (rules(), requests());
    let requests = read(&asked);
    let mut pairs = 0;
    for includes in [Includes::Any, Includes::All] {
        let expected = reference(&rules, &asked, includes);
        let (mut fitted, mut not, mut impossible) = (0, 0, 0);
        for (rule, expected) in rules.iter().zip(&expected) {
            let Some(ours) = imported(std::slice::from_ref(rule), includes) else {
                assert!(
                    expected.iter().all(|fits| !fits),
                    "{rule} is refused and fits a request"
                );
                impossible += 1;
                continue;
            };
            for (at, request) in requests.iter().enumerate() {
                let verdict = decide(&ours, request);
                let wanted = if expected[at] {
                    (true, word(rule))
                } else {
                    (false, "ask")
                };
                let got = (verdict.rule().is_some(), verdict.decision().as_str());
                assert_eq!(got, wanted, "{includes:?} {rule} on {}", asked[at]);
                *(if expected[at] { &mut fitted } else { &mut not }) += 1;
                pairs += 1;
            }
        }
        // A component with its own opposite, two apps, a scope and no scopes, and so on, under `all`.
        assert!((50..500).contains(&impossible), "{impossible}");
        // A reference that always says the same would agree with nothing but itself.
        assert!(fitted > 100_000 && not > 100_000, "{fitted} {not}");
    }
    println!(
        "{pairs} pairs of a rule and a request decided alike ({} rules, {} requests)",
        rules.len(),
        requests.len()
    );
    assert!(pairs > 3_000_000, "only {pairs} pairs");
}

#[test]
fn ordered_lists_decide_by_the_first_rule_as_the_reference_does() {
    let (pool, asked) = (rules(), requests());
    let requests = read(&asked);
    let pool: Vec<Value> = pool
        .into_iter()
        .filter(|rule| imported(std::slice::from_ref(rule), Includes::Any).is_some())
        .collect();
    let fits = reference(&pool, &asked, Includes::Any);
    let (mut pairs, mut by_place) = (0, [0; 9]);
    for list in 0..300 {
        // Strides that share no factor with the pool's size visit it without pattern or repetition.
        let places: Vec<usize> = (0..=list % 8).map(|n| (list * 977 + n * 1_201) % pool.len()).collect();
        let chosen: Vec<Value> = places.iter().map(|&place| pool[place].clone()).collect();
        let ours = imported(&chosen, Includes::Any).unwrap();
        for (at, request) in requests.iter().enumerate() {
            let first = places.iter().position(|&place| fits[place][at]);
            let wanted = first.map_or("ask", |first| word(&chosen[first]));
            let verdict = decide(&ours, request);
            assert_eq!(
                (verdict.position(), verdict.decision().as_str()),
                (first, wanted),
                "{chosen:?} {}",
                asked[at]
            );
            by_place[first.unwrap_or(8)] += 1;
            pairs += 1;
        }
    }
    println!("{pairs} pairs of a list and a request decided alike; by the place that decided: {by_place:?}");
    assert!(
        pairs > 150_000 && by_place.iter().take(4).all(|decided| *decided > 1_000),
        "{by_place:?}"
    );
}
