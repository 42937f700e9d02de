//! What one replica is told, the others learn.

use grantbook_api::{secret::SigningSecret, signature};
use grantbook_core::AppSlug;
use grantbook_flows::{
    House,
    ingest::{Ingest, IngestError, Received, SignedRequest},
};
use grantbook_tests::stage::until;

use super::scene::{ATLAS, HARMLESS, Scene, client, signing};

/// Whether a replica believes something signed with `secret`.
async fn believes(replica: &House, secret: &str) -> anyhow::Result<bool> {
    let slug: AppSlug = ATLAS.parse()?;
    let body = HARMLESS[0].1.as_bytes();
    let at = replica.clock.now().seconds();
    let signed = signature::sign(&SigningSecret::new(secret), at, body);
    let timestamp = at.to_string();
    let request = SignedRequest {
        timestamp: Some(&timestamp),
        signature: Some(&signed),
        body,
    };
    match Ingest::new(replica.clone()).receive(&slug, request).await {
        Ok(Received::Challenge(_)) => Ok(true),
        Err(IngestError::Signature(_)) => Ok(false),
        other => anyhow::bail!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_counts_on_every_replica_at_once_and_an_old_one_not_for_long() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let old = scene.signing_secret(ATLAS);
    let replica = scene.console.replica().await?;
    assert!(believes(&replica, &old).await?, "it has the app in memory now");

    scene.tell(ATLAS, signing("second")).await?;
    let burst = (0..50).map(|_| {
        let replica = replica.clone();
        tokio::spawn(async move { believes(&replica, "second").await })
    });
    for one in burst.collect::<Vec<_>>() {
        assert!(one.await??, "nothing signed with the new secret is refused");
    }
    assert!(believes(&replica, &old).await?, "during the overlap");

    scene.apps().end_overlap(&ATLAS.parse()?, "user:ada").await?;
    until("the replica has learned that the overlap is over", async || {
        Ok((!believes(&replica, &old).await?).then_some(()))
    })
    .await?;
    assert!(believes(&replica, "second").await?);
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_was_not_told_installs_all_the_same() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let replica = scene.console.replica().await?;
    let apps = grantbook_flows::apps::Apps::new(replica);
    // Told at the other replica; the console that installs has the app in memory, and asks with what it knows.
    scene.install(ATLAS).await?;
    apps.replace_secrets(&ATLAS.parse()?, client("second"), "user:ada")
        .await?;
    scene.slack_knows(ATLAS, "second", 0).await?;
    scene.install(ATLAS).await?;
    scene.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_signed_delivery_came_is_kept_to_the_minute() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let slug: AppSlug = ATLAS.parse()?;
    assert_eq!(scene.apps().get(&slug).await?.unwrap().last_signed_at, None);
    let secret = scene.signing_secret(ATLAS);
    assert!(!believes(&scene.console.house, "wrong").await?);
    assert_eq!(scene.apps().get(&slug).await?.unwrap().last_signed_at, None);
    let seen = async |after: Option<grantbook_core::Timestamp>| {
        until("the moment is kept", async || {
            let kept = scene.apps().get(&slug).await?.unwrap().last_signed_at;
            Ok(kept.filter(|kept| Some(*kept) > after))
        })
        .await
    };
    assert!(believes(&scene.console.house, &secret).await?);
    let first = seen(None).await?;
    scene.sim.clock().advance(std::time::Duration::from_secs(61));
    assert!(believes(&scene.console.house, &secret).await?);
    let second = seen(Some(first)).await?;
    assert!(second.seconds() - first.seconds() >= 60);
    scene.stop().await
}
