//! Installing apps that the seed lists, where what was decided allows it.

use grantbook_api::events::Envelope;
use grantbook_core::{AppId, Scope, TeamId, UserId};

use super::{AppScope, Level, ListedApp, Standing, TokenType};
use crate::state::{ActionError, Moment, World};

/// What a developer wants to install (`apps.developerInstall`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeveloperInstall<'a> {
    pub(crate) app: &'a AppId,
    pub(crate) user: &'a UserId,
    /// A workspace, or the organization for all of them.
    pub(crate) level: &'a Level,
    /// What the bot wants; what the app declares when empty.
    pub(crate) bot_scopes: &'a [Scope],
    /// Where it sends data; what the app declares when empty.
    pub(crate) domains: &'a [String],
}

impl World {
    /// A person installs a listed app in a workspace, where that is allowed: `app_installed`.
    pub(in crate::state) fn install_listed(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        user: &UserId,
    ) -> Result<Vec<Envelope>, ActionError> {
        let app = self.installable(app)?;
        self.check_member(team, user)?;
        self.check_may_install(&app, &Level::Team(team.clone()))?;
        let place = (app.id.clone(), team.clone());
        if self.approvals.installed.insert(place, user.clone()).is_some() {
            return Err(ActionError::NothingChanges);
        }
        Ok(self.tell_installed(moment, "app_installed", &app.id, team, user))
    }

    /// A developer installs a listed app, perhaps again: `app_installed` for each workspace that is new.
    pub(crate) fn developer_install(
        &mut self,
        moment: &mut Moment<'_>,
        wish: &DeveloperInstall<'_>,
    ) -> Result<Vec<Envelope>, ActionError> {
        let app = self.installable(wish.app)?;
        if let Some(team) = wish.level.team() {
            self.check_member(team, wish.user)?;
        }
        let required = required(&app, wish.bot_scopes);
        let domains = if wish.domains.is_empty() {
            &app.domains
        } else {
            wish.domains
        };
        let waiting = self
            .approvals
            .requests
            .pending_by(&app.id, wish.level.team(), wish.user);
        match self.check_standing(&app, wish.level, &required, domains) {
            Err(ActionError::RequestEligible) if waiting.is_some() => return Err(ActionError::RequestPending),
            outcome => outcome?,
        }
        let teams = match wish.level {
            Level::Team(team) => vec![team.clone()],
            Level::Organization => self.teams.keys().cloned().collect(),
        };
        let mut events = Vec::new();
        for team in teams {
            let place = (app.id.clone(), team.clone());
            if self.approvals.installed.insert(place, wish.user.clone()).is_none() {
                events.extend(self.tell_installed(moment, "app_installed", &app.id, &team, wish.user));
            }
        }
        Ok(events)
    }

    /// Whether an app may be installed as it is. Nothing is forbidden before an app manages apps; from then on all that
    /// is not approved is, save the seed's own apps, which only a restriction keeps out.
    pub(crate) fn check_may_install(&self, app: &ListedApp, level: &Level) -> Result<(), ActionError> {
        let required: Vec<AppScope> = app.scopes().into_iter().filter(|scope| !scope.is_optional).collect();
        self.check_standing(app, level, &required, &app.domains)
    }

    fn check_standing(
        &self,
        app: &ListedApp,
        level: &Level,
        scopes: &[AppScope],
        domains: &[String],
    ) -> Result<(), ActionError> {
        match self.standing(&app.id, level, scopes, domains) {
            Standing::Approved => Ok(()),
            Standing::Restricted => Err(ActionError::RequestDenied),
            Standing::Undecided if app.is_played || !self.approvals_are_managed() => Ok(()),
            Standing::Undecided => Err(ActionError::RequestEligible),
        }
    }

    /// An app that is installed without a consent page.
    fn installable(&self, app: &AppId) -> Result<ListedApp, ActionError> {
        let found = self.listed(app).ok_or_else(|| ActionError::NoApp(app.to_string()))?;
        if found.is_played {
            return Err(ActionError::InstallByConsent);
        }
        Ok(found)
    }
}

/// The scopes that must be approved: those that are named, or what the app cannot do without.
fn required(app: &ListedApp, bot_scopes: &[Scope]) -> Vec<AppScope> {
    if bot_scopes.is_empty() {
        return app.scopes().into_iter().filter(|scope| !scope.is_optional).collect();
    }
    let named = bot_scopes.iter().map(|name| AppScope {
        name: name.clone(),
        token_type: TokenType::Bot,
        is_optional: false,
        is_approved: false,
    });
    named.collect()
}
