//! The one way to the server: a function per call of the REST door. Nothing else on the page fetches.
//!
//! Failures are [`UiError`]s that carry the problem document's code and sentence. A 401 ends the
//! session, whoever caused it: see [`when_signed_out`].

mod apps;
mod audit;
mod drift;
mod error;
mod grants;
mod http;
mod keys;
mod org_apps;
mod queue;
mod remote;
mod requests;
mod rules;
mod session;
mod stream;
mod workspaces;

pub use apps::{
    add_app, app, apps, change_app, change_secrets, end_overlap, installs, manifest, manifest_of, test_app,
};
pub use audit::{audit, audit_csv, encryption, token_events};
pub use drift::{drift_run, drift_summary, drifts, drifts_csv, run_drift, unused_of, unused_scopes};
pub use error::UiError;
pub use grants::{check, grants, history, history_csv, installation_history, reconcile};
pub use http::when_signed_out;
pub use keys::{NewKey, create_key, keys, revoke_key};
pub use org_apps::{
    accept_alarm, app_alarms, approval_report, approval_report_csv, decide_org_app, org_app, org_apps, org_apps_csv,
};
pub use queue::{app_request, app_requests, app_requests_csv, ask_why, decide, decide_many, queue_summary};
pub use remote::{Remote, remote, remote_keeping};
pub use requests::{again, ask, people, preview, request, requests, requests_csv, strays};
pub use rules::{
    backtest, check_rules, disagreements, flips_csv, import_rules, rewrite_rules, rules, rules_versions, save_rules,
    shadow_rules, step_rules,
};
pub use session::{demo_sign_in, session, set_up, sign_in, sign_out, welcome};
pub use stream::{Live, LiveState, Notice, use_live};
pub use workspaces::{
    installation, installations, revoke_token, uninstall, uninstalling, workspace, workspaces, workspaces_csv,
};
