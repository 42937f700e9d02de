//! Looking at a request: whether a predicate holds, and the one fact that settled it. Allocates nothing.

use crate::{AppId, Scope, TeamId, UserId};

use super::{
    AppRequest, DeveloperType, Predicate, Previous,
    predicate::{AppTest, DistributionTest, PreviousTest, RequesterTest, ScopeTest, WorkspaceTest},
};

/// What was found in the request (or, for a scope that is missing, in the rule).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// This scope is asked for, and that settled it.
    Asked(&'a Scope),
    /// This scope is not asked for, and that settled it.
    NotAsked(&'a Scope),
    /// None of the scopes looked for is asked for, or nothing at all is.
    NoSuchScope,
    /// All scopes looked for are asked for, and no other where no other may be.
    AllScopes,
    /// This app.
    App(&'a AppId),
    /// Made by, and whether listed in the Marketplace.
    Origin(DeveloperType, bool),
    /// Resolved so before.
    Previous(Previous),
    /// This scope is asked for and stood not in the resolution before.
    NewScope(&'a Scope),
    /// This scope stood in the resolution before and is not asked for any more.
    LostScope(&'a Scope),
    /// Nothing differs from the resolution before.
    NothingDiffers,
    /// For this workspace, or for the whole organization.
    Workspace(Option<&'a TeamId>),
    /// Asked by this person, who works on the app or not.
    Requester(&'a UserId, bool),
    /// The list of tests is empty.
    EmptyList,
}

/// The test that settled a condition, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Because<'a> {
    /// The test.
    pub test: &'a Predicate,
    /// Whether that test held (under a `not`, the condition says the opposite).
    pub test_held: bool,
    /// The fact.
    pub found: Found<'a>,
    /// Whether the whole condition holds.
    pub holds: bool,
}

impl Predicate {
    /// Whether it holds for the request.
    pub fn holds(&self, request: &AppRequest) -> bool {
        match self {
            Self::Any(list) => list.iter().any(|inner| inner.holds(request)),
            Self::All(list) => list.iter().all(|inner| inner.holds(request)),
            Self::Not(inner) => !inner.holds(request),
            leaf => self::leaf(leaf, request).0,
        }
    }

    /// Whether it holds, with the last test that had to be looked at.
    pub fn because<'a>(&'a self, request: &'a AppRequest) -> Because<'a> {
        let settle = |list: &'a [Self], until: bool| {
            let mut last = Because {
                test: self,
                test_held: !until,
                found: Found::EmptyList,
                holds: !until,
            };
            for inner in list {
                last = inner.because(request);
                if last.holds == until {
                    break;
                }
            }
            last
        };
        match self {
            Self::Any(list) => settle(list, true),
            Self::All(list) => settle(list, false),
            Self::Not(inner) => {
                let inner = inner.because(request);
                Because {
                    holds: !inner.holds,
                    ..inner
                }
            }
            test => {
                let (holds, found) = leaf(test, request);
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

/// One test that holds no other.
pub(super) fn leaf<'a>(test: &'a Predicate, request: &'a AppRequest) -> (bool, Found<'a>) {
    match test {
        Predicate::Any(_) | Predicate::All(_) | Predicate::Not(_) => (test.holds(request), Found::EmptyList),
        Predicate::Scopes(test) => scopes(test, request),
        Predicate::App(test) => {
            let found = Found::App(&request.app.id);
            match test {
                AppTest::Is(list) => (list.contains(&request.app.id), found),
                AppTest::IsNot(list) => (!list.contains(&request.app.id), found),
            }
        }
        Predicate::Distribution(test) => {
            let found = Found::Origin(request.app.developer_type, request.app.is_app_directory_approved);
            match test {
                DistributionTest::Is(wanted) => (request.app.is(*wanted), found),
                DistributionTest::IsNot(wanted) => (!request.app.is(*wanted), found),
            }
        }
        Predicate::PreviousResolution(test) => previous(test, request),
        Predicate::Workspace(test) => {
            let team = request.team.as_ref();
            let among = |list: &[TeamId]| team.is_some_and(|team| list.contains(team));
            let holds = match test {
                WorkspaceTest::Is(list) => among(list),
                WorkspaceTest::IsNot(list) => !among(list),
                WorkspaceTest::OrgWide(wanted) => team.is_none() == *wanted,
            };
            (holds, Found::Workspace(team))
        }
        Predicate::Requester(test) => {
            let who = &request.requester;
            let holds = match test {
                RequesterTest::Is(list) => list.contains(&who.id),
                RequesterTest::IsNot(list) => !list.contains(&who.id),
                RequesterTest::Collaborator(wanted) => who.is_collaborator == *wanted,
            };
            (holds, Found::Requester(&who.id, who.is_collaborator))
        }
    }
}

fn scopes<'a>(test: &'a ScopeTest, request: &'a AppRequest) -> (bool, Found<'a>) {
    let one_of = |list: &'a [Scope]| list.iter().find(|scope| request.asks_for(scope));
    let missing = |list: &'a [Scope]| list.iter().find(|scope| !request.asks_for(scope));
    let outside = |list: &'a [Scope]| request.scopes.iter().map(|s| &s.name).find(|s| !list.contains(s));
    let exactly = |list: &'a [Scope]| match (missing(list), outside(list)) {
        (Some(scope), _) => (false, Found::NotAsked(scope)),
        (None, Some(scope)) => (false, Found::Asked(scope)),
        (None, None) => (true, Found::AllScopes),
    };
    match test {
        ScopeTest::AnyOf(list) => one_of(list).map_or((false, Found::NoSuchScope), |s| (true, Found::Asked(s))),
        ScopeTest::NoneOf(list) => one_of(list).map_or((true, Found::NoSuchScope), |s| (false, Found::Asked(s))),
        ScopeTest::AllOf(list) => missing(list).map_or((true, Found::AllScopes), |s| (false, Found::NotAsked(s))),
        ScopeTest::Within(list) => outside(list).map_or((true, Found::AllScopes), |s| (false, Found::Asked(s))),
        ScopeTest::Includes(scope) if request.asks_for(scope) => (true, Found::Asked(scope)),
        ScopeTest::Includes(scope) => (false, Found::NotAsked(scope)),
        ScopeTest::Is(list) => exactly(list),
        ScopeTest::IsNot(list) => {
            let (is, found) = exactly(list);
            (!is, found)
        }
        ScopeTest::Empty(wanted) => {
            let found = request
                .scopes
                .first()
                .map_or(Found::NoSuchScope, |s| Found::Asked(&s.name));
            (request.scopes.is_empty() == *wanted, found)
        }
    }
}

fn previous<'a>(test: &'a PreviousTest, request: &'a AppRequest) -> (bool, Found<'a>) {
    match test {
        PreviousTest::Is(status) => (request.previous() == *status, Found::Previous(request.previous())),
        PreviousTest::IsNot(status) => (request.previous() != *status, Found::Previous(request.previous())),
        PreviousTest::ScopesMatch(wanted) => Compared::judge(Compared::of(request), true, *wanted),
        PreviousTest::NothingNew(wanted) => Compared::judge(Compared::of(request), false, *wanted),
    }
}

/// How the scopes asked for compare with those of the resolution before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compared<'a> {
    /// The first that is asked for and stood not in it.
    new: Option<&'a Scope>,
    /// Where nothing is new: the first that stood in it and is not asked for any more.
    lost: Option<&'a Scope>,
}

impl<'a> Compared<'a> {
    /// `None` where there was no resolution before.
    pub(super) fn of(request: &'a AppRequest) -> Option<Self> {
        let before = request.previous_resolution.as_ref();
        let before = &before.filter(|before| before.status != Previous::Unresolved)?.scopes;
        let new = request.scopes.iter().map(|s| &s.name).find(|s| !before.contains(*s));
        let lost = match new {
            Some(_) => None,
            None => before.iter().find(|s| !request.asks_for(s)),
        };
        Some(Self { new, lost })
    }

    /// Whether there was a resolution before with all the scopes asked for now, and with no other where it has to
    /// be `exactly` these, is as `wanted`.
    pub(super) fn judge(compared: Option<Self>, exactly: bool, wanted: bool) -> (bool, Found<'a>) {
        match compared {
            None => (!wanted, Found::Previous(Previous::Unresolved)),
            Some(Self { new: Some(scope), .. }) => (!wanted, Found::NewScope(scope)),
            Some(Self { lost: Some(scope), .. }) if exactly => (!wanted, Found::LostScope(scope)),
            Some(_) => (wanted, Found::NothingDiffers),
        }
    }
}
