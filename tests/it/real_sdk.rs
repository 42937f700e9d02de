//! Slack's own SDK for Python against the simulator: all six `apps.permissions.*` methods, what they refuse,
//! signatures, a `response_url`. If the SDK reads the simulator as it reads Slack, other programs will too.
//!
//! The SDK has no functions for these methods any more; its `api_call` takes any name. It sends POST whatever
//! verb it is told. `cargo xtask prepare` installs it.

use serde_json::{Value, json};

mod refusals;
mod scene;
mod sdk;

use scene::{CHANNELS, HOME, IZZY, ORLA, Scene, TEAM};

const INFO: &str = "apps.permissions.info";
const SCOPES: &str = "apps.permissions.scopes.list";
const RESOURCES: &str = "apps.permissions.resources.list";
const USERS: &str = "apps.permissions.users.list";
const REQUEST: &str = "apps.permissions.request";
const USERS_REQUEST: &str = "apps.permissions.users.request";

/// The scopes in `info` for a type.
fn held(info: &Value, kind: &str) -> Vec<String> {
    serde_json::from_value(info["info"][kind]["scopes"].clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_installs_the_app_and_reads_what_it_holds() -> anyhow::Result<()> {
    let mut scene = Scene::start().await?;
    let token = scene.token.clone();
    let me = scene.helper(Some(&token), "auth_test", &json!({}))?;
    assert_eq!(
        (&me["data"]["team_id"], &me["data"]["ok"]),
        (&json!(TEAM), &json!(true))
    );
    assert_eq!(me["headers"]["x-oauth-scopes"], json!("chat:write,im:history,im:read"));

    let info = scene.ok(INFO, &json!({}))?;
    assert_eq!(info["info"]["channel"]["resources"]["ids"], json!(CHANNELS));
    assert_eq!(held(&info, "app_home"), ["chat:write", "im:history", "im:read"]);
    assert_eq!(info["info"]["app_home"]["resources"]["ids"], json!([HOME]));
    let kinds: Vec<&String> = info["info"].as_object().unwrap().keys().collect();
    assert_eq!(kinds, ["app_home", "channel", "group", "im", "mpim", "team"]);

    let scopes = scene.ok(SCOPES, &json!({}))?;
    assert_eq!(scopes["scopes"]["channel"], json!(["chat:write"]));
    assert_eq!(scopes["scopes"]["user"], json!([]));
    assert_eq!(scene.ok(USERS, &json!({}))?["resources"], json!([]));

    let command = json!({ "do": "pages", "token": token, "method": RESOURCES, "params": { "limit": 2 } });
    let answer = scene.sdk.run(&command)?;
    let pages: Vec<Vec<Value>> = answer["pages"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"))
        .iter()
        .map(|page| page["resources"].as_array().unwrap().clone())
        .collect();
    assert_eq!(
        pages.iter().map(Vec::len).collect::<Vec<_>>(),
        [2, 2],
        "the SDK turns the pages"
    );
    let mut rows: Vec<(String, String)> = pages
        .concat()
        .iter()
        .map(|row| {
            (
                row["id"].as_str().unwrap().to_owned(),
                row["type"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    rows.sort();
    let mut expected = CHANNELS.map(|id| (id.to_owned(), "channel".to_owned())).to_vec();
    expected.push((HOME.to_owned(), "app_home".to_owned()));
    assert_eq!(rows, expected);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_becomes_a_dialog_and_an_allowed_scope_is_seen_by_the_sdk() -> anyhow::Result<()> {
    let mut scene = Scene::start().await?;
    let (ts, trigger) = scene.pressed().await?;
    let received = scene.verified()?;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].path, "/slack/insectoid/interactions");
    let payload = received[0].payload();
    assert_eq!(payload["callback_id"], json!("perm_request_1234"));
    assert_eq!(payload["trigger_id"], json!(trigger));
    assert!(!held(&scene.ok(INFO, &json!({}))?, "app_home").contains(&"commands".to_owned()));

    let ask = json!({ "trigger_id": trigger, "scopes": "commands" });
    assert_eq!(scene.ok(REQUEST, &ask)?, json!({ "ok": true }));
    let dialog = scene.sim.dialogs().remove(0);
    assert_eq!(
        (dialog.user.as_str(), dialog.trigger_id.as_str()),
        (IZZY, trigger.as_str())
    );
    scene.answer("allow").await?;
    let told = scene.verified()?;
    let events: Vec<Value> = told
        .iter()
        .map(|one| serde_json::from_str(&one.body).unwrap())
        .collect();
    assert!(told.iter().all(|one| one.path == "/slack/insectoid/events"));
    let mut kinds: Vec<&str> = events
        .iter()
        .map(|body| body["event"]["type"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        ["resources_added", "scope_granted"],
        "on their way they may change places"
    );
    assert!(held(&scene.ok(INFO, &json!({}))?, "app_home").contains(&"commands".to_owned()));

    let reply = json!({
        "do": "reply", "response_url": payload["response_url"],
        "message": { "text": "Thank you.", "replace_original": true },
    });
    for _ in 0..5 {
        assert_eq!(scene.sdk.run(&reply)?, json!({ "status": 200, "body": "ok" }));
    }
    assert_eq!(scene.sdk.run(&reply)?, json!({ "status": 404, "body": "used_url" }));
    let world = scene.sim.world();
    assert_eq!(world.message(&HOME.parse()?, &ts).unwrap().text, "Thank you.");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_grants_her_own_scopes_and_the_sdk_acts_for_her() -> anyhow::Result<()> {
    let mut scene = Scene::start().await?;
    let (_, trigger) = scene.pressed().await?;
    let ask = json!({ "trigger_id": trigger, "scopes": "reminders:write:user", "user": ORLA });
    assert_eq!(scene.ok(USERS_REQUEST, &ask)?, json!({ "ok": true }));
    assert_eq!(scene.sim.dialogs()[0].user.as_str(), ORLA);
    let reminder = json!({
        "do": "call", "token": scene.token, "method": "reminders.add", "headers": { "X-Slack-User": ORLA },
        "data": { "text": "Mow", "time": "1892160000" },
    });
    assert_eq!(scene.raised(&reminder)?, "missing_scope");
    scene.answer("allow").await?;
    assert_eq!(
        scene.ok(USERS, &json!({ "limit": 10 }))?["resources"],
        json!([{ "id": ORLA, "scopes": ["reminders:write:user"] }])
    );
    let answer = scene.sdk.run(&reminder)?;
    assert_eq!(answer["data"]["ok"], json!(true), "{answer}");
    let told = scene.verified()?;
    let last: Value = serde_json::from_str(&told.last().unwrap().body)?;
    assert_eq!(last["event"]["type"], json!("user_resource_granted"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_understood_in_each_encoding_that_the_sdk_has() -> anyhow::Result<()> {
    let mut scene = Scene::start().await?;
    let token = scene.token.clone();
    for way in [
        "params",
        "data",
        "query",
        "multipart",
        "token in the form",
        "token in the query",
    ] {
        let (_, trigger) = scene.pressed().await?;
        let ask = json!({ "trigger_id": trigger, "scopes": "commands" });
        let query = format!("{REQUEST}?trigger_id={trigger}&scopes=commands");
        let command = match way {
            "params" => json!({ "token": token, "method": REQUEST, "params": ask, "http_verb": "GET" }),
            "data" => json!({ "token": token, "method": REQUEST, "data": ask }),
            "query" => json!({ "token": token, "method": query }),
            "multipart" => json!({ "token": token, "method": REQUEST, "data": ask, "files": { "note": "none" } }),
            "token in the query" => json!({ "method": format!("{REQUEST}?token={token}"), "data": ask }),
            _ => {
                let form = json!({ "token": token, "trigger_id": trigger, "scopes": "commands" });
                json!({ "method": REQUEST, "data": form })
            }
        };
        let mut command = command;
        command["do"] = json!("call");
        assert_eq!(scene.sdk.run(&command)?["data"], json!({ "ok": true }), "{way}");
        assert_eq!(scene.sim.dialogs()[0].trigger_id.as_str(), trigger, "{way}");
    }
    Ok(())
}
