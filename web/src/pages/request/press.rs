//! The presses: the latest with its three seconds to scale, earlier ones below.

use grantbook_core::{
    request::{StateName, TRIGGER_LIFE_MS, Via},
    view::{
        Model,
        requests::{Mood, RequestStory, RoundView},
    },
};
use leptos::prelude::*;

use crate::{
    components::{Pill, SentenceText, Tone},
    view_model::{
        names,
        number::thousands,
        requests::late_by,
        sentence::marked,
        time_words,
        track::{VIEW_BOX, drawing, summary},
    },
};

/// The card.
pub fn presses(story: &RequestStory) -> AnyView {
    let modern = story.request.model == Model::Modern;
    let Some((latest, earlier)) = story.rounds.split_last() else {
        let text = if story.request.state == StateName::Failed {
            "The message was not sent, so there is no button to press.".to_owned()
        } else if modern {
            "Nobody has pressed the button yet. It opens Slack's authorize page, which waits as long as the person needs."
                .to_owned()
        } else {
            format!(
                "Nobody has pressed the button yet. From the press on, Slack accepts the trigger for {} ms.",
                thousands(TRIGGER_LIFE_MS)
            )
        };
        return card(modern, ().into_any(), view! { <p class="muted">{text}</p> }.into_any());
    };
    let head = view! {
        <span class="end row wrap">
            {verdict(latest)}
            {timed(latest).then(|| view! { <span class="small subtle tabular">{summary(latest)}</span> })}
        </span>
    };
    let body = view! {
        {round(latest)}
        {(!earlier.is_empty()).then(|| earlier_ones(earlier))}
    };
    card(!timed(latest), head.into_any(), body.into_any())
}

fn card(link: bool, head: AnyView, body: AnyView) -> AnyView {
    let title = if link { "The press" } else { "The three seconds" };
    view! {
        <section class="card" aria-labelledby="press-heading" data-presses="">
            <div class="card-head"><h2 id="press-heading">{title}</h2>{head}</div>
            <div class="card-body stack tight">{body}</div>
        </section>
    }
    .into_any()
}

/// Whether the press has a trigger that dies; a link has none.
fn timed(round: &RoundView) -> bool {
    round.via != Via::Link
}

fn verdict(round: &RoundView) -> Option<AnyView> {
    let (tone, text) = match (round.mood, late_by(round)) {
        (Mood::Late, Some(late)) => (Tone::Denied, format!("{} ms too late", thousands(late))),
        (Mood::Late, None) => (Tone::Denied, "Too late".to_owned()),
        (Mood::Bad, _) => {
            let text = if round.outcome.as_deref() == Some("lost") {
                "No answer"
            } else {
                "Refused"
            };
            (Tone::Denied, text.to_owned())
        }
        (Mood::Waiting, _) => (Tone::Pending, "Waiting for Slack".to_owned()),
        (Mood::Good | Mood::Denied, _) if timed(round) => (Tone::Granted, "In time".to_owned()),
        _ => return None,
    };
    Some(view! { <Pill tone text/> }.into_any())
}

/// One press: who and how, and the track where time counts.
fn round(round: &RoundView) -> AnyView {
    let track = timed(round).then(|| {
        view! {
            <div class="scroll-x">
                <svg class="track" viewBox=VIEW_BOX role="img" aria-label=summary(round) inner_html=drawing(round)></svg>
            </div>
        }
    });
    // In time, the drawing says it all.
    let told = !(timed(round) && round.mood == Mood::Good);
    let code = round
        .code
        .clone()
        .filter(|code| !round.sentence.contains(code.as_str()))
        .map(|code| view! { " "<code>{code}</code> });
    let sentence = told.then(|| view! { <p class="muted"><SentenceText segments=marked(&round.sentence)/>{code}</p> });
    view! { {track}{sentence} }.into_any()
}

fn earlier_ones(rounds: &[RoundView]) -> AnyView {
    let one = |earlier: &RoundView| {
        let who = match &earlier.user {
            Some(user) => names::person(user, earlier.user_name.as_deref()),
            None => "Somebody".to_owned(),
        };
        view! {
            <details class="earlier">
                <summary>
                    <span class="tabular">{time_words::absolute(earlier.pressed_at)}" · "{who}</span>{verdict(earlier)}
                </summary>
                {round(earlier)}
            </details>
        }
    };
    view! {
        <h3>"Earlier presses"</h3>
        {rounds.iter().rev().map(one).collect_view()}
    }
    .into_any()
}
