//! Every refusal and warning of the tables, each brought about by its cause and not by the fault door.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    harness::{Harness, IZZY, TEAM},
    permissions::{HOME, ORLA, trigger},
};
use crate::{causes, methods};

const REQUEST: &str = "apps.permissions.request";
const FORM: &str = "application/x-www-form-urlencoded";

/// A Slack, a token, and the names that were seen.
struct Table {
    slack: Harness,
    token: String,
    seen: BTreeSet<String>,
}

impl Table {
    /// The answer to `apps.permissions.request` has this error.
    async fn expect(&mut self, code: &str, form: &[(&str, &str)]) {
        let token = self.token.clone();
        self.expect_of(code, REQUEST, Some(&token), form).await;
    }

    async fn expect_of(&mut self, code: &str, method: &str, token: Option<&str>, form: &[(&str, &str)]) {
        let answer = self.slack.call(method, token, form).await;
        self.saw(code, &answer);
    }

    fn saw(&mut self, code: &str, answer: &Value) {
        assert_eq!(
            (&answer["ok"], &answer["error"]),
            (&json!(false), &json!(code)),
            "{answer}"
        );
        self.seen.insert(code.to_owned());
    }

    /// The same while a circumstance holds; afterwards the call is fine again.
    async fn expect_while(&mut self, code: &str, circumstance: Value) {
        let id = trigger(&self.slack, &self.token).await;
        let mut action = circumstance;
        action["action"] = json!("circumstance");
        self.slack.act(action.clone()).await;
        self.expect(code, &[("trigger_id", &id), ("scopes", "commands")]).await;
        action["active"] = json!(false);
        self.slack.act(action).await;
        let fine = self.slack.call("apps.permissions.info", Some(&self.token), &[]).await;
        assert_eq!(fine["ok"], json!(true), "after {code}");
        self.slack.sim.clock().advance(Duration::from_secs(60));
    }

    /// A POST with this type and body.
    async fn raw(&self, content_type: Option<&str>, query: &str, body: &'static [u8]) -> Value {
        let url = format!("{}/api/{REQUEST}{query}", self.slack.sim.url());
        let mut request = self.slack.http.post(url).bearer_auth(&self.token).body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn expect_raw(&mut self, code: &str, content_type: Option<&str>, body: &'static [u8]) {
        let answer = self.raw(content_type, "", body).await;
        self.saw(code, &answer);
    }

    async fn warn(&mut self, warning: &str, content_type: &str, query: &str, body: &'static [u8]) {
        let answer = self.raw(Some(content_type), query, body).await;
        assert_eq!(answer["warning"], json!(warning), "{answer}");
        assert_eq!(answer["response_metadata"]["warnings"], json!([warning]));
        self.seen.insert(warning.to_owned());
    }

    /// A body that ends before the length that was announced for it.
    async fn cut_short(&mut self, hang_up: bool) {
        let mut stream = TcpStream::connect(self.slack.sim.address()).await.unwrap();
        let head = format!(
            "POST /api/{REQUEST} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: {FORM}\r\nContent-Length: 100\r\n\r\nscopes=com",
            self.token
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        if hang_up {
            stream.shutdown().await.unwrap();
        }
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert!(text.contains(r#""error":"request_timeout""#), "{text}");
        self.seen.insert("request_timeout".to_owned());
    }
}

async fn table() -> Table {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    Table {
        slack,
        token,
        seen: BTreeSet::new(),
    }
}

#[tokio::test]
async fn every_row_of_the_table_has_a_cause() {
    let mut table = table().await;
    arguments(&mut table).await;
    triggers_and_people(&mut table).await;
    bodies(&mut table).await;
    circumstances(&mut table).await;
    tokens(&mut table).await;
    let listed: BTreeSet<String> = causes().iter().map(|cause| cause.code.to_owned()).collect();
    assert_eq!(table.seen, listed);
}

async fn arguments(table: &mut Table) {
    table.expect("invalid_arguments", &[("scopes", "commands")]).await;
    table.expect("invalid_arguments", &[("trigger_id", "1.2.c")]).await;
    let answer = table.slack.call(REQUEST, Some(&table.token), &[]).await;
    let messages = json!(["[ERROR] missing required field: scopes"]);
    assert_eq!(answer["response_metadata"]["messages"], messages);
    table
        .expect("invalid_scope", &[("scopes", ""), ("trigger_id", "1.2.c")])
        .await;
    table
        .expect("invalid_scope", &[("scopes", "made:up"), ("trigger_id", "1.2.c")])
        .await;
    table
        .expect(
            "mixed_scope",
            &[("scopes", "commands,dnd:write:user"), ("trigger_id", "1.2.c")],
        )
        .await;
    table.expect("invalid_arg_name", &[("scopes-wanted", "commands")]).await;
    table.expect("invalid_array_arg", &[("scopes[]", "commands")]).await;
    let token = table.token.clone();
    for method in ["apps.permissions.resources.list", "apps.permissions.users.list"] {
        table
            .expect_of("invalid_cursor", method, Some(&token), &[("cursor", "nonsense")])
            .await;
    }
}

async fn triggers_and_people(table: &mut Table) {
    let ask = |id: &str| {
        [
            ("scopes".to_owned(), "commands".to_owned()),
            ("trigger_id".to_owned(), id.to_owned()),
        ]
    };
    for wrong in [
        "nonsense",
        "11820576016.6048553856.093b9205636ddbfc180e1e74d33e9af6",
        "",
    ] {
        let form = ask(wrong);
        let form = form.each_ref().map(|(name, value)| (name.as_str(), value.as_str()));
        table.expect("invalid_trigger", &form).await;
    }
    let id = trigger(&table.slack, &table.token).await;
    let form = [("scopes", "commands"), ("trigger_id", id.as_str())];
    assert_eq!(
        table.slack.call(REQUEST, Some(&table.token), &form).await,
        json!({"ok": true})
    );
    table.expect("trigger_exchanged", &form).await;
    let id = trigger(&table.slack, &table.token).await;
    let gone = json!({"action": "circumstance", "circumstance": "user_deactivated", "user": IZZY});
    table.slack.act(gone.clone()).await;
    table
        .expect("invalid_user", &[("scopes", "commands"), ("trigger_id", &id)])
        .await;
    let mut back = gone;
    back["active"] = json!(false);
    table.slack.act(back).await;
    let world = table.slack.sim.world();
    let bot = world.installations.values().next().unwrap().app_user.to_string();
    let token = table.token.clone();
    for user in ["U0N0B0DY", "nobody", "", bot.as_str()] {
        let form = [
            ("scopes", "dnd:write:user"),
            ("trigger_id", id.as_str()),
            ("user", user),
        ];
        table
            .expect_of("invalid_user", "apps.permissions.users.request", Some(&token), &form)
            .await;
    }
    for (user, code) in [(ORLA, "missing_scope"), (bot.as_str(), "is_bot")] {
        let url = format!("{}/api/{REQUEST}", table.slack.sim.url());
        let request = table
            .slack
            .http
            .post(url)
            .bearer_auth(&token)
            .header("x-slack-user", user);
        let answer: Value = request.form(&form).send().await.unwrap().json().await.unwrap();
        table.saw(code, &answer);
        if code == "missing_scope" {
            assert!(
                answer["needed"].as_str().unwrap().contains("dnd:write:user"),
                "{answer}"
            );
            assert_eq!(answer["provided"], json!("chat:write,im:history,im:read"));
        }
    }
}

async fn bodies(table: &mut Table) {
    table
        .expect_raw("invalid_post_type", Some("application/json"), b"{}")
        .await;
    table
        .expect_raw("invalid_post_type", Some("application/xml"), b"<a/>")
        .await;
    table.expect_raw("invalid_json", Some("application/json"), b"{").await;
    table
        .expect_raw("json_not_object", Some("application/json"), b"[1]")
        .await;
    table.expect_raw("missing_post_type", None, b"scopes=commands").await;
    let latin9 = "application/x-www-form-urlencoded; charset=iso-8859-15";
    table
        .expect_raw("invalid_charset", Some(latin9), b"scopes=commands")
        .await;
    table.expect_raw("invalid_form_data", Some(FORM), b"scopes=%zz").await;
    table.expect_raw("invalid_form_data", Some(FORM), b"scopes=\xff").await;
    table
        .expect_raw("invalid_form_data", Some("multipart/form-data"), b"x")
        .await;
    let utf8 = "application/x-www-form-urlencoded; charset=utf-8";
    table
        .warn("superfluous_charset", utf8, "", b"scopes=commands&trigger_id=1.2.c")
        .await;
    table
        .warn(
            "missing_charset",
            "text/plain",
            "?scopes=commands&trigger_id=1.2.c",
            b"hello",
        )
        .await;
    table.cut_short(true).await;
    table.cut_short(false).await;
    let url = format!("{}/api/v1/{REQUEST}", table.slack.sim.url());
    let answer: Value = table.slack.http.get(url).send().await.unwrap().json().await.unwrap();
    table.saw("deprecated_endpoint", &answer);
}

async fn circumstances(table: &mut Table) {
    for (code, circumstance) in [
        ("account_inactive", json!({"circumstance": "workspace_deleted"})),
        ("org_login_required", json!({"circumstance": "migration_pending"})),
        ("team_added_to_org", json!({"circumstance": "migration_under_way"})),
        ("ekm_access_denied", json!({"circumstance": "ekm_suspended"})),
        ("accesslimited", json!({"circumstance": "network_restricted"})),
        (
            "two_factor_setup_required",
            json!({"circumstance": "two_factor_required"}),
        ),
        (
            "enterprise_is_restricted",
            json!({"circumstance": "enterprise_restricted", "method": REQUEST}),
        ),
        ("method_deprecated", json!({"circumstance": "workspace_apps_retired"})),
        (
            "service_unavailable",
            json!({"circumstance": "incident", "kind": "service_unavailable"}),
        ),
        (
            "internal_error",
            json!({"circumstance": "incident", "kind": "internal_error", "method": REQUEST}),
        ),
        (
            "fatal_error",
            json!({"circumstance": "incident", "kind": "fatal_error", "method": REQUEST}),
        ),
    ] {
        table.expect_while(code, circumstance).await;
    }
    let shown = table.slack.sim.dialogs().len();
    assert_eq!(
        shown, 2,
        "the spent trigger's dialog, and the one of the fatal error, which was shown all the same"
    );
    table
        .slack
        .act(json!({"action": "circumstance", "circumstance": "two_factor_required"}))
        .await;
    table
        .slack
        .act(json!({"action": "circumstance", "circumstance": "two_factor_set_up", "user": IZZY}))
        .await;
    table
        .expect("invalid_scope", &[("scopes", ""), ("trigger_id", "1.2.c")])
        .await;

    table
        .slack
        .act(json!({"action": "circumstance", "circumstance": "client_too_old", "user_agent": "Client/1."}))
        .await;
    let url = format!("{}/api/{REQUEST}", table.slack.sim.url());
    let old = table
        .slack
        .http
        .post(url)
        .header("user-agent", "OldClient/1.3")
        .send()
        .await
        .unwrap();
    table.saw("upgrade_required", &old.json().await.unwrap());
    table.expect("invalid_arguments", &[]).await;

    table
        .slack
        .act(json!({"action": "circumstance", "circumstance": "workspace_apps_retired"}))
        .await;
    let retired = table.slack.call("auth.test", Some(&table.token), &[]).await;
    assert_eq!(retired["error"], json!("invalid_auth"));
    assert!(
        retired["response_metadata"]["messages"][0]
            .as_str()
            .unwrap()
            .contains("retired")
    );
    table
        .slack
        .act(json!({"action": "circumstance", "circumstance": "workspace_apps_retired", "active": false}))
        .await;
}

async fn tokens(table: &mut Table) {
    table.expect_of("not_authed", REQUEST, None, &[]).await;
    table.expect_of("invalid_auth", REQUEST, Some("xoxa-2-0"), &[]).await;
    let code = table.slack.code("chat:write", &[]).await;
    let callback = table.slack.callback.clone();
    let installed = table
        .slack
        .access(&[("code", &code), ("redirect_uri", &callback)])
        .await;
    let refresh = installed["refresh_token"].as_str().unwrap().to_owned();
    for method in [REQUEST, "apps.permissions.info", "apps.permissions.users.request"] {
        table
            .expect_of("not_allowed_token_type", method, Some(&refresh), &[])
            .await;
    }
    table.token = installed["access_token"].as_str().unwrap().to_owned();
    table.slack.sim.clock().advance(Duration::from_secs(60));
    table.slack.sim.clock().freeze();
    for _ in 0..40 {
        table.slack.call(REQUEST, Some(&table.token), &[]).await;
    }
    let url = format!("{}/api/{REQUEST}", table.slack.sim.url());
    let limited = table
        .slack
        .http
        .post(url)
        .bearer_auth(&table.token)
        .send()
        .await
        .unwrap();
    assert_eq!(limited.status(), 429);
    assert!(limited.headers().contains_key("retry-after"));
    table.saw("ratelimited", &limited.json().await.unwrap());
    table.slack.sim.clock().advance(Duration::from_secs(60));
    let id = trigger(&table.slack, &table.token).await;
    table
        .slack
        .act(json!({"action": "remove_resource", "resource": HOME}))
        .await;
    table
        .expect("no_permission", &[("scopes", "commands"), ("trigger_id", &id)])
        .await;
    table.slack.act(json!({"action": "uninstall"})).await;
    table.expect("token_revoked", &[]).await;
}

#[tokio::test]
async fn workspace_tokens_cannot_do_what_workspace_apps_never_could() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let table: Value = serde_json::from_str(include_str!("../../data/methods.json")).unwrap();
    let methods = table["methods"].as_object().unwrap();
    let closed: Vec<&str> = methods
        .iter()
        .filter(|(_, info)| info["workspace"].is_null())
        .map(|(name, _)| name.as_str())
        .collect();
    assert!(
        ["rtm.start", "rtm.connect", "conversations.open", "chat.meMessage"]
            .iter()
            .all(|name| closed.contains(name))
    );
    for method in closed {
        if method.starts_with("oauth.") {
            continue;
        }
        assert!(methods::find(method).is_some());
        let answer = slack.call(method, Some(&token), &[]).await;
        assert_eq!(answer["error"], json!("not_allowed_token_type"), "{method}");
    }
    for disguise in [
        ("as_user", "true"),
        ("username", "Somebody"),
        ("icon_emoji", ":x:"),
        ("icon_url", "https://x.example"),
    ] {
        let form = [("channel", HOME), ("text", "hello"), disguise];
        let answer = slack.call("chat.postMessage", Some(&token), &form).await;
        assert_eq!(answer["error"], json!("as_user_not_supported"), "{disguise:?}");
    }
    assert_eq!(slack.call("auth.test", Some(&token), &[]).await["team_id"], json!(TEAM));
}
