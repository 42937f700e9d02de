//! What Socket Mode is measured by. Without a recorder nothing is kept; the server installs one.

use std::time::Duration;

use grantbook_api::socket::EnvelopeKind;
use grantbook_core::AppSlug;
use metrics::{counter, gauge, histogram};

/// Gauge: connections of this process that deliver, by `app`.
pub const SOCKET_CONNECTIONS: &str = "grantbook_socket_connections";
/// Counter: envelopes that arrived, by `kind`; an envelope that comes again counts again.
pub const SOCKET_RECEIVED: &str = "grantbook_socket_envelopes_received_total";
/// Counter: envelopes that were acknowledged, by `kind`.
pub const SOCKET_ACKNOWLEDGED: &str = "grantbook_socket_envelopes_acknowledged_total";
/// Counter: envelopes that were not acknowledged, by `kind` and `reason`.
pub const SOCKET_REFUSED: &str = "grantbook_socket_envelopes_refused_total";
/// Histogram: seconds from an envelope's arrival to its acknowledgement, by `kind`.
pub const SOCKET_SECONDS: &str = "grantbook_socket_seconds";

pub(super) fn connections(app: &AppSlug, open: u8) {
    gauge!(SOCKET_CONNECTIONS, "app" => app.to_string()).set(f64::from(open));
}

/// The kind as a label: what Slack may yet invent counts as one.
pub(super) fn label(kind: &EnvelopeKind) -> &'static str {
    match kind {
        EnvelopeKind::EventsApi => "events_api",
        EnvelopeKind::Interactive => "interactive",
        EnvelopeKind::SlashCommands => "slash_commands",
        EnvelopeKind::Other(_) => "other",
    }
}

pub(super) fn received(kind: &'static str) {
    counter!(SOCKET_RECEIVED, "kind" => kind).increment(1);
}

pub(super) fn acknowledged(kind: &'static str, after: Duration) {
    counter!(SOCKET_ACKNOWLEDGED, "kind" => kind).increment(1);
    histogram!(SOCKET_SECONDS, "kind" => kind).record(after.as_secs_f64());
}

pub(super) fn refused(kind: &'static str, reason: &'static str) {
    counter!(SOCKET_REFUSED, "kind" => kind, "reason" => reason).increment(1);
}
