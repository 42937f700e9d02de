//! The sentences for people: what a test asked, what it found, what a verdict does.

use std::fmt::Display;

use super::{
    Because, Decision, DeveloperType, Distribution, Found, Level, Predicate, Previous,
    predicate::{AppTest, DistributionTest, PreviousTest, RequesterTest, ScopeTest, WorkspaceTest},
};

impl Because<'_> {
    /// The test and the value that settled it, as a sentence.
    pub fn sentence(&self) -> String {
        match self.test {
            Predicate::All(_) => "Fits every request.".to_owned(),
            Predicate::Any(_) => "Fits no request.".to_owned(),
            test => sentence(test, self.test_held, self.found),
        }
    }
}

/// What a test that holds no other asked and what it found.
pub(super) fn sentence(test: &Predicate, holds: bool, found: Found<'_>) -> String {
    let verb = if holds { "holds" } else { "does not hold" };
    format!("{}: {verb}, {}.", asks(test), finds(found))
}

fn asks(test: &Predicate) -> String {
    match test {
        Predicate::Any(_) => "one of several".to_owned(),
        Predicate::All(_) => "all of several".to_owned(),
        Predicate::Not(_) => "the opposite".to_owned(),
        Predicate::Scopes(test) => match test {
            ScopeTest::AnyOf(list) => format!("Any of the scopes {}", listed(list)),
            ScopeTest::AllOf(list) => format!("All of the scopes {}", listed(list)),
            ScopeTest::NoneOf(list) => format!("None of the scopes {}", listed(list)),
            ScopeTest::Within(list) => format!("No scopes but {}", listed(list)),
            ScopeTest::Includes(scope) => format!("Scopes include {scope}"),
            ScopeTest::Is(list) => format!("Scopes are exactly {}", listed(list)),
            ScopeTest::IsNot(list) => format!("Scopes are not exactly {}", listed(list)),
            ScopeTest::Empty(true) => "No scopes are asked for".to_owned(),
            ScopeTest::Empty(false) => "Some scope is asked for".to_owned(),
        },
        Predicate::App(AppTest::Is(list)) => format!("App is {}", listed(list)),
        Predicate::App(AppTest::IsNot(list)) => format!("App is not {}", listed(list)),
        Predicate::Distribution(DistributionTest::Is(from)) => format!("App is {}", distribution(*from)),
        Predicate::Distribution(DistributionTest::IsNot(from)) => format!("App is not {}", distribution(*from)),
        Predicate::PreviousResolution(test) => match test {
            PreviousTest::Is(status) => format!("Previous resolution is {}", previous(*status)),
            PreviousTest::IsNot(status) => format!("Previous resolution is not {}", previous(*status)),
            PreviousTest::ScopesMatch(true) => "Scopes are those of the previous resolution".to_owned(),
            PreviousTest::ScopesMatch(false) => "Scopes are not those of the previous resolution".to_owned(),
            PreviousTest::NothingNew(true) => "Nothing is new since the previous resolution".to_owned(),
            PreviousTest::NothingNew(false) => "Something is new since the previous resolution".to_owned(),
        },
        Predicate::Workspace(WorkspaceTest::Is(list)) => format!("Workspace is {}", listed(list)),
        Predicate::Workspace(WorkspaceTest::IsNot(list)) => format!("Workspace is not {}", listed(list)),
        Predicate::Workspace(WorkspaceTest::OrgWide(true)) => "For the whole organization".to_owned(),
        Predicate::Workspace(WorkspaceTest::OrgWide(false)) => "For one workspace".to_owned(),
        Predicate::Requester(RequesterTest::Is(list)) => format!("Requester is {}", listed(list)),
        Predicate::Requester(RequesterTest::IsNot(list)) => format!("Requester is not {}", listed(list)),
        Predicate::Requester(RequesterTest::Collaborator(true)) => "Requester works on the app".to_owned(),
        Predicate::Requester(RequesterTest::Collaborator(false)) => "Requester does not work on the app".to_owned(),
    }
}

fn finds(found: Found<'_>) -> String {
    match found {
        Found::Asked(scope) => format!("{scope} is asked for"),
        Found::NotAsked(scope) => format!("{scope} is not asked for"),
        Found::NoSuchScope => "no such scope is asked for".to_owned(),
        Found::AllScopes => "the scopes asked for agree".to_owned(),
        Found::App(id) => format!("it is {id}"),
        Found::Origin(developer, listed) => {
            let listed = if listed {
                "in the Marketplace"
            } else {
                "not in the Marketplace"
            };
            format!("it is {} and {listed}", maker(developer))
        }
        Found::Previous(status) => format!("it was {}", previous(status)),
        Found::NewScope(scope) => format!("{scope} is new"),
        Found::LostScope(scope) => format!("{scope} is no longer asked for"),
        Found::NothingDiffers => "nothing differs".to_owned(),
        Found::Workspace(Some(team)) => format!("it is for {team}"),
        Found::Workspace(None) => "it is for the whole organization".to_owned(),
        Found::Requester(user, true) => format!("{user} asks and works on the app"),
        Found::Requester(user, false) => format!("{user} asks"),
        Found::EmptyList => "there is nothing to test".to_owned(),
    }
}

/// A decision in two or three words.
pub(super) fn decision(decision: &Decision) -> String {
    let at = |level: Level| match level {
        Level::Workspace => "for the workspace",
        Level::Org => "for the organization",
    };
    match decision {
        Decision::Approve(approved) => {
            let days = approved
                .for_days
                .map(|days| format!(" for {days} days"))
                .unwrap_or_default();
            format!("Approve {}{days}", at(approved.level))
        }
        Decision::Restrict { level, .. } => format!("Restrict {}", at(*level)),
        Decision::Cancel { .. } => "Dismiss the request".to_owned(),
        Decision::Ask { .. } => "Leave it to people".to_owned(),
    }
}

fn listed<T: Display>(list: &[T]) -> String {
    if list.is_empty() {
        return "(none)".to_owned();
    }
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

const fn distribution(distribution: Distribution) -> &'static str {
    match distribution {
        Distribution::Internal => "internal",
        Distribution::ThirdParty => "made by a third party",
        Distribution::Slack => "made by Slack",
        Distribution::Marketplace => "in the Marketplace",
    }
}

const fn maker(developer: DeveloperType) -> &'static str {
    match developer {
        DeveloperType::Internal => "internal",
        DeveloperType::ThirdParty => "made by a third party",
        DeveloperType::Slack => "made by Slack",
        DeveloperType::Other => "of unknown origin",
    }
}

const fn previous(previous: Previous) -> &'static str {
    match previous {
        Previous::Approved => "approved",
        Previous::Restricted => "restricted",
        Previous::Unresolved => "unresolved",
        Previous::Other => "of an unknown kind",
    }
}
