//! Installations in a whole organization at once, and which installation counts where.
//!
//! An organization's installation has one bot, one token and one set of scopes; administrators add it to
//! workspaces one by one (F.7). It reaches nothing in the others.

use std::collections::BTreeSet;

use grantbook_api::events::{Envelope, Event};
use grantbook_core::{AppId, EnterpriseId, TeamId, Tenant, UserId};
use serde::Serialize;

use super::{ActionError, App, Installation, Moment, World};

/// An app in the whole organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrgInstall {
    /// The bot, its scopes, and the conversations it is in, wherever they are.
    #[serde(flatten)]
    pub installation: Installation,
    /// The workspaces that it was added to.
    pub teams: BTreeSet<TeamId>,
}

impl World {
    /// An app's installation in the organization, unless it was never installed there or has been uninstalled.
    pub fn org(&self, app: &AppId) -> Option<&OrgInstall> {
        self.orgs.get(app).filter(|org| org.installation.installed)
    }

    /// The installation that counts in a workspace: its own, or else the organization's, where the
    /// workspace was added to that.
    pub fn installation(&self, app: &AppId, team: &TeamId) -> Option<&Installation> {
        self.installation_of(app, &self.tenant_at(app, team))
    }

    /// An installation by where it was made, unless it has been uninstalled.
    pub fn installation_of(&self, app: &AppId, tenant: &Tenant) -> Option<&Installation> {
        self.slot(app, tenant).filter(|installation| installation.installed)
    }

    /// Whose installation counts in a workspace; the workspace itself where there is none.
    pub fn tenant_at(&self, app: &AppId, team: &TeamId) -> Tenant {
        let own = Tenant::Team(team.clone());
        if self.installation_of(app, &own).is_some() {
            return own;
        }
        let covered = self.org(app).is_some_and(|org| org.teams.contains(team));
        let organization = self.enterprise.as_ref().filter(|_| covered);
        organization.map_or(own, |enterprise| Tenant::Enterprise(enterprise.id.clone()))
    }

    /// Whether it is the organization's installation that counts in a workspace: `is_enterprise_install`.
    pub(super) fn is_org_wide_at(&self, app: &AppId, team: &TeamId) -> bool {
        matches!(self.tenant_at(app, team), Tenant::Enterprise(_))
    }

    /// An installation, uninstalled or not.
    pub(super) fn slot(&self, app: &AppId, tenant: &Tenant) -> Option<&Installation> {
        match tenant {
            Tenant::Team(team) => self.installations.get(&(app.clone(), team.clone())),
            Tenant::Enterprise(_) => self.orgs.get(app).map(|org| &org.installation),
        }
    }

    pub(super) fn slot_mut(&mut self, app: &AppId, tenant: &Tenant) -> Option<&mut Installation> {
        match tenant {
            Tenant::Team(team) => self.installations.get_mut(&(app.clone(), team.clone())),
            Tenant::Enterprise(_) => self.orgs.get_mut(app).map(|org| &mut org.installation),
        }
    }

    pub(super) fn installed(&mut self, app: &AppId, team: &TeamId) -> Result<&mut Installation, ActionError> {
        let tenant = self.tenant_at(app, team);
        self.slot_mut(app, &tenant)
            .filter(|installation| installation.installed)
            .ok_or(ActionError::NotInstalled)
    }

    /// The organization, for an app that may be installed in all of it.
    pub(crate) fn org_for(&self, app: &AppId) -> Option<&EnterpriseId> {
        let may = self
            .apps
            .get(app)
            .is_some_and(|app| app.is_modern() && app.org_deploy_enabled);
        self.enterprise
            .as_ref()
            .filter(|_| may)
            .map(|enterprise| &enterprise.id)
    }

    /// Whether a person administers the organization.
    pub fn is_org_admin(&self, user: &UserId) -> bool {
        self.users.get(user).is_some_and(|person| person.org_admin) && !self.is_deactivated(user)
    }

    /// An administrator adds an app of the organization to workspaces: `team_access_granted`.
    pub(super) fn grant_team_access(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        teams: &[TeamId],
    ) -> Result<Vec<Envelope>, ActionError> {
        if let Some(unknown) = teams.iter().find(|team| !self.teams.contains_key(*team)) {
            return Err(ActionError::NoTeam(unknown.clone()));
        }
        let org = self.orgs.get_mut(app).filter(|org| org.installation.installed);
        let org = org.ok_or(ActionError::NotInstalled)?;
        let fresh: Vec<TeamId> = teams
            .iter()
            .filter(|team| org.teams.insert((*team).clone()))
            .cloned()
            .collect();
        self.tell_organization(moment, app, fresh, |team_ids| Event::TeamAccessGranted { team_ids })
    }

    /// An administrator takes it out of workspaces: `team_access_revoked`. The bot leaves what it was in there.
    pub(super) fn revoke_team_access(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        teams: &[TeamId],
    ) -> Result<Vec<Envelope>, ActionError> {
        let org = self.orgs.get_mut(app).filter(|org| org.installation.installed);
        let org = org.ok_or(ActionError::NotInstalled)?;
        let gone: Vec<TeamId> = teams.iter().filter(|team| org.teams.remove(*team)).cloned().collect();
        for granted in org.installation.resources.values_mut() {
            granted.ids.retain(|place| {
                let place = self.conversations.get(place);
                place.is_none_or(|place| !gone.contains(&place.team))
            });
        }
        self.tell_organization(moment, app, gone, |team_ids| Event::TeamAccessRevoked { team_ids })
    }

    fn tell_organization(
        &self,
        moment: &mut Moment<'_>,
        app: &AppId,
        teams: Vec<TeamId>,
        event: impl FnOnce(Vec<TeamId>) -> Event,
    ) -> Result<Vec<Envelope>, ActionError> {
        let enterprise = self.enterprise.as_ref().ok_or(ActionError::NotInstalled)?;
        if teams.is_empty() {
            return Err(ActionError::NothingChanges);
        }
        let tenant = Tenant::Enterprise(enterprise.id.clone());
        Ok(vec![self.wrap_for(moment, app, &tenant, None, event(teams))])
    }

    /// An uninstalled organization's app is in no workspace any more.
    pub(super) fn leave_workspaces(&mut self, app: &AppId) {
        if let Some(org) = self.orgs.get_mut(app) {
            org.teams.clear();
        }
    }

    /// The organization as a tenant, where the app is installed in it.
    pub(super) fn org_tenant(&self, app: &AppId) -> Result<Tenant, ActionError> {
        let enterprise = self.enterprise.as_ref().filter(|_| self.orgs.contains_key(app));
        let enterprise = enterprise.ok_or(ActionError::NotInstalled)?;
        Ok(Tenant::Enterprise(enterprise.id.clone()))
    }
}

impl App {
    /// What its app-level token may do, when it has this one.
    pub(crate) fn app_level(&self, token: &str) -> Option<&super::AppLevelToken> {
        self.app_tokens.iter().find(|own| own.token.expose() == token)
    }
}
