//! The pool against a WebSocket server on the loopback.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::{
    sync::{mpsc::Receiver, watch},
    task::JoinHandle,
    time::timeout,
};

use super::lines::Exchange;
use crate::{
    client::SlackClient,
    error::ErrorCode,
    http::HttpSettings,
    secret::AppToken,
    socket::{
        Backoff, DisconnectReason, Ended, MAX_CONNECTIONS, NotAcknowledged, Received, SocketError, SocketMode,
        SocketSettings, SocketStatus,
    },
};

const PATIENCE: Duration = Duration::from_secs(10);

/// One connection, impatient where a test would have to wait.
fn settings() -> SocketSettings {
    SocketSettings {
        connections: 1,
        backoff: Backoff {
            first: Duration::from_millis(20),
            longest: Duration::from_millis(200),
        },
        ..SocketSettings::default()
    }
}

struct App {
    arrivals: Receiver<Received>,
    status: watch::Receiver<SocketStatus>,
    task: JoinHandle<Ended>,
}

impl App {
    fn start(exchange: &Exchange, settings: SocketSettings) -> Self {
        Self::with_client(&exchange.client(HttpSettings::default().timeout), settings)
    }

    fn with_client(client: &SlackClient, settings: SocketSettings) -> Self {
        let app = "insectoid".parse().unwrap();
        let token = AppToken::new("xapp-1");
        let (socket, arrivals) = SocketMode::new(client, app, token, settings, Arc::new(|| u64::MAX / 2));
        let status = socket.status();
        Self {
            arrivals,
            status,
            task: tokio::spawn(socket.run()),
        }
    }

    async fn next(&mut self) -> Received {
        timeout(PATIENCE, self.arrivals.recv())
            .await
            .expect("nothing arrived")
            .unwrap()
    }

    async fn until(&mut self, what: impl FnMut(&SocketStatus) -> bool) -> SocketStatus {
        let status = timeout(PATIENCE, self.status.wait_for(what)).await;
        status.expect("the status never came").unwrap().clone()
    }

    async fn ended(self) -> Ended {
        timeout(PATIENCE, self.task).await.expect("it goes on").unwrap()
    }
}

#[tokio::test]
async fn nothing_is_acknowledged_before_the_caller_says_so() {
    let mut exchange = Exchange::open([]).await;
    let mut app = App::start(&exchange, settings());
    let mut line = exchange.line().await;
    line.event("one").await;
    line.send(
        &json!({"envelope_id": "two", "type": "slash_commands", "payload": {}, "accepts_response_payload": true}),
    )
    .await;
    let (one, two) = (app.next().await, app.next().await);
    line.ping().await;
    line.pong().await;
    two.acknowledge_with(json!({"text": "done"})).unwrap();
    assert_eq!(
        line.heard().await,
        Some(json!({"envelope_id": "two", "payload": {"text": "done"}}))
    );
    one.acknowledge_with(json!({"text": "no room for it"})).unwrap();
    assert_eq!(line.heard().await, Some(json!({"envelope_id": "one"})));
}

#[tokio::test]
async fn a_greeting_is_told_in_the_status() {
    let mut exchange = Exchange::open([]).await;
    let mut app = App::start(&exchange, settings());
    let _line = exchange.line().await;
    let status = app.until(|status| status.open == 1).await;
    assert_eq!((status.wanted, status.last_error), (1, None));
    assert_eq!(
        (status.app_id.unwrap().as_str(), status.num_connections),
        ("A1", Some(1))
    );
}

#[tokio::test]
async fn a_warned_connection_serves_until_the_next_one_stands_and_beyond() {
    for reason in ["warning", "refresh_requested"] {
        let mut exchange = Exchange::open([]).await;
        let mut app = App::start(&exchange, settings());
        let mut old = exchange.line().await;
        old.event("before").await;
        let before = app.next().await;
        old.disconnect(reason).await;
        let mut new = exchange.line().await;
        app.until(|status| status.open == 2).await;
        old.event("late").await;
        app.next().await.acknowledge().unwrap();
        assert_eq!(old.heard().await, Some(json!({"envelope_id": "late"})), "{reason}");
        new.event("after").await;
        app.next().await.acknowledge().unwrap();
        assert_eq!(new.heard().await, Some(json!({"envelope_id": "after"})));
        before.acknowledge().unwrap();
        assert_eq!(old.heard().await, Some(json!({"envelope_id": "before"})));
        drop(old);
        app.until(|status| status.open == 1).await;
        exchange.assert_quiet();
    }
}

#[tokio::test]
async fn an_old_connection_is_closed_in_the_end() {
    let mut exchange = Exchange::open([]).await;
    let drain = Duration::from_millis(100);
    let _app = App::start(&exchange, SocketSettings { drain, ..settings() });
    let mut old = exchange.line().await;
    old.disconnect("warning").await;
    let _new = exchange.line().await;
    assert_eq!(old.heard().await, None);
}

#[tokio::test]
async fn a_lost_connection_is_made_again_and_its_envelopes_cannot_be_acknowledged() {
    let mut exchange = Exchange::open([]).await;
    let mut app = App::start(&exchange, settings());
    let mut line = exchange.line().await;
    line.event("one").await;
    let one = app.next().await;
    drop(line);
    let status = app.until(|status| status.open == 0).await;
    assert_eq!(status.last_error.unwrap_or(SocketError::Closed), SocketError::Closed);
    let mut line = exchange.line().await;
    app.until(|status| status.open == 1).await;
    assert_eq!(one.acknowledge(), Err(NotAcknowledged));
    line.event("one").await;
    app.next().await.acknowledge().unwrap();
    assert_eq!(line.heard().await, Some(json!({"envelope_id": "one"})));
    assert_eq!(exchange.issued(), 2);
}

#[tokio::test]
async fn a_silent_connection_counts_as_lost_and_one_that_answers_pings_does_not() {
    let mut exchange = Exchange::open([]).await;
    let impatient = SocketSettings {
        ping_every: Duration::from_millis(50),
        idle_timeout: Duration::from_secs(1),
        ..settings()
    };
    let mut app = App::start(&exchange, impatient);
    // Nobody reads on this line, so nobody answers its pings.
    let _deaf = exchange.line().await;
    let mut line = exchange.line().await;
    app.until(|status| status.open == 1).await;
    let answering = tokio::spawn(async move {
        let heard = line.heard().await;
        (line, heard)
    });
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(!answering.is_finished());
    assert_eq!(exchange.issued(), 2);
    answering.abort();
}

#[tokio::test]
async fn the_time_that_a_call_may_take_does_not_end_a_connection() {
    let mut exchange = Exchange::open([]).await;
    let mut app = App::with_client(&exchange.client(Duration::from_secs(1)), settings());
    let mut line = exchange.line().await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    line.event("late").await;
    app.next().await.acknowledge().unwrap();
    assert_eq!(line.heard().await, Some(json!({"envelope_id": "late"})));
    assert_eq!(exchange.issued(), 1);
}

#[tokio::test]
async fn a_switched_off_app_stays_away() {
    let mut exchange = Exchange::open([]).await;
    let app = App::start(&exchange, settings());
    exchange.line().await.disconnect("link_disabled").await;
    assert_eq!(app.ended().await, Ended::LinkDisabled);

    let app = App::start(&exchange, settings());
    exchange.ungreeted().await.disconnect("link_disabled").await;
    assert_eq!(app.ended().await, Ended::LinkDisabled);
    assert_eq!(exchange.issued(), 2);
}

#[tokio::test]
async fn a_refused_token_ends_it_and_passing_faults_do_not() {
    let fault = json!({"ok": false, "error": "internal_error"});
    let refusal = json!({"ok": false, "error": "invalid_auth"});
    let mut exchange = Exchange::open([fault.clone(), fault, refusal]).await;
    let app = App::start(&exchange, settings());
    assert_eq!(app.ended().await, Ended::Refused(ErrorCode::InvalidAuth));
    assert_eq!(exchange.issued(), 0);
    exchange.assert_quiet();
}

#[tokio::test]
async fn too_many_connections_are_reported_and_tried_later() {
    let mut exchange = Exchange::open([]).await;
    let mut app = App::start(&exchange, settings());
    exchange.ungreeted().await.disconnect("too_many_websockets").await;
    let reason = DisconnectReason::TooManyWebsockets;
    let status = app.until(|status| status.last_error.is_some()).await;
    assert_eq!(status.last_error, Some(SocketError::Disconnected { reason }));
    let _line = exchange.line().await;
    app.until(|status| status.open == 1).await;
}

#[tokio::test]
async fn who_does_not_greet_is_left() {
    let mut exchange = Exchange::open([]).await;
    let hello_timeout = Duration::from_millis(100);
    let mut app = App::start(
        &exchange,
        SocketSettings {
            hello_timeout,
            ..settings()
        },
    );
    let _mute = exchange.ungreeted().await;
    app.until(|status| status.last_error == Some(SocketError::NoHello))
        .await;
    let _line = exchange.line().await;
    app.until(|status| status.open == 1).await;
}

#[tokio::test]
async fn no_more_than_ten_connections_are_made() {
    let mut exchange = Exchange::open([]).await;
    let many = SocketSettings {
        connections: 25,
        ..settings()
    };
    let mut app = App::start(&exchange, many);
    let mut lines = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        lines.push(exchange.line().await);
    }
    let status = app.until(|status| status.open == MAX_CONNECTIONS).await;
    assert_eq!(status.wanted, MAX_CONNECTIONS);
    // The eleventh waits until the one it replaces has closed.
    lines[0].disconnect("refresh_requested").await;
    lines[1].event("from another").await;
    app.next().await.acknowledge().unwrap();
    exchange.assert_quiet();
    drop(lines.remove(0));
    lines.push(exchange.line().await);
    assert_eq!(exchange.issued(), 11);
}

#[tokio::test]
async fn when_nobody_listens_any_more_the_last_acknowledgements_still_leave() {
    let mut exchange = Exchange::open([]).await;
    let mut app = App::start(&exchange, settings());
    let mut line = exchange.line().await;
    line.event("one").await;
    let one = app.next().await;
    let App { arrivals, task, .. } = app;
    drop(arrivals);
    one.acknowledge().unwrap();
    assert_eq!(line.heard().await, Some(json!({"envelope_id": "one"})));
    assert_eq!(line.heard().await, None);
    assert_eq!(timeout(PATIENCE, task).await.unwrap().unwrap(), Ended::Stopped);
}

#[tokio::test]
async fn a_slow_caller_makes_slack_wait() {
    let mut exchange = Exchange::open([]).await;
    let mut app = App::start(
        &exchange,
        SocketSettings {
            waiting: 1,
            ..settings()
        },
    );
    let mut line = exchange.line().await;
    for n in 0..50 {
        line.event(&n.to_string()).await;
    }
    for n in 0..50 {
        let received = app.next().await;
        assert_eq!(received.envelope.envelope_id, n.to_string());
        received.acknowledge().unwrap();
        assert_eq!(line.heard().await, Some(json!({"envelope_id": n.to_string()})));
    }
}
