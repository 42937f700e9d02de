//! A header of any answer tells of scopes that came or went: no call is made for it.

use grantbook_api::methods::{AuthTest, ConversationsInfo};
use grantbook_core::view::drift::{DriftKind, Remedy};
use grantbook_flows::drift::observations;

use super::scene::{ATLAS, CHANNEL, Scene, TEAM, key, told};

async fn a_scope_taken_away_in_silence_is_noticed_by_the_next_answer(database: Option<String>) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    let key = key(ATLAS, TEAM);
    scene.install_atlas(TEAM, &[]).await?;
    observations::flush(&scene.house).await?;
    assert!(scene.open().await?.is_empty(), "an install is no drift");

    scene.remove_scope(ATLAS, TEAM, "files:read").await?;
    scene.turn(60);
    let info = ConversationsInfo {
        channel: CHANNEL.parse()?,
    };
    scene.call(&key, &info).await?;
    let calls = scene.sim.all_calls().len();
    observations::flush(&scene.house).await?;
    let open = scene.open().await?;
    assert_eq!(scene.sim.all_calls().len(), calls, "nothing was asked for it");
    assert_eq!(
        open.iter().map(told).collect::<Vec<_>>(),
        [(
            "scope_missing_at_slack".to_owned(),
            "files:read".to_owned(),
            "not_listening"
        )]
    );
    let drift = &open[0];
    assert_eq!(
        (drift.declared, drift.ledger, drift.live, drift.holder.as_deref()),
        (Some(true), true, Some(false), Some("app"))
    );
    assert_eq!((&drift.remedy, drift.closed_at), (&Remedy::Reconcile, None));
    assert!(drift.sentence.contains("was not listening"), "{}", drift.sentence);

    // Seen again and again it is one difference.
    scene.turn(60);
    scene.call(&key, &AuthTest {}).await?;
    observations::flush(&scene.house).await?;
    assert_eq!(scene.open().await?.len(), 1);

    // The entry of a comparison closes it. What the app declares and has not is left to a person.
    let entry = scene.reconcile(&key).await?;
    let closed = scene.closed().await?;
    assert_eq!((closed.len(), closed[0].id, closed[0].entry), (1, drift.id, entry));
    assert!(entry.is_some());
    assert_eq!(closed[0].closed_by.as_deref(), Some("user:admin"));
    let left: Vec<_> = scene.open().await?.into_iter().map(|drift| drift.kind).collect();
    assert_eq!(left, [DriftKind::DeclaredNotGranted]);
    scene.same_as_slack(&key).await?;
    scene.verify().await?;

    assert_eq!(
        scene.reconcile(&key).await?,
        None,
        "the second comparison writes nothing"
    );
    assert_eq!((scene.open().await?.len(), scene.closed().await?.len()), (1, 1));
    Ok(())
}

async fn a_difference_that_ends_by_itself_is_closed_without_an_entry(database: Option<String>) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    let key = key(ATLAS, TEAM);
    scene.install_atlas(TEAM, &[]).await?;
    scene.remove_scope(ATLAS, TEAM, "files:read").await?;
    scene.turn(60);
    scene.call(&key, &AuthTest {}).await?;
    observations::flush(&scene.house).await?;
    assert_eq!(scene.open().await?.len(), 1);

    // Authorized again: Slack shows the scope as before, and the ledger never lost it.
    scene.turn(60);
    scene.install_atlas(TEAM, &[]).await?;
    scene.turn(60);
    scene.call(&key, &AuthTest {}).await?;
    observations::flush(&scene.house).await?;
    assert!(scene.open().await?.is_empty());
    let closed = scene.closed().await?;
    assert_eq!(closed.len(), 1);
    assert_eq!((closed[0].closed_by.as_deref(), closed[0].entry), (Some("slack"), None));
    Ok(())
}

async fn an_answer_that_crosses_an_install_is_not_held_against_the_ledger(
    database: Option<String>,
) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    let key = key(ATLAS, TEAM);
    scene.install_atlas(TEAM, &["channels:history", "files:read"]).await?;
    scene.turn(60);
    // Answered before the install that brings more, and looked at after it.
    scene.call(&key, &AuthTest {}).await?;
    scene.install_atlas(TEAM, &[]).await?;
    observations::flush(&scene.house).await?;
    let scopes: Vec<_> = scene.open().await?.into_iter().map(|drift| drift.kind).collect();
    assert!(!scopes.contains(&DriftKind::ScopeMissingAtSlack), "{scopes:?}");
    Ok(())
}

on_both!(
    a_scope_taken_away_in_silence_is_noticed_by_the_next_answer,
    a_difference_that_ends_by_itself_is_closed_without_an_entry,
    an_answer_that_crosses_an_install_is_not_held_against_the_ledger,
);
