//! A simulator whose clock stands still, an app that keeps what it is sent, and the SDK in between.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use anyhow::Context as _;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Uri},
};
use grantbook_simulator::{
    Seed, SlackSim, VirtualClock,
    state::{Acted, App},
};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::sdk::Sdk;

pub(super) const TEAM: &str = "T061EG9R6";
pub(super) const IZZY: &str = "U061F7AUR";
pub(super) const ORLA: &str = "U07MPWUWB7";
/// Izzy's app home.
pub(super) const HOME: &str = "D0BH95DLH";
pub(super) const CHANNELS: [&str; 3] = ["C061EG9T2", "C0E9UNTZR9", "C0VQPH64TR"];

/// What the app was sent.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Received {
    /// The JSON in a press.
    pub(super) fn payload(&self) -> Value {
        let mut fields = form_urlencoded::parse(self.body.as_bytes());
        let (_, payload) = fields.find(|(name, _)| name == "payload").unwrap();
        serde_json::from_str(&payload).unwrap()
    }
}

type Inbox = Arc<Mutex<Vec<Received>>>;

async fn receive(State(inbox): State<Inbox>, uri: Uri, headers: HeaderMap, body: String) {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let (path, headers) = (uri.path().to_owned(), headers.collect());
    inbox.lock().unwrap().push(Received { path, headers, body });
}

pub(super) struct Scene {
    pub(super) sim: SlackSim,
    pub(super) sdk: Sdk,
    /// The workspace token of Insectoid, got by the SDK.
    pub(super) token: String,
    pub(super) refresh_token: String,
    inbox: Inbox,
}

impl Scene {
    /// Insectoid is installed with `chat:write` in three channels; the code is exchanged by the SDK.
    pub(super) async fn start() -> anyhow::Result<Self> {
        let inbox = Inbox::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(receive).with_state(Arc::clone(&inbox));
        tokio::spawn(async move { axum::serve(listener, router).await });
        // A busy machine must not let triggers die: the clock is turned by hand.
        let clock = VirtualClock::new();
        clock.freeze();
        let sim = grantbook_tests::evidence::simulator()
            .seed(Seed::northwind(&address))
            .clock(clock)
            .start()
            .await?;
        let sdk = Sdk::start(&format!("{}/api/", sim.url()))?;
        let (token, refresh_token) = (String::new(), String::new());
        let mut scene = Self {
            sim,
            sdk,
            token,
            refresh_token,
            inbox,
        };
        let access = scene
            .install("insectoid", "oauth_access", &["chat:write"], &CHANNELS)
            .await?;
        assert_eq!(access["data"]["scopes"]["channel"], json!(["chat:write"]), "{access}");
        let field = |name: &str| access["data"][name].as_str().unwrap_or_default().to_owned();
        (scene.token, scene.refresh_token) = (field("access_token"), field("refresh_token"));
        assert!(scene.token.starts_with("xoxa-2-") && scene.refresh_token.starts_with("xoxr-"));
        scene.sim.idle().await;
        scene.inbox.lock().unwrap().clear();
        Ok(scene)
    }

    /// Izzy allows an app, and the SDK exchanges the code.
    pub(super) async fn install(
        &mut self,
        slug: &str,
        exchange: &str,
        scopes: &[&str],
        resources: &[&str],
    ) -> anyhow::Result<Value> {
        let consent = json!({
            "action": "consent", "app": slug, "team": TEAM, "user": IZZY, "scopes": scopes, "resources": resources,
        });
        let code = self.act(consent).await?.code.context("a code")?;
        let app = self.app(slug);
        let arguments = json!({
            "client_id": app.client_id, "client_secret": app.client_secret.expose(), "code": code.expose(),
        });
        self.helper(None, exchange, &arguments)
    }

    pub(super) fn app(&self, slug: &str) -> App {
        let mut apps = self.sim.apps().into_iter();
        apps.find(|app| app.slug.as_str() == slug).unwrap()
    }

    pub(super) async fn act(&self, action: Value) -> anyhow::Result<Acted> {
        Ok(self.sim.act(serde_json::from_value(action)?).await?)
    }

    /// Calls the SDK's own function for a method.
    pub(super) fn helper(&mut self, token: Option<&str>, name: &str, arguments: &Value) -> anyhow::Result<Value> {
        let command = json!({ "do": "helper", "token": token, "name": name, "arguments": arguments });
        self.sdk.run(&command)
    }

    /// Calls a method with the workspace token; it must answer `ok`.
    pub(super) fn ok(&mut self, method: &str, params: &Value) -> anyhow::Result<Value> {
        let answer = self.sdk.call(&self.token, method, params)?;
        assert_eq!(
            (&answer["status"], &answer["data"]["ok"]),
            (&json!(200), &json!(true)),
            "{method}: {answer}"
        );
        Ok(answer["data"].clone())
    }

    /// Calls a method with some token: the SDK must raise its `SlackApiError`. Answers Slack's name for it.
    pub(super) fn refused(&mut self, token: &str, method: &str, params: &Value) -> anyhow::Result<String> {
        let command = json!({ "do": "call", "token": token, "method": method, "params": params });
        self.raised(&command)
    }

    /// The same for any command.
    pub(super) fn raised(&mut self, command: &Value) -> anyhow::Result<String> {
        let answer = self.sdk.run(command)?;
        assert_eq!(
            (&answer["raised"], &answer["status"]),
            (&json!("SlackApiError"), &json!(200)),
            "{answer}"
        );
        Ok(answer["data"]["error"].as_str().context("an error")?.to_owned())
    }

    /// The SDK posts a button into Izzy's app home, and she presses it. Answers the `ts` and the trigger.
    pub(super) async fn pressed(&mut self) -> anyhow::Result<(String, String)> {
        let actions =
            json!([{ "name": "add_commands", "text": "Add /insectoid command", "type": "button", "value": "add" }]);
        let attachment = json!({ "callback_id": "perm_request_1234", "fallback": "Add commands", "actions": actions });
        let message = json!({ "channel": HOME, "text": "May I?", "attachments": [attachment] });
        let posted = self.helper(Some(&self.token.clone()), "chat_postMessage", &message)?;
        let ts = posted["data"]["ts"]
            .as_str()
            .with_context(|| posted.to_string())?
            .to_owned();
        let press = json!({
            "action": "press", "channel": HOME, "ts": ts, "user": IZZY, "attachment": 1, "name": "add_commands",
        });
        let trigger = self.act(press).await?.trigger_id.context("a trigger")?;
        self.sim.idle().await;
        Ok((ts, trigger.to_string()))
    }

    /// Whoever is asked answers the latest dialog.
    pub(super) async fn answer(&self, answer: &str) -> anyhow::Result<()> {
        let dialog = self.sim.dialogs().first().context("a dialog")?.id.clone();
        self.act(json!({ "action": "answer_dialog", "dialog": dialog, "answer": answer }))
            .await?;
        self.sim.idle().await;
        Ok(())
    }

    /// What the app was sent since this was last asked, each verified by the SDK, and no longer good if altered.
    pub(super) fn verified(&mut self) -> anyhow::Result<Vec<Received>> {
        let secret = self.app("insectoid").signing_secret.expose().to_owned();
        let received = std::mem::take(&mut *self.inbox.lock().unwrap());
        for one in &received {
            for (body, valid) in [(one.body.clone(), true), (format!("{} ", one.body), false)] {
                let command = json!({ "do": "verify", "signing_secret": secret, "headers": one.headers, "body": body });
                assert_eq!(self.sdk.run(&command)?, json!({ "valid": valid }), "{}", one.path);
            }
        }
        Ok(received)
    }
}
