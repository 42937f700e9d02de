//! The side panel: one entry whole, its raw fact last.

use grantbook_core::view::{EntryView, Page};
use leptos::{ev, prelude::*};

use super::Here;
use crate::reactive::{heard, memo, redrawn};
use crate::{
    address,
    client::{self, remote},
    components::{CopyLink, EntryNode, ErrorBox, Glyph, Icon, ScopeTag, SentenceText, answers},
    view_model::{
        history::{EntryKey, HistoryFilter, source_words},
        names,
        number::thousands,
        sentence::{WHO_UNKNOWN, entry_sentence, entry_why},
        time_words,
    },
};

/// Entries looked through for one that is not on the page of the list.
const WIDE: &str = "200";

/// The panel of the entry in the address.
#[component]
pub fn Detail(here: Here) -> impl IntoView {
    let wanted = memo(move |_| here.filter.with(|filter| filter.entry.clone()));
    let listed = memo(move |_| {
        let wanted = wanted.get()?;
        here.page.signal().with(|page| find(page.as_ref()?, &wanted))
    });
    // Shared links may name an entry that the list does not show: its own ledger has it.
    let elsewhere = remote(
        move || wanted.get().filter(|_| listed.with(Option::is_none)),
        |wanted| async move {
            let Some(wanted) = wanted else { return Ok(None) };
            let query = address::query(&[("limit", WIDE)]);
            client::installation_history(&wanted.installation, &query)
                .await
                .map(|page| find(&page, &wanted))
        },
    );
    let close = move || {
        here.apply
            .run(here.filter.with_untracked(|filter| filter.selecting(None)));
    };
    let keys = window_event_listener(ev::keydown, move |event| {
        let in_panel = document()
            .query_selector("dialog[open], .popover")
            .ok()
            .flatten()
            .is_none();
        if event.key() == "Escape" && in_panel {
            close();
        }
    });
    on_cleanup(move || keys.remove());
    let shown = memo(move |_| listed.get().or_else(|| elsewhere.value().flatten()));
    let (error, busy) = (memo(move |_| elsewhere.error()), memo(move |_| elsewhere.is_loading()));
    let body = move || {
        match (shown.get(), error.get()) {
        (Some(entry), _) => view! { <Whole entry/> }.into_any(),
        (None, Some(error)) => {
            view! { <ErrorBox title="The entry could not be read" error on_retry=move |()| elsewhere.refresh()/> }.into_any()
        }
        (None, None) if busy.get() => view! { <span class="skel w3"></span><span class="skel w2"></span> }.into_any(),
        (None, None) => view! { <p class="muted">"This entry is not among the newest of its ledger. Filter by its app and workspace to find it."</p> }.into_any(),
    }
    };
    let title = move || wanted.get().map(|key| format!("Entry {}", thousands(key.seq)));
    view! {
        <aside class="panel" aria-labelledby="detail-heading">
            <div class="panel-head row">
                <h2 id="detail-heading" class="grow">{redrawn(title)}</h2>
                {redrawn(move || wanted.get().map(|key| {
                    let alone = HistoryFilter { entry: Some(key), ..HistoryFilter::default() };
                    view! { <CopyLink path=alone.href() bare=true/> }
                }))}
                <button class="btn ghost square" type="button" aria-label="Close details" on:click=heard(move |_| close())><Icon glyph=Glyph::X/></button>
            </div>
            <div class="panel-body">{redrawn(body)}</div>
        </aside>
    }
}

fn find(page: &Page<EntryView>, wanted: &EntryKey) -> Option<EntryView> {
    page.items
        .iter()
        .find(|entry| entry.seq == wanted.seq && entry.installation == wanted.installation)
        .cloned()
}

#[component]
fn Whole(entry: EntryView) -> impl IntoView {
    let why = entry_why(&entry).map(|segments| view! { <p class="entry-why"><SentenceText segments/></p> });
    let raw = serde_json::to_string_pretty(&entry.fact).unwrap_or_default();
    let scopes = (!entry.scopes.is_empty()).then(|| {
        let tags = entry
            .scopes
            .iter()
            .cloned()
            .map(|scope| view! { <ScopeTag scope/> })
            .collect_view();
        view! { <section><h3>"Scopes"</h3><div class="scopes">{tags}</div></section> }
    });
    let resources = (!entry.resources.is_empty()).then(|| view! { <Resources entry=entry.clone()/> });
    view! {
        <section>
            <p class="row top"><EntryNode kind=entry.kind.clone()/><span class="entry-what"><SentenceText segments=entry_sentence(&entry) tags=true/></span></p>
            {why}
        </section>
        <Facts entry=entry.clone()/>
        {scopes}
        {resources}
        <section>
            <h3>"The fact as recorded"</h3>
            <pre class="code" tabindex="0" aria-label="The fact as JSON">{raw}</pre>
        </section>
    }
}

#[component]
fn Facts(entry: EntryView) -> impl IntoView {
    let who = match &entry.actor {
        Some(actor) => {
            let name = names::person(actor, entry.actor_name.as_deref());
            let id = (name != actor.as_str())
                .then(|| view! { " "<span class="mono small subtle">{actor.to_string()}</span> });
            view! { {name}{id} }.into_any()
        }
        None => view! { <span class="subtle">{WHO_UNKNOWN.trim_start_matches("who: ")}</span> }.into_any(),
    };
    let place = address::workspace(&entry.tenant, Some(&entry.app));
    view! {
        <dl class="facts">
            <dt>"When"</dt><dd class="tabular"><time datetime=entry.at.to_string()>{time_words::absolute(entry.at)}</time></dd>
            <dt>"Recorded"</dt><dd class="tabular"><time datetime=entry.recorded_at.to_string()>{time_words::absolute(entry.recorded_at)}</time></dd>
            <dt>"Who"</dt><dd>{who}</dd>
            <dt>"App"</dt><dd>{entry.app_name.clone()}" "<span class="mono small subtle">{entry.app.to_string()}</span></dd>
            <dt>"Workspace"</dt><dd><a href=place>{entry.tenant_name.clone()}</a>" "<span class="mono small subtle">{entry.tenant.to_string()}</span></dd>
            {answers(&entry).map(|link| view! { <dt>"Request"</dt><dd>{link}</dd> })}
            <dt>"Source"</dt><dd><span class="tag">{source_words(entry.source)}</span></dd>
            <dt>"Event"</dt><dd class="mono small">{entry.event_id.clone()}</dd>
            <dt>"Kind"</dt><dd class="mono small">{entry.kind.clone()}</dd>
            <dt>"Hash"</dt><dd class="mono small">{entry.hash.to_string()}</dd>
        </dl>
    }
}

#[component]
fn Resources(entry: EntryView) -> impl IntoView {
    let one = |resource: &grantbook_core::fact::Resource| {
        let name = names::resource(resource, &entry.names);
        let id = match &resource.reach {
            grantbook_core::Reach::Specific(id) if id.as_str() != name => Some(id.to_string()),
            _ => None,
        };
        view! { <li><code>{name}</code>" "<span class="subtle small">{resource.resource_type.noun()}" "</span><span class="mono small subtle">{id}</span></li> }
    };
    view! { <section><h3>"Resources"</h3><ul class="stack tight">{entry.resources.iter().map(one).collect_view()}</ul></section> }
}
