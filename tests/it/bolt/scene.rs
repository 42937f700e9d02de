//! Slack, the console, and a Bolt app that has the console's key and no token.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use grantbook_core::{
    ResourceId, Timestamp, UserId,
    view::{Role, audit::AuditView},
};
use grantbook_flows::{
    audit::{Audit, deeds},
    keys::{KeyRights, Keys},
};
use grantbook_simulator::{Action, Builder, SlackSim, VirtualClock, state::Message};
use grantbook_store::{audit::AuditFilter, queries::PageRequest};
use grantbook_tests::{ground::rotating, stage::until};
use reqwest::{Client, header, redirect::Policy};
use secrecy::ExposeSecret as _;
use url::Url;

use super::process::{Bolt, Given, Language, Which};
use crate::console::Console;

pub(super) const TEAM: &str = "T061EG9R6";
pub(super) const ORG: &str = "E0N0RTHW1";
pub(super) const IZZY: &str = "U061F7AUR";
pub(super) const CHANNEL: &str = "C061EG9T2";

/// How long an access token of today lives, in seconds.
const LIFETIME: i64 = 43_200;
/// Slack's requests are believed for five minutes, by the clock of this machine, which Bolt reads. So the clock of
/// Slack and console is turned back before the install, to when the token is about to end in this many seconds, and
/// stands this far before and after the end in what follows.
const LEFT: i64 = 210;
/// Behind real time: the token has more than the five minutes that the broker wants to hand it out as it is.
const BEFORE: i64 = -120;
/// Ahead of real time: the token has ended, and Bolt still remembers it.
const AFTER: i64 = 240;

/// Where the app is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    Workspace,
    Organization,
}

pub(super) struct Scene {
    pub(super) sim: SlackSim,
    pub(super) console: Console,
    pub(super) bolt: Bolt,
    pub(super) browser: Client,
    place: Where,
    key_id: String,
    api_key: String,
    /// How often the console itself asked `auth.test` before the first command.
    tests_before: usize,
}

fn real() -> Timestamp {
    Timestamp::from_seconds(grantbook_tests::site::now_seconds())
}

fn from_real(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(real().seconds() + seconds)
}

impl Scene {
    /// Atlas, whose tokens rotate, is installed through the console; its commands go to a Bolt app.
    pub(super) async fn start(language: Language, which: Which, place: Where) -> anyhow::Result<Self> {
        let clock = VirtualClock::new();
        clock.set(from_real(LEFT - LIFETIME));
        let slack = |sim: Builder| sim.clock(clock).without_rate_limits();
        let (sim, console) = Console::beside(rotating(true), slack).await?;
        console.register_all(&sim.apps()).await?;
        let rights = KeyRights {
            role: Role::Viewer,
            tokens: true,
        };
        let made = Keys::new(console.house.clone()).create("the bolt app", rights).await?;
        let api_key = made.key.expose_secret().to_owned();
        let apps = sim.apps();
        let atlas = apps.iter().find(|app| app.slug.as_str() == "atlas").context("atlas")?;
        let given = Given {
            signing_secret: atlas.signing_secret.expose(),
            slack: &sim.url(),
            console: console.url.as_str(),
            api_key: &api_key,
        };
        let bolt = Bolt::start(language, which, &given).await?;
        let browser = Client::builder()
            .redirect(Policy::none())
            .cookie_store(true)
            .no_proxy()
            .build()?;
        let mut scene = Self {
            sim,
            console,
            bolt,
            browser,
            place,
            key_id: made.view.id,
            api_key,
            tests_before: 0,
        };
        scene.install().await?;
        scene.tests_before = scene.sim.calls("auth.test").len();
        let (app, url) = ("atlas".to_owned(), Some(scene.bolt.door()));
        scene.sim.act(Action::CommandsUrl { app, url }).await?;
        scene.sim.clock().set(from_real(BEFORE));
        Ok(scene)
    }

    /// Through the console's door and Slack's page, and into the channel.
    async fn install(&self) -> anyhow::Result<()> {
        let door = self.console.at("slack/atlas/install");
        let answer = self.browser.get(door).send().await?;
        let page: Url = answer.headers()[header::LOCATION].to_str()?.parse()?;
        let query = |wanted: &str| {
            let found = page.query_pairs().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.into_owned())
        };
        let (app, user, redirect_uri, state) =
            ("atlas".to_owned(), IZZY.parse()?, query("redirect_uri"), query("state"));
        let consent = match self.place {
            Where::Workspace => Action::Consent {
                app,
                team: TEAM.parse()?,
                user,
                scopes: None,
                resources: Vec::new(),
                wildcards: Vec::new(),
                single_channel: false,
                user_scopes: None,
                untick: Vec::new(),
                redirect_uri,
                state,
            },
            Where::Organization => Action::ConsentOrg {
                app,
                user,
                scopes: None,
                user_scopes: None,
                untick: Vec::new(),
                teams: vec![TEAM.parse()?],
                redirect_uri,
                state,
            },
        };
        let callback = self.sim.consent(consent).await?;
        let answer = self.browser.get(callback).send().await?;
        ensure!(answer.status().is_redirection(), "installed with {}", answer.status());
        let (app, team, resource) = ("atlas".to_owned(), TEAM.parse()?, CHANNEL.parse()?);
        self.sim.act(Action::AddResource { app, team, resource }).await?;
        self.sim.idle().await;
        Ok(())
    }

    /// Slack's clock passes the end of the token.
    pub(super) fn let_the_token_end(&self) {
        self.sim.clock().set(from_real(AFTER));
    }

    /// Slack ends the app's tokens here, and says so to the console.
    pub(super) async fn revoke(&self) -> anyhow::Result<()> {
        let app = "atlas".to_owned();
        let action = match self.place {
            Where::Workspace => Action::RevokeTokens {
                app,
                team: TEAM.parse()?,
            },
            Where::Organization => Action::RevokeOrgTokens { app },
        };
        self.sim.act(action).await?;
        self.sim.idle().await;
        Ok(())
    }

    /// Izzy types the command.
    pub(super) async fn types(&self, text: &str) -> anyhow::Result<()> {
        let command = Action::RunCommand {
            team: TEAM.parse()?,
            channel: CHANNEL.parse()?,
            user: IZZY.parse()?,
            command: "/atlas".to_owned(),
            text: text.to_owned(),
        };
        self.sim.act(command).await?;
        self.sim.idle().await;
        Ok(())
    }

    /// Waits for a message with these words in the channel.
    pub(super) async fn reads(&self, words: &str) -> anyhow::Result<Message> {
        let channel: ResourceId = CHANNEL.parse()?;
        let look = async || {
            let world = self.sim.world();
            let mut messages = world.messages.get(&channel).into_iter().flatten();
            Ok(messages.find(|message| message.text.contains(words)).cloned())
        };
        let found = until(words, look).await;
        found.with_context(|| format!("Bolt said: {}", self.bolt.said().unwrap_or_default()))
    }

    /// Whether Izzy alone sees the message.
    pub(super) fn is_for_izzy_alone(message: &Message) -> bool {
        message.only_for.as_ref().map(UserId::as_str) == Some(IZZY)
    }

    /// What the audit log says of tokens handed out, newest first; each to the app's own key.
    pub(super) async fn handed_out(&self) -> anyhow::Result<Vec<AuditView>> {
        let filter = AuditFilter {
            what: Some(deeds::TOKEN_BROKERED.to_owned()),
            ..AuditFilter::default()
        };
        let audit = Audit::new(self.console.house.clone());
        let found = audit.list(&filter, &PageRequest::first(50)).await?.items;
        let (who, subject) = (format!("key:{}", self.key_id), format!("installation:{}", self.key()));
        for record in &found {
            ensure!(record.who == who && record.subject == subject, "{record:?}");
        }
        Ok(found)
    }

    /// The installation's key in the console.
    pub(super) fn key(&self) -> String {
        match self.place {
            Where::Workspace => format!("atlas.{TEAM}"),
            Where::Organization => format!("atlas.{ORG}"),
        }
    }

    /// The token that the console holds now.
    pub(super) async fn token(&self) -> anyhow::Result<String> {
        let token = self.console.house.store.load_token(&self.key().parse()?).await?;
        Ok(token.context("a token")?.access.expose_secret().to_owned())
    }

    /// Slack's answers to `auth.test`, by which Bolt asks whether a token lives.
    pub(super) fn tested(&self) -> Vec<String> {
        let calls = self.sim.calls("auth.test").into_iter().skip(self.tests_before);
        calls
            .map(|call| call.error.unwrap_or_else(|| "ok".to_owned()))
            .collect()
    }

    /// Ends all of it, and fails where Bolt kept one of `tokens`, or said its own key.
    pub(super) async fn end(self, tokens: &[String]) -> anyhow::Result<()> {
        self.bolt.settle().await;
        self.bolt.holds_none_of(tokens)?;
        ensure!(!self.bolt.said()?.contains(&self.api_key), "the key was said");
        drop(self.bolt);
        self.sim.shutdown().await;
        self.console.stop().await
    }

    /// Bolt's answer to a command that Slack did not sign.
    pub(super) async fn forged(&self) -> anyhow::Result<u16> {
        let form = [
            ("command", "/atlas"),
            ("team_id", TEAM),
            ("user_id", IZZY),
            ("text", "x"),
        ];
        let now = real().seconds().to_string();
        let request = self.browser.post(self.bolt.door()).timeout(Duration::from_secs(10));
        let request = request
            .header("x-slack-request-timestamp", now)
            .header("x-slack-signature", format!("v0={}", "0".repeat(64)));
        Ok(request.form(&form).send().await?.status().as_u16())
    }
}
