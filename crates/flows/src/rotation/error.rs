//! `TokenError`: why there is no token to use, with a stable code.

use grantbook_core::{InstallationKey, Timestamp};
use grantbook_store::StoreError;

/// Why there is no token to use.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Nothing was ever received.
    #[error("no token of {0} is stored; install the app")]
    Missing(InstallationKey),
    /// Slack or an administrator ended it.
    #[error("the token of {0} was revoked; install the app again")]
    Revoked(InstallationKey),
    /// A refresh may have been answered without our knowing: only a person can repair that.
    #[error("the token of {installation} needs a new authorization ({problem}); install the app again")]
    NeedsReauthorization {
        /// Whose.
        installation: InstallationKey,
        /// Slack's code, or ours.
        problem: String,
    },
    /// Slack refuses the refresh token for good.
    #[error("the token of {installation} cannot be refreshed any more ({problem}); install the app again")]
    Exhausted {
        /// Whose.
        installation: InstallationKey,
        /// Slack's code.
        problem: String,
    },
    /// A refresh failed a moment ago; it is tried again later.
    #[error("the token of {installation} could not be refreshed ({problem}); the next try is at {until}")]
    CoolingDown {
        /// Whose.
        installation: InstallationKey,
        /// Slack's code, or ours.
        problem: String,
        /// When it is tried again.
        until: Timestamp,
    },
    /// Somebody else's refresh did not end in time.
    #[error("the token of {installation} is being refreshed and that takes long; try again in a moment")]
    Busy {
        /// Whose.
        installation: InstallationKey,
        /// When it is over at the latest: whoever is at it, or died over it, has lost the right to go on then.
        until: Timestamp,
    },
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

impl TokenError {
    /// Whether only installing the app again mends it.
    pub const fn needs_installation(&self) -> bool {
        match self {
            Self::Missing(_) | Self::Revoked(_) | Self::NeedsReauthorization { .. } | Self::Exhausted { .. } => true,
            Self::CoolingDown { .. } | Self::Busy { .. } | Self::Store(_) => false,
        }
    }

    /// The error as a stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "no_token",
            Self::Revoked(_) => "token_revoked",
            Self::NeedsReauthorization { .. } => "needs_reauthorization",
            Self::Exhausted { .. } => "refresh_exhausted",
            Self::CoolingDown { .. } => "refresh_cooling_down",
            Self::Busy { .. } => "refresh_busy",
            Self::Store(_) => "storage_unavailable",
        }
    }
}
