//! Tokens that rotate: pairs and their families, grace, reuse, long-lived tokens, lost answers.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    harness::{CLIENT_ID, Harness, IZZY, TEAM},
    modern::{access, install},
};
use crate::{
    Action, Fault, Rotation,
    RotationOutcome::{self, Issued, Refreshed, Refused, Reused},
};

const BOTH: [(&str, &str); 2] = [("scope", "chat:write"), ("user_scope", "search:read")];
const BOT: &str = "A0ATLAS42/T061EG9R6/bot";
const HOUR: Duration = Duration::from_secs(3_600);

/// Northwind, and atlas with tokens that rotate.
async fn rotating(grace_seconds: u32) -> Harness {
    Harness::start_with(|seed| {
        let atlas = seed.apps.iter_mut().find(|app| app.slug.as_str() == "atlas").unwrap();
        atlas.token_rotation = true;
        atlas.refresh_grace_seconds = grace_seconds;
    })
    .await
}

async fn refresh(slack: &Harness, token: &Value) -> Value {
    let token = token.as_str().unwrap();
    access(slack, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

async fn works(slack: &Harness, token: &Value) -> Value {
    let answer = slack.call("auth.test", token.as_str(), &[]).await;
    answer.get("error").cloned().unwrap_or(json!(true))
}

/// The family, generation and outcome of every refresh.
fn told(slack: &Harness) -> Vec<(Option<String>, u32, RotationOutcome)> {
    let line = |line: Rotation| (line.family, line.generation, line.outcome);
    slack.sim.rotations().into_iter().map(line).collect()
}

#[tokio::test]
async fn bot_and_person_have_pairs_of_their_own_which_are_refreshed_on_their_own() {
    let slack = rotating(0).await;
    let answer = install(&slack, &BOTH, &[]).await;
    let person = &answer["authed_user"];
    assert!(answer["access_token"].as_str().unwrap().starts_with("xoxe.xoxb-1-"));
    assert!(person["access_token"].as_str().unwrap().starts_with("xoxe.xoxp-1-"));
    assert!(person["refresh_token"].as_str().unwrap().starts_with("xoxe-1-"));
    assert_eq!(
        (&answer["expires_in"], &person["expires_in"]),
        (&json!(43_200), &json!(43_200))
    );
    assert_ne!(answer["refresh_token"], person["refresh_token"]);

    let bot = refresh(&slack, &answer["refresh_token"]).await;
    assert_eq!(
        (&bot["token_type"], &bot["bot_user_id"], &bot["scope"]),
        (&json!("bot"), &answer["bot_user_id"], &json!("chat:write"))
    );
    assert!(bot.get("authed_user").is_none() && bot["team"]["id"] == TEAM);
    let own = refresh(&slack, &person["refresh_token"]).await;
    assert_eq!(
        (&own["token_type"], &own["user_id"], &own["scope"]),
        (&json!("user"), &json!(IZZY), &json!("search:read"))
    );
    assert!(own["access_token"].as_str().unwrap().starts_with("xoxe.xoxp-1-"));
    assert_eq!(
        works(&slack, &answer["access_token"]).await,
        json!(true),
        "a refresh ends nothing"
    );
    let personal = Some(format!("A0ATLAS42/{TEAM}/{IZZY}"));
    assert_eq!(
        told(&slack),
        [
            (Some(BOT.to_owned()), 1, Issued),
            (personal.clone(), 1, Issued),
            (Some(BOT.to_owned()), 2, Refreshed),
            (personal, 2, Refreshed),
        ]
    );
    let listed = slack.http.get(format!("{}/sim/rotations", slack.sim.url()));
    let listed: String = listed.send().await.unwrap().text().await.unwrap();
    assert!(
        listed.contains("\"outcome\":\"refreshed\"") && !listed.contains("xox"),
        "{listed}"
    );
}

#[tokio::test]
async fn a_token_ends_after_twelve_hours_and_at_most_two_work() {
    let slack = rotating(0).await;
    let first = install(&slack, &[("scope", "chat:write")], &[]).await;
    slack.sim.clock().advance(HOUR);
    let test = slack.call("auth.test", first["access_token"].as_str(), &[]).await;
    assert!((39_590..=39_600).contains(&test["expires_in"].as_i64().unwrap()));
    let second = refresh(&slack, &first["refresh_token"]).await;
    let third = refresh(&slack, &second["refresh_token"]).await;
    assert_eq!(works(&slack, &first["access_token"]).await, json!("token_expired"));
    assert_eq!(works(&slack, &second["access_token"]).await, json!(true));
    assert_eq!(works(&slack, &third["access_token"]).await, json!(true));
    slack.sim.clock().advance(12 * HOUR);
    assert_eq!(works(&slack, &third["access_token"]).await, json!("token_expired"));
    let fourth = refresh(&slack, &third["refresh_token"]).await;
    assert_eq!(works(&slack, &fourth["access_token"]).await, json!(true));
}

#[tokio::test]
async fn a_refresh_token_serves_once_and_its_reuse_is_counted() {
    let slack = rotating(0).await;
    let first = install(&slack, &[("scope", "chat:write")], &[]).await;
    let second = refresh(&slack, &first["refresh_token"]).await;
    let again = refresh(&slack, &first["refresh_token"]).await;
    assert_eq!(again["error"], json!("invalid_refresh_token"));
    let unknown = refresh(&slack, &json!("xoxe-1-NOBODY")).await;
    assert_eq!(unknown["error"], json!("invalid_refresh_token"));
    assert_eq!(
        works(&slack, &second["access_token"]).await,
        json!(true),
        "a reuse ends nothing"
    );
    let reinstalled = install(&slack, &[("scope", "commands")], &[]).await;
    let replaced = refresh(&slack, &second["refresh_token"]).await;
    assert_eq!(
        replaced["error"],
        json!("invalid_refresh_token"),
        "installing again replaces the pair"
    );
    assert_eq!(works(&slack, &reinstalled["access_token"]).await, json!(true));
    let outcomes: Vec<RotationOutcome> = told(&slack).into_iter().map(|(_, _, outcome)| outcome).collect();
    assert_eq!(outcomes, [Issued, Refreshed, Reused, Refused, Issued, Refused]);
    assert_eq!(slack.sim.world().rotations.reuses(), 1);
}

#[tokio::test]
async fn within_the_grace_window_a_spent_refresh_token_brings_the_same_pair() {
    let slack = rotating(30).await;
    let first = install(&slack, &[("scope", "chat:write")], &[]).await;
    let second = refresh(&slack, &first["refresh_token"]).await;
    slack.sim.clock().advance(Duration::from_secs(10));
    let again = refresh(&slack, &first["refresh_token"]).await;
    assert_eq!(
        (&again["access_token"], &again["refresh_token"]),
        (&second["access_token"], &second["refresh_token"])
    );
    assert_eq!(told(&slack)[2], (Some(BOT.to_owned()), 2, RotationOutcome::Repeated));
    slack.sim.clock().advance(Duration::from_secs(20));
    let late = refresh(&slack, &first["refresh_token"]).await;
    assert_eq!(late["error"], json!("invalid_refresh_token"));

    let third = refresh(&slack, &second["refresh_token"]).await;
    refresh(&slack, &third["refresh_token"]).await;
    let behind = refresh(&slack, &second["refresh_token"]).await;
    assert_eq!(
        behind["error"],
        json!("invalid_refresh_token"),
        "somebody went on from there"
    );
}

#[tokio::test]
async fn a_long_lived_token_becomes_a_pair_and_ends_with_the_first_refresh() {
    let slack = Harness::start().await;
    let old = install(&slack, &BOTH, &[]).await;
    let exchange = async |token: &Value| {
        let url = format!("{}/api/oauth.v2.exchange", slack.sim.url());
        let secret = super::modern::secret(&slack);
        let form = [
            ("token", token.as_str().unwrap()),
            ("client_id", super::modern::ATLAS),
            ("client_secret", &secret),
        ];
        let answer = slack.http.post(url).form(&form).send().await.unwrap();
        answer.json::<Value>().await.unwrap()
    };
    let (bot, person) = (&old["access_token"], &old["authed_user"]["access_token"]);
    assert_eq!(exchange(bot).await["error"], json!("token_rotation_not_enabled"));
    let switch = json!({"action": "rotation", "app": "atlas", "enabled": true});
    slack.sim.act(serde_json::from_value(switch).unwrap()).await.unwrap();
    let off = Action::Rotation {
        app: "atlas".to_owned(),
        enabled: Some(false),
        grace_seconds: None,
    };
    assert_eq!(slack.sim.act(off).await.unwrap_err().code(), "rotation_stays");

    let pair = exchange(bot).await;
    assert!(
        pair["access_token"].as_str().unwrap().starts_with("xoxe.xoxb-1-"),
        "{pair}"
    );
    assert_eq!(
        (&pair["bot_user_id"], &pair["scope"]),
        (&old["bot_user_id"], &json!("chat:write"))
    );
    assert_eq!(exchange(bot).await["error"], json!("token_already_exchanged"));
    assert_eq!(exchange(&pair["access_token"]).await["error"], json!("invalid_token"));
    assert_eq!(exchange(&json!("xoxb-0")).await["error"], json!("invalid_token"));
    assert_eq!(works(&slack, bot).await, json!(true), "until the first refresh");
    let next = refresh(&slack, &pair["refresh_token"]).await;
    assert_eq!(works(&slack, bot).await, json!("token_expired"));
    assert_eq!(works(&slack, &next["access_token"]).await, json!(true));
    slack.call("auth.revoke", person.as_str(), &[]).await;
    assert_eq!(exchange(person).await["error"], json!("authorization_not_found"));
}

#[tokio::test]
async fn revoking_a_rotated_token_ends_it_alone() {
    let slack = rotating(0).await;
    let first = install(&slack, &[("scope", "chat:write")], &[]).await;
    let revoked = slack.call("auth.revoke", first["access_token"].as_str(), &[]).await;
    assert_eq!(revoked["revoked"], json!(true));
    assert_eq!(works(&slack, &first["access_token"]).await, json!("token_revoked"));
    slack.sim.idle().await;
    assert!(slack.seen().is_empty(), "no uninstall, and no event");
    let second = refresh(&slack, &first["refresh_token"]).await;
    assert_eq!(works(&slack, &second["access_token"]).await, json!(true));
    slack.call("auth.revoke", second["refresh_token"].as_str(), &[]).await;
    let end = refresh(&slack, &second["refresh_token"]).await;
    assert_eq!(end["error"], json!("invalid_refresh_token"));
    let uninstall = json!({"action": "uninstall", "app": "atlas", "team": TEAM});
    slack.sim.act(serde_json::from_value(uninstall).unwrap()).await.unwrap();
    slack.sim.idle().await;
    let seen = slack.seen();
    let told = seen
        .iter()
        .find(|seen| seen.body["event"]["type"] == "tokens_revoked")
        .unwrap();
    assert_eq!(
        told.body["event"]["tokens"],
        json!({"bot": [first["bot_user_id"]], "oauth": []})
    );
    assert_eq!(works(&slack, &second["access_token"]).await, json!("token_revoked"));
}

#[tokio::test]
async fn a_lost_answer_has_spent_the_token_and_a_dropped_call_has_not() {
    let slack = rotating(0).await;
    let first = install(&slack, &[("scope", "chat:write")], &[]).await;
    let refresh_token = first["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    let send = async || {
        let request = slack.http.post(format!("{}/api/oauth.v2.access", slack.sim.url()));
        let request = request
            .form(&form)
            .basic_auth(super::modern::ATLAS, Some(super::modern::secret(&slack)));
        match request.send().await {
            Ok(answer) => answer.json::<Value>().await.map_err(|_| ()),
            Err(_) => Err(()),
        }
    };
    slack.sim.fault("oauth.v2.access", Fault::Drop, 1);
    assert_eq!(send().await, Err(()));
    assert_eq!(slack.sim.rotations().len(), 1, "nothing was done");
    slack.sim.fault("oauth.v2.access", Fault::LostAnswer, 1);
    assert_eq!(send().await, Err(()));
    assert_eq!(slack.sim.rotations()[1].outcome, Refreshed);
    assert_eq!(send().await.unwrap()["error"], json!("invalid_refresh_token"));
    let faults: Vec<_> = slack
        .sim
        .calls("oauth.v2.access")
        .into_iter()
        .filter_map(|call| call.fault)
        .collect();
    assert_eq!(faults, ["drop", "lost_answer"]);
}

#[tokio::test]
async fn refreshes_of_workspace_tokens_are_listed_limited_and_leave_the_old_token_alone() {
    let slack = Harness::start().await;
    let code = slack.code("chat:write", &[]).await;
    let install = slack
        .access(&[("code", &code), ("redirect_uri", &slack.callback)])
        .await;
    let refresh = install["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    for _ in 0..50 {
        assert_eq!(slack.access(&form).await["ok"], json!(true));
    }
    let over = slack
        .http
        .post(format!("{}/api/oauth.access", slack.sim.url()))
        .form(&form);
    let over = over.basic_auth(CLIENT_ID, Some(slack.secret())).send().await.unwrap();
    assert_eq!(over.status(), 429);
    assert!(over.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() <= 6);
    assert_eq!(works(&slack, &install["access_token"]).await, json!(true));
    let lines = told(&slack);
    assert_eq!(lines.len(), 51);
    assert_eq!(lines[0].2, Issued);
    assert_eq!((lines[50].1, lines[50].2), (51, Refreshed));
    assert!(lines[50].0.as_ref().unwrap().ends_with("/T061EG9R6/workspace"));
}
