//! `rotation`: tokens that end are replaced in time, each refresh token spent once, whoever notices first.
//!
//! A thousand callers of one ended token in this process wait for one of them; that one takes the row's
//! lease in the database, which decides between processes, reads again what is there now, writes down
//! that it is about to spend the refresh token, and calls Slack once. What came of it is written under
//! the lease's fence, or not at all. A process that dies in between leaves its mark: a token whose
//! refresh token can be used once then *needs re-authorization*, and nothing is guessed.

mod calling;
mod error;
mod exchange;
mod refresh;
mod retry;
mod single;

use std::time::Duration;

use grantbook_api::secret::AccessToken;
use grantbook_core::{InstallationKey, Timestamp};
use grantbook_store::{
    StoreError,
    tokens::{Credential, CredentialKind, CredentialRef, CredentialState, Holder, Leased},
};
use secrecy::ExposeSecret as _;
use tokio::{task::JoinSet, time::timeout_at};
use tracing::Instrument as _;

use crate::House;

pub use calling::CallingError;
pub use error::TokenError;

pub(crate) use calling::{Calling, is_over};
pub(crate) use single::Flights;

/// How long a lease lasts, in seconds: longer than a call to Slack may take.
pub(crate) const LEASE_SECONDS: i64 = 30;
/// How long a caller waits for somebody else's refresh who does not say otherwise.
const PATIENCE: Duration = Duration::from_secs(12);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(50);

/// A token that can be used now.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// The token.
    pub token: AccessToken,
    /// Which of the row's tokens it is, counted from the first.
    pub generation: u64,
    /// When it ends; `None` for one that does not.
    pub expires_at: Option<Timestamp>,
    /// Of which kind.
    pub kind: CredentialKind,
    /// The row it was read from.
    pub credential: i64,
}

impl Fresh {
    fn of(credential: &Credential) -> Self {
        Self {
            token: AccessToken::new(credential.access.expose_secret()),
            generation: credential.generation,
            expires_at: credential.expires_at,
            kind: credential.kind,
            credential: credential.id,
        }
    }
}

/// What a caller needs.
#[derive(Clone, Debug)]
pub enum Need {
    /// A token with at least so many seconds to live.
    Living(i64),
    /// Another token than this one, which Slack has just refused.
    Instead(AccessToken),
}

impl Need {
    fn met_by(&self, credential: &Credential, now: Timestamp) -> bool {
        match self {
            Self::Living(seconds) => credential.expires_at.is_none_or(|end| now.plus_seconds(*seconds) < end),
            Self::Instead(refused) => {
                credential.access.expose_secret() != refused.expose()
                    && credential.expires_at.is_none_or(|end| now < end)
            }
        }
    }
}

/// The use case.
#[derive(Clone, Debug)]
pub struct Rotation {
    house: House,
}

/// What one look at the row led to.
enum Look {
    Found(Fresh),
    /// Somebody else is at it, until then at the latest where that is known.
    Wait(Option<Timestamp>),
}

impl Rotation {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// A token that meets the need: the stored one, or a new one, for which Slack is asked once whoever
    /// and however many ask here.
    pub async fn token(&self, key: &InstallationKey, holder: &Holder, need: &Need) -> Result<Fresh, TokenError> {
        self.token_within(key, holder, need, PATIENCE).await
    }

    /// The same, waiting so long for somebody else's refresh.
    pub async fn token_within(
        &self,
        key: &InstallationKey,
        holder: &Holder,
        need: &Need,
        patience: Duration,
    ) -> Result<Fresh, TokenError> {
        let credential = self.load(key, holder).await?;
        if let Some(fresh) = self.usable(&credential, need)? {
            return Ok(fresh);
        }
        let give_up = tokio::time::Instant::now() + patience;
        // Callers of this process go one by one: all but the first find the new token.
        let flight = self.house.flights.of(key, holder);
        let Ok(_turn) = timeout_at(give_up, flight.lock()).await else {
            return match self.look(key, holder, need).await? {
                Look::Found(fresh) => Ok(fresh),
                Look::Wait(until) => Err(self.busy(key, until)),
            };
        };
        if let Look::Found(fresh) = self.look(key, holder, need).await? {
            return Ok(fresh);
        }
        loop {
            match self.attempt_apart(key, holder, need).await? {
                Look::Found(fresh) => return Ok(fresh),
                Look::Wait(until) if tokio::time::Instant::now() >= give_up => return Err(self.busy(key, until)),
                Look::Wait(_) => tokio::time::sleep(LOOK).await,
            }
        }
    }

    /// Somebody else is still at it.
    fn busy(&self, key: &InstallationKey, until: Option<Timestamp>) -> TokenError {
        TokenError::Busy {
            installation: key.clone(),
            until: until.unwrap_or_else(|| self.house.clock.now()),
        }
    }

    async fn load(&self, key: &InstallationKey, holder: &Holder) -> Result<Credential, TokenError> {
        let credential = self.house.store.credential(key, holder).await?;
        credential.ok_or_else(|| TokenError::Missing(key.clone()))
    }

    /// The token as it is, where that will do; an error where none is to be had; `None` where a refresh is due.
    fn usable(&self, credential: &Credential, need: &Need) -> Result<Option<Fresh>, TokenError> {
        let now = self.house.clock.now();
        let installation = credential.installation.clone();
        let problem = || credential.problem.clone().unwrap_or_default();
        match credential.state {
            CredentialState::Live => {}
            CredentialState::Revoked => return Err(TokenError::Revoked(installation)),
            CredentialState::NeedsReauthorization => {
                let problem = problem();
                return Err(TokenError::NeedsReauthorization { installation, problem });
            }
            CredentialState::Exhausted => {
                let problem = problem();
                return Err(TokenError::Exhausted { installation, problem });
            }
        }
        if need.met_by(credential, now) {
            return Ok(Some(Fresh::of(credential)));
        }
        let alive = credential.expires_at.is_none_or(|end| now < end) && matches!(need, Need::Living(_));
        if credential.refresh.is_none() {
            // Nothing can be done about it: what is there is used while it lives.
            let problem = "no_refresh_token".to_owned();
            return if alive {
                Ok(Some(Fresh::of(credential)))
            } else {
                Err(TokenError::NeedsReauthorization { installation, problem })
            };
        }
        match credential.retry_at {
            Some(until) if now < until && alive => Ok(Some(Fresh::of(credential))),
            Some(until) if now < until => {
                let problem = problem();
                Err(TokenError::CoolingDown {
                    installation,
                    problem,
                    until,
                })
            }
            _ => Ok(None),
        }
    }

    /// An attempt is a task of its own: Slack's answer is the only one there is, and is kept even where
    /// whoever asked has gone.
    async fn attempt_apart(&self, key: &InstallationKey, holder: &Holder, need: &Need) -> Result<Look, TokenError> {
        let (rotation, key, holder, need) = (self.clone(), key.clone(), holder.clone(), need.clone());
        let attempt = async move { rotation.attempt(&key, &holder, &need).await };
        match tokio::spawn(attempt.in_current_span()).await {
            Ok(look) => look,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The process is ending; so does whoever waits here.
            Err(_) => Ok(Look::Wait(None)),
        }
    }

    async fn attempt(&self, key: &InstallationKey, holder: &Holder, need: &Need) -> Result<Look, TokenError> {
        let (store, now) = (&self.house.store, self.house.clock.now());
        let owner = self.house.ids.id();
        let (fence, credential) = match store.lease_refresh(key, holder, &owner, now, LEASE_SECONDS).await? {
            Leased::Got { fence, credential } => (fence, credential),
            Leased::Missing => return Err(TokenError::Missing(key.clone())),
            // Another process holds it, or died holding it: the row is looked at again, and the sweep
            // settles what a dead one left.
            Leased::Held { until } => {
                return Ok(match self.look(key, holder, need).await? {
                    Look::Wait(_) => Look::Wait(Some(until)),
                    found @ Look::Found(_) => found,
                });
            }
            Leased::Barred(credential) => {
                if let Some(fresh) = self.usable(&credential, need)? {
                    return Ok(Look::Found(fresh));
                }
                self.settle(&credential).await?;
                return Ok(Look::Wait(None));
            }
        };
        // Read after the lease was taken: whoever waited for another's refresh finds its token.
        match self.usable(&credential, need) {
            Ok(None) => {}
            Ok(Some(fresh)) => {
                store.release_lease(credential.id, fence).await?;
                return Ok(Look::Found(fresh));
            }
            Err(error) => {
                store.release_lease(credential.id, fence).await?;
                return Err(error);
            }
        }
        // Nothing that can fail comes between the mark and the call.
        let Some(app) = self.house.app(&key.app).await? else {
            store.release_lease(credential.id, fence).await?;
            return Err(TokenError::Missing(key.clone()));
        };
        refresh::spend(&self.house, &app, &credential, fence, now).await?;
        self.look(key, holder, need).await
    }

    async fn look(&self, key: &InstallationKey, holder: &Holder, need: &Need) -> Result<Look, TokenError> {
        let credential = self.load(key, holder).await?;
        let until = credential.lease_until;
        Ok(self.usable(&credential, need)?.map_or(Look::Wait(until), Look::Found))
    }

    /// Ends what a dead process left: a mark without an answer, and a lease that ran out.
    async fn settle(&self, credential: &Credential) -> Result<(), StoreError> {
        let now = self.house.clock.now();
        let single_use = credential.kind.single_use();
        self.house
            .store
            .settle_abandoned(credential.id, single_use, now)
            .await?;
        Ok(())
    }

    /// Replaces tokens well before they end, a few at a time until none is due, settles what dead processes left,
    /// and makes tokens rotate whose app has begun to. Answers how many got a new token.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        let (store, now) = (&self.house.store, self.house.clock.now());
        for left in store.abandoned(now, retry::AT_ONCE).await? {
            store.settle_abandoned(left.id, left.kind.single_use(), now).await?;
        }
        let mut replaced = 0;
        loop {
            let before = |kind| now.plus_seconds(retry::longest_margin(kind));
            let due = store.due_for_refresh(now, before, retry::AT_ONCE).await?;
            let full = u64::try_from(due.len()).is_ok_and(|found| found == retry::AT_ONCE);
            let got = self.replace(due, now).await;
            replaced += got;
            // A page on which nothing moved is all cool-downs and far ends: the next sweep sees to them.
            if !full || got == 0 {
                return Ok(replaced + self.exchange_due(now).await?);
            }
        }
    }

    /// Replaces those whose margin has begun, [`retry::SIDE_BY_SIDE`] at a time.
    async fn replace(&self, due: Vec<CredentialRef>, now: Timestamp) -> usize {
        let mut waiting = due.into_iter().filter_map(|due| {
            let margin = retry::margin(&due);
            let end = due.expires_at.filter(|end| *end <= now.plus_seconds(margin))?;
            Some((due, margin, end))
        });
        let mut running = JoinSet::new();
        let mut replaced = 0;
        loop {
            while running.len() < retry::SIDE_BY_SIDE
                && let Some((due, margin, end)) = waiting.next()
            {
                let rotation = self.clone();
                running.spawn(async move { rotation.replace_one(&due, margin, end).await });
            }
            match running.join_next().await {
                Some(got) => replaced += usize::from(got.unwrap_or(false)),
                None => return replaced,
            }
        }
    }

    async fn replace_one(&self, due: &CredentialRef, margin: i64, end: Timestamp) -> bool {
        match self.token(&due.installation, &due.holder, &Need::Living(margin)).await {
            Ok(fresh) => fresh.expires_at != Some(end),
            Err(error) => {
                let code = error.code();
                tracing::warn!(installation = %due.installation, code, "a token could not be refreshed in time");
                false
            }
        }
    }
}
