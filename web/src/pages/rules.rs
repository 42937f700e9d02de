//! The approval rules: the list, edited by form or as text, with what the edit would have changed beside it.

use grantbook_core::{
    approval::{Finding, Problem},
    view::approvals::RulesView,
};
use leptos::prelude::*;

use crate::reactive::{derived, heard, memo, redrawn};
use crate::{
    address,
    components::{ErrorBox, Glyph, Icon, OldRows, PageHead, SentenceText},
    session::use_session,
    view_model::{number::count, rules::example, sentence::marked},
};

mod backtest;
mod edit;
mod editor;
mod foot;
mod import;
mod list;
mod rule_dialog;
mod rule_fields;

pub(super) use backtest::table as backtest_table;
pub(super) use edit::{drawn as changed_lines, sentences as change_sentences};
use editor::Editor;
pub(super) use list::pill as decision_pill;

/// The page. `?version=41` begins with that version instead of the rules in force.
#[component]
pub fn RulesPage() -> impl IntoView {
    let editor = Editor::open();
    let session = use_session();
    let may_edit = memo(move |_| session.is_approver());
    let chosen = RwSignal::new(None);
    let importing = RwSignal::new(false);
    let actions = move || {
        // Nothing is added to a list that is not there.
        (may_edit.get() && editor.has_start()).then(|| {
            view! {
                <button class="btn" type="button" data-import="" on:click=heard(move |_| importing.set(true))><Icon glyph=Glyph::Inbox/>"Import from Slack…"</button>
                <button class="btn primary" type="button" data-add-rule="" on:click=heard(move |_| chosen.set(Some(None)))><Icon glyph=Glyph::Plus/>"Add rule…"</button>
            }
        })
    };
    let body = move || match (editor.has_start(), editor.start().error()) {
        (true, _) => content(editor, chosen, may_edit.get()),
        (false, Some(error)) => {
            let retry = move |()| editor.start().refresh();
            view! { <section class="card"><ErrorBox title="The rules could not be read" error on_retry=retry/></section> }.into_any()
        }
        (false, None) if editor.start().wants_skeleton() => skeleton(),
        (false, None) => ().into_any(),
    };
    view! {
        <PageHead title="Approval rules" text=|| "Read from the top; the first rule that matches decides. Whatever none of them matches goes to a person.">
            <a class="btn" href=address::RULES_VERSIONS><Icon glyph=Glyph::Clock/>"Versions"</a>
            {redrawn(actions)}
        </PageHead>
        <OldRows what="The rules" has_rows=derived(move || editor.has_start()) error=derived(move || editor.in_force().error())
            on_retry=Callback::new(move |()| editor.in_force().refresh())/>
        {redrawn(move || findings(editor))}
        {redrawn(body)}
        {rule_dialog::dialog(editor, chosen)}
        {import::dialog(editor, importing)}
    }
}

/// A version's rules as TOML, without its number.
pub(super) fn toml_of(view: &RulesView) -> String {
    editor::without_version(&view.toml)
}

fn content(editor: Editor, chosen: RwSignal<list::Chosen>, may_edit: bool) -> AnyView {
    if !may_edit {
        return list::card(editor, chosen, false);
    }
    view! {
        <div class="cols rules">
            {list::card(editor, chosen, may_edit)}
            <div class="stack">{backtest::card(editor)}{edit::card(editor, may_edit)}</div>
        </div>
    }
    .into_any()
}

/// What is wrong stands open; that order decides between two rules is often meant, and stands folded.
fn findings(editor: Editor) -> AnyView {
    let mut wrong = editor.findings();
    let by_order: Vec<Finding> = wrong
        .extract_if(.., |finding| matches!(finding.problem, Problem::Contradicts { .. }))
        .collect();
    let folded = (!by_order.is_empty()).then(|| {
        let pairs = count(u64::try_from(by_order.len()).unwrap_or_default(), "pair");
        let line = |finding: Finding| {
            let proof = proof(&finding).unwrap_or_default();
            view! { <li data-finding=finding.rule.id.clone()>{finding.sentence}" "<SentenceText segments=marked(&proof)/></li> }
        };
        view! {
            <details class="by-order"><summary class="small muted">{pairs}" of rules where only the order decides"</summary>
                <ul class="small muted">{by_order.into_iter().map(line).collect_view()}</ul></details>
        }
    });
    view! { {wrong.into_iter().map(finding).collect_view()}{folded} }.into_any()
}

/// The request that proves a finding.
fn proof(finding: &Finding) -> Option<String> {
    match &finding.problem {
        Problem::NeverFires {
            example: request,
            example_taken_by,
            ..
        } => Some(format!(
            "Example: {} “{}” takes it.",
            example(request),
            example_taken_by.name
        )),
        Problem::Contradicts { example: request, .. } => Some(format!("Example: {}", example(request))),
        Problem::DuplicateId { .. } | Problem::Impossible | Problem::Undecided => None,
    }
}

/// What is wrong with the list, with its proof.
fn finding(finding: Finding) -> AnyView {
    let proof = proof(&finding);
    let place = format!("#rule-{}", finding.rule.position);
    let title = format!("Rule {}: {}", finding.rule.position + 1, finding.rule.name);
    view! {
        <div class="banner pending" data-finding=finding.rule.id.clone()>
            <Icon glyph=Glyph::Warn/>
            <div class="grow"><strong>{title}</strong><p>{finding.sentence}" "{proof.map(|text| view! { <SentenceText segments=marked(&text)/> })}</p></div>
            <a class="btn sm end" href=place rel="external">"Show in list"</a>
        </div>
    }
    .into_any()
}

fn skeleton() -> AnyView {
    let line = |_| view! { <div class="skel-card"><span class="skel w3"></span><span class="skel w2"></span></div> };
    view! { <div class="cols" aria-busy="true"><section class="card">{(0..5).map(line).collect_view()}</section><section class="card">{(0..3).map(line).collect_view()}</section></div> }.into_any()
}
