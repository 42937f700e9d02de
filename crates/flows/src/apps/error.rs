//! Why an app cannot be added or changed.

use grantbook_core::{
    AppSlug,
    view::apps::{LONGEST_OVERLAP_HOURS, MOST_CONNECTIONS},
};
use grantbook_store::StoreError;

/// A setting that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// Something required is empty.
    #[error("{0} is empty; copy it from the app's page at Slack")]
    Empty(&'static str),
    /// An address of the REST door has this name.
    #[error("an app cannot be named `manifest` in addresses")]
    ReservedSlug,
    /// More than Slack allows.
    #[error("an app has at most {MOST_CONNECTIONS} Socket Mode connections")]
    Connections,
    /// Socket Mode without a token.
    #[error("Socket Mode needs an app-level token (xapp-…) with the scope connections:write")]
    NoAppToken,
    /// A token of another kind.
    #[error("this is not an app-level token: those begin with xapp-; make one under Basic Information at Slack")]
    NotAnAppToken,
    /// Longer than a week.
    #[error("the secrets before stay good for {LONGEST_OVERLAP_HOURS} hours at most")]
    Overlap,
    /// Neither of the two.
    #[error("name a new client secret, a new signing secret, or both")]
    NoSecret,
}

impl SettingError {
    /// The error as a stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty(_) => "field_empty",
            Self::ReservedSlug => "slug_reserved",
            Self::Connections => "too_many_connections",
            Self::NoAppToken => "app_token_missing",
            Self::NotAnAppToken => "not_an_app_token",
            Self::Overlap => "overlap_too_long",
            Self::NoSecret => "no_secret",
        }
    }
}

/// Why an app cannot be added.
#[derive(Debug, thiserror::Error)]
pub enum AddAppError {
    /// The slug is taken.
    #[error("an app with the slug {0} exists already")]
    SlugTaken(AppSlug),
    /// The app is registered under another slug.
    #[error("this Slack app is registered already")]
    AppTaken,
    /// A setting makes no sense.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// Why an app was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeAppError {
    /// No app has this slug.
    #[error("no app named {0} is registered here")]
    NotFound(AppSlug),
    /// A setting makes no sense.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}
