//! From a draft to the message in Slack and back: real storage, and the simulator as Slack.

mod scene;

use std::time::Duration;

use grantbook_api::ErrorCode;
use grantbook_core::{
    request::{Outcome, RequestId, StateName, policy::NotNow},
    view::requests::{Mood, NewRequest},
};
use grantbook_flows::{outbox, requests::CreateError};
use grantbook_simulator::Fault;
use grantbook_store::{queries::PageRequest, requests::RequestFilter};

use scene::{HOME, IZZY, Scene, answered, asked, orla};

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_becomes_a_message_with_a_sealed_button() -> anyhow::Result<()> {
    let scene = Scene::start("insectoid").await?;
    let request = scene.create("commands").await?;
    assert_eq!(
        (request.state, request.author_name.as_str()),
        (StateName::Drafted, "orla")
    );
    assert_eq!(outbox::drain(&scene.house).await, 1);
    assert_eq!(scene.state(request.id).await, StateName::Offered);
    let message = scene.messages().pop().unwrap();
    assert!(
        message
            .text
            .starts_with("Insectoid would like to add its slash commands")
    );
    let attachment = &message.attachments[0];
    assert_eq!(attachment["callback_id"], format!("perm_request_{}", request.id.0));
    assert_eq!(attachment["actions"][0]["text"], "Add commands");
    let value = attachment["actions"][0]["value"].as_str().unwrap();
    assert!(value.starts_with(&format!("gb1|{}|", request.id)), "{value}");
    let story = scene.story(request.id).await;
    assert_eq!(story.milestones[1].mood, Mood::Good);
    assert!(story.story[1].sentence.contains(HOME));
    assert_eq!(outbox::drain(&scene.house).await, 0);
    assert_eq!(scene.posts(), 1);
    let page = scene
        .requests
        .list(&RequestFilter::default(), &PageRequest::first(10))
        .await?;
    assert_eq!(page.items[0].id, request.id);
    scene.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modern_app_sends_a_link_to_our_install_door() -> anyhow::Result<()> {
    let scene = Scene::start("atlas").await?;
    let request = scene.create("channels:history").await?;
    outbox::drain(&scene.house).await;
    assert_eq!(scene.state(request.id).await, StateName::Offered);
    let message = scene.messages().pop().unwrap();
    let blocks = message.blocks.as_array().unwrap();
    let url = blocks.last().unwrap()["elements"][0]["url"].as_str().unwrap();
    assert!(
        url.contains(&format!("/slack/atlas/install?request={}", request.id)),
        "{url}"
    );
    scene.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_surely_was_not_sent_is_sent_later() -> anyhow::Result<()> {
    let scene = Scene::start("insectoid").await?;
    scene.sim.clock().freeze();
    scene.sim.fault(
        "chat.postMessage",
        Fault::Error {
            error: ErrorCode::TeamAddedToOrg,
        },
        2,
    );
    let request = scene.create("commands").await?;
    assert_eq!(outbox::drain(&scene.house).await, 1);
    assert_eq!(outbox::drain(&scene.house).await, 0, "the first pause is a second");
    scene.sim.clock().advance(Duration::from_secs(1));
    assert_eq!(outbox::drain(&scene.house).await, 1);
    assert_eq!(scene.state(request.id).await, StateName::Drafted);
    scene.sim.clock().advance(Duration::from_secs(5));
    assert_eq!(outbox::drain(&scene.house).await, 1);
    assert_eq!(scene.state(request.id).await, StateName::Offered);
    assert_eq!(scene.messages().len(), 1);
    scene.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_sent_is_never_sent_twice() -> anyhow::Result<()> {
    let scene = Scene::start("insectoid").await?;
    for fault in [Fault::HalfBody, Fault::Html { status: 502 }] {
        scene.sim.fault("chat.postMessage", fault, 1);
    }
    let first = scene.create("commands").await?;
    outbox::drain(&scene.house).await;
    let second = scene.create("pins:read").await?;
    outbox::drain(&scene.house).await;
    scene.sim.clock().advance(Duration::from_secs(3_600));
    assert_eq!(outbox::drain(&scene.house).await, 0);
    assert_eq!(scene.posts(), 2);
    for request in [first.id, second.id] {
        let story = scene.story(request).await;
        assert_eq!(story.request.state, StateName::Failed);
        assert_eq!(story.request.code.as_deref(), Some("maybe_sent"));
    }
    scene.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_a_stopped_worker_left_is_not_sent_again() -> anyhow::Result<()> {
    let scene = Scene::start("insectoid").await?;
    scene.sim.clock().freeze();
    let request = scene.create("commands").await?;
    let left = scene.house.store.claim_outbox(scene.house.clock.now(), 60, 8).await?;
    assert_eq!(left.len(), 1);
    assert_eq!(outbox::drain(&scene.house).await, 0);
    scene.sim.clock().advance(Duration::from_secs(61));
    assert_eq!(outbox::drain(&scene.house).await, 1);
    assert_eq!(scene.posts(), 0);
    assert_eq!(
        scene.story(request.id).await.request.code.as_deref(),
        Some("maybe_sent")
    );
    scene.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_slack_ends_the_request_with_its_code() -> anyhow::Result<()> {
    let scene = Scene::start("insectoid").await?;
    scene.sim.fault(
        "chat.postMessage",
        Fault::Error {
            error: ErrorCode::ChannelNotFound,
        },
        1,
    );
    let request = scene.create("commands").await?;
    outbox::drain(&scene.house).await;
    let view = scene.story(request.id).await.request;
    assert_eq!(
        (view.state, view.code.as_deref()),
        (StateName::Failed, Some("channel_not_found"))
    );
    scene.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_message_says_how_it_ended_and_loses_its_button_when_all_was_granted() -> anyhow::Result<()> {
    let scene = Scene::start("insectoid").await?;
    let presented = || Outcome::Presented;
    let request = scene.create("commands,pins:read").await?.id;
    outbox::drain(&scene.house).await;

    scene
        .record(
            request,
            "t1",
            vec![asked("t1", presented()), answered("t1", "", "commands,pins:read")],
        )
        .await;
    outbox::drain(&scene.house).await;
    let attachment = scene.messages().pop().unwrap().attachments[0].clone();
    assert!(attachment["text"].as_str().unwrap().starts_with("The answer was no."));
    assert_eq!(attachment["actions"].as_array().unwrap().len(), 1);

    scene
        .record(
            request,
            "t2",
            vec![asked("t2", presented()), answered("t2", "commands", "")],
        )
        .await;
    outbox::drain(&scene.house).await;
    let attachment = scene.messages().pop().unwrap().attachments[0].clone();
    assert_eq!(
        attachment["text"],
        "`commands` was added; `pins:read` was not added. The button asks once more."
    );

    scene
        .record(
            request,
            "t3",
            vec![asked("t3", presented()), answered("t3", "pins:read", "")],
        )
        .await;
    outbox::drain(&scene.house).await;
    let attachment = scene.messages().pop().unwrap().attachments[0].clone();
    assert_eq!(attachment["text"], "`commands` and `pins:read` were added.");
    assert!(attachment.get("actions").is_none());
    assert_eq!(scene.messages().len(), 1);
    scene.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_update_changes_nothing_about_the_request() -> anyhow::Result<()> {
    let scene = Scene::start("insectoid").await?;
    let request = scene.create("commands").await?.id;
    outbox::drain(&scene.house).await;
    scene.sim.fault(
        "chat.update",
        Fault::Error {
            error: ErrorCode::CantUpdateMessage,
        },
        1,
    );
    let presented = Outcome::Presented;
    scene
        .record(
            request,
            "t1",
            vec![asked("t1", presented), answered("t1", "commands", "")],
        )
        .await;
    assert_eq!(outbox::drain(&scene.house).await, 1);
    assert_eq!(outbox::drain(&scene.house).await, 0);
    assert_eq!(scene.state(request).await, StateName::Granted);
    scene.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_twice_for_the_same_by_a_doubled_click() -> anyhow::Result<()> {
    let scene = Scene::start("insectoid").await?;
    let (one, two) = tokio::join!(scene.create("commands"), scene.create("commands"));
    let refused = one.err().or(two.err()).unwrap();
    assert!(
        matches!(refused, CreateError::NotNow(NotNow::StillOpen { .. })),
        "{refused}"
    );
    outbox::drain(&scene.house).await;
    assert_eq!(scene.posts(), 1);
    scene.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_again_is_one_step_and_waits_for_the_limits() -> anyhow::Result<()> {
    let scene = Scene::start("insectoid").await?;
    let first = scene.create("commands").await?.id;
    outbox::drain(&scene.house).await;
    let presented = Outcome::Presented;
    scene
        .record(
            first,
            "t1",
            vec![asked("t1", presented), answered("t1", "", "commands")],
        )
        .await;
    let refused = scene.requests.again(first, orla()).await.unwrap_err();
    assert!(
        matches!(refused, CreateError::NotNow(NotNow::CoolingDown { .. })),
        "{refused}"
    );
    assert!(!scene.story(first).await.again.allowed);
    scene.sim.clock().advance(Duration::from_secs(73 * 3_600));
    assert!(scene.story(first).await.again.allowed);
    let again = scene.requests.again(first, orla()).await?;
    assert_eq!((again.again_of, again.scopes.len()), (Some(first), 1));
    assert!(matches!(
        scene.requests.again(RequestId(999), orla()).await,
        Err(CreateError::UnknownRequest)
    ));
    scene.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_tells_mistakes_gains_and_words_and_sends_nothing() -> anyhow::Result<()> {
    let scene = Scene::start("insectoid").await?;
    let good = scene.requests.preview(&scene.draft("commands")).await?;
    assert!(good.ready && good.limits.allowed && good.mistakes.is_empty());
    assert_eq!((good.button.as_str(), good.gains.len()), ("Add commands", 1));
    let mixed = scene.requests.preview(&scene.draft("commands,dnd:write:user")).await?;
    assert!(!mixed.ready && mixed.mistakes[0].code == "mixed_scope" && mixed.kind.is_none());
    let refused = scene.create("commands,dnd:write:user").await.unwrap_err();
    assert!(matches!(refused, CreateError::Mistakes(ref mistakes) if mistakes[0].code() == "mixed_scope"));
    let elsewhere = NewRequest {
        installation: "insectoid.T0NOWHERE".parse()?,
        ..scene.draft("commands")
    };
    assert!(matches!(
        scene.requests.preview(&elsewhere).await,
        Err(CreateError::NotFound(_))
    ));
    assert_eq!(outbox::drain(&scene.house).await, 0);
    assert_eq!(scene.posts(), 0);
    let people = scene.requests.people(&scene.key, "").await?.unwrap();
    assert!(
        people.items.iter().any(|person| person.id.as_str() == IZZY),
        "{people:?}"
    );
    scene.sim.shutdown().await;
    Ok(())
}
