//! Intake: Slack's own lists are read, and what is here is brought to agree with them.
//!
//! Requests that are new are kept. One that waits here and is pending there no more was decided elsewhere: what
//! stands in the lists says how. A decision taken here is seen once the lists show it. Whatever the lists were
//! read too early for is left to the next reading.

use std::collections::BTreeSet;

use grantbook_api::methods::GrantedTeam;
use grantbook_core::{
    AppId, TeamId, Tenant, Timestamp,
    approval::life::{Happening, Outcome},
};
use grantbook_store::{
    StoreError,
    approvals::{Record, RecordError, Source, StoredAppRequest, alarms::About},
    tenants::TenantInfo,
    tokens::Holder,
};

use tokio::time::Instant;

use super::{
    alarms,
    lists::{self, Place, Resolutions},
    message,
};
use crate::{
    House,
    rotation::{Calling, CallingError},
};

/// How far the clocks of replicas may lie apart, in seconds: what came later than that before a reading is left to
/// the next.
const SKEW_SECONDS: i64 = 1;

/// How long a place may take before another replica begins a reading of its own, in seconds.
pub(super) const LEASE_SECONDS: i64 = 120;
/// How many places may fail before a reading is given up.
const PATIENCE: usize = 10;

/// What a reading of all lists came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Places read.
    pub places: usize,
    /// Requests that were not known.
    pub new: usize,
    /// Requests that were decided elsewhere.
    pub noticed: usize,
    /// Decisions that the lists show.
    pub seen: usize,
    /// Settled requests that Slack lists as pending.
    pub reopened: usize,
    /// Why entries could not be read.
    pub unreadable: Vec<String>,
}

/// Why the lists could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Slack did not give them.
    #[error(transparent)]
    Slack(#[from] CallingError),
    /// Another replica reads them now.
    #[error("another process reads the lists now")]
    LeaseLost,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<crate::rotation::TokenError> for ReadError {
    fn from(error: crate::rotation::TokenError) -> Self {
        Self::Slack(error.into())
    }
}

impl ReadError {
    /// Stable: Slack's code, or ours.
    pub(super) fn code(&self) -> String {
        match self {
            Self::Slack(error) => lists::code(error),
            Self::LeaseLost => "lease_lost".to_owned(),
            Self::Store(_) => "storage".to_owned(),
        }
    }

    /// Whether it stays so until somebody does something about it: there is no token, or Slack says no.
    pub(super) fn is_lasting(&self) -> bool {
        match self {
            Self::Slack(CallingError::Token(error)) => {
                use crate::rotation::TokenError;
                !matches!(
                    error,
                    TokenError::Store(_) | TokenError::Busy { .. } | TokenError::CoolingDown { .. }
                )
            }
            Self::Slack(CallingError::Slack(error)) => error.code().is_some() && !error.is_transient(),
            Self::LeaseLost | Self::Store(_) => false,
        }
    }
}

/// One reading of one organization's lists.
struct Reader<'a> {
    house: &'a House,
    source: &'a Source,
    calling: Calling<'a>,
    /// The organization's own lists, once somebody needed them.
    organization: Option<Resolutions>,
    /// Apps about which the lists show something new, and whose alarms were not looked at since.
    changed: BTreeSet<AppId>,
    /// When they are looked at again, before the end.
    look_at: Instant,
    reading: Reading,
}

/// Reads the lists of an organization and its workspaces; all resolutions where `whole`, otherwise those that
/// something waits for.
///
/// # Errors
///
/// Fails where Slack or storage does; what was read before counts.
pub(super) async fn read(house: &House, source: &Source, owner: &str, whole: bool) -> Result<Reading, ReadError> {
    let Some(holder) = &source.holder else {
        return Ok(Reading::default());
    };
    let calling = house
        .calling_as(&source.installation.key, Holder::User(holder.clone()))
        .await?;
    let mut reader = Reader {
        house,
        source,
        calling,
        organization: None,
        changed: BTreeSet::new(),
        look_at: Instant::now(),
        reading: Reading::default(),
    };
    let read = reader.everywhere(owner, whole).await;
    reader.look().await?;
    read.map(|()| reader.reading)
}

impl Reader<'_> {
    /// One place after the other.
    async fn everywhere(&mut self, owner: &str, whole: bool) -> Result<(), ReadError> {
        let place = |team| Place {
            enterprise: self.source.enterprise.clone(),
            team,
        };
        let mut places = vec![place(None)];
        places.extend(self.teams().await?.into_iter().map(|team| place(Some(team))));
        let mut failures = Vec::new();
        for place in places {
            let (row, now) = (self.source.installation.row, self.house.clock.now());
            if !self.house.store.keep_lease(row, owner, now, LEASE_SECONDS).await? {
                return Err(ReadError::LeaseLost);
            }
            match self.place(&place, whole).await {
                Ok(()) => self.reading.places += 1,
                // Another organization's workspace, or one that is gone.
                Err(ReadError::Slack(error)) if place.team.is_some() && lists::is_not_ours(&error) => {}
                // One place that cannot be read keeps no other waiting, unless nothing can be read.
                Err(ReadError::Slack(CallingError::Slack(error))) if failures.len() < PATIENCE => failures.push(error),
                Err(error) => return Err(error),
            }
        }
        match failures.into_iter().next() {
            Some(error) => Err(ReadError::Slack(error.into())),
            None => Ok(()),
        }
    }

    /// Looks at the alarms of what changed, if anything did.
    async fn look(&mut self) -> Result<(), StoreError> {
        let changed = std::mem::take(&mut self.changed);
        if !changed.is_empty() {
            let began = Instant::now();
            alarms::look(self.house, &self.source.enterprise, About::Apps(&changed)).await?;
            self.look_at = Instant::now() + alarms::rest_after(began);
        }
        Ok(())
    }

    /// Workspaces that Slack names to the app, and those that anything here names.
    async fn teams(&mut self) -> Result<Vec<TeamId>, ReadError> {
        let granted = lists::teams(self.house, &mut self.calling).await?;
        self.learn_names(&granted).await?;
        let mut teams: Vec<TeamId> = granted.into_iter().map(|team| team.id).collect();
        let known = self.house.store.teams_of(&self.source.installation.key).await?;
        teams.extend(known.iter().filter_map(|team| team.parse().ok()));
        teams.sort_unstable();
        teams.dedup();
        Ok(teams)
    }

    /// People know workspaces by their names, and nothing else tells those of workspaces without an install.
    async fn learn_names(&self, granted: &[GrantedTeam]) -> Result<(), StoreError> {
        for team in granted.iter().filter(|team| !team.name.is_empty()) {
            let info = TenantInfo {
                tenant: Tenant::Team(team.id.clone()),
                name: team.name.clone(),
                enterprise: Some(self.source.enterprise.clone()),
            };
            self.house.store.save_tenant(&info, self.house.clock.now()).await?;
        }
        Ok(())
    }

    async fn place(&mut self, place: &Place, whole: bool) -> Result<(), ReadError> {
        let store = &self.house.store;
        let (enterprise, team) = (&place.enterprise, place.team.as_ref());
        let began = self.house.clock.now();
        let listed = lists::pending(self.house, &mut self.calling, place).await?;
        let now = self.house.clock.now();
        let installation = self.source.installation.row;
        self.reading.new += store
            .take_app_requests(installation, enterprise, &listed.requests, now)
            .await?;
        self.reading.unreadable.extend(listed.unreadable);
        let before = began.plus_seconds(-SKEW_SECONDS);
        let numbers: Vec<_> = listed.requests.iter().map(|request| request.id.clone()).collect();
        for settled in store.settled_among(enterprise, &numbers, before).await? {
            self.reading.reopened += usize::from(self.note(&settled, Record::of(Happening::Reopened)).await?);
        }
        let gone = store.unsettled_before(enterprise, team, before).await?;
        if gone.is_empty() && !whole && !store.place_waits_for_lists(enterprise, team).await? {
            return Ok(());
        }
        self.resolve(place, before, gone).await
    }

    /// Reads what stands in a place, after its pending requests, and settles what that explains.
    async fn resolve(
        &mut self,
        place: &Place,
        before: Timestamp,
        gone: Vec<StoredAppRequest>,
    ) -> Result<(), ReadError> {
        let began = self.house.clock.now();
        let here = lists::resolutions(self.house, &mut self.calling, place).await?;
        self.mirror(place, &here, began).await?;
        if place.team.is_none() {
            self.organization = Some(here.clone());
        } else if self.organization.is_none() {
            let organization = place.organization();
            let began = self.house.clock.now();
            let lists = lists::resolutions(self.house, &mut self.calling, &organization).await?;
            self.mirror(&organization, &lists, began).await?;
            self.organization = Some(lists);
        }
        let above = self.organization.clone().unwrap_or_default();
        let unseen = self
            .house
            .store
            .unseen_before(&place.enterprise, place.team.as_ref(), before)
            .await?;
        for request in unseen {
            let (outcome, _) = shown(&request, &here, &above);
            let seen = Record::of(Happening::Seen { outcome });
            self.reading.seen += usize::from(self.note(&request, seen).await?);
        }
        let gone = self.still_gone(place, gone).await?;
        for request in gone {
            let (outcome, by) = shown(&request, &here, &above);
            let mut noticed = Record::of(Happening::Noticed { outcome, by });
            noticed.happenings.push(Happening::Seen { outcome });
            noticed.outbox = message::on_settled(self.house, &request, outcome);
            self.reading.noticed += usize::from(self.note(&request, noticed).await?);
        }
        Ok(())
    }

    /// A list is read in pages while others change it, so that an entry may be passed over: what seems gone is
    /// looked for once more.
    async fn still_gone(
        &mut self,
        place: &Place,
        gone: Vec<StoredAppRequest>,
    ) -> Result<Vec<StoredAppRequest>, ReadError> {
        if gone.is_empty() {
            return Ok(gone);
        }
        let listed = lists::pending(self.house, &mut self.calling, place).await?;
        let listed: BTreeSet<_> = listed.requests.into_iter().map(|request| request.id).collect();
        Ok(gone
            .into_iter()
            .filter(|request| !listed.contains(&request.request.id))
            .collect())
    }

    async fn mirror(&mut self, place: &Place, lists: &Resolutions, began: Timestamp) -> Result<(), StoreError> {
        let listed: Vec<_> = lists.listed().collect();
        let mirrored = self
            .house
            .store
            .mirror_resolutions(&place.enterprise, place.team.as_ref(), &listed, began)
            .await?;
        self.changed.extend(mirrored.apps().into_iter().cloned());
        // A reading may take minutes.
        if self.look_at <= Instant::now() {
            self.look().await?;
        }
        Ok(())
    }

    /// Writes it down, unless something else has happened meanwhile.
    async fn note(&self, request: &StoredAppRequest, record: Record) -> Result<bool, StoreError> {
        let now = self.house.clock.now();
        match self.house.store.record_app_request(request.id, record, now).await {
            Ok(_) => Ok(true),
            Err(RecordError::OutOfTurn(_) | RecordError::Missing(_)) => Ok(false),
            Err(RecordError::Store(error)) => Err(error),
        }
    }
}

/// How a request that is not pending was answered: by what stands where it was asked for, else by what stands for
/// the whole organization, else it was dismissed.
pub(crate) fn shown(
    request: &StoredAppRequest,
    here: &Resolutions,
    above: &Resolutions,
) -> (Outcome, Option<grantbook_core::approval::Resolver>) {
    let (app, asked_at) = (&request.request.app.id, request.request.asked_at);
    let answer = here.answer(app, asked_at).or_else(|| above.answer(app, asked_at));
    answer.map_or((Outcome::Cancelled, None), |standing| (standing.outcome, standing.by()))
}
