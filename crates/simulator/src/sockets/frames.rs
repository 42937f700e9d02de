//! The frames of Socket Mode, as Slack writes them (G).

use grantbook_core::AppId;
use serde_json::{Map, Value, json};

use super::DisconnectReason;

/// What the simulator calls the machine at the other end.
const HOST: &str = "applink-simulator";

/// How long a connection lasts, in seconds of the clock, and how long with `debug_reconnects=true`.
pub(crate) const LIFETIME_SECONDS: i64 = 18_060;
pub(crate) const DEBUG_LIFETIME_SECONDS: i64 = 360;

/// How long before its end a connection is warned.
pub(crate) const WARNING_SECONDS: i64 = 10;

/// The first frame.
pub(crate) fn hello(app: &AppId, connections: usize, seconds: i64) -> Value {
    json!({
        "type": "hello",
        "num_connections": connections,
        "debug_info": { "host": HOST, "build_number": 10, "approximate_connection_time": seconds },
        "connection_info": { "app_id": app },
    })
}

/// The last frame, or the warning before it; none where the connection is just cut.
pub(crate) fn disconnect(reason: DisconnectReason, app: &AppId, connections: usize) -> Option<Value> {
    if reason == DisconnectReason::Cut {
        return None;
    }
    let mut frame = json!({ "type": "disconnect", "reason": reason, "debug_info": { "host": HOST } });
    if reason == DisconnectReason::TooManyWebsockets {
        frame["num_connections"] = json!(connections);
        frame["connection_info"] = json!({ "app_id": app });
    }
    Some(frame)
}

/// An event. `attempt` counts the retries.
pub(crate) fn event(name: &str, payload: &Value, attempt: usize, reason: &str) -> Value {
    json!({
        "envelope_id": name,
        "type": "events_api",
        "payload": payload,
        "accepts_response_payload": false,
        "retry_attempt": attempt,
        "retry_reason": reason,
    })
}

/// What somebody pressed or typed, from the form that HTTP would carry. A command and a legacy button may
/// be answered in the acknowledgement; what is answered to Block Kit is ignored over HTTP, too.
pub(crate) fn post(name: &str, kind: &str, form: &[u8]) -> Value {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(form).unwrap_or_default();
    let is_command = kind == "slash_command";
    let payload = if is_command {
        let fields = fields.into_iter().map(|(name, value)| (name, Value::String(value)));
        Value::Object(fields.collect::<Map<_, _>>())
    } else {
        let json = fields.iter().find(|(name, _)| name == "payload");
        json.and_then(|(_, json)| serde_json::from_str(json).ok())
            .unwrap_or_default()
    };
    json!({
        "envelope_id": name,
        "type": if is_command { "slash_commands" } else { "interactive" },
        "payload": payload,
        "accepts_response_payload": kind != "block_actions",
    })
}
