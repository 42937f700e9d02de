//! `Observed`: what an answer told of scopes and of itself, for whoever keeps watch.
//!
//! Drift shows in [`Observed::scopes`], and scopes that no call needs never show in [`Observed::accepted`].

use std::sync::Arc;

use grantbook_core::{InstallationKey, Scope};

use crate::error::CallError;

/// Told of every answer, also of those that are then asked for again. Must be quick: the call waits.
pub type Observer = Arc<dyn Fn(&Observed<'_>) + Send + Sync>;

/// One call that reached Slack, or tried to. Holds no token and no body.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// The method.
    pub method: &'a str,
    /// In whose name; none for an app's own calls, as `oauth.access`.
    pub installation: Option<&'a InstallationKey>,
    /// Whose token it was: `app`, or a person's id; none for an app's own calls.
    pub holder: Option<&'a str>,
    /// Any one of these scopes was enough (`x-accepted-oauth-scopes`); none where Slack did not say, as for
    /// methods that need no scope.
    pub accepted: Option<&'a [Scope]>,
    /// All scopes of the token (`x-oauth-scopes`); none where Slack did not say.
    pub scopes: Option<&'a [Scope]>,
    /// What went wrong, if anything.
    pub error: Option<&'a CallError>,
}

impl Observed<'_> {
    /// Whether the call succeeded.
    pub fn is_ok(&self) -> bool {
        self.error.is_none()
    }
}
