//! `ingest`: a delivery, signed or from the app's own socket, becomes an inbox row, a ledger entry and new grants,
//! in one transaction.

mod kept;

use std::sync::Arc;

use grantbook_api::{
    events::{Delivery, DeliveryError, Envelope},
    signature::SignatureError,
};
use grantbook_core::{AppSlug, OrderKey, Source, Timestamp, approval::AppRequest, ledger::Draft};
use grantbook_store::{
    StoreError,
    approvals::OrgAppEvent,
    apps::AppRecord,
    inbox::{Content, Incoming, Stored},
};
use sha2::{Digest as _, Sha256};

use crate::{
    House,
    apps::Disbelief,
    translate::{Meaning, meaning, moves_members},
};

/// A request as it arrived, before anything in it is believed.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// `X-Slack-Request-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// `X-Slack-Signature`.
    pub signature: Option<&'a str>,
    /// The raw body.
    pub body: &'a [u8],
}

/// What became of a delivery. Whoever gets this may answer 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Slack checks the address: answer with this text.
    Challenge(String),
    /// Committed.
    Accepted {
        /// How it was stored.
        stored: Stored,
        /// The event's type.
        event_type: String,
    },
}

/// Why a delivery was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// No app has this slug.
    #[error("no app named {0} is registered here")]
    UnknownApp(AppSlug),
    /// Not signed by Slack with this app's secret, or too long ago. Nothing was stored.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Rightly signed, but not readable. The raw body is kept in the inbox.
    #[error("the delivery was kept but could not be applied: {detail}")]
    Rejected {
        /// `not_json`, `wrong_shape`, `malformed_event`, `wrong_app` or `no_tenant`.
        code: &'static str,
        /// What is wrong, without the values sent.
        detail: String,
    },
    /// Storage failed: nothing was acknowledged, Slack will send it again.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// The events door's use case.
#[derive(Clone, Debug)]
pub struct Ingest {
    house: House,
}

struct Rejection {
    code: &'static str,
    detail: String,
}

impl From<DeliveryError> for Rejection {
    fn from(error: DeliveryError) -> Self {
        let code = match error {
            DeliveryError::NotJson => "not_json",
            DeliveryError::Shape { .. } => "wrong_shape",
            DeliveryError::Event(_) => "malformed_event",
        };
        Self {
            code,
            detail: error.to_string(),
        }
    }
}

impl Ingest {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Verifies, reads and stores one delivery. Answers after the commit.
    pub async fn receive(&self, slug: &AppSlug, request: SignedRequest<'_>) -> Result<Received, IngestError> {
        let now = self.house.clock.now();
        let app = match self.house.verified(slug, request, now).await {
            Ok(app) => app,
            Err(Disbelief::UnknownApp) => return Err(IngestError::UnknownApp(slug.clone())),
            Err(Disbelief::Signature(error)) => return Err(error.into()),
            Err(Disbelief::Store(error)) => return Err(error.into()),
        };
        self.take(&app, request.body, now).await
    }

    /// Reads and stores one delivery that came over the app's own connection (Socket Mode), where Slack signs
    /// nothing: who holds the connection vouches for it. Answers after the commit.
    pub async fn receive_from_socket(&self, slug: &AppSlug, body: &[u8]) -> Result<Received, IngestError> {
        let app = self.registered(slug).await?;
        self.take(&app, body, self.house.clock.now()).await
    }

    async fn registered(&self, slug: &AppSlug) -> Result<Arc<AppRecord>, IngestError> {
        let app = self.house.app(slug).await?;
        app.ok_or_else(|| IngestError::UnknownApp(slug.clone()))
    }

    /// Everything after the question who sent it.
    async fn take(&self, app: &AppRecord, body: &[u8], now: Timestamp) -> Result<Received, IngestError> {
        match Delivery::parse(body) {
            Ok(Delivery::UrlVerification { challenge }) => Ok(Received::Challenge(challenge)),
            Ok(Delivery::EventCallback(envelope)) => match self.incoming(app, &envelope, body, now).await? {
                Ok(incoming) => self.accept(incoming).await,
                Err(rejection) => self.reject(app, body, now, rejection).await,
            },
            Ok(Delivery::AppRateLimited {
                team_id,
                minute_rate_limited,
                ..
            }) => {
                // Slack dropped events in that minute: reconciling is what brings them back.
                tracing::warn!(app = %app.slug, tenant = %team_id, minute = minute_rate_limited, "Slack dropped events over the hourly quota");
                let mut incoming = self.bare(app, "app_rate_limited", body, now);
                incoming.event_id = format!("app_rate_limited:{team_id}:{minute_rate_limited}");
                incoming.event_time = minute_rate_limited;
                self.accept(incoming).await
            }
            Err(error) => self.reject(app, body, now, error.into()).await,
        }
    }

    /// Applies deliveries that waited for an installation that has appeared; answers how many.
    pub async fn replay(&self) -> Result<usize, IngestError> {
        let mut applied = 0;
        loop {
            let waiting = self.house.store.replayable(500).await?;
            let mut progress = 0;
            for kept in waiting {
                let Some(app) = self.house.app(&kept.slug).await? else {
                    continue;
                };
                let Ok(Delivery::EventCallback(envelope)) = Delivery::parse(&kept.body) else {
                    continue;
                };
                let Ok(incoming) = self.incoming(&app, &envelope, &kept.body, kept.received_at).await? else {
                    continue;
                };
                if self.house.inbox.replay(incoming).await? == Stored::Applied {
                    progress += 1;
                }
            }
            applied += progress;
            if progress == 0 {
                return Ok(applied);
            }
        }
    }

    async fn accept(&self, incoming: Incoming) -> Result<Received, IngestError> {
        let event_type = incoming.event_type.clone();
        let stored = self.house.inbox.submit(incoming).await?;
        if stored == Stored::Waiting {
            self.house.kept_aside.notify_one();
        }
        Ok(Received::Accepted { stored, event_type })
    }

    async fn reject(
        &self,
        app: &AppRecord,
        body: &[u8],
        now: Timestamp,
        rejection: Rejection,
    ) -> Result<Received, IngestError> {
        let Rejection { code, detail } = rejection;
        let mut incoming = self.bare(app, code, body, now);
        // The same body sent again, as Slack does after an error, is the same row.
        incoming.event_id = format!("rejected:{}", hex::encode(Sha256::digest(body)));
        incoming.content = Content::Rejected {
            problem: detail.clone(),
        };
        self.house.inbox.submit(incoming).await?;
        Err(IngestError::Rejected { code, detail })
    }

    fn bare(&self, app: &AppRecord, event_type: &str, body: &[u8], now: Timestamp) -> Incoming {
        Incoming {
            app: app.row,
            slug: app.slug.clone(),
            event_id: self.house.ids.id(),
            tenant: None,
            event_type: event_type.to_owned(),
            event_time: now.seconds(),
            received_at: now,
            body: kept::without_token(body),
            content: Content::Nothing,
        }
    }

    async fn incoming(
        &self,
        app: &AppRecord,
        envelope: &Envelope,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Result<Incoming, Rejection>, StoreError> {
        if envelope.api_app_id != app.app_id {
            let detail = "it is for another app than the one registered under this address".to_owned();
            return Ok(Err(Rejection {
                code: "wrong_app",
                detail,
            }));
        }
        let tenant = envelope.tenant();
        let app_user = match (&tenant, moves_members(&envelope.event)) {
            (Some(tenant), true) => self.house.store.app_user(app.row, tenant).await?,
            _ => None,
        };
        let content = match meaning(&envelope.event, app_user.as_ref(), app.model) {
            Meaning::Fact(..) if tenant.is_none() => {
                let detail = "it names no workspace and no organization".to_owned();
                return Ok(Err(Rejection {
                    code: "no_tenant",
                    detail,
                }));
            }
            Meaning::Fact(fact, actor) => {
                let at = Timestamp::from_seconds(envelope.event_time);
                let key = OrderKey::new(at, &fact, envelope.event_id.clone());
                Content::Fact(Box::new(Draft {
                    key,
                    recorded_at: now,
                    source: Source::Event,
                    actor,
                    fact,
                }))
            }
            Meaning::AppRequest(request) => {
                match AppRequest::from_slack(&request, Timestamp::from_seconds(envelope.event_time)) {
                    Ok(request) => Content::AppRequest(Box::new(request)),
                    Err(error) => {
                        return Ok(Err(Rejection {
                            code: "malformed_event",
                            detail: error.to_string(),
                        }));
                    }
                }
            }
            Meaning::OrgApp(change, app) => Content::OrgApp(Box::new(OrgAppEvent {
                change,
                app: app.app_id,
                app_name: app.app_name,
                team: app.team_id,
                user: app.user_id,
                at: Timestamp::from_seconds(envelope.event_time),
            })),
            Meaning::Nothing => Content::Nothing,
            Meaning::Unknown => Content::Unknown,
        };
        Ok(Ok(Incoming {
            app: app.row,
            slug: app.slug.clone(),
            event_id: envelope.event_id.clone(),
            tenant,
            event_type: envelope.event.kind().to_owned(),
            event_time: envelope.event_time,
            received_at: now,
            body: kept::without_token(body),
            content,
        }))
    }
}
