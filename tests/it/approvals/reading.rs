//! What reading Slack's lists comes to.

use anyhow::ensure;
use grantbook_core::approval::{
    Previous,
    life::{Happening, Outcome, State},
};
use grantbook_tests::{
    managing::{approver, wish},
    northwind::{DESIGN, IZZY, KUDOS, MIKA, MINUTES, POLLS, TEAM, VAULT},
};
use serde_json::json;

use super::scene::Scene;

/// Two readings keep one request; a rule decides Slack's own apps, a person the rest, and the lists show both.
pub(super) async fn kept_once(scene: Scene) -> anyhow::Result<()> {
    scene
        .rules(json!([
            { "id": "slacks-own", "name": "Made by Slack", "when": { "distribution": { "is": "slack" } },
              "then": { "approve": { "level": "org" } } },
            { "id": "private", "name": "Private channels", "when": { "scopes": { "includes": "groups:history" } },
              "then": { "restrict": { "reason": "It copies private channels." } } },
        ]))
        .await?;
    let by_rule = scene.ask(POLLS, Some(TEAM), MIKA).await?;
    let forbidden = scene.ask(VAULT, Some(TEAM), MIKA).await?;
    let by_person = scene.ask(KUDOS, Some(DESIGN), MIKA).await?;
    let whole = scene.ask(MINUTES, None, MIKA).await?;
    scene.read().await?;
    scene.read().await?;
    for (number, state) in [
        (&by_rule, State::Deciding),
        (&forbidden, State::Deciding),
        (&by_person, State::Open),
        (&whole, State::Open),
    ] {
        assert_eq!(scene.stored(number).await?.state, state, "{number}");
        ensure!(scene.at_slack(number) == json!("pending"));
    }
    scene.send().await?;
    let open = scene.stored(&by_person).await?;
    assert_eq!(open.risk.as_ref().map(|risk| risk.points.is_empty()), Some(false));
    scene
        .queue
        .approve(open.id, &approver("orla"), wish("we use it"))
        .await?;
    let org = scene.stored(&whole).await?;
    scene
        .queue
        .restrict(org.id, &approver("orla"), wish("too much"))
        .await?;
    scene.send().await?;
    scene.read().await?;
    for (number, outcome, by) in [
        (&by_rule, Outcome::Approved, "rule:slacks-own"),
        (&forbidden, Outcome::Restricted, "rule:private"),
        (&by_person, Outcome::Approved, "user:orla"),
        (&whole, Outcome::Restricted, "user:orla"),
    ] {
        let stored = scene.stored(number).await?;
        assert_eq!((stored.state, stored.decided_by.as_deref()), (outcome.into(), Some(by)));
        ensure!(
            stored.seen_at.is_some(),
            "{number} is not seen: {:?}",
            scene.story(number).await?
        );
        assert_eq!(scene.at_slack(number), json!(outcome.as_str()), "{number}");
        let seen = scene.steps(number).await?;
        assert!(seen.contains(&Happening::Seen { outcome }), "{number}: {seen:?}");
        let decided = seen
            .iter()
            .filter(|step| matches!(step, Happening::Decided { .. }))
            .count();
        assert_eq!(decided, 1, "{number}");
    }
    assert_eq!(
        scene.story(&by_rule).await?,
        ["arrived", "judged", "decided", "acknowledged", "told", "seen"]
    );
    Ok(())
}

/// Somebody decides in Slack's own interface, withdraws, or decides for the whole organization.
pub(super) async fn noticed(scene: Scene) -> anyhow::Result<()> {
    let approved = scene.ask(KUDOS, Some(TEAM), MIKA).await?;
    let withdrawn = scene.ask(POLLS, Some(TEAM), MIKA).await?;
    let voided = scene.ask(VAULT, Some(DESIGN), MIKA).await?;
    scene.read().await?;
    scene.turn(60);
    let resolve = |app: &str, team: Option<&str>, how: &str| json!({"action": "resolve_app", "app": app, "team": team, "user": IZZY, "resolution": how});
    scene.act(resolve(KUDOS, Some(TEAM), "approved")).await?;
    scene
        .act(json!({"action": "withdraw_app_request", "request": withdrawn, "user": MIKA}))
        .await?;
    scene.act(resolve(VAULT, Some(DESIGN), "restricted")).await?;
    scene.read().await?;
    for (number, outcome) in [
        (&approved, Outcome::Approved),
        (&withdrawn, Outcome::Cancelled),
        (&voided, Outcome::Restricted),
    ] {
        let stored = scene.stored(number).await?;
        assert_eq!(
            (stored.state, stored.decided_by.as_deref()),
            (outcome.into(), Some("elsewhere"))
        );
        ensure!(stored.seen_at.is_some());
        let steps = scene.steps(number).await?;
        let noticed = steps.iter().find_map(|step| match step {
            Happening::Noticed { by, .. } => Some(by.as_ref().map(|by| by.actor_id.as_str())),
            _ => None,
        });
        let by = (outcome != Outcome::Cancelled).then_some(IZZY);
        assert_eq!(noticed, Some(by), "{number}: {steps:?}");
    }
    // A decision that comes too late changes nothing.
    let id = scene.stored(&approved).await?.id;
    let late = scene.queue.restrict(id, &approver("orla"), wish("")).await.unwrap_err();
    assert_eq!(late.code(), "not_open");
    // Asked again with more scopes, it is another request.
    scene.turn(60);
    scene
        .act(json!({"action": "declare_app", "app": KUDOS, "bot_scopes": ["chat:write", "commands", "users:read", "channels:history"]}))
        .await?;
    let again = scene.ask(KUDOS, Some(TEAM), MIKA).await?;
    scene.read().await?;
    let again = scene.stored(&again).await?;
    assert_eq!(again.state, State::Open);
    assert_eq!(again.request.previous(), Previous::Approved);
    Ok(())
}
