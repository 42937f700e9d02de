//! Decisions: approving, restricting, clearing, cancelling, uninstalling.

use std::collections::BTreeSet;

use grantbook_api::events::Envelope;
use grantbook_core::{AppId, Scope, TeamId, Tenant, Timestamp, UserId};

use super::{AppScope, Approvals, Level, ListedApp, RequestState, Resolution, ResolutionStatus, Standing, TokenType};
use crate::state::{Moment, World};

/// What a decision is about: an app, or one person's request for it.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// The app.
    pub(crate) app: ListedApp,
    /// The request's id, where one was named.
    pub(crate) request: Option<String>,
}

/// What is decided, and by whom.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    pub(crate) status: ResolutionStatus,
    pub(crate) level: Level,
    /// The bot's scopes to approve; all when absent.
    pub(crate) bot_scopes: Option<Vec<Scope>>,
    /// People's scopes to approve; all when absent.
    pub(crate) user_scopes: Option<Vec<Scope>>,
    /// The domains decided on; the app's own when empty.
    pub(crate) domains: Vec<String>,
    pub(crate) by: UserId,
}

impl Decision {
    fn named(&self, token_type: TokenType) -> Option<&[Scope]> {
        match token_type {
            TokenType::Bot => self.bot_scopes.as_deref(),
            TokenType::User => self.user_scopes.as_deref(),
        }
    }
}

impl World {
    /// Resolves an app at a level, and every request that is settled by it.
    pub(crate) fn resolve(&mut self, now: Timestamp, subject: &Subject, decision: &Decision) {
        let (app, level) = (&subject.app.id, &decision.level);
        let named = subject.request.as_ref();
        let request = named.and_then(|id| self.approvals.requests.get(id));
        let (asked, domains) = request.map_or_else(
            || (subject.app.scopes(), subject.app.domains.clone()),
            |request| (request.scopes.clone(), request.domains.clone()),
        );
        let mut scopes = decided_scopes(asked, decision);
        let before = self
            .approvals
            .resolutions
            .get(app, level)
            .filter(|found| found.status == decision.status);
        let kept = before
            .into_iter()
            .flat_map(|found| &found.scopes)
            .filter(|old| !scopes.iter().any(|new| new.is_same(old)));
        let kept: Vec<AppScope> = kept.cloned().collect();
        scopes.extend(kept);
        let resolution = Resolution {
            status: decision.status,
            scopes,
            domains: if decision.domains.is_empty() {
                domains
            } else {
                decision.domains.clone()
            },
            by: decision.by.clone(),
            at: now,
        };
        if (decision.status, level) == (ResolutionStatus::Restricted, &Level::Organization) {
            // The organization's restriction voids what workspaces approved, and uninstalls nothing.
            self.approvals.resolutions.void_approvals(app);
        }
        self.approvals
            .resolutions
            .insert(app.clone(), level.clone(), resolution);
        self.settle(now, subject, decision);
    }

    /// The requests that a decision answers: the one it names, and all others that ask for nothing else.
    fn settle(&mut self, now: Timestamp, subject: &Subject, decision: &Decision) {
        let (app, level) = (&subject.app.id, &decision.level);
        let mut settled: BTreeSet<String> = subject.request.iter().cloned().collect();
        for request in self.approvals.requests.pending_of(app) {
            let reached = level.team().is_none() || request.team.as_ref() == level.team();
            let own = Level::of(request.team.as_ref());
            if reached && self.standing(app, &own, &request.scopes, &request.domains) != Standing::Undecided {
                settled.insert(request.id.clone());
            }
        }
        let Approvals {
            requests, resolutions, ..
        } = &mut self.approvals;
        let resolution = resolutions.get(app, level);
        let state = match decision.status {
            ResolutionStatus::Approved => RequestState::Approved,
            ResolutionStatus::Restricted => RequestState::Restricted,
        };
        for id in settled {
            let Some(request) = requests.end(&id, state, now, Some(&decision.by)) else {
                continue;
            };
            for scope in &mut request.scopes {
                let mut decided = resolution.into_iter().flat_map(|found| &found.scopes);
                let decided = decided.find(|found| found.is_same(scope));
                scope.is_approved = decided.is_some_and(|found| found.is_approved);
            }
        }
    }

    /// Whether the organization has restricted an app, so that no workspace may approve it.
    pub(crate) fn is_restricted_org_wide(&self, app: &AppId) -> bool {
        let found = self.approvals.resolutions.get(app, &Level::Organization);
        found.is_some_and(|found| found.status == ResolutionStatus::Restricted)
    }

    /// Takes back what is decided at one level. Answers whether there was something.
    pub(crate) fn clear_resolution(&mut self, app: &AppId, level: &Level) -> bool {
        self.approvals.resolutions.remove(app, level)
    }

    /// An administrator takes a pending request away: the app stays undecided.
    pub(crate) fn cancel_request(&mut self, now: Timestamp, id: &str, by: &UserId) {
        self.approvals.requests.end(id, RequestState::Cancelled, now, Some(by));
    }

    /// Uninstalls an app from workspaces, as administrators do: the app loses its tokens and is told, and so are
    /// the apps that manage apps (`app_uninstalled_team`).
    pub(crate) fn uninstall_from(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        teams: &BTreeSet<TeamId>,
        by: &UserId,
    ) -> Vec<Envelope> {
        let mut events = Vec::new();
        for team in teams.intersection(&self.installed_in(app)) {
            self.approvals.installed.remove(&(app.clone(), team.clone()));
            events.extend(self.uninstall(moment, app, &Tenant::Team(team.clone())));
            events.extend(self.tell_installed(moment, "app_uninstalled_team", app, team, by));
        }
        events
    }

    /// Uninstalls an app from the whole organization: from every workspace, and as a whole.
    pub(crate) fn uninstall_everywhere(&mut self, moment: &mut Moment<'_>, app: &AppId, by: &UserId) -> Vec<Envelope> {
        let covered = self.org(app).map(|org| org.teams.clone()).unwrap_or_default();
        let mut events = self.uninstall_from(moment, app, &self.installed_in(app), by);
        if let Ok(tenant) = self.org_tenant(app) {
            events.extend(self.uninstall(moment, app, &tenant));
            for team in &covered {
                events.extend(self.tell_installed(moment, "app_uninstalled_team", app, team, by));
            }
        }
        events
    }
}

/// The scopes asked for, each approved or not, and those that were approved beyond them.
fn decided_scopes(asked: Vec<AppScope>, decision: &Decision) -> Vec<AppScope> {
    let approves = decision.status == ResolutionStatus::Approved;
    let mut scopes = asked;
    for scope in &mut scopes {
        let named = decision.named(scope.token_type);
        scope.is_approved = approves && named.is_none_or(|named| named.contains(&scope.name));
    }
    for token_type in [TokenType::Bot, TokenType::User] {
        for name in decision.named(token_type).into_iter().flatten().filter(|_| approves) {
            let beyond = AppScope {
                name: name.clone(),
                token_type,
                is_optional: false,
                is_approved: true,
            };
            if !scopes.iter().any(|scope| scope.is_same(&beyond)) {
                scopes.push(beyond);
            }
        }
    }
    scopes
}
