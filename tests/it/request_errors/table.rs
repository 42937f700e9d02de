//! The table: every name of the page is brought about while a person presses a button, and the console says
//! what it means.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc, time::Duration};

use axum::http::StatusCode;
use grantbook_core::{
    request::{StateName, words},
    view::requests::RequestStory,
};
use grantbook_simulator::{Answer, Fault};
use serde_json::{Value, json};

use super::{
    letters::trigger,
    rows::{Cause, Row, rows},
    stage::{APP, Place, Stage, Way},
};
use crate::asking::until;

/// The names of the page, with where they come from.
const PAGE: &str = include_str!("names.txt");

/// `error` or `warning`, and the name.
fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = PAGE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' '))
}

/// What is put right again after a row.
enum Undo {
    Nothing,
    End(Value),
}

/// Brings the cause about, the press being held.
async fn bring_about(stage: &Arc<Stage>, place: &Place, row: &Row, trigger: &str) -> Undo {
    match &row.cause {
        Cause::While(circumstance) => {
            let mut action = circumstance(place);
            action["action"] = json!("circumstance");
            if action["method"].is_null() && action["user"].is_null() {
                action["team"] = json!(place.team);
            }
            stage.act(action.clone()).await;
            action["active"] = json!(false);
            return Undo::End(action);
        }
        Cause::Did(action) => {
            stage.between.hold_events(true);
            stage.act(action(place)).await;
        }
        Cause::Bent(bend) => stage.between.bend(Box::new(*bend)),
        Cause::BentWith(bend) => {
            let (bend, place, stage_too) = (*bend, place.clone(), Arc::clone(stage));
            stage.between.bend(Box::new(move |sent| bend(&stage_too, &place, sent)));
        }
        Cause::Late => stage.sim.clock().advance(Duration::from_secs(4)),
        Cause::SpentBefore => {
            let answer = stage.request(place, row.scopes, trigger).await;
            assert_eq!(answer["ok"], json!(true), "{answer}");
        }
        Cause::Busy => {
            for _ in 0..40 {
                stage.request(place, row.scopes, "nonsense").await;
            }
        }
        Cause::OutOfEverything => {
            stage.between.hold_events(true);
            let world = stage.sim.world();
            let installation = world.installation(&APP.parse().unwrap(), &place.team).unwrap();
            for id in installation.resources.values().flat_map(|granted| &granted.ids) {
                let action =
                    json!({ "action": "remove_resource", "app": "insectoid", "team": place.team, "resource": id });
                stage.act(action).await;
            }
        }
    }
    Undo::Nothing
}

/// One row, from the message to what the console says in the end.
async fn play(stage: &Arc<Stage>, row: &Row) -> anyhow::Result<(Place, RequestStory)> {
    stage.sim.clock().advance(Duration::from_secs(61));
    let place = stage.place().await?;
    if row.name == "not_allowed_token_type" {
        stage.install("standup-bot", &place).await?;
    }
    let id = stage.offer(&place, row.scopes).await?;
    let letter = stage.press(&place, id).await;
    let undo = bring_about(stage, &place, row, &trigger(&letter)).await;
    assert_eq!(stage.between.deliver(&letter).await?, StatusCode::OK, "{}", row.how);
    let story = stage.asked(id, 1).await;
    if let Undo::End(action) = undo {
        stage.act(action).await;
    }
    stage.between.hold_events(false);
    Ok((place, story))
}

/// What Slack answered and what the console made of it, by the REST door.
fn check(stage: &Stage, place: &Place, row: &Row, story: &RequestStory) {
    let (request, answer) = (&story.request, stage.between.answer());
    let presented = row.state == StateName::Presented;
    if presented {
        assert_eq!(
            (&answer["ok"], &answer["warning"]),
            (&json!(true), &json!(row.name)),
            "{answer}"
        );
    } else {
        assert_eq!(
            (&answer["ok"], &answer["error"]),
            (&json!(false), &json!(row.name)),
            "{}: {answer}",
            row.how
        );
        assert_eq!(story.rounds[0].code.as_deref(), Some(row.name));
        assert!(words::is_explained(row.name), "{} has no sentence", row.name);
    }
    assert_eq!(request.state, row.state, "{}: {request:?}", row.how);
    match row.state {
        StateName::Expired => {
            assert_eq!(request.delay_ms.map(|ms| ms / 1_000), Some(4), "{request:?}");
            assert!(
                request.sentence.starts_with("The trigger was 4,"),
                "{}",
                request.sentence
            );
        }
        StateName::Failed => {
            assert_eq!(request.code.as_deref(), Some(row.name));
            assert_eq!(request.sentence, words::explain(row.name));
        }
        _ => assert_eq!(request.code, None),
    }
    assert_eq!(stage.dialogs(place).len(), row.dialogs, "{}", row.how);
    assert_eq!(story.request.presses, 1);
    assert!(
        story.entries.is_empty() && request.granted.is_empty(),
        "{}: nothing was granted",
        row.how
    );
}

/// The person reads why, by the `response_url` of their press.
async fn check_told(stage: &Stage, place: &Place, row: &Row) {
    match row.state {
        // The dialog is the answer.
        StateName::Presented => assert!(stage.told(place).is_empty()),
        // An app that is gone has no messages there.
        _ if stage
            .sim
            .world()
            .installation(&APP.parse().unwrap(), &place.team)
            .is_none() => {}
        // The other call's dialog is.
        _ if row.name == "trigger_exchanged" => assert!(stage.told(place).is_empty()),
        ended => {
            let wanted = if ended == StateName::Expired {
                "took too long"
            } else {
                row.name
            };
            until(&format!("the person is told of {}", row.name), || async {
                stage.told(place).into_iter().find(|text| text.contains(wanted))
            })
            .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_and_warning_of_the_page_has_a_cause_a_state_and_a_sentence() -> anyhow::Result<()> {
    let stage = Arc::new(Stage::start(Way::Bent).await?);
    let mut seen = BTreeSet::new();
    let mut table = String::new();
    for row in rows() {
        let (place, story) = play(&stage, &row).await?;
        check(&stage, &place, &row, &story);
        check_told(&stage, &place, &row).await;
        let request = &story.request;
        let kind = request.kind.as_str();
        writeln!(
            table,
            "{:26} {kind:9} {:62} {:10} {}",
            row.name,
            row.how,
            request.state.as_str(),
            request.sentence
        )?;
        if row.name == "fatal_error" {
            stage.answer(&place, Answer::Allow).await;
            stage.reaches(request.id, StateName::Granted).await;
        }
        if kind == "app" {
            seen.insert(row.name);
        }
    }
    println!("{table}");
    let wanted: BTreeSet<&str> = names().map(|(_, name)| name).collect();
    assert_eq!(
        seen, wanted,
        "the rows of apps.permissions.request are the page's names"
    );
    let Ok(stage) = Arc::try_unwrap(stage) else {
        panic!("a bend is left over");
    };
    stage.end().await
}

#[test]
fn the_names_are_the_pages_and_the_simulators() {
    assert_eq!(names().filter(|(kind, _)| *kind == "error").count(), 36);
    assert_eq!(names().filter(|(kind, _)| *kind == "warning").count(), 2);
    let causes: BTreeSet<&str> = grantbook_simulator::causes()
        .iter()
        .filter(|cause| cause.methods.contains(&"apps.permissions.request"))
        .map(|cause| cause.code)
        .collect();
    assert_eq!(names().map(|(_, name)| name).collect::<BTreeSet<_>>(), causes);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_would_refuse_for_its_scopes_is_refused_before_anybody_is_asked() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Bent).await?;
    let place = stage.place().await?;
    for (scopes, code) in [
        (&["commands", "dnd:write:user"][..], "mixed_scope"),
        (&["bot"], "unknown_scope"),
        (&["made:up"], "unknown_scope"),
        (&[], "no_scopes"),
    ] {
        let (status, problem) = stage.post(&place, scopes).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(code)),
            "{problem}"
        );
    }
    assert!(stage.sim.calls("chat.postMessage").is_empty());
    stage.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_of_users_request_has_a_state_and_a_sentence() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Straight).await?;
    for (_, name) in names().filter(|(kind, _)| *kind == "error") {
        let place = stage.place().await?;
        let id = stage.offer(&place, &["reminders:write:user"]).await?;
        let fault = Fault::Error {
            error: serde_json::from_value(json!(name))?,
        };
        stage.sim.fault("apps.permissions.users.request", fault, 1);
        stage.press_through(&place, id).await?;
        let request = stage.asked(id, 1).await.request;
        assert_eq!(
            (request.state, request.code.as_deref()),
            (StateName::Failed, Some(name))
        );
        assert_eq!(request.sentence, words::explain(name));
    }
    assert_eq!(stage.sim.calls("apps.permissions.users.request").len(), 36);
    stage.end().await
}
