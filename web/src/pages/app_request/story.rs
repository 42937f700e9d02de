//! How a decision stands at Slack, and everything that happened, line by line.

use grantbook_core::{
    approval::life::Happening,
    view::{
        ReceiptState,
        approvals::{AppRequestDetail, DecisionReceipt, Outcome, StoryLine},
    },
};
use leptos::prelude::*;

use crate::{
    components::{Glyph, Icon, SentenceText, Tone},
    view_model::{queue::done, sentence::marked, time_words},
};

/// The steps of a decision, and what each means.
const STEPS: [(ReceiptState, &str, &str); 4] = [
    (ReceiptState::Requested, "Decided", "written down here"),
    (ReceiptState::Sent, "Sent", "to Slack"),
    (ReceiptState::Acknowledged, "Acknowledged", "by Slack"),
    (ReceiptState::Seen, "Seen", "in Slack’s own list"),
];

/// Requested, sent, acknowledged, seen; nothing while no decision was taken here.
pub(super) fn receipt(detail: &AppRequestDetail) -> Option<AnyView> {
    let receipt = detail.receipt.as_ref()?;
    let failed = receipt.state == ReceiptState::Failed;
    // What failed had been sent.
    let reached = STEPS
        .iter()
        .position(|(state, ..)| *state == receipt.state)
        .unwrap_or(1);
    let step = |(at, (_, title, words)): (usize, &(ReceiptState, &'static str, &'static str))| {
        let (title, words) = (*title, *words);
        let is_here = at == reached;
        let (class, tone, glyph) = match () {
            () if is_here && failed => ("step", "denied", Glyph::X),
            () if is_here && at < 2 => ("step", "pending", Glyph::Clock),
            () if at <= reached => ("step", "granted", Glyph::Check),
            () => ("step todo", "", Glyph::Clock),
        };
        let when = is_here.then(|| format!("{} UTC", time_words::date_clock(receipt.at)));
        view! {
            <li class=class data-receipt-step=title aria-current=is_here.then_some("step")>
                <span class=format!("node {tone}")><Icon glyph/></span><b>{title}</b><small>{words}</small><small class="tabular">{when}</small>
            </li>
        }
    };
    Some(
        view! {
            <section class="card" data-receipt="" aria-label="How the decision stands at Slack">
                <div class="card-body stack tight">
                    <ol class="steps">{STEPS.iter().enumerate().map(step).collect_view()}</ol>
                    <p class="muted"><SentenceText segments=marked(&sentence(receipt))/></p>
                </div>
            </section>
        }
        .into_any(),
    )
}

fn sentence(receipt: &DecisionReceipt) -> String {
    let what = match receipt.outcome {
        Outcome::Cancelled => "The request is dismissed".to_owned(),
        outcome => format!("The app is {}", done(outcome)),
    };
    let tries = match receipt.tries {
        0 | 1 => String::new(),
        many => format!(" It took {many} tries."),
    };
    let code = receipt
        .code
        .as_ref()
        .map(|code| format!(" (`{code}`)"))
        .unwrap_or_default();
    match receipt.state {
        ReceiptState::Requested => "Decided here; it is sent to Slack next.".to_owned(),
        ReceiptState::Sent => match receipt.next_at {
            Some(at) => format!(
                "Slack has not confirmed it yet{code}. The next try is at {}.",
                time_words::clock_seconds(at)
            ),
            None => "Sent to Slack; waiting for its answer.".to_owned(),
        },
        ReceiptState::Acknowledged => format!("Slack has confirmed it{code}; waiting for its list to agree.{tries}"),
        ReceiptState::Seen => format!("{what}, and Slack’s own list agrees.{tries}"),
        ReceiptState::Failed => format!("It did not come about at Slack{code}."),
    }
}

/// The mark of a line.
fn look(what: &Happening) -> (&'static str, Glyph) {
    let tone = |tone: Tone| (tone.class(), tone.glyph());
    let of = |outcome: Outcome| match outcome {
        Outcome::Approved => tone(Tone::Granted),
        Outcome::Restricted => tone(Tone::Restricted),
        Outcome::Cancelled => (Tone::Expired.class(), Glyph::Minus),
    };
    match what {
        Happening::Arrived { .. } => ("info", Glyph::Inbox),
        Happening::Judged { .. } => ("info", Glyph::Rules),
        Happening::Voted { outcome, .. }
        | Happening::Acknowledged { outcome, .. }
        | Happening::Noticed { outcome, .. } => of(*outcome),
        Happening::Decided { .. } => ("info", Glyph::User),
        Happening::Refused { .. } => tone(Tone::Denied),
        Happening::Seen { .. } => ("granted", Glyph::Eye),
        Happening::Posted { .. } | Happening::Told { .. } => ("info", Glyph::Send),
        Happening::AskedWhy { .. } => ("pending", Glyph::Ask),
        Happening::Unsent { .. } => ("denied", Glyph::Warn),
        Happening::Reopened | Happening::Reminded | Happening::Escalated { .. } => tone(Tone::Pending),
        Happening::EndingSoon { .. } | Happening::Extended { .. } | Happening::Ended { .. } => {
            ("pending", Glyph::Clock)
        }
    }
}

/// What happened, oldest first, by day.
pub(super) fn timeline(detail: &AppRequestDetail) -> AnyView {
    let mut day = None;
    let mut lines = Vec::new();
    for line in &detail.story {
        let date = time_words::day(line.at);
        if day.replace(date) != Some(date) {
            lines.push(view! { <li class="day">{time_words::date(line.at)}</li> }.into_any());
        }
        lines.push(entry(line));
    }
    view! {
        <section class="card" aria-labelledby="app-request-story">
            <div class="card-head"><h2 id="app-request-story">"Story"</h2><span class="end small subtle">"Times in UTC"</span></div>
            <div class="card-body"><ol class="timeline">{lines}</ol></div>
        </section>
    }
    .into_any()
}

fn entry(line: &StoryLine) -> AnyView {
    let (class, glyph) = look(&line.what);
    view! {
        <li class="entry" data-happening=line.what.as_str()>
            <span class=format!("node {class}")><Icon glyph/></span>
            <div><p class="entry-what"><SentenceText segments=marked(&line.sentence)/></p></div>
            <time datetime=line.at.to_string() title=time_words::absolute(line.at)>{time_words::exact(line.at, false)}</time>
        </li>
    }
    .into_any()
}
