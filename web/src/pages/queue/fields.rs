//! The fields of a decision: where it holds, for how long, without what, and why.

use std::collections::BTreeSet;

use grantbook_core::{
    Scope,
    approval::Level,
    view::approvals::{AppRequestDetail, DecisionWish, Outcome},
};
use leptos::prelude::*;

use crate::reactive::{heard, redrawn};
use crate::{components::Sens, view_model::number::thousands};

/// The longest reason, in characters.
pub const MAX_REASON: usize = 500;
/// The longest time limit, in days.
const MAX_DAYS: u32 = 3_650;

/// What somebody has filled in.
#[derive(Clone, Copy)]
pub struct Form {
    /// Where it holds.
    pub level: RwSignal<Level>,
    /// Why.
    pub reason: RwSignal<String>,
    /// For how many days, as typed.
    pub days: RwSignal<String>,
    /// Optional scopes that are left out.
    pub withhold: RwSignal<BTreeSet<Scope>>,
}

impl Form {
    /// Nothing filled in.
    pub fn new() -> Self {
        Self {
            level: RwSignal::new(Level::Workspace),
            reason: RwSignal::new(String::new()),
            days: RwSignal::new(String::new()),
            withhold: RwSignal::new(BTreeSet::new()),
        }
    }

    /// As the server is asked.
    pub fn wish(self) -> DecisionWish {
        DecisionWish {
            level: self.level.get_untracked(),
            reason: self.reason.get_untracked().trim().to_owned(),
            withhold: self.withhold.get_untracked().into_iter().collect(),
            for_days: self.days.get_untracked().trim().parse().ok(),
        }
    }

    /// Why it cannot be sent yet; tracks.
    pub fn obstacle(self, reason_required: bool) -> Option<String> {
        let length = self.reason.with(|reason| reason.trim().chars().count());
        if length > MAX_REASON {
            return Some(format!(
                "A reason has at most {MAX_REASON} characters; this one has {length}."
            ));
        }
        if reason_required && length == 0 {
            return Some("This decision needs a reason: the requester reads it.".to_owned());
        }
        let days = self.days.with(|days| days.trim().to_owned());
        let fits = days.is_empty() || days.parse().is_ok_and(|days: u32| (1..=MAX_DAYS).contains(&days));
        (!fits).then(|| {
            format!(
                "An approval lasts 1 to {} days, or until somebody ends it.",
                thousands(u64::from(MAX_DAYS))
            )
        })
    }

    /// Where it holds: `here` is the place that was asked for.
    pub fn level_field(self, here: String) -> AnyView {
        let choice = move |level: Level, text: String| {
            view! {
                <label class="opt">
                    <input type="radio" name="decision-level" prop:checked=move || self.level.get() == level on:change=heard(move |_| self.level.set(level))/>
                    <span>{text}</span>
                </label>
            }
        };
        view! {
            <fieldset class="field"><legend class="label">"Where"</legend>
                {choice(Level::Workspace, here)}{choice(Level::Org, "In the whole organization".to_owned())}
            </fieldset>
        }
        .into_any()
    }

    /// For how many days an approval holds.
    pub fn days_field(self) -> AnyView {
        let quick = move |days: &'static str, word: &'static str| {
            let pressed = move || self.days.with(|typed| typed.trim() == days).to_string();
            view! { <button type="button" aria-pressed=pressed on:click=heard(move |_| self.days.set(days.to_owned()))>{word}</button> }
        };
        view! {
            <div class="field">
                <label for="decision-days">"For how many days"</label>
                <div class="row wrap">
                    <div class="segmented" role="group" aria-label="Usual time limits">
                        {quick("", "No limit")}{quick("30", "30")}{quick("90", "90")}{quick("365", "365")}
                    </div>
                    <input class="input days" id="decision-days" inputmode="numeric" autocomplete="off" placeholder="Another" bind:value=self.days/>
                </div>
                <p class="help">"At its end the approval ends by itself; people are told before."</p>
            </div>
        }
        .into_any()
    }

    /// Optional scopes, each of which can be left out.
    pub fn scopes_field(self, detail: &AppRequestDetail) -> Option<AnyView> {
        let optional: Vec<_> = detail.scopes.iter().filter(|line| line.is_optional).cloned().collect();
        if optional.is_empty() {
            return None;
        }
        let choice = move |line: grantbook_core::view::approvals::ScopeLine| {
            let (name, shown) = (line.name.clone(), line.name.clone());
            let toggle = move |event| {
                let given = event_target_checked(&event);
                self.withhold.update(|withhold| {
                    if given {
                        withhold.remove(&name);
                    } else {
                        withhold.insert(name.clone());
                    }
                });
            };
            let given = move || self.withhold.with(|withhold| !withhold.contains(&shown));
            view! {
                <label class="opt">
                    <input type="checkbox" prop:checked=given on:change=heard(toggle)/>
                    <span><code><Sens grade=line.sensitivity/>" "{line.name.to_string()}</code>" "<small class="subtle">{line.meaning}</small></span>
                </label>
            }
        };
        let fixed = detail.scopes.len() - optional.len();
        let fixed = match fixed {
            0 => String::new(),
            1 => "1 scope is needed and always approved.".to_owned(),
            many => format!("{many} scopes are needed and always approved."),
        };
        Some(
            view! {
                <fieldset class="field"><legend class="label">"Optional scopes"</legend>
                    {optional.into_iter().map(choice).collect_view()}
                    <p class="help">"Take one away to approve the app without it. "{fixed}</p>
                </fieldset>
            }
            .into_any(),
        )
    }

    /// Why, as the requester is told.
    pub fn reason_field(self, outcome: Outcome, required: bool) -> AnyView {
        let help = match (required, outcome) {
            (true, _) => "The requester reads it.",
            (false, Outcome::Approved) => "The requester reads it. May stay blank.",
            (false, _) => "The requester reads it; without one they can only guess.",
        };
        let left = move || {
            let length = self.reason.with(|reason| reason.chars().count());
            (length > MAX_REASON - 100).then(|| format!(" {length} of {MAX_REASON} characters."))
        };
        view! {
            <div class="field">
                <label for="decision-reason">"Why?"</label>
                <textarea class="input" id="decision-reason" rows="3" aria-required=required.to_string() aria-describedby="decision-reason-help" bind:value=self.reason></textarea>
                <p class="help" id="decision-reason-help">{help}{redrawn(left)}</p>
            </div>
        }
        .into_any()
    }
}

impl Default for Form {
    fn default() -> Self {
        Self::new()
    }
}
