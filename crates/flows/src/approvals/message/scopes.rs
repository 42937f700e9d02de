//! The scopes of a request in plain words, the most sensitive first.

use std::collections::BTreeMap;

use grantbook_core::{
    Scope, Sensitivity,
    approval::{AskedScope, TokenType},
    catalogue, sensitivity,
};

use super::text::{counted, inline};

/// Scopes that are told one by one.
const TOLD: usize = 8;
/// The longest line about one.
const LINE: usize = 180;
/// The longest name.
const NAME: usize = 80;

/// One scope, whosever token it is asked for.
struct Told<'a> {
    name: &'a Scope,
    grade: Sensitivity,
    as_person: bool,
    is_optional: bool,
    is_approved: bool,
    asked: &'a AskedScope,
}

/// The grade's mark, for the eye only: the word follows in each line.
const fn mark(grade: Sensitivity) -> &'static str {
    match grade {
        Sensitivity::Critical => "🔴",
        Sensitivity::High => "🟠",
        Sensitivity::Medium => "🟡",
        Sensitivity::Low => "⚪",
    }
}

/// What it does: our own words where they say more than the grade, Slack's catalogue, or what came with the request.
fn meaning(told: &Told<'_>) -> String {
    let documented = catalogue::find(told.name).map(|info| info.description);
    let words = documented
        .filter(|words| !words.is_empty())
        .unwrap_or(&told.asked.description);
    if words.is_empty() {
        sensitivity::judge(told.name.as_str()).1.to_owned()
    } else {
        words.to_owned()
    }
}

fn line(told: &Told<'_>) -> String {
    let mut notes = vec![told.grade.as_str()];
    if told.as_person {
        notes.push("in a person's name");
    }
    if told.is_optional {
        notes.push("optional");
    }
    notes.push(if told.is_approved { "approved today" } else { "new" });
    format!(
        "{} `{}` {} _({})_",
        mark(told.grade),
        inline(told.name.as_str(), NAME),
        inline(meaning(told).trim_end_matches('.'), LINE),
        notes.join(", ")
    )
}

/// What is asked for, as a paragraph.
pub(super) fn paragraph(scopes: &[AskedScope]) -> String {
    if scopes.is_empty() {
        return "*It asks for no permission.*".to_owned();
    }
    let mut by_name: BTreeMap<&Scope, Told<'_>> = BTreeMap::new();
    for asked in scopes {
        let as_person = asked.token_type == TokenType::User;
        let told = by_name.entry(&asked.name).or_insert_with(|| Told {
            name: &asked.name,
            grade: sensitivity::judge(asked.name.as_str()).0,
            as_person,
            is_optional: asked.is_optional,
            is_approved: asked.is_approved,
            asked,
        });
        told.as_person |= as_person;
        told.is_optional &= asked.is_optional;
        told.is_approved &= asked.is_approved;
    }
    let mut told: Vec<Told<'_>> = by_name.into_values().collect();
    told.sort_by_key(|told| (told.is_approved, std::cmp::Reverse(told.grade)));
    let new = told.iter().filter(|told| !told.is_approved).count();
    let mut lines = vec![heading(told.len(), new)];
    lines.extend(told.iter().take(TOLD).map(line));
    if let Some(rest) = told.get(TOLD..).filter(|rest| !rest.is_empty()) {
        let heaviest = rest.iter().map(|told| told.grade).max().unwrap_or(Sensitivity::Low);
        lines.push(format!(
            "and {} more, {} at most; all of them stand in the console.",
            rest.len(),
            heaviest.as_str()
        ));
    }
    lines.join("\n")
}

fn heading(all: usize, new: usize) -> String {
    let asks = format!("*It asks for {}", counted(all, "permission"));
    match new {
        0 => format!("{asks}, all of them approved today.*"),
        new if new == all => format!("{asks}.*"),
        new => format!("{asks}, {new} of them new.*"),
    }
}
