//! Pages whose code comes when they are first opened.
//!
//! What every visit needs is in the first module: the frame, sign-in, the list of workspaces. The rest is cut
//! off here, one module for each group of pages that are used together; code that several groups share is cut
//! off as well, and comes with the first of them. The router keeps the page before on the screen until the code
//! is there.

use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use leptos_router::LazyRoute;

use crate::{client::UiError, components::ErrorBox};

use super::{
    app::AppPage, app_request::AppRequestPage, apps::AppsPage, ask::AskPage, audit::AuditPage, drift::DriftPage,
    history::HistoryPage, keys::KeysPage, org_app::OrgAppPage, org_apps::OrgAppsPage, queue::QueuePage,
    reports::ReportsPage, request::RequestPage, requests::RequestsPage, rules::RulesPage,
    rules_version::RulesVersionPage, rules_versions::RulesVersionsPage, setup::SetupPage, strays::StraysPage,
    unused::UnusedPage, wizard::WizardPage, workspace::WorkspacePage,
};

/// Stands where a page would be whose code did not come.
fn missing() -> AnyView {
    let error = UiError {
        status: 0,
        rules: None,
        code: "page_not_loaded".to_owned(),
        detail: "Either the console cannot be reached, or it was updated since this page was opened. Nothing was \
                 changed."
            .to_owned(),
    };
    let retry = Callback::new(|()| reload());
    view! { <ErrorBox title="This page could not be loaded" error on_retry=retry/> }.into_any()
}

/// Loads everything anew: after an update the files of the page have other names.
fn reload() {
    if let Some(window) = web_sys::window() {
        window.location().reload().ok();
    }
}

macro_rules! lazy {
    ($($(#[$doc:meta])* $route:ident = $page:ident in $module:ident as $load:ident, $preload:ident;)*) => {$(
        #[wasm_split($module, wasm_split_path = ::leptos::wasm_split, preload($preload), fallible)]
        fn $load() -> Result<AnyView, SplitLoaderError> {
            Ok($page().into_any())
        }

        $(#[$doc])*
        #[derive(Debug)]
        pub struct $route;

        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_this: Self) -> AnyView {
                $load().await.unwrap_or_else(|_| missing())
            }

            async fn preload() {
                // What cannot be had now is asked for again by the view, which says so.
                $preload().await.ok();
            }
        }
    )*};
}

lazy! {
    /// One workspace.
    Workspace = WorkspacePage in workspace as workspace_page, preload_workspace_page;
    /// The list of requests.
    Requests = RequestsPage in requests as requests_page, preload_requests_page;
    /// The story of a request.
    Request = RequestPage in requests as request_page, preload_request_page;
    /// Presses that belong to no request.
    Strays = StraysPage in requests as strays_page, preload_strays_page;
    /// A new request.
    Ask = AskPage in requests as ask_page, preload_ask_page;
    /// The approval queue.
    Queue = QueuePage in queue as queue_page, preload_queue_page;
    /// One app request.
    AppRequest = AppRequestPage in queue as app_request_page, preload_app_request_page;
    /// Everything that happened to permissions.
    History = HistoryPage in records as history_page, preload_history_page;
    /// Everything that somebody did here.
    Audit = AuditPage in records as audit_page, preload_audit_page;
    /// Where ledger, manifest and Slack differ.
    Drift = DriftPage in drift as drift_page, preload_drift_page;
    /// Scopes that no call needed.
    Unused = UnusedPage in drift as unused_page, preload_unused_page;
    /// The apps of organizations.
    OrgApps = OrgAppsPage in org_apps as org_apps_page, preload_org_apps_page;
    /// One of them.
    OrgApp = OrgAppPage in org_apps as org_app_page, preload_org_app_page;
    /// Reports about decisions.
    Reports = ReportsPage in reports as reports_page, preload_reports_page;
    /// The registered apps.
    Apps = AppsPage in apps as apps_page, preload_apps_page;
    /// A new app, step by step.
    Wizard = WizardPage in apps as wizard_page, preload_wizard_page;
    /// One app.
    App = AppPage in apps as app_page, preload_app_page;
    /// Encryption and API keys.
    Keys = KeysPage in apps as keys_page, preload_keys_page;
    /// The editor of the approval rules.
    Rules = RulesPage in rules as rules_page, preload_rules_page;
    /// Their versions.
    RulesVersions = RulesVersionsPage in rules as rules_versions_page, preload_rules_versions_page;
    /// One version.
    RulesVersion = RulesVersionPage in rules as rules_version_page, preload_rules_version_page;
    /// The first administrator.
    Setup = SetupPage in setup as setup_page, preload_setup_page;
}
