//! A thousand callers of one token over two houses, and calls that never hear of its end.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use grantbook_api::secret::AccessToken;
use grantbook_core::{
    Scope,
    request::{Author, StateName},
    view::requests::NewRequest,
};
use grantbook_flows::{
    House, outbox,
    reconcile::Reconcile,
    requests::Requests,
    rotation::{Need, Rotation},
};
use grantbook_simulator::{
    Fault,
    RotationOutcome::{Issued, Refreshed},
    VirtualClock,
};
use grantbook_store::tokens::Holder;
use grantbook_tests::stage::until;
use secrecy::ExposeSecret as _;
use tokio::{sync::Barrier, task::JoinSet};

use super::scene::{IZZY, Scene, Scheme, live};

const CALLERS: usize = 1_000;

/// All ask at once, by turns in one house and the other; every answer, each once.
async fn ask(scene: &Scene, houses: &[House; 2], need: &Need) -> anyhow::Result<Vec<(String, u64)>> {
    let start = Arc::new(Barrier::new(CALLERS));
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let (rotation, start) = (Rotation::new(houses[number % 2].clone()), Arc::clone(&start));
        let (key, need) = (scene.key.clone(), need.clone());
        callers.spawn(async move {
            start.wait().await;
            rotation.token(&key, &Holder::App, &need).await
        });
    }
    let mut answers = HashSet::new();
    while let Some(answer) = callers.join_next().await {
        let fresh = answer??;
        answers.insert((fresh.token.expose().to_owned(), fresh.generation));
    }
    Ok(answers.into_iter().collect())
}

async fn one_refreshes(database: Option<String>, scheme: Scheme, refused: bool) -> anyhow::Result<()> {
    let (scene, first) = Scene::installed(database, scheme).await?;
    let houses = [first, scene.house().await?];
    let old = scene.credential(&houses[0]).await?;
    let need = if refused {
        Need::Instead(AccessToken::new(old.access.expose_secret()))
    } else {
        scene.turn_past_the_end();
        Need::Living(60)
    };
    let answers = ask(&scene, &houses, &need).await?;
    assert_eq!(scene.told(), [Issued, Refreshed]);
    let new = scene.credential(&houses[1]).await?;
    assert_eq!(answers, [(new.access.expose_secret().to_owned(), 2)]);
    assert_ne!(new.access.expose_secret(), old.access.expose_secret());
    assert_eq!(scene.standing(&houses[0]).await?, live(2));
    // And it is Slack's: it can be called with.
    assert_eq!(Reconcile::new(houses[1].clone()).run(&scene.key).await?, None);
    assert_eq!(scene.told().len(), 2);
    Ok(())
}

async fn of_a_thousand_callers_of_an_ended_workspace_token_one_refreshes(
    database: Option<String>,
) -> anyhow::Result<()> {
    one_refreshes(database, Scheme::Workspace, false).await
}

async fn of_a_thousand_callers_of_an_ended_modern_token_one_refreshes(database: Option<String>) -> anyhow::Result<()> {
    one_refreshes(database, Scheme::Modern, false).await
}

async fn of_a_thousand_callers_whose_workspace_token_was_refused_one_refreshes(
    database: Option<String>,
) -> anyhow::Result<()> {
    one_refreshes(database, Scheme::Workspace, true).await
}

async fn of_a_thousand_callers_whose_modern_token_was_refused_one_refreshes(
    database: Option<String>,
) -> anyhow::Result<()> {
    one_refreshes(database, Scheme::Modern, true).await
}

/// What Slack refused since the clock was turned.
fn refusals(scene: &Scene) -> Vec<String> {
    let now = scene.sim.clock().now();
    let calls = scene.sim.all_calls().into_iter().filter(|call| call.at == now);
    calls.filter_map(|call| call.error).collect()
}

/// The house knows the end and comes before it is refused.
async fn nobody_is_refused(database: Option<String>, scheme: Scheme) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, scheme).await?;
    scene.turn_past_the_end();
    assert_eq!(Reconcile::new(house.clone()).run(&scene.key).await?, None);
    assert_eq!((scene.told(), refusals(&scene)), (vec![Issued, Refreshed], Vec::new()));
    assert_eq!(scene.standing(&house).await?, live(2));
    Ok(())
}

async fn calls_after_a_workspace_tokens_end_work_and_slack_refuses_none(
    database: Option<String>,
) -> anyhow::Result<()> {
    nobody_is_refused(database, Scheme::Workspace).await
}

async fn calls_after_a_modern_tokens_end_work_and_slack_refuses_none(database: Option<String>) -> anyhow::Result<()> {
    nobody_is_refused(database, Scheme::Modern).await
}

/// The house's clock is slow: Slack says first that the token has ended.
async fn one_is_refused(database: Option<String>, scheme: Scheme, refusal: &str) -> anyhow::Result<()> {
    let (scene, _) = Scene::installed(database, scheme).await?;
    let house = scene.house_by(VirtualClock::frozen(scene.sim.clock().now())).await?;
    scene.turn_past_the_end();
    assert_eq!(Reconcile::new(house.clone()).run(&scene.key).await?, None);
    assert_eq!(
        (scene.told(), refusals(&scene)),
        (vec![Issued, Refreshed], vec![refusal.to_owned()])
    );
    assert_eq!(scene.standing(&house).await?, live(2));
    Ok(())
}

async fn after_invalid_auth_a_workspace_token_is_refreshed_and_the_call_made_again(
    database: Option<String>,
) -> anyhow::Result<()> {
    one_is_refused(database, Scheme::Workspace, "invalid_auth").await
}

async fn after_token_expired_a_modern_token_is_refreshed_and_the_call_made_again(
    database: Option<String>,
) -> anyhow::Result<()> {
    one_is_refused(database, Scheme::Modern, "token_expired").await
}

async fn a_message_to_be_sent_after_the_end_is_sent(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, Scheme::Modern).await?;
    let draft = NewRequest {
        installation: scene.key.clone(),
        user: Some(IZZY.parse()?),
        channel: None,
        scopes: [Scope::new("commands")?].into(),
        optional: BTreeSet::new(),
        message: None,
        button: None,
        again_of: None,
    };
    let author = Author::Console {
        name: "orla".to_owned(),
    };
    let request = Requests::new(house.clone()).create(draft, author).await?;
    scene.turn_past_the_end();
    assert_eq!(outbox::drain(&house).await, 1);
    let sent = house.store.request(request.id).await?.unwrap();
    assert_eq!(sent.state().name(), StateName::Offered);
    assert_eq!((scene.told(), refusals(&scene)), (vec![Issued, Refreshed], Vec::new()));
    Ok(())
}

/// A closed browser, a cut connection: what Slack answers is kept all the same.
async fn whoever_hangs_up_takes_no_answer_along(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, Scheme::Modern).await?;
    scene.turn_past_the_end();
    scene
        .sim
        .fault(scene.scheme.method(), Fault::DelayMs { delay_ms: 500 }, 1);
    let (rotation, key) = (Rotation::new(house.clone()), scene.key.clone());
    let caller = tokio::spawn(async move { rotation.token(&key, &Holder::App, &Need::Living(60)).await.map(|_| ()) });
    until("Slack has refreshed", async || {
        Ok((scene.count(Refreshed) == 1).then_some(()))
    })
    .await?;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    // The next caller waits for it.
    assert_eq!(scene.token(&house).await?.generation, 2);
    assert_eq!(
        (scene.told(), scene.standing(&house).await?),
        (vec![Issued, Refreshed], live(2))
    );
    Ok(())
}

on_both! {
    of_a_thousand_callers_of_an_ended_workspace_token_one_refreshes,
    of_a_thousand_callers_of_an_ended_modern_token_one_refreshes,
    of_a_thousand_callers_whose_workspace_token_was_refused_one_refreshes,
    of_a_thousand_callers_whose_modern_token_was_refused_one_refreshes,
    calls_after_a_workspace_tokens_end_work_and_slack_refuses_none,
    calls_after_a_modern_tokens_end_work_and_slack_refuses_none,
    after_invalid_auth_a_workspace_token_is_refreshed_and_the_call_made_again,
    after_token_expired_a_modern_token_is_refreshed_and_the_call_made_again,
    a_message_to_be_sent_after_the_end_is_sent,
    whoever_hangs_up_takes_no_answer_along,
}
