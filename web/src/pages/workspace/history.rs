//! The history card: the ledger of this installation as a timeline, newest first.

use grantbook_core::{
    InstallationKey,
    view::{EntryView, Page},
};
use leptos::prelude::*;

use super::Here;
use crate::reactive::{For, Show, effect, heard, memo, redrawn};
use crate::{
    client::{self, Notice, Remote, UiError, remote, use_live},
    clock,
    components::{Empty, ErrorBox, Glyph, TimelineEntry},
    view_model::{
        history::HistoryFilter,
        number::thousands,
        timeline::{self, Seen},
    },
};

/// Entries read at once.
const PAGE: usize = 10;

/// The card.
#[component]
pub fn HistoryCard(here: Here, key: InstallationKey) -> impl IntoView {
    let whole = HistoryFilter {
        app: Some(key.app.clone()),
        workspace: Some(key.tenant.clone()),
        ..HistoryFilter::default()
    };
    let of_newest = key.clone();
    let newest = remote(
        || (),
        move |()| {
            let key = of_newest.clone();
            async move { client::installation_history(&key, &format!("limit={PAGE}")).await }
        },
    );
    let seen = RwSignal::new(Seen::default());
    effect(move || {
        if let Some(page) = newest.value() {
            seen.update(|seen| *seen = seen.refreshed(&page));
        }
    });
    let of_live = key.clone();
    use_live().listen(move |notice| {
        let concerns = match notice {
            Notice::Changed(event) => event.installation == of_live,
            Notice::Asked(_) | Notice::Queued(_) => false,
            Notice::CaughtUp => true,
        };
        if concerns {
            newest.refresh();
        }
    });
    view! {
        <section class="card" id="history" aria-labelledby="history-heading">
            <div class="card-head">
                <h2 id="history-heading">"History"</h2>
                <div class="end row"><a class="btn sm ghost" href=whole.href()>"Open in grant history"</a></div>
            </div>
            <div class="card-body"><Timeline seen newest/></div>
            <Foot here key seen/>
        </section>
    }
}

#[component]
fn Timeline(seen: RwSignal<Seen>, newest: Remote<Page<EntryView>>) -> impl IntoView {
    let is_empty = memo(move |_| {
        newest
            .signal()
            .with(|page| page.as_ref().map(|page| page.items.is_empty()))
    });
    // A memo, since every read clears the error: what stands here must not be drawn anew for that.
    let error = memo(move |_| newest.error());
    move || {
        match (is_empty.get(), error.get()) {
        (Some(false), _) => view! { <Days seen/> }.into_any(),
        (Some(true), _) => {
            view! { <Empty glyph=Glyph::Book title="No entries yet" text=|| "Every grant, refusal and removal will stand here."/> }.into_any()
        }
        (None, Some(error)) => {
            view! { <ErrorBox title="The history could not be read" error on_retry=move |()| newest.refresh()/> }.into_any()
        }
        (None, None) => (0..4)
            .map(|_| view! { <div class="entry unread" aria-hidden="true"><span class="skel dot"></span><span class="stack tight"><span class="skel w3"></span><span class="skel w1"></span></span></div> })
            .collect_view()
            .into_any(),
    }
    }
}

/// What one line of the list is: a day's heading or an entry.
#[derive(Clone, PartialEq)]
enum Line {
    Day(time::Date),
    Entry(Box<EntryView>),
}

#[component]
fn Days(seen: RwSignal<Seen>) -> impl IntoView {
    let lines = move || {
        seen.with(|seen| {
            let days = timeline::by_day(&seen.entries).into_iter();
            days.flat_map(|day| {
                let entries = day.entries.into_iter().map(|entry| Line::Entry(Box::new(entry)));
                std::iter::once(Line::Day(day.date)).chain(entries)
            })
            .collect::<Vec<_>>()
        })
    };
    let key = |line: &Line| match line {
        Line::Day(date) => (Some(*date), 0),
        Line::Entry(entry) => (None, entry.seq),
    };
    let now = clock::use_now();
    let one = move |line: Line| match line {
        Line::Day(date) => {
            view! { <li class="day">{redrawn(move || timeline::heading(date, now.get()))}</li> }.into_any()
        }
        Line::Entry(entry) => view! { <TimelineEntry entry=*entry/> }.into_any(),
    };
    view! { <ol class="timeline"><For each=lines key=key children=one/></ol> }
}

#[component]
fn Foot(here: Here, key: InstallationKey, seen: RwSignal<Seen>) -> impl IntoView {
    let key = StoredValue::new(key);
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None::<UiError>));
    let count = move || seen.with(|seen| u64::try_from(seen.entries.len()).unwrap_or_default());
    let total = move || {
        here.installation
            .with(|view| view.as_ref().map_or(0, |view| view.entries))
            .max(count())
    };
    let older = move |_| {
        let Some(cursor) = seen
            .with_untracked(|seen| seen.next.clone())
            .filter(|_| !busy.get_untracked())
        else {
            return;
        };
        busy.set(true);
        leptos::task::spawn_local(async move {
            let Some(key) = key.try_get_value() else { return };
            let query = crate::address::query(&[("limit", &PAGE.to_string()), ("cursor", &cursor)]);
            let answer = client::installation_history(&key, &query).await;
            busy.try_set(false);
            match answer {
                Ok(page) => {
                    error.try_set(None);
                    seen.try_update(|seen| *seen = std::mem::take(seen).extended(page));
                }
                Err(failed) => _ = error.try_set(Some(failed)),
            }
        });
    };
    let words = move || {
        let (count, total) = (count(), total());
        if count == total {
            format!("All {}", thousands(total))
        } else {
            format!("Newest {} of {}", thousands(count), thousands(total))
        }
    };
    view! {
        <Show when=move || count() != 0>
            <div class="card-foot">
                <span class="tabular">{redrawn(words)}</span>
                <Show when=move || seen.with(|seen| seen.next.is_some())>
                    <button class="linklike link" type="button" aria-busy=move || busy.get().to_string() on:click=heard(older)>"Older"</button>
                </Show>
                {redrawn(move || error.get().map(|error| view! { <span role="alert">{error.detail}</span> }))}
            </div>
        </Show>
    }
}
