//! Backtests: all requests that were ever asked, decided under two versions of the rules.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use grantbook_core::{
    approval::{self, AppRequest, Explanation, Flip, RuleRef, Rules, Verdict},
    view::approvals::{FlipView, TallyView},
};
use grantbook_store::StoreError;

use super::{past::Part, text::aside};
use crate::House;

/// What came of a backtest.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) requests: usize,
    pub(super) flips: usize,
    tally: BTreeMap<(&'static str, &'static str), usize>,
    /// The newest, as many as were asked for, newest first.
    pub(super) items: Vec<FlipView>,
    pub(super) took_us: u64,
}

/// Both versions, and how many flips are wanted in full.
#[derive(Clone, Debug)]
struct Bench {
    old: Arc<Rules>,
    new: Arc<Rules>,
    limit: usize,
}

impl Outcome {
    /// From what to what, the most frequent first.
    pub(super) fn tally(&self) -> Vec<TallyView> {
        let view = |((old, new), count): (&(&str, &str), &usize)| TallyView {
            old: (*old).to_owned(),
            new: (*new).to_owned(),
            count: *count,
        };
        let mut tally: Vec<TallyView> = self.tally.iter().map(view).collect();
        tally.sort_by_key(|one| std::cmp::Reverse(one.count));
        tally
    }

    /// "This edit flips 14 of 3120 decisions."
    pub(super) fn sentence(&self) -> String {
        match self.flips {
            0 => format!("This edit flips none of {} decisions.", self.requests),
            flips => format!("This edit flips {flips} of {} decisions.", self.requests),
        }
    }

    fn add(&mut self, part: &Part, bench: &Bench) {
        let found = approval::backtest(&bench.old, &bench.new, part.iter().map(|(_, request)| request));
        self.requests += found.requests;
        self.flips += found.flips.len();
        for (change, count) in found.tally() {
            *self.tally.entry(change).or_default() += count;
        }
        let skip = found.flips.len().saturating_sub(bench.limit);
        let mut numbered = part.iter();
        let listed = found.flips[skip..].iter().filter_map(|flip| {
            // Both are in the same order.
            let (id, _) = numbered.find(|(_, request)| std::ptr::eq(request, flip.request()))?;
            Some(view(*id, flip))
        });
        let mut items: Vec<FlipView> = listed.collect();
        items.reverse();
        items.append(&mut self.items);
        items.truncate(bench.limit);
        self.items = items;
    }
}

/// Decides all requests under both versions; the newest `limit` flips are told in full.
pub(super) async fn run(house: &House, old: Rules, new: Rules, limit: usize) -> Result<Outcome, StoreError> {
    let began = Instant::now();
    let bench = Bench {
        old: Arc::new(old),
        new: Arc::new(new),
        limit,
    };
    let mut outcome = Outcome::default();
    let mut walk = house.rules.past.walk(&house.store).await?;
    loop {
        let parts = walk.next(&house.store).await?;
        if parts.is_empty() {
            break;
        }
        let bench = bench.clone();
        outcome = aside(move || {
            parts.iter().for_each(|part| outcome.add(part, &bench));
            outcome
        })
        .await?;
    }
    name_teams(house, &mut outcome.items).await?;
    outcome.took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(outcome)
}

/// Puts in what workspaces are called.
pub(super) async fn name_teams(house: &House, flips: &mut [FlipView]) -> Result<(), StoreError> {
    let teams: BTreeSet<String> = flips
        .iter()
        .filter_map(|flip| flip.team.as_ref())
        .map(ToString::to_string)
        .collect();
    let names = house.store.workspace_names(&teams).await?;
    for flip in flips {
        flip.team_name = flip.team.as_ref().and_then(|team| names.get(team.as_str()).cloned());
    }
    Ok(())
}

fn rule_of(verdict: &Verdict<'_>) -> Option<RuleRef> {
    verdict
        .rule()
        .zip(verdict.position())
        .map(|(rule, at)| RuleRef::new(rule, at))
}

/// The verdict, and the test that settled it.
fn sentence(verdict: &Verdict<'_>) -> String {
    let told = verdict.explain().sentence;
    let last = verdict.reasons().last().filter(|_| verdict.rule().is_some());
    match last {
        Some((_, because)) => format!("{told} {}", because.sentence()),
        None => told,
    }
}

fn view(id: i64, flip: &Flip<'_>) -> FlipView {
    let Flip { old, new } = flip;
    FlipView {
        old: old.decision().as_str().to_owned(),
        old_rule: rule_of(old),
        old_sentence: sentence(old),
        ..base(id, old.request(), new)
    }
}

/// A flip from what was said then to what is said by these rules.
pub(super) fn since(id: i64, request: &AppRequest, then: Option<&Explanation>, now: &Rules) -> FlipView {
    let mut flip = base(id, request, &approval::decide(now, request));
    if let Some(then) = then {
        flip.old = then.decision.as_str().to_owned();
        flip.old_rule.clone_from(&then.decided_by);
        flip.old_sentence.clone_from(&then.sentence);
    }
    flip
}

fn base(id: i64, request: &AppRequest, new: &Verdict<'_>) -> FlipView {
    FlipView {
        id,
        request_id: request.id.clone(),
        app: request.app.id.clone(),
        app_name: request.app.name.clone(),
        team: request.team.clone(),
        team_name: None,
        asked_at: request.asked_at,
        old: "ask".to_owned(),
        old_rule: None,
        old_sentence: String::new(),
        new: new.decision().as_str().to_owned(),
        new_rule: rule_of(new),
        new_sentence: sentence(new),
    }
}
