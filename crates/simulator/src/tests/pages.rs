//! Pages and the control door.

use serde_json::{Value, json};

use super::harness::{CHANNEL, Harness, IZZY, TEAM};

#[tokio::test]
async fn the_client_shows_what_an_app_may_do_and_its_buttons_change_it() {
    let slack = Harness::start().await;
    let page = async || {
        let url = format!("{}/client?team={TEAM}&user={IZZY}&at=A0BLA3EP2", slack.sim.url());
        let answer = slack.http.get(url).send().await.unwrap();
        assert!(
            answer.headers()["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("default-src 'none'")
        );
        let text = answer.text().await.unwrap();
        assert!(
            !text.contains(" style=") && !text.contains("onclick"),
            "the policy allows neither"
        );
        text
    };
    assert!(page().await.contains("data-installed=\"false\""));
    slack.install("chat:write", &[]).await;
    let form = [
        ("back", "/client?team=T061EG9R6&at=A0BLA3EP2"),
        ("team", TEAM),
        ("user", IZZY),
        ("app", "A0BLA3EP2"),
        ("channel", CHANNEL),
        ("action", "add_resource"),
    ];
    let act = async || {
        slack
            .http
            .post(format!("{}/client/act", slack.sim.url()))
            .form(&form)
            .send()
            .await
            .unwrap()
    };
    assert_eq!(act().await.headers()["location"], "/client?team=T061EG9R6&at=A0BLA3EP2");
    assert!(page().await.contains(&format!("data-resource=\"{CHANNEL}\"")));
    let refused = act().await.headers()["location"].to_str().unwrap().to_owned();
    assert!(refused.contains("problem=nothing+would+change"));
    let shown = slack
        .http
        .get(format!("{}{refused}", slack.sim.url()))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(shown.contains("id=\"problem\""));
    let messages = format!(
        "{}/client?team={TEAM}&user={IZZY}&at=A0BLA3EP2&show=messages",
        slack.sim.url()
    );
    let folded = slack.http.get(messages).send().await.unwrap().text().await.unwrap();
    assert!(folded.contains("data-installed=\"true\"") && !folded.contains("data-action=\"uninstall\""));
}

#[tokio::test]
async fn what_people_write_is_escaped() {
    let slack = Harness::start().await;
    slack.install("chat:write", &[]).await;
    slack
        .act(json!({"action": "message_app", "user": IZZY, "text": "<script>alert(1)</script>"}))
        .await;
    let url = format!("{}/client?team={TEAM}&user={IZZY}&at=A0BLA3EP2", slack.sim.url());
    let text = slack.http.get(url).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("&lt;script&gt;alert(1)") && !text.contains("<script>alert"));
    let overview = slack
        .http
        .get(format!("{}/sim", slack.sim.url()))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(overview.contains("data-call=\"oauth.access\"") && overview.contains("data-delivery=\"message\""));
}

#[tokio::test]
async fn secrets_are_shown_only_when_asked_for() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let get = async |path: &str| {
        slack
            .http
            .get(format!("{}{path}", slack.sim.url()))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    let (plain, full) = (get("/sim/state").await, get("/sim/state?secrets").await);
    assert!(!plain.contains(&token) && !plain.contains(&slack.secret()));
    assert!(full.contains(&token) && full.contains(&slack.secret()));
    assert!(!get("/sim/calls").await.contains(&token) && !get("/sim/deliveries").await.contains("verification"));
}

#[tokio::test]
async fn the_control_door_seeds_acts_turns_the_clock_and_sets_faults() {
    let slack = Harness::start().await;
    let post = async |path: &str, body: Value| -> Value {
        slack
            .http
            .post(format!("{}{path}", slack.sim.url()))
            .json(&body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    };
    let consent = json!({"action": "consent", "app": "insectoid", "team": TEAM, "user": IZZY, "state": "x"});
    let answer = post("/sim/actions", consent).await;
    assert!(answer["redirect"].as_str().unwrap().ends_with("&state=x"));
    let refused = post(
        "/sim/actions",
        json!({"action": "uninstall", "app": "insectoid", "team": TEAM}),
    )
    .await;
    assert_eq!(
        (&refused["ok"], &refused["error"]),
        (&json!(false), &json!("nothing_changes"))
    );
    let turned = post(
        "/sim/clock",
        json!({"freeze": true, "set": "2018-04-17T00:00:00Z", "advance_seconds": 60}),
    )
    .await;
    assert_eq!(
        (&turned["now"], &turned["frozen"]),
        (&json!("2018-04-17T00:01:00Z"), &json!(true))
    );
    let fault = post(
        "/sim/faults",
        json!({"method": "auth.test", "fault": "error", "error": "internal_error", "count": 2}),
    )
    .await;
    assert_eq!(fault["left"], json!({"auth.test": 2}));
    let seed = json!({"teams": [{"id": "T1", "name": "One", "domain": "one"}], "users": [], "apps": []});
    assert_eq!(post("/sim/seed", seed).await, json!({"ok": true}));
    assert_eq!(slack.sim.world().teams.len(), 1);
    assert_eq!(post("/sim/seed", json!({})).await["error"], json!("invalid_seed"));
}
