//! The dialogs of the queue: deciding one request, deciding many, asking the requester why.

use std::sync::Arc;

use grantbook_core::view::approvals::{AppRequestDetail, AppRequestView, BulkDecision, DecidedOne, MayDecide, Outcome};
use leptos::prelude::*;

use super::{card, fields::Form};
use crate::reactive::{derived, effect, redrawn};
use crate::{
    client::{self, Remote, UiError, remote},
    components::{Confirm, Doing, ErrorBox, Toasts, confirm, consequences, use_toasts},
    shell::keys::command_key,
    view_model::{
        number::count,
        queue::{self, consequences_of_many, done, verb},
    },
};

/// What is to be decided, and how.
#[derive(Clone, PartialEq)]
pub struct Choice {
    /// How.
    pub outcome: Outcome,
    /// What: at least one.
    pub requests: Vec<AppRequestView>,
}

/// The dialog for `choice`, while there is one. `decided` is told of the requests that were.
pub fn dialog(choice: RwSignal<Option<Choice>>, decided: Callback<Vec<i64>>) -> AnyView {
    redrawn(move || {
        let Choice { outcome, requests } = choice.get()?;
        let open = RwSignal::new(true);
        effect(move || {
            if !open.get() {
                choice.set(None);
            }
        });
        Some(match <[AppRequestView; 1]>::try_from(requests) {
            Ok([request]) => one(open, outcome, request, decided),
            Err(requests) => many(open, outcome, requests, decided),
        })
    })
}

fn keep(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Approved => "Leave it undecided",
        Outcome::Restricted | Outcome::Cancelled => "Keep it as it is",
    }
}

fn act(text: &str) -> String {
    format!("{text} {}↵", if command_key() == "⌘" { "⌘" } else { "Ctrl " })
}

fn one(open: RwSignal<bool>, outcome: Outcome, request: AppRequestView, decided: Callback<Vec<i64>>) -> AnyView {
    let (id, form, toasts) = (request.id, Form::new(), use_toasts());
    let detail = remote(move || id, client::app_request);
    let required = move || {
        let of = |detail: &Option<AppRequestDetail>| detail.as_ref().is_some_and(|detail| detail.reason_required);
        detail.signal().with(of)
    };
    let obstacle = derived(move || match detail.value() {
        None => Some("The request is being read.".to_owned()),
        Some(detail) if detail.may_decide != MayDecide::Yes => card::refusal(&detail),
        Some(detail) => form.obstacle(detail.reason_required),
    });
    let words = Confirm {
        title: format!("{} {} for {}", verb(outcome), request.app_name, queue::place(&request)),
        keep: keep(outcome),
        act: act(verb(outcome)),
        danger: outcome != Outcome::Approved,
        obstacle,
    };
    let name = request.app_name;
    let run = move || -> Doing {
        let name = name.clone();
        Box::pin(async move {
            let stands = client::decide(id, outcome, &form.wish()).await?;
            decided.run(vec![id]);
            say(toasts, &stands, &name, outcome);
            Ok(())
        })
    };
    let body = move || {
        redrawn(move || match (detail.value(), detail.error()) {
            (Some(detail), _) => one_body(form, outcome, &detail, required()),
            (None, Some(error)) => failed(detail, error),
            (None, None) => view! { <span class="skel w3"></span><span class="skel w2"></span> }.into_any(),
        })
    };
    confirm(open, words, run, Arc::new(body))
}

fn failed(detail: Remote<AppRequestDetail>, error: UiError) -> AnyView {
    view! { <ErrorBox title="The request could not be read" error on_retry=move |()| detail.refresh()/> }.into_any()
}

fn one_body(form: Form, outcome: Outcome, detail: &AppRequestDetail, required: bool) -> AnyView {
    let place = queue::place(&detail.summary);
    let level = (detail.summary.team.is_some() && outcome != Outcome::Cancelled)
        .then(|| form.level_field(format!("In {place} only")));
    let approves = outcome == Outcome::Approved;
    let others = detail.also_asked.len();
    let told = detail.clone();
    let what = move || consequences(queue::consequences(&told, outcome, form.level.get(), others));
    view! {
        {level}
        {approves.then(|| form.scopes_field(detail))}
        {approves.then(|| form.days_field())}
        {form.reason_field(outcome, required)}
        {redrawn(what)}
    }
    .into_any()
}

/// Says what came of it. Where others must agree first, it was a vote.
fn say(toasts: Toasts, stands: &AppRequestView, name: &str, outcome: Outcome) {
    if stands.state == grantbook_core::view::approvals::State::Open {
        toasts.say(format!(
            "Your vote on {name} counts. Others have to agree before it is decided."
        ));
    } else {
        toasts.say(format!(
            "{name} is {} here. Slack is told; its list has yet to agree.",
            done(outcome)
        ));
    }
}

fn many(open: RwSignal<bool>, outcome: Outcome, requests: Vec<AppRequestView>, decided: Callback<Vec<i64>>) -> AnyView {
    let (form, toasts) = (Form::new(), use_toasts());
    let number = count(requests.len() as u64, "request");
    let words = Confirm {
        title: format!("{} {number}", verb(outcome)),
        keep: "Keep them as they are",
        act: act(&format!("{} {number}", verb(outcome))),
        danger: outcome != Outcome::Approved,
        obstacle: derived(move || form.obstacle(false)),
    };
    let named = requests.clone();
    let run = move || -> Doing {
        let named = named.clone();
        Box::pin(async move {
            let wish = BulkDecision {
                ids: named.iter().map(|request| request.id).collect(),
                outcome,
                wish: form.wish(),
            };
            let answer = client::decide_many(&wish).await?;
            let (refused, fine): (Vec<_>, Vec<_>) = answer.items.into_iter().partition(|one| one.code.is_some());
            decided.run(fine.iter().map(|one| one.id).collect());
            if refused.is_empty() {
                toasts.say(format!(
                    "{} {}. Slack is told of each.",
                    count(fine.len() as u64, "request"),
                    done(outcome)
                ));
                return Ok(());
            }
            Err(partly(&named, fine.len(), &refused))
        })
    };
    let listed = requests.clone();
    let body = move || many_body(form, outcome, &listed);
    confirm(open, words, run, Arc::new(body))
}

/// What was decided, and what was not and why.
fn partly(named: &[AppRequestView], fine: usize, refused: &[DecidedOne]) -> UiError {
    let why: Vec<String> = refused
        .iter()
        .map(|one| {
            let name = named.iter().find(|request| request.id == one.id);
            let name = name.map_or_else(|| one.id.to_string(), |request| request.app_name.clone());
            format!("{name}: {}", one.sentence.as_deref().unwrap_or_default())
        })
        .collect();
    UiError {
        status: 207,
        rules: None,
        code: refused.first().and_then(|one| one.code.clone()).unwrap_or_default(),
        detail: format!(
            "{} decided; {} not: {}",
            count(fine as u64, "request"),
            refused.len(),
            why.join(" ")
        ),
    }
}

fn many_body(form: Form, outcome: Outcome, requests: &[AppRequestView]) -> AnyView {
    let level = (outcome != Outcome::Cancelled).then(|| form.level_field("Each where it was asked for".to_owned()));
    let line = |request: &AppRequestView| {
        let place = queue::place(request);
        view! { <li><b>{request.app_name.clone()}</b>" "<span class="subtle">"in "{place}</span></li> }
    };
    let names = requests.iter().map(line).collect_view();
    let all = requests.to_vec();
    let what = move || consequences(consequences_of_many(&all, outcome, form.level.get()));
    view! {
        <ul class="named" aria-label="What is decided">{names}</ul>
        {level}
        {(outcome == Outcome::Approved).then(|| form.days_field())}
        {form.reason_field(outcome, false)}
        {redrawn(what)}
    }
    .into_any()
}

/// The dialog that asks the requester why.
pub fn ask(asking: RwSignal<Option<AppRequestView>>) -> AnyView {
    let toasts = use_toasts();
    redrawn(move || {
        let request = asking.get()?;
        let (open, text) = (RwSignal::new(true), RwSignal::new(String::new()));
        effect(move || {
            if !open.get() {
                asking.set(None);
            }
        });
        let (id, who) = (request.id, queue::requester(&request));
        let words = Confirm {
            title: format!("Ask {who} about {}", request.app_name),
            keep: "Ask nothing",
            act: act("Ask in Slack"),
            danger: false,
            obstacle: derived(move || {
                let length = text.with(|text| text.trim().chars().count());
                (length > super::fields::MAX_REASON).then(|| "A question has at most 500 characters.".to_owned())
            }),
        };
        let told = who.clone();
        let run = move || -> Doing {
            let told = told.clone();
            Box::pin(async move {
                client::ask_why(id, text.get_untracked().trim().to_owned()).await?;
                toasts.say(format!("{told} is asked in Slack. The request stays open."));
                Ok(())
            })
        };
        let body = move || {
            view! {
                <div class="field">
                    <label for="ask-why-text">"Question"</label>
                    <textarea class="input" id="ask-why-text" rows="3" placeholder="What do you need it for?" bind:value=text></textarea>
                    <p class="help">"Blank asks what they need it for."</p>
                </div>
                {consequences(vec![
                    (false, format!("{who} gets a message from the app that manages approvals.")),
                    (false, "Nothing is decided: the request stays in the queue.".to_owned()),
                ])}
            }
            .into_any()
        };
        Some(confirm(open, words, run, Arc::new(body)))
    })
}
