//! `GET /api/v1/stream`: what changes, as it is committed, as server-sent events.
//!
//! `event: change` carries a `StreamEvent`, `event: request` a `RequestNotice`, `event: app_request` an
//! `AppRequestNotice`. `event: resync` says that some were missed: read anew. With several processes on one
//! PostgreSQL it carries what any of them commits. A comment every 15 seconds keeps proxies from hanging up. The
//! stream ends when the server stops and after an hour, so that it does not outlive the right to read it; browsers
//! come back by themselves.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt as _, stream::select};
use grantbook_core::view::StreamEvent;
use serde::Serialize;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

use crate::{app::AppState, auth::Viewer, telemetry::names};

const KEEP_ALIVE: Duration = Duration::from_secs(15);
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// What changes, as it is committed.
#[utoipa::path(
    get, path = "/stream", tag = "stream",
    responses((status = OK, body = StreamEvent, content_type = "text/event-stream"))
)]
pub(crate) async fn stream(
    _viewer: Viewer,
    State(state): State<AppState>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let open = OpenStream::new();
    let store = &state.house.store;
    let changes = BroadcastStream::new(store.changes()).map(|change| event("change", change));
    let requests = BroadcastStream::new(store.request_changes()).map(|notice| event("request", notice));
    let queue = BroadcastStream::new(store.app_request_changes()).map(|notice| event("app_request", notice));
    let missed = BroadcastStream::new(store.missed()).map(|_| resync());
    let events = select(select(changes, requests), select(queue, missed)).map(move |event| {
        let _counted = &open;
        Ok(event)
    });
    let stop = state.lifecycle.stop.clone();
    let end = async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LIFETIME) => {}
        }
    };
    Sse::new(events.take_until(Box::pin(end))).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

fn event(name: &str, change: Result<impl Serialize, BroadcastStreamRecvError>) -> Event {
    match change {
        Ok(change) => Event::default()
            .event(name)
            .json_data(change)
            .unwrap_or_else(|_unwritable| resync()),
        Err(BroadcastStreamRecvError::Lagged(_)) => resync(),
    }
}

fn resync() -> Event {
    Event::default().event("resync").data("{}")
}

/// Counts the open streams.
struct OpenStream;

impl OpenStream {
    fn new() -> Self {
        metrics::gauge!(names::STREAMS).increment(1.0);
        Self
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        metrics::gauge!(names::STREAMS).decrement(1.0);
    }
}
