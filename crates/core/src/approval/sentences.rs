//! A rule in plain words: when it fits, and what it does then. What is an id or a name of Slack's stands in backticks.

use std::fmt::Display;

use super::{
    Action, Distribution, Level, Need, OptionalScopes, Predicate,
    predicate::{AppTest, DistributionTest, PreviousTest, RequesterTest, ScopeTest, WorkspaceTest},
};

impl Predicate {
    /// When it holds, as a clause that follows "when".
    pub fn clause(&self) -> String {
        match self {
            Self::All(list) if list.is_empty() => "any app is asked for".to_owned(),
            Self::Any(list) if list.is_empty() => "never".to_owned(),
            Self::All(list) => joined(list, " and "),
            Self::Any(list) => joined(list, " or "),
            Self::Not(inner) => format!("not ({})", inner.clause()),
            Self::Scopes(test) => scopes(test),
            Self::App(AppTest::Is(list)) => is("app", list),
            Self::App(AppTest::IsNot(list)) => is_not("app", list),
            Self::Distribution(DistributionTest::Is(from)) => format!("distribution is `{}`", distribution(*from)),
            Self::Distribution(DistributionTest::IsNot(from)) => {
                format!("distribution is not `{}`", distribution(*from))
            }
            Self::PreviousResolution(test) => before(test),
            Self::Workspace(WorkspaceTest::Is(list)) => is("workspace", list),
            Self::Workspace(WorkspaceTest::IsNot(list)) => is_not("workspace", list),
            Self::Workspace(WorkspaceTest::OrgWide(true)) => "it is for the whole organization".to_owned(),
            Self::Workspace(WorkspaceTest::OrgWide(false)) => "it is for one workspace".to_owned(),
            Self::Requester(RequesterTest::Is(list)) => is("requester", list),
            Self::Requester(RequesterTest::IsNot(list)) => is_not("requester", list),
            Self::Requester(RequesterTest::Collaborator(true)) => "requester works on the app".to_owned(),
            Self::Requester(RequesterTest::Collaborator(false)) => "requester does not work on the app".to_owned(),
        }
    }
}

/// Alternatives within conditions, and the other way round, stand in brackets.
fn joined(list: &[Predicate], word: &str) -> String {
    let [one] = list else {
        let clauses: Vec<String> = list.iter().map(bracketed).collect();
        return clauses.join(word);
    };
    one.clause()
}

fn bracketed(inner: &Predicate) -> String {
    match inner {
        Predicate::All(list) | Predicate::Any(list) if list.len() > 1 => format!("({})", inner.clause()),
        _ => inner.clause(),
    }
}

fn scopes(test: &ScopeTest) -> String {
    match test {
        ScopeTest::AnyOf(list) => format!("scopes have any of {}", listed(list)),
        ScopeTest::AllOf(list) => format!("scopes have all of {}", listed(list)),
        ScopeTest::NoneOf(list) => format!("scopes have none of {}", listed(list)),
        ScopeTest::Within(list) => format!("scopes are only {}", listed(list)),
        ScopeTest::Includes(scope) => format!("scopes include `{scope}`"),
        ScopeTest::Is(list) => format!("scopes are exactly {}", listed(list)),
        ScopeTest::IsNot(list) => format!("scopes are not exactly {}", listed(list)),
        ScopeTest::Empty(true) => "no scope is asked for".to_owned(),
        ScopeTest::Empty(false) => "some scope is asked for".to_owned(),
    }
}

fn before(test: &PreviousTest) -> String {
    match test {
        PreviousTest::Is(status) => format!("previous resolution is `{}`", status.as_str()),
        PreviousTest::IsNot(status) => format!("previous resolution is not `{}`", status.as_str()),
        PreviousTest::ScopesMatch(true) => "scopes are those of the previous resolution".to_owned(),
        PreviousTest::ScopesMatch(false) => "scopes are not those of the previous resolution".to_owned(),
        PreviousTest::NothingNew(true) => "nothing is new since the previous resolution".to_owned(),
        PreviousTest::NothingNew(false) => "something is new since the previous resolution".to_owned(),
    }
}

fn is<T: Display>(what: &str, list: &[T]) -> String {
    match list {
        [one] => format!("{what} is `{one}`"),
        _ => format!("{what} is one of {}", listed(list)),
    }
}

fn is_not<T: Display>(what: &str, list: &[T]) -> String {
    match list {
        [one] => format!("{what} is not `{one}`"),
        _ => format!("{what} is none of {}", listed(list)),
    }
}

fn listed<T: Display>(list: &[T]) -> String {
    if list.is_empty() {
        return "(none)".to_owned();
    }
    let quoted: Vec<String> = list.iter().map(|one| format!("`{one}`")).collect();
    quoted.join(", ")
}

const fn distribution(from: Distribution) -> &'static str {
    match from {
        Distribution::Internal => "internal",
        Distribution::ThirdParty => "third_party",
        Distribution::Slack => "slack",
        Distribution::Marketplace => "marketplace",
    }
}

impl Action {
    /// What is done, beginning with a verb and without a full stop.
    pub fn sentence(&self) -> String {
        match self {
            Self::Approve {
                optional,
                level,
                for_days,
            } => {
                let days = for_days.map(|days| format!(" for {days} days")).unwrap_or_default();
                format!("Approve {}{days}{}", place(*level), options(optional))
            }
            Self::Restrict { level, .. } => format!("Restrict {}", place(*level)),
            Self::Cancel { .. } => "Dismiss the request".to_owned(),
            Self::Ask {
                whom,
                need,
                reason_required,
            } => {
                let reason = if *reason_required { ", who have to say why" } else { "" };
                format!("Ask {}{reason}", people(whom, *need))
            }
        }
    }
}

const fn place(level: Level) -> &'static str {
    match level {
        Level::Workspace => "for the workspace",
        Level::Org => "for the organization",
    }
}

fn options(optional: &OptionalScopes) -> String {
    match optional {
        OptionalScopes::All => String::new(),
        OptionalScopes::None => " without optional scopes".to_owned(),
        OptionalScopes::These(list) => format!(" with no optional scopes but {}", listed(list)),
    }
}

fn people(whom: &[String], need: Need) -> String {
    match (whom, need) {
        ([], Need::Any) => "anybody who may approve".to_owned(),
        ([], Need::All) => "everybody who may approve".to_owned(),
        ([one], Need::Any) => format!("anybody of `{one}`"),
        ([one], Need::All) => format!("everybody of `{one}`"),
        (_, Need::Any) => format!("one of {}", listed(whom)),
        (_, Need::All) => format!("all of {}", listed(whom)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(when: &str, expected: &str) {
        let when: Predicate = serde_json::from_str(when).unwrap();
        assert_eq!(when.clause(), expected);
    }

    #[test]
    fn conditions_read_as_clauses() {
        check(r#"{"distribution": {"is": "internal"}}"#, "distribution is `internal`");
        check(
            r#"{"all": [{"scopes": {"within": ["chat:write", "commands"]}}, {"any": [{"app": {"is": ["A1"]}}, {"workspace": {"org_wide": true}}]}]}"#,
            "scopes are only `chat:write`, `commands` and (app is `A1` or it is for the whole organization)",
        );
        check(
            r#"{"not": {"requester": {"is": ["U1", "U2"]}}}"#,
            "not (requester is one of `U1`, `U2`)",
        );
        check(r#"{"all": []}"#, "any app is asked for");
    }

    #[test]
    fn actions_read_as_orders() {
        for (then, expected) in [
            (
                r#"{"approve": {"optional": "none", "for_days": 90}}"#,
                "Approve for the workspace for 90 days without optional scopes",
            ),
            (r#"{"restrict": {"level": "org"}}"#, "Restrict for the organization"),
            (r#"{"cancel": {}}"#, "Dismiss the request"),
            (
                r#"{"ask": {"whom": ["security"], "reason_required": true}}"#,
                "Ask anybody of `security`, who have to say why",
            ),
            (r#"{"ask": {}}"#, "Ask anybody who may approve"),
        ] {
            let then: Action = serde_json::from_str(then).unwrap();
            assert_eq!(then.sentence(), expected);
        }
    }
}
