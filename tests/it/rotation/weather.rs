//! Slack answers a refresh badly, or not at all.

use grantbook_api::{
    ErrorCode,
    client::SlackClient,
    http::{HttpClient, HttpSettings},
    oauth::{ClientCredentials, ClientId},
    secret::{ClientSecret, RefreshToken},
};
use grantbook_flows::{reconcile::Reconcile, rotation::TokenError};
use grantbook_simulator::{
    Action, Fault,
    RotationOutcome::{Issued, Refreshed, Refused, Reused},
};
use grantbook_store::tokens::Holder;
use secrecy::ExposeSecret as _;

use super::scene::{Scene, Scheme, TEAM, live};

/// Faults after which nobody can tell whether it was done, with the codes they are kept under.
fn bad_answers() -> [(Fault, &'static str); 5] {
    [
        (Fault::LostAnswer, "connection_closed"),
        (Fault::Drop, "connection_closed"),
        (Fault::HalfBody, "answer_cut_short"),
        (Fault::Html { status: 200 }, "answer_not_json"),
        (Fault::Html { status: 502 }, "http_502"),
    ]
}

async fn a_modern_token_whose_answer_is_lost_asks_for_a_person(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, Scheme::Modern).await?;
    let mut generation = 1;
    for (fault, code) in bad_answers() {
        scene.turn_past_the_end();
        let done = matches!(fault, Fault::LostAnswer | Fault::HalfBody);
        let (asked, refreshed) = (scene.asked(), scene.count(Refreshed));
        scene.sim.fault(scene.scheme.method(), fault, 1);
        for _ in 0..2 {
            match scene.token(&house).await {
                Err(TokenError::NeedsReauthorization { problem, .. }) => assert_eq!(problem, code),
                other => panic!("{code}: {other:?}"),
            }
        }
        let standing = scene.standing(&house).await?;
        let lost = (
            "needs_reauthorization".to_owned(),
            Some(code.to_owned()),
            generation,
            true,
        );
        assert_eq!(standing, lost);
        assert_eq!(scene.asked(), asked + 1, "{code}: Slack is asked once");
        assert_eq!(scene.count(Refreshed), refreshed + usize::from(done), "{code}");

        scene.install(&house).await?;
        generation += 1;
        assert_eq!(scene.standing(&house).await?, live(generation), "{code}");
        assert_eq!(Reconcile::new(house.clone()).run(&scene.key).await?, None);
    }
    assert_eq!((scene.count(Reused), scene.count(Refused)), (0, 0));
    Ok(())
}

async fn a_workspace_token_whose_answer_is_lost_rests_and_is_refreshed(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, Scheme::Workspace).await?;
    let mut generation = 1;
    for (fault, code) in bad_answers() {
        scene.turn_past_the_end();
        let asked = scene.asked();
        scene.sim.fault(scene.scheme.method(), fault, 1);
        let now = scene.sim.clock().now();
        for _ in 0..2 {
            match scene.token(&house).await {
                Err(TokenError::CoolingDown { problem, until, .. }) => {
                    assert_eq!((problem.as_str(), until), (code, now.plus_seconds(5)));
                }
                other => panic!("{code}: {other:?}"),
            }
        }
        assert_eq!(scene.asked(), asked + 1, "{code}: not before its time");
        scene.turn(5);
        generation += 1;
        assert_eq!(scene.token(&house).await?.generation, generation);
        assert_eq!(scene.standing(&house).await?, live(generation), "{code}");
        assert_eq!(scene.asked(), asked + 2);
        assert_eq!(Reconcile::new(house.clone()).run(&scene.key).await?, None);
    }
    Ok(())
}

async fn a_failure_again_and_again_rests_longer_and_longer(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, Scheme::Workspace).await?;
    scene.turn_past_the_end();
    scene.sim.fault(scene.scheme.method(), Fault::Drop, 4);
    for wait in [5, 10, 20, 40] {
        match scene.token(&house).await {
            Err(TokenError::CoolingDown { until, .. }) => {
                assert_eq!(until, scene.sim.clock().now().plus_seconds(wait));
            }
            other => panic!("{other:?}"),
        }
        scene.turn(wait.unsigned_abs());
    }
    assert_eq!(scene.token(&house).await?.generation, 2);
    let found = scene.credential(&house).await?;
    assert_eq!((found.failures, found.retry_at), (0, None));
    Ok(())
}

async fn rests(database: Option<String>, scheme: Scheme) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, scheme).await?;
    // Ten minutes to live, and a caller who wants a quarter of an hour.
    scene.turn(scheme.lifetime().as_secs() - 600);
    let asked = scene.asked();
    scene
        .sim
        .fault(scheme.method(), Fault::RateLimited { retry_after: 30 }, 1);
    for _ in 0..3 {
        let fresh = scene.token_of(&house, &Holder::App, 900).await?;
        assert_eq!(fresh.generation, 1, "the old one serves while it lives");
    }
    assert_eq!(scene.asked(), asked + 1);
    let found = scene.credential(&house).await?;
    let rested = scene.sim.clock().now().plus_seconds(31);
    assert_eq!((found.retry_at, found.failures), (Some(rested), 1));
    let resting = ("live".to_owned(), Some("ratelimited".to_owned()), 1, false);
    assert_eq!(scene.standing(&house).await?, resting);
    assert_eq!(
        Reconcile::new(house.clone()).run(&scene.key).await?,
        None,
        "it can be called with"
    );

    scene.turn(31);
    // The client that was told to wait does so by real time: another process comes.
    let next = scene.house().await?;
    assert_eq!(scene.token_of(&next, &Holder::App, 900).await?.generation, 2);
    assert_eq!(
        (scene.told(), scene.standing(&next).await?),
        (vec![Issued, Refreshed], live(2))
    );
    Ok(())
}

async fn a_modern_token_rests_as_long_as_slack_wants_and_serves_while_it_lives(
    database: Option<String>,
) -> anyhow::Result<()> {
    rests(database, Scheme::Modern).await
}

async fn a_workspace_token_rests_as_long_as_slack_wants_and_serves_while_it_lives(
    database: Option<String>,
) -> anyhow::Result<()> {
    rests(database, Scheme::Workspace).await
}

async fn an_ended_token_is_not_served_while_slack_wants_rest(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, Scheme::Modern).await?;
    scene.turn_past_the_end();
    scene
        .sim
        .fault(scene.scheme.method(), Fault::RateLimited { retry_after: 30 }, 1);
    let rested = scene.sim.clock().now().plus_seconds(31);
    match scene.token(&house).await {
        Err(TokenError::CoolingDown { problem, until, .. }) => {
            assert_eq!((problem.as_str(), until), ("ratelimited", rested));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(scene.told(), [Issued]);
    Ok(())
}

/// Refused for good: Slack is not asked again, and an install repairs it.
async fn is_exhausted(scene: &Scene, house: &grantbook_flows::House, code: &str) -> anyhow::Result<()> {
    scene.turn_past_the_end();
    let asked = scene.asked();
    for _ in 0..2 {
        match scene.token(house).await {
            Err(TokenError::Exhausted { problem, .. }) => assert_eq!(problem, code),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(scene.asked(), asked + 1);
    let exhausted = ("exhausted".to_owned(), Some(code.to_owned()), 1, false);
    assert_eq!(scene.standing(house).await?, exhausted);
    scene.install(house).await?;
    assert_eq!(scene.standing(house).await?, live(2));
    assert_eq!(Reconcile::new(house.clone()).run(&scene.key).await?, None);
    Ok(())
}

async fn a_refresh_token_that_somebody_else_spent_is_exhausted(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, Scheme::Modern).await?;
    let app = scene
        .sim
        .apps()
        .into_iter()
        .find(|app| app.slug == scene.key.app)
        .unwrap();
    let credentials = ClientCredentials {
        id: ClientId::new(app.client_id.as_str()),
        secret: ClientSecret::new(app.client_secret.expose()),
    };
    let refresh = scene.credential(&house).await?.refresh.unwrap();
    let somebody = SlackClient::new(scene.sim.url().parse()?, HttpClient::new(&HttpSettings::default())?);
    somebody
        .oauth_v2_refresh(&credentials, RefreshToken::new(refresh.expose_secret()))
        .await?;
    is_exhausted(&scene, &house, "invalid_refresh_token").await?;
    assert_eq!(scene.told(), [Issued, Refreshed, Reused, Issued]);
    Ok(())
}

async fn a_refresh_token_that_slack_ended_is_exhausted(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, Scheme::Workspace).await?;
    // The app hears nothing of it.
    let revoke = Action::RevokeTokens {
        app: scene.key.app.to_string(),
        team: TEAM.parse()?,
    };
    scene.sim.act(revoke).await?;
    is_exhausted(&scene, &house, "invalid_token").await?;
    assert_eq!(scene.told(), [Issued, Refused, Issued]);
    Ok(())
}

async fn a_refusal_that_passes_is_tried_again(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house) = Scene::installed(database, Scheme::Modern).await?;
    scene.turn_past_the_end();
    let error = ErrorCode::TeamAddedToOrg;
    scene.sim.fault(scene.scheme.method(), Fault::Error { error }, 1);
    assert!(matches!(scene.token(&house).await, Err(TokenError::CoolingDown { .. })));
    scene.turn(5);
    assert_eq!(scene.token(&house).await?.generation, 2);
    assert_eq!(scene.told(), [Issued, Refreshed]);
    Ok(())
}

on_both! {
    a_modern_token_whose_answer_is_lost_asks_for_a_person,
    a_workspace_token_whose_answer_is_lost_rests_and_is_refreshed,
    a_failure_again_and_again_rests_longer_and_longer,
    a_modern_token_rests_as_long_as_slack_wants_and_serves_while_it_lives,
    a_workspace_token_rests_as_long_as_slack_wants_and_serves_while_it_lives,
    an_ended_token_is_not_served_while_slack_wants_rest,
    a_refresh_token_that_somebody_else_spent_is_exhausted,
    a_refresh_token_that_slack_ended_is_exhausted,
    a_refusal_that_passes_is_tried_again,
}
