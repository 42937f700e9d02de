//! A simulator and a console with all its apps, and both sides' secrets to be changed.

use anyhow::{Context as _, ensure};
use grantbook_api::{secret::SigningSecret, signature};
use grantbook_core::{
    InstallationKey, ResourceId,
    view::{AppView, apps::SecretChange},
};
use grantbook_flows::apps::Apps;
use grantbook_simulator::{Action, Builder, NewSecret, SlackSim, state::App};
use grantbook_tests::{
    consent::{Allowed, consent, without_doors},
    ground::rotating,
    stage::until,
};
use reqwest::{Client, StatusCode};

use crate::console::Console;

pub(super) const ATLAS: &str = "atlas";
pub(super) const INSECTOID: &str = "insectoid";
pub(super) const TEAM: &str = "T061EG9R6";

pub(super) struct Scene {
    pub(super) sim: SlackSim,
    pub(super) console: Console,
    http: Client,
}

/// A new signing secret, with an overlap of a day.
pub(super) fn signing(secret: &str) -> SecretChange {
    SecretChange {
        client_secret: None,
        signing_secret: Some(secret.to_owned()),
        overlap_hours: 24,
    }
}

/// A new client secret, with an overlap of a week.
pub(super) fn client(secret: &str) -> SecretChange {
    SecretChange {
        client_secret: Some(secret.to_owned()),
        signing_secret: None,
        overlap_hours: 168,
    }
}

/// What the three doors answer to something harmless, signed with `secret`: events, interactions, commands.
pub(super) const HARMLESS: [(&str, &str); 3] = [
    ("events", r#"{"type":"url_verification","challenge":"c","token":"t"}"#),
    ("interactions", "payload=%7B%22type%22%3A%22shortcut%22%7D"),
    (
        "commands",
        "command=%2Fpermissions&text=help&team_id=T061EG9R6&channel_id=C061EG9T2&user_id=U061F7AUR",
    ),
];

impl Scene {
    pub(super) async fn new() -> anyhow::Result<Self> {
        Self::with(false).await
    }

    /// The apps' tokens end.
    pub(super) async fn rotating() -> anyhow::Result<Self> {
        Self::with(true).await
    }

    async fn with(rotation: bool) -> anyhow::Result<Self> {
        let (sim, console) = Console::beside(rotating(rotation), Builder::without_rate_limits).await?;
        console.register_all(&sim.apps()).await?;
        let http = Client::builder().no_proxy().build()?;
        Ok(Self { sim, console, http })
    }

    pub(super) fn apps(&self) -> Apps {
        Apps::new(self.console.house.clone())
    }

    pub(super) fn app(&self, slug: &str) -> App {
        let mut apps = self.sim.apps().into_iter();
        apps.find(|app| app.slug.as_str() == slug).unwrap()
    }

    /// What Slack signs with now.
    pub(super) fn signing_secret(&self, slug: &str) -> String {
        self.app(slug).signing_secret.expose().to_owned()
    }

    /// Tells the console new secrets.
    pub(super) async fn tell(&self, app: &str, change: SecretChange) -> anyhow::Result<AppView> {
        Ok(self.apps().replace_secrets(&app.parse()?, change, "user:ada").await?)
    }

    /// Slack signs with another secret from now on.
    pub(super) async fn slack_signs_with(&self, app: &str, secret: &str) -> anyhow::Result<()> {
        let action = Action::Secrets {
            app: app.to_owned(),
            client_secret: None,
            signing_secret: Some(NewSecret::new(secret)),
            grace_seconds: None,
        };
        self.sim.act(action).await?;
        Ok(())
    }

    /// Slack knows another client secret from now on, and the one before for so long.
    pub(super) async fn slack_knows(&self, app: &str, secret: &str, grace_seconds: u32) -> anyhow::Result<()> {
        let action = Action::Secrets {
            app: app.to_owned(),
            client_secret: Some(NewSecret::new(secret)),
            signing_secret: None,
            grace_seconds: Some(grace_seconds),
        };
        self.sim.act(action).await?;
        Ok(())
    }

    /// Installs the app by the console's own flow.
    pub(super) async fn install(&self, app: &str) -> anyhow::Result<InstallationKey> {
        let key = self.try_install(app).await?;
        self.sim.idle().await;
        Ok(key)
    }

    pub(super) async fn try_install(&self, app: &str) -> anyhow::Result<InstallationKey> {
        without_doors(&self.console.house, &self.sim, app, |page| {
            consent(app, TEAM, page, Allowed::default())
        })
        .await
    }

    /// The app is added to a channel at Slack, and the console hears of it.
    pub(super) async fn hears_of_a_channel(&self, app: &str, channel: &str) -> anyhow::Result<()> {
        let channel: ResourceId = channel.parse()?;
        let key: InstallationKey = format!("{app}.{TEAM}").parse()?;
        let add = Action::AddResource {
            app: app.to_owned(),
            team: TEAM.parse()?,
            resource: channel.clone(),
        };
        self.sim.act(add).await?;
        until("the console hears of a channel", async || {
            let grants = self.console.house.store.grants(&key).await?;
            let grants = grants.context("installed")?;
            let held = grants
                .resources
                .values()
                .any(|held| held.specific.contains_key(&channel));
            Ok(held.then_some(()))
        })
        .await
    }

    /// Knocks at the three doors with something harmless that is signed with `secret`.
    pub(super) async fn knock(&self, app: &str, secret: &str) -> anyhow::Result<[StatusCode; 3]> {
        let mut answers = [StatusCode::IM_A_TEAPOT; 3];
        for (answer, (door, body)) in answers.iter_mut().zip(HARMLESS) {
            let at = self.sim.clock().now().seconds();
            let signed = signature::sign(&SigningSecret::new(secret), at, body.as_bytes());
            let kind = if door == "events" {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            };
            let request = self
                .http
                .post(self.console.at(&format!("slack/{app}/{door}")))
                .header("content-type", kind)
                .header(signature::TIMESTAMP_HEADER, at)
                .header(signature::SIGNATURE_HEADER, signed)
                .body(body);
            *answer = request.send().await?.status();
        }
        Ok(answers)
    }

    pub(super) async fn stop(self) -> anyhow::Result<()> {
        let Self { sim, console, .. } = self;
        ensure!(sim.apps().len() > 1, "several apps in one console");
        console.stop().await?;
        sim.shutdown().await;
        Ok(())
    }
}
