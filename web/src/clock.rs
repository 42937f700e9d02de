//! The page's clock: the one place that asks the browser for the time.

use std::time::Duration;

use grantbook_core::Timestamp;
use leptos::prelude::*;

/// Relative times are words of minutes; four steps a minute keep them right.
const STEP: Duration = Duration::from_secs(15);

/// The moment now.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 are far below 2^53"
)]
pub fn now() -> Timestamp {
    Timestamp::from_micros(js_sys::Date::now() as i64 * 1_000)
}

#[derive(Clone, Copy)]
struct Clock(ReadSignal<Timestamp>);

/// Starts the clock that [`use_now`] reads.
pub fn provide_clock() {
    let (read, write) = signal(now());
    set_interval(move || write.set(now()), STEP);
    provide_context(Clock(read));
}

/// The moment now, to the quarter of a minute, as a signal.
pub fn use_now() -> ReadSignal<Timestamp> {
    expect_context::<Clock>().0
}

/// The moment now, to the second, for as long as the component lives.
pub fn use_seconds() -> ReadSignal<Timestamp> {
    let (read, write) = signal(now());
    if let Ok(handle) = set_interval_with_handle(move || write.set(now()), Duration::from_secs(1)) {
        on_cleanup(move || handle.clear());
    }
    read
}

/// Does something every so many seconds while the calling component lives and its tab is looked at.
pub fn every(seconds: u64, act: impl Fn() + 'static) {
    fn boxed(seconds: u64, act: Box<dyn Fn()>) {
        let seen = move || {
            if !document().hidden() {
                act();
            }
        };
        if let Ok(handle) = set_interval_with_handle(seen, Duration::from_secs(seconds)) {
            on_cleanup(move || handle.clear());
        }
    }
    boxed(seconds, Box::new(act));
}
