//! The requester's side: asking for an app, taking the wish back, installing it; and what its developer does.

use grantbook_api::events::Envelope;
use grantbook_core::{AppId, Scope, TeamId, UserId};

use super::{AppRequest, AppScope, Level, ListedApp, RequestState, Standing};
use crate::state::{ActionError, Moment, World};

/// A wish for an app.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking<'a> {
    /// Which.
    pub(crate) app: &'a AppId,
    /// For which workspace; none for the organization.
    pub(crate) team: Option<&'a TeamId>,
    /// Who asks.
    pub(crate) user: &'a UserId,
    /// Why.
    pub(crate) message: &'a str,
    /// Those of the app's scopes that are wanted; all of them when absent.
    pub(crate) scopes: Option<&'a [Scope]>,
    /// Where it would send data; what the app declares when absent.
    pub(crate) domains: Option<&'a [String]>,
}

/// What an app wants from now on; what is absent stays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared<'a> {
    pub(crate) bot_scopes: Option<&'a [Scope]>,
    pub(crate) user_scopes: Option<&'a [Scope]>,
    pub(crate) optional_scopes: Option<&'a [Scope]>,
    pub(crate) domains: Option<&'a [String]>,
}

impl World {
    /// A person asks for an app: `app_requested`. Answers the request's id.
    pub(crate) fn request_app(
        &mut self,
        moment: &mut Moment<'_>,
        asking: &Asking<'_>,
    ) -> Result<(String, Vec<Envelope>), ActionError> {
        let mut app = self.askable(asking.app)?;
        let declared_domains = std::mem::take(&mut app.domains);
        match asking.team {
            Some(team) => self.check_member(team, asking.user)?,
            None if self.users.contains_key(asking.user) && !self.is_deactivated(asking.user) => {}
            None => return Err(ActionError::NoUser(asking.user.clone())),
        }
        let mut scopes = wanted(&app, asking.scopes)?;
        let level = Level::of(asking.team);
        let domains = asking.domains.map_or(declared_domains, <[String]>::to_vec);
        match self.standing(&app.id, &level, &scopes, &domains) {
            Standing::Restricted => return Err(ActionError::RequestDenied),
            Standing::Approved => return Err(ActionError::AlreadyApproved),
            Standing::Undecided => {}
        }
        let waiting = self.approvals.requests.pending_by(&app.id, asking.team, asking.user);
        if waiting.is_some() {
            return Err(ActionError::RequestPending);
        }
        if asking.scopes.is_some() {
            let declared = app.scopes();
            for scope in &mut scopes {
                scope.is_optional = declared.iter().any(|own| own.is_same(scope) && own.is_optional);
            }
        }
        let request = AppRequest {
            id: moment.ids.app_request(),
            number: 0,
            previous_resolution: self.previous_resolution(&app.id, &level),
            app: app.id,
            team: asking.team.cloned(),
            user: asking.user.clone(),
            message: asking.message.to_owned(),
            scopes,
            domains,
            at: moment.now,
            state: RequestState::Pending,
            decided_at: None,
            decided_by: None,
        };
        let events = self.tell_requested(moment, &request);
        let id = request.id.clone();
        self.approvals.requests.push(request);
        Ok((id, events))
    }

    /// Whoever asked takes back all that they ask for of an app; whether there was something.
    pub(crate) fn withdraw_requests(&mut self, moment: &Moment<'_>, app: &AppId, user: &UserId) -> bool {
        let requests = &mut self.approvals.requests;
        let own = requests.pending_of(app).filter(|request| request.user == *user);
        let own: Vec<String> = own.map(|request| request.id.clone()).collect();
        for id in &own {
            requests.end(id, RequestState::Cancelled, moment.now, Some(user));
        }
        !own.is_empty()
    }

    /// Whoever asked takes the wish back.
    pub(in crate::state) fn withdraw_request(
        &mut self,
        moment: &Moment<'_>,
        id: &str,
        user: &UserId,
    ) -> Result<(), ActionError> {
        let requests = &mut self.approvals.requests;
        if requests.get(id).is_none_or(|request| request.user != *user) {
            return Err(ActionError::NoRequest(id.to_owned()));
        }
        let ended = requests.end(id, RequestState::Cancelled, moment.now, Some(user));
        ended
            .map(|_| ())
            .ok_or_else(|| ActionError::RequestResolved(id.to_owned()))
    }

    /// The developer deletes a listed app: `app_deleted`. Its requests are no more.
    pub(in crate::state) fn delete_listed(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
    ) -> Result<Vec<Envelope>, ActionError> {
        let listed = self.own_listing(app)?.clone();
        let events = self.tell_deleted(moment, &listed);
        let approvals = &mut self.approvals;
        if let Some(found) = approvals.listed.get_mut(app) {
            found.deleted = true;
        }
        approvals.installed.retain(|(id, _), _| id != app);
        approvals.resolutions.forget(app);
        let pending: Vec<String> = approvals
            .requests
            .pending_of(app)
            .map(|request| request.id.clone())
            .collect();
        for id in pending {
            approvals.requests.end(&id, RequestState::Cancelled, moment.now, None);
        }
        Ok(events)
    }

    /// The developer changes what a listed app wants. What was decided before is about the scopes of its day.
    pub(in crate::state) fn declare(&mut self, app: &AppId, declared: &Declared<'_>) -> Result<(), ActionError> {
        self.own_listing(app)?;
        let Some(listed) = self.approvals.listed.get_mut(app) else {
            return Ok(());
        };
        let before = listed.clone();
        let set = |field: &mut Vec<Scope>, scopes: Option<&[Scope]>| {
            if let Some(scopes) = scopes {
                *field = scopes.to_vec();
            }
        };
        set(&mut listed.bot_scopes, declared.bot_scopes);
        set(&mut listed.user_scopes, declared.user_scopes);
        set(&mut listed.optional_scopes, declared.optional_scopes);
        if let Some(domains) = declared.domains {
            listed.domains = domains.to_vec();
        }
        if *listed == before {
            return Err(ActionError::NothingChanges);
        }
        Ok(())
    }

    fn askable(&self, app: &AppId) -> Result<ListedApp, ActionError> {
        self.listed(app).ok_or_else(|| ActionError::NoApp(app.to_string()))
    }

    /// An app that is listed only, not played.
    fn own_listing(&self, app: &AppId) -> Result<&ListedApp, ActionError> {
        let found = self.approvals.listed.get(app).filter(|app| !app.deleted);
        found.ok_or_else(|| ActionError::NoApp(app.to_string()))
    }
}

/// The scopes that are asked for. What a person names is wanted, whether or not the app could do without it.
fn wanted(app: &ListedApp, named: Option<&[Scope]>) -> Result<Vec<AppScope>, ActionError> {
    let mut scopes = app.scopes();
    let Some(named) = named else {
        return Ok(scopes);
    };
    if let Some(unknown) = named
        .iter()
        .find(|name| !scopes.iter().any(|scope| scope.name == **name))
    {
        return Err(ActionError::NotWantedByApp(unknown.clone()));
    }
    scopes.retain(|scope| named.contains(&scope.name));
    for scope in &mut scopes {
        scope.is_optional = false;
    }
    Ok(scopes)
}
