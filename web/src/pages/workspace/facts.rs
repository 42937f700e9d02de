//! The strip of facts: token, grants, model, ledger.

use grantbook_core::view::InstallationView;
use leptos::prelude::*;

use super::Here;
use crate::reactive::redrawn;
use crate::{
    clock,
    components::{RelativeTime, Stat, StatStrip, TokenPill},
    view_model::{
        number::{plural, thousands},
        token,
    },
};

/// Token, Granted now, Model, Ledger.
#[component]
pub fn Facts(here: Here) -> impl IntoView {
    let now = clock::use_now();
    let of = move |draw: fn(InstallationView) -> AnyView| move || here.installation.get().map(draw);
    let lifetime = move || {
        here.installation
            .with(|view| view.as_ref().map(|view| token::lifetime(&view.token, now.get())))
    };
    view! {
        <StatStrip>
            <Stat label="Token" note=ViewFn::from(move || view! { {redrawn(lifetime)} })>{of(token_fact)}</Stat>
            <Stat label="Granted now" note=ViewFn::from(move || view! { {of(refusals)} })>{of(granted_fact)}</Stat>
            <Stat label="Model" note=ViewFn::from(move || view! { {of(model_note)} })>{of(model_fact)}</Stat>
            <Stat label="Ledger" note=ViewFn::from(move || view! { {of(last_entry)} })>{of(ledger_fact)}</Stat>
        </StatStrip>
    }
}

fn token_fact(view: InstallationView) -> AnyView {
    let hint = view
        .token
        .hint
        .clone()
        .map(|hint| view! { <span class="mono small">{hint}</span> });
    view! { <TokenPill status=view.status token=view.token.state/>{hint} }.into_any()
}

fn granted_fact(view: InstallationView) -> AnyView {
    view! {
        <span class="tabular">
            <strong>{thousands(view.scopes)}</strong>" "{plural(view.scopes, "scope")}" on "
            <strong>{thousands(view.resources)}</strong>" "{plural(view.resources, "resource")}
        </span>
    }
    .into_any()
}

fn refusals(view: InstallationView) -> AnyView {
    match view.denied {
        0 => "None denied".into_any(),
        denied => format!("{} denied", thousands(denied)).into_any(),
    }
}

fn model_fact(view: InstallationView) -> AnyView {
    let (name, tag, _) = token::model(view.model);
    view! { {name}" "<span class="tag">{tag}</span> }.into_any()
}

fn model_note(view: InstallationView) -> AnyView {
    token::model(view.model).2.into_any()
}

fn ledger_fact(view: InstallationView) -> AnyView {
    let word = if view.entries == 1 { "entry" } else { "entries" };
    view! { <span class="tabular"><strong>{thousands(view.entries)}</strong>" "{word}</span> }.into_any()
}

fn last_entry(view: InstallationView) -> AnyView {
    match view.last_change {
        Some(change) => view! { "Last change "<RelativeTime at=change.at/> }.into_any(),
        None => "Nothing recorded yet".into_any(),
    }
}
