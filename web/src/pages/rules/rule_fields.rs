//! The fields of a rule's form.

use grantbook_core::approval::Predicate;
use leptos::prelude::*;

use crate::reactive::{heard, memo, redrawn};
use crate::{
    components::{Glyph, Icon, Segment, Segmented},
    view_model::rules::{ActionKind, Form, TestForm, TestKind, Wants},
};

/// All of them.
pub(super) fn fields(form: RwSignal<Form>) -> AnyView {
    let kind = memo(move |_| form.with(|form| form.action.kind));
    let nested = form.with_untracked(|form| form.nested.as_ref().map(Predicate::clause));
    let when = match nested {
        Some(clause) => view! {
            <div class="field"><span class="label">"When"</span><p class="small">{clause}</p>
                <p class="help">"This condition is nested: change it as TOML or JSON, in the card beside the list."</p></div>
        }
        .into_any(),
        None => tests(form),
    };
    view! {
        {text(form, "rule-name", "Name", "What people call it.", |form| &mut form.name)}
        {when}
        {action(form)}
        {redrawn(move || details(form, kind.get()))}
    }
    .into_any()
}

/// One line of text.
fn text(
    form: RwSignal<Form>,
    id: &'static str,
    label: &'static str,
    help: &'static str,
    of: fn(&mut Form) -> &mut String,
) -> AnyView {
    let value = form.with_untracked(|form| of(&mut form.clone()).clone());
    let write = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        form.update(|form| *of(form) = value);
    };
    view! {
        <div class="field"><label for=id>{label}</label>
            <input class="input" id=id type="text" autocomplete="off" spellcheck="false" value=value on:input=heard(write)/>
            <p class="help">{help}</p></div>
    }
    .into_any()
}

/// A tick.
fn tick(form: RwSignal<Form>, label: &'static str, of: fn(&mut Form) -> &mut bool) -> AnyView {
    let checked = form.with_untracked(|form| *of(&mut form.clone()));
    let write = move |event: leptos::ev::Event| {
        let checked = event_target_checked(&event);
        form.update(|form| *of(form) = checked);
    };
    view! { <label class="opt"><input type="checkbox" checked=checked on:change=heard(write)/><span>{label}</span></label> }
        .into_any()
}

fn tests(form: RwSignal<Form>) -> AnyView {
    let any = memo(move |_| form.with(|form| form.any));
    let count = memo(move |_| form.with(|form| form.tests.len()));
    let kinds = memo(move |_| form.with(|form| form.tests.iter().map(|test| test.kind).collect::<Vec<_>>()));
    let add = move |_| form.update(|form| form.tests.push(TestForm::default()));
    let segments = vec![
        Segment::word(false, "all of these hold"),
        Segment::word(true, "any of these holds"),
    ];
    let choose = move |any| form.update(|form| form.any = any);
    let join = move || {
        (count.get() > 1).then(|| {
            let (segments, choose) = (segments.clone(), choose);
            view! { <Segmented label="How tests are joined" segments chosen=any on_choose=Callback::new(choose)/> }
        })
    };
    let rows = move || {
        let kinds = kinds.get();
        if kinds.is_empty() {
            return view! { <p class="small subtle">"No test: the rule fits every request."</p> }.into_any();
        }
        kinds
            .into_iter()
            .enumerate()
            .map(|(at, kind)| test(form, at, kind))
            .collect_view()
            .into_any()
    };
    view! {
        <div class="field tests"><span class="label">"When"</span>
            {redrawn(join)}{redrawn(rows)}
            <button class="btn sm" type="button" data-add-test="" on:click=heard(add)><Icon glyph=Glyph::Plus/>"Add a test"</button></div>
    }
    .into_any()
}

fn test(form: RwSignal<Form>, at: usize, kind: TestKind) -> AnyView {
    let change = move |event: leptos::ev::Event| {
        let kind = TestKind::of(&event_target_value(&event));
        form.update(|form| {
            let Some(test) = form.tests.get_mut(at) else { return };
            if test.kind.wants() != kind.wants() {
                test.values = match kind.wants() {
                    Wants::One(words) => words.first().copied().unwrap_or_default().to_owned(),
                    _ => String::new(),
                };
            }
            test.kind = kind;
        });
    };
    let option = move |(one, word, words): (TestKind, &'static str, &'static str)| {
        view! { <option value=word selected=one == kind>{words}</option> }
    };
    let drop = move |_| form.update(|form| _ = form.tests.remove(at));
    view! {
        <div class="test">
            <select class="input" aria-label=format!("Test {}", at + 1) data-test=at.to_string() on:change=heard(change)>{TestKind::ALL.map(option).collect_view()}</select>
            {values(form, at, kind)}
            <button class="btn sm ghost square" type="button" aria-label=format!("Remove test {}", at + 1) on:click=heard(drop)><Icon glyph=Glyph::X/></button>
        </div>
    }
    .into_any()
}

fn values(form: RwSignal<Form>, at: usize, kind: TestKind) -> AnyView {
    let now = form.with_untracked(|form| form.tests.get(at).map(|test| test.values.clone()).unwrap_or_default());
    let write = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        form.update(|form| {
            if let Some(test) = form.tests.get_mut(at) {
                test.values = value;
            }
        });
    };
    let label = format!("Values of test {}", at + 1);
    match kind.wants() {
        Wants::Nothing => ().into_any(),
        Wants::List(example) => view! {
            <input class="input mono" type="text" autocomplete="off" spellcheck="false" placeholder=example aria-label=label
                data-values=at.to_string() value=now on:input=heard(write)/>
        }
        .into_any(),
        Wants::One(words) => {
            let option = move |word: &&'static str| view! { <option value=*word selected=*word == now>{*word}</option> };
            view! { <select class="input" aria-label=label data-values=at.to_string() on:change=heard(write)>{words.iter().map(option).collect_view()}</select> }
                .into_any()
        }
    }
}

fn action(form: RwSignal<Form>) -> AnyView {
    let kind = memo(move |_| form.with(|form| form.action.kind));
    let segments = [
        (ActionKind::Approve, "Approve"),
        (ActionKind::Restrict, "Restrict"),
        (ActionKind::Cancel, "Dismiss"),
        (ActionKind::Ask, "Ask people"),
    ];
    let segments = segments.map(|(kind, word)| Segment::word(kind, word)).to_vec();
    let choose = move |kind| form.update(|form| form.action.kind = kind);
    view! {
        <div class="field"><span class="label">"Then"</span>
            <Segmented label="What the rule does" segments chosen=kind on_choose=Callback::new(choose)/></div>
    }
    .into_any()
}

fn details(form: RwSignal<Form>, kind: ActionKind) -> AnyView {
    let org = move || tick(form, "For the whole organization", |form| &mut form.action.org);
    let reason = move || {
        text(form, "rule-reason", "Reason", "What the requester is told.", |form| {
            &mut form.action.reason
        })
    };
    match kind {
        ActionKind::Approve => view! {
            {text(form, "rule-days", "Days", "How long the approval holds; blank until somebody ends it.", |form| &mut form.action.days)}
            {text(form, "rule-optional", "Optional scopes", "“all”, “none”, or the names of those that are approved.", |form| &mut form.action.optional)}
            {org()}
        }
        .into_any(),
        ActionKind::Restrict => view! { {reason()}{org()} }.into_any(),
        ActionKind::Cancel => reason(),
        ActionKind::Ask => view! {
            {text(form, "rule-whom", "Whom", "Groups of the configuration or Slack user ids; blank asks everybody who may approve.", |form| &mut form.action.whom)}
            {tick(form, "All of them must agree", |form| &mut form.action.all)}
            {tick(form, "They must say why", |form| &mut form.action.reason_required)}
        }
        .into_any(),
    }
}
