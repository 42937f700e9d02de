//! A simulator, a console and what lies between them, with a workspace of its own for each row.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context as _, ensure};
use axum::http::StatusCode;
use bytes::Bytes;
use grantbook_api::{secret::SigningSecret, signature};
use grantbook_core::{
    InstallationKey, TeamId, Timestamp, UserId,
    request::{RequestId, StateName},
    view::{
        EntryView, Page, Role,
        requests::{RequestStory, RequestView, StrayView},
    },
};
use grantbook_flows::keys::Keys;
use grantbook_simulator::{
    Answer, Dialog, Seed, SlackSim, VirtualClock,
    state::{Team, Token, TokenKind, User},
};
use reqwest::{Client, header, redirect::Policy};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::between::{Between, Letter};
use crate::{
    asking::until,
    console::{Console, reserve},
};

/// The app.
pub(crate) const APP: &str = "A0BLA3EP2";

/// Workspaces in the seed beside Northwind's.
const WORKSPACES: usize = 80;

/// How the console reaches Slack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Through [`Between`], which may change calls.
    Bent,
    /// Straight, so that broken connections break for the console.
    Straight,
}

/// Everything that runs.
pub(crate) struct Stage {
    pub(crate) sim: SlackSim,
    pub(crate) console: Console,
    pub(crate) between: Between,
    http: Client,
    key: String,
    secret: SigningSecret,
    way: Way,
    next: AtomicUsize,
    jobs: tokio::task::JoinHandle<()>,
}

/// A workspace with the app installed by the person who will be asked.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) team: TeamId,
    pub(crate) user: UserId,
    /// Somebody else there.
    pub(crate) other: UserId,
    pub(crate) key: InstallationKey,
}

impl Stage {
    pub(crate) async fn start(way: Way) -> anyhow::Result<Self> {
        let (address, url) = reserve();
        let between = Between::start().await?;
        let clock = VirtualClock::frozen(Timestamp::from_seconds(1_528_000_000));
        let sim = SlackSim::builder()
            .seed(seed(&url, &between.url))
            .clock(clock.clone())
            .console_url(url.as_str())
            .start()
            .await?;
        between.connect(&sim.url(), url.as_str());
        let slack = match way {
            Way::Bent => between.url.clone(),
            Way::Straight => sim.url().parse()?,
        };
        let console = Console::start(address, slack, clock).await?;
        console.register_all(&sim.apps()).await?;
        let key = Keys::new(console.house.clone()).create("table", Role::Admin).await?;
        let apps = sim.apps();
        let app = apps
            .iter()
            .find(|app| app.slug.as_str() == "insectoid")
            .context("the app")?;
        let jobs = tokio::spawn(grantbook_flows::jobs::run(console.house.clone()));
        Ok(Self {
            secret: SigningSecret::new(app.signing_secret.expose()),
            sim,
            console,
            between,
            http: Client::builder().redirect(Policy::none()).no_proxy().build()?,
            key: key.key.expose_secret().to_owned(),
            way,
            next: AtomicUsize::new(0),
            jobs,
        })
    }

    /// A workspace that nobody has used yet, with an app installed and nothing granted but its home.
    pub(crate) async fn place(&self) -> anyhow::Result<Place> {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        let place = Place {
            team: team(number),
            user: user(0, number),
            other: user(1, number),
            key: format!("insectoid.{}", team(number)).parse()?,
        };
        self.install("insectoid", &place).await?;
        Ok(place)
    }

    pub(crate) async fn install(&self, app: &str, place: &Place) -> anyhow::Result<()> {
        let browser = Client::builder()
            .redirect(Policy::none())
            .cookie_store(true)
            .no_proxy()
            .build()?;
        let answer = browser
            .get(self.console.at(&format!("slack/{app}/install")))
            .send()
            .await?;
        let page: Url = answer.headers()[header::LOCATION].to_str()?.parse()?;
        let query = |wanted: &str| {
            page.query_pairs()
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        let consent = self
            .act(json!({
                "action": "consent", "app": app, "team": place.team, "user": place.user, "scopes": [],
                "redirect_uri": query("redirect_uri"), "state": query("state"),
            }))
            .await;
        let callback = consent["redirect"].as_str().context("a way back")?;
        let answer = browser.get(callback).send().await?;
        ensure!(answer.status().is_redirection(), "{}", answer.status());
        Ok(())
    }

    /// A deed at `/sim/actions`.
    pub(crate) async fn act(&self, action: Value) -> Value {
        let url = format!("{}/sim/actions", self.sim.url());
        let answer = self.http.post(url).json(&action).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["ok"], json!(true), "{action}: {body}");
        body
    }

    /// A document of the REST door.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let url = self.console.at(&format!("api/v1/{path}"));
        let answer = self.http.get(url).bearer_auth(&self.key).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Asks somebody for scopes at the REST door.
    pub(crate) async fn post(&self, place: &Place, scopes: &[&str]) -> (StatusCode, Value) {
        let new = json!({ "installation": place.key, "user": place.user, "scopes": scopes });
        let url = self.console.at("api/v1/permission-requests");
        let request = self.http.post(url).bearer_auth(&self.key).json(&new);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// The same, until the message is in the conversation.
    pub(crate) async fn offer(&self, place: &Place, scopes: &[&str]) -> anyhow::Result<RequestId> {
        let (status, body) = self.post(place, scopes).await;
        ensure!(status == StatusCode::CREATED, "{status}: {body}");
        let made: RequestView = serde_json::from_value(body)?;
        self.reaches(made.id, StateName::Offered).await;
        Ok(made.id)
    }

    pub(crate) async fn story(&self, id: RequestId) -> RequestStory {
        self.get(&format!("permission-requests/{id}")).await
    }

    /// Waits until the request has this state.
    pub(crate) async fn reaches(&self, id: RequestId, state: StateName) -> RequestStory {
        self.until(id, &format!("{id} is {state}"), |story| story.request.state == state)
            .await
    }

    /// Waits until the latest of so many presses was answered by Slack, one way or the other.
    pub(crate) async fn asked(&self, id: RequestId, presses: usize) -> RequestStory {
        let what = format!("{id} was asked for by press {presses}");
        let asked = |story: &RequestStory| {
            story.rounds.len() == presses && story.rounds.last().is_some_and(|round| round.outcome.is_some())
        };
        self.until(id, &what, asked).await
    }

    pub(crate) async fn until(&self, id: RequestId, what: &str, is: impl Fn(&RequestStory) -> bool) -> RequestStory {
        until(what, || async {
            let story = self.story(id).await;
            is(&story).then_some(story)
        })
        .await
    }

    /// The person presses the request's button: what Slack posts to the app, not yet delivered.
    pub(crate) async fn press(&self, place: &Place, id: RequestId) -> Letter {
        let callback = format!("perm_request_{}", id.0);
        let (channel, ts) = until("the message is there", || async {
            let world = self.sim.world();
            world.messages.iter().find_map(|(channel, messages)| {
                let message = messages.iter().find(|message| {
                    message
                        .attachments
                        .as_array()
                        .into_iter()
                        .flatten()
                        .any(|one| one["callback_id"] == json!(callback))
                })?;
                Some((channel.clone(), message.ts()))
            })
        })
        .await;
        self.act(json!({
            "action": "press", "channel": channel, "ts": ts, "user": place.user, "attachment": 1, "name": "add_scopes",
        }))
        .await;
        let letter = self.between.press().await;
        if self.way == Way::Straight {
            return letter;
        }
        // The console answers only to Slack's own address, which for it is the one in between.
        let (slack, between) = (
            self.sim.url(),
            self.between.url.as_str().trim_end_matches('/').to_owned(),
        );
        self.changed(&letter, |payload| {
            let url = payload["response_url"].as_str().unwrap().replace(&slack, &between);
            payload["response_url"] = json!(url);
        })
    }

    /// A press with another payload, rightly signed.
    pub(crate) fn changed(&self, letter: &Letter, change: impl FnOnce(&mut Value)) -> Letter {
        let form: Vec<(String, String)> = form_urlencoded::parse(&letter.body).into_owned().collect();
        let payload = form.iter().find(|(name, _)| name == "payload").unwrap();
        let mut payload: Value = serde_json::from_str(&payload.1).unwrap();
        change(&mut payload);
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish();
        self.signed(letter, body)
    }

    /// A letter with another body, signed now.
    pub(crate) fn signed(&self, letter: &Letter, body: impl Into<Bytes>) -> Letter {
        let (body, seconds) = (body.into(), self.sim.clock().now().seconds());
        let mut letter = Letter { body, ..letter.clone() };
        let sign = signature::sign(&self.secret, seconds, &letter.body);
        for (name, value) in [
            (signature::TIMESTAMP_HEADER, seconds.to_string()),
            (signature::SIGNATURE_HEADER, sign),
        ] {
            let name: axum::http::HeaderName = name.parse().unwrap();
            letter.headers.insert(name, value.parse().unwrap());
        }
        letter
    }

    /// Presses and hands the press on; the trigger.
    pub(crate) async fn press_through(&self, place: &Place, id: RequestId) -> anyhow::Result<String> {
        let letter = self.press(place, id).await;
        let status = self.between.deliver(&letter).await?;
        ensure!(status == StatusCode::OK, "{status}");
        Ok(trigger(&letter))
    }

    /// An event that nobody in the simulator caused.
    pub(crate) async fn tell(&self, place: &Place, id: &str, event: Value) -> anyhow::Result<StatusCode> {
        let body = json!({
            "token": "t", "team_id": place.team, "api_app_id": APP, "event": event, "type": "event_callback",
            "authed_teams": [], "event_id": id, "event_time": self.sim.clock().now().seconds(),
        });
        let bare = Letter {
            path: "/slack/insectoid/events".to_owned(),
            headers: axum::http::HeaderMap::from_iter([(header::CONTENT_TYPE, "application/json".parse()?)]),
            body: Bytes::new(),
        };
        self.between.deliver(&self.signed(&bare, body.to_string())).await
    }

    /// The dialogs that were shown in a workspace, the latest first.
    pub(crate) fn dialogs(&self, place: &Place) -> Vec<Dialog> {
        let mut dialogs = self.sim.dialogs();
        dialogs.retain(|dialog| dialog.team == place.team);
        dialogs
    }

    /// The person answers the latest dialog there.
    pub(crate) async fn answer(&self, place: &Place, answer: Answer) {
        let dialog = &self.dialogs(place)[0].id;
        self.act(json!({ "action": "answer_dialog", "dialog": dialog, "answer": answer }))
            .await;
    }

    /// The workspace's live token of an app.
    pub(crate) fn token(&self, place: &Place) -> String {
        let (world, now) = (self.sim.world(), self.sim.clock().now());
        let app = APP.parse().unwrap();
        let token = world
            .live_tokens(&app, &place.team, now)
            .next()
            .map(|(text, _)| text.to_owned());
        token.expect("a token")
    }

    /// A refresh token of another app that rotates its tokens.
    pub(crate) fn refresh_token(&self, place: &Place) -> String {
        let world = self.sim.world();
        let here = |token: &Token| token.kind == TokenKind::Refresh && token.team == place.team;
        let token = world.tokens().find(|(_, token)| here(token));
        token.expect("a refresh token").0.to_owned()
    }

    /// The app's own user in a workspace.
    pub(crate) fn app_user(&self, place: &Place) -> String {
        let world = self.sim.world();
        let installation = world.installation(&APP.parse().unwrap(), &place.team);
        installation.unwrap().app_user.to_string()
    }

    /// Asks for permissions past the console.
    pub(crate) async fn request(&self, place: &Place, scopes: &[&str], trigger: &str) -> Value {
        let url = format!("{}/api/apps.permissions.request", self.sim.url());
        let form = [("scopes", scopes.join(",")), ("trigger_id", trigger.to_owned())];
        let request = self.http.post(url).bearer_auth(self.token(place)).form(&form);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// What an app told the person alone.
    pub(crate) fn told(&self, place: &Place) -> Vec<String> {
        let world = self.sim.world();
        let alone = world
            .messages
            .values()
            .flatten()
            .filter(|m| m.only_for.as_ref() == Some(&place.user));
        alone.map(|message| message.text.clone()).collect()
    }

    /// What the ledger has of a workspace.
    pub(crate) async fn ledger(&self, place: &Place) -> Vec<EntryView> {
        let page: Page<EntryView> = self
            .get(&format!("installations/{}/history?limit=100", place.key))
            .await;
        page.items
    }

    /// Presses that were nobody's, in a workspace.
    pub(crate) async fn strays(&self, place: &Place) -> Vec<StrayView> {
        let page: Page<StrayView> = self.get("permission-requests/strays?limit=100").await;
        let here = |stray: &StrayView| stray.user.as_ref() == Some(&place.user);
        page.items.into_iter().filter(here).collect()
    }

    /// The calls of a workspace that asked for permissions.
    pub(crate) fn calls(&self, place: &Place) -> usize {
        let calls = self.sim.all_calls();
        let asks = calls
            .iter()
            .filter(|call| call.method.ends_with("request") && call.team.as_ref() == Some(&place.team));
        asks.count()
    }

    /// Looks at once for what nobody answered, as a console does when it starts.
    pub(crate) fn restart_jobs(&mut self) {
        self.jobs.abort();
        self.jobs = tokio::spawn(grantbook_flows::jobs::run(self.console.house.clone()));
    }

    pub(crate) async fn end(self) -> anyhow::Result<()> {
        self.jobs.abort();
        self.sim.shutdown().await;
        self.between.end();
        self.console.stop().await
    }
}

/// The `trigger_id` inside a press.
pub(crate) fn trigger(letter: &Letter) -> String {
    let payload = form_urlencoded::parse(&letter.body)
        .find(|(name, _)| name == "payload")
        .unwrap()
        .1;
    let payload: Value = serde_json::from_str(&payload).unwrap();
    payload["trigger_id"].as_str().unwrap().to_owned()
}

fn team(number: usize) -> TeamId {
    format!("T0ROW{number:03}").parse().unwrap()
}

fn user(which: usize, number: usize) -> UserId {
    format!("U{which}ROW{number:03}").parse().unwrap()
}

/// Northwind with more workspaces, and what Slack posts going by way of `between`.
fn seed(console: &Url, between: &Url) -> Seed {
    let mut seed = Seed::northwind(console.as_str());
    for number in 0..WORKSPACES {
        seed.teams.push(Team {
            id: team(number),
            name: format!("Row {number}"),
            domain: format!("row-{number}"),
        });
        for which in [0, 1] {
            seed.users.push(User {
                id: user(which, number),
                name: format!("person-{which}-{number}"),
                real_name: String::new(),
                teams: BTreeSet::from([team(number)]),
                email_unverified: false,
            });
        }
    }
    let moved = |url: &mut Option<String>| {
        *url = url.as_ref().map(|url| url.replace(console.as_str(), between.as_str()));
    };
    for app in &mut seed.apps {
        // The clock is turned by more than a token's hour.
        app.token_rotation &= app.slug.as_str() == "standup-bot";
        moved(&mut app.events_url);
        moved(&mut app.interactions_url);
        moved(&mut app.commands_url);
    }
    seed
}
