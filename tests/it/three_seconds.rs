//! The three seconds of a trigger under stress: a database that answers nobody, a crowd that presses at once,
//! every delivery doubled, two consoles that share a database, and a console that is killed.
//!
//! The consoles are processes of their own, started from this very test binary; the database is slow because
//! another connection holds its tables.

mod crash;
mod crowd;
mod replicas;
mod slow;

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc};

use grantbook_api::secret::SigningSecret;
use grantbook_core::request::{Happening, Step};
use grantbook_simulator::state::Acted;
use grantbook_tests::{
    load::{self, Answer, Signed},
    site::now_seconds,
    stage::{Button, METHOD, Stage},
};

/// How a console is started.
const SERVER: [&str; 4] = ["--exact", "three_seconds::the_server", "--ignored", "--nocapture"];
/// Where presses go.
const DOOR: &str = "/slack/insectoid/interactions";

/// The rounds of some requests, from their stories, and that each stands there once.
async fn rounds(stage: &Stage, buttons: &[Button]) -> anyhow::Result<BTreeSet<String>> {
    let mut rounds = BTreeSet::new();
    for button in buttons {
        let story = stage.story(button.request).await?;
        assert_eq!(story.request.presses, story.rounds.len() as u64, "{}", button.request);
        for round in story.rounds {
            assert!(
                rounds.insert(round.round),
                "a round belongs to one press of one request"
            );
        }
    }
    Ok(rounds)
}

/// The triggers that the simulator handed out.
fn triggers(stage: &Stage) -> BTreeSet<String> {
    stage
        .sim
        .triggers()
        .iter()
        .map(|trigger| trigger.id.to_string())
        .collect()
}

/// The errors that Slack answered to calls that spend triggers.
fn refusals(stage: &Stage) -> Vec<String> {
    let calls = stage.sim.calls(METHOD);
    calls.into_iter().filter_map(|call| call.error).collect()
}

/// A press as Slack would deliver it now.
fn signed(stage: &Stage, acted: &Acted) -> Signed {
    let post = &acted.posts[0];
    let apps = stage.sim.apps();
    let app = apps.iter().find(|app| app.id == post.app).unwrap();
    let secret = SigningSecret::new(app.signing_secret.expose());
    load::sign(
        &secret,
        post.trigger_id.to_string(),
        post.form.clone().into(),
        now_seconds(),
    )
}

/// Delivers presses to a console over 64 connections.
async fn deliver(address: SocketAddr, presses: Vec<Signed>) -> Vec<Answer> {
    load::post_all(address, DOOR, Arc::new(presses), 64).await
}

fn is_asked(step: &Step) -> bool {
    matches!(step.what, Happening::Asked { .. })
}

#[test]
#[ignore = "not a test: the process that the tests of this module start and kill"]
fn the_server() {
    let _ = grantbook_server::cli::main_of(["grantbook", "serve"]);
}
