//! The console as one router: flows in, doors out. Tests run it in-process.

use std::{ops::Deref, sync::Arc};

use axum::{Router, extract::DefaultBodyLimit, middleware::from_fn_with_state, routing::get};
use grantbook_flows::{
    House,
    accounts::Accounts,
    approvals::{Approvals, OrgApps, Queue, rules::RuleBook},
    apps::Apps,
    audit::Audit,
    broker::Broker,
    browse::Browse,
    commands::Commands,
    drift::Drift,
    ingest::Ingest,
    install::Install,
    keys::Keys,
    progressive::Progressive,
    proxy::Proxy,
    reconcile::Reconcile,
    requests::Requests,
    revoke::Revoke,
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
    layers::{self, span::RequestIds},
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

/// What handlers share. Cheap to clone: each request does so several times.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Doors>);

impl Deref for AppState {
    type Target = Doors;

    fn deref(&self) -> &Doors {
        &self.0
    }
}

/// The flows behind the doors, and what the doors need besides.
#[derive(Debug)]
pub struct Doors {
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
    /// The apps of organizations, alarms about them, and reports.
    pub org_apps: OrgApps,
    /// The reading use cases.
    pub browse: Browse,
    /// The install doors' use case.
    pub install: Install,
    /// The events door's use case.
    pub ingest: Ingest,
    /// What comparing found, and what nobody uses.
    pub drift: Drift,
    /// Comparing with Slack's own lists.
    pub reconcile: Reconcile,
    /// The interactions door's use case.
    pub progressive: Progressive,
    /// The commands door's use case.
    pub commands: Commands,
    /// Asking for more, from the console.
    pub requests: Requests,
    /// The versions of the approval rules.
    pub rules: RuleBook,
    /// The queue of app requests, to be read.
    pub queue: Queue,
    /// Deciding app requests.
    pub approvals: Approvals,
    /// Handing out tokens.
    pub broker: Broker,
    /// Calling Slack for others.
    pub proxy: Proxy,
    /// Taking apps out.
    pub uninstall: Uninstall,
    /// Ending single tokens.
    pub revoke: Revoke,
    /// Who did what.
    pub audit: Audit,
    /// How often a password may be tried.
    pub limits: Arc<SignInLimits>,
    /// Names for requests.
    pub request_ids: RequestIds,
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
        Self(Arc::new(Doors {
            accounts: Accounts::new(house.clone(), settings.session_lifetime),
            keys: Keys::new(house.clone()),
            apps: Apps::new(house.clone()),
            org_apps: OrgApps::new(house.clone()),
            browse: Browse::new(house.clone()),
            install: Install::new(house.clone()),
            ingest: Ingest::new(house.clone()),
            drift: Drift::new(house.clone()),
            reconcile: Reconcile::new(house.clone()),
            progressive: Progressive::new(house.clone()),
            commands: Commands::new(house.clone()),
            requests: Requests::new(house.clone()),
            rules: RuleBook::new(house.clone()),
            queue: Queue::new(house.clone()),
            approvals: Approvals::new(house.clone()),
            broker: Broker::new(house.clone()),
            proxy: Proxy::new(house.clone()),
            uninstall: Uninstall::new(house.clone()),
            revoke: Revoke::new(house.clone()),
            audit: Audit::new(house.clone()),
            limits: Arc::default(),
            request_ids: RequestIds::new(house.ids.id()),
            settings: Arc::new(settings),
            house,
            metrics,
            lifecycle,
        }))
    }
}

/// All doors and the page.
pub fn router(state: AppState) -> Router {
    let (rest, document) = OpenApiRouter::with_openapi(Description::openapi())
        .nest(
            rest::BASE,
            rest::router().layer(from_fn_with_state(state.clone(), layers::timeout::limit)),
        )
        .nest(rest::BASE, rest::patient_router())
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
        .layer(CatchPanicLayer::custom(layers::panic::answer))
        .layer(from_fn_with_state(state.clone(), layers::door::pass))
        .with_state(state)
}
