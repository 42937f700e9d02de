//! The facts that conditions can tell apart, numbered, and a request written out from values for them.

use std::collections::BTreeSet;

use crate::{AppId, Scope, TeamId, Timestamp, UserId};

use super::{Facts, Predicate};
use crate::approval::{
    App, AppRequest, AppRequestId, AskedScope, DeveloperType, Distribution, Previous, PreviousResolution, Requester,
    TokenType, predicate::Named,
};

/// The number of a fact: first the named scopes and "any other scope", then the rest.
pub(super) type Var = usize;

/// The developer types, by value.
pub(super) const DEVELOPERS: [DeveloperType; 4] = [
    DeveloperType::ThirdParty,
    DeveloperType::Internal,
    DeveloperType::Slack,
    DeveloperType::Other,
];
/// The resolutions before, by value.
pub(super) const PREVIOUS: [Previous; 4] = [
    Previous::Unresolved,
    Previous::Approved,
    Previous::Restricted,
    Previous::Other,
];
/// How the scopes compare with those before: 0 the same, 1 fewer, 2 at least one is new.
pub(super) const MEMBER_RELATION: usize = 2;

/// The developer type a distribution asks for; `None` for the Marketplace's flag.
pub(super) const fn developer_of(distribution: Distribution) -> Option<DeveloperType> {
    match distribution {
        Distribution::Internal => Some(DeveloperType::Internal),
        Distribution::ThirdParty => Some(DeveloperType::ThirdParty),
        Distribution::Slack => Some(DeveloperType::Slack),
        Distribution::Marketplace => None,
    }
}

/// The names that occur in conditions, each list sorted and without doubles.
#[derive(Clone, Debug, Default)]
pub(in crate::approval) struct World {
    pub(super) scopes: Vec<Scope>,
    pub(super) apps: Vec<AppId>,
    pub(super) teams: Vec<TeamId>,
    pub(super) users: Vec<UserId>,
}

impl World {
    /// Collects the names.
    pub(super) fn of<'a>(conditions: impl Iterator<Item = &'a Predicate>) -> Self {
        let mut world = Self::default();
        for condition in conditions {
            condition.leaves(&mut |leaf| world.name(leaf));
        }
        world.scopes.sort();
        world.scopes.dedup();
        world.apps.sort();
        world.apps.dedup();
        world.teams.sort();
        world.teams.dedup();
        world.users.sort();
        world.users.dedup();
        world
    }

    fn name(&mut self, leaf: &Predicate) {
        match leaf.named() {
            Some(Named::Scopes(list)) => self.scopes.extend_from_slice(list),
            Some(Named::Apps(list)) => self.apps.extend_from_slice(list),
            Some(Named::Teams(list)) => self.teams.extend_from_slice(list),
            Some(Named::Users(list)) => self.users.extend_from_slice(list),
            None => {}
        }
    }

    /// No fact settled yet.
    pub(super) fn open(&self) -> Facts {
        vec![None; self.collaborator() + 1]
    }

    /// The fact "this scope is asked for"; a name that occurs nowhere counts as any other.
    pub(super) fn scope(&self, scope: &Scope) -> Var {
        self.scopes.binary_search(scope).unwrap_or(self.scopes.len())
    }

    pub(super) fn app(&self) -> Var {
        self.scopes.len() + 1
    }

    pub(super) fn developer(&self) -> Var {
        self.app() + 1
    }

    pub(super) fn marketplace(&self) -> Var {
        self.app() + 2
    }

    pub(super) fn previous(&self) -> Var {
        self.app() + 3
    }

    pub(super) fn relation(&self) -> Var {
        self.app() + 4
    }

    pub(super) fn team(&self) -> Var {
        self.app() + 5
    }

    pub(super) fn user(&self) -> Var {
        self.app() + 6
    }

    pub(super) fn collaborator(&self) -> Var {
        self.app() + 7
    }

    /// How many values a fact has. Ids have one more for "another", workspaces one more for "none".
    pub(super) fn size(&self, var: Var) -> usize {
        match var.checked_sub(self.app()) {
            Some(0) => self.apps.len() + 1,
            Some(1) => DEVELOPERS.len(),
            Some(3) => PREVIOUS.len(),
            Some(4) => MEMBER_RELATION + 1,
            Some(5) => self.teams.len() + 2,
            Some(6) => self.users.len() + 1,
            _ => 2,
        }
    }

    /// Writes out a request with these facts; what does not matter gets its plainest value.
    /// `None` only if no identifier could be made, which the names here do not let happen.
    pub(in crate::approval) fn request(&self, facts: &Facts) -> Option<AppRequest> {
        let id = |var: Var, otherwise: usize| facts[var].unwrap_or(otherwise);
        let asked_for = (0..self.scopes.len()).filter(|&at| facts[at] == Some(1));
        let mut names: Vec<Scope> = asked_for.map(|at| self.scopes[at].clone()).collect();
        if facts[self.scopes.len()] == Some(1) {
            names.push(self.other_scope(0)?);
        }
        let status = PREVIOUS[id(self.previous(), 0)];
        let before: BTreeSet<Scope> = match id(self.relation(), 0) {
            0 => names.iter().cloned().collect(),
            1 => names.iter().cloned().chain(self.other_scope(1)).collect(),
            _ => BTreeSet::new(),
        };
        let team = id(self.team(), self.teams.len());
        let asked = |name: Scope| AskedScope {
            name,
            token_type: TokenType::Bot,
            description: String::new(),
            is_sensitive: false,
            is_optional: false,
            is_approved: false,
        };
        Some(AppRequest {
            id: AppRequestId::new("Ar0EXAMPLE").ok()?,
            app: App {
                id: pick(&self.apps, id(self.app(), self.apps.len()), "A0EXAMPLE", |t| {
                    AppId::new(t).ok()
                })?,
                name: "Example".to_owned(),
                description: String::new(),
                developer_type: DEVELOPERS[id(self.developer(), 0)],
                is_app_directory_approved: id(self.marketplace(), 0) == 1,
                app_homepage_url: String::new(),
                app_directory_url: String::new(),
                privacy_policy_url: String::new(),
                help_url: String::new(),
                additional_info: String::new(),
                icon: None,
                socket_mode_enabled: false,
            },
            scopes: names.into_iter().map(asked).collect(),
            domains: Vec::new(),
            team: if team > self.teams.len() {
                None
            } else {
                Some(pick(&self.teams, team, "T0EXAMPLE", |t| TeamId::new(t).ok())?)
            },
            enterprise: None,
            requester: Requester {
                id: pick(&self.users, id(self.user(), self.users.len()), "W0EXAMPLE", |t| {
                    UserId::new(t).ok()
                })?,
                name: String::new(),
                email: None,
                is_collaborator: id(self.collaborator(), 0) == 1,
            },
            message: String::new(),
            asked_at: Timestamp::default(),
            previous_resolution: (status != Previous::Unresolved).then_some(PreviousResolution {
                status,
                scopes: before,
                last_resolved_by: None,
            }),
        })
    }

    /// The first or second scope that no condition names.
    fn other_scope(&self, nth: usize) -> Option<Scope> {
        (0..self.scopes.len() + 2)
            .filter_map(|number| Scope::new(format!("unnamed{number}:read")).ok())
            .filter(|scope| !self.scopes.contains(scope))
            .nth(nth)
    }
}

/// The named id, or one that is not among them.
fn pick<T: Clone + PartialEq>(all: &[T], at: usize, stem: &str, make: impl Fn(String) -> Option<T>) -> Option<T> {
    if let Some(id) = all.get(at) {
        return Some(id.clone());
    }
    (0..=all.len())
        .filter_map(|number| make(format!("{stem}{number}")))
        .find(|id| !all.contains(id))
}
