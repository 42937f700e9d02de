//! `just bench backtest`: 100,000 app requests under 50 approval rules, decided with reasons by our own rules and by
//! Cedar on equivalent policies, in one run, on the same requests, on one thread each.
//!
//! Ours gives, for each request, the rule that decides and, for each rule looked at, the test that settled it.
//! Cedar gives the policies that are satisfied (`diagnostics`), the first of which is the rule that decides.
//! Arguments: `--requests N` (100,000), `--rounds N` (5), `--seed N` (5).

mod cedar;
mod random;
mod requests;
mod rules;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use cedar::{Calls, Cedar, Lists};
use grantbook_core::approval::{AppRequest, Compiled, Found, Rules, backtest, decide};

/// As in the binary `grantbook`; both sides have it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Where no rule fits.
const NOBODY: usize = usize::MAX;
/// How many requests decide which way of asking Cedar is the fastest.
const SAMPLE: usize = 5_000;

struct Plan {
    requests: usize,
    rounds: usize,
    seed: u64,
}

fn plan() -> anyhow::Result<Plan> {
    let mut plan = Plan {
        requests: 100_000,
        rounds: 5,
        seed: 5,
    };
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        let value = args.next().with_context(|| format!("{name} takes a number"))?;
        match name.as_str() {
            "--requests" => plan.requests = value.parse()?,
            "--rounds" => plan.rounds = value.parse()?,
            "--seed" => plan.seed = value.parse()?,
            _ => bail!("unknown argument {name}: --requests, --rounds, --seed"),
        }
    }
    ensure!(plan.requests > 0 && plan.rounds > 0, "nothing to measure");
    Ok(plan)
}

fn main() -> anyhow::Result<()> {
    let plan = plan()?;
    let rules = rules::fifty()?;
    let requests = requests::Company::new(plan.seed).requests(plan.requests)?;
    introduce(&plan, &rules, &requests)?;
    let (lists, calls) = fastest(&rules, &requests)?;
    let cedar = Cedar::new(&rules, lists)?;
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut differ = 0;
    for _ in 0..plan.rounds {
        let (decided, took) = decide_all(&rules, &requests);
        let (answers, longer) = cedar.decide(&requests, calls)?;
        differ += answers
            .iter()
            .zip(&decided)
            .filter(|(theirs, ours)| theirs != ours)
            .count();
        ratios.push(longer.as_secs_f64() / took.as_secs_f64());
        ours.push(took);
        theirs.push(longer);
    }
    println!(
        "{:<32} {:>10} {:>10} {:>10} {:>14}",
        "", "median ms", "best ms", "worst ms", "requests/s"
    );
    row("ours, with reasons", requests.len(), &mut ours);
    row("Cedar, with reasons", requests.len(), &mut theirs);
    let all_looked_at = rules::none_but_the_last(&rules)?;
    let mut took: Vec<Duration> = (0..plan.rounds)
        .map(|_| decide_all(&all_looked_at, &requests).1)
        .collect();
    row("ours, all fifty looked at", requests.len(), &mut took);
    row(
        "ours, decisions only",
        requests.len(),
        &mut decisions_only(&rules, &requests, plan.rounds),
    );
    row(
        "ours, rules not made ready",
        requests.len(),
        &mut not_ready(&rules, &requests, plan.rounds),
    );
    edited(&rules, &requests, plan.rounds)?;
    ratios.sort_by(f64::total_cmp);
    println!(
        "backtest with reasons: median {:.0} ms (bar 250); ratio Cedar / ours: median {:.0} (bar 20), all {ratios:.0?}",
        ours[ours.len() / 2].as_secs_f64() * 1e3,
        ratios[ratios.len() / 2]
    );
    println!(
        "decisions that differ: {differ} of {} in {} rounds",
        requests.len(),
        plan.rounds
    );
    ensure!(differ == 0, "the two do not decide alike");
    Ok(())
}

/// The place of the rule that decides each request, and how long all of them with their reasons took. Making the
/// rules ready is part of it.
fn decide_all(rules: &Rules, requests: &[AppRequest]) -> (Vec<usize>, Duration) {
    let began = Instant::now();
    let mut decided = Vec::with_capacity(requests.len());
    Compiled::new(rules).decide_all(requests, |verdict, reasons| {
        black_box(reasons);
        decided.push(verdict.position().unwrap_or(NOBODY));
    });
    (decided, began.elapsed())
}

fn decisions_only(rules: &Rules, requests: &[AppRequest], rounds: usize) -> Vec<Duration> {
    let round = |_| {
        let began = Instant::now();
        let flips = backtest(rules, rules, requests);
        black_box(flips.requests);
        began.elapsed()
    };
    (0..rounds).map(round).collect()
}

/// As a single request is decided.
fn not_ready(rules: &Rules, requests: &[AppRequest], rounds: usize) -> Vec<Duration> {
    let round = |_| {
        let began = Instant::now();
        for request in requests {
            for reason in decide(rules, request).reasons() {
                black_box(reason);
            }
        }
        began.elapsed()
    };
    (0..rounds).map(round).collect()
}

/// A backtest of an edit near the head of the list, with the whole explanation of each decision that flips.
fn edited(rules: &Rules, requests: &[AppRequest], rounds: usize) -> anyhow::Result<()> {
    let mut newer = rules.clone();
    rules::edit(&mut newer)?;
    let mut took = Vec::new();
    let mut sentence = String::new();
    for _ in 0..rounds {
        let began = Instant::now();
        let flips = backtest(rules, &newer, requests);
        for flip in &flips.flips {
            black_box((flip.old.explain(), flip.new.explain()));
        }
        took.push(began.elapsed());
        sentence = flips.sentence();
    }
    row("ours, an edit, flips explained", requests.len(), &mut took);
    println!("  {sentence}");
    Ok(())
}

/// What is measured, so that the figures can be judged.
fn introduce(plan: &Plan, rules: &Rules, requests: &[AppRequest]) -> anyhow::Result<()> {
    let mut by_rule = vec![0_usize; rules.rules.len()];
    let (mut looked, mut about_scopes) = (0, 0);
    let mut nobody = 0;
    Compiled::new(rules).decide_all(requests, |verdict, reasons| {
        let scope = |found: &Found<'_>| matches!(found, Found::Asked(_) | Found::NotAsked(_) | Found::NoSuchScope);
        looked += reasons.len();
        about_scopes += reasons.iter().filter(|(_, because)| scope(&because.found)).count();
        match verdict.position() {
            Some(at) => by_rule[at] += 1,
            None => nobody += 1,
        }
    });
    ensure!(nobody == 0, "the last rule fits everything");
    let live = by_rule.iter().filter(|decided| **decided > 0).count();
    let scopes: usize = requests.iter().map(|request| request.scopes.len()).sum();
    println!(
        "{} requests with {:.1} scopes each, {} rules of which {live} decide some, {} rounds",
        requests.len(),
        per(scopes, requests.len()),
        rules.rules.len(),
        plan.rounds
    );
    println!(
        "{looked} reasons, {:.1} for each request, {:.0} % of them about scopes",
        per(looked, requests.len()),
        100.0 * per(about_scopes, looked)
    );
    Ok(())
}

/// Tries each way of asking Cedar on some of the requests and takes the one that is best for Cedar.
fn fastest(rules: &Rules, requests: &[AppRequest]) -> anyhow::Result<(Lists, Calls)> {
    let sample = &requests[..requests.len().min(SAMPLE)];
    let mut best: Option<(Duration, Lists, Calls)> = None;
    println!("Cedar on the first {} of them, by how it is asked:", sample.len());
    for lists in [Lists::InPolicies, Lists::InEntities] {
        let cedar = Cedar::new(rules, lists)?;
        for calls in [Calls::OneForAll, Calls::OneByOne] {
            let took = (0..3)
                .map(|_| Ok(cedar.decide(sample, calls)?.1))
                .collect::<anyhow::Result<Vec<_>>>()?;
            let took = took.into_iter().min().context("a round")?;
            println!(
                "  {:<60} {:>8.1} µs each",
                format!("{lists}, {calls}"),
                took.as_secs_f64() * 1e6 / sample.len() as f64
            );
            if best.is_none_or(|(time, ..)| took < time) {
                best = Some((took, lists, calls));
            }
        }
    }
    let (_, lists, calls) = best.context("a way")?;
    println!("  measured with: {lists}, {calls}");
    Ok((lists, calls))
}

fn row(name: &str, requests: usize, took: &mut [Duration]) {
    took.sort();
    let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
    let median = took[took.len() / 2];
    println!(
        "{name:<32} {:>10.1} {:>10.1} {:>10.1} {:>14.0}",
        ms(median),
        ms(took[0]),
        ms(took[took.len() - 1]),
        requests as f64 / median.as_secs_f64()
    );
}

fn per(sum: usize, of: usize) -> f64 {
    sum as f64 / of as f64
}
