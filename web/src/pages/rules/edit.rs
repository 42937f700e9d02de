//! The edit as a difference, and the whole as TOML or JSON, with what is wrong and on which line.

use grantbook_core::view::approvals::RulesFileError;
use leptos::prelude::*;

use super::{
    editor::{Editor, without_version},
    foot,
};
use crate::reactive::{heard, memo, redrawn};
use crate::{
    client::UiError,
    components::{Glyph, Icon, Segment, Segmented, SentenceText, problem},
    view_model::{
        rules::{Line, lines, refusal_words},
        sentence::marked,
    },
};

/// The card.
pub(super) fn card(editor: Editor, may_edit: bool) -> AnyView {
    let chosen = memo(move |_| editor.writing.get());
    let mut segments = vec![Segment::word(None, "Difference")];
    if may_edit {
        segments.extend([Segment::word(Some("toml"), "TOML"), Segment::word(Some("json"), "JSON")]);
    }
    let choose = Callback::new(move |form| editor.write_as(form));
    let body = move || match chosen.get() {
        None => difference(editor),
        Some(form) => written(editor, form),
    };
    let said = move || editor.check().error().map(wrong);
    let left_out = move || {
        let notes = editor.notes.get();
        (!notes.is_empty()).then(|| {
            let line = |note: String| view! { <li>{note}</li> };
            view! { <div class="card-body"><p class="small">"What Slack’s rules had besides, and is not taken over:"</p><ul class="small subtle">{notes.into_iter().map(line).collect_view()}</ul></div> }
        })
    };
    view! {
        <section class="card" aria-label="The edit">
            <div class="card-head"><h2>"The edit"</h2><span class="end"><Segmented label="Form" segments chosen on_choose=choose/></span></div>
            {redrawn(body)}{redrawn(said)}{redrawn(left_out)}
            {may_edit.then(|| foot::foot(editor))}
        </section>
    }
    .into_any()
}

fn difference(editor: Editor) -> AnyView {
    redrawn(move || {
        let old = editor
            .in_force()
            .signal()
            .with(|view| view.as_ref().map(|view| without_version(&view.toml)));
        let shown = lines(&old.unwrap_or_default(), &editor.toml());
        let changes = editor.changes();
        if shown.is_empty() && changes.is_empty() {
            return view! { <div class="card-body"><p class="subtle small">"Nothing differs from what is in force. Edit a rule, or write the whole as TOML or JSON."</p></div> }.into_any();
        }
        view! { {sentences(changes)}{drawn(shown)} }.into_any()
    })
}

/// What changed, a sentence each.
pub(crate) fn sentences(changes: Vec<String>) -> AnyView {
    let line = |change: String| view! { <li>{change}</li> };
    (!changes.is_empty())
        .then(|| view! { <ul class="card-body changes" data-changes="">{changes.into_iter().map(line).collect_view()}</ul> })
        .into_any()
}

/// A difference, line by line.
pub(crate) fn drawn(shown: Vec<Line>) -> AnyView {
    let line = |line: Line| match line {
        Line::Same(text) => view! { <span class="same">{format!("  {text}\n")}</span> }.into_any(),
        Line::Gone(text) => view! { <span class="rem">{format!("- {text}\n")}</span> }.into_any(),
        Line::New(text) => view! { <span class="ins">{format!("+ {text}\n")}</span> }.into_any(),
        Line::Skipped(count) => view! { <span class="c">{format!("  … {count} more\n")}</span> }.into_any(),
    };
    (!shown.is_empty())
        .then(|| {
            view! { <pre class="code" tabindex="0" aria-label="The difference as TOML">{shown.into_iter().map(line).collect_view()}</pre> }
        })
        .into_any()
}

fn written(editor: Editor, form: &'static str) -> AnyView {
    let label = format!("The rules as {}", form.to_uppercase());
    let broken = memo(move |_| editor.check().error().and_then(|error| error.rules?.line));
    let gutter = move || {
        let count = editor.text.with(|text| text.split('\n').count());
        let broken = broken.get();
        let number = |line: usize| view! { <span class:bad=broken == Some(line)>{line}</span> };
        (1..=count).map(number).collect_view()
    };
    let rows = move || {
        editor
            .text
            .with(|text| text.split('\n').count().clamp(8, 4_000))
            .to_string()
    };
    let write = move |event: leptos::ev::Event| editor.text.set(event_target_value(&event));
    view! {
        <div class="written" data-written=form>
            <div class="gutter" aria-hidden="true">{redrawn(gutter)}</div>
            <textarea class="input mono" id="rules-text" aria-label=label aria-describedby="rules-wrong" spellcheck="false" autocapitalize="none"
                wrap="off" rows=rows prop:value=move || editor.text.get() aria-invalid=move || broken.get().is_some().to_string() on:input=heard(write)></textarea>
        </div>
    }
    .into_any()
}

/// Why the text is refused, with line, rule and field.
fn wrong(error: UiError) -> AnyView {
    let Some(file) = error.rules.clone() else {
        return view! { <div class="card-body">{problem(error)}</div> }.into_any();
    };
    let RulesFileError {
        rule,
        field,
        line,
        reason,
    } = *file;
    let place = line.map(|line| format!("Line {line}: "));
    let rule = rule.map(|rule| view! { "rule "<code>{rule}</code>": " });
    let field = (!field.is_empty()).then(|| view! { <code>{field}</code>": " });
    let reason = marked(&refusal_words(&reason));
    view! {
        <div class="card-body" id="rules-wrong" data-wrong=line.unwrap_or_default().to_string()>
            <p class="err" role="alert"><Icon glyph=Glyph::Warn/><span><strong>{place}</strong>{rule}{field}<SentenceText segments=reason/>". The rules in force stay as they are."</span></p>
        </div>
    }
    .into_any()
}
