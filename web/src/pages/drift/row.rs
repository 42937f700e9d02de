//! One difference: what, the three marks, the likely cause, and one step that mends it.

use grantbook_core::view::drift::{DriftView, Remedy};
use leptos::prelude::*;

use crate::reactive::{heard, redrawn};
use crate::{
    address, client,
    components::{AppIcon, Glyph, Icon, RelativeTime, SentenceText, use_toasts},
    session::use_session,
    view_model::{drift, sentence::marked},
};

/// The row.
pub(super) fn row(drift: DriftView, refresh: Callback<()>) -> AnyView {
    let place = address::workspace(&drift.installation.tenant, Some(&drift.app));
    let mark = |label: &'static str, holds: Option<bool>| {
        let (class, glyph, word) = match holds {
            Some(true) => ("tri yes", Glyph::Check, "yes"),
            Some(false) => ("tri no", Glyph::X, "no"),
            None => ("tri", Glyph::Minus, "does not apply"),
        };
        view! { <td data-label=label><span class=class title=word><Icon glyph/><span class="visually-hidden">{word}</span></span></td> }
    };
    let kind = drift.kind.as_str();
    let is_closed = drift.closed_at.is_some();
    let (declared, ledger, live) = (drift.declared, Some(drift.ledger), drift.live);
    view! {
        <tr data-drift=kind class:is-off=is_closed>
            <td class="lead"><span class="who">
                <AppIcon name=drift.app_name.clone()/>
                <span>
                    <b><SentenceText segments=marked(&drift::about(&drift))/></b>
                    <small><a href=place data-row="">{drift.app_name.clone()}" in "{drift.tenant_name.clone()}</a></small>
                </span>
            </span></td>
            {mark("Declared", declared)}
            {mark("Ledger", ledger)}
            {mark("Slack", live)}
            <td class="wide cause"><span class="tag">{drift::kind_words(drift.kind)}</span>" "<SentenceText segments=marked(&drift.sentence)/>
                " "<small class="subtle small">"Found "<RelativeTime at=drift.found_at/></small></td>
            <td class="wide nowrap" data-label="What mends it">{remedy(drift, refresh)}</td>
        </tr>
    }
    .into_any()
}

fn remedy(drift: DriftView, refresh: Callback<()>) -> AnyView {
    if let Some(at) = drift.closed_at {
        let entry = drift.entry.map(|seq| {
            let href = format!("{}?entry={}:{seq}", address::HISTORY, drift.installation);
            view! { ", "<a href=href>"entry "{seq}</a> }
        });
        return view! { "Closed "<RelativeTime at/><br/><small class="subtle small">{drift::closed_by(&drift)}{entry}</small> }.into_any();
    }
    let session = use_session();
    redrawn(move || {
        let admin = session.is_admin();
        match drift.remedy.clone() {
            Remedy::EditDeclared => {
                view! { <a class="btn sm" href=address::app(&drift.app)>"Change what it declares"</a> }.into_any()
            }
            Remedy::Reauthorize { url } if admin => {
                view! { <a class="btn sm" href=url rel="external">"Authorize again"</a> }.into_any()
            }
            Remedy::Reconcile if admin => reconcile(drift.clone(), refresh),
            Remedy::None => view! { <span class="subtle">"Nothing to do"</span> }.into_any(),
            Remedy::Reconcile | Remedy::Reauthorize { .. } => {
                view! { <span class="subtle">"An administrator’s click"</span> }.into_any()
            }
        }
    })
}

/// The one click: the ledger takes over what Slack shows.
fn reconcile(drift: DriftView, refresh: Callback<()>) -> AnyView {
    let (busy, toasts) = (RwSignal::new(false), use_toasts());
    let run = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let key = drift.installation.clone();
        leptos::task::spawn_local(async move {
            let answer = client::reconcile(&key).await;
            busy.try_set(false);
            match answer {
                Ok(Some(entry)) => toasts.say(format!("The ledger follows Slack again: entry {}.", entry.seq)),
                Ok(None) => toasts.say("Slack’s lists agree with the ledger by now."),
                Err(error) => toasts.warn(format!("{} ({})", error.detail, error.code)),
            }
            refresh.run(());
        });
    };
    view! {
        <button class="btn sm" class:busy=move || busy.get() type="button" data-reconcile="" on:click=heard(run)><Icon glyph=Glyph::Refresh/>"Reconcile"</button>
    }
    .into_any()
}
