//! Installs that begin at Slack, in its app directory or on an administrator's page: Slack sends a code that
//! nobody here asked for. It is thrown away, the person goes once through our own authorize address, and the
//! install ends where it belongs.

use super::scene::{Allows, DESIGN, HQ, IZZY, ORG, Scene};

async fn lands(app: &str, method: &str, allows: Allows, tenant: &str) -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let callback = scene.console.at(&format!("slack/{app}/oauth/callback?code=from-slack"));
    let page = scene.follow(&callback).await?;
    assert!(scene.sim.calls(method).is_empty(), "the code was exchanged");
    assert!(scene.keys().await?.is_empty());
    let state = page.query_pairs().find(|(name, _)| name == "state");
    assert!(state.is_some_and(|(_, state)| state.len() > 20), "{page}");

    let callback = scene.allow(&page, app, IZZY, allows).await?;
    let (status, there) = scene.come_back(callback).await?;
    assert!(status.is_redirection(), "{status} {there}");
    assert!(there.starts_with(&format!("/workspaces/{tenant}?app={app}")), "{there}");
    let key = format!("{app}.{tenant}");
    assert_eq!(scene.keys().await?, [key.as_str()]);
    assert_eq!(scene.sim.calls(method).len(), 1);
    let holder = scene.view(&key).await?.tokens[0].holder.clone();
    assert!(scene.works(&key, &holder).await?);
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_app_lands_in_its_workspace() -> anyhow::Result<()> {
    lands("insectoid", "oauth.access", Allows::Workspace(HQ), HQ).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_of_today_lands_in_its_workspace() -> anyhow::Result<()> {
    lands("atlas", "oauth.v2.access", Allows::Workspace(DESIGN), DESIGN).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organizations_app_lands_in_the_organization() -> anyhow::Result<()> {
    lands("atlas", "oauth.v2.access", Allows::Organization(&[HQ]), ORG).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_alone_lands_in_their_workspace() -> anyhow::Result<()> {
    lands(
        "atlas",
        "oauth.v2.access",
        Allows::OnlyThemselves(HQ, &["search:read"]),
        HQ,
    )
    .await
}
