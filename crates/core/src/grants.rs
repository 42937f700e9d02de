//! `Grants`: what an app may do in one tenant, folded from its ledger entries.
//!
//! [`fold`] is the definition: entries sorted by [`OrderKey`], each key once, applied in turn.
//! [`Grants::apply`] takes one step and refuses a step backwards, so that whoever keeps a
//! projection up to date notices a late entry and folds again.

pub mod cells;

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry as Slot};

use serde::{Deserialize, Serialize};

use crate::{
    Entry, Fact, OrderKey, Reach, ResourceId, ResourceType, Scope, Source, Timestamp, UserId,
    fact::{Resource, ScopedResource, ScopesByType},
};

/// Which entry put something in place: since when, by whom, through what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mark {
    /// Since when it has held without a break.
    pub since: Timestamp,
    /// Who did it; `None` where the ledger does not know.
    pub actor: Option<UserId>,
    /// Through what.
    pub source: Source,
    /// The entry's number.
    pub seq: u64,
}

impl Mark {
    fn of(entry: &Entry) -> Self {
        let draft = &entry.draft;
        Self {
            since: draft.key.at(),
            actor: draft.actor.clone(),
            source: draft.source,
            seq: entry.seq,
        }
    }
}

/// Whether the app is installed at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Status {
    /// Entries exist, but none of an installation.
    #[default]
    Unknown,
    /// Installed, and its token works as far as the ledger knows.
    Installed,
    /// Installed, but its tokens were revoked.
    Revoked,
    /// Uninstalled; history is kept.
    Uninstalled,
}

impl Status {
    /// The status as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Installed => "installed",
            Self::Revoked => "revoked",
            Self::Uninstalled => "uninstalled",
        }
    }
}

/// The resources of one type an app was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// Single ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub specific: BTreeMap<ResourceId, Mark>,
    /// The whole type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wildcard: Option<Mark>,
    /// Exceptions to the wildcard.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub excluded: BTreeMap<ResourceId, Mark>,
}

impl Resources {
    /// What lets the app reach `id`, if anything does.
    pub fn reaching(&self, id: &ResourceId) -> Option<&Mark> {
        self.specific
            .get(id)
            .or_else(|| self.wildcard.as_ref().filter(|_| !self.excluded.contains_key(id)))
    }

    fn is_empty(&self) -> bool {
        self.specific.is_empty() && self.wildcard.is_none() && self.excluded.is_empty()
    }
}

/// What an app may do in one tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    /// Installed or not.
    pub status: Status,
    /// The entry that put `status` in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_mark: Option<Mark>,
    /// Scopes by resource type. They apply to every resource of their type. Type `user` never
    /// stands here: those scopes are granted person by person, in `users`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scopes: BTreeMap<ResourceType, BTreeMap<Scope, Mark>>,
    /// Scopes granted whose resource types nobody has named yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unplaced: BTreeMap<Scope, Mark>,
    /// Resources by type, people excepted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resources: BTreeMap<ResourceType, Resources>,
    /// People the app may act for, each with their own scopes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub users: BTreeMap<ResourceId, BTreeMap<Scope, Mark>>,
    /// Scopes refused and not granted since.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub denied: BTreeMap<Scope, Mark>,
    /// The latest entry folded in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<OrderKey>,
}

/// An entry belongs before one that was already applied: fold again from the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the entry belongs before one that was already applied")]
pub struct Late;

/// Folds entries, in whatever order and however often each is given, into grants.
pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Grants {
    fold_onto(Grants::default(), entries)
}

/// Folds entries onto `base`. Entries that `base` already covers are left out.
pub fn fold_onto<'a>(base: Grants, entries: impl IntoIterator<Item = &'a Entry>) -> Grants {
    let mut sorted: Vec<&Entry> = entries.into_iter().collect();
    // Of two entries with one key the earlier recorded stays: a duplicate has no effect.
    sorted.sort_by(|a, b| a.draft.key.cmp(&b.draft.key).then(a.seq.cmp(&b.seq)));
    sorted.into_iter().fold(base, |mut grants, entry| {
        // `Late` here can only mean a repeated key, or one that `base` covers.
        let _ = grants.apply(entry);
        grants
    })
}

/// The grants as they were at `moment`: later entries do not count.
pub fn as_of<'a>(entries: impl IntoIterator<Item = &'a Entry>, moment: Timestamp) -> Grants {
    fold(entries.into_iter().filter(|entry| entry.draft.key.at() <= moment))
}

fn put<K: Ord>(map: &mut BTreeMap<K, Mark>, key: K, mark: &Mark) {
    // What holds already keeps its mark: `since` is the start of the unbroken run.
    if let Slot::Vacant(slot) = map.entry(key) {
        slot.insert(mark.clone());
    }
}

impl Grants {
    /// Takes one step. A key that is not greater than the last one is refused and changes nothing.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Late> {
        if self.last.as_ref().is_some_and(|last| entry.draft.key <= *last) {
            return Err(Late);
        }
        let mark = Mark::of(entry);
        match &entry.draft.fact {
            Fact::Installed {
                authorizing_user,
                scopes,
                resources,
            } => {
                self.set_status(Status::Installed, &mark);
                self.add_scopes(scopes, authorizing_user.as_ref(), &mark);
                for resource in resources {
                    self.add_resource(resource, &mark);
                }
            }
            Fact::ScopeGranted { scopes, unplaced, .. } => {
                self.add_scopes(scopes, None, &mark);
                for scope in unplaced
                    .iter()
                    .filter(|scope| !self.is_placed(scope))
                    .cloned()
                    .collect::<Vec<_>>()
                {
                    put(&mut self.unplaced, scope, &mark);
                }
                self.denied.retain(|scope, _| !unplaced.contains(scope));
            }
            Fact::ScopeDenied { scopes, .. } | Fact::UserResourceDenied { scopes, .. } => {
                for scope in scopes {
                    self.denied.insert(scope.clone(), mark.clone());
                }
            }
            Fact::ResourcesAdded { resources } => {
                for scoped in resources {
                    self.add_scoped(scoped, &mark);
                }
            }
            Fact::ResourcesRemoved { resources } => {
                for scoped in resources {
                    self.remove_resource(&scoped.resource, &mark);
                }
            }
            Fact::UserResourceGranted { user, scopes, .. } => self.add_user_scopes(user.into(), scopes, &mark),
            Fact::UserResourceRemoved { user } => {
                self.users.remove(user.as_str());
            }
            Fact::TeamAccessGranted { teams } => {
                for team in teams {
                    self.add_resource(&team_resource(team), &mark);
                }
            }
            Fact::TeamAccessRevoked { teams } => {
                for team in teams {
                    self.remove_resource(&team_resource(team), &mark);
                }
            }
            Fact::ConversationJoined { resource, .. } => self.add_resource(resource, &mark),
            Fact::ConversationLeft { resource } => self.remove_resource(resource, &mark),
            Fact::TokensRevoked { oauth, people_only, .. } => self.end_tokens(oauth, *people_only, &mark),
            Fact::Uninstalled => {
                *self = Self::default();
                self.set_status(Status::Uninstalled, &mark);
            }
            Fact::Reconciled { .. } => self.reconcile(&entry.draft.fact, &mark),
        }
        self.last = Some(entry.draft.key.clone());
        Ok(())
    }

    /// Whether `scope` is held for some resource type or person.
    pub fn is_placed(&self, scope: &Scope) -> bool {
        self.scopes.values().any(|held| held.contains_key(scope))
            || self.users.values().any(|held| held.contains_key(scope))
    }

    /// Every scope held anywhere, without repeats.
    pub fn held_scopes(&self) -> BTreeSet<&Scope> {
        self.scopes
            .values()
            .flat_map(BTreeMap::keys)
            .chain(self.unplaced.keys())
            .chain(self.users.values().flat_map(BTreeMap::keys))
            .collect()
    }

    /// Resources held: single ones, wildcards (each counting one) and people.
    pub fn resource_count(&self) -> usize {
        let of_types: usize = self
            .resources
            .values()
            .map(|r| r.specific.len() + usize::from(r.wildcard.is_some()))
            .sum();
        of_types + self.users.len()
    }

    fn set_status(&mut self, status: Status, mark: &Mark) {
        if self.status != status {
            self.status = status;
            self.status_mark = Some(mark.clone());
        }
    }

    /// An app that acts for people alone has nothing left when the last of them withdrew.
    fn end_tokens(&mut self, people: &BTreeSet<UserId>, people_only: bool, mark: &Mark) {
        if self.status == Status::Uninstalled {
            return;
        }
        if people_only {
            self.users
                .retain(|user, _| !people.iter().any(|ended| ended.as_str() == user.as_str()));
        }
        let works_on = !(self.scopes.is_empty() && self.unplaced.is_empty() && self.users.is_empty());
        if !people_only || !works_on {
            self.set_status(Status::Revoked, mark);
        }
    }

    fn add_scope(&mut self, resource_type: ResourceType, scope: &Scope, mark: &Mark) {
        put(self.scopes.entry(resource_type).or_default(), scope.clone(), mark);
        self.unplaced.remove(scope);
        self.denied.remove(scope);
    }

    fn add_scopes(&mut self, scopes: &ScopesByType, user: Option<&UserId>, mark: &Mark) {
        for (&resource_type, held) in scopes {
            match (resource_type, user) {
                (ResourceType::User, Some(user)) => self.add_user_scopes(user.into(), held, mark),
                // A `*:user` scope without a person has nobody to act for yet.
                (ResourceType::User, None) => held.iter().for_each(|scope| {
                    self.denied.remove(scope);
                    put(&mut self.unplaced, scope.clone(), mark);
                }),
                _ => held.iter().for_each(|scope| self.add_scope(resource_type, scope, mark)),
            }
        }
    }

    fn add_user_scopes<'a>(&mut self, user: ResourceId, scopes: impl IntoIterator<Item = &'a Scope>, mark: &Mark) {
        let held = self.users.entry(user).or_default();
        for scope in scopes {
            put(held, scope.clone(), mark);
            self.unplaced.remove(scope);
            self.denied.remove(scope);
        }
    }

    fn add_scoped(&mut self, scoped: &ScopedResource, mark: &Mark) {
        match (&scoped.resource.resource_type, &scoped.resource.reach) {
            (ResourceType::User, Reach::Specific(user)) => self.add_user_scopes(user.clone(), &scoped.scopes, mark),
            (&resource_type, _) => {
                scoped
                    .scopes
                    .iter()
                    .for_each(|scope| self.add_scope(resource_type, scope, mark));
                self.add_resource(&scoped.resource, mark);
            }
        }
    }

    fn add_resource(&mut self, resource: &Resource, mark: &Mark) {
        if let (ResourceType::User, Reach::Specific(user)) = (resource.resource_type, &resource.reach) {
            self.users.entry(user.clone()).or_default();
            return;
        }
        let resources = self.resources.entry(resource.resource_type).or_default();
        match &resource.reach {
            Reach::Specific(id) => {
                put(&mut resources.specific, id.clone(), mark);
                resources.excluded.remove(id);
            }
            Reach::Wildcard => {
                resources.wildcard.get_or_insert_with(|| mark.clone());
            }
        }
    }

    fn remove_resource(&mut self, resource: &Resource, mark: &Mark) {
        if let (ResourceType::User, Reach::Specific(user)) = (resource.resource_type, &resource.reach) {
            self.users.remove(user);
            return;
        }
        let Some(resources) = self.resources.get_mut(&resource.resource_type) else {
            return;
        };
        match &resource.reach {
            Reach::Specific(id) => {
                resources.specific.remove(id);
                // Removed from one while holding all of the type: that one is an exception now.
                if resources.wildcard.is_some() {
                    put(&mut resources.excluded, id.clone(), mark);
                }
            }
            Reach::Wildcard => {
                resources.wildcard = None;
                resources.excluded.clear();
            }
        }
        if resources.is_empty() {
            self.resources.remove(&resource.resource_type);
        }
    }

    fn reconcile(&mut self, fact: &Fact, mark: &Mark) {
        let Fact::Reconciled {
            scopes_added,
            scopes_removed,
            resources_added,
            resources_removed,
            excluded,
            included,
            people_added,
            people_removed,
        } = fact
        else {
            return;
        };
        if !matches!(self.status, Status::Installed) {
            // Slack answered to our token, so the app is installed whatever the ledger missed.
            self.set_status(Status::Installed, mark);
        }
        self.add_scopes(scopes_added, None, mark);
        for (resource_type, scopes) in scopes_removed {
            if let Some(held) = self.scopes.get_mut(resource_type) {
                held.retain(|scope, _| !scopes.contains(scope));
                if held.is_empty() {
                    self.scopes.remove(resource_type);
                }
            }
            self.unplaced.retain(|scope, _| !scopes.contains(scope));
        }
        for resource in resources_removed {
            self.remove_resource(resource, mark);
        }
        for resource in resources_added {
            self.add_resource(resource, mark);
        }
        for (user, scopes) in people_removed {
            if let Some(held) = self.users.get_mut(user.as_str()) {
                held.retain(|scope, _| !scopes.contains(scope));
            }
        }
        self.users.retain(|user, held| {
            let settled = people_removed.keys().any(|person| person.as_str() == user.as_str());
            !(settled && held.is_empty())
        });
        for (user, scopes) in people_added.iter().filter(|(_, scopes)| !scopes.is_empty()) {
            self.add_user_scopes(user.into(), scopes, mark);
        }
        for (resource_type, id) in included {
            if let Some(resources) = self.resources.get_mut(resource_type) {
                resources.excluded.remove(id);
            }
        }
        self.resources.retain(|_, resources| !resources.is_empty());
        for (resource_type, id) in excluded {
            put(
                &mut self.resources.entry(*resource_type).or_default().excluded,
                id.clone(),
                mark,
            );
        }
    }
}

fn team_resource(team: &crate::TeamId) -> Resource {
    Resource {
        resource_type: ResourceType::Team,
        reach: Reach::Specific(team.into()),
    }
}

#[cfg(test)]
pub(crate) mod tests;
