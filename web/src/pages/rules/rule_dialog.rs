//! One rule as a form: its name, its tests, what it does. What is nested deeper is edited as text.

use std::sync::Arc;

use leptos::prelude::*;

use super::{editor::Editor, list::Chosen, rule_fields};
use crate::reactive::{derived, effect, redrawn};
use crate::{
    components::{Confirm, Doing, SentenceText, confirm},
    view_model::{
        rules::{Form, fresh_id, rule_sentence},
        sentence::marked,
    },
};

/// The dialog; open while a rule is chosen.
pub(super) fn dialog(editor: Editor, chosen: RwSignal<Chosen>) -> AnyView {
    redrawn(move || {
        let place = chosen.get()?;
        let rule = place.and_then(|at| editor.rules.with_untracked(|rules| rules.rules.get(at).cloned()));
        let form = rule.as_ref().map_or_else(Form::fresh, Form::of);
        Some(opened(editor, chosen, place, form))
    })
}

fn opened(editor: Editor, chosen: RwSignal<Chosen>, place: Option<usize>, form: Form) -> AnyView {
    let open = RwSignal::new(true);
    effect(move || {
        if !open.get() {
            chosen.set(None);
        }
    });
    let title = if place.is_some() {
        format!("Edit “{}”", form.name)
    } else {
        "Add a rule".to_owned()
    };
    let form = RwSignal::new(form);
    let words = Confirm {
        title,
        keep: "Keep the list as it is",
        act: if place.is_some() {
            "Change the rule"
        } else {
            "Add the rule"
        }
        .to_owned(),
        danger: false,
        obstacle: derived(move || form.with(|form| form.rule().err())),
    };
    let run = move || -> Doing {
        if let Ok(mut rule) = form.with_untracked(Form::rule) {
            if rule.id.is_empty() {
                rule.id = editor.rules.with_untracked(|rules| fresh_id(&rule.name, rules));
            }
            editor.change(|rules| match place {
                Some(at) if at < rules.len() => rules[at] = rule,
                _ => rules.push(rule),
            });
        }
        Box::pin(async { Ok(()) })
    };
    let body = move || {
        let said = move || match form.with(Form::rule) {
            Ok(rule) => {
                view! { <p class="sentence" data-said=""><SentenceText segments=marked(&rule_sentence(&rule))/>"."</p> }
                    .into_any()
            }
            Err(missing) => view! { <p class="small subtle">{missing}</p> }.into_any(),
        };
        view! { <div class="stack">{rule_fields::fields(form)}<div class="well">{redrawn(said)}</div></div> }.into_any()
    };
    confirm(open, words, run, Arc::new(body))
}
