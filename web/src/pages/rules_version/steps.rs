//! What can be done with a version: agree, ask for agreement, try it in shadow, give it up, edit it.

use std::sync::Arc;

use grantbook_core::view::approvals::{RulesState, RulesView};
use leptos::prelude::*;

use crate::reactive::{derived, heard};
use crate::{
    address,
    client::{self, Remote, UiError},
    components::{Confirm, Doing, Glyph, Icon, confirm, consequences, use_toasts},
    session::use_session,
    view_model::rules::may_agree,
};

/// One step with its dialog.
struct Step {
    mark: &'static str,
    word: &'static str,
    class: &'static str,
    title: String,
    keep: &'static str,
    act: &'static str,
    danger: bool,
    obstacle: Option<&'static str>,
    consequences: Vec<(bool, String)>,
    run: fn(u64) -> Taken,
    said: String,
}

type Taken = std::pin::Pin<Box<dyn Future<Output = Result<RulesView, UiError>>>>;

/// The buttons.
pub(super) fn steps(view: &RulesView, read: Remote<RulesView>) -> AnyView {
    let session = use_session();
    if !session.is_approver() {
        return ().into_any();
    }
    let version = view.version.version;
    let me = session.view().map(|view| view.name).unwrap_or_default();
    let mut all = Vec::new();
    if matches!(view.version.state, RulesState::Draft | RulesState::Proposed) {
        let mine = view.version.made_by == format!("user:{me}");
        if mine || session.is_admin() {
            all.push(discard(version));
        }
        all.push(if view.version.shadow_since.is_some() {
            end_shadow(version)
        } else {
            shadow(version)
        });
    }
    if view.version.state == RulesState::Draft && view.second_person {
        all.push(propose(version));
    }
    if view.version.state == RulesState::Proposed || (view.version.state == RulesState::Draft && !view.second_person) {
        let refused = may_agree(&view.version, &me, session.is_admin(), view.second_person).err();
        all.push(agree(version, refused));
    }
    let is_done = matches!(view.version.state, RulesState::Retired | RulesState::Discarded);
    let word = if is_done { "Begin an edit with it" } else { "Edit" };
    let edit = view! { <a class="btn" href=format!("{}?version={version}", address::RULES) data-edit=""><Icon glyph=Glyph::Pencil/>{word}</a> };
    view! { {edit}{all.into_iter().map(|step| button(step, version, read)).collect_view()} }.into_any()
}

fn button(step: Step, version: u64, read: Remote<RulesView>) -> AnyView {
    let open = RwSignal::new(false);
    let toasts = use_toasts();
    let (told, said, run, obstacle) = (step.consequences, step.said, step.run, step.obstacle);
    let words = Confirm {
        title: step.title,
        keep: step.keep,
        act: step.act.to_owned(),
        danger: step.danger,
        obstacle: derived(move || obstacle.map(str::to_owned)),
    };
    let take = move || -> Doing {
        let said = said.clone();
        Box::pin(async move {
            let now = run(version).await?;
            read.put(now);
            toasts.say(said);
            Ok(())
        })
    };
    let body = move || consequences(told.clone());
    view! {
        <button class=step.class type="button" data-step=step.mark title=obstacle on:click=heard(move |_| open.set(true))>{step.word}</button>
        {confirm(open, words, take, Arc::new(body))}
    }
    .into_any()
}

fn agree(version: u64, obstacle: Option<&'static str>) -> Step {
    Step {
        mark: "agree",
        word: "Agree and put in force…",
        class: "btn primary",
        title: format!("Put version {version} in force"),
        keep: "Keep what is in force",
        act: "Agree",
        danger: false,
        obstacle,
        consequences: vec![
            (true, "Every request from now on is decided by these rules.".to_owned()),
            (
                true,
                "The version in force is retired; it stays in the list.".to_owned(),
            ),
            (false, "What was decided stays as it is.".to_owned()),
        ],
        run: |version| Box::pin(client::step_rules(version, "agree")),
        said: format!("Version {version} is in force."),
    }
}

fn propose(version: u64) -> Step {
    Step {
        mark: "propose",
        word: "Ask for agreement…",
        class: "btn primary",
        title: format!("Ask for agreement to version {version}"),
        keep: "Keep it a draft",
        act: "Ask",
        danger: false,
        obstacle: None,
        consequences: vec![
            (
                true,
                "It cannot be edited any more; another edit is another version.".to_owned(),
            ),
            (false, "It decides nothing until a second person has agreed.".to_owned()),
        ],
        run: |version| Box::pin(client::step_rules(version, "propose")),
        said: format!("Version {version} waits for a second person’s agreement."),
    }
}

fn discard(version: u64) -> Step {
    Step {
        mark: "discard",
        word: "Discard…",
        class: "btn danger",
        title: format!("Discard version {version}"),
        keep: "Keep it",
        act: "Discard",
        danger: true,
        obstacle: None,
        consequences: vec![
            (
                true,
                "It can never come into force. An edit of it becomes another version.".to_owned(),
            ),
            (
                false,
                "It stays in the list, and what is in force goes on deciding.".to_owned(),
            ),
        ],
        run: |version| Box::pin(client::step_rules(version, "discard")),
        said: format!("Version {version} is discarded."),
    }
}

fn shadow(version: u64) -> Step {
    Step {
        mark: "shadow",
        word: "Run in shadow…",
        class: "btn",
        title: format!("Run version {version} in shadow"),
        keep: "Do not run it",
        act: "Run in shadow",
        danger: false,
        obstacle: None,
        consequences: vec![
            (
                true,
                "It is asked about every new request beside the rules in force.".to_owned(),
            ),
            (true, "Where another version runs in shadow, its trial ends.".to_owned()),
            (false, "It decides nothing.".to_owned()),
        ],
        run: |version| Box::pin(client::shadow_rules(version, true)),
        said: format!("Version {version} runs in shadow."),
    }
}

fn end_shadow(version: u64) -> Step {
    Step {
        mark: "end-shadow",
        word: "End the trial…",
        class: "btn",
        title: format!("End the trial of version {version}"),
        keep: "Let it run",
        act: "End the trial",
        danger: false,
        obstacle: None,
        consequences: vec![
            (true, "It is asked about no more requests.".to_owned()),
            (false, "What it said so far stays.".to_owned()),
        ],
        run: |version| Box::pin(client::shadow_rules(version, false)),
        said: format!("Version {version} runs in shadow no more."),
    }
}
