//! Slack's app manifest: what to paste into Slack so that an app there fits the app here.
//!
//! The fields are those of docs.slack.dev, "App manifest reference". Slack refuses a manifest whose slash command
//! lacks the scope `commands`, and sends an event only to an app that holds the event's scope, so both are left
//! out where the app does not ask for the scope.
//!
//! Workspace apps never had a manifest: they were retired in August 2021, before there were any. For them the same
//! sections list what is entered by hand, and say so under `by_hand`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{AppSlug, Scope, view::Model};

/// The longest name Slack takes, in characters (`display_information.name`).
pub const LONGEST_NAME: usize = 35;
/// The longest name of a bot, in characters (`features.bot_user.display_name`).
const LONGEST_BOT_NAME: usize = 80;
/// How the slash commands begin that this console answers. Two apps of one workspace cannot share a command, so the
/// app's own name follows.
pub const COMMAND: &str = "/permissions";
/// The longest command, in characters (docs.slack.dev, "Slash commands").
const LONGEST_COMMAND: usize = 32;

/// What every app is told of: that its tokens or it itself are no more.
const ENDINGS: [&str; 2] = ["app_uninstalled", "tokens_revoked"];
/// What an app of a whole organization is told of.
const ORG: [&str; 2] = ["team_access_granted", "team_access_revoked"];
/// What tells where the bot is a member, with the scopes of which one lets Slack send it.
const MEMBERSHIP: [(&str, &[&str]); 4] = [
    ("channel_left", &["channels:read"]),
    ("group_left", &["groups:read"]),
    ("member_joined_channel", &["channels:read", "groups:read"]),
    ("member_left_channel", &["channels:read", "groups:read"]),
];
/// The scope by which an app hears of the organization's apps.
const MANAGES: &str = "admin.apps:read";
/// What such an app is told of, in the name of the administrator who allowed it.
const APPROVALS: [&str; 4] = ["app_deleted", "app_installed", "app_requested", "app_uninstalled_team"];
/// What a workspace app is told of.
const WORKSPACE: [&str; 9] = [
    "app_uninstalled",
    "resources_added",
    "resources_removed",
    "scope_denied",
    "scope_granted",
    "tokens_revoked",
    "user_resource_denied",
    "user_resource_granted",
    "user_resource_removed",
];

/// Where Slack and browsers reach the console about one app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// After consent.
    pub redirect: String,
    /// For events.
    pub events: String,
    /// For presses on buttons.
    pub interactions: String,
    /// For the slash command.
    pub commands: String,
}

/// What a manifest is made of.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    /// Its name in our addresses.
    pub slug: &'a AppSlug,
    /// The app's name for people.
    pub name: &'a str,
    /// Legacy or modern.
    pub model: Model,
    /// What it asks for on installation; for a modern app, for its bot.
    pub scopes: &'a BTreeSet<Scope>,
    /// What it asks the installing person for.
    pub user_scopes: &'a BTreeSet<Scope>,
    /// Whether its tokens end and are refreshed.
    pub token_rotation: bool,
    /// Whether it may be installed in a whole organization.
    pub org_deploy: bool,
    /// Whether it is told over its own connections instead of by its addresses.
    pub socket_mode: bool,
    /// Where Slack reaches the console.
    pub addresses: Addresses,
}

/// The manifest, as JSON, which Slack takes beside YAML.
pub fn manifest(parts: &Parts<'_>) -> Value {
    let mut whole = json!({
        "display_information": { "name": cut(parts.name, LONGEST_NAME) },
        "oauth_config": { "redirect_urls": [parts.addresses.redirect], "scopes": scopes(parts) },
        "settings": settings(parts),
    });
    let features = features(parts);
    if !features.is_empty() {
        whole["features"] = Value::Object(features);
    }
    match parts.model {
        Model::Modern => whole["_metadata"] = json!({ "major_version": 1, "minor_version": 1 }),
        Model::Workspace => {
            whole["by_hand"] = json!(
                "Slack has no manifest for workspace apps: enter these values by hand on the app's pages, where the \
                 app still exists, or in the seed of a simulator."
            );
        }
    }
    whole
}

/// The events the console wants to be told of, for this app, in the order of their names.
pub fn events(parts: &Parts<'_>) -> Vec<&'static str> {
    if parts.model == Model::Workspace {
        return WORKSPACE.to_vec();
    }
    let mut events = ENDINGS.to_vec();
    if parts.org_deploy {
        events.extend(ORG);
    }
    let holds = |wanted: &str| parts.scopes.iter().any(|scope| scope.as_str() == wanted);
    let member = MEMBERSHIP
        .iter()
        .filter(|(_, scopes)| scopes.iter().any(|scope| holds(scope)));
    events.extend(member.map(|(event, _)| *event));
    events.sort_unstable();
    events
}

fn scopes(parts: &Parts<'_>) -> Value {
    let mut scopes = Map::new();
    let kinds = match parts.model {
        Model::Workspace => [("workspace", parts.scopes), ("user", parts.user_scopes)],
        Model::Modern => [("bot", parts.scopes), ("user", parts.user_scopes)],
    };
    for (kind, wanted) in kinds {
        if !wanted.is_empty() {
            scopes.insert(kind.to_owned(), json!(wanted));
        }
    }
    Value::Object(scopes)
}

fn features(parts: &Parts<'_>) -> Map<String, Value> {
    let mut features = Map::new();
    if parts.model == Model::Modern && !parts.scopes.is_empty() {
        let bot = json!({ "display_name": cut(parts.name, LONGEST_BOT_NAME), "always_online": false });
        features.insert("bot_user".to_owned(), bot);
    }
    if parts.scopes.iter().any(|scope| scope.as_str() == "commands") {
        let mut command = json!({
            "command": command(parts.slug),
            "description": "What this app may do here, and what it may ask for",
            "usage_hint": "add channels:history",
            "should_escape": false,
        });
        if !parts.socket_mode {
            command["url"] = json!(parts.addresses.commands);
        }
        features.insert("slash_commands".to_owned(), json!([command]));
    }
    features
}

fn settings(parts: &Parts<'_>) -> Value {
    // An app without a bot hears of its end in the name of the people it acts for.
    let kind = match parts.model {
        Model::Workspace => "workspace_events",
        Model::Modern if parts.scopes.is_empty() => "user_events",
        Model::Modern => "bot_events",
    };
    let mut subscriptions = json!({ kind: events(parts) });
    if parts.model == Model::Modern && parts.user_scopes.iter().any(|scope| scope.as_str() == MANAGES) {
        let mut of_people: Vec<&str> = if kind == "user_events" {
            events(parts)
        } else {
            Vec::new()
        };
        of_people.extend(APPROVALS);
        of_people.sort_unstable();
        subscriptions["user_events"] = json!(of_people);
    }
    let mut interactivity = json!({ "is_enabled": true });
    if !parts.socket_mode {
        subscriptions["request_url"] = json!(parts.addresses.events);
        interactivity["request_url"] = json!(parts.addresses.interactions);
    }
    json!({
        "event_subscriptions": subscriptions,
        "interactivity": interactivity,
        "org_deploy_enabled": parts.org_deploy,
        "socket_mode_enabled": parts.socket_mode,
        "token_rotation_enabled": parts.token_rotation,
    })
}

/// `/permissions-atlas`.
fn command(slug: &AppSlug) -> String {
    let whole = cut(&format!("{COMMAND}-{slug}"), LONGEST_COMMAND);
    whole.trim_end_matches('-').to_owned()
}

fn cut(name: &str, longest: usize) -> String {
    name.chars().take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(scopes: &str) -> BTreeSet<Scope> {
        Scope::parse_list(scopes).unwrap().into_iter().collect()
    }

    fn of(model: Model, bot: &str, user: &str, change: impl FnOnce(&mut Parts<'_>)) -> Value {
        let (scopes, user_scopes, slug) = (set(bot), set(user), "atlas".parse().unwrap());
        let door = |name: &str| format!("https://console.example.com/slack/atlas/{name}");
        let mut parts = Parts {
            slug: &slug,
            name: "Atlas",
            model,
            scopes: &scopes,
            user_scopes: &user_scopes,
            token_rotation: false,
            org_deploy: false,
            socket_mode: false,
            addresses: Addresses {
                redirect: door("oauth/callback"),
                events: door("events"),
                interactions: door("interactions"),
                commands: door("commands"),
            },
        };
        change(&mut parts);
        manifest(&parts)
    }

    #[test]
    fn an_app_that_manages_apps_hears_of_requests_in_the_administrators_name() {
        let scopes = "admin.apps:read,admin.apps:write";
        let managing = of(Model::Modern, "chat:write", scopes, |parts| parts.org_deploy = true);
        let told = &managing["settings"]["event_subscriptions"];
        assert_eq!(told["user_events"], json!(APPROVALS));
        assert_eq!(
            told["bot_events"],
            json!([
                "app_uninstalled",
                "team_access_granted",
                "team_access_revoked",
                "tokens_revoked"
            ])
        );
        let alone = of(Model::Modern, "", scopes, |_| {});
        let told = &alone["settings"]["event_subscriptions"];
        assert_eq!(
            told["user_events"],
            json!([
                "app_deleted",
                "app_installed",
                "app_requested",
                "app_uninstalled",
                "app_uninstalled_team",
                "tokens_revoked"
            ])
        );
        assert!(told.get("bot_events").is_none());
    }

    #[test]
    fn a_modern_app_is_described_in_slacks_own_fields() {
        let whole = of(
            Model::Modern,
            "channels:read,chat:write,commands",
            "search:read",
            |parts| {
                parts.token_rotation = true;
            },
        );
        let expected = json!({
            "_metadata": { "major_version": 1, "minor_version": 1 },
            "display_information": { "name": "Atlas" },
            "features": {
                "bot_user": { "display_name": "Atlas", "always_online": false },
                "slash_commands": [{
                    "command": "/permissions-atlas",
                    "description": "What this app may do here, and what it may ask for",
                    "usage_hint": "add channels:history",
                    "should_escape": false,
                    "url": "https://console.example.com/slack/atlas/commands",
                }],
            },
            "oauth_config": {
                "redirect_urls": ["https://console.example.com/slack/atlas/oauth/callback"],
                "scopes": { "bot": ["channels:read", "chat:write", "commands"], "user": ["search:read"] },
            },
            "settings": {
                "event_subscriptions": {
                    "request_url": "https://console.example.com/slack/atlas/events",
                    "bot_events": [
                        "app_uninstalled", "channel_left", "member_joined_channel", "member_left_channel",
                        "tokens_revoked",
                    ],
                },
                "interactivity": {
                    "is_enabled": true,
                    "request_url": "https://console.example.com/slack/atlas/interactions",
                },
                "org_deploy_enabled": false,
                "socket_mode_enabled": false,
                "token_rotation_enabled": true,
            },
        });
        assert_eq!(whole, expected);
    }

    #[test]
    fn an_organizations_app_hears_of_its_workspaces() {
        let whole = of(Model::Modern, "chat:write", "", |parts| parts.org_deploy = true);
        let settings = &whole["settings"];
        assert_eq!(settings["org_deploy_enabled"], true);
        assert_eq!(
            settings["event_subscriptions"]["bot_events"],
            json!([
                "app_uninstalled",
                "team_access_granted",
                "team_access_revoked",
                "tokens_revoked"
            ])
        );
        assert!(whole["features"].get("slash_commands").is_none(), "without the scope");
    }

    #[test]
    fn over_a_socket_there_are_no_request_urls() {
        let whole = of(Model::Modern, "chat:write,commands", "", |parts| {
            parts.socket_mode = true;
        });
        let text = whole.to_string();
        for door in ["events", "interactions", "commands"] {
            assert!(!text.contains(&format!("/slack/atlas/{door}")), "{door}");
        }
        assert_eq!(whole["settings"]["socket_mode_enabled"], true);
        assert!(
            text.contains("oauth/callback"),
            "browsers come by an address all the same"
        );
    }

    #[test]
    fn an_app_without_a_bot_hears_in_the_name_of_people() {
        let whole = of(Model::Modern, "", "search:read", |_| ());
        assert!(whole.get("features").is_none());
        let subscriptions = &whole["settings"]["event_subscriptions"];
        assert_eq!(
            subscriptions["user_events"],
            json!(["app_uninstalled", "tokens_revoked"])
        );
        assert_eq!(whole["oauth_config"]["scopes"], json!({ "user": ["search:read"] }));
    }

    #[test]
    fn a_workspace_app_is_entered_by_hand_and_the_document_says_so() {
        let whole = of(Model::Workspace, "chat:write", "", |_| ());
        assert!(whole["by_hand"].as_str().unwrap().contains("no manifest"));
        assert!(whole.get("_metadata").is_none());
        let events = &whole["settings"]["event_subscriptions"]["workspace_events"];
        assert_eq!(events.as_array().unwrap().len(), 9);
        assert_eq!(whole["oauth_config"]["scopes"]["workspace"], json!(["chat:write"]));
    }

    #[test]
    fn a_long_name_is_cut_to_what_slack_takes() {
        let whole = of(Model::Modern, "chat:write", "", |parts| {
            parts.name = "Ü ber die Wörter, die zu lang sind für Slack";
        });
        let name = whole["display_information"]["name"].as_str().unwrap();
        assert_eq!(name.chars().count(), LONGEST_NAME);
    }
}
