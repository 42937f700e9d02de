//! `install`: from the button to a sealed token and the first ledger entries.
//!
//! A `state` is made for one browser, is consumed once, and is never trusted twice. A callback
//! without one began at Slack (its app directory, its admin page): the code is thrown away and the
//! person is sent through our own authorize address, which costs them one more click and nobody
//! their safety.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_api::{
    error::{CallError, TransportKind},
    oauth::{AccessResponse, AuthorizeUrl, ClientCredentials, ClientId, WorkspaceInstall},
    secret::{AuthorizationCode, ClientSecret},
};
use grantbook_core::{
    AppSlug, Fact, InstallationKey, OrderKey, Reach, ResourceType, Source, TeamId, Tenant, Timestamp, fact::Resource,
    ledger::Draft,
};
use grantbook_store::{
    StoreError,
    apps::AppRecord,
    attempts::{Attempt, Consumption, Ending, NewAttempt},
    recording::NewInstallation,
    tokens::NewToken,
};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{House, ingest::Ingest, names::Names, reconcile::Reconcile};

/// How long a person may take on Slack's page, in seconds.
pub const STATE_LIFETIME_SECONDS: i64 = 600;

/// What to ask Slack for beyond the app's own settings.
#[derive(Clone, Debug, Default)]
pub struct BeginOptions {
    /// Preselects a workspace on Slack's page.
    pub team: Option<TeamId>,
    /// Ask for one channel only; `None` leaves it to the app's settings.
    pub single_channel: Option<bool>,
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
    /// The install began at Slack: go through our own authorize address first.
    Bounce(Begun),
}

/// Why an install cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// No app has this slug.
    #[error("no app named {0} is registered here")]
    UnknownApp(AppSlug),
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
        Ok(self.start(&app, options).await?)
    }

    async fn start(&self, app: &AppRecord, options: BeginOptions) -> Result<Begun, StoreError> {
        let (state, binding) = (self.house.ids.secret(), self.house.ids.secret());
        let now = self.house.clock.now();
        let single_channel = options.single_channel.unwrap_or(app.single_channel);
        self.house
            .store
            .begin_attempt(NewAttempt {
                id: self.house.ids.id(),
                app: app.row,
                state_hash: hash(&state),
                binding_hash: hash(&binding),
                single_channel,
                team: options.team.clone(),
                started_at: now,
                expires_at: now.plus_seconds(STATE_LIFETIME_SECONDS),
            })
            .await?;
        let mut page = AuthorizeUrl::new(&self.house.addresses.slack_url, ClientId::new(&app.client_id), state)
            .scopes(app.scopes.iter().cloned())
            .redirect_uri(self.redirect_uri(&app.slug));
        if let Some(team) = options.team {
            page = page.team(team);
        }
        if single_channel {
            page = page.single_channel();
        }
        Ok(Begun {
            redirect: page.build(),
            binding,
        })
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
                Some(_) => Ok(Outcome::Bounce(self.start(&app, BeginOptions::default()).await?)),
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
        let Attempt { id: attempt, .. } = match consumption {
            Consumption::Consumed(attempt) => attempt,
            Consumption::UnknownState => return Err(CallbackError::UnknownState),
            Consumption::Used => return Err(CallbackError::UsedState),
            Consumption::Expired => return Err(CallbackError::ExpiredState),
            Consumption::ForeignBrowser => return Err(CallbackError::ForeignBrowser),
        };
        match (callback.error, callback.code) {
            (Some(error), _) if error == "access_denied" => {
                self.house.store.finish_attempt(&attempt, &Ending::Denied, now).await?;
                Ok(Outcome::Denied)
            }
            (Some(error), _) => self.fail(&attempt, printable(&error)).await,
            (None, None) => self.fail(&attempt, "no_code".to_owned()).await,
            (None, Some(code)) => self.exchange(&app, &attempt, AuthorizationCode::new(code)).await,
        }
    }

    async fn exchange(
        &self,
        app: &AppRecord,
        attempt: &str,
        code: AuthorizationCode,
    ) -> Result<Outcome, CallbackError> {
        let credentials = ClientCredentials {
            id: ClientId::new(&app.client_id),
            secret: ClientSecret::new(app.client_secret.expose_secret()),
        };
        let redirect_uri = self.redirect_uri(&app.slug);
        let answer = self
            .house
            .slack
            .oauth_access(&credentials, code, Some(redirect_uri.as_str()))
            .await;
        let install = match answer {
            Ok(AccessResponse::Workspace(install)) => install,
            Ok(AccessResponse::Classic(_)) => return self.fail(attempt, "not_a_workspace_app".to_owned()).await,
            Err(error) => return self.fail(attempt, failure_code(&error)).await,
        };
        if install.app_id != app.app_id {
            return self.fail(attempt, "wrong_app".to_owned()).await;
        }
        let key = self.record(app, attempt, &install).await?;
        self.settle(&key).await;
        Ok(Outcome::Installed(key))
    }

    async fn fail(&self, attempt: &str, code: String) -> Result<Outcome, CallbackError> {
        let now = self.house.clock.now();
        self.house
            .store
            .finish_attempt(attempt, &Ending::Failed { error: code.clone() }, now)
            .await?;
        Err(CallbackError::Exchange { code })
    }

    async fn record(
        &self,
        app: &AppRecord,
        attempt: &str,
        install: &WorkspaceInstall,
    ) -> Result<InstallationKey, StoreError> {
        let now = self.house.clock.now();
        let key = InstallationKey::new(app.slug.clone(), Tenant::Team(install.team_id.clone()));
        self.house
            .store
            .record_installation(NewInstallation {
                app: app.row,
                key: key.clone(),
                tenant_name: install.team_name.clone(),
                enterprise: install.enterprise_id.clone(),
                app_user: Some(install.app_user_id.clone()),
                installer: Some(install.installer_user.user_id.clone()),
                token: NewToken {
                    access: install.access_token.expose().to_owned().into(),
                    refresh: install
                        .refresh_token
                        .as_ref()
                        .map(|token| token.expose().to_owned().into()),
                    issued_at: now,
                    expires_at: install.expires_in.map(|seconds| now.plus_seconds(seconds)),
                },
                attempt: attempt.to_owned(),
                draft: draft(install, attempt, now),
                now,
            })
            .await?;
        Ok(key)
    }

    /// Brings in what `oauth.access` does not say: events that were faster than the exchange, the
    /// resources chosen on the consent page, and names. The install stands whether this works or not.
    async fn settle(&self, key: &InstallationKey) {
        if let Err(error) = Ingest::new(self.house.clone()).replay().await {
            tracing::warn!(installation = %key, error = &error as &dyn std::error::Error, "waiting events could not be applied yet");
        }
        if let Err(error) = Reconcile::new(self.house.clone()).run(key).await {
            tracing::warn!(installation = %key, error = &error as &dyn std::error::Error, "Slack's lists could not be read after the install");
        }
        Names::new(self.house.clone()).learn(key).await;
    }
}

/// What `oauth.access` states, as a ledger entry.
fn draft(install: &WorkspaceInstall, attempt: &str, now: Timestamp) -> Draft {
    let resource = |resource_type, id: &grantbook_core::ResourceId| Resource {
        resource_type,
        reach: Reach::Specific(id.clone()),
    };
    let home = install
        .authorizing_user
        .app_home
        .as_ref()
        .map(|id| resource(ResourceType::AppHome, id));
    let channel = install.single_channel_id.as_ref().map(|id| {
        // A private channel may be chosen too; its id tells where it was made before 2021.
        let private = id.as_str().starts_with('G');
        resource(
            if private {
                ResourceType::Group
            } else {
                ResourceType::Channel
            },
            id,
        )
    });
    let team = install
        .scopes
        .get(&ResourceType::Team)
        .filter(|scopes| !scopes.is_empty());
    let team = team.map(|_| Resource {
        resource_type: ResourceType::Team,
        reach: Reach::Specific((&install.team_id).into()),
    });
    let scopes: BTreeMap<_, BTreeSet<_>> = install
        .scopes
        .iter()
        .filter(|(_, held)| !held.is_empty())
        .map(|(kind, held)| (*kind, held.clone()))
        .collect();
    let fact = Fact::Installed {
        authorizing_user: Some(install.authorizing_user.user_id.clone()),
        scopes,
        resources: home.into_iter().chain(channel).chain(team).collect(),
    };
    Draft {
        key: OrderKey::new(now, &fact, format!("oauth:{attempt}")),
        recorded_at: now,
        source: Source::Oauth,
        actor: Some(install.authorizing_user.user_id.clone()),
        fact,
    }
}

/// The code a failed install shows: Slack's own where Slack answered, and a word of ours for what it
/// answered instead.
fn failure_code(error: &CallError) -> String {
    match error {
        CallError::Slack { code, .. } => code.to_string(),
        CallError::RateLimited { .. } => "ratelimited".to_owned(),
        CallError::Http { status } => format!("http_{status}"),
        CallError::NotJson => "answer_not_json".to_owned(),
        CallError::Shape { .. } | CallError::TooLarge { .. } | CallError::TooManyPages { .. } => {
            "answer_unexpected".to_owned()
        }
        CallError::Truncated => "answer_cut_short".to_owned(),
        CallError::Transport(TransportKind::Timeout) => "no_answer_in_time".to_owned(),
        CallError::Transport(TransportKind::Connect) => "slack_not_reached".to_owned(),
        CallError::Transport(_) => "connection_closed".to_owned(),
    }
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
