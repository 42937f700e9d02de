//! Connections follow the app's registration: more, fewer, none; and the console's own end.

use grantbook_core::AppSlug;
use grantbook_simulator::{DeliveryState, DisconnectReason};
use grantbook_store::sockets::SlotState;
use grantbook_tests::{
    postgres::{Durability, Postgres},
    stage::until,
};

use crate::asking;

use super::{
    SERVER,
    scene::{
        APP, WANTED, all_delivered, applied_once, behind_a_firewall, burst, change, connected, connections, held, hide,
        moved,
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn connections_follow_the_number_wanted_and_none_closes_them_all() -> anyhow::Result<()> {
    let stage = behind_a_firewall(None).await?;
    let _server = stage.serve(&SERVER).await?;
    connected(&stage, WANTED).await?;
    stage.install().await?;
    all_delivered(&stage).await?;
    for count in [4, 10, 1] {
        change(&stage, connections(count)).await?;
        burst(&stage, 0, 20).await?;
        connected(&stage, usize::from(count)).await?;
        burst(&stage, 0, 20).await?;
        all_delivered(&stage).await?;
    }
    applied_once(&stage, 120).await?;

    change(&stage, connections(0)).await?;
    connected(&stage, 0).await?;
    until("nothing is held", async || {
        Ok(held(&stage).await?.is_empty().then_some(()))
    })
    .await?;
    // What is wanted is read again every few seconds.
    until("nothing is wanted either", async || {
        let ready = reqwest::get(format!("http://{}/readyz", stage.address())).await?;
        Ok((ready.text().await? == "ok").then_some(()))
    })
    .await?;
    change(&stage, connections(2)).await?;
    connected(&stage, 2).await?;
    stage.sim.shutdown().await;
    Ok(())
}

/// In this process, since only so it can be told to stop.
#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_stops_loses_nothing_that_it_acknowledged_and_gives_its_connections_back() -> anyhow::Result<()>
{
    let scene = asking::scene_where(&["chat:write"], hide).await?;
    let (sim, house) = (&scene.sim, scene.console.house.clone());
    let app = AppSlug::new(APP)?;
    until("the connections stand", async || {
        let status = house.sockets.status(&app).unwrap_or_default();
        Ok((usize::from(status.open) == WANTED).then_some(()))
    })
    .await?;
    assert_eq!(sim.disconnect_sockets(APP, DisconnectReason::Warning), WANTED);
    for number in 0..100 {
        sim.act(moved(number)?).await?;
    }
    let delivered = || {
        let sent = sim.deliveries().into_iter();
        let done =
            sent.filter(|sent| sent.state == DeliveryState::Delivered && sent.event_type.starts_with("resources_"));
        done.map(|sent| sent.event_id).collect::<Vec<_>>()
    };
    until("the first ones are delivered", async || {
        Ok((!delivered().is_empty()).then_some(()))
    })
    .await?;
    scene.console.stop().await?;
    // What is closed at one end is seen at the other a moment later.
    until("Slack sees the connections closed", async || {
        Ok(sim.sockets().is_empty().then_some(()))
    })
    .await?;
    assert!(
        house.store.held_socket_slots(sim.clock().now()).await?.is_empty(),
        "given back"
    );
    let installation = house.store.installation_ref(&scene.key).await?.unwrap();
    let entries = house.store.entries(installation.row, None).await?;
    let known: Vec<_> = entries.into_iter().map(|entry| entry.draft.key.event_id).collect();
    for id in delivered() {
        assert!(known.contains(&id), "{id} was acknowledged");
    }
    scene.jobs.abort();
    scene.sim.shutdown().await;
    Ok(())
}

/// A lease belongs to one, until it is over.
async fn one_has_it(database: Option<String>) -> anyhow::Result<()> {
    let stage = behind_a_firewall(database).await?;
    let (store, start) = (stage.store().await?, stage.sim.clock().now());
    let at = |seconds: i64| start.plus_seconds(seconds);
    let open = SlotState {
        open: true,
        problem: Some("none".to_owned()),
        slack_counts: Some(2),
    };
    let names = [(7, 1), (7, 2)];
    assert_eq!(store.keep_socket_slots("a", &[], at(0), at(15)).await?.holders, 1);
    assert_eq!(store.take_socket_slots("a", &names, at(0), at(15)).await?, names);
    assert_eq!(store.take_socket_slots("b", &names, at(14), at(29)).await?, []);
    let mine = [(names[0], open.clone())];
    let held = store.keep_socket_slots("a", &mine, at(10), at(25)).await?;
    assert_eq!((held.slots[0].state.clone(), held.slots.len()), (open, 2));
    // The second was not renewed.
    assert_eq!(store.take_socket_slots("b", &names, at(15), at(30)).await?, [names[1]]);
    let held = store.keep_socket_slots("b", &[], at(15), at(30)).await?;
    assert_eq!((held.holders, held.slots[1].state.clone()), (2, SlotState::default()));
    // What is another's can be neither renewed nor given back.
    let both = names.map(|name| (name, SlotState::default()));
    store.keep_socket_slots("a", &both, at(16), at(99)).await?;
    store.release_socket_slots("a", &names[1..]).await?;
    let held = store.held_socket_slots(at(29)).await?;
    assert_eq!(
        held.iter().map(|slot| slot.holder.as_str()).collect::<Vec<_>>(),
        ["a", "b"]
    );
    store.leave_sockets("b").await?;
    store.release_socket_slots("a", &names[..1]).await?;
    assert_eq!(store.held_socket_slots(at(29)).await?, []);
    assert_eq!(
        store.keep_socket_slots("c", &[], at(200), at(215)).await?.holders,
        1,
        "the others are long gone"
    );
    store.close().await?;
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_belongs_to_one_until_it_is_over_on_sqlite() -> anyhow::Result<()> {
    one_has_it(None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_belongs_to_one_until_it_is_over_on_postgresql() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    one_has_it(Some(postgres.fresh_database()?)).await
}
