//! What the simulator refuses, as the SDK raises it: `SlackApiError` with Slack's own names.

use std::time::Duration;

use grantbook_core::Timestamp;
use serde_json::{Value, json};

use super::{
    INFO, REQUEST, RESOURCES, SCOPES, USERS, USERS_REQUEST,
    scene::{IZZY, ORLA, Scene},
};

/// The errors that the SDK raises for some calls of one method, in their order.
fn errors<const N: usize>(scene: &mut Scene, method: &str, calls: [Value; N]) -> anyhow::Result<[String; N]> {
    let mut errors = Vec::new();
    for params in calls {
        errors.push(scene.refused(&scene.token.clone(), method, &params)?);
    }
    Ok(errors.try_into().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_the_two_requests_are_raised_with_slacks_names() -> anyhow::Result<()> {
    let mut scene = Scene::start().await?;
    let (_, good) = scene.pressed().await?;
    let ask = |trigger: &str, scopes: &str| json!({ "trigger_id": trigger, "scopes": scopes });
    let one =
        |trigger: &str, scopes: &str, user: &str| json!({ "trigger_id": trigger, "scopes": scopes, "user": user });
    let mine = "dnd:write:user";
    let found = errors(
        &mut scene,
        REQUEST,
        [
            ask("nonsense", "commands"),
            ask(&good, "bot"),
            ask(&good, "commands,dnd:write:user"),
            json!({ "trigger_id": good }),
        ],
    )?;
    assert_eq!(
        found,
        ["invalid_trigger", "invalid_scope", "mixed_scope", "invalid_arguments"]
    );
    let found = errors(
        &mut scene,
        USERS_REQUEST,
        [
            one("nonsense", mine, ORLA),
            one(&good, "bot", ORLA),
            one(&good, "commands", ORLA),
            one(&good, mine, "U0N0B0DY"),
            ask(&good, mine),
        ],
    )?;
    let expected = [
        "invalid_trigger",
        "invalid_scope",
        "mixed_scope",
        "invalid_user",
        "invalid_arguments",
    ];
    assert_eq!(found, expected);

    assert_eq!(
        scene.ok(REQUEST, &ask(&good, "commands"))?,
        json!({ "ok": true }),
        "refusals spend nothing"
    );
    assert_eq!(
        errors(&mut scene, REQUEST, [ask(&good, "commands")])?,
        ["trigger_exchanged"]
    );
    assert_eq!(
        errors(&mut scene, USERS_REQUEST, [one(&good, mine, ORLA)])?,
        ["trigger_exchanged"]
    );

    let (_, late) = scene.pressed().await?;
    scene.sim.clock().advance(Duration::from_millis(3_001));
    assert_eq!(
        errors(&mut scene, REQUEST, [ask(&late, "commands")])?,
        ["invalid_trigger"]
    );
    assert_eq!(
        errors(&mut scene, USERS_REQUEST, [one(&late, mine, ORLA)])?,
        ["invalid_trigger"]
    );

    let (_, orphaned) = scene.pressed().await?;
    scene
        .act(json!({ "action": "circumstance", "circumstance": "user_deactivated", "user": IZZY }))
        .await?;
    assert_eq!(
        errors(&mut scene, REQUEST, [ask(&orphaned, "commands")])?,
        ["invalid_user"]
    );
    assert_eq!(scene.sim.dialogs().len(), 1, "what is refused shows nothing");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_six_refuse_foreign_cursors_tokens_and_bodies() -> anyhow::Result<()> {
    let mut scene = Scene::start().await?;
    let cursor = json!({ "cursor": "nonsense" });
    for list in [RESOURCES, USERS] {
        assert_eq!(
            errors(&mut scene, list, [cursor.clone()])?,
            ["invalid_cursor"],
            "{list}"
        );
    }
    let bot = scene.install("atlas", "oauth_v2_access", &["chat:write"], &[]).await?;
    let bot = bot["data"]["access_token"]
        .as_str()
        .unwrap_or_else(|| panic!("{bot}"))
        .to_owned();
    assert!(bot.starts_with("xoxb-"));
    let tokens = [
        (bot, "not_allowed_token_type"),
        (scene.refresh_token.clone(), "not_allowed_token_type"),
        ("xoxa-2-0".to_owned(), "invalid_auth"),
        (String::new(), "not_authed"),
    ];
    for method in [INFO, SCOPES, RESOURCES, USERS, REQUEST, USERS_REQUEST] {
        for (token, error) in &tokens {
            assert_eq!(scene.refused(token, method, &json!({}))?, *error, "{method}");
        }
        let json = json!({ "do": "call", "token": scene.token, "method": method, "json": { "limit": 1 } });
        assert_eq!(scene.raised(&json)?, "invalid_post_type", "{method}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_minute_is_a_429_that_the_sdks_retry_handler_waits_out() -> anyhow::Result<()> {
    let mut scene = Scene::start().await?;
    let clock = scene.sim.clock().clone();
    let now = clock.now().seconds();
    clock.set(Timestamp::from_seconds(now - now.rem_euclid(60) + 59));
    for _ in 0..40 {
        scene.ok(INFO, &json!({}))?;
    }
    let mut command = json!({ "do": "call", "token": scene.token, "method": INFO });
    let answer = scene.sdk.run(&command)?;
    assert_eq!(
        (&answer["raised"], &answer["status"]),
        (&json!("SlackApiError"), &json!(429)),
        "{answer}"
    );
    assert_eq!(answer["data"]["error"], json!("ratelimited"));
    assert_eq!(
        answer["headers"]["retry-after"],
        json!("1"),
        "the minute has one second left"
    );
    scene.ok(SCOPES, &json!({}))?;

    command["patient"] = json!(true);
    scene.sdk.send(&command)?;
    while scene.sim.calls(INFO).iter().filter(|call| call.status == 429).count() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    clock.advance(Duration::from_secs(1));
    let answer = scene.sdk.receive()?;
    assert_eq!(
        (&answer["status"], &answer["data"]["ok"]),
        (&json!(200), &json!(true)),
        "{answer}"
    );
    assert_eq!(scene.sim.calls(INFO).len(), 43);
    Ok(())
}
