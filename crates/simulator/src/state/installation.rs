//! `Installation`: what one app may do in one workspace. Scopes by type, resources by type, people.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_api::events::{Grant, ResourceGrant};
use grantbook_core::{ResourceId, ResourceType, Scope, Timestamp, UserId, catalogue};
use serde::Serialize;

use super::modern::Bot;

/// What an app gets on every app home without asking (SEED1, SEED2).
const APP_HOME_SCOPES: [&str; 3] = ["chat:write", "im:history", "im:read"];

/// An app in a workspace. Kept after an uninstall: a later one finds its user and its conversations again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Installation {
    /// The app's own user in this workspace.
    pub app_user: UserId,
    /// Who installed it first.
    pub installer: UserId,
    /// When.
    pub installed_at: Timestamp,
    /// Whether it still is.
    pub installed: bool,
    /// Scopes; each applies to every resource of its type, present and future.
    pub scopes: BTreeMap<ResourceType, BTreeSet<Scope>>,
    /// Resources.
    pub resources: BTreeMap<ResourceType, Granted>,
    /// People it may act for, with the scopes each has granted.
    pub users: BTreeMap<UserId, BTreeSet<Scope>>,
    /// The bot of an app of today, whose scopes hold on every resource; workspace apps have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot: Option<Bot>,
}

/// The resources of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Granted {
    /// Granted one by one; empty with a wildcard.
    pub ids: BTreeSet<ResourceId>,
    /// Whether the whole type is granted.
    pub wildcard: bool,
    /// The exceptions of the wildcard.
    pub excluded: BTreeSet<ResourceId>,
}

impl Granted {
    /// Whether a resource is granted.
    pub fn reaches(&self, id: &ResourceId) -> bool {
        if self.wildcard {
            !self.excluded.contains(id)
        } else {
            self.ids.contains(id)
        }
    }

    fn is_empty(&self) -> bool {
        self.ids.is_empty() && !self.wildcard
    }
}

/// The resource types on which a scope works. `User` means that people grant it one by one.
pub(crate) fn kinds_of(scope: &Scope) -> &'static [ResourceType] {
    catalogue::resource_types(scope)
}

/// Whether a scope lets the app act for a person (`*:user`).
pub(crate) fn is_user_scope(scope: &Scope) -> bool {
    kinds_of(scope) == [ResourceType::User]
}

/// Scopes by the types they apply to, as `oauth.access` groups them; `User` included.
pub(crate) fn by_kind<'a>(scopes: impl IntoIterator<Item = &'a Scope>) -> BTreeMap<ResourceType, BTreeSet<Scope>> {
    let mut grouped: BTreeMap<ResourceType, BTreeSet<Scope>> = BTreeMap::new();
    for scope in scopes {
        for kind in kinds_of(scope) {
            grouped.entry(*kind).or_default().insert(scope.clone());
        }
    }
    grouped
}

/// What an app gets on every app home without asking.
pub(crate) fn app_home_scopes() -> impl Iterator<Item = Scope> {
    APP_HOME_SCOPES.into_iter().filter_map(|name| Scope::new(name).ok())
}

impl Installation {
    pub(super) fn new(app_user: UserId, installer: UserId, installed_at: Timestamp) -> Self {
        let scopes = [(ResourceType::AppHome, app_home_scopes().collect())].into();
        let (resources, users) = (BTreeMap::new(), BTreeMap::new());
        Self {
            app_user,
            installer,
            installed_at,
            installed: true,
            scopes,
            resources,
            users,
            bot: None,
        }
    }

    /// The scopes in force on every resource of a type.
    pub fn scopes_on(&self, kind: ResourceType) -> Vec<Scope> {
        self.scopes.get(&kind).into_iter().flatten().cloned().collect()
    }

    /// Whether a scope is held for a type.
    pub fn holds(&self, kind: ResourceType, scope: &str) -> bool {
        let everywhere = self.bot.as_ref().is_some_and(|bot| bot.scopes.contains(scope));
        everywhere || self.scopes.get(&kind).is_some_and(|held| held.contains(scope))
    }

    /// Whether a resource is granted.
    pub fn reaches(&self, kind: ResourceType, id: &ResourceId) -> bool {
        self.resources.get(&kind).is_some_and(|granted| granted.reaches(id))
    }

    /// Whether no conversation, no workspace and no person is left to the app.
    pub fn reaches_nothing(&self) -> bool {
        self.users.is_empty() && self.resources.values().all(Granted::is_empty)
    }

    /// Every scope held anywhere, people's included.
    pub fn all_scopes(&self) -> BTreeSet<Scope> {
        self.scopes
            .values()
            .chain(self.users.values())
            .chain(self.bot.as_ref().map(|bot| &bot.scopes))
            .flatten()
            .cloned()
            .collect()
    }

    /// Adds scopes to the types they apply to, `User` left out; answers the types that gained one.
    pub(super) fn add_scopes<'a>(&mut self, scopes: impl IntoIterator<Item = &'a Scope>) -> BTreeSet<ResourceType> {
        let mut gained = BTreeSet::new();
        for (kind, scopes) in by_kind(scopes) {
            if kind == ResourceType::User {
                continue;
            }
            let held = self.scopes.entry(kind).or_default();
            for scope in scopes {
                if held.insert(scope) {
                    gained.insert(kind);
                }
            }
        }
        gained
    }

    /// Adds one resource; answers whether that changed anything.
    pub(super) fn add_resource(&mut self, kind: ResourceType, id: &ResourceId) -> bool {
        let granted = self.resources.entry(kind).or_default();
        if granted.wildcard {
            granted.excluded.remove(id)
        } else {
            granted.ids.insert(id.clone())
        }
    }

    /// Adds all resources of a type; answers whether that changed anything.
    pub(super) fn add_wildcard(&mut self, kind: ResourceType) -> bool {
        let granted = self.resources.entry(kind).or_default();
        let before = granted.clone();
        *granted = Granted {
            wildcard: true,
            ..Granted::default()
        };
        *granted != before
    }

    /// One resource, or all of a type, with every scope in force on it.
    pub(super) fn resource_grant(&self, kind: ResourceType, grant: Grant) -> ResourceGrant {
        ResourceGrant {
            resource_type: kind,
            grant,
            scopes: self.scopes_on(kind),
        }
    }

    /// Everything granted of a type, as the events list it.
    pub(super) fn resource_grants(&self, kind: ResourceType) -> Vec<ResourceGrant> {
        let Some(granted) = self.resources.get(&kind).filter(|granted| !granted.is_empty()) else {
            return Vec::new();
        };
        if granted.wildcard {
            return vec![self.resource_grant(kind, Grant::Wildcard { class: Some(kind) })];
        }
        granted
            .ids
            .iter()
            .map(|id| self.resource_grant(kind, Grant::Specific(id.clone())))
            .collect()
    }

    /// Takes everything away, as an uninstall does.
    pub(super) fn clear(&mut self) {
        self.installed = false;
        self.scopes.clear();
        self.resources.clear();
        self.users.clear();
        if let Some(bot) = &mut self.bot {
            bot.scopes.clear();
        }
    }
}
