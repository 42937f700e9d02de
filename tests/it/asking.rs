//! From a button to a grant, door by door, without a browser: the message, the press, the call, the dialog,
//! the events, and the request's state after each.

use std::{collections::BTreeSet, time::Duration};

use grantbook_core::{
    InstallationKey, ResourceId, Scope,
    request::{Author, RequestId, StateName},
    view::requests::{NewRequest, RequestStory},
};
use grantbook_flows::requests::Requests;
use grantbook_simulator::{Action, Builder, Seed, SlackSim, state};
use grantbook_tests::consent::{self, Allowed};
use reqwest::{Client, redirect::Policy};

use crate::console::Console;

pub(crate) const TEAM: &str = "T061EG9R6";
pub(crate) const IZZY: &str = "U061F7AUR";

/// A simulator and a console with the seed's app installed by @izzy.
pub(crate) struct Scene {
    pub(crate) sim: SlackSim,
    pub(crate) console: Console,
    pub(crate) key: InstallationKey,
    pub(crate) jobs: tokio::task::JoinHandle<()>,
}

pub(crate) async fn scene(scopes: &[&str]) -> anyhow::Result<Scene> {
    scene_where(scopes, |_| ()).await
}

/// The same with another seed.
pub(crate) async fn scene_where(scopes: &[&str], change: impl FnOnce(&mut Seed)) -> anyhow::Result<Scene> {
    let (sim, console) = Console::beside(change, Builder::without_rate_limits).await?;
    console.register_all(&sim.apps()).await?;
    let browser = Client::builder().redirect(Policy::none()).cookie_store(true).build()?;
    let scopes = scopes.iter().map(|scope| Scope::new(*scope));
    let allowed = Allowed {
        scopes: Some(scopes.collect::<Result<_, _>>()?),
        ..Allowed::default()
    };
    let door = console.at("slack/insectoid/install");
    consent::install(&sim, &browser, &door, "insectoid", allowed).await?;
    let jobs = tokio::spawn(grantbook_flows::jobs::run(console.house.clone()));
    Ok(Scene {
        sim,
        console,
        key: "insectoid.T061EG9R6".parse()?,
        jobs,
    })
}

/// Waits until `look` finds something; at most ten seconds.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    for _ in 0..400 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("waited in vain until {what}");
}

impl Scene {
    pub(crate) fn requests(&self) -> Requests {
        Requests::new(self.console.house.clone())
    }

    /// Asks @izzy for scopes, in the console's name.
    pub(crate) async fn ask(&self, scopes: &[&str]) -> anyhow::Result<RequestId> {
        let new = NewRequest {
            installation: self.key.clone(),
            user: Some(IZZY.parse()?),
            channel: None,
            scopes: scopes
                .iter()
                .map(|scope| Scope::new(*scope))
                .collect::<Result<BTreeSet<_>, _>>()?,
            optional: BTreeSet::new(),
            message: Some("New feature alert: Try our new slash command.".to_owned()),
            button: Some("Add /insectoid command".to_owned()),
            again_of: None,
        };
        let author = Author::Console {
            name: "orla".to_owned(),
        };
        Ok(self.requests().create(new, author).await?.id)
    }

    pub(crate) async fn story(&self, id: RequestId) -> RequestStory {
        self.requests().story(id).await.unwrap().unwrap()
    }

    pub(crate) async fn reaches(&self, id: RequestId, state: StateName) -> RequestStory {
        until(&format!("{id} is {state}"), || async {
            let story = self.story(id).await;
            (story.request.state == state).then_some(story)
        })
        .await
    }

    /// The message that carries a request's button.
    pub(crate) fn message(&self, id: RequestId) -> (ResourceId, state::Message) {
        let world = self.sim.world();
        let callback = format!("perm_request_{}", id.0);
        world
            .messages
            .iter()
            .find_map(|(channel, messages)| {
                let message = messages
                    .iter()
                    .find(|m| m.attachments.to_string().contains(&callback))?;
                Some((channel.clone(), message.clone()))
            })
            .expect("the message is in the conversation")
    }

    /// @izzy presses a request's button.
    pub(crate) async fn press(&self, id: RequestId) -> anyhow::Result<()> {
        let (channel, message) = self.message(id);
        self.sim
            .act(Action::Press {
                channel,
                ts: message.ts(),
                user: IZZY.parse()?,
                attachment: Some(1),
                element: "add_scopes".to_owned(),
                value: None,
            })
            .await?;
        Ok(())
    }

    pub(crate) async fn answer(&self, answer: state::Answer) -> anyhow::Result<()> {
        let dialog = until("a dialog is open", || async {
            self.sim.dialogs().into_iter().find(|dialog| dialog.answer.is_none())
        })
        .await;
        self.sim
            .act(Action::AnswerDialog {
                dialog: dialog.id,
                answer,
                scopes: None,
            })
            .await?;
        Ok(())
    }

    pub(crate) async fn end(self) -> anyhow::Result<()> {
        self.jobs.abort();
        self.sim.shutdown().await;
        self.console.stop().await
    }
}

#[tokio::test]
async fn a_press_is_asked_answered_and_written_down() -> anyhow::Result<()> {
    let scene = scene(&[]).await?;
    let id = scene.ask(&["commands"]).await?;
    scene.reaches(id, StateName::Offered).await;
    scene.press(id).await?;
    let story = scene.reaches(id, StateName::Presented).await;
    assert_eq!(story.rounds.len(), 1);
    assert!(
        story.rounds[0].left_us.is_some_and(|us| us < 250_000),
        "{:?}",
        story.rounds
    );
    scene.answer(state::Answer::Allow).await?;
    let story = scene.reaches(id, StateName::Granted).await;
    let story = until("both entries are known", || async {
        let story = scene.story(story.request.id).await;
        (story.entries.len() == 2).then_some(story)
    })
    .await;
    let kinds: Vec<&str> = story.entries.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds, ["scope_granted", "resources_added"]);
    assert!(
        story
            .changes
            .iter()
            .any(|change| change.granted && change.scope.as_str() == "commands")
    );
    assert_eq!(scene.sim.calls("apps.permissions.request").len(), 1);
    scene.end().await
}

#[tokio::test]
async fn a_refusal_changes_nothing_and_cools_down() -> anyhow::Result<()> {
    let scene = scene(&["chat:write"]).await?;
    let before = scene.console.house.store.grants(&scene.key).await?.unwrap();
    let id = scene.ask(&["commands"]).await?;
    scene.reaches(id, StateName::Offered).await;
    scene.press(id).await?;
    scene.answer(state::Answer::Deny).await?;
    let story = scene.reaches(id, StateName::Denied).await;
    assert!(!story.again.allowed && story.again.until.is_some(), "{:?}", story.again);
    let after = scene.console.house.store.grants(&scene.key).await?.unwrap();
    assert_eq!((before.scopes, before.resources), (after.scopes, after.resources));
    assert!(scene.ask(&["commands"]).await.is_err());
    scene.end().await
}
