//! A simulator, a console and what lies between them, with a workspace of its own for each row.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context as _, ensure};
use axum::http::StatusCode;
use grantbook_api::secret::SigningSecret;
use grantbook_core::{
    InstallationKey, TeamId, Timestamp, UserId,
    request::{RequestId, StateName},
    view::{
        Role,
        requests::{RequestStory, RequestView},
    },
};
use grantbook_flows::keys::Keys;
use grantbook_simulator::{
    Seed, SlackSim, VirtualClock,
    state::{Team, User},
};
use reqwest::{Client, header, redirect::Policy};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use super::between::Between;
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
    pub(super) http: Client,
    key: String,
    pub(super) secret: SigningSecret,
    pub(super) way: Way,
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
        let sim = grantbook_tests::evidence::simulator()
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
                org_admin: false,
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
