//! A request of an app of today: the message's link, Slack's page with the added scopes only, every way
//! to end, and what the person reads afterwards without being signed in to the console.

use std::{collections::BTreeSet, time::Duration};

use grantbook_api::ErrorCode;
use grantbook_core::{
    Grants, Scope,
    request::{Author, Happening, RequestId, StateName},
    view::requests::{NewRequest, RequestStory, ScopeChange},
};
use grantbook_flows::requests::Requests;
use grantbook_simulator::{Action, Fault, state::Message};
use reqwest::StatusCode;
use secrecy::ExposeSecret as _;
use url::Url;

use super::{Decision, IZZY, NEEDED, OPTIONAL, Scene, asked, field, held, key, scene, scopes};

const MIKA: &str = "U0YYE15XLX";

impl Scene {
    fn requests(&self) -> Requests {
        Requests::new(self.console.house.clone())
    }

    /// Asks @izzy, and waits until the message is there.
    async fn ask(&self, wanted: &[&str], optional: &[&str]) -> anyhow::Result<RequestId> {
        let new = NewRequest {
            installation: key(),
            user: Some(IZZY.parse()?),
            channel: None,
            scopes: scopes(wanted),
            optional: scopes(optional),
            message: None,
            button: None,
            again_of: None,
        };
        let author = Author::Console {
            name: "orla".to_owned(),
        };
        let id = self.requests().create(new, author).await?.id;
        self.reaches(id, StateName::Offered).await;
        Ok(id)
    }

    async fn story(&self, id: RequestId) -> RequestStory {
        self.requests().story(id).await.unwrap().unwrap()
    }

    async fn reaches(&self, id: RequestId, state: StateName) -> RequestStory {
        for _ in 0..400 {
            let story = self.story(id).await;
            if story.request.state == state {
                return story;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{id} did not become {state}: {:?}", self.story(id).await.request);
    }

    /// The message of a request, as the simulator has it.
    async fn message(&self, id: RequestId) -> Message {
        let request = self.console.house.store.request(id).await.unwrap().unwrap();
        let mut steps = request.steps().iter();
        let offered = steps.find_map(|step| match &step.what {
            Happening::Offered { channel, message_ts } => Some((channel, message_ts)),
            _ => None,
        });
        let (channel, ts) = offered.expect("the message was sent");
        self.sim.world().message(channel, ts).expect("it is there").clone()
    }

    /// The address of its button.
    async fn link(&self, id: RequestId) -> Url {
        let message = self.message(id).await;
        let mut elements = message
            .blocks
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|b| b["elements"][0]["url"].as_str());
        elements.next().expect("the button is a link").parse().unwrap()
    }

    async fn until_the_message_says(&self, id: RequestId, words: &str) -> String {
        for _ in 0..400 {
            let text = self.message(id).await.blocks.to_string();
            if text.contains(words) {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the message does not say {words:?}: {}", self.message(id).await.blocks);
    }

    /// Follows the link, decides and comes back.
    async fn answer(&self, link: &Url, decision: Decision<'_>) -> anyhow::Result<(StatusCode, String)> {
        let page = self.follow(link.as_str()).await?;
        let (_, callback) = self.decide(&page, IZZY, decision).await?;
        let answered = self.come_back(callback).await?;
        self.sim.idle().await;
        Ok(answered)
    }

    /// Grants and token before and after.
    async fn standing(&self) -> anyhow::Result<(Grants, String)> {
        Ok((
            self.grants().await?,
            self.token().await?.access.expose_secret().to_owned(),
        ))
    }
}

fn brought(story: &RequestStory) -> Vec<(&str, bool)> {
    let changes = story.changes.iter();
    changes
        .map(|ScopeChange { scope, granted, .. }| (scope.as_str(), *granted))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_asks_for_the_added_scopes_only_and_allowing_them_keeps_the_rest() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.install(&[]).await?;
    let (_, token) = scene.standing().await?;
    let id = scene
        .ask(&["channels:history", "reactions:write"], &["channels:history"])
        .await?;
    let link = scene.link(id).await;
    assert!(
        link.as_str()
            .starts_with(&scene.console.at("slack/atlas/install?request=PR-"))
    );
    let page = scene.follow(link.as_str()).await?;
    assert_eq!(asked(&page, "scope"), scopes(&["channels:history", "reactions:write"]));
    assert_eq!(field(&page, "team").as_deref(), Some(super::TEAM));
    scene.reaches(id, StateName::Presented).await;
    let (text, callback) = scene
        .decide(&page, IZZY, Decision::Allow(&["channels:history"]))
        .await?;
    assert!(
        text.contains("It already has 4 scopes"),
        "the page shows what the app has"
    );
    // Whoever answers has no session at the console.
    let (status, text) = scene.come_back(callback).await?;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("<h1>Done</h1>"), "{text}");

    let story = scene.reaches(id, StateName::Granted).await;
    assert_eq!(brought(&story), [("channels:history", true), ("reactions:write", true)]);
    let open: Vec<_> = story
        .milestones
        .iter()
        .filter(|milestone| milestone.at.is_none())
        .collect();
    assert!(open.is_empty(), "{open:?}");
    assert_eq!(story.entries.len(), 1, "{:?}", story.entries);
    assert_eq!(
        story.entries[0].request,
        Some(id),
        "the entry leads back to its request"
    );
    let (grants, after) = scene.standing().await?;
    let mut expected = scopes(&NEEDED);
    expected.extend(scopes(&["channels:history", "reactions:write"]));
    assert_eq!((held(&grants), after), (expected, token));
    let text = scene.until_the_message_says(id, "were added").await;
    assert!(!text.contains("seal="), "the button is gone: {text}");
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unticked_optional_scope_makes_the_answer_partial() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.install(&[]).await?;
    let id = scene
        .ask(&["channels:history", "files:read", "pins:read"], &OPTIONAL)
        .await?;
    let link = scene.link(id).await;
    let (status, text) = scene.answer(&link, Decision::Allow(&["files:read"])).await?;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("2 of the 3"), "{text}");
    let story = scene.reaches(id, StateName::PartlyGranted).await;
    let expected = [("channels:history", false), ("files:read", true), ("pins:read", true)];
    assert_eq!(brought(&story), expected);
    // The button asks once more, for the rest.
    scene.until_the_message_says(id, "not added").await;
    let (_, text) = scene
        .answer(&scene.link(id).await, Decision::Allow(&["channels:history"]))
        .await?;
    assert!(text.contains("<h1>Done</h1>"), "{text}");
    let story = scene.reaches(id, StateName::Granted).await;
    assert_eq!(story.rounds.len(), 2);
    assert!(held(&scene.grants().await?).contains("channels:history"));
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_is_a_refusal_and_touches_nothing() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.install(&OPTIONAL).await?;
    let (before, ledger) = (scene.standing().await?, scene.ledger().await?);
    let id = scene.ask(&["reactions:write"], &[]).await?;
    let (status, text) = scene.answer(&scene.link(id).await, Decision::Cancel).await?;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("<h1>Nothing was changed</h1>"), "{text}");
    let story = scene.reaches(id, StateName::Denied).await;
    assert!(!story.again.allowed && story.again.until.is_some(), "{:?}", story.again);
    assert_eq!(scene.standing().await?, before);
    assert_eq!(scene.ledger().await?, ledger);
    scene.until_the_message_says(id, "The answer was no").await;
    assert!(scene.sim.calls("oauth.v2.access").len() == 1, "the install's only");
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_at_the_exchange_fails_the_request_and_the_link_works_again() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.install(&OPTIONAL).await?;
    let before = scene.standing().await?;
    let id = scene.ask(&["reactions:write"], &[]).await?;
    let error = ErrorCode::from("invalid_code");
    scene.sim.fault("oauth.v2.access", Fault::Error { error }, 1);
    let (status, text) = scene.answer(&scene.link(id).await, Decision::Allow(&[])).await?;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(text.contains("invalid_code"), "{text}");
    let story = scene.reaches(id, StateName::Failed).await;
    assert_eq!(story.request.code.as_deref(), Some("invalid_code"));
    assert_eq!(scene.standing().await?, before);

    let (_, text) = scene.answer(&scene.link(id).await, Decision::Allow(&[])).await?;
    assert!(text.contains("<h1>Done</h1>"), "{text}");
    let story = scene.reaches(id, StateName::Granted).await;
    assert_eq!(story.request.presses, 2);
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_changed_leads_to_a_page_that_says_so() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.install(&OPTIONAL).await?;
    let id = scene.ask(&["reactions:write"], &[]).await?;
    let other = scene.ask(&["pins:read"], &[]).await?;
    let link = scene.link(id).await;
    let seal = field(&link, "seal").unwrap();
    let door = |app: &str, query: &str| scene.console.at(&format!("slack/{app}/install?{query}"));
    for wrong in [
        door("atlas", &format!("request={id}&seal={}", "0".repeat(seal.len()))),
        door("atlas", &format!("request={id}&seal={}", &seal[1..])),
        door("atlas", &format!("request={id}")),
        door("atlas", &format!("request={other}&seal={seal}")),
        door("atlas", &format!("request=PR-4711&seal={seal}")),
        door("atlas", &format!("request=7&seal={seal}")),
        door("insectoid", &format!("request={id}&seal={seal}")),
    ] {
        let answer = scene.browser.get(&wrong).send().await?;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{wrong}");
        let text = answer.text().await?;
        assert!(text.contains("This link belongs to no request"), "{wrong}: {text}");
    }
    for request in [id, other] {
        let story = scene.story(request).await;
        assert_eq!((story.request.state, story.request.presses), (StateName::Offered, 0));
    }
    scene.follow(link.as_str()).await?;
    scene.reaches(id, StateName::Presented).await;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_own_scopes_leave_the_bots_token_alone() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.install(&OPTIONAL).await?;
    let (before, token) = scene.standing().await?;
    let id = scene.ask(&["search:read"], &[]).await?;
    let page = scene.follow(scene.link(id).await.as_str()).await?;
    assert_eq!(asked(&page, "user_scope"), scopes(&["search:read"]));
    assert_eq!(asked(&page, "scope"), BTreeSet::<Scope>::new());
    let (_, callback) = scene.decide(&page, IZZY, Decision::Allow(&[])).await?;
    let (_, text) = scene.come_back(callback).await?;
    assert!(text.contains("<h1>Done</h1>"), "{text}");
    scene.reaches(id, StateName::Granted).await;
    let (grants, after) = scene.standing().await?;
    assert_eq!(after, token, "the console goes on as the bot");
    assert_eq!(held(&grants), held(&before));
    let lent: Vec<&str> = grants.users[IZZY].keys().map(Scope::as_str).collect();
    assert_eq!(lent, ["search:read"]);
    // The bot's own user is still known: its comings and goings count.
    let resource = super::CHANNEL.parse()?;
    let (app, team) = ("atlas".to_owned(), super::TEAM.parse()?);
    scene.sim.act(Action::AddResource { app, team, resource }).await?;
    scene.sim.idle().await;
    assert_eq!(scene.ledger().await?.last().unwrap().0, "conversation_joined");
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_may_follow_the_link_and_is_named() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.install(&OPTIONAL).await?;
    let id = scene.ask(&["reactions:write"], &[]).await?;
    let page = scene.follow(scene.link(id).await.as_str()).await?;
    let (_, callback) = scene.decide(&page, MIKA, Decision::Allow(&[])).await?;
    scene.come_back(callback).await?;
    let story = scene.reaches(id, StateName::Granted).await;
    assert_eq!(
        story.rounds[0].user.as_ref().map(ToString::to_string).as_deref(),
        Some(MIKA)
    );
    scene.end().await
}
