//! Parts of a request that its page and the panel beside the list share.

use grantbook_core::{
    approval::{Decision, Explanation, Looked, Risk, RiskLevel},
    view::approvals::{AlsoAsked, AppRequestDetail, AppRequestView, MayDecide, ScopeLine, State},
};
use leptos::prelude::*;

use crate::{
    address,
    components::{Avatar, Glyph, Icon, Pill, RelativeTime, Sens, SentenceText, Tone},
    view_model::{
        number::count,
        queue::{self, Because, because, risk_class},
        sentence::{marked, scoped},
        time_words,
    },
};

/// What a risk is made of, at most, before the rest is folded.
const POINTS: usize = 8;
/// Scopes beside the list before the rest is folded.
const LINES: usize = 12;

/// How a request stands.
pub fn state_pill(state: State) -> AnyView {
    let (tone, glyph) = match state {
        State::New => (Tone::Info, Glyph::Inbox),
        State::Open => (Tone::Pending, Glyph::Clock),
        State::Deciding => (Tone::Info, Glyph::Send),
        State::Approved => (Tone::Granted, Glyph::Check),
        State::Restricted => (Tone::Restricted, Glyph::Ban),
        State::Cancelled => (Tone::Expired, Glyph::Minus),
    };
    view! { <Pill tone text=queue::state_words(state) glyph/> }.into_any()
}

/// The score with its bars.
pub fn risk_bars(score: Option<u32>, level: Option<RiskLevel>) -> AnyView {
    let (Some(score), Some(level)) = (score, level) else {
        return view! { <span class="subtle" title="The rules were not asked yet">"–"</span> }.into_any();
    };
    let word = level.as_str();
    let title = format!("{}{} risk, {score} of 100", word[..1].to_uppercase(), &word[1..]);
    view! {
        <span class=format!("risk {}", risk_class(level)) title=title>
            <svg class="bars" viewBox="0 0 16 12" aria-hidden="true">
                <rect y="8" width="3" height="4" rx="1"></rect><rect x="4.3" y="5.5" width="3" height="6.5" rx="1"></rect>
                <rect x="8.6" y="3" width="3" height="9" rx="1"></rect><rect x="12.9" width="3" height="12" rx="1"></rect>
            </svg>
            {score}<span class="visually-hidden">{format!(" of 100, {word}")}</span>
        </span>
    }
    .into_any()
}

/// State, time limit, what stands elsewhere, and who asked when.
pub fn pills(detail: &AppRequestDetail) -> AnyView {
    let summary = &detail.summary;
    let restricted = detail
        .elsewhere
        .iter()
        .filter(|one| one.status == grantbook_core::approval::Previous::Restricted)
        .take(2)
        .map(|one| {
            let place = one
                .team_name
                .clone()
                .or_else(|| one.team.as_ref().map(ToString::to_string));
            let place = place.unwrap_or_else(|| "the whole organization".to_owned());
            view! { <Pill tone=Tone::Restricted text=format!("Restricted in {place}")/> }
        });
    let ends = detail.ends_at.map(|at| {
        view! { <Pill tone=Tone::Pending text=format!("Ends on {}", time_words::date(at))/> }
    });
    let problem = summary.problem.is_some().then(|| {
        view! { <Pill tone=Tone::Denied text="Slack refused it"/> }
    });
    let on = summary
        .problem
        .as_deref()
        .filter(|_| summary.state == State::Open)
        .map(|code| {
            let text = queue::after_refusal(code);
            view! { <p class="muted" data-refused=code.to_owned()><SentenceText segments=marked(&text)/></p> }
        });
    view! {
        <div class="row wrap">
            {state_pill(summary.state)}{ends}{problem}{restricted.collect_view()}
            <span class="small subtle"><span class="mono">{summary.request_id.to_string()}</span>" · asked "<RelativeTime at=summary.asked_at/>
                " by "<b>{queue::requester(summary)}</b>" in "<b>{queue::place(summary)}</b></span>
        </div>
        {on}
    }
    .into_any()
}

/// What the requester wrote.
pub fn message(detail: &AppRequestDetail) -> Option<AnyView> {
    let text = detail.request.message.trim();
    (!text.is_empty()).then(|| said(&queue::requester(&detail.summary), text, None))
}

fn said(name: &str, text: &str, more: Option<AnyView>) -> AnyView {
    let words = match text {
        "" => view! { <span class="subtle">"without a word"</span> }.into_any(),
        text => format!("“{text}”").into_any(),
    };
    view! { <p class="row top said"><Avatar name=name.to_owned()/><span class="muted">{words}" "<span class="subtle">{name.to_owned()}{more}</span></span></p> }
        .into_any()
}

/// The ring with the score, and what it is made of.
pub fn risk(risk: &Risk) -> AnyView {
    let point = |weight: i32, sentence: &str| {
        let sign = if weight < 0 { "−" } else { "+" };
        view! { <li><span class="num">{sign}{weight.unsigned_abs()}</span><span><SentenceText segments=scoped(sentence)/></span></li> }
    };
    let mut points = risk
        .points
        .iter()
        .map(|one| point(one.weight, &one.sentence))
        .collect::<Vec<_>>();
    let rest = points.split_off(points.len().min(POINTS));
    let rest = (!rest.is_empty()).then(|| {
        let words = format!("and {} more", rest.len());
        view! { <li class="rest"><details><summary class="small">{words}</summary><ul class="points">{rest}</ul></details></li> }
    });
    let label = format!("Risk {} of 100, {}", risk.score, risk.level.as_str());
    let none = risk
        .points
        .is_empty()
        .then(|| view! { <p class="muted">"Nothing speaks against it."</p> });
    view! {
        <div class="risk-card">
            <svg class=format!("gauge {}", risk_class(risk.level)) viewBox="0 0 84 84" role="img" aria-label=label>
                <circle cx="42" cy="42" r="36"></circle>
                <circle class="v" cx="42" cy="42" r="36" pathLength="100" stroke-dasharray=format!("{} 100", risk.score) transform="rotate(-90 42 42)"></circle>
                <text x="42" y="47">{risk.score}</text><text class="u" x="42" y="60">"of 100"</text>
            </svg>
            {none}<ul class="points">{points}{rest}</ul>
        </div>
    }
    .into_any()
}

/// The scopes against what is approved today. `whole` adds their meaning.
pub fn scopes(detail: &AppRequestDetail, whole: bool) -> AnyView {
    if detail.scopes.is_empty() && detail.dropped.is_empty() {
        return view! { <p class="muted">"It asks for no scopes."</p> }.into_any();
    }
    let dropped = detail.dropped.iter().map(|scope| {
        view! { <li class="del"><span class="sign">"−"</span><code>{scope.to_string()}</code><small>"approved, no longer asked for"</small></li> }
    });
    let mut lines: Vec<AnyView> = detail.scopes.iter().map(|line| scope(line, whole)).collect();
    let most = if whole { lines.len() } else { lines.len().min(LINES) };
    let rest = lines.split_off(most);
    let rest = (!rest.is_empty()).then(|| {
        let words = format!("and {} more", count(rest.len() as u64, "scope"));
        view! { <details><summary class="small">{words}</summary><ul class="diff asked">{rest}</ul></details> }
    });
    view! {
        <ul class="diff asked" class:whole=whole>{lines}{dropped.collect_view()}</ul>
        {rest}
    }
    .into_any()
}

fn scope(line: &ScopeLine, whole: bool) -> AnyView {
    let mut notes = Vec::new();
    if line.token_type == "user" {
        notes.push("as the person");
    }
    if line.is_optional {
        notes.push("optional");
    }
    notes.push(if line.is_approved { "approved today" } else { "new" });
    let meaning = whole.then(|| view! { <span class="meaning">{line.meaning.clone()}</span> });
    let (class, sign) = if line.is_approved { ("", "") } else { ("add", "+") };
    view! {
        <li class=class title=line.meaning.clone()>
            <span class="sign">{sign}</span>
            <span><code><Sens grade=line.sensitivity/>{line.name.to_string()}</code>{meaning}</span>
            <small>{notes.join(" · ")}</small>
        </li>
    }
    .into_any()
}

/// What the rules said, test by test.
pub fn verdict(explanation: &Explanation) -> AnyView {
    let tone = match &explanation.decision {
        Decision::Approve(_) => "granted",
        Decision::Restrict { .. } => "restricted",
        Decision::Cancel { .. } | Decision::Ask { .. } => "pending",
    };
    let first = match &explanation.decided_by {
        Some(rule) => view! {
            "Rule "{rule.position + 1}" "<a href=address::RULES>"“"{rule.name.clone()}"”"</a>" fits first."
        }
        .into_any(),
        None if explanation.version == 0 => "No rules are in force yet.".into_any(),
        None => "No rule fits.".into_any(),
    };
    let fits = explanation.looked.iter().find(|looked| looked.fits);
    let others: Vec<AnyView> = explanation
        .looked
        .iter()
        .filter(|looked| !looked.fits)
        .map(missed)
        .collect();
    let rest = (!others.is_empty()).then(|| {
        let words = format!("Why not the {} before", count(others.len() as u64, "rule"));
        let words = if fits.is_some() {
            words
        } else {
            format!("Why none of {}", count(others.len() as u64, "rule"))
        };
        view! { <details><summary>{words}</summary><div class="stack tight">{others}</div></details> }
    });
    let version =
        (explanation.version > 0).then(|| view! { <span class="subtle small">"Version "{explanation.version}</span> });
    view! {
        <div class=format!("verdict {tone}") data-verdict="">
            <p><strong>{queue::says(explanation)}</strong>" "{first}" "{version}</p>
            {fits.map(|looked| tests(&because(&looked.trace)))}
            {rest}
        </div>
    }
    .into_any()
}

fn missed(looked: &Looked) -> AnyView {
    view! {
        <div><p class="small"><b>{looked.rule.position + 1}". "{looked.rule.name.clone()}</b></p>{tests(&because(&looked.trace))}</div>
    }
    .into_any()
}

fn tests(lines: &[Because]) -> AnyView {
    let line = |line: &Because| {
        let (class, glyph, word) = if line.holds {
            ("yes", Glyph::Check, "holds: ")
        } else {
            ("no", Glyph::X, "does not hold: ")
        };
        let depth = format!("in-{}", line.depth.min(3));
        view! {
            <li class=depth><span class=class><Icon glyph/><span class="visually-hidden">{word}</span></span><span><SentenceText segments=scoped(&line.sentence)/></span></li>
        }
    };
    view! { <ul class="because">{lines.iter().map(line).collect_view()}</ul> }.into_any()
}

/// Who else asked, in their words; at most so many.
pub fn others(detail: &AppRequestDetail, most: usize) -> Option<AnyView> {
    let also = &detail.also_asked;
    if also.is_empty() {
        return None;
    }
    let one = |other: &AlsoAsked| {
        let name = other
            .requester_name
            .clone()
            .unwrap_or_else(|| other.requester.to_string());
        let place = other
            .team_name
            .clone()
            .or_else(|| other.team.as_ref().map(ToString::to_string));
        let place = place.unwrap_or_else(|| "the whole organization".to_owned());
        let link =
            view! { ", "{place}" · "<a href=address::app_request(other.id)><RelativeTime at=other.asked_at/></a> };
        said(&name, other.message.trim(), Some(link.into_any()))
    };
    let rest = also.len().saturating_sub(most);
    let rest = (rest > 0).then(|| {
        let href = format!("{}?app={}", address::QUEUE, detail.summary.app);
        view! { <p class="small"><a href=href>"and "{count(rest as u64, "other")}</a></p> }
    });
    Some(
        view! {
            <section>
                <h3>{format!("{} for it too", asks(also.len()))}</h3>
                {also.iter().take(most).map(one).collect_view()}
                {rest}
            </section>
        }
        .into_any(),
    )
}

fn asks(many: usize) -> String {
    if many == 1 {
        "1 other person asks".to_owned()
    } else {
        format!("{many} others ask")
    }
}

/// How a request stands that waits for nobody, in a sentence.
fn standing(summary: &AppRequestView) -> Option<String> {
    let who = queue::decider(summary);
    let by = who.map(|who| format!(" by {who}")).unwrap_or_default();
    match summary.state {
        State::New => Some("It has just arrived: the rules are asked first.".to_owned()),
        State::Open => None,
        State::Deciding => Some(format!("Decided{by}. Slack has yet to confirm it.")),
        state => Some(format!("{}{by}.", queue::state_words(state))),
    }
}

/// Why whoever looks cannot decide.
pub fn refusal(detail: &AppRequestDetail) -> Option<String> {
    match &detail.may_decide {
        MayDecide::Yes => None,
        MayDecide::No { code, sentence } if code == "not_open" => {
            Some(standing(&detail.summary).unwrap_or_else(|| sentence.clone()))
        }
        MayDecide::No { sentence, .. } => {
            let mut letters = sentence.chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string());
            Some(format!("{}{}.", first.unwrap_or_default(), letters.as_str()))
        }
    }
}
