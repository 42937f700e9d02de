//! `check`: what is wrong with a list of rules as a whole, each finding with a worked request or a proof.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    AppRequest, Predicate, Rule, RuleRef, Rules,
    rules::Action,
    solve::{Solved, World, solve, world_of},
};

/// Something wrong or worth a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RuleFinding))]
pub struct Finding {
    /// The rule it is about.
    pub rule: RuleRef,
    /// What it is.
    pub problem: Problem,
    /// The same as a sentence.
    pub sentence: String,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "problem")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RuleProblem))]
pub enum Problem {
    /// An earlier rule has the same id.
    DuplicateId {
        /// That rule.
        first: RuleRef,
    },
    /// No request can fit the condition.
    Impossible,
    /// Every request that fits is taken by an earlier rule; proven over all requests.
    NeverFires {
        /// The rules that together take them all; leaving any one out would let a request through.
        taken_by: Vec<RuleRef>,
        /// A request that fits.
        example: Box<AppRequest>,
        /// The rule that takes the example.
        example_taken_by: RuleRef,
    },
    /// Two rules fit one request, the one would approve and the other refuse, and neither is the
    /// special case of the other: their order alone decides.
    Contradicts {
        /// The later rule.
        with: RuleRef,
        /// A request that both fit and no earlier rule does.
        example: Box<AppRequest>,
    },
    /// Too many combinations to tell whether the rule can fire.
    Undecided,
}

/// Looks for duplicate ids, impossible conditions, rules that never fire and contradicting pairs.
/// Rules that are switched off are passed over, but for their ids.
pub fn check(rules: &Rules) -> Vec<Finding> {
    let world = world_of(rules);
    let mut findings = duplicates(rules);
    let mut live = Vec::new();
    for (at, rule) in in_force(rules) {
        match solve(&world, &first_to_fit(rules, at)) {
            Solved::Found(_) => live.push((at, rule)),
            Solved::Impossible => findings.push(dead(rules, &world, at, rule)),
            Solved::GaveUp => findings.push(undecided(at, rule)),
        }
    }
    for (place, &(at, rule)) in live.iter().enumerate() {
        for &(later_at, later) in &live[place + 1..] {
            if opposed(&rule.then, &later.then) {
                findings.extend(contradiction(rules, &world, (at, rule), (later_at, later)));
            }
        }
    }
    findings.sort_by_key(|finding| finding.rule.position);
    findings
}

/// A request that the rule with this id decides; `None` where there is none or it cannot be told.
pub fn witness(rules: &Rules, id: &str) -> Option<AppRequest> {
    let world = world_of(rules);
    let (at, _) = in_force(rules).find(|(_, rule)| rule.id == id)?;
    match solve(&world, &first_to_fit(rules, at)) {
        Solved::Found(facts) => world.request(&facts),
        Solved::Impossible | Solved::GaveUp => None,
    }
}

/// The first rule in force whose condition nothing can fit, and its place.
pub(super) fn impossible(rules: &Rules) -> Option<(usize, &Rule)> {
    let world = world_of(rules);
    let hopeless = |(_, rule): &(usize, &Rule)| matches!(solve(&world, &[(&rule.when, true)]), Solved::Impossible);
    in_force(rules).find(hopeless)
}

fn in_force(rules: &Rules) -> impl Iterator<Item = (usize, &Rule)> {
    rules.rules.iter().enumerate().filter(|(_, rule)| rule.enabled)
}

/// This rule fits and no earlier one does.
fn first_to_fit(rules: &Rules, at: usize) -> Vec<(&Predicate, bool)> {
    let own = in_force(rules)
        .filter(|(place, _)| *place == at)
        .map(|(_, rule)| (&rule.when, true));
    let earlier = in_force(rules).filter(|(place, _)| *place < at);
    own.chain(earlier.map(|(_, rule)| (&rule.when, false))).collect()
}

fn duplicates(rules: &Rules) -> Vec<Finding> {
    let mut first = BTreeMap::new();
    let mut findings = Vec::new();
    for (at, rule) in rules.rules.iter().enumerate() {
        if let Some(&before) = first.get(&rule.id) {
            let before = RuleRef::new(&rules.rules[before], before);
            findings.push(Finding {
                rule: RuleRef::new(rule, at),
                sentence: format!("“{}” has the id {} of “{}”.", rule.name, rule.id, before.name),
                problem: Problem::DuplicateId { first: before },
            });
        } else {
            first.insert(&rule.id, at);
        }
    }
    findings
}

fn undecided(at: usize, rule: &Rule) -> Finding {
    Finding {
        rule: RuleRef::new(rule, at),
        sentence: format!("Too many combinations to tell whether “{}” can ever decide.", rule.name),
        problem: Problem::Undecided,
    }
}

fn dead(rules: &Rules, world: &World, at: usize, rule: &Rule) -> Finding {
    let example = match solve(world, &[(&rule.when, true)]) {
        Solved::Found(facts) => world.request(&facts).map(Box::new),
        Solved::Impossible => None,
        Solved::GaveUp => return undecided(at, rule),
    };
    let first = example
        .as_deref()
        .and_then(|request| in_force(rules).find(|(_, earlier)| earlier.when.holds(request)));
    let (Some(example), Some((taker_at, taker))) = (example, first) else {
        return Finding {
            rule: RuleRef::new(rule, at),
            sentence: format!("No request can ever fit “{}”.", rule.name),
            problem: Problem::Impossible,
        };
    };
    let taken_by = takers(rules, world, at, rule);
    let names: Vec<String> = taken_by.iter().map(|rule| format!("“{}”", rule.name)).collect();
    Finding {
        rule: RuleRef::new(rule, at),
        sentence: format!(
            "“{}” never decides: every request that fits is taken before it by {}.",
            rule.name,
            names.join(" and ")
        ),
        problem: Problem::NeverFires {
            taken_by,
            example,
            example_taken_by: RuleRef::new(taker, taker_at),
        },
    }
}

/// Earlier rules that together leave nothing for this one, none of them needless.
fn takers(rules: &Rules, world: &World, at: usize, rule: &Rule) -> Vec<RuleRef> {
    let covers = |earlier: &[(usize, &Rule)]| {
        let wanted: Vec<_> = std::iter::once((&rule.when, true))
            .chain(earlier.iter().map(|(_, earlier)| (&earlier.when, false)))
            .collect();
        matches!(solve(world, &wanted), Solved::Impossible)
    };
    let mut takers: Vec<(usize, &Rule)> = in_force(rules).filter(|(place, _)| *place < at).collect();
    let single = takers.iter().copied().find(|one| covers(&[*one]));
    if let Some(one) = single {
        takers = vec![one];
    } else {
        for place in (0..takers.len()).rev() {
            let mut fewer = takers.clone();
            fewer.remove(place);
            if covers(&fewer) {
                takers = fewer;
            }
        }
    }
    takers
        .into_iter()
        .map(|(place, rule)| RuleRef::new(rule, place))
        .collect()
}

/// Whether one lets the app in and the other keeps it out.
fn opposed(one: &Action, other: &Action) -> bool {
    let lets_in = |action: &Action| match action {
        Action::Approve { .. } => Some(true),
        Action::Restrict { .. } | Action::Cancel { .. } => Some(false),
        Action::Ask { .. } => None,
    };
    matches!((lets_in(one), lets_in(other)), (Some(a), Some(b)) if a != b)
}

/// What a rule does to a request, for people: the file says `cancel`.
const fn verb(action: &Action) -> &'static str {
    match action {
        Action::Cancel { .. } => "dismiss",
        other => other.as_str(),
    }
}

fn contradiction(
    rules: &Rules,
    world: &World,
    (at, rule): (usize, &Rule),
    (later_at, later): (usize, &Rule),
) -> Option<Finding> {
    let only = |one: &Rule, other: &Rule| {
        matches!(
            solve(world, &[(&one.when, true), (&other.when, false)]),
            Solved::Found(_)
        )
    };
    if !only(rule, later) || !only(later, rule) {
        return None;
    }
    let mut wanted = first_to_fit(rules, at);
    wanted.push((&later.when, true));
    let Solved::Found(facts) = solve(world, &wanted) else {
        return None;
    };
    let example = Box::new(world.request(&facts)?);
    Some(Finding {
        rule: RuleRef::new(rule, at),
        sentence: format!(
            "“{}” would {} what “{}” would {}; only their order decides.",
            rule.name,
            verb(&rule.then),
            later.name,
            verb(&later.then)
        ),
        problem: Problem::Contradicts {
            with: RuleRef::new(later, later_at),
            example,
        },
    })
}
