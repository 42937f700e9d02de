//! `Compiled`: rules made ready for very many requests. They decide as [`super::decide()`] does, with the same
//! reasons; names are looked up once for each request, and sets of names are compared as bits.

use super::{AppRequest, Because, Found, Predicate, Rule, Rules, Verdict};

mod facts;
mod leaf;

pub(super) use facts::{Facts, Names};
use leaf::Leaf;

/// Rules made ready. Worth its price from some dozens of requests on.
#[derive(Debug)]
pub struct Compiled<'r> {
    names: Names<'r>,
    plan: Plan<'r>,
}

/// One version of the rules over names that other versions may share.
#[derive(Debug)]
pub(super) struct Plan<'r> {
    rules: &'r Rules,
    /// The rules in force, with their places.
    in_force: Vec<(usize, Test<'r>)>,
}

/// A condition made ready.
#[derive(Debug)]
enum Test<'r> {
    Any(&'r Predicate, Vec<Self>),
    All(&'r Predicate, Vec<Self>),
    Not(Box<Self>),
    Leaf(&'r Predicate, Leaf<'r>),
}

impl<'r> Compiled<'r> {
    /// Makes rules ready.
    pub fn new(rules: &'r Rules) -> Self {
        let names = Names::of([rules]);
        let plan = Plan::new(rules, &names);
        Self { names, plan }
    }

    /// The first rule in force that fits the request decides.
    pub fn decide<'a>(&'a self, request: &'a AppRequest) -> Verdict<'a> {
        let mut facts = Facts::default();
        facts.read(&self.names, request);
        self.plan.decide(request, &facts, 0)
    }

    /// Decides each request and hands over, with the verdict, what [`Verdict::reasons`] would find: for each rule
    /// looked at, the test that settled it. The reasons are only lent, so that very many can be looked at.
    pub fn decide_all<'a>(
        &'a self,
        requests: impl IntoIterator<Item = &'a AppRequest>,
        mut each: impl FnMut(Verdict<'a>, &[(&'a Rule, Because<'a>)]),
    ) {
        let mut facts = Facts::default();
        let mut reasons = Vec::new();
        for request in requests {
            facts.read(&self.names, request);
            reasons.clear();
            let verdict = self.plan.explain(request, &facts, &mut reasons);
            each(verdict, &reasons);
        }
    }
}

impl<'r> Plan<'r> {
    /// Makes rules ready over names that hold theirs.
    pub(super) fn new(rules: &'r Rules, names: &Names<'r>) -> Self {
        let in_force = rules.rules.iter().enumerate().filter(|(_, rule)| rule.enabled);
        Self {
            rules,
            in_force: in_force.map(|(at, rule)| (at, Test::new(&rule.when, names))).collect(),
        }
    }

    /// The first rule that fits, where it is known that none of the first `from` does.
    pub(super) fn decide<'a>(&self, request: &'a AppRequest, facts: &Facts<'a>, from: usize) -> Verdict<'a>
    where
        'r: 'a,
    {
        let later = &self.in_force[self.in_force.partition_point(|(at, _)| *at < from)..];
        let first = later.iter().find(|(_, test)| test.holds(request, facts));
        self.verdict(request, first.map(|(at, _)| *at))
    }

    fn explain<'a>(
        &self,
        request: &'a AppRequest,
        facts: &Facts<'a>,
        reasons: &mut Vec<(&'a Rule, Because<'a>)>,
    ) -> Verdict<'a>
    where
        'r: 'a,
    {
        for (at, test) in &self.in_force {
            let because = test.because(request, facts);
            reasons.push((&self.rules.rules[*at], because));
            if because.holds {
                return self.verdict(request, Some(*at));
            }
        }
        self.verdict(request, None)
    }

    fn verdict<'a>(&self, request: &'a AppRequest, at: Option<usize>) -> Verdict<'a>
    where
        'r: 'a,
    {
        Verdict {
            rules: self.rules,
            request,
            at,
        }
    }
}

impl<'r> Test<'r> {
    fn new(condition: &'r Predicate, names: &Names<'r>) -> Self {
        let each = |list: &'r [Predicate]| list.iter().map(|inner| Self::new(inner, names)).collect();
        match condition {
            Predicate::Any(list) => Self::Any(condition, each(list)),
            Predicate::All(list) => Self::All(condition, each(list)),
            Predicate::Not(inner) => Self::Not(Box::new(Self::new(inner, names))),
            test => Self::Leaf(test, Leaf::new(test, names)),
        }
    }

    fn holds<'a>(&self, request: &'a AppRequest, facts: &Facts<'a>) -> bool
    where
        'r: 'a,
    {
        match self {
            Self::Any(_, list) => list.iter().any(|inner| inner.holds(request, facts)),
            Self::All(_, list) => list.iter().all(|inner| inner.holds(request, facts)),
            Self::Not(inner) => !inner.holds(request, facts),
            Self::Leaf(test, leaf) => leaf.look(test, request, facts).0,
        }
    }

    fn because<'a>(&self, request: &'a AppRequest, facts: &Facts<'a>) -> Because<'a>
    where
        'r: 'a,
    {
        let settle = |test: &'r Predicate, list: &[Self], until: bool| {
            let mut last = Because {
                test,
                test_held: !until,
                found: Found::EmptyList,
                holds: !until,
            };
            for inner in list {
                last = inner.because(request, facts);
                if last.holds == until {
                    break;
                }
            }
            last
        };
        match self {
            Self::Any(test, list) => settle(test, list, true),
            Self::All(test, list) => settle(test, list, false),
            Self::Not(inner) => {
                let inner = inner.because(request, facts);
                Because {
                    holds: !inner.holds,
                    ..inner
                }
            }
            Self::Leaf(test, leaf) => {
                let (holds, found) = leaf.look(test, request, facts);
                Because {
                    test,
                    test_held: holds,
                    found,
                    holds,
                }
            }
        }
    }
}
