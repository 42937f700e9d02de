//! `Editor`: the rules as they are being edited, what the server says about them, and what is in force.

use std::time::Duration;

use grantbook_core::{
    approval::{Finding, Rule, Rules},
    view::approvals::{BacktestView, BacktestWish, RulesCheckView, RulesFormat, RulesState, RulesText, RulesView},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::client::{self, Remote, remote, remote_keeping};
use crate::reactive::{Kept, Memo, effect, memo};
use crate::session::use_session;

/// Typing that pauses for so long is looked at.
const PAUSE: Duration = Duration::from_millis(300);
/// Flips listed at first.
pub(super) const FEW: u32 = 5;
/// Flips listed when all are wanted.
pub(super) const ALL: u32 = 1_000;

/// Rules as a text in some form.
pub(super) type Written = (String, RulesFormat);

/// Everything on the page that changes.
#[derive(Clone, Copy)]
pub(super) struct Editor {
    remotes: StoredValue<Remotes>,
    /// The rules as they are being edited.
    pub(super) rules: Kept<Rules>,
    /// The form in which they are written by hand; by form where absent.
    pub(super) writing: RwSignal<Option<&'static str>>,
    /// What was written.
    pub(super) text: RwSignal<String>,
    /// What the change is about.
    pub(super) note: RwSignal<String>,
    /// How many flips are listed.
    pub(super) limit: RwSignal<u32>,
    /// What an import left out.
    pub(super) notes: RwSignal<Vec<String>>,
    asked: Kept<Option<Written>>,
}

/// What is read from the server.
#[derive(Clone, Copy)]
struct Remotes {
    start: Remote<RulesView>,
    in_force: Remote<RulesView>,
    check: Remote<Option<RulesCheckView>>,
    backtest: Remote<Option<BacktestView>>,
}

impl Editor {
    /// Begins with the version of the address, or with what is in force.
    pub(super) fn open() -> Self {
        let query = use_query_map();
        let version = memo(move |_| query.with(|query| query.get("version")?.parse::<u64>().ok()));
        let start = remote(
            move || version.get(),
            |version| async move { client::rules(version).await },
        );
        let in_force = remote(|| (), |()| client::rules(None));
        let asked = Kept::of(None::<Written>);
        let limit = RwSignal::new(FEW);
        let check = remote_keeping(
            move || asked.get(),
            |asked| async move {
                let Some((text, format)) = asked else { return Ok(None) };
                let wish = RulesText {
                    text,
                    format,
                    ..RulesText::default()
                };
                client::check_rules(&wish).await.map(Some)
            },
        );
        let backtest = remote_keeping(
            move || (asked.get(), limit.get()),
            |(asked, limit)| async move {
                let Some((text, format)) = asked else { return Ok(None) };
                let wish = BacktestWish {
                    text,
                    format,
                    limit: Some(limit),
                    ..BacktestWish::default()
                };
                client::backtest(&wish).await.map(Some)
            },
        );
        let remotes = Remotes {
            start,
            in_force,
            check,
            backtest,
        };
        let editor = Self {
            remotes: StoredValue::new(remotes),
            rules: Kept::of(Rules::default()),
            writing: RwSignal::new(None),
            text: RwSignal::new(String::new()),
            note: RwSignal::new(String::new()),
            limit,
            notes: RwSignal::new(Vec::new()),
            asked,
        };
        editor.follow();
        editor
    }

    /// The version that the editor began with.
    pub(super) fn start(self) -> Remote<RulesView> {
        self.remotes.with_value(|remotes| remotes.start)
    }

    /// What is in force.
    pub(super) fn in_force(self) -> Remote<RulesView> {
        self.remotes.with_value(|remotes| remotes.in_force)
    }

    /// What the server says about the rules.
    pub(super) fn check(self) -> Remote<Option<RulesCheckView>> {
        self.remotes.with_value(|remotes| remotes.check)
    }

    /// What they would have changed.
    pub(super) fn backtest(self) -> Remote<Option<BacktestView>> {
        self.remotes.with_value(|remotes| remotes.backtest)
    }

    /// Keeps what depends on each other in step.
    fn follow(self) {
        effect(move || {
            self.start().signal().with(|start| {
                let Some(start) = start else { return };
                self.writing.set(None);
                self.rules.set(unnumbered(&start.rules));
                let is_draft = start.version.state == RulesState::Draft;
                self.note.set(if is_draft {
                    start.version.note.clone()
                } else {
                    String::new()
                });
            });
        });
        let written = memo(move |_| self.written());
        let turn = StoredValue::new(0_u32);
        effect(move || {
            let now = written.get();
            if !self.has_start() {
                return;
            }
            let mine = turn.get_value().wrapping_add(1);
            turn.set_value(mine);
            let pause = if self.asked.with_untracked(Option::is_none) {
                Duration::ZERO
            } else {
                PAUSE
            };
            set_timeout(
                move || {
                    if turn.try_get_value() == Some(mine) {
                        self.asked.try_set(Some(now));
                    }
                },
                pause,
            );
        });
        // What was written and could be read is shown in the list.
        effect(move || {
            let read = self
                .check()
                .signal()
                .with(|check| Some(check.as_ref()?.as_ref()?.rules.clone()));
            if let Some(read) = read
                && self.writing.with_untracked(Option::is_some)
                && self.rules.with_untracked(|rules| *rules != read)
            {
                self.rules.set(read);
            }
        });
    }

    fn written(self) -> Written {
        match self.writing.get() {
            None => (self.json(), RulesFormat::Json),
            Some("toml") => (self.text.get(), RulesFormat::Toml),
            Some(_) => (self.text.get(), RulesFormat::Json),
        }
    }

    fn json(self) -> String {
        self.rules
            .with(|rules| serde_json::to_string_pretty(rules).unwrap_or_default())
    }

    /// Whether there is something to edit.
    pub(super) fn has_start(self) -> bool {
        self.start().signal().with(Option::is_some)
    }

    /// Begins or ends writing by hand.
    pub(super) fn write_as(self, form: Option<&'static str>) {
        let text = match form {
            Some("toml") => self.toml(),
            Some(_) => untrack(|| self.json()),
            None => String::new(),
        };
        self.text.set(text);
        self.writing.set(form);
    }

    /// The rules as TOML, as the server wrote them last.
    pub(super) fn toml(self) -> String {
        let toml = self
            .check()
            .signal()
            .with(|check| Some(check.as_ref()?.as_ref()?.toml.clone()));
        without_version(&toml.unwrap_or_default())
    }

    /// Changes the list; what was written by hand is left for the form.
    pub(super) fn change(self, change: impl FnOnce(&mut Vec<Rule>)) {
        let mut rules = self.rules.get_untracked();
        change(&mut rules.rules);
        self.writing.set(None);
        self.rules.set(rules);
    }

    /// Whether the rules are others than those that the editor began with.
    pub(super) fn is_edited(self) -> bool {
        let begun = self
            .start()
            .signal()
            .with(|start| start.as_ref().map(|start| unnumbered(&start.rules)));
        begun.is_some_and(|begun| self.check().error().is_some() || self.rules.with(|rules| unnumbered(rules) != begun))
    }

    /// Back to the rules that the editor began with.
    pub(super) fn undo(self) {
        let begun = self
            .start()
            .signal()
            .with_untracked(|start| start.as_ref().map(|start| unnumbered(&start.rules)));
        if let Some(begun) = begun {
            self.writing.set(None);
            self.notes.set(Vec::new());
            self.rules.set(begun);
        }
    }

    /// What is wrong with the list as a whole.
    pub(super) fn findings(self) -> Vec<Finding> {
        let found = self
            .check()
            .signal()
            .with(|check| Some(check.as_ref()?.as_ref()?.findings.clone()));
        found.unwrap_or_default()
    }

    /// What differs from what is in force, a sentence each.
    pub(super) fn changes(self) -> Vec<String> {
        let found = self
            .check()
            .signal()
            .with(|check| Some(check.as_ref()?.as_ref()?.changes.clone()));
        found.unwrap_or_default()
    }

    /// Why it cannot be saved, or passed on, now.
    pub(super) fn obstacle(self) -> Option<String> {
        if self.check().error().is_some() {
            return Some("The text is refused. Mend it first.".to_owned());
        }
        if self.changes().is_empty() {
            return Some("Nothing differs from what is in force.".to_owned());
        }
        None
    }

    /// The version in force that the edit is made against.
    pub(super) fn base(self) -> u64 {
        let base = self
            .in_force()
            .signal()
            .with(|view| Some(view.as_ref()?.version.version));
        base.unwrap_or_default()
    }

    /// A draft of one's own, which is written anew instead of saved beside.
    pub(super) fn own_draft(self) -> Option<u64> {
        let me = use_session().view().map(|view| format!("user:{}", view.name))?;
        self.start().signal().with(|start| {
            let version = &start.as_ref()?.version;
            let own = version.state == RulesState::Draft && version.made_by == me && version.shadow_since.is_none();
            own.then_some(version.version)
        })
    }

    /// A signal of the rules' number.
    pub(super) fn count(self) -> Memo<usize> {
        memo(move |_| self.rules.with(|rules| rules.rules.len()))
    }

    /// What is to be saved.
    pub(super) fn wanted(self) -> Written {
        untrack(|| self.written())
    }
}

fn unnumbered(rules: &Rules) -> Rules {
    Rules {
        version: 0,
        rules: rules.rules.clone(),
    }
}

/// TOML without the number of its version, which is the server's to give.
pub(super) fn without_version(toml: &str) -> String {
    let rest = toml.strip_prefix("version = ").and_then(|rest| rest.split_once('\n'));
    rest.map_or(toml, |(_, rest)| rest).trim_start().to_owned()
}
