//! Listening, and stopping in order.
//!
//! On SIGTERM or SIGINT no new connection is taken, live streams end, open requests get their time, then
//! what must not be cut short is waited for. The inbox's writer ends, with all it took committed, when
//! the last of these lets go of the house.

use std::{io, net::SocketAddr, time::Duration};

use grantbook_flows::drift::observations;
use grantbook_flows::sockets::Sockets;
use tokio::{
    net::{TcpListener, TcpSocket},
    time::{MissedTickBehavior, interval, timeout},
};

use crate::app::{AppState, Lifecycle, router};

/// How often the metrics' histograms are tidied, and sessions that are over forgotten.
const UPKEEP: Duration = Duration::from_secs(10);
const SWEEP_EVERY: u32 = 360;

/// Binds `address`, with room for `backlog` connections that wait.
pub fn listen(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(backlog)
}

/// Serves until [`Lifecycle::stop`] is cancelled, then for `drain` at most.
pub async fn serve(listener: TcpListener, state: AppState, drain: Duration) -> io::Result<()> {
    let (lifecycle, house) = (state.lifecycle.clone(), state.house.clone());
    let jobs = grantbook_flows::jobs::run(state.house.clone());
    lifecycle.tasks.spawn(until_stop(lifecycle.clone(), jobs));
    // Not cut short: what came over the connections is committed and acknowledged before they close.
    let sockets = Sockets::new(state.house.clone()).run(lifecycle.stop.clone().cancelled_owned());
    lifecycle.tasks.spawn(sockets);
    lifecycle
        .tasks
        .spawn(until_stop(lifecycle.clone(), upkeep(state.clone())));
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let stop = lifecycle.stop.clone();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let serving = serving.into_future();
    tokio::pin!(serving);
    tokio::select! {
        result = &mut serving => result?,
        () = stop.cancelled() => match timeout(drain, serving).await {
            Ok(result) => result?,
            Err(_elapsed) => tracing::warn!("some requests did not end in time and were dropped"),
        }
    }
    lifecycle.tasks.close();
    if timeout(drain, lifecycle.tasks.wait()).await.is_err() {
        tracing::warn!("some tasks did not end in time");
    }
    house.write_down_calls(true).await;
    // What the last calls showed of scopes.
    if let Err(error) = observations::flush(&house).await {
        tracing::warn!(
            error = crate::error::chain(&error),
            "what Slack's answers showed was not written"
        );
    }
    Ok(())
}

/// Cancels [`Lifecycle::stop`] on SIGTERM or SIGINT.
pub fn stop_on_signals(lifecycle: &Lifecycle) -> io::Result<()> {
    let stop = lifecycle.stop.clone();
    let signal = signal()?;
    lifecycle.tasks.spawn(async move {
        tokio::select! {
            () = signal => tracing::info!("stopping"),
            () = stop.cancelled() => {}
        }
        stop.cancel();
    });
    Ok(())
}

#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

async fn until_stop(lifecycle: Lifecycle, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        () = lifecycle.stop.cancelled() => {}
    }
}

async fn upkeep(state: AppState) {
    let mut ticks = interval(UPKEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for count in 0_u32.. {
        ticks.tick().await;
        state.metrics.run_upkeep();
        if count % SWEEP_EVERY == 0
            && let Err(error) = state.accounts.sweep().await
        {
            tracing::warn!(error = crate::error::chain(&error), "old sessions were not swept");
        }
    }
}
