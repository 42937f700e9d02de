//! An organization whose administrator has let `atlas` manage its apps and put it into the approvers' channel, and a
//! console that listens: buttons pressed in Slack reach it over its own socket. Nothing runs in the background but
//! what a press begins: each test says when requests are read and rows of the outbox carried.

use std::{sync::Mutex, time::Duration};

use anyhow::Context as _;
use grantbook_core::{
    ResourceId, UserId,
    approval::{
        Rules,
        life::{Happening, State},
    },
    view::Role,
};
use grantbook_flows::{
    House,
    accounts::{Accounts, NewAccount},
    approvals::{Approvals, Settings},
    outbox,
};
use grantbook_simulator::{
    SlackSim,
    state::{Acted, Message},
};
use grantbook_store::approvals::StoredAppRequest;
use grantbook_tests::{
    ground::still,
    managing::{manage, put_in_force, read},
    northwind::{CHANNEL, DESIGN, IZZY, ORLA, TEAM},
    stage::until,
};
use serde_json::{Value, json};

use crate::console::{Console, PASSWORD, reserve};

pub(super) struct Scene {
    pub(super) sim: SlackSim,
    pub(super) console: Console,
    pub(super) house: House,
    pub(super) queue: Approvals,
    /// The version of the rules in force.
    rules: Mutex<Option<u64>>,
}

impl Scene {
    /// Orla is an approver and linked to Slack; Izzy's account may only look; Mika has none.
    pub(super) async fn new(database: Option<String>) -> anyhow::Result<Self> {
        let (address, url) = reserve();
        let sim = still(url.as_str(), |_| ()).console_url(url.as_str()).start().await?;
        let console = Console::start_doors(database, address, sim.url().parse()?, sim.clock().clone()).await?;
        console.register_all(&sim.apps()).await?;
        let scene = Self {
            queue: Approvals::new(console.house.clone()),
            house: console.house.clone(),
            console,
            sim,
            rules: Mutex::default(),
        };
        manage(&scene.house, &scene.sim, &[TEAM, DESIGN]).await?;
        scene
            .act(json!({"action": "add_resource", "app": "atlas", "team": TEAM, "resource": CHANNEL}))
            .await?;
        scene.settle(Settings {
            channel: Some(CHANNEL.to_owned()),
            ..Settings::default()
        });
        scene.account("orla", Role::Approver, ORLA).await?;
        scene.account("izzy", Role::Viewer, IZZY).await?;
        Ok(scene)
    }

    pub(super) fn settle(&self, settings: Settings) {
        self.house.approvals.configure(settings);
    }

    pub(super) async fn account(&self, name: &str, role: Role, slack_user: &str) -> anyhow::Result<()> {
        let accounts = Accounts::new(self.house.clone(), Duration::from_secs(60));
        let new = NewAccount {
            name,
            password: PASSWORD.into(),
            role,
            slack_user: Some(slack_user.parse()?),
        };
        Ok(accounts.create(new).await?)
    }

    pub(super) async fn act(&self, action: Value) -> anyhow::Result<Acted> {
        Ok(self.sim.act(serde_json::from_value(action)?).await?)
    }

    /// Somebody asks for an app; it is read from Slack's list and judged. Answers its number here.
    pub(super) async fn ask(&self, app: &str, user: &str, message: &str) -> anyhow::Result<i64> {
        let action = json!({"action": "request_app", "app": app, "team": TEAM, "user": user, "message": message});
        let number = self.act(action).await?.request.context("a request")?;
        self.read().await?;
        for state in State::ALL {
            let found = self.house.store.app_requests_in(state, 0, 1_000).await?;
            if let Some(found) = found.into_iter().find(|one| one.request.id.as_str() == number) {
                return Ok(found.id);
            }
        }
        anyhow::bail!("{number} is not here")
    }

    /// Time passes.
    pub(super) fn turn(&self, seconds: u64) {
        self.sim.clock().advance(Duration::from_secs(seconds));
    }

    /// Slack's lists are read and new requests judged, some seconds later.
    pub(super) async fn read(&self) -> anyhow::Result<()> {
        read(&self.house, &self.sim).await
    }

    /// What is due at Slack is done, updates that waited for their message included.
    pub(super) async fn send(&self) {
        for _ in 0..3 {
            self.turn(2);
            outbox::drain(&self.house).await;
        }
    }

    /// The rules in force from now on.
    pub(super) async fn rules(&self, rules: Value) -> anyhow::Result<()> {
        let rules = Rules::from_value(&json!({ "rules": rules }))?;
        let base = *self.rules.lock().unwrap();
        let version = put_in_force(&self.house, rules, base).await?;
        *self.rules.lock().unwrap() = Some(version);
        Ok(())
    }

    pub(super) async fn stored(&self, id: i64) -> anyhow::Result<StoredAppRequest> {
        self.house.store.stored_app_request(id).await?.context("the request")
    }

    pub(super) async fn steps(&self, id: i64) -> anyhow::Result<Vec<Happening>> {
        let steps = self.house.store.app_request_steps(id).await?;
        Ok(steps.into_iter().map(|step| step.what).collect())
    }

    pub(super) async fn story(&self, id: i64) -> anyhow::Result<Vec<&'static str>> {
        Ok(self.steps(id).await?.iter().map(Happening::as_str).collect())
    }

    /// What the app wrote in a conversation.
    fn written(&self, channel: &str) -> Vec<Message> {
        let all = self.sim.world().messages.get(channel).cloned().unwrap_or_default();
        all.into_iter().filter(|message| message.app.is_some()).collect()
    }

    /// What everybody in the approvers' channel sees of the app.
    pub(super) fn channel(&self) -> Vec<Message> {
        let mut all = self.written(CHANNEL);
        all.retain(|message| message.only_for.is_none());
        all
    }

    /// What only one person in the channel was told last.
    pub(super) fn whispered(&self, user: &str) -> Vec<String> {
        let user: UserId = user.parse().unwrap();
        let all = self.written(CHANNEL).into_iter();
        all.filter(|message| message.only_for.as_ref() == Some(&user))
            .map(|message| message.text)
            .collect()
    }

    /// What the app told somebody in direct messages.
    pub(super) fn told(&self, user: &str) -> Vec<Message> {
        let user: UserId = user.parse().unwrap();
        let world = self.sim.world();
        let direct = |id: &ResourceId| id.as_str().starts_with('D');
        let homes = world
            .conversations
            .values()
            .filter(|one| direct(&one.id) && one.members.contains(&user));
        homes.flat_map(|home| self.written(home.id.as_str())).collect()
    }

    /// Presses a button of a message in the channel, as a person does.
    pub(super) async fn press(&self, user: &str, message: &Message, action: &str) -> anyhow::Result<()> {
        self.act(json!({
            "action": "press", "channel": CHANNEL, "ts": message.ts(), "user": user, "name": action,
        }))
        .await?;
        self.sim.idle().await;
        Ok(())
    }

    /// Presses, and waits until the person alone is told something new.
    pub(super) async fn refused(&self, user: &str, message: &Message, action: &str) -> anyhow::Result<String> {
        let before = self.whispered(user).len();
        self.press(user, message, action).await?;
        until("the person is told", async || {
            Ok(self.whispered(user).into_iter().nth(before))
        })
        .await
    }

    /// Waits until a request has come so far.
    pub(super) async fn until(&self, id: i64, state: State) -> anyhow::Result<StoredAppRequest> {
        until(state.as_str(), async || {
            Ok(Some(self.stored(id).await?).filter(|stored| stored.state == state))
        })
        .await
    }

    pub(super) fn posts(&self) -> usize {
        self.sim.calls("chat.postMessage").len()
    }

    pub(super) async fn stop(self) -> anyhow::Result<()> {
        self.sim.shutdown().await;
        self.console.stop().await
    }
}

/// Everything that a message's blocks say.
pub(super) fn words(message: &Message) -> String {
    let blocks = message.blocks.as_array().cloned().unwrap_or_default();
    let texts = blocks.iter().flat_map(|block| {
        let elements = block["elements"].as_array().cloned().unwrap_or_default();
        let own = block["text"]["text"].as_str().map(str::to_owned);
        let inner = elements
            .into_iter()
            .filter_map(|element| element["text"].as_str().map(str::to_owned));
        own.into_iter().chain(inner).collect::<Vec<_>>()
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// The buttons of a message: names and values.
pub(super) fn buttons(message: &Message) -> Vec<(String, String)> {
    let blocks = message.blocks.as_array().cloned().unwrap_or_default();
    let rows = blocks.into_iter().filter(|block| block["type"] == "actions");
    let elements = rows.flat_map(|row| row["elements"].as_array().cloned().unwrap_or_default());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    elements
        .map(|element| (text(&element["action_id"]), text(&element["value"])))
        .collect()
}
