//! The same rules as Cedar policies, and the same requests as Cedar requests.
//!
//! Each rule is a `permit` with the rule's condition. Cedar knows no order among policies, but tells which are
//! satisfied; the first of these in the rules' order is the rule that decides. Two ways to hold the lists that rules
//! compare with, two ways to ask; the faster is measured. Cedar's requests are made beforehand and not counted.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PolicyId, PolicySet, Request,
    RestrictedExpression,
};
use grantbook_core::approval::{
    AppRequest, Distribution, Predicate, Previous, Rules,
    predicate::{AppTest, DistributionTest, PreviousTest, RequesterTest, ScopeTest, WorkspaceTest},
};

use crate::NOBODY;

/// As many requests are made ready at once; all at once would only measure memory.
const BATCH: usize = 10_000;

/// Where the lists are that rules compare with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    /// Written in the policies.
    InPolicies,
    /// Lists of ids are groups that apps, workspaces and people are members of; lists of scopes are attributes.
    InEntities,
}

/// How Cedar is asked.
#[derive(Clone, Copy)]
pub(crate) enum Calls {
    /// All policies at once, one call for each request.
    OneForAll,
    /// A policy at a time, in order, until one is satisfied.
    OneByOne,
}

impl fmt::Display for Lists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InPolicies => "lists in the policies",
            Self::InEntities => "lists as groups and attributes",
        })
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneForAll => "one call for all policies",
            Self::OneByOne => "one policy a call, first that fits ends it",
        })
    }
}

/// Rules as Cedar has them.
pub(crate) struct Cedar {
    all: PolicySet,
    each: Vec<(usize, PolicySet)>,
    places: HashMap<PolicyId, usize>,
    entities: Entities,
    authorizer: Authorizer,
}

/// Writes policies, and what stands beside them.
struct Writer {
    lists: Lists,
    groups: HashMap<EntityUid, HashSet<EntityUid>>,
    sets: Vec<Entity>,
}

impl Cedar {
    pub(crate) fn new(rules: &Rules, lists: Lists) -> anyhow::Result<Self> {
        let mut writer = Writer {
            lists,
            groups: HashMap::new(),
            sets: Vec::new(),
        };
        let (mut all, mut each, mut places) = (PolicySet::new(), Vec::new(), HashMap::new());
        for (at, rule) in rules.rules.iter().enumerate().filter(|(_, rule)| rule.enabled) {
            let when = writer.condition(&rule.when)?;
            let id = PolicyId::new(&rule.id);
            let text = format!("permit(principal, action, resource) when {{ {when} }};");
            let policy = Policy::parse(Some(id.clone()), &text).with_context(|| text)?;
            all.add(policy.clone())?;
            each.push((at, PolicySet::from_policies([policy])?));
            places.insert(id, at);
        }
        let members = writer
            .groups
            .into_iter()
            .map(|(member, groups)| Entity::new_no_attrs(member, groups));
        let entities = Entities::from_entities(members.chain(writer.sets), None)?;
        Ok(Self {
            all,
            each,
            places,
            entities,
            authorizer: Authorizer::new(),
        })
    }

    /// The place of the rule that decides each request, and how long Cedar took.
    pub(crate) fn decide(&self, requests: &[AppRequest], calls: Calls) -> anyhow::Result<(Vec<usize>, Duration)> {
        let mut decided = Vec::with_capacity(requests.len());
        let mut took = Duration::ZERO;
        for batch in requests.chunks(BATCH) {
            let asked = batch.iter().map(request).collect::<anyhow::Result<Vec<_>>>()?;
            let began = Instant::now();
            let mut errors = 0;
            for request in &asked {
                decided.push(match calls {
                    Calls::OneForAll => self.at_once(request, &mut errors),
                    Calls::OneByOne => self.in_order(request, &mut errors),
                });
            }
            took += began.elapsed();
            ensure!(errors == 0, "{errors} policies could not be evaluated");
        }
        Ok((decided, took))
    }

    fn at_once(&self, request: &Request, errors: &mut usize) -> usize {
        let answer = self.authorizer.is_authorized(request, &self.all, &self.entities);
        *errors += answer.diagnostics().errors().count();
        let places = answer.diagnostics().reason().filter_map(|id| self.places.get(id));
        places.min().copied().unwrap_or(NOBODY)
    }

    fn in_order(&self, request: &Request, errors: &mut usize) -> usize {
        for (at, policy) in &self.each {
            let answer = self.authorizer.is_authorized(request, policy, &self.entities);
            *errors += answer.diagnostics().errors().count();
            if answer.diagnostics().reason().next().is_some() {
                return *at;
            }
        }
        NOBODY
    }
}

fn uid(kind: &str, id: &str) -> anyhow::Result<EntityUid> {
    let kind: EntityTypeName = kind.parse()?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn text(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> RestrictedExpression {
    RestrictedExpression::new_set(names.into_iter().map(text))
}

/// A request as Cedar takes it: who asks, for which app, the rest as context.
fn request(asked: &AppRequest) -> anyhow::Result<Request> {
    let scopes = set(asked.scopes.iter().map(|scope| scope.name.as_str()));
    let before = asked.previous_resolution.as_ref();
    let before = before.filter(|before| before.status != Previous::Unresolved);
    let before = before.map(|before| before.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>());
    let flag = RestrictedExpression::new_bool;
    let mut context = vec![
        ("scopes".to_owned(), scopes),
        ("previous".to_owned(), text(asked.previous().as_str())),
        ("internal".to_owned(), flag(asked.app.is(Distribution::Internal))),
        ("third_party".to_owned(), flag(asked.app.is(Distribution::ThirdParty))),
        ("slack".to_owned(), flag(asked.app.is(Distribution::Slack))),
        ("marketplace".to_owned(), flag(asked.app.is(Distribution::Marketplace))),
        ("collaborator".to_owned(), flag(asked.requester.is_collaborator)),
    ];
    if let Some(before) = before {
        context.push(("before".to_owned(), set(before)));
    }
    if let Some(team) = &asked.team {
        context.push((
            "team".to_owned(),
            RestrictedExpression::new_entity_uid(uid("Team", team.as_str())?),
        ));
    }
    let principal = uid("User", asked.requester.id.as_str())?;
    let resource = uid("App", asked.app.id.as_str())?;
    let context = Context::from_pairs(context)?;
    Ok(Request::new(
        principal,
        uid("Action", "install")?,
        resource,
        context,
        None,
    )?)
}

impl Writer {
    fn condition(&mut self, predicate: &Predicate) -> anyhow::Result<String> {
        let joined = |parts: Vec<String>, with: &str, empty: &str| match parts.len() {
            0 => empty.to_owned(),
            _ => format!("({})", parts.join(with)),
        };
        Ok(match predicate {
            Predicate::Any(list) => joined(self.each(list)?, " || ", "false"),
            Predicate::All(list) => joined(self.each(list)?, " && ", "true"),
            Predicate::Not(inner) => format!("!({})", self.condition(inner)?),
            Predicate::Scopes(test) => self.scopes(test)?,
            Predicate::App(AppTest::Is(list)) => self.member("resource", "App", list.iter().map(|id| id.as_str()))?,
            Predicate::App(AppTest::IsNot(list)) => {
                format!(
                    "!({})",
                    self.member("resource", "App", list.iter().map(|id| id.as_str()))?
                )
            }
            Predicate::Distribution(test) => match test {
                DistributionTest::Is(from) => format!("context.{}", distribution(*from)),
                DistributionTest::IsNot(from) => format!("!context.{}", distribution(*from)),
            },
            Predicate::PreviousResolution(test) => match test {
                PreviousTest::Is(status) => format!("context.previous == {:?}", status.as_str()),
                PreviousTest::IsNot(status) => format!("context.previous != {:?}", status.as_str()),
                PreviousTest::ScopesMatch(wanted) => {
                    same("(context has before && context.before == context.scopes)", *wanted)
                }
                PreviousTest::NothingNew(wanted) => same(
                    "(context has before && context.before.containsAll(context.scopes))",
                    *wanted,
                ),
            },
            Predicate::Workspace(WorkspaceTest::OrgWide(wanted)) => same("!(context has team)", *wanted),
            Predicate::Workspace(WorkspaceTest::Is(list)) => self.team(list)?,
            Predicate::Workspace(WorkspaceTest::IsNot(list)) => format!("!{}", self.team(list)?),
            Predicate::Requester(RequesterTest::Collaborator(wanted)) => same("context.collaborator", *wanted),
            Predicate::Requester(RequesterTest::Is(list)) => {
                self.member("principal", "User", list.iter().map(|id| id.as_str()))?
            }
            Predicate::Requester(RequesterTest::IsNot(list)) => {
                format!(
                    "!({})",
                    self.member("principal", "User", list.iter().map(|id| id.as_str()))?
                )
            }
        })
    }

    fn each(&mut self, list: &[Predicate]) -> anyhow::Result<Vec<String>> {
        list.iter().map(|inner| self.condition(inner)).collect()
    }

    fn team(&mut self, list: &[grantbook_core::TeamId]) -> anyhow::Result<String> {
        let member = self.member("context.team", "Team", list.iter().map(|id| id.as_str()))?;
        Ok(format!("(context has team && {member})"))
    }

    /// Whether an entity is one of these.
    fn member<'a>(&mut self, who: &str, kind: &str, ids: impl Iterator<Item = &'a str>) -> anyhow::Result<String> {
        let ids: Vec<&str> = ids.collect();
        if self.lists == Lists::InPolicies {
            let ids: Vec<String> = ids.iter().map(|id| format!("{kind}::{id:?}")).collect();
            return Ok(match ids.as_slice() {
                [one] => format!("{who} == {one}"),
                _ => format!("[{}].contains({who})", ids.join(", ")),
            });
        }
        let group = format!("g{}", self.sets.len());
        let uid_of_group = uid("Group", &group)?;
        self.sets
            .push(Entity::new_no_attrs(uid_of_group.clone(), HashSet::new()));
        for id in ids {
            self.groups
                .entry(uid(kind, id)?)
                .or_default()
                .insert(uid_of_group.clone());
        }
        Ok(format!("{who} in Group::{group:?}"))
    }

    /// An expression for a set of scopes.
    fn list(&mut self, scopes: &[grantbook_core::Scope]) -> anyhow::Result<String> {
        if self.lists == Lists::InPolicies {
            let names: Vec<String> = scopes.iter().map(|scope| format!("{:?}", scope.as_str())).collect();
            return Ok(format!("[{}]", names.join(", ")));
        }
        let name = format!("s{}", self.sets.len());
        let attributes = HashMap::from([("scopes".to_owned(), set(scopes.iter().map(|scope| scope.as_str())))]);
        self.sets
            .push(Entity::new(uid("List", &name)?, attributes, HashSet::new())?);
        Ok(format!("List::{name:?}.scopes"))
    }

    fn scopes(&mut self, test: &ScopeTest) -> anyhow::Result<String> {
        Ok(match test {
            ScopeTest::AnyOf(list) => format!("context.scopes.containsAny({})", self.list(list)?),
            ScopeTest::NoneOf(list) => format!("!context.scopes.containsAny({})", self.list(list)?),
            ScopeTest::AllOf(list) => format!("context.scopes.containsAll({})", self.list(list)?),
            ScopeTest::Within(list) => format!("{}.containsAll(context.scopes)", self.list(list)?),
            ScopeTest::Is(list) => format!("context.scopes == {}", self.list(list)?),
            ScopeTest::IsNot(list) => format!("context.scopes != {}", self.list(list)?),
            ScopeTest::Includes(scope) => format!("context.scopes.contains({:?})", scope.as_str()),
            ScopeTest::Empty(wanted) => same("context.scopes.isEmpty()", *wanted),
        })
    }
}

const fn distribution(distribution: Distribution) -> &'static str {
    match distribution {
        Distribution::Internal => "internal",
        Distribution::ThirdParty => "third_party",
        Distribution::Slack => "slack",
        Distribution::Marketplace => "marketplace",
    }
}

fn same(expression: &str, wanted: bool) -> String {
    if wanted {
        expression.to_owned()
    } else {
        format!("!({expression})")
    }
}
