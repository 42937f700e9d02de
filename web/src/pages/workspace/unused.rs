//! Scopes that this app holds here and that no observed call needed.

use grantbook_core::{InstallationKey, grants::Status, view::drift::UnusedScopeView};
use leptos::prelude::*;

use super::Here;
use crate::reactive::redrawn;
use crate::{
    address::{self, join, query},
    client::{self, remote},
    components::{RelativeTime, ScopeTags},
    view_model::number::count,
};

/// Scopes named in the card; the board has them all.
const MOST: usize = 8;

/// The card, where there are any.
pub(super) fn card(here: Here, key: InstallationKey) -> AnyView {
    let of = key.clone();
    let read = remote(
        || (),
        move |()| {
            let key = of.clone();
            async move { client::unused_of(&key).await }
        },
    );
    let fields = [("app", key.app.as_str()), ("workspace", key.tenant.as_str())];
    let all = join(address::UNUSED, &query(&fields));
    redrawn(move || {
        let installed = here
            .installation
            .with(|view| view.as_ref().is_some_and(|view| view.status == Status::Installed));
        let rows = read.value().filter(|_| installed)?.items;
        let first = rows.first()?.clone();
        Some(drawn(rows, &first, all.clone()))
    })
}

fn drawn(rows: Vec<UnusedScopeView>, first: &UnusedScopeView, all: String) -> AnyView {
    let (calls, since) = (count(first.calls_observed, "call"), first.observed_since);
    let scopes = rows.into_iter().map(|row| row.scope).collect();
    view! {
        <section class="card" id="unused" aria-labelledby="unused-heading">
            <div class="card-head"><h2 id="unused-heading">"Unused scopes"</h2><a class="btn sm ghost end" href=all>"All of them"</a></div>
            <div class="card-body stack">
                <div class="scopes"><ScopeTags scopes most=MOST/></div>
                <p class="small subtle">"None of "{calls}" observed since "<RelativeTime at=since/>" needed them."</p>
            </div>
        </section>
    }
    .into_any()
}
