//! Which of an app's secrets counts: the newest, and for a while the one before.
//!
//! Slack accepts a regenerated client secret and the one before for a day, and signs with the new signing secret
//! from one moment to the next (docs.slack.dev, "Verifying requests"). Both sides cannot change in the same
//! moment, so during an overlap either secret is good here, the newest first.

use std::{collections::VecDeque, sync::Arc};

use grantbook_api::{
    error::{CallError, ErrorCode},
    oauth::{ClientCredentials, ClientId},
    secret::{ClientSecret, SigningSecret},
    signature::{self, SignatureError},
};
use grantbook_core::{AppSlug, Timestamp};
use grantbook_store::{StoreError, apps::AppRecord};
use secrecy::{ExposeSecret, SecretString};

use crate::{House, ingest::SignedRequest};

/// Why a request is not believed.
#[derive(Debug)]
pub(crate) enum Disbelief {
    /// No app has this slug.
    UnknownApp,
    /// Not signed by Slack with a secret of this app that is good now, or too long ago.
    Signature(SignatureError),
    /// Storage failed.
    Store(StoreError),
}

impl House {
    /// The app that a request is for, if it is signed with one of that app's secrets that are good `at` this
    /// moment.
    pub(crate) async fn verified(
        &self,
        slug: &AppSlug,
        request: SignedRequest<'_>,
        at: Timestamp,
    ) -> Result<Arc<AppRecord>, Disbelief> {
        let app = self.app(slug).await.map_err(Disbelief::Store)?;
        let mut app = app.ok_or(Disbelief::UnknownApp)?;
        let mut verdict = verify(&app, request, at);
        if verdict == Err(SignatureError::Mismatch)
            && let Some(newer) = self.newer_app(&app).await
        {
            // Another replica may have been told a new secret a moment ago.
            verdict = verify(&newer, request, at);
            app = newer;
        }
        verdict.map_err(Disbelief::Signature)?;
        self.note_signed(&app, at);
        Ok(app)
    }
}

/// The credentials with which an app asks Slack: with its newest client secret, and where Slack does not know that
/// one, with each other that is good now. Nothing has happened at Slack where it refuses a secret.
pub(crate) struct Tries<'a> {
    house: &'a House,
    app: &'a AppRecord,
    now: Timestamp,
    credentials: ClientCredentials,
    tried: Vec<SecretString>,
    waiting: VecDeque<SecretString>,
    read_again: bool,
}

impl<'a> Tries<'a> {
    /// The first one.
    pub(crate) fn new(house: &'a House, app: &'a AppRecord) -> Self {
        let now = house.clock.now();
        let newest = app.client_secret.clone();
        Self {
            house,
            app,
            now,
            credentials: credentials(app, newest.expose_secret()),
            waiting: app.client_secrets(now).skip(1).cloned().collect(),
            tried: vec![newest],
            read_again: false,
        }
    }

    /// Asks, with each secret in turn until Slack knows one.
    pub(crate) async fn ask<T, F>(mut self, ask: impl Fn(ClientCredentials) -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        loop {
            match ask(self.credentials.clone()).await {
                Err(error) if self.again(&error).await => {}
                answer => return answer,
            }
        }
    }

    /// What to ask with now.
    pub(crate) fn credentials(&self) -> &ClientCredentials {
        &self.credentials
    }

    /// Whether to ask once more, with other credentials, after this refusal.
    pub(crate) async fn again(&mut self, refusal: &CallError) -> bool {
        if !is_wrong_secret(refusal) {
            return false;
        }
        if self.waiting.is_empty() && !self.read_again {
            // What is in memory may be older than what another replica was told.
            self.read_again = true;
            if let Ok(Some(newer)) = self.house.read_app(&self.app.slug).await {
                let tried = |secret: &SecretString| {
                    let known = self.tried.iter().map(ExposeSecret::expose_secret);
                    known.into_iter().any(|known| known == secret.expose_secret())
                };
                let untried = newer.client_secrets(self.now).filter(|secret| !tried(secret));
                self.waiting = untried.cloned().collect();
            }
        }
        let Some(next) = self.waiting.pop_front() else {
            return false;
        };
        self.credentials = credentials(self.app, next.expose_secret());
        self.tried.push(next);
        true
    }
}

/// Whether Slack does not know the credentials.
pub(crate) fn is_wrong_secret(error: &CallError) -> bool {
    matches!(
        error.code(),
        Some(ErrorCode::BadClientSecret | ErrorCode::InvalidClientId)
    )
}

/// The app's half of OAuth, with this secret.
pub(crate) fn credentials(app: &AppRecord, secret: &str) -> ClientCredentials {
    ClientCredentials {
        id: ClientId::new(&app.client_id),
        secret: ClientSecret::new(secret),
    }
}

/// Against each secret in constant time.
fn verify(app: &AppRecord, request: SignedRequest<'_>, at: Timestamp) -> Result<(), SignatureError> {
    let mut verdict = Err(SignatureError::Mismatch);
    for secret in app.signing_secrets(at) {
        verdict = signature::verify(
            &SigningSecret::new(secret.expose_secret()),
            request.timestamp,
            request.signature,
            request.body,
            at.seconds(),
        );
        if verdict != Err(SignatureError::Mismatch) {
            break;
        }
    }
    verdict
}
