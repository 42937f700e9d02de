//! The demo's history, lived whole.

use std::collections::BTreeMap;

use grantbook_core::{
    UserId,
    approval::life::{Happening, State},
    request::StateName,
    view::{Model, approvals::AlarmKind},
};
use grantbook_store::{
    queries::{PageRequest, app_alarms::AlarmFilter},
    requests::RequestFilter,
};

use super::*;

struct House {
    state: AppState,
    sim: SlackSim,
    lifecycle: Lifecycle,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    _folder: tempfile::TempDir,
}

/// A folder for the demo, and its simulator to be. Where the suite keeps evidence for its search for secrets, both
/// leave theirs there, as those of `tests/src/evidence.rs` do.
fn kept() -> anyhow::Result<(tempfile::TempDir, grantbook_simulator::Builder)> {
    let Some(evidence) = std::env::var_os("SUITE_EVIDENCE").map(PathBuf::from) else {
        return Ok((tempfile::tempdir()?, SlackSim::builder()));
    };
    let [folders, secrets] = ["folders", "secrets"].map(|part| evidence.join(part));
    std::fs::create_dir_all(&folders)?;
    std::fs::create_dir_all(&secrets)?;
    let folder = tempfile::Builder::new().disable_cleanup(true).tempdir_in(folders)?;
    Ok((folder, SlackSim::builder().secrets_to(secrets)))
}

async fn lived() -> anyhow::Result<House> {
    let (folder, sim) = kept()?;
    let listener = serve::listen(SocketAddr::from(([127, 0, 0, 1], 0)), 128)?;
    let public_url = Url::parse(&format!("http://{}", listener.local_addr()?))?;
    let seed = seed(public_url.as_str().trim_end_matches('/'));
    let console = public_url.as_str().trim_end_matches('/');
    let sim = sim
        .seed(approvals::furnished(seed.clone(), console)?)
        .without_rate_limits();
    let sim = sim.console_url(public_url.as_str()).start().await?;
    let lifecycle = Lifecycle::default();
    let config = config(folder.path(), &public_url, &sim.url());
    let state = state(&config, &sim, lifecycle.clone()).await?;
    assert!(register(&Apps::new(state.house.clone()), sim.apps()).await?);
    let serving = tokio::spawn(serve::serve(listener, state.clone(), Duration::from_secs(5)));
    live(&state, &sim, &seed).await?;
    Ok(House {
        state,
        sim,
        lifecycle,
        serving,
        _folder: folder,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_has_requests_in_every_state_that_lasts() -> anyhow::Result<()> {
    let house = Box::pin(lived()).await?;
    let page = PageRequest::first(200);
    let requests = house.state.requests.list(&RequestFilter::default(), &page).await?.items;
    let mut states: BTreeMap<StateName, usize> = BTreeMap::new();
    for request in &requests {
        *states.entry(request.state).or_default() += 1;
    }
    // Triggered lasts for milliseconds.
    let missing = StateName::ALL
        .iter()
        .filter(|name| **name != StateName::Triggered && !states.contains_key(name));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&StateName>::new(), "{states:?}");
    assert!(
        (35..=50).contains(&requests.len()),
        "{} requests: {states:?}",
        requests.len()
    );
    let now = house.sim.clock().now();
    let ahead: Vec<_> = requests.iter().filter(|r| r.updated_at > now).map(|r| r.id).collect();
    assert!(ahead.is_empty(), "it is {now}: {ahead:?}");
    // @izzy finds buttons to press.
    let izzy = UserId::new("U061F7AUR")?;
    let open: Vec<_> = requests
        .iter()
        .filter(|request| request.state == StateName::Offered && request.user.as_ref() == Some(&izzy))
        .map(|request| request.app.as_str())
        .collect();
    assert_eq!(open, ["atlas", "insectoid"]);
    let partly = |model| {
        requests
            .iter()
            .any(|r| r.model == model && r.state == StateName::PartlyGranted)
    };
    assert!(partly(Model::Modern) && partly(Model::Workspace));
    the_desk_was_busy(&house).await?;
    house.lifecycle.stop.cancel();
    house.serving.await??;
    house.sim.shutdown().await;
    Ok(())
}

/// Requests for apps were decided by rules and people for two years, and a visitor finds a queue.
async fn the_desk_was_busy(house: &House) -> anyhow::Result<()> {
    let store = &house.state.house.store;
    let mut requests = Vec::new();
    for state in State::ALL {
        requests.extend(store.app_requests_in(state, 0, 1_000).await?);
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for request in &requests {
        *counts.entry(request.state.as_str()).or_default() += 1;
        if let Some(by) = request.decided_by.as_deref().filter(|_| request.state.is_settled()) {
            let kind = by.split_once(':').map_or(by, |(kind, _)| kind);
            *counts
                .entry(if kind == "rule" { "by rules" } else { "by people" })
                .or_default() += 1;
        }
    }
    let of = |what: &str| counts.get(what).copied().unwrap_or(0);
    assert!((15..=30).contains(&of("open")), "{counts:?}");
    assert_eq!((of("new"), of("deciding")), (0, 0), "{counts:?}");
    let past = requests.len() - of("open");
    assert!((250..=350).contains(&past), "{past} in the past: {counts:?}");
    assert!(of("by rules") > 60 && of("by people") > 60, "{counts:?}");
    assert!(
        of("approved") > 60 && of("restricted") > 10 && of("cancelled") > 10,
        "{counts:?}"
    );
    let open: Vec<_> = requests.iter().filter(|request| request.state == State::Open).collect();
    assert!(open.iter().any(|request| request.request.team.is_none()));
    let refused: Vec<_> = open.iter().filter_map(|request| request.problem.as_deref()).collect();
    assert_eq!(refused, ["org_resolution_required"]);
    let asking_for_one = open
        .iter()
        .filter(|request| request.request.app.name == "Translator")
        .count();
    assert_eq!(asking_for_one, 5);
    let minutes = open.iter().find(|request| request.request.app.name == "Minute Taker");
    let steps = store.app_request_steps(minutes.map_or(0, |request| request.id)).await?;
    let votes = steps.iter().filter(|step| matches!(step.what, Happening::Voted { .. }));
    assert_eq!(votes.count(), 2);
    let rules = store.rules_now().await?;
    let in_force = rules.in_force.map(|found| found.rules.rules.len());
    assert_eq!((in_force, rules.shadow.is_some()), (Some(6), true));
    let alarms = store
        .app_alarms(&AlarmFilter::default(), &PageRequest::first(50))
        .await?
        .items;
    let kinds: Vec<_> = alarms
        .iter()
        .map(|alarm| (alarm.app_name.as_deref(), alarm.kind))
        .collect();
    assert!(
        kinds.contains(&(Some("Kudos"), AlarmKind::RestrictedButInstalled)),
        "{kinds:?}"
    );
    let source = store.sources().await?.pop();
    let source = source.map(|source| (source.read_at.is_some(), source.problem));
    assert_eq!(source, Some((true, None)));
    Ok(())
}
