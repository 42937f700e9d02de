//! The last minutes before a visitor comes, through the same doors that the visitor uses: API keys, a program that
//! calls Slack with the console's token, secrets in their overlap, a token that refreshes by itself, and a scope
//! taken away at Slack without a word.

use anyhow::{Context as _, ensure};
use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
};
use grantbook_core::{Scope, TeamId, UserId};
use grantbook_simulator::{Action, SlackSim, state::NewSecret};
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::history::Actor;
use crate::app::{AppState, router};

/// The app of today, and where it gets a token that ends.
const ATLAS: &str = "atlas";
const HEADQUARTERS: &str = "T061EG9R6";
/// Who installs it there.
const IZZY: &str = "U061F7AUR";
/// The app whose secrets were just rotated.
const ROTATED: &str = "deploy-desk";
/// Longest answer that is read, in bytes.
const ANSWER: usize = 1 << 20;

/// A caller of the REST door: the session's cookie and token, or a key.
struct Caller<'a> {
    state: &'a AppState,
    headers: Vec<(header::HeaderName, String)>,
}

impl Caller<'_> {
    async fn call(&self, method: Method, path: &str, body: Value) -> anyhow::Result<(StatusCode, Value)> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/{path}"))
            .header(header::HOST, self.state.settings.public_url.authority())
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::from(body.to_string()))?;
        request
            .extensions_mut()
            .insert(ConnectInfo(std::net::SocketAddr::from(([127, 0, 0, 1], 0))));
        let answer = router(self.state.clone()).oneshot(request).await?;
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), ANSWER).await?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    async fn must(&self, method: Method, path: &str, body: Value) -> anyhow::Result<Value> {
        let (status, answer) = self.call(method, path, body).await?;
        ensure!(status.is_success(), "{path} answered {status}: {}", answer["code"]);
        Ok(answer)
    }
}

/// Lives them.
pub(super) async fn live(state: &AppState, sim: &SlackSim) -> anyhow::Result<()> {
    let admin = signed_in(state).await?;
    let key = admin.must(
        Method::POST,
        "keys",
        json!({ "name": "Field reports", "role": "viewer", "tokens": true }),
    );
    let key = key.await?["key"].as_str().context("a key")?.to_owned();
    let old = admin
        .must(
            Method::POST,
            "keys",
            json!({ "name": "Old deploy script", "role": "admin" }),
        )
        .await?;
    let old = old["view"]["id"].as_str().context("an id")?.to_owned();
    admin.must(Method::DELETE, &format!("keys/{old}"), json!({})).await?;
    rotate_secrets(&admin, sim).await?;
    let program = Caller {
        state,
        headers: vec![(header::AUTHORIZATION, format!("Bearer {key}"))],
    };
    if sim.apps().iter().any(|app| app.slug.as_str() == ATLAS) {
        refreshing(state, &admin, sim).await?;
        work(&program, sim).await?;
    }
    Ok(())
}

async fn signed_in(state: &AppState) -> anyhow::Result<Caller<'_>> {
    let begun = state.accounts.demo_sign_in().await?;
    let csrf = secrecy::ExposeSecret::expose_secret(&begun.session.csrf).to_owned();
    let cookie = crate::auth::cookie::set(
        &state.settings,
        secrecy::ExposeSecret::expose_secret(&begun.secret).to_owned(),
    );
    Ok(Caller {
        state,
        headers: vec![
            (header::COOKIE, format!("{}={}", cookie.name(), cookie.value())),
            (header::HeaderName::from_static("x-csrf-token"), csrf),
        ],
    })
}

/// Secrets were regenerated at Slack an hour ago: for a day both are good.
async fn rotate_secrets(admin: &Caller<'_>, sim: &SlackSim) -> anyhow::Result<()> {
    if !sim.apps().iter().any(|app| app.slug.as_str() == ROTATED) {
        return Ok(());
    }
    let secret = admin.state.house.ids.secret();
    let at_slack = Action::Secrets {
        app: ROTATED.to_owned(),
        client_secret: None,
        signing_secret: Some(NewSecret::new(&secret)),
        grace_seconds: None,
    };
    sim.act(at_slack).await?;
    let here = json!({ "signing_secret": secret, "overlap_hours": 24 });
    admin
        .must(Method::POST, &format!("apps/{ROTATED}/secrets"), here)
        .await
        .map(drop)
}

/// The app's tokens end from now on: it is installed again, and gets one that is refreshed.
async fn refreshing(state: &AppState, admin: &Caller<'_>, sim: &SlackSim) -> anyhow::Result<()> {
    let rotation = Action::Rotation {
        app: ATLAS.to_owned(),
        enabled: Some(true),
        grace_seconds: None,
    };
    sim.act(rotation).await?;
    let change = json!({ "token_rotation": true });
    admin.must(Method::PATCH, &format!("apps/{ATLAS}"), change).await?;
    let team: TeamId = HEADQUARTERS.parse()?;
    let person: UserId = IZZY.parse()?;
    let left_out = Scope::parse_list("files:read")?;
    let actor = Actor::new(state, sim);
    actor.install(ATLAS, &team, &person, Vec::new(), left_out).await
}

/// A program works with the console's token; then a scope goes at Slack, and the next call shows it.
async fn work(program: &Caller<'_>, sim: &SlackSim) -> anyhow::Result<()> {
    let key = format!("{ATLAS}.{HEADQUARTERS}");
    program
        .must(Method::GET, &format!("installations/{key}/token"), json!({}))
        .await?;
    let slack = |method: &str| format!("installations/{key}/slack/{method}");
    for _ in 0..3 {
        program
            .must(Method::POST, &slack("users.info"), json!({ "user": IZZY }))
            .await?;
    }
    let gone = Action::RemoveScope {
        app: ATLAS.to_owned(),
        team: HEADQUARTERS.parse()?,
        scopes: Scope::parse_list("commands")?,
    };
    sim.act_quietly(gone).await?;
    program
        .must(Method::POST, &slack("auth.test"), json!({}))
        .await
        .map(drop)
}
