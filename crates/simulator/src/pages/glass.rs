//! "Under the glass": the latest triggers, what was called and delivered lately, and the clock.
//!
//! For browser tests: `[data-trigger-life=live|spent|late|died]`, the latest first; `[data-call=METHOD]`
//! and `[data-delivery=EVENT]` with `data-state`, where presses and commands are `interactive_message`,
//! `block_actions` and `slash_command`; `button[data-action=advance-clock][value=60]`,
//! `button[data-action=reset-clock]`.

mod triggers;

use super::{icons::state, layout::Clock};
use crate::{
    calls::Call,
    deliveries::{Delivery, DeliveryState},
    html::{Html, html},
    state::World,
};

/// Lines in the panel.
const LINES: usize = 14;

/// How far the clock may be from real time before the panel warns, in seconds: Slack's own window.
const NOTICE_SECONDS: u64 = 300;

/// The panel's inside.
pub(crate) fn inside(world: &World, calls: &[Call], deliveries: &[Delivery], clock: Clock, back: &str) -> Html {
    let mut lines: Vec<_> = calls.iter().map(|call| (call.at, call_line(call, clock))).collect();
    lines.extend(
        deliveries
            .iter()
            .map(|delivery| (latest(delivery), delivery_line(delivery, clock))),
    );
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let empty = lines
        .is_empty()
        .then(|| html!("<li><span class=\"subtle\">No calls and no deliveries yet.</span></li>"));
    let lines: Html = lines.into_iter().take(LINES).map(|(_, line)| line).collect();
    html!(
        "<div class=\"card-head\"><h2>Under the glass</h2><a class=\"end small\" href=\"/sim\">all of it</a></div>\
         <div class=\"card-body stack\">{}<ul class=\"log\">{}{}</ul>{}</div>",
        triggers::triggers(world, clock.now),
        lines,
        empty,
        turner(clock, back)
    )
}

fn latest(delivery: &Delivery) -> grantbook_core::Timestamp {
    delivery.attempts.last().map_or(delivery.at, |attempt| attempt.at)
}

fn call_line(call: &Call, clock: Clock) -> Html {
    let arguments: Vec<String> = call
        .arguments
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let arguments = if arguments.is_empty() {
        String::new()
    } else {
        format!(" · {}", arguments.join(" "))
    };
    html!(
        "<li data-call=\"{}\"><code>{}</code>{}<small class=\"subtle small tabular trunc\">{}{}</small></li>",
        call.method,
        call.method,
        call_state(call),
        clock.dated(call.at),
        arguments
    )
}

/// How a call was answered.
pub(super) fn call_state(call: &Call) -> Html {
    match (&call.fault, &call.error) {
        (Some(fault), _) => state("restricted", "warn", &format!("fault: {fault}")),
        (None, Some(_)) if call.status == 429 => state("pending", "clock", "429 ratelimited"),
        (None, Some(error)) => state("denied", "x", error),
        (None, None) => state("granted", "check", &format!("{} ok", call.status)),
    }
}

fn delivery_line(delivery: &Delivery, clock: Clock) -> Html {
    let (name, pill) = delivery_state(delivery, clock);
    html!(
        "<li data-delivery=\"{}\" data-state=\"{}\"><code>{}</code>{}<small class=\"subtle small tabular\">{} · {}</small></li>",
        delivery.event_type,
        name,
        delivery.event_type,
        pill,
        clock.dated(latest(delivery)),
        story(delivery)
    )
}

/// Where a delivery stands: its name and its pill.
pub(super) fn delivery_state(delivery: &Delivery, clock: Clock) -> (&'static str, Html) {
    let last = delivery.attempts.last();
    match delivery.state {
        DeliveryState::Sending => ("sending", state("info", "clock", "sending")),
        DeliveryState::Waiting { until } => {
            let seconds = (until.seconds() - clock.now.seconds()).max(0);
            let words = if seconds > 90 {
                format!("retry in {} min", (seconds + 59) / 60)
            } else {
                format!("retry in {seconds} s")
            };
            ("waiting", state("pending", "clock", &words))
        }
        DeliveryState::Delivered => {
            let (status, took) = last.map_or((200, 0), |a| (a.status.unwrap_or(200), a.duration_ms.unwrap_or(0)));
            (
                "delivered",
                state("granted", "check", &format!("{status} in {took} ms")),
            )
        }
        DeliveryState::GaveUp => ("gave_up", state("denied", "ban", "gave up")),
        DeliveryState::NoAddress => ("no_address", state("expired", "minus", "no address")),
    }
}

/// What was tried, in a few words.
pub(super) fn story(delivery: &Delivery) -> String {
    let tries = delivery.attempts.len();
    let failed = delivery
        .attempts
        .iter()
        .rev()
        .find(|attempt| attempt.status.is_none_or(|status| !(200..300).contains(&status)));
    let reason = failed.map(|attempt| match (attempt.status, attempt.failure) {
        (Some(status), _) => format!("{status} from the app"),
        (None, Some("http_timeout")) => "no answer in 3 s".to_owned(),
        (None, failure) => failure.unwrap_or("failed").replace('_', " "),
    });
    match (reason, tries) {
        (_, 0) => "signed".to_owned(),
        (None, _) => "signed, first try".to_owned(),
        (Some(reason), _) if delivery.once => format!("{reason}, not tried again"),
        (Some(reason), tries) => format!("{reason}, try {tries} of 4"),
    }
}

fn turner(clock: Clock, back: &str) -> Html {
    let steps: Html = [("3", "+3 s"), ("60", "+1 min"), ("300", "+5 min"), ("43200", "+12 h")]
        .into_iter()
        .map(|(seconds, words)| {
            html!("<button type=\"submit\" name=\"advance_seconds\" value=\"{}\" data-action=\"advance-clock\">{}</button>", seconds, words)
        })
        .collect();
    let off = clock.offset_seconds.unsigned_abs() >= NOTICE_SECONDS;
    let notice = off.then(|| {
        let minutes = clock.offset_seconds / 60;
        let away = if minutes.abs() < 120 { format!("{minutes} min") } else { format!("{} h", minutes / 60) };
        html!(
            "<p class=\"note\" id=\"clock-notice\">The clock is {} from real time. Deliveries are signed with it: an app on real time refuses them.</p>\
             <form method=\"post\" action=\"/client/act\"><input type=\"hidden\" name=\"back\" value=\"{}\">\
             <button class=\"btn sm\" type=\"submit\" name=\"action\" value=\"reset_clock\" data-action=\"reset-clock\">Back to now</button></form>",
            away,
            back
        )
    });
    html!(
        "<div class=\"stack tight\"><span class=\"label\">Turn the clock</span><form method=\"post\" action=\"/client/act\">\
         <input type=\"hidden\" name=\"back\" value=\"{}\"><input type=\"hidden\" name=\"action\" value=\"advance_clock\">\
         <div class=\"segmented\">{}</div></form>{}</div>",
        back,
        steps,
        notice
    )
}
