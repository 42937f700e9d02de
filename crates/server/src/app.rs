//! The console as one router: flows in, doors out. Tests run it in-process.

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, middleware::from_fn_with_state, routing::get};
use grantbook_flows::{
    House, accounts::Accounts, apps::Apps, audit::Audit, broker::Broker, browse::Browse, commands::Commands,
    ingest::Ingest, install::Install, keys::Keys, progressive::Progressive, reconcile::Reconcile, requests::Requests,
    uninstall::Uninstall,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    assets,
    auth::SignInLimits,
    doors::{
        operations,
        rest::{self, openapi::Description},
        slack,
    },
    error::ApiError,
    extract::Json,
    layers,
    settings::Settings,
};

/// What the console is made of.
#[derive(Debug)]
pub struct Parts {
    /// Store, Slack, clock, randomness.
    pub house: House,
    /// What the doors must know of the configuration.
    pub settings: Settings,
    /// The process's metrics.
    pub metrics: PrometheusHandle,
    /// Stopping, and what must end before.
    pub lifecycle: Lifecycle,
}

/// Stopping in order: who runs for long watches `stop`, what must not be cut short is one of `tasks`.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// Cancelled when the server stops.
    pub stop: CancellationToken,
    /// What is waited for before the process ends.
    pub tasks: TaskTracker,
}

impl Lifecycle {
    /// Whether the server stops.
    pub fn stopping(&self) -> bool {
        self.stop.is_cancelled()
    }
}

/// What handlers share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// Store, Slack, clock, randomness.
    pub house: House,
    /// What the doors must know of the configuration.
    pub settings: Arc<Settings>,
    /// People and their sessions.
    pub accounts: Accounts,
    /// API keys.
    pub keys: Keys,
    /// The registered apps.
    pub apps: Apps,
    /// The reading use cases.
    pub browse: Browse,
    /// The install doors' use case.
    pub install: Install,
    /// The events door's use case.
    pub ingest: Ingest,
    /// Comparing with Slack's own lists.
    pub reconcile: Reconcile,
    /// The interactions door's use case.
    pub progressive: Progressive,
    /// The commands door's use case.
    pub commands: Commands,
    /// Asking for more, from the console.
    pub requests: Requests,
    /// Handing out tokens.
    pub broker: Broker,
    /// Taking apps out.
    pub uninstall: Uninstall,
    /// Who did what.
    pub audit: Audit,
    /// How often a password may be tried.
    pub limits: Arc<SignInLimits>,
    /// The process's metrics.
    pub metrics: PrometheusHandle,
    /// Stopping, and what must end before.
    pub lifecycle: Lifecycle,
}

impl AppState {
    /// Puts the flows together.
    pub fn new(parts: Parts) -> Self {
        let Parts {
            house,
            settings,
            metrics,
            lifecycle,
        } = parts;
        Self {
            accounts: Accounts::new(house.clone(), settings.session_lifetime),
            keys: Keys::new(house.clone()),
            apps: Apps::new(house.clone()),
            browse: Browse::new(house.clone()),
            install: Install::new(house.clone()),
            ingest: Ingest::new(house.clone()),
            reconcile: Reconcile::new(house.clone()),
            progressive: Progressive::new(house.clone()),
            commands: Commands::new(house.clone()),
            requests: Requests::new(house.clone()),
            broker: Broker::new(house.clone()),
            uninstall: Uninstall::new(house.clone()),
            audit: Audit::new(house.clone()),
            limits: Arc::default(),
            settings: Arc::new(settings),
            house,
            metrics,
            lifecycle,
        }
    }
}

/// All doors and the page.
pub fn router(state: AppState) -> Router {
    let (rest, document) = OpenApiRouter::with_openapi(Description::openapi())
        .nest(
            rest::BASE,
            rest::router().layer(from_fn_with_state(state.clone(), layers::timeout::limit)),
        )
        .nest(rest::BASE, rest::stream_router())
        .split_for_parts();
    let document = Arc::new(document);
    let describe = get(async move || Json(document));
    let quick = slack::router()
        .merge(operations::router())
        .layer(from_fn_with_state(state.clone(), layers::timeout::limit));
    Router::new()
        .merge(rest)
        .route(&format!("{}/openapi.json", rest::BASE), describe)
        .merge(quick)
        .merge(slack::patient_router())
        .method_not_allowed_fallback(async || {
            ApiError::client(
                http::StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This address does not answer that method.",
            )
        })
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(state.settings.body_limit))
        .layer(from_fn_with_state(state.clone(), layers::host::check))
        .layer(CatchPanicLayer::custom(layers::panic::answer))
        .layer(from_fn_with_state(state.clone(), layers::headers::add))
        .layer(from_fn_with_state(state.clone(), layers::span::open))
        .with_state(state)
}
