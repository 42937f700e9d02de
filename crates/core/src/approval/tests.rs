//! What the approval rules promise.

mod automation_table;
mod changes;
mod checks;
mod compiled;
mod decisions;
#[cfg(feature = "toml")]
mod docs;
mod files;
mod properties;
mod requests;
mod risks;
mod slack_rules;
#[cfg(feature = "toml")]
mod toml;

use serde_json::{Value, json};

use crate::{Scope, Timestamp};

use super::{AppRequest, Predicate, Rules};

/// A request as Slack sends it, with the fields given put in or replaced.
fn request(changes: &Value) -> AppRequest {
    let mut value = json!({
        "id": "Ar0XJGFLMLS",
        "app": {"id": "A061BL8RQ0", "name": "Test App", "developer_type": "third_party", "is_app_directory_approved": false},
        "user": {"id": "W08RA9G5HR", "name": "robin"},
        "team": {"id": "T0M94LNUCR"},
        "scopes": [{"name": "chat:write", "token_type": "bot"}, {"name": "channels:history", "token_type": "bot"}],
    });
    merge(&mut value, changes);
    AppRequest::from_slack(&value, Timestamp::from_seconds(1_578_956_327)).unwrap()
}

fn merge(into: &mut Value, changes: &Value) {
    match (into, changes) {
        (Value::Object(into), Value::Object(changes)) => {
            for (key, change) in changes {
                merge(into.entry(key.clone()).or_insert(Value::Null), change);
            }
        }
        (into, change) => *into = change.clone(),
    }
}

fn scope(name: &str) -> Scope {
    Scope::new(name).unwrap()
}

fn predicate(value: Value) -> Predicate {
    serde_json::from_value(value).unwrap()
}

fn rules(rules: &Value) -> Rules {
    serde_json::from_value(json!({"version": 1, "rules": rules})).unwrap()
}
