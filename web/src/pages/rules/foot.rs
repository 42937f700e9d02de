//! What becomes of an edit: a draft, a trial in shadow, a question to a second person, or the rules in force.

use std::sync::Arc;

use grantbook_core::view::approvals::{RulesDraft, RulesView};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::editor::Editor;
use crate::reactive::{derived, heard, redrawn};
use crate::{
    address,
    client::{self, UiError},
    components::{Confirm, Doing, Glyph, Icon, confirm, consequences, problem, use_toasts},
    session::use_session,
};

/// What is done after saving.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Nothing,
    Shadow,
    Propose,
    Agree,
}

/// The foot of the card.
pub(super) fn foot(editor: Editor) -> AnyView {
    let (busy, failed) = (RwSignal::new(None::<Then>), RwSignal::new(None::<UiError>));
    let sure = RwSignal::new(false);
    let toasts = use_toasts();
    let go = Callback::new({
        let navigate = use_navigate();
        move |to: String| navigate(&to, NavigateOptions::default())
    });
    let begin = move |then: Then| {
        if busy.get_untracked().is_some() || untrack(|| editor.obstacle()).is_some() {
            return;
        }
        busy.set(Some(then));
        failed.set(None);
        let own = untrack(|| editor.own_draft());
        leptos::task::spawn_local(async move {
            let done = carry_out(editor, own, then).await;
            busy.try_set(None);
            match done {
                Ok(kept) => {
                    toasts.say(said(then, kept.version.version));
                    go.run(place(then, kept.version.version));
                }
                Err(error) => _ = failed.try_set(Some(error)),
            }
        });
    };
    let second = move || {
        editor
            .in_force()
            .signal()
            .with(|view| view.as_ref().is_none_or(|view| view.second_person))
    };
    let is_admin = use_session().is_admin();
    let button = move |then: Then, class: &'static str, word: &'static str, mark: &'static str| {
        let press = move |_| {
            if then == Then::Agree {
                sure.set(true);
            } else {
                begin(then);
            }
        };
        view! {
            <button class=class class:busy=move || busy.get() == Some(then) type="button" data-do=mark title=move || editor.obstacle()
                aria-disabled=move || editor.obstacle().is_some().to_string() on:click=heard(press)>{word}</button>
        }
    };
    let last = move || match (second(), is_admin) {
        (true, _) => button(Then::Propose, "btn sm primary", "Ask for agreement", "propose").into_any(),
        (false, true) => button(Then::Agree, "btn sm primary", "Put in force…", "agree").into_any(),
        (false, false) => ().into_any(),
    };
    let undo = move || {
        editor.is_edited().then(|| {
            view! { <button class="btn sm ghost" type="button" data-do="undo" on:click=heard(move |_| editor.undo())>"Undo the edits"</button> }
        })
    };
    let what = move || match (second(), is_admin) {
        (true, _) => {
            "A draft and a trial in shadow decide nothing. A second person must agree before this is in force."
        }
        (false, true) => {
            "A draft and a trial in shadow decide nothing. What is in force decides every request from then on."
        }
        (false, false) => "A draft and a trial in shadow decide nothing. An administrator puts a version in force.",
    };
    view! {
        <div class="card-foot stack">
            <div class="field grow"><label for="rules-note">"What is it about?"</label>
                <input class="input" id="rules-note" type="text" maxlength="500" autocomplete="off" bind:value=editor.note/></div>
            {redrawn(move || failed.get().map(|error| refusal(editor, error)))}
            <p class="small subtle">{redrawn(what)}</p>
            <div class="row wrap buttons">
                {redrawn(undo)}
                {button(Then::Nothing, "btn sm", "Save draft", "save")}
                {button(Then::Shadow, "btn sm", "Run in shadow", "shadow")}
                {redrawn(last)}
            </div>
        </div>
        {put_in_force(editor, sure, go)}
    }
    .into_any()
}

async fn carry_out(editor: Editor, own: Option<u64>, then: Then) -> Result<RulesView, UiError> {
    let (text, format) = editor.wanted();
    let draft = RulesDraft {
        text,
        format,
        note: editor.note.get_untracked(),
        base: Some(untrack(|| editor.base())),
        ..RulesDraft::default()
    };
    let kept = match own {
        Some(version) => client::rewrite_rules(version, &draft).await?,
        None => client::save_rules(&draft).await?,
    };
    let version = kept.version.version;
    match then {
        Then::Nothing => Ok(kept),
        Then::Shadow => client::shadow_rules(version, true).await,
        Then::Propose => client::step_rules(version, "propose").await,
        Then::Agree => client::step_rules(version, "agree").await,
    }
}

fn said(then: Then, version: u64) -> String {
    match then {
        Then::Nothing => format!("Version {version} is saved as a draft."),
        Then::Shadow => format!("Version {version} runs in shadow."),
        Then::Propose => format!("Version {version} waits for a second person’s agreement."),
        Then::Agree => format!("Version {version} is in force."),
    }
}

fn place(then: Then, version: u64) -> String {
    match then {
        Then::Nothing => format!("{}?version={version}", address::RULES),
        _ => address::rules_version(version),
    }
}

/// Why it was refused, and the way on where others came into force meanwhile.
fn refusal(editor: Editor, error: UiError) -> AnyView {
    let changed = (error.code == "rules_changed").then(|| {
        view! { <button class="btn sm" type="button" data-rebase="" on:click=heard(move |_| editor.in_force().refresh())><Icon glyph=Glyph::Refresh/>"Compare with what is in force now"</button> }
    });
    view! { <div class="row wrap">{problem(error)}{changed}</div> }.into_any()
}

fn put_in_force(editor: Editor, sure: RwSignal<bool>, go: Callback<String>) -> AnyView {
    let toasts = use_toasts();
    let words = Confirm {
        title: "Put these rules in force".to_owned(),
        keep: "Keep what is in force",
        act: "Put in force".to_owned(),
        danger: false,
        obstacle: derived(move || editor.obstacle()),
    };
    let run = move || -> Doing {
        let own = untrack(|| editor.own_draft());
        Box::pin(async move {
            let kept = carry_out(editor, own, Then::Agree).await?;
            toasts.say(said(Then::Agree, kept.version.version));
            go.run(place(Then::Agree, kept.version.version));
            Ok(())
        })
    };
    let body = move || {
        let flips = untrack(|| editor.backtest().value().flatten());
        let flips = flips.map(|view| (true, view.sentence.clone()));
        let mut told = vec![(true, "Every request from now on is decided by them.".to_owned())];
        told.extend(flips);
        told.push((false, "What was decided stays as it is.".to_owned()));
        consequences(told)
    };
    confirm(sure, words, run, Arc::new(body))
}
