//! What the tokens of an app of today may do, where its bot is a member, and how they end.

use serde_json::{Value, json};

use super::{
    super::harness::{CHANNEL, Harness, IZZY, TEAM},
    install,
};

async fn act(slack: &Harness, action: Value) {
    let mut action = action;
    action["app"] = json!("atlas");
    action["team"] = json!(TEAM);
    slack.sim.act(serde_json::from_value(action).unwrap()).await.unwrap();
}

#[tokio::test]
async fn tokens_know_whose_they_are_and_what_they_hold() {
    let slack = Harness::start().await;
    let answer = install(&slack, &[("scope", "chat:write"), ("user_scope", "users:read")], &[]).await;
    let bot = answer["access_token"].as_str().unwrap();
    let test = slack.call("auth.test", Some(bot), &[]).await;
    assert_eq!(
        (&test["user"], &test["user_id"]),
        (&json!("atlas"), &answer["bot_user_id"])
    );
    assert!(test["bot_id"].as_str().unwrap().starts_with("B0"));
    let person = answer["authed_user"]["access_token"].as_str().unwrap();
    let test = slack.call("auth.test", Some(person), &[]).await;
    assert_eq!((&test["user"], &test["user_id"]), (&json!("izzy"), &json!(IZZY)));
    assert!(test.get("bot_id").is_none());

    let url = format!("{}/api/users.info?user={IZZY}", slack.sim.url());
    let request = slack.http.get(&url).bearer_auth(person);
    let answered = request.send().await.unwrap();
    assert_eq!(answered.headers()["x-oauth-scopes"], "users:read");
    assert_eq!(answered.headers()["x-accepted-oauth-scopes"], "users:read");
    let refused: Value = slack
        .http
        .get(&url)
        .bearer_auth(bot)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        refused,
        json!({"ok": false, "error": "missing_scope", "needed": "users:read", "provided": "chat:write"})
    );
    for method in ["apps.permissions.info", "apps.permissions.scopes.list", "reminders.add"] {
        let refused = slack.call(method, Some(bot), &[]).await;
        assert_eq!(refused["error"], json!("not_allowed_token_type"), "{method}");
    }
}

#[tokio::test]
async fn a_bot_writes_where_it_is_a_member_and_reads_what_its_scopes_allow() {
    let slack = Harness::start().await;
    let answer = install(&slack, &[("scope", "chat:write,channels:read")], &[]).await;
    let bot = answer["access_token"].as_str().unwrap();
    let post = async |channel: &str| {
        let form = [("channel", channel), ("text", "hello")];
        slack.call("chat.postMessage", Some(bot), &form).await
    };
    assert_eq!(post(CHANNEL).await["error"], json!("not_in_channel"));
    assert_eq!(post("G0EZ453S1N").await["error"], json!("channel_not_found"));
    act(&slack, json!({"action": "add_resource", "resource": CHANNEL})).await;
    let posted = post("#general-bugs").await;
    assert_eq!(
        (&posted["channel"], &posted["message"]["user"]),
        (&json!(CHANNEL), &answer["bot_user_id"])
    );
    assert!(posted["message"]["bot_id"].is_string());
    let ts = posted["ts"].as_str().unwrap();
    let change = [("channel", CHANNEL), ("ts", ts), ("text", "better")];
    assert_eq!(
        slack.call("chat.update", Some(bot), &change).await["text"],
        json!("better")
    );
    let wrong = [("channel", CHANNEL), ("ts", "1.2"), ("text", "better")];
    assert_eq!(
        slack.call("chat.update", Some(bot), &wrong).await["error"],
        json!("message_not_found")
    );
    let aside = [("channel", CHANNEL), ("user", IZZY), ("text", "psst")];
    assert!(slack.call("chat.postEphemeral", Some(bot), &aside).await["message_ts"].is_string());
    let home = post(IZZY).await;
    assert!(home["channel"].as_str().unwrap().starts_with('D'));

    let info = slack
        .call("conversations.info", Some(bot), &[("channel", CHANNEL)])
        .await;
    assert_eq!(
        (&info["channel"]["name"], &info["channel"]["is_member"]),
        (&json!("general-bugs"), &json!(true))
    );
    let hidden = slack
        .call("conversations.info", Some(bot), &[("channel", "G0EZ453S1N")])
        .await;
    assert_eq!(hidden["error"], json!("channel_not_found"));
    let own = slack.call("users.conversations", Some(bot), &[]).await;
    assert_eq!(own["channels"].as_array().unwrap().len(), 1);
    let page = slack.call("conversations.list", Some(bot), &[("limit", "3")]).await;
    assert_eq!(page["channels"].as_array().unwrap().len(), 3);
    let cursor = page["response_metadata"]["next_cursor"].as_str().unwrap();
    let rest = slack.call("conversations.list", Some(bot), &[("cursor", cursor)]).await;
    assert_eq!(rest["channels"].as_array().unwrap().len(), 1);
    let private = slack
        .call("conversations.list", Some(bot), &[("types", "private_channel")])
        .await;
    assert_eq!(
        (&private["error"], &private["needed"]),
        (&json!("missing_scope"), &json!("groups:read"))
    );
    let team = slack.call("team.info", Some(bot), &[]).await;
    assert_eq!(team["needed"], json!("team:read"));
    let open = slack.call("conversations.open", Some(bot), &[("users", IZZY)]).await;
    assert_eq!(open["error"], json!("missing_scope"));
}

#[tokio::test]
async fn membership_and_the_end_are_told_with_authorizations() {
    let slack = Harness::start().await;
    let answer = install(
        &slack,
        &[("scope", "chat:write,channels:read"), ("user_scope", "search:read")],
        &[],
    )
    .await;
    slack.sim.idle().await;
    assert!(slack.seen().is_empty(), "an installation alone is no event");
    act(&slack, json!({"action": "add_resource", "resource": CHANNEL})).await;
    act(&slack, json!({"action": "add_resource", "resource": "G0EZ453S1N"})).await;
    act(&slack, json!({"action": "remove_resource", "resource": CHANNEL})).await;
    let refused = json!({"action": "grant_scope", "app": "atlas", "team": TEAM, "scopes": ["commands"]});
    let refused = slack
        .sim
        .act(serde_json::from_value(refused).unwrap())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "workspace_apps_only");
    act(&slack, json!({"action": "uninstall"})).await;
    slack.sim.idle().await;
    let seen = slack.seen();
    let kinds: Vec<&str> = seen.iter().map(|s| s.body["event"]["type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "member_joined_channel",
            "member_left_channel",
            "channel_left",
            "tokens_revoked",
            "app_uninstalled"
        ],
        "without groups:read nothing is heard of private channels"
    );
    let bot = &answer["bot_user_id"];
    let joined = &seen[0].body;
    assert_eq!(
        (&joined["event"]["user"], &joined["event"]["inviter"]),
        (bot, &json!(IZZY))
    );
    assert_eq!(joined["event"]["channel_type"], json!("C"));
    let authorization = json!({
        "enterprise_id": "E0N0RTHW1", "team_id": TEAM, "user_id": bot, "is_bot": true, "is_enterprise_install": false
    });
    assert_eq!(joined["authorizations"], json!([authorization]));
    assert!(joined["event_context"].as_str().unwrap().starts_with("4-"));
    assert_eq!(seen[3].body["event"]["tokens"], json!({"bot": [bot], "oauth": [IZZY]}));
    let token = answer["access_token"].as_str();
    assert_eq!(
        slack.call("auth.test", token, &[]).await["error"],
        json!("token_revoked")
    );
}

#[tokio::test]
async fn the_last_revoked_token_uninstalls_and_a_new_installation_has_new_tokens() {
    let slack = Harness::start().await;
    let ask = [("scope", "chat:write"), ("user_scope", "search:read")];
    let answer = install(&slack, &ask, &[]).await;
    let (bot, person) = (&answer["access_token"], &answer["authed_user"]["access_token"]);
    assert_eq!(
        slack.call("auth.revoke", person.as_str(), &[]).await["revoked"],
        json!(true)
    );
    assert_eq!(slack.call("auth.test", bot.as_str(), &[]).await["ok"], json!(true));
    slack.call("auth.revoke", bot.as_str(), &[]).await;
    slack.sim.idle().await;
    let seen = slack.seen();
    let kinds: Vec<&str> = seen.iter().map(|s| s.body["event"]["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["tokens_revoked", "tokens_revoked", "app_uninstalled"]);
    let again = install(&slack, &[("scope", "commands")], &[]).await;
    assert_eq!(again["scope"], json!("commands"));
    assert_eq!(again["bot_user_id"], answer["bot_user_id"]);
    assert_ne!(&again["access_token"], bot);
}
