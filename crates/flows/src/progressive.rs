//! `progressive`: a press on our button becomes a call to Slack, and only then a record.
//!
//! A trigger lives three seconds, so between the interaction's arrival and the call's leaving nothing is
//! asked of the database, of another process or of a queue: the signing secret and the token are in
//! memory, the scopes travel in the button's sealed value, and the press is noted in a local
//! [`journal`] first. The database learns of it afterwards, exactly once, from the [`record`]er; what a
//! stopped process left in its journal is recorded by the next one.

mod call;
pub mod journal;
pub mod measure;
pub mod offer;
mod press;
mod record;
mod reply;
mod seen;
mod tokens;

use std::{sync::Arc, time::Instant};

use grantbook_api::interactions::{BlockActions, Interaction};
use grantbook_core::{AppSlug, request::policy::Policy};
use grantbook_store::{StoreError, apps::AppRecord};

use crate::{House, approvals::press as app_press, apps::Disbelief, ingest::SignedRequest, names};

pub use grantbook_api::signature::SignatureError;
pub use journal::Journal;

pub(crate) use call::{Ready, launch};
pub(crate) use press::{Aim, Press};
pub(crate) use record::Recorder;
pub(crate) use reply::answer_later;
pub(crate) use seen::Seen;
pub(crate) use tokens::{TokenShelf, keep_at_hand};

/// How the console asks for more.
#[derive(Debug, Default)]
pub struct Settings {
    /// The limits on asking.
    pub policy: Policy,
    /// Where presses are noted before Slack is called.
    pub journal: Journal,
}

/// What the progressive flow keeps in memory.
pub(crate) struct Hands {
    pub(crate) tokens: TokenShelf,
    pub(crate) seen: Seen,
    pub(crate) recorder: Recorder,
}

/// Why an interaction or a command was not taken.
#[derive(Debug, thiserror::Error)]
pub enum InteractionError {
    /// No app has this slug.
    #[error("no app named {0} is registered here")]
    UnknownApp(AppSlug),
    /// Not signed by Slack with this app's secret, or too long ago.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Rightly signed, but not readable.
    #[error("the request could not be read: {detail}")]
    Unreadable {
        /// `no_payload`, `not_json`, `wrong_shape`, `wrong_app`.
        code: &'static str,
        /// What is wrong, without the values sent.
        detail: String,
    },
    /// The app is not in memory, and storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// What became of an interaction: answer 200 with an empty body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acknowledged {
    /// A call to Slack is on its way.
    Asking,
    /// Somebody decides about an app request.
    Deciding,
    /// The same press was delivered before.
    Doubled,
    /// A press on something that is not ours to answer; noted.
    Stray(&'static str),
    /// Nothing to do: a link that the browser follows, or a kind this console does not use.
    Nothing,
}

/// The interactions door's use case.
#[derive(Clone, Debug)]
pub struct Progressive {
    house: House,
}

/// A signed request that was believed.
pub(crate) struct Arrival {
    pub(crate) app: Arc<AppRecord>,
    /// When it arrived, for measuring.
    pub(crate) started: Instant,
    /// When it arrived, by the console's clock.
    pub(crate) at: grantbook_core::Timestamp,
    /// How long it took to believe it, in microseconds.
    pub(crate) verified_us: u64,
}

/// Microseconds since `started`.
pub(crate) fn micros_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}

impl House {
    /// Finds the app (in memory, once it has been used) and checks the signature.
    pub(crate) async fn believe(
        &self,
        slug: &AppSlug,
        request: SignedRequest<'_>,
    ) -> Result<Arrival, InteractionError> {
        let (started, at) = (Instant::now(), self.clock.now());
        let app = match self.verified(slug, request, at).await {
            Ok(app) => app,
            Err(Disbelief::UnknownApp) => return Err(InteractionError::UnknownApp(slug.clone())),
            Err(Disbelief::Signature(error)) => return Err(error.into()),
            Err(Disbelief::Store(error)) => return Err(error.into()),
        };
        Ok(Arrival {
            app,
            started,
            at,
            verified_us: micros_since(started),
        })
    }

    /// Finds the app of a request that came over its own socket, where Slack signs nothing.
    pub(crate) async fn trust(&self, slug: &AppSlug) -> Result<Arrival, InteractionError> {
        let (started, at) = (Instant::now(), self.clock.now());
        Ok(Arrival {
            app: self.registered(slug).await?,
            started,
            at,
            verified_us: micros_since(started),
        })
    }

    async fn registered(&self, slug: &AppSlug) -> Result<Arc<AppRecord>, InteractionError> {
        let app = self.app(slug).await?;
        app.ok_or_else(|| InteractionError::UnknownApp(slug.clone()))
    }
}

impl Progressive {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Takes one interaction: believes it, reads it, and lets the call leave before anything is stored.
    pub async fn interaction(
        &self,
        slug: &AppSlug,
        request: SignedRequest<'_>,
    ) -> Result<Acknowledged, InteractionError> {
        let arrival = self.house.believe(slug, request).await?;
        self.take(&arrival, request.body)
    }

    /// Takes one interaction that came over the app's own connection (Socket Mode).
    pub async fn interaction_from_socket(&self, slug: &AppSlug, body: &[u8]) -> Result<Acknowledged, InteractionError> {
        let arrival = self.house.trust(slug).await?;
        self.take(&arrival, body)
    }

    /// Everything after the question who sent it. Nothing here waits.
    fn take(&self, arrival: &Arrival, body: &[u8]) -> Result<Acknowledged, InteractionError> {
        let interaction = Interaction::parse(body).map_err(|error| {
            let code = match error {
                grantbook_api::interactions::InteractionError::NoPayload => "no_payload",
                grantbook_api::interactions::InteractionError::NotJson => "not_json",
                grantbook_api::interactions::InteractionError::Shape { .. } => "wrong_shape",
            };
            InteractionError::Unreadable {
                code,
                detail: error.to_string(),
            }
        })?;
        if let Interaction::Blocks(blocks) = &interaction
            && blocks.api_app_id != arrival.app.app_id
        {
            return Err(InteractionError::Unreadable {
                code: "wrong_app",
                detail: "it is for another app than the one registered under this address".to_owned(),
            });
        }
        if let Interaction::Blocks(blocks) = &interaction
            && app_press::is_one(blocks)
        {
            return Ok(self.decide(arrival, &interaction, blocks));
        }
        Ok(match press::read(&self.house, arrival, &interaction) {
            None => Acknowledged::Nothing,
            Some((press, _)) if !self.house.hands.seen.first(&press) => Acknowledged::Doubled,
            Some((press, ready)) => {
                let answer = match &press.aim {
                    Aim::Stray { code } => Acknowledged::Stray(stray_name(code)),
                    Aim::Offer { .. } | Aim::Fresh { .. } => Acknowledged::Asking,
                };
                launch(&self.house, press, ready);
                let told = interaction
                    .tenant()
                    .zip(interaction.user())
                    .zip(interaction.user_name());
                if let Some(((tenant, user), name)) = told {
                    names::told(&self.house, tenant, user, name);
                }
                answer
            }
        })
    }
}

impl Progressive {
    /// A press on a button of an app request's message: what was not made here is noted, the rest is decided while
    /// Slack has its answer.
    fn decide(&self, arrival: &Arrival, interaction: &Interaction, blocks: &BlockActions) -> Acknowledged {
        match app_press::read(&self.house, blocks) {
            Ok(press) => {
                tokio::spawn(press.work(self.house.clone()));
                Acknowledged::Deciding
            }
            Err(code) => {
                let stray = press::stray(&self.house, arrival, interaction, code);
                if let Some((press, ready)) = stray.filter(|(press, _)| self.house.hands.seen.first(press)) {
                    launch(&self.house, press, ready);
                }
                Acknowledged::Stray(code)
            }
        }
    }
}

/// The names of presses that are nobody's, as constants for metrics.
fn stray_name(code: &str) -> &'static str {
    press::STRAYS
        .iter()
        .copied()
        .find(|name| *name == code)
        .unwrap_or("unknown_callback")
}
