//! Giving and taking scopes and resources outside OAuth, and the events that tell of it.
//!
//! `scope_granted` comes first, then `resources_added` with the same `event_time`; the latter lists
//! every scope in force on each resource, not only the new ones (SEED0).

use std::collections::BTreeSet;

use grantbook_api::{
    TriggerId,
    events::{Envelope, Event, Grant, ResourceGrant},
};
use grantbook_core::{AppId, ResourceId, ResourceType, Scope, TeamId, UserId};

use super::{
    ActionError, Moment, World,
    installation::{is_user_scope, kinds_of},
};

impl World {
    /// The type of a resource: a conversation's, or `team` for the workspace itself.
    pub(super) fn resource_kind(&self, team: &TeamId, id: &ResourceId) -> Result<ResourceType, ActionError> {
        if id.as_str() == team.as_str() {
            return Ok(ResourceType::Team);
        }
        let conversation = self
            .conversations
            .get(id)
            .filter(|conversation| conversation.team == *team);
        conversation
            .map(|c| c.kind)
            .ok_or_else(|| ActionError::NoConversation(id.clone()))
    }

    /// A person says yes to more scopes. User scopes and app scopes cannot be mixed. Without a trigger
    /// of a dialog the events carry one of their own.
    pub(super) fn grant_scopes(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        scopes: &[Scope],
        user: Option<&UserId>,
        trigger: Option<&TriggerId>,
    ) -> Result<Vec<Envelope>, ActionError> {
        let personal = check_scopes(scopes)?;
        let installation = self.installed(app, team)?;
        let trigger_id = Some(trigger.cloned().unwrap_or_else(|| moment.ids.trigger()));
        if personal {
            let user = user.unwrap_or(&installation.installer).clone();
            installation
                .users
                .entry(user.clone())
                .or_default()
                .extend(scopes.iter().cloned());
            let event = Event::UserResourceGranted {
                user,
                scopes: scopes.to_vec(),
                trigger_id,
            };
            return Ok(vec![moment.envelope(app, team, event)]);
        }
        installation.add_scopes(scopes);
        let kinds: BTreeSet<ResourceType> = scopes.iter().flat_map(kinds_of).copied().collect();
        if kinds.contains(&ResourceType::Team) {
            installation.add_resource(ResourceType::Team, &ResourceId::from(team));
        }
        let resources: Vec<ResourceGrant> = kinds
            .iter()
            .flat_map(|kind| installation.resource_grants(*kind))
            .collect();
        let granted = Event::ScopeGranted {
            scopes: scopes.to_vec(),
            trigger_id,
        };
        let mut events = vec![moment.envelope(app, team, granted)];
        if !resources.is_empty() {
            events.push(moment.envelope(app, team, Event::ResourcesAdded { resources }));
        }
        Ok(events)
    }

    /// A person says no. Nothing changes, and the app is told.
    pub(super) fn deny_scopes(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        scopes: &[Scope],
        user: Option<&UserId>,
        trigger: Option<&TriggerId>,
    ) -> Result<Vec<Envelope>, ActionError> {
        let personal = check_scopes(scopes)?;
        let installation = self.installed(app, team)?;
        let trigger_id = Some(trigger.cloned().unwrap_or_else(|| moment.ids.trigger()));
        let scopes = scopes.to_vec();
        let event = if personal {
            let user = user.unwrap_or(&installation.installer).clone();
            Event::UserResourceDenied {
                user,
                scopes,
                trigger_id,
            }
        } else {
            Event::ScopeDenied { scopes, trigger_id }
        };
        Ok(vec![moment.envelope(app, team, event)])
    }

    /// A person takes back what they let the app do for them.
    pub(super) fn remove_user_grant(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        user: &UserId,
    ) -> Result<Vec<Envelope>, ActionError> {
        let installation = self.installed(app, team)?;
        if installation.users.remove(user).is_none() {
            return Err(ActionError::NothingChanges);
        }
        let event = Event::UserResourceRemoved {
            user: user.clone(),
            trigger_id: Some(self.issue_trigger(moment, app, team, user, None)),
        };
        Ok(vec![moment.envelope(app, team, event)])
    }

    /// An administrator takes scopes away. Slack has no event for that: the app learns it from its
    /// next call (`x-oauth-scopes`), or from `apps.permissions.scopes.list`.
    pub(super) fn remove_scopes(&mut self, app: &AppId, team: &TeamId, scopes: &[Scope]) -> Result<(), ActionError> {
        let installation = self.installed(app, team)?;
        let mut removed = false;
        let of_bot = installation.bot.iter_mut().map(|bot| &mut bot.scopes);
        let of_types = installation.scopes.values_mut().chain(installation.users.values_mut());
        for held in of_types.chain(of_bot) {
            for scope in scopes {
                removed |= held.remove(scope);
            }
        }
        installation.scopes.retain(|_, held| !held.is_empty());
        installation.users.retain(|_, held| !held.is_empty());
        if removed {
            Ok(())
        } else {
            Err(ActionError::NothingChanges)
        }
    }

    /// The app is added to a conversation.
    pub(super) fn add_resource(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        id: &ResourceId,
    ) -> Result<Vec<Envelope>, ActionError> {
        if self.is_modern(app) {
            return self.join(moment, app, team, id);
        }
        let kind = self.resource_kind(team, id)?;
        let installation = self.installed(app, team)?;
        if !installation.add_resource(kind, id) {
            return Err(ActionError::NothingChanges);
        }
        let resources = vec![installation.resource_grant(kind, Grant::Specific(id.clone()))];
        Ok(vec![moment.envelope(app, team, Event::ResourcesAdded { resources })])
    }

    /// The app is taken out of a conversation. Out of a wildcard, that is an exception to it.
    pub(super) fn remove_resource(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        id: &ResourceId,
    ) -> Result<Vec<Envelope>, ActionError> {
        if self.is_modern(app) {
            return self.leave(moment, app, team, id);
        }
        let kind = self.resource_kind(team, id)?;
        let installation = self.installed(app, team)?;
        let grant = installation.resource_grant(kind, Grant::Specific(id.clone()));
        let granted = installation.resources.entry(kind).or_default();
        let removed = if granted.wildcard {
            granted.excluded.insert(id.clone())
        } else {
            granted.ids.remove(id)
        };
        if !removed {
            return Err(ActionError::NothingChanges);
        }
        Ok(vec![moment.envelope(
            app,
            team,
            Event::ResourcesRemoved { resources: vec![grant] },
        )])
    }

    /// The app gets every resource of a type, present and future.
    pub(super) fn grant_wildcard(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        kind: ResourceType,
    ) -> Result<Vec<Envelope>, ActionError> {
        let installation = self.installed(app, team)?;
        if matches!(kind, ResourceType::Team | ResourceType::User) {
            return Err(ActionError::NoWildcard(kind));
        }
        if !installation.add_wildcard(kind) {
            return Err(ActionError::NothingChanges);
        }
        let resources = installation.resource_grants(kind);
        Ok(vec![moment.envelope(app, team, Event::ResourcesAdded { resources })])
    }

    /// The app loses the whole type, single resources included.
    pub(super) fn remove_wildcard(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        kind: ResourceType,
    ) -> Result<Vec<Envelope>, ActionError> {
        let installation = self.installed(app, team)?;
        let grant = installation.resource_grant(kind, Grant::Wildcard { class: Some(kind) });
        if installation
            .resources
            .get(&kind)
            .is_none_or(|granted| !granted.wildcard)
        {
            return Err(ActionError::NothingChanges);
        }
        installation.resources.remove(&kind);
        Ok(vec![moment.envelope(
            app,
            team,
            Event::ResourcesRemoved { resources: vec![grant] },
        )])
    }

    /// One conversation is taken out of a wildcard.
    pub(super) fn exclude(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        id: &ResourceId,
    ) -> Result<Vec<Envelope>, ActionError> {
        let kind = self.resource_kind(team, id)?;
        let installation = self.installed(app, team)?;
        if installation
            .resources
            .get(&kind)
            .is_none_or(|granted| !granted.wildcard)
        {
            return Err(ActionError::NotWildcard(kind));
        }
        self.remove_resource(moment, app, team, id)
    }
}

/// Whether the scopes are people's to grant; an error when they are mixed, unknown or none.
fn check_scopes(scopes: &[Scope]) -> Result<bool, ActionError> {
    if scopes.is_empty() {
        return Err(ActionError::NoScopes);
    }
    if let Some(unknown) = scopes.iter().find(|scope| kinds_of(scope).is_empty()) {
        return Err(ActionError::InvalidScope(unknown.clone()));
    }
    let personal = scopes.iter().filter(|scope| is_user_scope(scope)).count();
    match personal {
        0 => Ok(false),
        all if all == scopes.len() => Ok(true),
        _ => Err(ActionError::MixedScope),
    }
}
