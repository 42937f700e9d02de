//! `install`: from the button to a sealed token and the first ledger entries.
//!
//! A `state` is made for one browser, is consumed once, and is never trusted twice. A callback
//! without one began at Slack (its app directory, its admin page): the code is thrown away and the
//! person is sent through our own authorize address, which costs them one more click and nobody
//! their safety.

mod modern;
mod workspace;

pub(crate) use modern::placed;

use std::{collections::BTreeSet, sync::Arc};

use grantbook_api::{
    oauth::{AccessResponse, AuthorizeUrl, ClientId},
    secret::AuthorizationCode,
};
use grantbook_core::{
    AppSlug, InstallationKey, Scope, TeamId, Tenant,
    request::{Kind, PermissionRequest, RequestId, State},
    view::Model,
};
use grantbook_store::{
    StoreError,
    apps::AppRecord,
    attempts::{Attempt, Consumption, Ending, NewAttempt},
};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{House, apps::Tries, failure, ingest::Ingest, names::Names, progressive::offer, reconcile::Reconcile};

/// How long a person may take on Slack's page, in seconds.
pub const STATE_LIFETIME_SECONDS: i64 = 600;

/// What to ask Slack for beyond the app's own settings.
#[derive(Clone, Debug, Default)]
pub struct BeginOptions {
    /// Preselects a workspace on Slack's page.
    pub team: Option<TeamId>,
    /// Ask for one channel only; `None` leaves it to the app's settings.
    pub single_channel: Option<bool>,
    /// The permission request whose link led here: its scopes are asked for, and nothing else.
    pub request: Option<RequestLink>,
    /// Scopes of the app's own that are left out: nobody uses them. Slack takes none away by that; they stay out
    /// where the app is installed anew.
    pub without: BTreeSet<Scope>,
}

/// What the link in a request's message carries.
#[derive(Clone, Debug)]
pub struct RequestLink {
    /// The request.
    pub id: RequestId,
    /// The seal that we put on the link.
    pub seal: String,
}

/// Where to send the browser, and what it must bring back.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Slack's consent page.
    pub redirect: Url,
    /// The value of the cookie that binds the `state` to this browser.
    pub binding: String,
}

/// What Slack's redirect carried.
#[derive(Clone, Default)]
pub struct Callback {
    /// The code to exchange.
    pub code: Option<String>,
    /// Our own `state`.
    pub state: Option<String>,
    /// `access_denied` when the person pressed Cancel.
    pub error: Option<String>,
}

/// How a callback ended well.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Installed, or installed again.
    Installed(InstallationKey),
    /// The person said no; recorded, nothing else changed.
    Denied,
    /// The person answered a permission request and goes back to Slack.
    Answered {
        /// The request.
        request: RequestId,
        /// How it stands now.
        state: State,
    },
    /// The install began at Slack: go through our own authorize address first.
    Bounce(Begun),
}

/// Why an install cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// No app has this slug.
    #[error("no app named {0} is registered here")]
    UnknownApp(AppSlug),
    /// The link's request is not one of this app, or its seal is not ours.
    #[error("this link belongs to no request of this app; use the button in the message again")]
    UnknownRequest,
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// Why a callback led to nothing. In every case but [`CallbackError::Exchange`] no code was exchanged.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// No app has this slug.
    #[error("no app named {0} is registered here")]
    UnknownApp(AppSlug),
    /// The address carried neither a code nor an error.
    #[error("the address carries neither a code nor an error from Slack")]
    Empty,
    /// The `state` is not one of ours.
    #[error("this install was not started here")]
    UnknownState,
    /// The `state` was used before.
    #[error("this install link was used already")]
    UsedState,
    /// More than ten minutes passed.
    #[error("this install took longer than ten minutes")]
    ExpiredState,
    /// Another browser brought the `state` than the one it was made for.
    #[error("this install was started in another browser")]
    ForeignBrowser,
    /// Slack's answer to the exchange.
    #[error("Slack did not complete the install: {code}")]
    Exchange {
        /// Slack's error code, or ours for what is not one: `http_502`, `not_json`, `timeout` …
        code: String,
    },
    /// Storage failed after Slack had answered; the install must be repeated.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// The install doors' use case.
#[derive(Clone, Debug)]
pub struct Install {
    house: House,
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl Install {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Makes a `state` for this browser and builds the address of Slack's consent page.
    pub async fn begin(&self, slug: &AppSlug, options: BeginOptions) -> Result<Begun, BeginError> {
        let app = self
            .house
            .app(slug)
            .await?
            .ok_or_else(|| BeginError::UnknownApp(slug.clone()))?;
        let app = smaller(app, &options.without);
        let request = match &options.request {
            Some(link) => Some(self.linked(slug, link).await?),
            None => None,
        };
        Ok(self.start(&app, options, request).await?)
    }

    /// The request that a link names, if we sealed the link.
    async fn linked(&self, slug: &AppSlug, link: &RequestLink) -> Result<PermissionRequest, BeginError> {
        let request = self.house.store.request(link.id).await?;
        request
            .filter(|request| {
                request.ask.installation.app == *slug
                    && request.ask.model == Model::Modern
                    && offer::is_our_link(&self.house, request, &link.seal)
            })
            .ok_or(BeginError::UnknownRequest)
    }

    async fn start(
        &self,
        app: &AppRecord,
        options: BeginOptions,
        request: Option<PermissionRequest>,
    ) -> Result<Begun, StoreError> {
        let (state, binding) = (self.house.ids.secret(), self.house.ids.secret());
        let now = self.house.clock.now();
        let single_channel = options.single_channel.unwrap_or(app.single_channel) && app.model == Model::Workspace;
        let team = match request.as_ref().map(|request| &request.ask.installation.tenant) {
            Some(Tenant::Team(team)) => Some(team.clone()),
            _ => options.team,
        };
        let attempt = self.house.ids.id();
        self.house
            .store
            .begin_attempt(NewAttempt {
                id: attempt.clone(),
                app: app.row,
                state_hash: hash(&state),
                binding_hash: hash(&binding),
                single_channel,
                team: team.clone(),
                request: request.as_ref().map(|request| request.id),
                started_at: now,
                expires_at: now.plus_seconds(STATE_LIFETIME_SECONDS),
            })
            .await?;
        if let Some(request) = &request {
            modern::opened(&self.house, request.id, &attempt).await?;
        }
        let redirect = self.consent_page(app, state, team, single_channel, request.as_ref());
        Ok(Begun { redirect, binding })
    }

    fn consent_page(
        &self,
        app: &AppRecord,
        state: String,
        team: Option<TeamId>,
        single_channel: bool,
        request: Option<&PermissionRequest>,
    ) -> Url {
        let (slack, client) = (&self.house.addresses.slack_url, ClientId::new(&app.client_id));
        let mut page = match app.model {
            Model::Workspace => AuthorizeUrl::new(slack, client, state),
            Model::Modern => AuthorizeUrl::v2(slack, client, state),
        };
        page = match request.map(|request| (request.ask.kind, request.ask.scopes.iter().cloned())) {
            None => page
                .scopes(app.scopes.iter().cloned())
                .user_scopes(app.user_scopes.iter().cloned()),
            Some((Kind::App, added)) => page.scopes(added),
            Some((Kind::Personal, added)) => page.user_scopes(added),
        };
        page = page.redirect_uri(self.redirect_uri(&app.slug));
        if let Some(team) = team {
            page = page.team(team);
        }
        if single_channel {
            page = page.single_channel();
        }
        page.build()
    }

    fn redirect_uri(&self, slug: &AppSlug) -> Url {
        self.house.addresses.slack_door(slug, "oauth/callback")
    }

    /// Takes Slack's redirect: checks the `state`, exchanges the code, records what came of it.
    pub async fn callback(
        &self,
        slug: &AppSlug,
        callback: Callback,
        binding: Option<&str>,
    ) -> Result<Outcome, CallbackError> {
        let app = self
            .house
            .app(slug)
            .await?
            .ok_or_else(|| CallbackError::UnknownApp(slug.clone()))?;
        let Some(state) = callback.state.filter(|state| !state.is_empty()) else {
            return match callback.code {
                Some(_) => Ok(Outcome::Bounce(self.start(&app, BeginOptions::default(), None).await?)),
                None => Err(CallbackError::Empty),
            };
        };
        let now = self.house.clock.now();
        let binding = binding.map(hash);
        let consumption = self
            .house
            .store
            .consume_attempt(app.row, &hash(&state), binding.as_ref(), now)
            .await?;
        let attempt = match consumption {
            Consumption::Consumed(attempt) => attempt,
            Consumption::UnknownState => return Err(CallbackError::UnknownState),
            Consumption::Used => return Err(CallbackError::UsedState),
            Consumption::Expired => return Err(CallbackError::ExpiredState),
            Consumption::ForeignBrowser => return Err(CallbackError::ForeignBrowser),
        };
        match (callback.error, callback.code) {
            (Some(error), _) if error == "access_denied" => {
                let ending = Ending::Denied;
                self.house.store.finish_attempt(&attempt.id, &ending, now).await?;
                match attempt.request {
                    Some(request) => Ok(modern::denied(&self.house, request, &attempt.id).await?),
                    None => Ok(Outcome::Denied),
                }
            }
            (Some(error), _) => self.fail(&attempt, printable(&error)).await,
            (None, None) => self.fail(&attempt, "no_code".to_owned()).await,
            (None, Some(code)) => {
                let code = AuthorizationCode::new(code);
                match app.model {
                    Model::Workspace => self.exchange(&app, &attempt, code).await,
                    Model::Modern => self.exchange_v2(&app, &attempt, code).await,
                }
            }
        }
    }

    async fn exchange(
        &self,
        app: &AppRecord,
        attempt: &Attempt,
        code: AuthorizationCode,
    ) -> Result<Outcome, CallbackError> {
        let redirect_uri = self.redirect_uri(&app.slug);
        let slack = &self.house.slack;
        let answer = Tries::new(&self.house, app)
            .ask(async |app| {
                slack
                    .oauth_access(&app, code.clone(), Some(redirect_uri.as_str()))
                    .await
            })
            .await;
        let install = match answer {
            Ok(AccessResponse::Workspace(install)) => install,
            Ok(AccessResponse::Classic(_)) => return self.fail(attempt, "not_a_workspace_app".to_owned()).await,
            Err(error) => return self.fail(attempt, failure::code(&error)).await,
        };
        if install.app_id != app.app_id {
            return self.fail(attempt, "wrong_app".to_owned()).await;
        }
        let new = workspace::installation(app, attempt, &install, self.house.clock.now());
        let key = new.key.clone();
        self.house.store.record_installation(new).await?;
        self.settle(&key).await;
        Ok(Outcome::Installed(key))
    }

    async fn exchange_v2(
        &self,
        app: &AppRecord,
        attempt: &Attempt,
        code: AuthorizationCode,
    ) -> Result<Outcome, CallbackError> {
        let redirect_uri = self.redirect_uri(&app.slug);
        let slack = &self.house.slack;
        let answer = Tries::new(&self.house, app)
            .ask(async |app| {
                slack
                    .oauth_v2_access(&app, code.clone(), Some(redirect_uri.as_str()))
                    .await
            })
            .await;
        let access = match answer {
            Ok(access) => access,
            Err(error) => return self.fail(attempt, failure::code(&error)).await,
        };
        if access.app_id != app.app_id {
            return self.fail(attempt, "wrong_app".to_owned()).await;
        }
        let request = match attempt.request {
            Some(id) => self.house.store.request(id).await?,
            None => None,
        };
        let now = self.house.clock.now();
        let Some(new) = modern::installation(app, attempt, &access, request.as_ref(), now) else {
            return self.fail(attempt, "answer_unexpected".to_owned()).await;
        };
        let key = new.key.clone();
        let answered = new.request.as_ref().map(|(id, _)| *id);
        self.house.store.record_installation(new).await?;
        self.settle(&key).await;
        match answered {
            Some(request) => Ok(modern::outcome(&self.house, request).await?),
            None => Ok(Outcome::Installed(key)),
        }
    }

    async fn fail(&self, attempt: &Attempt, code: String) -> Result<Outcome, CallbackError> {
        let now = self.house.clock.now();
        self.house
            .store
            .finish_attempt(&attempt.id, &Ending::Failed { error: code.clone() }, now)
            .await?;
        if let Some(request) = attempt.request {
            modern::failed(&self.house, request, &attempt.id, &code).await?;
        }
        Err(CallbackError::Exchange { code })
    }

    /// Brings in what `oauth.access` does not say: events that were faster than the exchange, the
    /// resources chosen on the consent page, and names. The install stands whether this works or not.
    async fn settle(&self, key: &InstallationKey) {
        if let Err(error) = Ingest::new(self.house.clone()).replay().await {
            tracing::warn!(installation = %key, error = &error as &dyn std::error::Error, "waiting events could not be applied yet");
        }
        if let Err(error) = Reconcile::new(self.house.clone()).after_install(key).await {
            tracing::warn!(installation = %key, error = &error as &dyn std::error::Error, "Slack's lists could not be read after the install");
        }
        Names::new(self.house.clone()).learn(key).await;
    }
}

/// The app with these scopes left out of what it asks for, as long as any is left.
fn smaller(app: Arc<AppRecord>, without: &BTreeSet<Scope>) -> Arc<AppRecord> {
    if without.is_empty() {
        return app;
    }
    let left = |scopes: &BTreeSet<Scope>| -> BTreeSet<Scope> { scopes.difference(without).cloned().collect() };
    let (scopes, user_scopes) = (left(&app.scopes), left(&app.user_scopes));
    if scopes.is_empty() && user_scopes.is_empty() {
        return app;
    }
    Arc::new(AppRecord {
        scopes,
        user_scopes,
        ..(*app).clone()
    })
}

/// An error code from the address bar: anybody can write there, so only what looks like one is kept.
fn printable(code: &str) -> String {
    let fine = !code.is_empty() && code.len() <= 64 && code.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if fine {
        code.to_owned()
    } else {
        "unknown_error".to_owned()
    }
}
