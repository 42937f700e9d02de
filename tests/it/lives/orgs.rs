//! Apps in whole organizations: where they are kept, which workspaces they reach, and what events reach them.

use grantbook_core::{UserId, grants::Status};
use grantbook_simulator::Action;

use super::scene::{Allows, CRIT, DESIGN, HQ, IZZY, ORG, Scene};

const KEY: &str = "atlas.E0N0RTHW1";

fn grant(teams: &[&str]) -> Action {
    Action::GrantTeamAccess {
        app: "atlas".to_owned(),
        teams: teams.iter().map(|team| team.parse().unwrap()).collect(),
    }
}

fn revoke(teams: &[&str]) -> Action {
    Action::RevokeTeamAccess {
        app: "atlas".to_owned(),
        teams: teams.iter().map(|team| team.parse().unwrap()).collect(),
    }
}

/// The bot is invited to a conversation of the design workspace: `member_joined_channel`.
fn join() -> Action {
    Action::AddResource {
        app: "atlas".to_owned(),
        team: DESIGN.parse().unwrap(),
        resource: CRIT.parse().unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_org_wide_install_is_kept_under_the_organization_and_its_workspaces_come_and_go() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    scene.install("atlas", IZZY, Allows::Organization(&[HQ]), ORG).await?;
    assert_eq!(scene.keys().await?, [KEY]);
    let view = scene.view(KEY).await?;
    assert_eq!((view.tenant_name.as_str(), view.enterprise), ("Northwind Grid", None));
    assert_eq!(view.installer.as_ref().map(UserId::as_str), Some(IZZY));
    assert_eq!(scene.reaches(KEY, "team").await?, [HQ]);
    assert!(scene.works(KEY, "app").await?);

    scene.wait(2);
    scene.act(grant(&[DESIGN])).await?;
    assert_eq!(scene.reaches(KEY, "team").await?, [HQ, DESIGN]);
    scene.wait(2);
    scene.act(revoke(&[HQ])).await?;
    assert_eq!(scene.reaches(KEY, "team").await?, [DESIGN]);

    // What happens in a workspace names the workspace on top and the organization in `authorizations`.
    scene.act(join()).await?;
    assert_eq!(scene.reaches(KEY, "channel").await?, [CRIT]);
    assert_eq!(
        scene.keys().await?,
        [KEY],
        "no installation of the workspace was made up"
    );
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_and_its_organization_are_installed_side_by_side() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let own = "atlas.T0DES3UAN";
    scene.install("atlas", IZZY, Allows::Workspace(DESIGN), DESIGN).await?;
    scene.wait(2);
    scene.install("atlas", IZZY, Allows::Organization(&[HQ]), ORG).await?;
    assert_eq!(scene.keys().await?, [KEY, own]);
    assert_eq!(
        scene.view(own).await?.enterprise.map(|it| it.to_string()).as_deref(),
        Some(ORG)
    );
    scene.act(join()).await?;
    assert_eq!(scene.reaches(own, "channel").await?, [CRIT]);
    assert!(scene.reaches(KEY, "channel").await?.is_empty());

    let secrets = [own, KEY].map(|key| key.parse().unwrap());
    let mut texts = Vec::new();
    for key in &secrets {
        let token = scene.console.house.store.load_token(key).await?.unwrap();
        texts.push(secrecy::ExposeSecret::expose_secret(&token.access).to_owned());
    }
    assert_ne!(texts[0], texts[1]);

    scene.wait(2);
    scene
        .act(Action::UninstallOrg {
            app: "atlas".to_owned(),
        })
        .await?;
    assert_eq!(scene.status(KEY).await?, Status::Uninstalled);
    assert_eq!(scene.status(own).await?, Status::Installed);
    assert!(scene.works(own, "app").await? && !scene.works(KEY, "app").await?);
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_is_left_once_each_workspace_is() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    scene
        .install("atlas", IZZY, Allows::Organization(&[HQ, DESIGN]), ORG)
        .await?;
    let path = format!("{KEY}/uninstall");
    let (status, first) = scene.ask(&path, "the pilot is over").await?;
    assert_eq!(
        (status.as_u16(), first["reason"].as_str()),
        (202, Some("the pilot is over"))
    );
    let refused = scene.receipt(&path, "failed").await?;
    assert_eq!(
        (&refused["code"], &refused["workspaces"]),
        (&serde_json::json!("workspaces_first"), &serde_json::json!([HQ, DESIGN]))
    );
    assert!(scene.sim.calls("apps.uninstall").is_empty(), "Slack would refuse");
    assert_eq!(scene.status(KEY).await?, Status::Installed);

    scene.wait(2);
    scene.act(revoke(&[HQ, DESIGN])).await?;
    scene.wait(2);
    scene.ask(&path, "the pilot is over, and nobody has it").await?;
    let seen = scene.receipt(&path, "seen").await?;
    assert!(seen.get("code").is_none() && seen.get("workspaces").is_none(), "{seen}");
    assert_eq!(scene.status(KEY).await?, Status::Uninstalled);
    scene.end().await
}
