//! An app of today: its consent page, and from the code to the tokens.

mod tokens;

use grantbook_api::oauth::V2Access;
use reqwest::Response;
use serde_json::{Value, json};
use url::Url;

use super::harness::{CLIENT_ID, Harness, IZZY, TEAM};

pub(super) const ATLAS: &str = "11820576016.9417205538";
pub(super) const SCOPES: &str = "chat:write,channels:read,commands,users:read,channels:history,files:read";

pub(super) fn secret(slack: &Harness) -> String {
    let apps = slack.sim.apps();
    let atlas = apps.iter().find(|app| app.slug.as_str() == "atlas").unwrap();
    atlas.client_secret.expose().to_owned()
}

pub(super) async fn show(slack: &Harness, page: &str, fields: &[(&str, &str)]) -> Response {
    let mut url = Url::parse(&format!("{}{page}", slack.sim.url())).unwrap();
    url.query_pairs_mut()
        .extend_pairs([("client_id", ATLAS), ("team", TEAM), ("user", IZZY)])
        .extend_pairs(fields);
    slack.http.get(url).send().await.unwrap()
}

/// Opens today's consent page and sends its form; answers the page's text and the callback's query.
pub(super) async fn consent(
    slack: &Harness,
    ask: &[(&str, &str)],
    choose: &[(&str, &str)],
) -> (String, Vec<(String, String)>) {
    let page = show(slack, "/oauth/v2/authorize", ask).await;
    assert_eq!(page.status(), 200);
    let text = page.text().await.unwrap();
    let nonce = text.split("name=\"nonce\" value=\"").nth(1).unwrap();
    let nonce = nonce.split('"').next().unwrap();
    let mut form = vec![("nonce", nonce), ("team", TEAM), ("user", IZZY)];
    form.extend_from_slice(choose);
    let request = slack.http.post(format!("{}/oauth/v2/authorize", slack.sim.url()));
    let answer = request.form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    let location = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    assert!(location.path().ends_with("/slack/atlas/oauth/callback"));
    let query = location.query_pairs().into_owned().collect();
    (text, query)
}

pub(super) async fn code(slack: &Harness, ask: &[(&str, &str)], ticked: &[&str]) -> String {
    let mut choose = vec![("decision", "allow")];
    choose.extend(ticked.iter().map(|scope| ("optional", *scope)));
    let (_, query) = consent(slack, ask, &choose).await;
    query.into_iter().find(|(name, _)| name == "code").unwrap().1
}

pub(super) async fn access(slack: &Harness, form: &[(&str, &str)]) -> Value {
    let request = slack.http.post(format!("{}/api/oauth.v2.access", slack.sim.url()));
    let request = request.form(form).basic_auth(ATLAS, Some(secret(slack)));
    request.send().await.unwrap().json().await.unwrap()
}

pub(super) async fn install(slack: &Harness, ask: &[(&str, &str)], ticked: &[&str]) -> Value {
    let code = code(slack, ask, ticked).await;
    let answer = access(slack, &[("code", &code)]).await;
    assert_eq!(answer["ok"], json!(true), "{answer}");
    answer
}

#[tokio::test]
async fn todays_consent_brings_a_bot_token_and_a_persons_own() {
    let slack = Harness::start().await;
    let ask = [("scope", SCOPES), ("user_scope", "search:read"), ("state", "s t")];
    let (page, query) = consent(&slack, &ask, &[("decision", "allow"), ("optional", "files:read")]).await;
    assert!(page.contains("name=\"optional\" value=\"channels:history\" checked"));
    assert!(page.contains("id=\"personal\"") && !page.contains("id=\"held\""));
    assert!(!page.contains("name=\"channel\""), "nobody chooses conversations");
    assert_eq!(query[1], ("state".to_owned(), "s t".to_owned()));
    let answer = access(&slack, &[("code", &query[0].1)]).await;
    assert!(answer["access_token"].as_str().unwrap().starts_with("xoxb-"));
    assert_eq!(answer["token_type"], json!("bot"));
    assert_eq!(
        answer["scope"],
        json!("channels:read,chat:write,commands,files:read,users:read"),
        "without the unticked scope"
    );
    assert_eq!(answer["team"], json!({"id": TEAM, "name": "Northwind HQ"}));
    assert_eq!(answer["enterprise"]["id"], json!("E0N0RTHW1"));
    assert_eq!(answer["is_enterprise_install"], json!(false));
    let person = &answer["authed_user"];
    assert_eq!((&person["id"], &person["scope"]), (&json!(IZZY), &json!("search:read")));
    assert!(person["access_token"].as_str().unwrap().starts_with("xoxp-"));
    let read: V2Access = serde_json::from_value(answer).unwrap();
    assert_eq!(read.scopes.len(), 5);
}

#[tokio::test]
async fn installing_again_with_less_removes_nothing_and_keeps_the_token() {
    let slack = Harness::start().await;
    let first = install(&slack, &[("scope", SCOPES)], &[]).await;
    let (page, query) = consent(
        &slack,
        &[("scope", "chat:write,channels:history,team:read")],
        &[("decision", "allow"), ("optional", "channels:history")],
    )
    .await;
    assert!(page.contains("What is new") && page.contains("id=\"held\""));
    assert!(page.contains("It already has 4 scopes"));
    let again = access(&slack, &[("code", &query[0].1)]).await;
    assert_eq!(
        again["scope"],
        json!("channels:history,channels:read,chat:write,commands,team:read,users:read")
    );
    assert_eq!(again["access_token"], first["access_token"]);
    assert_eq!(again["bot_user_id"], first["bot_user_id"]);
    assert_eq!(again["authed_user"], json!({"id": IZZY}));
    let personal = install(&slack, &[("user_scope", "search:read")], &[]).await;
    assert!(personal.get("access_token").is_none() && personal.get("bot_user_id").is_none());
}

#[tokio::test]
async fn wrong_requests_to_todays_page_are_named() {
    let slack = Harness::start().await;
    let error = async |page: &str, fields: &[(&str, &str)]| {
        let answer = show(&slack, page, fields).await;
        assert_eq!(answer.status(), 400);
        let text = answer.text().await.unwrap();
        let code = text.split("data-error=\"").nth(1).unwrap();
        code.split('"').next().unwrap().to_owned()
    };
    let v2 = "/oauth/v2/authorize";
    assert_eq!(error(v2, &[]).await, "no_scopes");
    assert_eq!(error(v2, &[("scope", "admin.apps:read")]).await, "invalid_scope");
    assert_eq!(error(v2, &[("user_scope", "chat:write.public")]).await, "invalid_scope");
    let elsewhere = [("scope", "chat:write"), ("redirect_uri", "https://elsewhere.example/")];
    assert_eq!(error(v2, &elsewhere).await, "bad_redirect_uri");
    let v1 = [("scope", "chat:write")];
    assert_eq!(error("/oauth/authorize", &v1).await, "oauth_authorization_url_mismatch");
    let base = format!("{}{v2}?scope=chat:write&client_id=", slack.sim.url());
    for (client_id, code) in [
        ("1.2", "invalid_client_id"),
        (CLIENT_ID, "oauth_authorization_url_mismatch"),
    ] {
        let text = slack
            .http
            .get(format!("{base}{client_id}"))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert!(text.contains(&format!("data-error=\"{code}\"")));
    }
    let (_, query) = consent(
        &slack,
        &[("scope", "chat:write"), ("state", "x")],
        &[("decision", "cancel")],
    )
    .await;
    let refused = [("error", "access_denied"), ("state", "x")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(query, refused);
}

#[tokio::test]
async fn an_app_that_is_not_distributed_stays_in_its_workspace() {
    let slack = Harness::start().await;
    let text = include_str!("../../data/northwind.json").replace(
        "\"slug\": \"atlas\",",
        "\"slug\": \"atlas\", \"only_team\": \"T0DES3UAN\",",
    );
    slack
        .sim
        .reseed(crate::Seed::from_json(&text, "http://127.0.0.1:1").unwrap())
        .unwrap();
    let page = show(&slack, "/oauth/v2/authorize", &[("scope", "chat:write")]).await;
    assert!(
        page.text()
            .await
            .unwrap()
            .contains("data-error=\"invalid_team_for_non_distributed_app\"")
    );
    let action = json!({"action": "consent", "app": "atlas", "team": TEAM, "user": IZZY});
    let refused = slack
        .sim
        .act(serde_json::from_value(action).unwrap())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "invalid_team_for_non_distributed_app");
}

#[tokio::test]
async fn every_wrong_exchange_of_today_has_its_name() {
    let slack = Harness::start().await;
    let error = async |form: &[(&str, &str)]| access(&slack, form).await["error"].clone();
    let callback = slack.callback.replace("insectoid", "atlas");
    let code = code(
        &slack,
        &[("scope", "channels:history"), ("redirect_uri", &callback)],
        &[],
    )
    .await;
    assert_eq!(error(&[("code", &code)]).await, json!("bad_redirect_uri"));
    let nothing = [("code", code.as_str()), ("redirect_uri", callback.as_str())];
    assert_eq!(error(&nothing).await, json!("no_scopes"), "all were unticked");
    assert_eq!(error(&[]).await, json!("invalid_code"));
    assert_eq!(error(&[("grant_type", "password")]).await, json!("invalid_grant_type"));
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "xoxe-1-0")];
    assert_eq!(error(&refresh).await, json!("invalid_refresh_token"));
    assert_eq!(
        error(&[("code", "1"), ("code_verifier", "v")]).await,
        json!("pkce_not_allowed")
    );
    let plain = async |form: &[(&str, &str)]| slack.call("oauth.v2.access", None, form).await["error"].clone();
    assert_eq!(plain(&[("client_id", "1.2")]).await, json!("invalid_client_id"));
    let wrong = [("client_id", ATLAS), ("client_secret", "no")];
    assert_eq!(plain(&wrong).await, json!("bad_client_secret"));

    let action = json!({"action": "consent", "app": "atlas", "team": TEAM, "user": IZZY, "untick": ["files:read"]});
    let code = slack
        .sim
        .act(serde_json::from_value(action).unwrap())
        .await
        .unwrap()
        .code
        .unwrap();
    let form = [
        ("code", code.expose()),
        ("client_id", ATLAS),
        ("client_secret", &secret(&slack)),
    ];
    assert_eq!(
        slack.call("oauth.access", None, &form).await["error"],
        json!("oauth_authorization_url_mismatch")
    );
    let done = access(&slack, &[("code", code.expose())]).await;
    assert_eq!(
        done["scope"],
        json!("channels:history,channels:read,chat:write,commands,users:read")
    );
    assert_eq!(error(&[("code", code.expose())]).await, json!("code_already_used"));
    let action = json!({"action": "consent", "app": "atlas", "team": TEAM, "user": IZZY, "untick": ["chat:write"]});
    let refused = slack
        .sim
        .act(serde_json::from_value(action).unwrap())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "not_optional");
}
