//! The milestones across the page, and the story line by line.

use grantbook_core::{
    Timestamp,
    view::requests::{Milestone, Mood, RequestStory, StoryStep},
};
use leptos::prelude::*;

use crate::{
    components::{Glyph, Icon, SentenceText, Tone},
    view_model::{
        history::{EntryKey, HistoryFilter},
        number::thousands,
        sentence::marked,
        time_words,
    },
};

/// The class of the round mark, and the icon that says the same without color.
fn look(mood: Mood) -> (&'static str, Option<Glyph>) {
    let tone = match mood {
        Mood::Good => Tone::Granted,
        Mood::Denied => Tone::Denied,
        Mood::Bad => return (Tone::Denied.class(), Some(Glyph::Warn)),
        Mood::Late => return (Tone::Denied.class(), Some(Glyph::Clock)),
        Mood::Waiting => return (Tone::Pending.class(), Some(Glyph::Clock)),
        Mood::Open => return ("", None),
        Mood::Neutral => return (Tone::Info.class(), None),
    };
    (tone.class(), (tone == Tone::Denied).then_some(Glyph::X))
}

/// The icon of a milestone or of a line by its name.
fn glyph(name: &str) -> Glyph {
    match name {
        "drafted" => Glyph::Pencil,
        "offered" | "not_offered" => Glyph::Send,
        "pressed" => Glyph::Press,
        "asked" => Glyph::Bolt,
        "answered" => Glyph::User,
        "applied" => Glyph::Inbox,
        "recorded" => Glyph::Book,
        "lapsed" => Glyph::Clock,
        _ => Glyph::Check,
    }
}

fn node(name: &str, mood: Mood) -> AnyView {
    let (class, other) = look(mood);
    view! { <span class=format!("node {class}")><Icon glyph=other.unwrap_or(glyph(name))/></span> }.into_any()
}

fn is_whole(at: Timestamp) -> bool {
    at.micros().rem_euclid(1_000_000) == 0
}

/// From draft to ledger.
pub fn milestones(all: &[Milestone]) -> AnyView {
    let one = |milestone: &Milestone| {
        let when = milestone
            .at
            .map(|at| time_words::exact(at, is_whole(at)))
            .unwrap_or_default();
        let class = if milestone.at.is_none() { "step todo" } else { "step" };
        view! {
            <li class=class data-milestone=milestone.name.clone() title=milestone.at.map(time_words::absolute)>
                {node(&milestone.name, milestone.mood)}<b>{milestone.title.clone()}</b><small class="tabular">{when}</small><small>{milestone.detail.clone()}</small>
            </li>
        }
    };
    view! { <section class="card"><div class="card-body"><ol class="steps">{all.iter().map(one).collect_view()}</ol></div></section> }
        .into_any()
}

/// What happened, oldest first, by day.
pub fn timeline(story: &RequestStory) -> AnyView {
    let mut day = None;
    let mut lines = Vec::new();
    for step in &story.story {
        let date = time_words::day(step.at);
        if day.replace(date) != Some(date) {
            lines.push(view! { <li class="day">{time_words::date(step.at)}</li> }.into_any());
        }
        lines.push(line(story, step));
    }
    view! {
        <section class="card" aria-labelledby="story-heading">
            <div class="card-head"><h2 id="story-heading">"Story"</h2><span class="end small subtle">"Times in UTC"</span></div>
            <div class="card-body"><ol class="timeline">{lines}</ol></div>
        </section>
    }
    .into_any()
}

fn line(story: &RequestStory, step: &StoryStep) -> AnyView {
    let entry = step.seq.map(|seq| {
        let filter = HistoryFilter {
            app: Some(story.request.app.clone()),
            workspace: Some(story.request.tenant.clone()),
            entry: Some(EntryKey {
                installation: story.request.installation.clone(),
                seq,
            }),
            ..HistoryFilter::default()
        };
        view! { <a class="tabular" href=filter.href()>"entry "{thousands(seq)}</a> }
    });
    let mark = |mark: &String| view! { <span><SentenceText segments=marked(mark)/></span> };
    let marks = step
        .marks
        .iter()
        .filter(|mark| step.seq.is_none() || !mark.starts_with("entry "));
    let kind = if step.seq.is_some() { "" } else { step.kind.as_str() };
    view! {
        <li class="entry" data-step=step.kind.clone()>
            {node(kind, step.mood)}
            <div>
                <p class="entry-what"><SentenceText segments=marked(&step.sentence)/></p>
                <p class="entry-meta"><span class="tag">{step.source.clone()}</span>{marks.map(mark).collect_view()}{entry}</p>
            </div>
            <time datetime=step.at.to_string() title=time_words::absolute(step.at)>{time_words::exact(step.at, step.whole_seconds)}</time>
        </li>
    }
    .into_any()
}
