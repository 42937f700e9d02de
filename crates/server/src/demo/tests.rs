//! The demo's history, lived whole.

use std::collections::BTreeMap;

use grantbook_core::{UserId, request::StateName, view::Model};
use grantbook_store::{queries::PageRequest, requests::RequestFilter};

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
    let sim = sim.seed(seed.clone()).without_rate_limits();
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
    let house = lived().await?;
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
    house.lifecycle.stop.cancel();
    house.serving.await??;
    house.sim.shutdown().await;
    Ok(())
}
