//! Slack's own automation rules, taken over into the editor.

use std::sync::Arc;

use grantbook_core::{
    approval::import::Includes,
    view::approvals::{RulesFormat, RulesText},
};
use leptos::prelude::*;

use super::editor::Editor;
use crate::reactive::{derived, memo};
use crate::{
    client,
    components::{Confirm, Doing, Segment, Segmented, confirm, use_toasts},
    view_model::number::count,
};

/// The dialog.
pub(super) fn dialog(editor: Editor, open: RwSignal<bool>) -> AnyView {
    let text = RwSignal::new(String::new());
    let all = RwSignal::new(false);
    let toasts = use_toasts();
    let words = Confirm {
        title: "Import rules from Slack".to_owned(),
        keep: "Keep the list as it is",
        act: "Take them over".to_owned(),
        danger: false,
        obstacle: derived(move || {
            text.with(|text| text.trim().is_empty())
                .then(|| "Paste the rules first.".to_owned())
        }),
    };
    let run = move || -> Doing {
        let wish = RulesText {
            text: text.get_untracked(),
            format: RulesFormat::Slack,
            includes: if all.get_untracked() {
                Includes::All
            } else {
                Includes::Any
            },
            ..RulesText::default()
        };
        Box::pin(async move {
            let read = client::import_rules(&wish).await?;
            let taken = read.rules.rules.len();
            editor.notes.set(read.notes);
            editor.change(move |rules| *rules = read.rules.rules);
            toasts.say(format!(
                "{} taken over. Nothing is in force yet.",
                count(u64::try_from(taken).unwrap_or_default(), "rule")
            ));
            Ok(())
        })
    };
    let body = move || {
        let chosen = memo(move |_| all.get());
        let segments = vec![Segment::word(false, "any of them"), Segment::word(true, "all of them")];
        view! {
            <p>"Slack shows its automation rules in the audit log, as "<code>"rules_checked"</code>" of "<code>"app_allowlist_rule_matched"</code>". They take the place of the list in the editor."</p>
            <div class="field"><label for="slack-rules">"Slack’s rules, as JSON"</label>
                <textarea class="input mono" id="slack-rules" rows="10" spellcheck="false" autocapitalize="none" bind:value=text></textarea></div>
            <div class="field"><span class="label">"“Scopes includes” with several scopes means"</span>
                <Segmented label="What includes means" segments chosen on_choose=Callback::new(move |value| all.set(value))/>
                <p class="help">"Slack does not say which. Look at the backtest before you rely on it."</p></div>
        }
        .into_any()
    };
    confirm(open, words, run, Arc::new(body))
}
