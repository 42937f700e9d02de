//! Exact reasoning about conditions: is there a request on which these hold and those do not?
//!
//! Conditions see a request only through finitely many facts: which of the named scopes it asks for
//! and whether any other, which of the named ids it has or another, four origins, four resolutions before and how
//! their scopes compare. So the question is finite; it is answered by trying values with
//! three-valued evaluation, and a "no" is a proof.

use crate::Scope;

use super::{
    Predicate, Previous, Rules,
    predicate::{AppTest, DistributionTest, PreviousTest, RequesterTest, ScopeTest, WorkspaceTest},
};

mod world;

pub(super) use world::World;
use world::{MEMBER_RELATION, Var};

/// How many combinations are tried before giving up and saying so.
const BUDGET: usize = 100_000;

/// The answer.
#[derive(Clone, Debug)]
pub(super) enum Solved {
    /// Yes: values of the facts, to be written out by [`World::request`].
    Found(Facts),
    /// No, and that is proven.
    Impossible,
    /// Too many combinations to tell.
    GaveUp,
}

/// A value for each fact, `None` where it does not matter.
pub(super) type Facts = Vec<Option<usize>>;

/// A condition's value while some facts are open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    True,
    False,
    /// It depends, among others on this fact.
    Open(Var),
}

impl Truth {
    const fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            open @ Self::Open(_) => open,
        }
    }

    const fn of(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    const fn same_as(self, wanted: bool) -> Self {
        if wanted { self } else { self.not() }
    }

    /// Folds: stops at `settled`, else open if any is open, else the opposite of `settled`.
    fn fold(list: impl Iterator<Item = Self>, settled: bool) -> Self {
        let mut outcome = Self::of(!settled);
        for truth in list {
            match truth {
                Self::Open(_) if outcome == Self::of(!settled) => outcome = truth,
                Self::Open(_) => {}
                closed if closed == Self::of(settled) => return closed,
                _ => {}
            }
        }
        outcome
    }
}

/// Finds a request on which each condition has the wanted value.
pub(super) fn solve(world: &World, wanted: &[(&Predicate, bool)]) -> Solved {
    let mut facts = world.open();
    let mut left = BUDGET;
    match search(world, wanted, &mut facts, &mut left) {
        Some(true) => Solved::Found(facts),
        Some(false) => Solved::Impossible,
        None => Solved::GaveUp,
    }
}

/// Whether a solution was found (then `facts` holds it); `None` when the budget is spent.
fn search(world: &World, wanted: &[(&Predicate, bool)], facts: &mut Facts, left: &mut usize) -> Option<bool> {
    *left = left.checked_sub(1)?;
    let mut branch = None;
    let conditions = wanted
        .iter()
        .map(|(predicate, want)| (world.truth(predicate, facts).same_as(*want), *want));
    for (truth, want) in conditions.chain([(world.possible(facts), true)]) {
        match truth {
            Truth::False => return Some(false),
            Truth::Open(var) if branch.is_none() => branch = Some((var, want)),
            _ => {}
        }
    }
    let Some((var, want)) = branch else {
        return Some(true);
    };
    let size = world.size(var);
    for step in 0..size {
        // Conditions that must hold are tried with their first scope asked for, others without.
        let value = if want { size - 1 - step } else { step };
        facts[var] = Some(value);
        match search(world, wanted, facts, left) {
            Some(false) => {}
            settled => return settled,
        }
    }
    facts[var] = None;
    Some(false)
}

impl World {
    /// The value of a condition as far as the facts settle it.
    fn truth(&self, predicate: &Predicate, facts: &Facts) -> Truth {
        match predicate {
            Predicate::Any(list) => Truth::fold(list.iter().map(|inner| self.truth(inner, facts)), true),
            Predicate::All(list) => Truth::fold(list.iter().map(|inner| self.truth(inner, facts)), false),
            Predicate::Not(inner) => self.truth(inner, facts).not(),
            Predicate::Scopes(test) => self.scopes(test, facts),
            Predicate::App(AppTest::Is(list)) => Self::among(facts, self.app(), &self.apps, list),
            Predicate::App(AppTest::IsNot(list)) => Self::among(facts, self.app(), &self.apps, list).not(),
            Predicate::Distribution(DistributionTest::Is(from)) => self.origin(*from, facts),
            Predicate::Distribution(DistributionTest::IsNot(from)) => self.origin(*from, facts).not(),
            Predicate::PreviousResolution(test) => self.previous_test(test, facts),
            Predicate::Workspace(WorkspaceTest::Is(list)) => Self::among(facts, self.team(), &self.teams, list),
            Predicate::Workspace(WorkspaceTest::IsNot(list)) => {
                Self::among(facts, self.team(), &self.teams, list).not()
            }
            Predicate::Workspace(WorkspaceTest::OrgWide(wanted)) => {
                Self::value(facts, self.team(), |v| v == self.teams.len() + 1).same_as(*wanted)
            }
            Predicate::Requester(RequesterTest::Is(list)) => Self::among(facts, self.user(), &self.users, list),
            Predicate::Requester(RequesterTest::IsNot(list)) => {
                Self::among(facts, self.user(), &self.users, list).not()
            }
            Predicate::Requester(RequesterTest::Collaborator(wanted)) => {
                Self::value(facts, self.collaborator(), |v| v == 1).same_as(*wanted)
            }
        }
    }

    fn value(facts: &Facts, var: Var, test: impl Fn(usize) -> bool) -> Truth {
        facts[var].map_or(Truth::Open(var), |value| Truth::of(test(value)))
    }

    fn among<T: PartialEq>(facts: &Facts, var: Var, all: &[T], list: &[T]) -> Truth {
        if list.is_empty() {
            return Truth::False;
        }
        Self::value(facts, var, |v| all.get(v).is_some_and(|id| list.contains(id)))
    }

    fn asked(facts: &Facts, var: Var) -> Truth {
        Self::value(facts, var, |v| v == 1)
    }

    fn one_of(&self, list: &[Scope], facts: &Facts) -> Truth {
        Truth::fold(list.iter().map(|scope| Self::asked(facts, self.scope(scope))), true)
    }

    fn all_of(&self, list: &[Scope], facts: &Facts) -> Truth {
        Truth::fold(list.iter().map(|scope| Self::asked(facts, self.scope(scope))), false)
    }

    fn within(&self, list: &[Scope], facts: &Facts) -> Truth {
        let outside = (0..=self.scopes.len()).filter(|&at| self.scopes.get(at).is_none_or(|s| !list.contains(s)));
        Truth::fold(outside.map(|at| Self::asked(facts, at)), true).not()
    }

    fn scopes(&self, test: &ScopeTest, facts: &Facts) -> Truth {
        let exactly = |list: &[Scope]| {
            let both = [self.all_of(list, facts), self.within(list, facts)];
            Truth::fold(both.into_iter(), false)
        };
        match test {
            ScopeTest::AnyOf(list) => self.one_of(list, facts),
            ScopeTest::NoneOf(list) => self.one_of(list, facts).not(),
            ScopeTest::AllOf(list) => self.all_of(list, facts),
            ScopeTest::Within(list) => self.within(list, facts),
            ScopeTest::Includes(scope) => Self::asked(facts, self.scope(scope)),
            ScopeTest::Is(list) => exactly(list),
            ScopeTest::IsNot(list) => exactly(list).not(),
            ScopeTest::Empty(wanted) => self.within(&[], facts).same_as(*wanted),
        }
    }

    fn origin(&self, from: super::Distribution, facts: &Facts) -> Truth {
        match world::developer_of(from) {
            Some(developer) => Self::value(facts, self.developer(), |v| {
                world::DEVELOPERS.get(v) == Some(&developer)
            }),
            None => Self::value(facts, self.marketplace(), |v| v == 1),
        }
    }

    fn previous_test(&self, test: &PreviousTest, facts: &Facts) -> Truth {
        let status =
            |wanted: Previous| Self::value(facts, self.previous(), |v| world::PREVIOUS.get(v) == Some(&wanted));
        let compare = |at_most: usize| {
            let given = status(Previous::Unresolved).not();
            let relation = Self::value(facts, self.relation(), |v| v <= at_most);
            Truth::fold([given, relation].into_iter(), false)
        };
        match test {
            PreviousTest::Is(wanted) => status(*wanted),
            PreviousTest::IsNot(wanted) => status(*wanted).not(),
            PreviousTest::ScopesMatch(wanted) => compare(0).same_as(*wanted),
            PreviousTest::NothingNew(wanted) => compare(1).same_as(*wanted),
        }
    }

    /// A scope can only be new since the last resolution if there is a scope.
    fn possible(&self, facts: &Facts) -> Truth {
        if facts[self.relation()] == Some(MEMBER_RELATION) && facts[self.previous()] != Some(0) {
            self.within(&[], facts).not()
        } else {
            Truth::True
        }
    }
}

/// The facts that the rules in a list can tell apart.
pub(super) fn world_of(rules: &Rules) -> World {
    World::of(rules.rules.iter().map(|rule| &rule.when))
}
