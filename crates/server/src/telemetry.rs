//! Logs and metrics: what is written about running.
//!
//! Log messages are readable alone and carry fields for searching, dotted by entity. Names of metrics
//! begin with `grantbook_`; each is named once, in [`names`] or where that takes it from.

use std::{io::IsTerminal as _, sync::OnceLock};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// The metrics' names.
pub mod names {
    pub use grantbook_flows::{
        approvals::press::APP_REQUEST_PRESSES,
        progressive::measure::{TRIGGER_LEFT_SECONDS, TRIGGERS_LATE, TRIGGERS_SPENT},
        sockets::measure::{SOCKET_ACKNOWLEDGED, SOCKET_CONNECTIONS, SOCKET_RECEIVED, SOCKET_REFUSED, SOCKET_SECONDS},
    };

    /// Counter: events whose signature held.
    pub const EVENTS_RECEIVED: &str = "grantbook_events_received_total";
    /// Counter: events that had arrived before.
    pub const EVENTS_DUPLICATE: &str = "grantbook_events_duplicate_total";
    /// Counter: signed bodies that are no event of Slack's.
    pub const EVENTS_REJECTED: &str = "grantbook_events_rejected_total";
    /// Counter: events of a kind that the ledger does not know.
    pub const EVENTS_UNKNOWN: &str = "grantbook_events_unknown_total";
    /// Counter: requests without a right signature.
    pub const EVENTS_UNAUTHORIZED: &str = "grantbook_events_unauthorized_total";
    /// Histogram: seconds from a whole request to its answer, after the commit.
    pub const EVENTS_SECONDS: &str = "grantbook_events_seconds";
    /// Counter: presses and commands, by `door` and `outcome`.
    pub const INTERACTIONS_RECEIVED: &str = "grantbook_interactions_received_total";
    /// Histogram: seconds from a whole press or command to its acknowledgement, by `door`.
    pub const INTERACTIONS_SECONDS: &str = "grantbook_interactions_seconds";
    /// Counter: sign-ins, by `outcome`.
    pub const SIGN_INS: &str = "grantbook_sign_ins_total";
    /// Gauge: open live streams.
    pub const STREAMS: &str = "grantbook_live_streams";
}

/// Upper bounds of the latency histograms, in seconds; Slack waits three.
const BUCKETS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 3.0];

/// A telemetry part that could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter does not parse.
    #[error("log.filter is not a filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody else was first.
    #[error("logging is already set up")]
    Subscriber(#[from] tracing_subscriber::util::TryInitError),
    /// Metrics could not be set up.
    #[error("metrics could not be set up")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
}

/// Starts logging to standard error, once per process.
pub fn start_logging(log: &Log) -> Result<(), TelemetryError> {
    use tracing_subscriber::util::SubscriberInitExt as _;
    // At `trace` the WebSocket library prints whole frames, response addresses and all.
    let filter = EnvFilter::try_new(&log.filter)?.add_directive("tungstenite=info".parse()?);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match log.format {
        LogFormat::Pretty => builder.finish().try_init()?,
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .finish()
            .try_init()?,
    }
    Ok(())
}

/// The process's metrics; the first call installs them.
pub fn metrics() -> Result<PrometheusHandle, TelemetryError> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    static INSTALLING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one_at_a_time = INSTALLING.lock();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(names::EVENTS_SECONDS.to_owned()), &BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(names::INTERACTIONS_SECONDS.to_owned()), &BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(names::TRIGGER_LEFT_SECONDS.to_owned()), &BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(names::SOCKET_SECONDS.to_owned()), &BUCKETS)?
        .install_recorder()?;
    describe();
    Ok(HANDLE.get_or_init(|| handle).clone())
}

fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_counter!(names::EVENTS_RECEIVED, "Events from Slack whose signature held");
    describe_counter!(
        names::EVENTS_DUPLICATE,
        "Events that had arrived before and changed nothing"
    );
    describe_counter!(names::EVENTS_REJECTED, "Signed bodies that are no event of Slack's");
    describe_counter!(names::EVENTS_UNKNOWN, "Events of a kind that the ledger does not know");
    describe_counter!(names::EVENTS_UNAUTHORIZED, "Event requests without a right signature");
    describe_histogram!(
        names::EVENTS_SECONDS,
        "Seconds until an event is committed and acknowledged"
    );
    describe_requests();
    describe_sockets();
    describe_counter!(names::SIGN_INS, "Sign-ins, by outcome");
    describe_gauge!(names::STREAMS, "Open live streams");
    for name in [
        names::EVENTS_RECEIVED,
        names::EVENTS_DUPLICATE,
        names::EVENTS_REJECTED,
        names::EVENTS_UNKNOWN,
        names::EVENTS_UNAUTHORIZED,
        names::TRIGGERS_SPENT,
        names::TRIGGERS_LATE,
    ] {
        metrics::counter!(name).absolute(0);
    }
}

fn describe_sockets() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_gauge!(
        names::SOCKET_CONNECTIONS,
        "Socket Mode connections of this process that deliver, by app"
    );
    describe_counter!(names::SOCKET_RECEIVED, "Envelopes from Socket Mode, by kind");
    describe_counter!(
        names::SOCKET_ACKNOWLEDGED,
        "Envelopes acknowledged after they were safe, by kind"
    );
    describe_counter!(
        names::SOCKET_REFUSED,
        "Envelopes not acknowledged, so that Slack sends them again, by kind and reason"
    );
    describe_histogram!(
        names::SOCKET_SECONDS,
        "Seconds until an envelope is safe and acknowledged, by kind"
    );
}

fn describe_requests() {
    use metrics::{describe_counter, describe_histogram};
    describe_counter!(
        names::INTERACTIONS_RECEIVED,
        "Presses and commands, by door and outcome"
    );
    describe_histogram!(
        names::INTERACTIONS_SECONDS,
        "Seconds until a press or command is acknowledged, by door"
    );
    describe_counter!(
        names::APP_REQUEST_PRESSES,
        "Presses on buttons of app requests, by what came of them"
    );
    describe_counter!(names::TRIGGERS_SPENT, "Triggers that Slack was called with");
    describe_counter!(
        names::TRIGGERS_LATE,
        "Triggers that were three seconds old or older by then"
    );
    describe_histogram!(
        names::TRIGGER_LEFT_SECONDS,
        "Seconds from a press's arrival to the call that spends its trigger"
    );
}
