//! Scopes that no call needs are listed, with how many calls that is known from.

use grantbook_api::methods::{AuthTest, ChatPostMessage, ConversationsInfo, UsersInfo};
use grantbook_flows::drift::{Drift, observations};
use grantbook_store::queries::{PageRequest, unused::UnusedFilter};

use super::scene::{ATLAS, CHANNEL, IZZY, Scene, TEAM, key};

async fn unused(scene: &Scene) -> anyhow::Result<Vec<grantbook_core::view::drift::UnusedScopeView>> {
    let page = Drift::new(scene.house.clone())
        .unused(&UnusedFilter::default(), &PageRequest::first(50))
        .await?;
    Ok(page.items)
}

async fn what_no_call_needed_is_unused(database: Option<String>) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    let key = key(ATLAS, TEAM);
    scene.install_atlas(TEAM, &[]).await?;
    scene.add_to(ATLAS, TEAM, CHANNEL).await?;
    // What comparing itself needs is no use of the app's.
    observations::flush(&scene.house).await?;
    let began = scene.sim.clock().now();
    scene.turn(60);
    scene.call(&key, &AuthTest {}).await?;
    scene.call(&key, &UsersInfo { user: IZZY.parse()? }).await?;
    let channel = CHANNEL.parse()?;
    scene.call(&key, &ConversationsInfo { channel }).await?;
    let message = ChatPostMessage {
        channel: CHANNEL.parse()?,
        text: Some("Hello".to_owned()),
        ..ChatPostMessage::default()
    };
    scene.call(&key, &message).await?;
    observations::flush(&scene.house).await?;
    let unused = unused(&scene).await?;
    let names: Vec<_> = unused.iter().map(|row| row.scope.as_str()).collect();
    assert_eq!(
        names,
        ["channels:history", "files:read"],
        "commands is never seen by calls"
    );
    for row in &unused {
        assert_eq!((&row.installation, row.last_used), (&key, None));
        assert!(row.calls_observed >= 4, "{}", row.calls_observed);
        assert!(row.observed_since <= began && row.held_since.is_some());
        let link = row.smaller_install_url.as_deref().unwrap_or_default();
        assert!(
            link.ends_with("?team=T061EG9R6&without=channels%3Ahistory%2Cfiles%3Aread"),
            "{link}"
        );
    }

    // Used once, and then not for a quarter of a year.
    scene.turn(100 * 24 * 3600);
    scene.call(&key, &UsersInfo { user: IZZY.parse()? }).await?;
    observations::flush(&scene.house).await?;
    let unused = self::unused(&scene).await?;
    let long_ago: Vec<_> = unused.iter().filter(|row| row.last_used.is_some()).collect();
    let names: Vec<_> = long_ago.iter().map(|row| row.scope.as_str()).collect();
    assert!(
        names.contains(&"chat:write") && !names.contains(&"users:read"),
        "{names:?}"
    );
    Ok(())
}

on_both!(what_no_call_needed_is_unused);
