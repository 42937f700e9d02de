//! The ordered list: each rule with its sentence, what it decided, and what can be done to it.

use grantbook_core::{
    approval::{Problem, Rule},
    view::approvals::RulesState,
};
use leptos::prelude::*;

use super::editor::Editor;
use crate::reactive::{heard, redrawn};
use crate::{
    components::{Empty, Glyph, Icon, Pill, SentenceText, Tone},
    view_model::{
        number::{count, thousands},
        rules::{decision_word, rule_sentence},
        sentence::marked,
    },
};

/// The rule whose form is open: `None` for none, `Some(None)` for a new one, else its place.
pub(super) type Chosen = Option<Option<usize>>;

/// The card.
pub(super) fn card(editor: Editor, chosen: RwSignal<Chosen>, may_edit: bool) -> AnyView {
    let rows = move || {
        let rules = editor.rules.get().rules;
        let last = rules.len().saturating_sub(1);
        let row = |(at, rule)| row(editor, chosen, rule, (at, last), may_edit);
        rules.into_iter().enumerate().map(row).collect_view()
    };
    let none = move || {
        (editor.count().get() == 0).then(|| {
            let text = || "Every request waits for a person. Add a rule for what is easy to decide, and watch what it would have decided before it does.";
            view! { <li><Empty glyph=Glyph::Check title="No rule yet" text/></li> }
        })
    };
    view! {
        <section class="card" aria-label="The rules">
            {redrawn(move || head(editor))}
            <ol data-rules="">{redrawn(none)}{redrawn(rows)}{redrawn(move || otherwise(editor))}</ol>
        </section>
    }
    .into_any()
}

fn head(editor: Editor) -> AnyView {
    let changes = editor.changes().len();
    let base = editor.base();
    let title = editor
        .start()
        .signal()
        .with(|start| match start.as_ref().map(|view| &view.version) {
            Some(version) if changes > 0 && version.state == RulesState::InForce && version.version > 0 => {
                format!("Version {}, edited", version.version)
            }
            Some(version) if version.version > 0 => format!("Version {}", version.version),
            _ => "No version yet".to_owned(),
        });
    let edits = u64::try_from(changes).unwrap_or_default();
    let is_looked_at = editor.check().signal().with(Option::is_some);
    let state = if editor.check().error().is_some_and(|error| error.rules.is_some()) {
        view! { <Pill tone=Tone::Denied text="The text is refused"/> }.into_any()
    } else if changes == 0 && (base == 0 || !is_looked_at) {
        ().into_any()
    } else if changes == 0 {
        view! { <Pill tone=Tone::Granted text="In force"/> }.into_any()
    } else {
        let text = format!("{}, not in force", count(edits, "edit"));
        view! { <span data-edits=changes.to_string()><Pill tone=Tone::Info text glyph=Glyph::Pencil/></span> }
            .into_any()
    };
    let now = match (base, changes) {
        (0, _) => "nothing in force".to_owned(),
        (_, 0) => String::new(),
        _ => format!("in force: version {base}"),
    };
    view! { <div class="card-head"><h2>{title}</h2>{state}<span class="end small subtle">{now}</span></div> }.into_any()
}

/// A decision as a pill.
pub(crate) fn pill(decision: &str) -> AnyView {
    let (tone, glyph) = match decision {
        "approve" => (Tone::Granted, Glyph::Check),
        "restrict" => (Tone::Restricted, Glyph::Ban),
        "cancel" => (Tone::Expired, Glyph::Minus),
        _ => (Tone::Pending, Glyph::Clock),
    };
    view! { <Pill tone text=decision_word(decision) glyph/> }.into_any()
}

fn row(editor: Editor, chosen: RwSignal<Chosen>, rule: Rule, place: (usize, usize), may_edit: bool) -> AnyView {
    let (at, _) = place;
    let id = rule.id.clone();
    let before = editor.in_force().signal().with(|view| {
        let rules = &view.as_ref()?.rules.rules;
        rules.iter().find(|old| old.id == id).cloned()
    });
    let tag = match &before {
        None => Some("new"),
        Some(old) if *old != rule => Some("edited"),
        Some(_) => None,
    };
    let decided = editor.in_force().signal().with(|view| {
        let states = &view.as_ref()?.states;
        states
            .iter()
            .find(|state| state.rule.id == id)
            .map(|state| state.decided)
    });
    let decided = match decided {
        Some(decided) => view! { <strong class="tabular">{thousands(decided)}</strong><small class="subtle small">"decided in 90 days"</small> }.into_any(),
        None => view! { <small class="subtle small">"not in force yet"</small> }.into_any(),
    };
    let never = editor.findings().iter().any(|finding| {
        finding.rule.position == at && matches!(finding.problem, Problem::NeverFires { .. } | Problem::Impossible)
    });
    let class = if tag.is_some() { "rule editing" } else { "rule" };
    let off = (!rule.enabled).then(|| view! { <Pill tone=Tone::Expired text="Off" glyph=Glyph::Minus/> });
    let action = rule.then.as_str();
    let sentence = marked(&rule_sentence(&rule));
    let name = rule.name.clone();
    let tools = may_edit.then(|| tools(editor, chosen, &rule, place));
    view! {
        <li class=class class:off=!rule.enabled id=format!("rule-{at}") data-rule=rule.id>
            <span class="ord">{at + 1}</span>
            <div class="row wrap"><h3>{name}</h3>{pill(action)}{off}
                {tag.map(|tag| view! { <span class="tag">{tag}</span> })}
                {never.then(|| view! { <Pill tone=Tone::Denied text="Never fires" glyph=Glyph::Warn/> })}
            </div>
            <p class="sentence"><SentenceText segments=sentence/></p>
            <div class="side">{decided}</div>
            {tools}
        </li>
    }
    .into_any()
}

fn tools(editor: Editor, chosen: RwSignal<Chosen>, rule: &Rule, (at, last): (usize, usize)) -> AnyView {
    let name = rule.name.clone();
    let button = move |label: String, glyph: Glyph, disabled: bool, what: &'static str, act: Box<dyn Fn()>| {
        let label = format!("{label} {name}");
        view! { <button class="btn sm ghost square" type="button" data-tool=what title=label.clone() aria-label=label disabled=disabled on:click=heard(move |_| act())><Icon glyph/></button> }
    };
    let (off, eye) = if rule.enabled {
        ("Switch off", Glyph::Ban)
    } else {
        ("Switch on", Glyph::Check)
    };
    let swap = move |a: usize, b: usize| editor.change(|rules| rules.swap(a, b));
    view! {
        <div class="tools">
            {button.clone()("Edit".to_owned(), Glyph::Pencil, false, "edit", Box::new(move || chosen.set(Some(Some(at)))))}
            {button.clone()("Move up:".to_owned(), Glyph::Up, at == 0, "up", Box::new(move || swap(at, at.saturating_sub(1))))}
            {button.clone()("Move down:".to_owned(), Glyph::Down, at == last, "down", Box::new(move || swap(at, at + 1)))}
            {button.clone()(off.to_owned(), eye, false, "switch", Box::new(move || editor.change(|rules| rules[at].enabled = !rules[at].enabled)))}
            {button("Delete".to_owned(), Glyph::X, false, "delete", Box::new(move || editor.change(|rules| _ = rules.remove(at))))}
        </div>
    }
    .into_any()
}

fn otherwise(editor: Editor) -> AnyView {
    let decided = editor
        .in_force()
        .signal()
        .with(|view| view.as_ref().map(|view| view.otherwise));
    view! {
        <li class="rule">
            <span class="ord"></span>
            <div class="row wrap"><h3>"Otherwise"</h3>{pill("ask")}</div>
            <p class="sentence">"Ask anybody who may approve"</p>
            <div class="side"><strong class="tabular">{thousands(decided.unwrap_or_default())}</strong><small class="subtle small">"left in 90 days"</small></div>
        </li>
    }
    .into_any()
}
