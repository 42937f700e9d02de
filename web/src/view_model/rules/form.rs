//! A rule as a form: one list of tests, all or any of which must hold. What is nested deeper is edited as text.

use grantbook_core::{
    Scope,
    approval::{
        Action, Distribution, Level, Need, OptionalScopes, Predicate, Previous, Rule,
        predicate::{AppTest, DistributionTest, PreviousTest, RequesterTest, ScopeTest, WorkspaceTest},
    },
};

/// What a test asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TestKind {
    /// Scopes have any of these.
    #[default]
    ScopesAnyOf,
    /// Scopes have all of these.
    ScopesAllOf,
    /// Scopes have none of these.
    ScopesNoneOf,
    /// Scopes are only these.
    ScopesWithin,
    /// Scopes are exactly these.
    ScopesAre,
    /// No scope is asked for.
    ScopesEmpty,
    /// The app is one of these.
    AppIs,
    /// The app is none of these.
    AppIsNot,
    /// It comes from there.
    DistributionIs,
    /// It does not come from there.
    DistributionIsNot,
    /// It was resolved so before.
    PreviousIs,
    /// It was not resolved so before.
    PreviousIsNot,
    /// The scopes are those of the previous resolution.
    PreviousMatches,
    /// No scope is new since then.
    PreviousNothingNew,
    /// The workspace is one of these.
    WorkspaceIs,
    /// The workspace is none of these.
    WorkspaceIsNot,
    /// It is asked for the whole organization.
    OrgWide,
    /// One of these asks.
    RequesterIs,
    /// None of these asks.
    RequesterIsNot,
    /// Whoever asks works on the app.
    RequesterCollaborates,
}

/// What a test needs beside its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// Nothing.
    Nothing,
    /// A list, with an example.
    List(&'static str),
    /// One of these words.
    One(&'static [&'static str]),
}

const ORIGINS: &[&str] = &["internal", "third_party", "slack", "marketplace"];
const RESOLUTIONS: &[&str] = &["approved", "restricted", "unresolved"];

impl TestKind {
    /// Every kind with its word in addresses of forms and its words for people.
    pub const ALL: [(Self, &'static str, &'static str); 20] = [
        (Self::ScopesAnyOf, "scopes_any_of", "scopes have any of"),
        (Self::ScopesAllOf, "scopes_all_of", "scopes have all of"),
        (Self::ScopesNoneOf, "scopes_none_of", "scopes have none of"),
        (Self::ScopesWithin, "scopes_within", "scopes are only"),
        (Self::ScopesAre, "scopes_are", "scopes are exactly"),
        (Self::ScopesEmpty, "scopes_empty", "no scope is asked for"),
        (Self::AppIs, "app_is", "app is"),
        (Self::AppIsNot, "app_is_not", "app is not"),
        (Self::DistributionIs, "distribution_is", "distribution is"),
        (Self::DistributionIsNot, "distribution_is_not", "distribution is not"),
        (Self::PreviousIs, "previous_is", "previous resolution is"),
        (Self::PreviousIsNot, "previous_is_not", "previous resolution is not"),
        (
            Self::PreviousMatches,
            "previous_matches",
            "scopes are those of the previous resolution",
        ),
        (
            Self::PreviousNothingNew,
            "nothing_new",
            "nothing is new since the previous resolution",
        ),
        (Self::WorkspaceIs, "workspace_is", "workspace is"),
        (Self::WorkspaceIsNot, "workspace_is_not", "workspace is not"),
        (Self::OrgWide, "org_wide", "it is for the whole organization"),
        (Self::RequesterIs, "requester_is", "requester is"),
        (Self::RequesterIsNot, "requester_is_not", "requester is not"),
        (
            Self::RequesterCollaborates,
            "collaborates",
            "requester works on the app",
        ),
    ];

    /// The kind of this word.
    pub fn of(word: &str) -> Self {
        let found = Self::ALL.into_iter().find(|(_, name, _)| *name == word);
        found.map(|(kind, ..)| kind).unwrap_or_default()
    }

    /// Its word in forms.
    pub fn word(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(kind, ..)| *kind == self);
        found.map_or("", |(_, name, _)| name)
    }

    /// What it needs.
    pub const fn wants(self) -> Wants {
        match self {
            Self::ScopesAnyOf | Self::ScopesAllOf | Self::ScopesNoneOf | Self::ScopesWithin | Self::ScopesAre => {
                Wants::List("chat:write, commands")
            }
            Self::AppIs | Self::AppIsNot => Wants::List("A061BL8RQ0"),
            Self::WorkspaceIs | Self::WorkspaceIsNot => Wants::List("T0M94LNUCR"),
            Self::RequesterIs | Self::RequesterIsNot => Wants::List("W08RA9G5HR"),
            Self::DistributionIs | Self::DistributionIsNot => Wants::One(ORIGINS),
            Self::PreviousIs | Self::PreviousIsNot => Wants::One(RESOLUTIONS),
            Self::ScopesEmpty
            | Self::PreviousMatches
            | Self::PreviousNothingNew
            | Self::OrgWide
            | Self::RequesterCollaborates => Wants::Nothing,
        }
    }
}

/// One test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestForm {
    /// What it asks.
    pub kind: TestKind,
    /// Names or ids between commas or blanks, or one word.
    pub values: String,
}

/// Which decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActionKind {
    /// Approve.
    Approve,
    /// Restrict.
    Restrict,
    /// Cancel.
    Cancel,
    /// Leave to people.
    #[default]
    Ask,
}

/// What the rule does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionForm {
    /// Which decision.
    pub kind: ActionKind,
    /// Whether it holds for the whole organization.
    pub org: bool,
    /// Days that an approval holds; blank for until somebody ends it.
    pub days: String,
    /// Optional scopes: `all`, `none`, or names.
    pub optional: String,
    /// What the requester is told.
    pub reason: String,
    /// Whom to ask; blank for everybody who may approve.
    pub whom: String,
    /// Whether all of them must agree.
    pub all: bool,
    /// Whether they must say why.
    pub reason_required: bool,
}

/// A rule as a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Its id; blank for a new one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is in force.
    pub enabled: bool,
    /// Whether any of the tests is enough.
    pub any: bool,
    /// The tests; none for every request.
    pub tests: Vec<TestForm>,
    /// A condition that the form cannot show, kept as it is.
    pub nested: Option<Predicate>,
    /// What it does.
    pub action: ActionForm,
}

impl Form {
    /// A new rule.
    pub fn fresh() -> Self {
        Self {
            enabled: true,
            tests: vec![TestForm::default()],
            action: ActionForm {
                optional: "all".to_owned(),
                ..ActionForm::default()
            },
            ..Self::default()
        }
    }

    /// A rule as a form.
    pub fn of(rule: &Rule) -> Self {
        let (any, list) = match &rule.when {
            Predicate::Any(list) if !list.is_empty() => (true, list.as_slice()),
            Predicate::All(list) => (false, list.as_slice()),
            one => (false, std::slice::from_ref(one)),
        };
        let tests: Option<Vec<TestForm>> = list.iter().map(test_form).collect();
        Self {
            id: rule.id.clone(),
            name: rule.name.clone(),
            enabled: rule.enabled,
            any,
            nested: tests.is_none().then(|| rule.when.clone()),
            tests: tests.unwrap_or_default(),
            action: action_form(&rule.then),
        }
    }

    /// The rule, or what is still missing.
    pub fn rule(&self) -> Result<Rule, String> {
        if self.name.trim().is_empty() {
            return Err("Give the rule a name.".to_owned());
        }
        let when = match &self.nested {
            Some(nested) => nested.clone(),
            None => self.when()?,
        };
        Ok(Rule {
            id: self.id.clone(),
            name: self.name.trim().to_owned(),
            enabled: self.enabled,
            when,
            then: self.action.action()?,
        })
    }

    fn when(&self) -> Result<Predicate, String> {
        let mut tests = self.tests.iter().map(TestForm::test).collect::<Result<Vec<_>, _>>()?;
        Ok(match (self.any, tests.len()) {
            (_, 1) => tests.remove(0),
            (true, 2..) => Predicate::Any(tests),
            _ => Predicate::All(tests),
        })
    }
}

fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| c == ',' || c.is_whitespace());
    split.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Ids or names of one kind.
fn list<T: std::str::FromStr>(text: &str) -> Result<Vec<T>, String> {
    let words = words(text);
    if words.is_empty() {
        return Err("A test names nothing yet.".to_owned());
    }
    let read = |word: &String| {
        word.parse()
            .map_err(|_| format!("“{word}” is not what this test looks for."))
    };
    words.iter().map(read).collect()
}

fn joined<T: ToString>(list: &[T]) -> String {
    let all: Vec<String> = list.iter().map(ToString::to_string).collect();
    all.join(", ")
}

impl TestForm {
    /// The test, or what is wrong with it.
    pub fn test(&self) -> Result<Predicate, String> {
        let text = self.values.as_str();
        Ok(match self.kind {
            TestKind::ScopesAnyOf => Predicate::Scopes(ScopeTest::AnyOf(list(text)?)),
            TestKind::ScopesAllOf => Predicate::Scopes(ScopeTest::AllOf(list(text)?)),
            TestKind::ScopesNoneOf => Predicate::Scopes(ScopeTest::NoneOf(list(text)?)),
            TestKind::ScopesWithin => Predicate::Scopes(ScopeTest::Within(list(text)?)),
            TestKind::ScopesAre => Predicate::Scopes(ScopeTest::Is(list(text)?)),
            TestKind::ScopesEmpty => Predicate::Scopes(ScopeTest::Empty(true)),
            TestKind::AppIs => Predicate::App(AppTest::Is(list(text)?)),
            TestKind::AppIsNot => Predicate::App(AppTest::IsNot(list(text)?)),
            TestKind::DistributionIs => Predicate::Distribution(DistributionTest::Is(origin(text)?)),
            TestKind::DistributionIsNot => Predicate::Distribution(DistributionTest::IsNot(origin(text)?)),
            TestKind::PreviousIs => Predicate::PreviousResolution(PreviousTest::Is(resolution(text)?)),
            TestKind::PreviousIsNot => Predicate::PreviousResolution(PreviousTest::IsNot(resolution(text)?)),
            TestKind::PreviousMatches => Predicate::PreviousResolution(PreviousTest::ScopesMatch(true)),
            TestKind::PreviousNothingNew => Predicate::PreviousResolution(PreviousTest::NothingNew(true)),
            TestKind::WorkspaceIs => Predicate::Workspace(WorkspaceTest::Is(list(text)?)),
            TestKind::WorkspaceIsNot => Predicate::Workspace(WorkspaceTest::IsNot(list(text)?)),
            TestKind::OrgWide => Predicate::Workspace(WorkspaceTest::OrgWide(true)),
            TestKind::RequesterIs => Predicate::Requester(RequesterTest::Is(list(text)?)),
            TestKind::RequesterIsNot => Predicate::Requester(RequesterTest::IsNot(list(text)?)),
            TestKind::RequesterCollaborates => Predicate::Requester(RequesterTest::Collaborator(true)),
        })
    }
}

const ORIGIN: [(&str, Distribution); 4] = [
    ("internal", Distribution::Internal),
    ("third_party", Distribution::ThirdParty),
    ("slack", Distribution::Slack),
    ("marketplace", Distribution::Marketplace),
];
const RESOLUTION: [(&str, Previous); 3] = [
    ("approved", Previous::Approved),
    ("restricted", Previous::Restricted),
    ("unresolved", Previous::Unresolved),
];

fn one<T: Copy>(all: &[(&str, T)], text: &str) -> Result<T, String> {
    let found = all.iter().find(|(word, _)| *word == text.trim());
    found
        .map(|(_, one)| *one)
        .ok_or_else(|| "Choose one of the words.".to_owned())
}

fn word_of<T: PartialEq>(all: &[(&str, T)], value: &T) -> Option<String> {
    let found = all.iter().find(|(_, one)| one == value);
    found.map(|(word, _)| (*word).to_owned())
}

fn origin(text: &str) -> Result<Distribution, String> {
    one(&ORIGIN, text)
}

fn resolution(text: &str) -> Result<Previous, String> {
    one(&RESOLUTION, text)
}

/// Nothing for what the form cannot show.
fn test_form(test: &Predicate) -> Option<TestForm> {
    let (kind, values) = match test {
        Predicate::Scopes(ScopeTest::AnyOf(list)) => (TestKind::ScopesAnyOf, joined(list)),
        Predicate::Scopes(ScopeTest::AllOf(list)) => (TestKind::ScopesAllOf, joined(list)),
        Predicate::Scopes(ScopeTest::NoneOf(list)) => (TestKind::ScopesNoneOf, joined(list)),
        Predicate::Scopes(ScopeTest::Within(list)) => (TestKind::ScopesWithin, joined(list)),
        Predicate::Scopes(ScopeTest::Includes(scope)) => (TestKind::ScopesAnyOf, scope.to_string()),
        Predicate::Scopes(ScopeTest::Is(list)) => (TestKind::ScopesAre, joined(list)),
        Predicate::Scopes(ScopeTest::Empty(true)) => (TestKind::ScopesEmpty, String::new()),
        Predicate::App(AppTest::Is(list)) => (TestKind::AppIs, joined(list)),
        Predicate::App(AppTest::IsNot(list)) => (TestKind::AppIsNot, joined(list)),
        Predicate::Distribution(DistributionTest::Is(from)) => (TestKind::DistributionIs, word_of(&ORIGIN, from)?),
        Predicate::Distribution(DistributionTest::IsNot(from)) => {
            (TestKind::DistributionIsNot, word_of(&ORIGIN, from)?)
        }
        Predicate::PreviousResolution(PreviousTest::Is(was)) => (TestKind::PreviousIs, word_of(&RESOLUTION, was)?),
        Predicate::PreviousResolution(PreviousTest::IsNot(was)) => {
            (TestKind::PreviousIsNot, word_of(&RESOLUTION, was)?)
        }
        Predicate::PreviousResolution(PreviousTest::ScopesMatch(true)) => (TestKind::PreviousMatches, String::new()),
        Predicate::PreviousResolution(PreviousTest::NothingNew(true)) => (TestKind::PreviousNothingNew, String::new()),
        Predicate::Workspace(WorkspaceTest::Is(list)) => (TestKind::WorkspaceIs, joined(list)),
        Predicate::Workspace(WorkspaceTest::IsNot(list)) => (TestKind::WorkspaceIsNot, joined(list)),
        Predicate::Workspace(WorkspaceTest::OrgWide(true)) => (TestKind::OrgWide, String::new()),
        Predicate::Requester(RequesterTest::Is(list)) => (TestKind::RequesterIs, joined(list)),
        Predicate::Requester(RequesterTest::IsNot(list)) => (TestKind::RequesterIsNot, joined(list)),
        Predicate::Requester(RequesterTest::Collaborator(true)) => (TestKind::RequesterCollaborates, String::new()),
        _ => return None,
    };
    Some(TestForm { kind, values })
}

impl ActionForm {
    fn action(&self) -> Result<Action, String> {
        let level = if self.org { Level::Org } else { Level::Workspace };
        let reason = self.reason.trim().to_owned();
        Ok(match self.kind {
            ActionKind::Approve => Action::Approve {
                optional: self.optional()?,
                level,
                for_days: self.days()?,
            },
            ActionKind::Restrict => Action::Restrict { level, reason },
            ActionKind::Cancel => Action::Cancel { reason },
            ActionKind::Ask => Action::Ask {
                whom: words(&self.whom),
                need: if self.all { Need::All } else { Need::Any },
                reason_required: self.reason_required,
            },
        })
    }

    fn days(&self) -> Result<Option<u32>, String> {
        match self.days.trim() {
            "" => Ok(None),
            days => match days.parse() {
                Ok(days @ 1..=3_650) => Ok(Some(days)),
                _ => Err("An approval holds for 1 to 3,650 days, or until somebody ends it.".to_owned()),
            },
        }
    }

    fn optional(&self) -> Result<OptionalScopes, String> {
        match self.optional.trim() {
            "" | "all" => Ok(OptionalScopes::All),
            "none" => Ok(OptionalScopes::None),
            names => Ok(OptionalScopes::These(list::<Scope>(names)?)),
        }
    }
}

fn action_form(action: &Action) -> ActionForm {
    let base = ActionForm {
        optional: "all".to_owned(),
        ..ActionForm::default()
    };
    match action {
        Action::Approve {
            optional,
            level,
            for_days,
        } => ActionForm {
            kind: ActionKind::Approve,
            org: *level == Level::Org,
            days: for_days.map(|days| days.to_string()).unwrap_or_default(),
            optional: match optional {
                OptionalScopes::All => "all".to_owned(),
                OptionalScopes::None => "none".to_owned(),
                OptionalScopes::These(list) => joined(list),
            },
            ..base
        },
        Action::Restrict { level, reason } => ActionForm {
            kind: ActionKind::Restrict,
            org: *level == Level::Org,
            reason: reason.clone(),
            ..base
        },
        Action::Cancel { reason } => ActionForm {
            kind: ActionKind::Cancel,
            reason: reason.clone(),
            ..base
        },
        Action::Ask {
            whom,
            need,
            reason_required,
        } => ActionForm {
            kind: ActionKind::Ask,
            whom: whom.join(", "),
            all: *need == Need::All,
            reason_required: *reason_required,
            ..base
        },
    }
}
