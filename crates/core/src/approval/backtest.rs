//! `backtest`: which past requests another version of the rules would have decided differently.

use std::collections::BTreeMap;

use super::{
    AppRequest, Rule, Rules, Verdict,
    compiled::{Facts, Names, Plan},
};

/// One request that the two versions decide differently.
#[derive(Clone, Copy, Debug)]
pub struct Flip<'a> {
    /// Under the old rules.
    pub old: Verdict<'a>,
    /// Under the new rules.
    pub new: Verdict<'a>,
}

/// The outcome of a backtest.
#[derive(Clone, Debug, Default)]
pub struct Flips<'a> {
    /// How many requests were decided under both.
    pub requests: usize,
    /// Those that come out differently, in the order given.
    pub flips: Vec<Flip<'a>>,
}

impl<'a> Flip<'a> {
    /// The request.
    pub const fn request(&self) -> &'a AppRequest {
        self.old.request()
    }
}

impl Flips<'_> {
    /// How many went from one decision to another, by their words; equal words mean that level, scopes,
    /// days or the people asked differ.
    pub fn tally(&self) -> BTreeMap<(&'static str, &'static str), usize> {
        let mut tally = BTreeMap::new();
        for flip in &self.flips {
            let change = (flip.old.decision().as_str(), flip.new.decision().as_str());
            *tally.entry(change).or_insert(0) += 1;
        }
        tally
    }

    /// "This edit flips 14 of 3120 decisions."
    pub fn sentence(&self) -> String {
        match self.flips.len() {
            0 => format!("This edit flips none of {} decisions.", self.requests),
            flips => format!("This edit flips {flips} of {} decisions.", self.requests),
        }
    }
}

/// Decides every request under both versions. What a requester is told is not compared.
///
/// The rules at the head of both lists that are the same are looked at once.
pub fn backtest<'a>(old: &'a Rules, new: &'a Rules, requests: impl IntoIterator<Item = &'a AppRequest>) -> Flips<'a> {
    let same = |(a, b): &(&Rule, &Rule)| a.enabled == b.enabled && a.when == b.when && a.then == b.then;
    let shared = old.rules.iter().zip(&new.rules).take_while(same).count();
    let names = Names::of([old, new]);
    let (plan, edited) = (Plan::new(old, &names), Plan::new(new, &names));
    let mut facts = Facts::default();
    let mut flips = Flips::default();
    for request in requests {
        flips.requests += 1;
        facts.read(&names, request);
        let before = plan.decide(request, &facts, 0);
        if before.position().is_some_and(|at| at < shared) {
            continue;
        }
        let flip = Flip {
            old: before,
            new: edited.decide(request, &facts, shared),
        };
        let action = |verdict: Verdict<'a>| verdict.rule().map(|rule| &rule.then);
        // Equal actions on one request have equal effects; only others are worked out.
        if action(flip.old) != action(flip.new) && !flip.old.decision().same_effect(&flip.new.decision()) {
            flips.flips.push(flip);
        }
    }
    flips
}
