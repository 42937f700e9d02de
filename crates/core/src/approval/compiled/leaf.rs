//! One test that holds no other, over numbers instead of names.

use super::facts::{Facts, Names, Number, UNKNOWN, number_of};
use crate::{
    Scope,
    approval::{
        AppRequest, Found, Predicate,
        look::{self, Compared},
        predicate::{AppTest, PreviousTest, RequesterTest, ScopeTest, WorkspaceTest},
    },
};

/// What a test compares with.
#[derive(Debug)]
pub(super) enum Leaf<'r> {
    AnyOf(Scopes<'r>),
    NoneOf(Scopes<'r>),
    AllOf(Scopes<'r>),
    Within(Scopes<'r>),
    Exactly(Scopes<'r>, bool),
    Includes(&'r Scope, Number),
    App(Bits, bool),
    Team(Bits, bool),
    User(Bits, bool),
    /// Against the scopes before, worked out once for each request: exactly these, and what is wanted.
    Compared(bool, bool),
    /// Cheap as it is.
    Plain,
}

/// Scopes a test names.
#[derive(Debug)]
pub(super) struct Scopes<'r> {
    list: &'r [Scope],
    numbers: Vec<Number>,
    bits: Bits,
}

/// A set of numbers.
#[derive(Debug, Default)]
pub(super) struct Bits(Vec<u64>);

pub(super) const fn bit(number: Number) -> u64 {
    1 << (number % 64)
}

fn among(words: &[u64], number: Number) -> bool {
    let word = words.get(number as usize / 64);
    word.is_some_and(|word| word & bit(number) != 0)
}

impl Bits {
    fn of(numbers: impl IntoIterator<Item = Number>) -> Self {
        let mut bits = Self::default();
        for number in numbers.into_iter().filter(|number| *number != UNKNOWN) {
            let word = number as usize / 64;
            if bits.0.len() <= word {
                bits.0.resize(word + 1, 0);
            }
            bits.0[word] |= bit(number);
        }
        bits
    }

    fn has(&self, number: Number) -> bool {
        among(&self.0, number)
    }
}

impl<'r> Scopes<'r> {
    fn new(list: &'r [Scope], names: &Names<'_>) -> Self {
        let numbers: Vec<Number> = list.iter().map(|s| number_of(&names.scopes, s.as_str())).collect();
        Self {
            list,
            bits: Bits::of(numbers.iter().copied()),
            numbers,
        }
    }

    /// The first of these that is asked for.
    fn asked(&self, facts: &Facts<'_>) -> Option<&'r Scope> {
        let some = self
            .bits
            .0
            .iter()
            .zip(&facts.bits)
            .any(|(ours, asked)| ours & asked != 0);
        some.then(|| self.first(|number| among(&facts.bits, number)))?
    }

    /// The first of these that is not asked for.
    fn missing(&self, facts: &Facts<'_>) -> Option<&'r Scope> {
        let some = self
            .bits
            .0
            .iter()
            .zip(&facts.bits)
            .any(|(ours, asked)| ours & !asked != 0);
        some.then(|| self.first(|number| !among(&facts.bits, number)))?
    }

    fn first(&self, test: impl Fn(Number) -> bool) -> Option<&'r Scope> {
        let at = self.numbers.iter().position(|number| test(*number))?;
        self.list.get(at)
    }

    /// The first that is asked for and none of these.
    fn outside<'a>(&self, request: &'a AppRequest, facts: &Facts<'_>) -> Option<&'a Scope> {
        let more = |(at, asked): (usize, &u64)| asked & !self.bits.0.get(at).copied().unwrap_or(0) != 0;
        let some = facts.unknown || facts.bits.iter().enumerate().any(more);
        if !some {
            return None;
        }
        let at = facts.asked.iter().position(|number| !self.bits.has(*number))?;
        request.scopes.get(at).map(|scope| &scope.name)
    }
}

impl<'r> Leaf<'r> {
    pub(super) fn new(test: &'r Predicate, names: &Names<'r>) -> Self {
        let scopes = |list: &'r [Scope]| Scopes::new(list, names);
        let apps = |list: &[crate::AppId]| Bits::of(list.iter().map(|id| number_of(&names.apps, id.as_str())));
        let teams = |list: &[crate::TeamId]| Bits::of(list.iter().map(|id| number_of(&names.teams, id.as_str())));
        let users = |list: &[crate::UserId]| Bits::of(list.iter().map(|id| number_of(&names.users, id.as_str())));
        match test {
            Predicate::Scopes(test) => match test {
                ScopeTest::AnyOf(list) => Self::AnyOf(scopes(list)),
                ScopeTest::AllOf(list) => Self::AllOf(scopes(list)),
                ScopeTest::NoneOf(list) => Self::NoneOf(scopes(list)),
                ScopeTest::Within(list) => Self::Within(scopes(list)),
                ScopeTest::Includes(scope) => Self::Includes(scope, number_of(&names.scopes, scope.as_str())),
                ScopeTest::Is(list) => Self::Exactly(scopes(list), true),
                ScopeTest::IsNot(list) => Self::Exactly(scopes(list), false),
                ScopeTest::Empty(_) => Self::Plain,
            },
            Predicate::App(AppTest::Is(list)) => Self::App(apps(list), true),
            Predicate::App(AppTest::IsNot(list)) => Self::App(apps(list), false),
            Predicate::Workspace(WorkspaceTest::Is(list)) => Self::Team(teams(list), true),
            Predicate::Workspace(WorkspaceTest::IsNot(list)) => Self::Team(teams(list), false),
            Predicate::Requester(RequesterTest::Is(list)) => Self::User(users(list), true),
            Predicate::Requester(RequesterTest::IsNot(list)) => Self::User(users(list), false),
            Predicate::PreviousResolution(PreviousTest::ScopesMatch(wanted)) => Self::Compared(true, *wanted),
            Predicate::PreviousResolution(PreviousTest::NothingNew(wanted)) => Self::Compared(false, *wanted),
            _ => Self::Plain,
        }
    }

    /// Whether the test holds, and the fact that settled it: as [`look::leaf`] has it.
    pub(super) fn look<'a>(&self, test: &'a Predicate, request: &'a AppRequest, facts: &Facts<'a>) -> (bool, Found<'a>)
    where
        'r: 'a,
    {
        match self {
            Self::AnyOf(list) => list
                .asked(facts)
                .map_or((false, Found::NoSuchScope), |s| (true, Found::Asked(s))),
            Self::NoneOf(list) => list
                .asked(facts)
                .map_or((true, Found::NoSuchScope), |s| (false, Found::Asked(s))),
            Self::AllOf(list) => list
                .missing(facts)
                .map_or((true, Found::AllScopes), |s| (false, Found::NotAsked(s))),
            Self::Within(list) => list
                .outside(request, facts)
                .map_or((true, Found::AllScopes), |s| (false, Found::Asked(s))),
            Self::Exactly(list, wanted) => match (list.missing(facts), list.outside(request, facts)) {
                (Some(scope), _) => (!wanted, Found::NotAsked(scope)),
                (None, Some(scope)) => (!wanted, Found::Asked(scope)),
                (None, None) => (*wanted, Found::AllScopes),
            },
            Self::Includes(scope, number) if among(&facts.bits, *number) => (true, Found::Asked(scope)),
            Self::Includes(scope, _) => (false, Found::NotAsked(scope)),
            Self::App(list, wanted) => (list.has(facts.app) == *wanted, Found::App(&request.app.id)),
            Self::Team(list, wanted) => (list.has(facts.team) == *wanted, Found::Workspace(request.team.as_ref())),
            Self::User(list, wanted) => {
                let who = &request.requester;
                (
                    list.has(facts.user) == *wanted,
                    Found::Requester(&who.id, who.is_collaborator),
                )
            }
            Self::Compared(exactly, wanted) => {
                let compared = facts.compared.get_or_init(|| Compared::of(request));
                Compared::judge(*compared, *exactly, *wanted)
            }
            Self::Plain => look::leaf(test, request),
        }
    }
}
