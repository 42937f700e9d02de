//! What a request changed, scope by scope, and the ledger entries that say so.

use grantbook_core::{
    sensitivity,
    view::{
        EntryView,
        requests::{RequestStory, ScopeChange},
    },
};
use leptos::prelude::*;

use crate::{
    components::{Sens, use_toasts},
    reactive::heard,
    view_model::{
        number::{count, len, thousands},
        sentence::{entry_sentence, plain},
    },
};

/// One line for each scope that was asked for.
pub fn changes(story: &RequestStory) -> AnyView {
    let line = |change: &ScopeChange| {
        let (class, sign, words) = if change.granted {
            ("add", "+", count(change.resources, "resource"))
        } else {
            ("", "", "not granted".to_owned())
        };
        let (grade, _) = sensitivity::judge(change.scope.as_str());
        view! { <li class=class><span class="sign">{sign}</span><code><Sens grade/>{change.scope.to_string()}</code><small>{words}</small></li> }
    };
    let granted = story.changes.iter().filter(|change| change.granted).count();
    let note = if granted == 0 {
        "Nothing changed so far. A refusal or silence takes nothing away."
    } else {
        "Nothing was lost. What the app held before stands."
    };
    view! {
        <section class="card" aria-labelledby="changes-heading">
            <div class="card-head"><h2 id="changes-heading">"What changed"</h2></div>
            <div class="card-body stack tight">
                <ul class="diff">{story.changes.iter().map(line).collect_view()}</ul>
                <p class="small subtle">{note}</p>
            </div>
        </section>
    }
    .into_any()
}

/// The entries whole, oldest first; the first alone is unfolded.
pub fn facts(entries: &[EntryView]) -> Option<AnyView> {
    let toasts = use_toasts();
    let one = |(at, entry): (usize, &EntryView)| {
        let json = serde_json::to_string_pretty(&entry.fact).unwrap_or_default();
        let label = format!("JSON of entry {}", entry.seq);
        let copied = json.clone();
        let copy = move |_| toasts.copy(copied.clone(), "Fact copied.");
        view! {
            <details class="fact" open=at == 0>
                <summary title=plain(&entry_sentence(entry))><code>{entry.kind.clone()}</code><span class="small subtle tabular">"entry "{thousands(entry.seq)}</span></summary>
                <pre class="code" tabindex="0" aria-label=label>{json}</pre>
                <button class="btn sm" type="button" on:click=heard(copy)>"Copy"</button>
            </details>
        }
    };
    let facts = entries.iter().enumerate().map(one).collect_view();
    (!entries.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="facts-heading">
                <div class="card-head"><h2 id="facts-heading">"As recorded"</h2><span class="end small subtle">{count(len(entries), "entry")}</span></div>
                {facts}
            </section>
        }
        .into_any()
    })
}
