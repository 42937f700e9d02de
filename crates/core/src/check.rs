//! May the app do this here? One scope on one resource, with the reason.

pub mod words;

use serde::{Deserialize, Serialize};

use crate::{
    Grants, ResourceId, ResourceType, Scope,
    grants::{Mark, Status},
};

/// The answer, with what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Check {
    /// Yes: the scope is held for the type and the resource is granted.
    Granted {
        /// The type through which it reaches.
        resource_type: ResourceType,
        /// What granted the scope.
        scope: Mark,
        /// What granted the resource; `None` for a question about a scope alone.
        resource: Option<Mark>,
    },
    /// No: the app is not installed here.
    NotInstalled,
    /// No: its tokens were revoked.
    TokenRevoked,
    /// No: the scope is not held at all.
    ScopeNotHeld,
    /// No: the scope is held, but not for this kind of resource.
    ScopeNotForType,
    /// No: the scope is held for this kind of resource, but this one was not granted.
    ResourceNotGranted,
    /// No: the whole type was granted, with the exception of this one.
    ResourceExcluded,
}

impl Check {
    /// Whether the answer is yes.
    pub const fn allowed(&self) -> bool {
        matches!(self, Self::Granted { .. })
    }
}

impl Grants {
    /// May the app use `scope` on `resource`, or anywhere when no resource is named?
    pub fn check(&self, scope: &Scope, resource: Option<&ResourceId>) -> Check {
        match self.status {
            Status::Unknown | Status::Uninstalled => return Check::NotInstalled,
            Status::Revoked => return Check::TokenRevoked,
            Status::Installed => {}
        }
        if !self.is_placed(scope) && !self.unplaced.contains_key(scope) {
            return Check::ScopeNotHeld;
        }
        match resource {
            None => self.check_anywhere(scope),
            Some(id) => self.check_on(scope, id),
        }
    }

    fn check_anywhere(&self, scope: &Scope) -> Check {
        let by_type = self
            .scopes
            .iter()
            .find_map(|(&kind, held)| Some((kind, held.get(scope)?)));
        let by_user = || {
            self.users
                .values()
                .find_map(|held| Some((ResourceType::User, held.get(scope)?)))
        };
        match by_type.or_else(by_user) {
            Some((resource_type, mark)) => Check::Granted {
                resource_type,
                scope: mark.clone(),
                resource: None,
            },
            None => Check::ResourceNotGranted,
        }
    }

    fn check_on(&self, scope: &Scope, id: &ResourceId) -> Check {
        if let Some(mark) = self.users.get(id).and_then(|held| held.get(scope)) {
            return Check::Granted {
                resource_type: ResourceType::User,
                scope: mark.clone(),
                resource: Some(mark.clone()),
            };
        }
        let types = possible_types(id);
        let held = types
            .iter()
            .filter_map(|kind| Some((*kind, self.scopes.get(kind)?.get(scope)?)));
        let mut refusal = Check::ScopeNotForType;
        for (resource_type, mark) in held {
            let resources = self.resources.get(&resource_type);
            if let Some(resource) = resources.and_then(|resources| resources.reaching(id)) {
                return Check::Granted {
                    resource_type,
                    scope: mark.clone(),
                    resource: Some(resource.clone()),
                };
            }
            let excluded = resources.is_some_and(|r| r.wildcard.is_some() && r.excluded.contains_key(id));
            refusal = if excluded {
                Check::ResourceExcluded
            } else {
                Check::ResourceNotGranted
            };
        }
        refusal
    }
}

/// The types an id can have by its first letter: `D…` is a direct message or an app home, `G…` a
/// private channel or a group message, and `C…` may be private too since Slack reuses the letter.
fn possible_types(id: &ResourceId) -> &'static [ResourceType] {
    match id.as_str().as_bytes().first() {
        Some(b'T' | b'E') => &[ResourceType::Team],
        Some(b'D') => &[ResourceType::AppHome, ResourceType::Im],
        Some(b'G') => &[ResourceType::Group, ResourceType::Mpim],
        Some(b'C') => &[ResourceType::Channel, ResourceType::Group, ResourceType::Mpim],
        _ => &[ResourceType::User],
    }
}
