//! One ledger entry in a timeline: what happened, why, and where it stands in the ledger.

use grantbook_core::view::EntryView;
use leptos::prelude::*;

use super::{Glyph, Icon, SentenceText};
use crate::address;
use crate::view_model::{
    history::source_words,
    number::thousands,
    sentence::{Tone, WHO_UNKNOWN, entry_sentence, entry_why, look},
    time_words, timeline,
};

/// The class and the icon of a tone.
const fn drawn(tone: Tone) -> (&'static str, Glyph) {
    match tone {
        Tone::Granted => ("node granted", Glyph::Check),
        Tone::Denied => ("node denied", Glyph::X),
        Tone::Ended => ("node restricted", Glyph::Minus),
        Tone::Info => ("node info", Glyph::Refresh),
    }
}

/// The round mark of an entry.
#[component]
pub fn EntryNode(
    /// The kind of the entry.
    kind: String,
) -> impl IntoView {
    let (class, glyph) = drawn(look(&kind));
    view! { <span class=class><Icon glyph/></span> }
}

/// First and last four digits of an entry's hash; the whole is the tooltip.
#[component]
pub fn HashTag(
    /// The hash.
    hash: grantbook_core::ledger::Hash,
) -> impl IntoView {
    view! { <span class="hash" title=format!("SHA-256 {hash}")><Icon glyph=Glyph::Link/>{timeline::short_hash(&hash)}</span> }
}

/// The request that an entry answers, as a link to its story.
pub fn answers(entry: &EntryView) -> Option<AnyView> {
    let id = entry.request?;
    Some(view! { <a class="tag answers" href=address::request(id)>"answers "{id.to_string()}</a> }.into_any())
}

/// The entry, for within an `<ol class="timeline">`.
#[component]
pub fn TimelineEntry(
    /// The entry.
    entry: EntryView,
) -> impl IntoView {
    let why = entry_why(&entry).map(|segments| view! { <p class="entry-why"><SentenceText segments/></p> });
    // A person who acts for themselves is in the sentence, whoever the entry's actor is; an answer to a
    // request has its person in the story it links to.
    let unknown = entry.actor.is_none() && entry.request.is_none() && entry.source == grantbook_core::Source::Event;
    let title = time_words::absolute(entry.at);
    view! {
        <li class="entry" data-entry=entry.seq.to_string()>
            <EntryNode kind=entry.kind.clone()/>
            <div>
                <p class="entry-what"><SentenceText segments=entry_sentence(&entry) tags=true/></p>
                {why}
                <p class="entry-meta">
                    <span class="tag">{source_words(entry.source)}</span>
                    {unknown.then(|| view! { <span class="subtle">{WHO_UNKNOWN}</span> })}
                    <span class="tabular">"entry "{thousands(entry.seq)}</span>
                    <HashTag hash=entry.hash/>
                    {answers(&entry)}
                </p>
            </div>
            <time datetime=entry.at.to_string() title=title>{time_words::clock(entry.at)}</time>
        </li>
    }
}
