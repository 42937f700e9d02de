//! What is wrong, with what to do about it.

use grantbook_core::view::{
    Page,
    approvals::{AlarmKind, AlarmView},
};
use leptos::prelude::*;

use crate::reactive::{heard, redrawn};
use crate::{
    address, client,
    components::{Glyph, Icon, RelativeTime, Tone, use_toasts},
    session::use_session,
    view_model::{number::count, org_apps::alarm_title},
};

/// Alarms shown before the rest is asked for.
const FIRST: usize = 3;

/// The alarms as a card; `leads` where each leads to the page of its app.
pub fn card(page: Page<AlarmView>, leads: bool, refresh: Callback<()>) -> AnyView {
    let more = page.next_cursor.is_some();
    let items = page.items;
    let all = RwSignal::new(items.len() <= FIRST + 1);
    let number = items.len() as u64;
    let title = if more {
        format!("{number} alarms or more")
    } else {
        count(number, "alarm")
    };
    let rows = move || {
        let shown = if all.get() { items.len() } else { FIRST };
        items
            .iter()
            .take(shown)
            .map(|alarm| one(alarm, leads, refresh))
            .collect_view()
    };
    let rest = move || {
        (!all.get()).then(|| {
            let rest = number - FIRST as u64;
            view! {
                <div class="card-foot"><button class="btn sm ghost" type="button" data-more-alarms="" on:click=heard(move |_| all.set(true))>{format!("Show {rest} more")}</button></div>
            }
        })
    };
    view! {
        <section class="card" aria-label="Alarms" data-alarms=number.to_string()>
            <div class="card-head"><h2>{title}</h2></div>
            <ul class="alarms">{redrawn(rows)}</ul>
            {redrawn(rest)}
        </section>
    }
    .into_any()
}

fn one(alarm: &AlarmView, leads: bool, refresh: Callback<()>) -> AnyView {
    let (tone, glyph) = match alarm.kind {
        AlarmKind::RestrictedButInstalled => (Tone::Restricted, Glyph::Ban),
        AlarmKind::ApprovedUnderOldScopes => (Tone::Pending, Glyph::Warn),
        AlarmKind::ChangedElsewhere => (Tone::Info, Glyph::UpDown),
        AlarmKind::CannotDecide => (Tone::Denied, Glyph::Key),
    };
    let act = if alarm.kind == AlarmKind::ChangedElsewhere {
        accept(alarm.id, refresh)
    } else {
        ().into_any()
    };
    let open = alarm.app.as_ref().filter(|_| leads).map(|app| {
        let href = address::org_app(&alarm.enterprise, app);
        view! { <a class="btn sm" href=href>"Open the app"</a> }
    });
    view! {
        <li class=format!("alarm {}", tone.class()) data-alarm=alarm.kind.as_str()>
            <span class=format!("node {}", tone.class())><Icon glyph/></span>
            <div>
                <strong>{alarm_title(alarm)}</strong>
                <p>{alarm.sentence.clone()}</p>
                <small class="subtle small">"Found "<RelativeTime at=alarm.found_at/></small>
            </div>
            <div class="row wrap tight end">{act}{open}</div>
        </li>
    }
    .into_any()
}

/// The click that takes what Slack shows for right.
fn accept(id: i64, refresh: Callback<()>) -> AnyView {
    let (session, toasts, busy) = (use_session(), use_toasts(), RwSignal::new(false));
    let run = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = client::accept_alarm(id).await;
            busy.try_set(false);
            match answer {
                Ok(_) => toasts.say("What Slack shows counts from now on."),
                Err(error) => toasts.warn(format!("{} ({})", error.detail, error.code)),
            }
            refresh.run(());
        });
    };
    let run = StoredValue::new(run);
    redrawn(move || {
        session.is_approver().then(|| {
            view! { <button class="btn sm" class:busy=move || busy.get() type="button" data-accept="" on:click=heard(move |event: leptos::ev::MouseEvent| run.with_value(|run| run(event)))>"Accept"</button> }
        })
    })
}
