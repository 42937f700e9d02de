//! One slot of the pool: there is a connection in it, or one is on its way.

use std::{future::Future, pin::pin, time::Duration};

use futures_util::{StreamExt as _, stream::FuturesUnordered};

use super::{
    DisconnectReason, Ended, SocketError, SocketMode,
    connection::{Connection, Farewell},
};

/// The failures that a refusal for too many connections counts as: near the longest wait at once.
const TOO_MANY: u32 = 7;

/// Keeps a connection until there should be no more.
///
/// A connection that Slack wants replaced goes on serving while the next one is made.
pub(super) async fn keep(socket: &SocketMode) -> Ended {
    let mut retiring = FuturesUnordered::new();
    let mut failures = 0;
    let ended = loop {
        let mut connection = match beside(&mut retiring, connect(socket, &mut failures)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(ended)) | Err(ended) => break ended,
        };
        let farewell = match beside(&mut retiring, connection.serve(&socket.out)).await {
            Ok(farewell) => farewell,
            Err(ended) => break ended,
        };
        let steady = connection.was_steady();
        match farewell {
            Farewell::Retire(reason) => {
                tracing::debug!(reason = reason.as_str(), "a Socket Mode connection is replaced");
                failures = if steady { 0 } else { failures.saturating_add(1) };
                retiring.push(connection.drain(&socket.out));
            }
            Farewell::Lost(error) => {
                // Never at once: when Slack fails, everybody loses a connection in the same moment.
                failures = if steady { 1 } else { failures.saturating_add(1) };
                failures = failures.max(least_failures(&error));
                drop(connection);
                socket.failed(error);
            }
            Farewell::Ended(ended) => {
                connection.finish().await;
                break ended;
            }
        }
    };
    // They see the end, too, and use what time they have for what is still to be acknowledged.
    while ended == Ended::Stopped && retiring.next().await.is_some() {}
    ended
}

/// Does `work` while the retiring connections go on; ends early when one of them learns of the end.
async fn beside<T>(
    retiring: &mut FuturesUnordered<impl Future<Output = Option<Ended>>>,
    work: impl Future<Output = T>,
) -> Result<T, Ended> {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return Ok(done),
            Some(ended) = retiring.next(), if !retiring.is_empty() => {
                if let Some(ended) = ended {
                    return Err(ended);
                }
            }
        }
    }
}

/// Tries until there is a connection.
async fn connect(socket: &SocketMode, failures: &mut u32) -> Result<Connection, Ended> {
    let mut at_least = Duration::ZERO;
    loop {
        let wait = socket.settings.backoff.wait(*failures, (socket.random)());
        let attempt = async {
            tokio::time::sleep(wait.max(at_least)).await;
            socket.attempt().await
        };
        let error = tokio::select! {
            made = attempt => match made {
                Ok(connection) => return Ok(connection),
                Err(error) => error,
            },
            () = socket.out.closed() => return Err(Ended::Stopped),
        };
        *failures = failures.saturating_add(1).max(least_failures(&error));
        at_least = error.retry_after();
        let ended = ended_by(&error);
        socket.failed(error);
        if let Some(ended) = ended {
            return Err(ended);
        }
    }
}

fn ended_by(error: &SocketError) -> Option<Ended> {
    match error {
        SocketError::Disconnected {
            reason: DisconnectReason::LinkDisabled,
        } => Some(Ended::LinkDisabled),
        other => other.refusal_for_good().cloned().map(Ended::Refused),
    }
}

fn least_failures(error: &SocketError) -> u32 {
    match error {
        SocketError::Disconnected {
            reason: DisconnectReason::TooManyWebsockets,
        } => TOO_MANY,
        _ => 0,
    }
}
