//! The latest triggers and how long they lived, to scale.

use grantbook_core::Timestamp;

use super::super::icons::state;
use crate::{
    html::{Html, html},
    state::{Deed, Trigger, World},
};

/// Triggers shown.
const SHOWN: usize = 2;

/// Slack's limit, in milliseconds.
const LIMIT: i64 = 3_000;

pub(super) fn triggers(world: &World, now: Timestamp) -> Html {
    let latest: Vec<&Trigger> = world.triggers.newest_first().take(SHOWN).collect();
    if latest.is_empty() {
        return html!(
            "<div class=\"stack tight\"><span class=\"label\">Trigger</span><p class=\"small subtle\">A press or a command makes one. It is good for 3,000 ms.</p></div>"
        );
    }
    latest.into_iter().map(|one| trigger(world, one, now)).collect()
}

fn trigger(world: &World, trigger: &Trigger, now: Timestamp) -> Html {
    let hook = world.hooks.of_trigger(&trigger.id);
    let deed = match hook.map(|hook| hook.deed) {
        Some(Deed::Command) => "command",
        Some(Deed::Attachment | Deed::Block) => "press",
        None => "deed",
    };
    let age = (now.micros() - trigger.issued_at.micros()) / 1_000;
    let (name, pill, life, words) = match (trigger.spent_at, trigger.late_at, trigger.is_over(now)) {
        (Some(_), ..) => {
            let delay = trigger.delay_ms().unwrap_or(0);
            let words = format!("Spent {} ms after the {deed}, of 3,000", thousands(delay));
            ("spent", state("granted", "check", "Spent in time"), delay, words)
        }
        (None, Some(_), _) => {
            let delay = trigger.delay_ms().unwrap_or(0);
            let words = format!(
                "The app came {} ms after the {deed}; Slack accepts 3,000",
                thousands(delay)
            );
            ("late", state("denied", "x", "Refused: too late"), LIMIT, words)
        }
        (None, None, true) => {
            let words = format!("Nobody spent it within 3,000 ms of the {deed}");
            ("died", state("expired", "minus", "Died unspent"), LIMIT, words)
        }
        (None, None, false) => {
            let words = format!("{} of 3,000 ms are over", thousands(age));
            ("live", state("pending", "clock", "Waiting"), age, words)
        }
    };
    let what = hook.map(|hook| html!("<p class=\"small trunc\">{}</p>", hook.words));
    html!(
        "<div class=\"stack tight trigger\" data-trigger-life=\"{}\"><p class=\"row\"><span class=\"label grow\">Trigger</span>{}</p>{}\
         <p class=\"mono small subtle trunc\" title=\"{}\">{}</p>\
         <svg class=\"life {}\" viewBox=\"0 0 3000 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"whole\" width=\"3000\" height=\"8\"/>\
         <rect class=\"lived\" width=\"{}\" height=\"8\"/></svg><p class=\"small subtle tabular\">{}</p></div>",
        name,
        pill,
        what,
        trigger.id.as_str(),
        trigger.id.as_str(),
        name,
        life.clamp(12, LIMIT),
        words
    )
}

/// `4,102`.
fn thousands(number: i64) -> String {
    if number < 1_000 {
        return number.to_string();
    }
    format!("{},{:03}", number / 1_000, number % 1_000)
}
