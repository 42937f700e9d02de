//! Decisions about apps that nobody need have asked for: carried to Slack, looked up in its lists, and what is wrong.

use grantbook_core::{
    AppId, EnterpriseId,
    approval::Previous,
    view::{
        ReceiptState,
        approvals::{AlarmKind, AppWish, AppWishView, AppWishWhat},
    },
};
use grantbook_flows::approvals::{OrgApps, look_everywhere};
use grantbook_simulator::Fault;
use grantbook_store::{
    approvals::alarms::About,
    audit::AuditFilter,
    queries::{PageRequest, app_alarms::AlarmFilter},
};
use grantbook_tests::northwind::{DESIGN, IZZY, KUDOS, MIKA, TEAM, VAULT};
use serde_json::json;

use super::scene::Scene;

const ENTERPRISE: &str = "E0N0RTHW1";

fn org() -> EnterpriseId {
    ENTERPRISE.parse().unwrap()
}

fn app(id: &str) -> AppId {
    id.parse().unwrap()
}

fn here(teams: &[&str]) -> AppWish {
    AppWish {
        organization: teams.is_empty(),
        teams: teams.iter().map(|team| team.parse().unwrap()).collect(),
        reason: "ahead of everybody".to_owned(),
    }
}

/// What stands in a place by what is known here.
async fn stands(scene: &Scene, id: &str, team: Option<&str>) -> anyhow::Result<Previous> {
    let team = team.map(|team| team.parse().unwrap());
    let found = scene.house.store.resolution(&org(), &app(id), team.as_ref()).await?;
    Ok(found.map_or(Previous::Unresolved, |found| found.listed.status))
}

async fn wishes(scene: &Scene, id: &str) -> anyhow::Result<Vec<AppWishView>> {
    let view = OrgApps::new(scene.house.clone()).get(&org(), &app(id)).await?;
    Ok(view.map(|view| view.wishes).unwrap_or_default())
}

async fn alarms(scene: &Scene) -> anyhow::Result<Vec<AlarmKind>> {
    look_everywhere(&scene.house, About::All).await?;
    let page = scene
        .house
        .store
        .app_alarms(&AlarmFilter::default(), &PageRequest::first(50))
        .await?;
    Ok(page.items.into_iter().map(|alarm| alarm.kind).collect())
}

/// Approved ahead in two workspaces, installed, restricted everywhere, cleared: each with its receipt.
pub(super) async fn decided_ahead(scene: Scene) -> anyhow::Result<()> {
    let flow = OrgApps::new(scene.house.clone());
    let key = (&org(), &app(KUDOS));
    let views = flow
        .decide(key, AppWishWhat::Approve, &here(&[TEAM, DESIGN]), "user:orla")
        .await?;
    assert_eq!(views.len(), 2);
    assert!(views.iter().all(|view| view.state == ReceiptState::Requested));
    // The same again is the same; another decision about the same place waits.
    flow.decide(key, AppWishWhat::Approve, &here(&[TEAM]), "user:orla")
        .await?;
    let other = flow
        .decide(key, AppWishWhat::Restrict, &here(&[TEAM]), "user:orla")
        .await
        .unwrap_err();
    assert_eq!(other.code(), "decision_on_its_way");
    scene.send().await?;
    let done = wishes(&scene, KUDOS).await?;
    assert_eq!(
        done.iter().map(|wish| wish.state).collect::<Vec<_>>(),
        [ReceiptState::Seen; 2]
    );
    assert_eq!(stands(&scene, KUDOS, Some(TEAM)).await?, Previous::Approved);
    let listed = scene
        .house
        .store
        .resolution(&org(), &app(KUDOS), Some(&TEAM.parse()?))
        .await?
        .unwrap();
    assert!(!listed.listed.scopes.is_empty(), "Slack's list told the scopes");
    let kudos = flow.get(&org(), &app(KUDOS)).await?.unwrap();
    assert_eq!((kudos.approved_in, kudos.app_name.is_empty()), (2, false));
    // It is as Slack has it: people install it without asking.
    scene
        .act(json!({"action": "install_app", "app": KUDOS, "team": TEAM, "user": MIKA}))
        .await?;
    scene.read().await?;
    assert_eq!(stands(&scene, KUDOS, Some(TEAM)).await?, Previous::Approved);
    assert_eq!(alarms(&scene).await?, []);

    flow.decide(key, AppWishWhat::Restrict, &here(&[]), "user:orla").await?;
    scene.send().await?;
    assert_eq!(stands(&scene, KUDOS, None).await?, Previous::Restricted);
    assert_eq!(stands(&scene, KUDOS, Some(TEAM)).await?, Previous::Unresolved, "void");
    scene.read().await?;
    assert_eq!(stands(&scene, KUDOS, None).await?, Previous::Restricted);
    // Slack refuses a workspace's approval while the organization restricts the app.
    flow.decide(key, AppWishWhat::Approve, &here(&[TEAM]), "user:orla")
        .await?;
    scene.send().await?;
    let refused = wishes(&scene, KUDOS)
        .await?
        .into_iter()
        .find(|wish| wish.team == Some(TEAM.parse().unwrap()));
    let refused = refused.unwrap();
    assert_eq!(
        (refused.state, refused.code.as_deref()),
        (ReceiptState::Failed, Some("app_restricted_org_wide"))
    );
    assert_eq!(stands(&scene, KUDOS, Some(TEAM)).await?, Previous::Unresolved);

    flow.decide(key, AppWishWhat::Clear, &here(&[]), "user:orla").await?;
    scene.send().await?;
    scene.read().await?;
    assert_eq!(stands(&scene, KUDOS, None).await?, Previous::Unresolved);
    assert_eq!(alarms(&scene).await?, []);
    let filter = AuditFilter {
        subject: Some(format!("org_app:{ENTERPRISE}.{KUDOS}")),
        ..AuditFilter::default()
    };
    let audit = scene.house.store.audits(&filter, &PageRequest::first(50)).await?;
    let count = |what: &str| audit.items.iter().filter(|line| line.what == what).count();
    assert_eq!(count("org_app.resolved"), 4);
    assert_eq!(count("org_app.resolve_failed"), 1);
    // What was wished for again while it was on its way is the same wish.
    assert_eq!(count("org_app.resolve_requested"), 5);
    Ok(())
}

/// Slack acts and its answer is lost; Slack is busy; nothing was there to clear: each ends as the lists have it.
pub(super) async fn lost_ahead(scene: Scene) -> anyhow::Result<()> {
    let flow = OrgApps::new(scene.house.clone());
    let key = (&org(), &app(VAULT));
    for (what, method, expected) in [
        (AppWishWhat::Approve, "admin.apps.approve", Previous::Approved),
        (AppWishWhat::Restrict, "admin.apps.restrict", Previous::Restricted),
        (AppWishWhat::Clear, "admin.apps.clearResolution", Previous::Unresolved),
    ] {
        scene.sim.fault(method, Fault::LostAnswer, 1);
        flow.decide(key, what, &here(&[TEAM]), "key:4f2a").await?;
        scene.send().await?;
        let waits = &wishes(&scene, VAULT).await?[0];
        assert_eq!((waits.state, waits.tries), (ReceiptState::Sent, 1), "{what:?}");
        assert!(waits.next_at.is_some() && waits.code.is_some());
        assert_eq!(alarms(&scene).await?, [], "{what:?}: ours is on its way");
        scene.turn(30);
        scene.send().await?;
        let done = &wishes(&scene, VAULT).await?[0];
        assert_eq!(done.state, ReceiptState::Seen, "{done:?}");
        assert_eq!(stands(&scene, VAULT, Some(TEAM)).await?, expected);
        scene.read().await?;
        assert_eq!(
            stands(&scene, VAULT, Some(TEAM)).await?,
            expected,
            "{what:?}: as Slack's lists have it"
        );
        assert_eq!(alarms(&scene).await?, []);
    }
    // What was cleared already is as it was wanted.
    flow.decide(key, AppWishWhat::Clear, &here(&[TEAM]), "key:4f2a").await?;
    scene.send().await?;
    let again = &wishes(&scene, VAULT).await?[0];
    assert_eq!(
        (again.state, again.code.as_deref()),
        (ReceiptState::Seen, Some("no_resolution_found"))
    );
    let busy = Fault::Html { status: 502 };
    scene.sim.fault("admin.apps.restrict", busy, 1);
    flow.decide(key, AppWishWhat::Restrict, &here(&[TEAM]), "key:4f2a")
        .await?;
    scene.send().await?;
    scene.turn(45);
    scene.send().await?;
    assert_eq!(wishes(&scene, VAULT).await?[0].state, ReceiptState::Seen);
    Ok(())
}

/// Somebody changes in Slack what was decided here, and a restricted app stays installed: both are told.
pub(super) async fn alarmed(scene: Scene) -> anyhow::Result<()> {
    let flow = OrgApps::new(scene.house.clone());
    let key = (&org(), &app(KUDOS));
    flow.decide(key, AppWishWhat::Approve, &here(&[TEAM]), "user:orla")
        .await?;
    scene.send().await?;
    let restrict =
        json!({"action": "resolve_app", "app": KUDOS, "team": TEAM, "user": IZZY, "resolution": "restricted"});
    scene.act(restrict).await?;
    scene.read().await?;
    assert_eq!(alarms(&scene).await?, [AlarmKind::ChangedElsewhere]);
    let page = scene
        .house
        .store
        .app_alarms(&AlarmFilter::default(), &PageRequest::first(1))
        .await?;
    let accepted = flow.accept(page.items[0].id, "user:orla").await?;
    assert!(accepted.closed_at.is_some());
    assert_eq!(alarms(&scene).await?, []);
    let twice = flow.accept(page.items[0].id, "user:orla").await.unwrap_err();
    assert_eq!(twice.code(), "alarm_not_found");
    Ok(())
}
