//! How far ledger and Slack have been compared, and comparing all of it now.

use grantbook_core::view::drift::{DriftRunView, DriftSummary};
use leptos::prelude::*;

use crate::reactive::{effect, heard, memo, redrawn};
use crate::{
    client::{self, Remote, remote},
    clock,
    components::{Glyph, Icon, RelativeTime, Stat, StatStrip, use_toasts},
    session::use_session,
    view_model::{drift, number::thousands, time_words},
};

/// How often a run's progress is read, in seconds.
const PACE: u64 = 2;

/// Four facts: what is open, how much was compared, when last and when next.
pub(super) fn summary(read: Remote<DriftSummary>) -> AnyView {
    let fact = move |draw: fn(DriftSummary) -> AnyView| redrawn(move || read.value().map(draw));
    let moment = |at: Option<grantbook_core::Timestamp>, none: &'static str| match at {
        Some(at) => view! { <RelativeTime at/> }.into_any(),
        None => view! { <span class="subtle">{none}</span> }.into_any(),
    };
    let note = move || read.value().map(|summary| drift::summary(&summary));
    let last = move || redrawn(move || read.value().map(|summary| moment(summary.last_run, "never")));
    let next = move || redrawn(move || read.value().map(|summary| moment(summary.next_run, "not scheduled")));
    view! {
        <StatStrip>
            <Stat label="Open" note=ViewFn::from(move || redrawn(note))>{fact(|summary| view! { <strong class="tabular" data-open="">{thousands(summary.open)}</strong> }.into_any())}</Stat>
            <Stat label="Compared">{fact(|summary| drift::compared(&summary).into_any())}</Stat>
            <Stat label="Last comparison">{last()}</Stat>
            <Stat label="Next">{next()}</Stat>
        </StatStrip>
    }
    .into_any()
}

/// "Run now", and the progress in its place while a run goes on.
pub(super) fn button(refresh: Callback<()>) -> AnyView {
    let (session, toasts) = (use_session(), use_toasts());
    let run = remote(|| (), |()| client::drift_run());
    let running = memo(move |_| run.signal().with(|run| run.as_ref().is_some_and(drift::is_running)));
    clock::every(PACE, move || {
        if running.get_untracked() {
            run.refresh();
        }
    });
    let mut was = false;
    effect(move || {
        let is = running.get();
        if was && !is {
            refresh.run(());
        }
        was = is;
    });
    let begin = move |_| {
        leptos::task::spawn_local(async move {
            match client::run_drift().await {
                Ok(()) => toasts.say("Every installation is compared with Slack."),
                Err(error) => toasts.warn(format!("{} ({})", error.detail, error.code)),
            }
            run.refresh();
        });
    };
    redrawn(move || {
        if running.get() {
            return Some(redrawn(move || run.value().map(progress)));
        }
        session.is_admin().then(|| {
            view! { <button class="btn primary" type="button" data-run="" on:click=heard(begin)><Icon glyph=Glyph::Refresh/>"Run now"</button> }.into_any()
        })
    })
}

fn progress(run: DriftRunView) -> AnyView {
    let waits = run
        .waits_until
        .map(|until| format!("; Slack wants a pause until {}", time_words::clock_seconds(until)));
    view! {
        <div class="progress-line" role="status">
            <progress max=run.total.max(1).to_string() value=run.done.to_string() aria-label="Installations compared"></progress>
            <span class="small tabular">{drift::progress(&run)}{waits}</span>
        </div>
    }
    .into_any()
}
