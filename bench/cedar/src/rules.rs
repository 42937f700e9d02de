//! Fifty rules as a large organization would have them, most particular first.

use anyhow::Context as _;
use grantbook_core::{
    approval::{Predicate, Rules},
    catalogue,
};
use serde_json::{Value, json};

use crate::requests::{APPS, TEAMS, USERS, app, team, user};

/// What a chat app may have without anybody looking.
const HARMLESS: [&str; 14] = [
    "chat:write",
    "commands",
    "channels:read",
    "reactions:read",
    "reactions:write",
    "incoming-webhook",
    "app_mentions:read",
    "im:write",
    "team:read",
    "links:read",
    "links:write",
    "emoji:read",
    "users:read",
    "bookmarks:read",
];
const HISTORY: [&str; 6] = [
    "channels:history",
    "groups:history",
    "im:history",
    "mpim:history",
    "conversations:history",
    "search:read",
];

/// Every n-th name from some place on, as a list of ids that an administrator typed.
fn names(make: fn(usize) -> String, from: usize, step: usize, count: usize, of: usize) -> Vec<String> {
    (0..count).map(|at| make((from + at * step) % of)).collect()
}

fn apps(from: usize, count: usize) -> Vec<String> {
    names(app, from, 7, count, APPS)
}

fn people(from: usize, count: usize) -> Vec<String> {
    names(user, from * 31, 101, count, USERS)
}

fn workspaces(from: usize, count: usize) -> Vec<String> {
    names(team, from, 1, count, TEAMS)
}

fn scopes(prefix: &str) -> Vec<&'static str> {
    let all = catalogue::all().iter().map(|info| info.name);
    all.filter(|name| name.starts_with(prefix)).collect()
}

fn restrict() -> Value {
    json!({"restrict": {"level": "org"}})
}

fn approve(days: Option<u32>) -> Value {
    match days {
        Some(days) => json!({"approve": {"for_days": days}}),
        None => json!({"approve": {}}),
    }
}

fn ask(whom: &str) -> Value {
    json!({"ask": {"whom": [whom], "reason_required": true}})
}

/// What nobody may have, and whom nobody may ask for.
fn forbidden() -> Vec<(String, Value, Value)> {
    vec![
        (
            "Nothing that administers".into(),
            json!({"scopes": {"any_of": scopes("admin")}}),
            restrict(),
        ),
        ("Blocked apps".into(), json!({"app": {"is": apps(900, 40)}}), restrict()),
        (
            "Refused before, asked again for the same".into(),
            json!({"all": [{"previous_resolution": {"is": "restricted"}}, {"previous_resolution": {"nothing_new": true}}]}),
            json!({"cancel": {"reason": "This was refused before, and asks for nothing else."}}),
        ),
        (
            "Audit logs and configuration".into(),
            json!({"scopes": {"any_of": ["auditlogs:read", "app_configurations:read", "app_configurations:write",
                "tokens.basic", "team.billing:read"]}}),
            ask("security"),
        ),
        (
            "Nothing at all".into(),
            json!({"scopes": {"empty": true}}),
            json!({"cancel": {}}),
        ),
    ]
}

/// Workspaces with stricter owners.
fn strict() -> Vec<(String, Value, Value)> {
    let rule = |number: usize| {
        let when = json!({"all": [{"workspace": {"is": workspaces(30 + number * 2, 2)}}, {"scopes": {"any_of": HISTORY}},
            {"not": {"distribution": {"is": "internal"}}}]});
        (format!("What is written, workspaces {number}"), when, ask("owners"))
    };
    (0..8).map(rule).collect()
}

/// What the organization makes itself, and Slack.
fn own() -> Vec<(String, Value, Value)> {
    vec![
        (
            "The platform team's own".into(),
            json!({"all": [{"distribution": {"is": "internal"}}, {"requester": {"is": people(1, 30)}}]}),
            approve(None),
        ),
        (
            "Own apps that only talk".into(),
            json!({"all": [{"distribution": {"is": "internal"}}, {"scopes": {"within": HARMLESS}}]}),
            approve(None),
        ),
        (
            "Own apps, asked for by who builds them".into(),
            json!({"all": [{"distribution": {"is": "internal"}}, {"requester": {"collaborator": true}},
                {"scopes": {"none_of": HISTORY}}]}),
            approve(Some(90)),
        ),
        (
            "Slack's own".into(),
            json!({"distribution": {"is": "slack"}}),
            approve(None),
        ),
    ]
}

/// Apps that were looked at once, by department.
fn known() -> Vec<(String, Value, Value)> {
    let rule = |number: usize| {
        let when = json!({"all": [{"app": {"is": apps(number * 3 + 2, 8 + number * 2)}},
            {"scopes": {"none_of": ["groups:history", "im:history", "mpim:history", "users:read.email"]}},
            {"workspace": {"is_not": workspaces(40, 3 + number)}}]});
        (format!("Known apps, department {number}"), when, approve(Some(365)))
    };
    (0..12).map(rule).collect()
}

/// Slack's Marketplace, in steps.
fn marketplace() -> Vec<(String, Value, Value)> {
    let rule = |number: usize| {
        let mut within: Vec<&str> = HARMLESS.into_iter().take(5 + number).collect();
        within.extend(scopes(
            ["pins", "stars", "dnd", "files:read", "canvases", "lists"][number % 6],
        ));
        let when = json!({"all": [{"distribution": {"is": "marketplace"}}, {"scopes": {"within": within}},
            {"any": [{"workspace": {"is": workspaces(number * 4, 6)}}, {"requester": {"is": people(number + 2, 25)}}]}]});
        (format!("From the Marketplace, step {number}"), when, approve(Some(180)))
    };
    (0..10).map(rule).collect()
}

/// What goes to whom.
fn routed() -> Vec<(String, Value, Value)> {
    let rule = |number: usize, one: &str, other: &str, whom: &str| {
        let when = json!({"all": [{"any": [{"scopes": {"includes": one}}, {"scopes": {"includes": other}}]},
            {"distribution": {"is_not": "internal"}}, {"previous_resolution": {"is_not": "approved"}}]});
        (format!("Routed {number}"), when, ask(whom))
    };
    vec![
        rule(1, "groups:history", "mpim:history", "privacy"),
        rule(2, "users:read.email", "users.profile:read", "people"),
        rule(3, "files:write", "remote_files:write", "records"),
        rule(4, "channels:manage", "usergroups:write", "owners"),
        rule(5, "mcp:connect", "assistant:write", "security"),
        rule(6, "calls:read", "calls:write", "telephony"),
    ]
}

/// What is left.
fn rest() -> Vec<(String, Value, Value)> {
    vec![
        (
            "Approved before, nothing new".into(),
            json!({"all": [{"previous_resolution": {"is": "approved"}}, {"previous_resolution": {"scopes_match": true}}]}),
            approve(Some(365)),
        ),
        (
            "Exactly a chat bot".into(),
            json!({"scopes": {"is": ["chat:write", "commands"]}}),
            approve(Some(90)),
        ),
        (
            "For everybody at once".into(),
            json!({"workspace": {"org_wide": true}}),
            ask("platform"),
        ),
        (
            "Reads and writes what is written".into(),
            json!({"scopes": {"all_of": ["channels:history", "chat:write"]}}),
            ask("privacy"),
        ),
        ("The rest".into(), json!({"all": []}), json!({"ask": {}})),
    ]
}

/// The fifty.
pub(crate) fn fifty() -> anyhow::Result<Rules> {
    let list = [forbidden(), strict(), own(), known(), marketplace(), routed(), rest()].concat();
    let rules: Vec<Value> = (1..)
        .zip(list)
        .map(|(number, (name, when, then))| json!({"id": format!("r{number:02}"), "name": name, "when": when, "then": then}))
        .collect();
    anyhow::ensure!(rules.len() == 50, "{} rules", rules.len());
    Rules::from_value(&json!({"version": 1, "rules": rules})).context("the rules")
}

/// An edit that somebody would try out: the first stricter workspaces get stricter.
pub(crate) fn edit(rules: &mut Rules) -> anyhow::Result<()> {
    let rule = rules.rules.get_mut(5).context("the sixth rule")?;
    let mut scopes = HISTORY.to_vec();
    scopes.push("users:read.email");
    rule.when = serde_json::from_value(json!({"all": [{"workspace": {"is": workspaces(30, 2)}},
        {"scopes": {"any_of": scopes}}]}))?;
    Ok(())
}

/// The same, but that no rule fits before the last: what the fifty cost where each has to be looked at.
pub(crate) fn none_but_the_last(rules: &Rules) -> anyhow::Result<Rules> {
    let mut rules = rules.clone();
    let nobody: Predicate = serde_json::from_value(json!({"requester": {"is": ["W0NOBODY"]}}))?;
    let last = rules.rules.len().saturating_sub(1);
    for rule in rules.rules.iter_mut().take(last) {
        rule.when = Predicate::All(vec![rule.when.clone(), nobody.clone()]);
    }
    Ok(rules)
}
