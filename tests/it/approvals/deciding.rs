//! Who may decide what.

use grantbook_core::{approval::life::State, view::approvals::DecisionWish};
use grantbook_flows::approvals::Actor;
use grantbook_tests::{
    managing::{approver, wish},
    northwind::{KUDOS, MIKA, TEAM},
};
use serde_json::json;

use super::scene::Scene;

/// A rule asks two people, both of whom must agree and say why.
pub(super) async fn several(scene: Scene) -> anyhow::Result<()> {
    scene
        .rules(json!([{ "id": "two", "name": "Two of security", "when": { "all": [] },
            "then": { "ask": { "whom": ["orla", "noor"], "need": "all", "reason_required": true } } }]))
        .await?;
    let number = scene.ask(KUDOS, Some(TEAM), MIKA).await?;
    scene.read().await?;
    let id = scene.stored(&number).await?.id;
    let (orla, noor) = (approver("orla"), approver("noor"));
    let mika = Actor {
        slack_user: Some(MIKA.parse()?),
        ..approver("noor")
    };
    let viewer = Actor {
        may_decide: false,
        ..approver("orla")
    };
    for (actor, reason, code) in [
        (&viewer, "fine", "approvers_only"),
        (&approver("izzy"), "fine", "not_asked"),
        (&mika, "fine", "own_request"),
        (&orla, "  ", "reason_required"),
        (&orla, &"x".repeat(501), "reason_too_long"),
    ] {
        let refused = scene.queue.approve(id, actor, wish(reason)).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let cannot = DecisionWish {
        withhold: vec!["chat:write".parse()?],
        ..wish("fine")
    };
    let refused = scene.queue.approve(id, &orla, cannot).await.unwrap_err();
    assert_eq!(refused.code(), "scope_not_optional");
    let once = scene.queue.approve(id, &orla, wish("fine by me")).await?;
    assert_eq!((once.state, once.decided_by), (State::Open, None));
    let twice = scene.queue.approve(id, &orla, wish("still")).await.unwrap_err();
    assert_eq!(twice.code(), "voted_already");
    let part = DecisionWish {
        withhold: vec!["users:read".parse()?],
        for_days: Some(90),
        ..wish("without the directory")
    };
    let both = scene.queue.approve(id, &noor, part).await?;
    assert_eq!(
        (both.state, both.decided_by.as_deref()),
        (State::Deciding, Some("user:noor"))
    );
    scene.send().await?;
    scene.read().await?;
    let settled = scene.stored(&number).await?;
    assert_eq!(settled.state, State::Approved);
    let standing = scene
        .house
        .store
        .resolution(
            &settled.enterprise,
            &settled.request.app.id,
            settled.request.team.as_ref(),
        )
        .await?
        .unwrap();
    let scopes: Vec<&str> = standing
        .listed
        .scopes
        .iter()
        .map(grantbook_core::Scope::as_str)
        .collect();
    assert_eq!(scopes, ["chat:write", "commands"]);
    let days = standing.ends_at.unwrap().seconds() - settled.settled_at.unwrap().seconds();
    assert_eq!(days, 90 * 86_400);
    Ok(())
}
