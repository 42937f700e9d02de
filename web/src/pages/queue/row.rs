//! One request in the queue.

use grantbook_core::{
    Timestamp,
    view::approvals::{AppRequestView, State},
};
use leptos::prelude::*;

use super::{Here, card, is_wide, table};
use crate::reactive::{Memo, heard, memo, redrawn};
use crate::{
    address, clock,
    components::{AppIcon, RelativeTime},
    view_model::{number::thousands, queue, time_words},
};

/// The row; the request it follows may be read again.
pub(super) fn row(here: Here, id: i64, row: Memo<Option<AppRequestView>>, (waits, decides): (bool, bool)) -> AnyView {
    let cell = move |draw: fn(AppRequestView) -> AnyView| redrawn(move || row.get().map(draw));
    let leaves = memo(move |_| here.leaving.with(|leaving| leaving.get(&id).copied()));
    let name = move || row.get().map(|row| name(&row, leaves.get()));
    let is_open = move || here.open.with(|open| *open == Some(id));
    let click = move |event: leptos::ev::MouseEvent| {
        let plain = event.button() == 0 && !event.ctrl_key() && !event.meta_key() && !event.shift_key();
        if plain && is_wide() {
            event.prevent_default();
            here.show.run(Some(id));
        }
    };
    let focus = move |_| {
        here.cursor.set(Some(id));
        // The request beside the list follows the row.
        if here.open.with_untracked(|open| open.is_some_and(|open| open != id)) && is_wide() {
            here.show.run(Some(id));
        }
    };
    let check = decides.then(|| {
        let label = move || {
            row.with(|row| {
                row.as_ref()
                    .map(|row| format!("Select {} in {}", row.app_name, queue::place(row)))
            })
        };
        let toggle = move |event: leptos::ev::MouseEvent| table::pick(here, id, event.shift_key());
        view! {
            <td class="check skip-narrow"><input type="checkbox" aria-label=label
                prop:checked=move || here.picked.with(|picked| picked.contains(&id)) on:click=heard(toggle)/></td>
        }
    });
    let last = if waits {
        view! {
            <td class="num" data-label="New scopes">{cell(scopes)}</td>
            <td class="num" data-label="Asked by">{cell(|row| thousands(row.demand).into_any())}</td>
            <td class="num nowrap" data-label="Waiting">{cell(|row| waiting(row.asked_at))}</td>
        }
        .into_any()
    } else {
        view! {
            <td class="wide" data-label="Outcome">{cell(|row| card::state_pill(row.state))}</td>
            <td class="wide" data-label="Decided by">{cell(decider)}</td>
            <td class="num nowrap" data-label="When">{cell(|row| view! { <RelativeTime at=row.decided_at.unwrap_or(row.asked_at)/> }.into_any())}</td>
        }
        .into_any()
    };
    view! {
        <tr data-app-request=id.to_string() class:is-cursor=is_open class:is-picked=move || here.picked.with(|picked| picked.contains(&id))
            class:is-off=move || leaves.get().is_some()>
            {check}
            <td class="lead"><a href=address::app_request(id) data-row="" on:click=heard(click) on:focus=heard(focus)>{redrawn(name)}</a></td>
            <td data-label="Risk">{cell(|row| card::risk_bars(row.risk, row.risk_level))}</td>
            {last}
        </tr>
    }
    .into_any()
}

fn name(row: &AppRequestView, leaves: Option<State>) -> AnyView {
    let small = if let Some(state) = leaves {
        view! { <small class="farewell" role="status">{card::state_pill(state)}</small> }.into_any()
    } else {
        let words = format!("{} in {}", queue::requester(row), queue::place(row));
        let title = match &row.problem {
            Some(code) => format!("Slack refused it ({code}) · {words}"),
            None => words.clone(),
        };
        let refused = view! { <span class="problem">"Slack refused it"</span>" · " };
        let problem = row.problem.is_some().then_some(refused);
        view! { <small class="trunc" title=title>{problem}{words}</small> }.into_any()
    };
    view! {
        <span class="who"><AppIcon name=row.app_name.clone()/><span><b class="trunc" title=row.app_name.clone()>{row.app_name.clone()}</b>{small}</span></span>
    }
    .into_any()
}

fn scopes(row: AppRequestView) -> AnyView {
    let title = format!(
        "{} of {} scopes are not approved for the app today",
        row.new_scopes, row.scopes
    );
    let text = if row.new_scopes == 0 {
        "0".to_owned()
    } else {
        format!("+{}", row.new_scopes)
    };
    view! { <span class:subtle={row.new_scopes == 0} title=title>{text}" "<small class="subtle">"of "{row.scopes}</small></span> }.into_any()
}

fn waiting(since: Timestamp) -> AnyView {
    let now = clock::use_now();
    let words = memo(move |_| time_words::coarse(now.get().max(clock::now()).seconds() - since.seconds()));
    let title = format!("since {}", time_words::absolute(since));
    view! { <time datetime=since.to_string() title=title>{redrawn(move || words.get())}</time> }.into_any()
}

fn decider(row: AppRequestView) -> AnyView {
    match queue::decider(&row) {
        Some(who) => {
            let reason = row.reason.iter().filter(|reason| !reason.is_empty());
            let title = reason.fold(who.clone(), |title, reason| format!("{title}: “{reason}”"));
            view! { <span class="trunc" title=title>{who}</span> }.into_any()
        }
        None => view! { <span class="subtle">"–"</span> }.into_any(),
    }
}
