//! A token's way through the console, with the simulator as Slack: handed out, used, refreshed, and ended by
//! taking the app out.

use std::time::Duration;

use anyhow::Context as _;
use grantbook_core::{InstallationKey, grants::Status, view::Role};
use grantbook_flows::{
    browse::Browse,
    keys::{KeyRights, Keys},
};
use grantbook_simulator::SlackSim;
use grantbook_tests::consent::{self, Allowed};
use reqwest::{Client, RequestBuilder, StatusCode, redirect::Policy};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::console::Console;

const KEY: &str = "insectoid.T061EG9R6";

struct Scene {
    sim: SlackSim,
    console: Console,
    http: Client,
    gbk: String,
}

impl Scene {
    /// A console with the app installed, and an administrator's API key that may read tokens.
    async fn new() -> anyhow::Result<Self> {
        let (sim, console) = Console::beside(|_| (), |sim| sim).await?;
        console.register_all(&sim.apps()).await?;
        let rights = KeyRights {
            role: Role::Admin,
            tokens: true,
        };
        let made = Keys::new(console.house.clone()).create("a bolt app", rights).await?;
        let scene = Self {
            sim,
            console,
            http: Client::builder().redirect(Policy::none()).cookie_store(true).build()?,
            gbk: made.key.expose_secret().to_owned(),
        };
        scene.install().await?;
        Ok(scene)
    }

    async fn install(&self) -> anyhow::Result<()> {
        let door = self.console.at("slack/insectoid/install");
        consent::install(&self.sim, &self.http, &door, "insectoid", Allowed::default()).await
    }

    fn door(&self, make: impl Fn(&Client, String) -> RequestBuilder, path: &str) -> RequestBuilder {
        let at = self.console.at(&format!("api/v1/installations/{KEY}/{path}"));
        make(&self.http, at).bearer_auth(&self.gbk)
    }

    async fn token(&self) -> anyhow::Result<(StatusCode, Value)> {
        let answer = self.door(Client::get, "token").send().await?;
        Ok((answer.status(), answer.json().await?))
    }

    /// The receipt of a deed, once Slack's own event about it has arrived.
    async fn seen(&self, path: &str) -> anyhow::Result<Value> {
        for _ in 0..500 {
            let receipt: Value = self.door(Client::get, path).send().await?.json().await?;
            if receipt["state"] == "seen" {
                return Ok(receipt);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("no event within ten seconds")
    }

    /// Whether Slack takes the token of this document.
    async fn works(&self, document: &Value) -> anyhow::Result<bool> {
        let token = document["token"].as_str().context("a token")?;
        let url = format!("{}/api/auth.test", self.sim.url().trim_end_matches('/'));
        let answer: Value = self.http.post(url).bearer_auth(token).send().await?.json().await?;
        Ok(answer["ok"] == true)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_handed_out_used_refreshed_and_ended() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let (status, first) = scene.token().await?;
    assert_eq!(status, StatusCode::OK, "{}", first["code"]);
    assert!(scene.works(&first).await?);
    assert_eq!(first["token_type"], "workspace");

    scene.sim.clock().advance(Duration::from_secs(3_400));
    let (status, second) = scene.token().await?;
    assert_eq!((status, &second["generation"]), (StatusCode::OK, &json!(2)));
    assert!(first["token"] != second["token"] && scene.works(&second).await?);

    let wish = json!({ "reason": "the trial is over" });
    let answer = scene.door(Client::post, "uninstall").json(&wish).send().await?;
    assert_eq!(answer.status(), StatusCode::ACCEPTED, "{}", answer.text().await?);
    let receipt = scene.seen("uninstall").await?;
    assert_eq!((&receipt["reason"], &receipt["code"]), (&wish["reason"], &Value::Null));
    assert!(!scene.works(&second).await?);
    let key: InstallationKey = KEY.parse()?;
    let shown = Browse::new(scene.console.house.clone()).installation(&key).await?;
    assert_eq!(shown.map(|shown| shown.status), Some(Status::Uninstalled));
    let (status, problem) = scene.token().await?;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("token_revoked"))
    );
    scene.sim.shutdown().await;
    scene.console.stop().await
}
