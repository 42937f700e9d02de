//! `Requests`: every request for an app there was, found by id, by place and by app without looking at the others.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{AppId, TeamId, Timestamp, UserId};
use serde::Serialize;

use super::{AppRequest, RequestState};

/// Where somebody wants an app, and who: nobody asks twice for the same.
type Asker = (Option<TeamId>, UserId);

/// All requests, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    all: Vec<AppRequest>,
    numbers: BTreeMap<String, usize>,
    pending: BTreeMap<Option<TeamId>, BTreeSet<usize>>,
    wanted: BTreeMap<AppId, BTreeMap<Asker, usize>>,
}

impl Serialize for Requests {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.all)
    }
}

impl Requests {
    /// All of them, oldest first.
    pub fn all(&self) -> &[AppRequest] {
        &self.all
    }

    /// One by its id.
    pub fn get(&self, id: &str) -> Option<&AppRequest> {
        self.all.get(*self.numbers.get(id)?)
    }

    /// The pending ones for a workspace, or for the whole organization, oldest first, from a number on.
    pub fn pending_at(&self, team: Option<&TeamId>, from: u64) -> impl Iterator<Item = &AppRequest> {
        let first = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        let numbers = self.pending.get(&team.cloned());
        let numbers = numbers.into_iter().flat_map(move |numbers| numbers.range(first..));
        numbers.filter_map(|number| self.all.get(*number))
    }

    /// The pending ones for an app, in no order of time.
    pub fn pending_of(&self, app: &AppId) -> impl Iterator<Item = &AppRequest> {
        let numbers = self.wanted.get(app).into_iter().flat_map(BTreeMap::values);
        numbers.filter_map(|number| self.all.get(*number))
    }

    /// What a person asks for and waits for.
    pub fn pending_by(&self, app: &AppId, team: Option<&TeamId>, user: &UserId) -> Option<&AppRequest> {
        let number = self.wanted.get(app)?.get(&(team.cloned(), user.clone()))?;
        self.all.get(*number)
    }

    /// Adds one that is pending, and numbers it.
    pub(super) fn push(&mut self, mut request: AppRequest) {
        let number = self.all.len();
        request.number = u64::try_from(number + 1).unwrap_or(u64::MAX);
        self.numbers.insert(request.id.clone(), number);
        self.pending.entry(request.team.clone()).or_default().insert(number);
        let asker = (request.team.clone(), request.user.clone());
        self.wanted
            .entry(request.app.clone())
            .or_default()
            .insert(asker, number);
        self.all.push(request);
    }

    /// Ends one that is pending; answers it, or nothing where there is none.
    pub(super) fn end(
        &mut self,
        id: &str,
        state: RequestState,
        at: Timestamp,
        by: Option<&UserId>,
    ) -> Option<&mut AppRequest> {
        let number = *self.numbers.get(id)?;
        let request = self.all.get_mut(number).filter(|request| request.is_pending())?;
        request.state = state;
        request.decided_at = Some(at);
        request.decided_by = by.cloned();
        if let Some(numbers) = self.pending.get_mut(&request.team) {
            numbers.remove(&number);
        }
        if let Some(askers) = self.wanted.get_mut(&request.app) {
            askers.remove(&(request.team.clone(), request.user.clone()));
        }
        Some(request)
    }
}
