//! Programs call Slack through the console, with a token that they never see, and get Slack's own answers.

use std::time::Duration;

use grantbook_core::view::Role;
use grantbook_flows::keys::{KeyRights, Keys};
use grantbook_simulator::{Builder, Fault, SlackSim};
use grantbook_store::{audit::AuditFilter, queries::PageRequest, tokens::Holder};
use grantbook_tests::{
    consent::{self, Allowed},
    ground::rotating,
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header, redirect::Policy};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::console::Console;

const KEY: &str = "atlas.T061EG9R6";
const IZZY: &str = "U061F7AUR";
const CHANNEL: &str = "C061EG9T2";

struct Scene {
    sim: SlackSim,
    console: Console,
    http: Client,
    gbk: String,
    viewer: String,
}

impl Scene {
    /// A console with a modern app installed whose tokens rotate, and API keys with and without the right.
    async fn new() -> anyhow::Result<Self> {
        let (sim, console) = Console::beside(rotating(true), Builder::without_rate_limits).await?;
        console.register_all(&sim.apps()).await?;
        let keys = Keys::new(console.house.clone());
        let rights = KeyRights {
            role: Role::Viewer,
            tokens: true,
        };
        let gbk = keys.create("a bolt app", rights).await?.key.expose_secret().to_owned();
        let viewer = keys
            .create("a report", Role::Admin)
            .await?
            .key
            .expose_secret()
            .to_owned();
        let scene = Self {
            sim,
            console,
            http: Client::builder()
                .redirect(Policy::none())
                .cookie_store(true)
                .no_proxy()
                .build()?,
            gbk,
            viewer,
        };
        scene.install().await?;
        Ok(scene)
    }

    async fn install(&self) -> anyhow::Result<()> {
        let scopes = ["chat:write", "chat:write.public", "channels:read"];
        let allowed = Allowed {
            scopes: Some(scopes.iter().map(|scope| scope.parse()).collect::<Result<_, _>>()?),
            user_scopes: Some(vec!["search:read".parse()?]),
            ..Allowed::default()
        };
        let door = self.console.at("slack/atlas/install");
        consent::install(&self.sim, &self.http, &door, "atlas", allowed).await
    }

    fn call(&self, verb: Method, method: &str) -> RequestBuilder {
        let at = self.console.at(&format!("api/v1/installations/{KEY}/slack/{method}"));
        self.http.request(verb, at).bearer_auth(&self.gbk)
    }

    fn post(&self, method: &str) -> RequestBuilder {
        self.call(Method::POST, method)
    }

    async fn audited(&self) -> anyhow::Result<Vec<Value>> {
        let filter = AuditFilter {
            what: Some("slack.called".to_owned()),
            ..AuditFilter::default()
        };
        let page = self
            .console
            .house
            .store
            .audits(&filter, &PageRequest::first(100))
            .await?;
        Ok(page.items.into_iter().rev().map(|line| line.detail).collect())
    }

    async fn stop(self) -> anyhow::Result<()> {
        self.sim.shutdown().await;
        self.console.stop().await
    }
}

async fn problem(answer: Response, status: StatusCode, code: &str) -> anyhow::Result<()> {
    let (found, text) = (answer.status(), answer.text().await?);
    assert_eq!(found, status, "{text}");
    let problem: Value = serde_json::from_str(&text)?;
    assert_eq!(problem["code"], code, "{text}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_posted_by_form_by_json_and_by_query() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    // A client that insists on a token may send any: Slack never sees it.
    let form = [("channel", CHANNEL), ("text", "by form"), ("token", "xoxb-not-this")];
    let json = json!({ "channel": CHANNEL, "text": "by JSON", "token": "xoxb-not-this" });
    let query = [("channel", CHANNEL), ("text", "by query"), ("token", "xoxb-not-this")];
    for request in [
        scene.post("chat.postMessage").form(&form),
        scene.post("chat.postMessage").json(&json),
        scene.call(Method::GET, "chat.postMessage").query(&query),
    ] {
        let answer = request.send().await?;
        assert_eq!(answer.status(), StatusCode::OK);
        let scopes = answer.headers()["x-oauth-scopes"].to_str()?.to_owned();
        assert!(scopes.contains("chat:write"), "{scopes}");
        assert!(answer.headers().contains_key("x-accepted-oauth-scopes"));
        let answer: Value = answer.json().await?;
        assert_eq!(
            (&answer["ok"], &answer["channel"]),
            (&json!(true), &json!(CHANNEL)),
            "{answer}"
        );
    }
    let calls = scene.sim.calls("chat.postMessage");
    assert_eq!(calls.iter().filter(|call| call.is_ok()).count(), 3);
    assert!(
        calls
            .iter()
            .all(|call| call.app.is_some() && !call.arguments.contains_key("token"))
    );

    let refused: Value = scene
        .post("chat.postMessage")
        .form(&[("channel", "C0NOWHERE")])
        .send()
        .await?
        .json()
        .await?;
    assert_eq!(refused["ok"], false, "Slack's refusal is passed back: {refused}");
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_over_is_renewed_once() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let generation = async || {
        let found = scene
            .console
            .house
            .store
            .credential(&KEY.parse()?, &Holder::App)
            .await?;
        anyhow::Ok(found.map(|found| found.generation))
    };
    assert_eq!(generation().await?, Some(1));
    scene.sim.fault(
        "auth.test",
        Fault::Error {
            error: grantbook_api::ErrorCode::TokenExpired,
        },
        1,
    );
    let answer: Value = scene.post("auth.test").send().await?.json().await?;
    assert_eq!(
        (&answer["ok"], generation().await?),
        (&json!(true), Some(2)),
        "{answer}"
    );

    scene.sim.fault(
        "auth.test",
        Fault::Error {
            error: grantbook_api::ErrorCode::InvalidAuth,
        },
        2,
    );
    let answer: Value = scene.post("auth.test").send().await?.json().await?;
    assert_eq!(
        (&answer["error"], generation().await?),
        (&json!("invalid_auth"), Some(3)),
        "only once"
    );

    scene.sim.clock().advance(Duration::from_secs(13 * 3_600));
    let answer: Value = scene.post("auth.test").send().await?.json().await?;
    assert_eq!(
        (&answer["ok"], generation().await?),
        (&json!(true), Some(4)),
        "and before its end is known to be past"
    );
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_is_passed_back_and_kept() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let before = scene.sim.calls("auth.test").len();
    scene.sim.fault("auth.test", Fault::RateLimited { retry_after: 30 }, 1);
    for _ in 0..2 {
        let answer = scene.post("auth.test").send().await?;
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        let wait: u64 = answer.headers()[header::RETRY_AFTER].to_str()?.parse()?;
        assert!((28..=30).contains(&wait), "{wait}");
    }
    assert_eq!(
        scene.sim.calls("auth.test").len(),
        before + 1,
        "Slack is not asked again before"
    );
    let other: Value = scene.post("team.info").send().await?.json().await?;
    assert!(other["error"] != "ratelimited", "other methods are free: {other}");
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_passed_on_is_refused_with_a_reason() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let before = scene.sim.calls("auth.test").len();
    for method in [
        "oauth.access",
        "OAuth.Access",
        "auth.revoke",
        "apps.uninstall",
        "apps.connections.open",
        "openid.connect.token",
        "tooling.tokens.rotate",
        "apps.manifest.create",
        "rtm.connect",
    ] {
        let answer = scene.post(method).send().await?;
        problem(answer, StatusCode::FORBIDDEN, "method_not_allowed_here").await?;
    }
    for method in ["oauth.v2.access", "auth..test", "auth.test%2F..", "a_b"] {
        problem(
            scene.post(method).send().await?,
            StatusCode::NOT_FOUND,
            "unknown_method",
        )
        .await?;
    }
    let multipart = scene
        .post("files.upload")
        .header("content-type", "multipart/form-data; boundary=x")
        .body("--x--");
    let answer = multipart.send().await?;
    problem(answer, StatusCode::UNSUPPORTED_MEDIA_TYPE, "multipart_not_passed_on").await?;
    let text = scene
        .post("auth.test")
        .header("content-type", "text/plain")
        .body("a")
        .send()
        .await?;
    problem(text, StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type").await?;
    let large = scene
        .post("chat.postMessage")
        .form(&[("text", "a".repeat(2 << 20))])
        .send()
        .await?;
    problem(large, StatusCode::PAYLOAD_TOO_LARGE, "body_too_large").await?;
    let at = scene.console.at(&format!("api/v1/installations/{KEY}/slack/auth.test"));
    let without_key = Client::builder().no_proxy().build()?.post(&at).send().await?;
    assert_eq!(without_key.status(), StatusCode::UNAUTHORIZED);
    let without_right = scene.http.post(at).bearer_auth(&scene.viewer).send().await?;
    problem(without_right, StatusCode::FORBIDDEN, "no_token_right").await?;
    let at = scene.console.at("api/v1/installations/atlas.T0NOWHERE/slack/auth.test");
    let nowhere = scene.http.post(at).bearer_auth(&scene.gbk).send().await?;
    problem(nowhere, StatusCode::NOT_FOUND, "installation_not_found").await?;
    assert_eq!(
        scene.sim.calls("auth.test").len(),
        before,
        "Slack hears of none of this"
    );

    scene.sim.fault("auth.test", Fault::Drop, 1);
    problem(
        scene.post("auth.test").send().await?,
        StatusCode::BAD_GATEWAY,
        "slack_not_reached",
    )
    .await?;
    scene.sim.fault("auth.test", Fault::Html { status: 503 }, 1);
    let page = scene.post("auth.test").send().await?;
    assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE, "Slack's own status");
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_token_is_used_where_it_is_asked_for() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let of = async |holder: &str| -> anyhow::Result<Value> {
        let answer = scene
            .call(Method::GET, "auth.test")
            .query(&[("holder", holder)])
            .send()
            .await?;
        Ok(answer.json().await?)
    };
    assert_eq!(of(IZZY).await?["user_id"], IZZY);
    let app = of("app").await?;
    assert!(app["ok"] == true && app["user_id"] != IZZY, "{app}");
    assert_eq!(of("U0NOBODY1").await?["code"], "no_token");
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_written_down_with_a_count_and_without_secrets() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    for number in 0..5 {
        let form = [
            ("channel", CHANNEL.to_owned()),
            ("text", format!("a private word {number}")),
        ];
        assert_eq!(
            scene.post("chat.postMessage").form(&form).send().await?.status(),
            StatusCode::OK
        );
    }
    assert_eq!(scene.post("auth.test").send().await?.status(), StatusCode::OK);
    let line = |method: &str, calls: u32| json!({ "method": method, "holder": "app", "calls": calls });
    let first = [line("chat.postMessage", 1), line("auth.test", 1)];
    assert_eq!(scene.audited().await?, first, "the first call of each at once");
    scene.console.house.write_down_calls(false).await;
    assert_eq!(scene.audited().await?, first, "the minute is not over");
    scene.sim.clock().advance(Duration::from_secs(61));
    scene.console.house.write_down_calls(false).await;
    let audited = scene.audited().await?;
    assert_eq!(audited[2..], [line("chat.postMessage", 4)]);
    let printed = format!("{audited:?}");
    assert!(!printed.contains("xox") && !printed.contains("private"), "{printed}");
    scene.stop().await
}
