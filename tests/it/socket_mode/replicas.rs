//! Two consoles on one database share an app's connections out, and one takes over what the other held.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use grantbook_tests::{
    postgres::{Durability, Postgres},
    site,
    stage::{Stage, until},
};

use super::{
    SERVER,
    scene::{all_delivered, applied_once, behind_a_firewall, burst, change, connected, connections, held},
};

/// How often the connections are counted.
const GLANCE: Duration = Duration::from_millis(2);

/// So many connections each holder has, the fewest first.
async fn shares(stage: &Stage) -> anyhow::Result<Vec<usize>> {
    let mut shares = BTreeMap::new();
    for slot in held(stage).await?.into_iter().filter(|slot| slot.state.open) {
        *shares.entry(slot.holder).or_insert(0) += 1;
    }
    let mut shares: Vec<usize> = shares.into_values().collect();
    shares.sort_unstable();
    Ok(shares)
}

/// The most connections there ever were while `story` went on.
async fn most_while(stage: &Stage, story: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<usize> {
    let (most, over) = (Arc::new(AtomicUsize::new(0)), AtomicBool::new(false));
    let watch = async {
        while !over.load(Relaxed) {
            most.fetch_max(stage.sim.sockets().len(), Relaxed);
            tokio::time::sleep(GLANCE).await;
        }
    };
    let told = async {
        let told = story.await;
        over.store(true, Relaxed);
        told
    };
    let (told, ()) = tokio::join!(told, watch);
    told?;
    Ok(most.load(Relaxed))
}

async fn shared_out(postgres: &Postgres, count: u8, halves: [usize; 2]) -> anyhow::Result<()> {
    let stage = behind_a_firewall(Some(postgres.fresh_database()?)).await?;
    change(&stage, connections(count)).await?;
    let all = usize::from(count);
    let story = async {
        let first = stage.serve(&SERVER).await?;
        connected(&stage, all).await?;
        stage.install().await?;
        all_delivered(&stage).await?;
        let second = stage.serve_at(site::free_address()?, &SERVER).await?;
        until("the second console has its share", async || {
            burst(&stage, 0, 2).await?;
            Ok((shares(&stage).await? == halves && stage.sim.sockets().len() == all).then_some(()))
        })
        .await?;
        all_delivered(&stage).await?;
        burst(&stage, 0, 20).await?;
        // SIGKILL: nothing is closed, nothing given back. Its leases end by themselves.
        first.kill()?;
        burst(&stage, 20, 40).await?;
        until("the second console has taken all over", async || {
            Ok((shares(&stage).await? == [all] && stage.sim.sockets().len() == all).then_some(()))
        })
        .await?;
        burst(&stage, 40, 60).await?;
        all_delivered(&stage).await?;
        applied_once(&stage, 60).await?;
        drop(second);
        Ok(())
    };
    let most = Box::pin(most_while(&stage, story)).await?;
    assert_eq!(most, all, "never more than wanted");
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_consoles_share_connections_out_and_one_takes_over_from_a_dead_one() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    Box::pin(shared_out(&postgres, 4, [2, 2])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn all_ten_connections_that_slack_allows_are_shared_out() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    Box::pin(shared_out(&postgres, 10, [5, 5])).await
}
