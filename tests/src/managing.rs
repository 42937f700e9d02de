//! The console manages the apps of an organization: `atlas` is allowed to, rules come into force, and people decide.

use std::time::Duration;

use grantbook_core::{
    Scope,
    approval::{Rules, VersionActor, VersionStep},
    view::approvals::DecisionWish,
};
use grantbook_flows::{
    House,
    approvals::{self, Actor},
};
use grantbook_simulator::{Action, SlackSim};
use grantbook_store::approvals::{NewRules, RulesDeed};
use serde_json::json;
use url::Url;

use crate::{
    consent::{query, without_doors},
    northwind::IZZY,
};

/// The app that manages the others.
const ATLAS: &str = "atlas";

/// The yes of Izzy, who administrates the organization: `atlas` may manage its apps, and is added to these workspaces.
///
/// # Errors
///
/// Fails where one of `teams` is no workspace's id.
pub fn yes(page: &Url, teams: &[impl AsRef<str>]) -> anyhow::Result<Action> {
    Ok(Action::ConsentOrg {
        app: ATLAS.to_owned(),
        user: IZZY.parse()?,
        scopes: Some(vec![Scope::new("chat:write")?]),
        user_scopes: Some(vec![Scope::new("admin.apps:read")?, Scope::new("admin.apps:write")?]),
        untick: Vec::new(),
        teams: teams
            .iter()
            .map(|team| team.as_ref().parse())
            .collect::<Result<_, _>>()?,
        redirect_uri: query(page, "redirect_uri"),
        state: query(page, "state"),
    })
}

/// Izzy lets `atlas` manage the organization's apps, without the console's doors.
///
/// # Errors
///
/// Fails where Slack or the console refuses.
pub async fn manage(house: &House, sim: &SlackSim, teams: &[&str]) -> anyhow::Result<()> {
    without_doors(house, sim, ATLAS, |page| yes(page, teams)).await?;
    Ok(())
}

/// Rules come into force, made from the version `base`: Izzy writes and proposes them, Orla agrees. Answers their
/// version.
///
/// # Errors
///
/// Fails where the store does, or where `base` is not the version in force.
pub async fn put_in_force(house: &House, rules: Rules, base: Option<u64>) -> anyhow::Result<u64> {
    let by = |name| RulesDeed {
        by: VersionActor {
            name,
            is_person: true,
            is_admin: true,
        },
        what: "rules.changed",
        detail: json!({}),
        at: house.clock.now(),
    };
    let new = NewRules {
        rules,
        base,
        note: String::new(),
    };
    let kept = house.store.insert_rules(&new, &by("user:izzy")).await?;
    let version = kept.standing.version;
    let agree = VersionStep::Agree { second_person: true };
    for (step, name) in [(VersionStep::Propose, "user:izzy"), (agree, "user:orla")] {
        house.store.step_rules(version, step, &by(name)).await?;
    }
    Ok(version)
}

/// Ten seconds later Slack's lists are read, and new requests judged.
///
/// # Errors
///
/// Fails where Slack or the store does.
pub async fn read(house: &House, sim: &SlackSim) -> anyhow::Result<()> {
    sim.clock().advance(Duration::from_secs(10));
    approvals::read_all(house).await?;
    approvals::judge_new(house).await?;
    Ok(())
}

/// An approver of this name in the console, who is nobody in Slack.
pub fn approver(name: &str) -> Actor {
    Actor {
        name: format!("user:{name}"),
        account: Some(name.to_owned()),
        slack_user: None,
        may_decide: true,
    }
}

/// A decision as it is offered, for this reason.
pub fn wish(reason: &str) -> DecisionWish {
    DecisionWish {
        reason: reason.to_owned(),
        ..DecisionWish::default()
    }
}
