//! Whose token, of which kind, and how it stands: the words of table `credentials`.

use std::{fmt, str::FromStr};

use grantbook_core::{UserId, ids::IdError, view::TokenKind};
use secrecy::{ExposeSecret as _, SecretString};

use super::NewToken;

/// Whose token it is, in one installation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// The app's: a workspace token or its bot's.
    App,
    /// A person's, with which the app acts for them.
    User(UserId),
}

impl Holder {
    const APP: &'static str = "app";

    /// The column's word: `app`, or the person's id.
    pub fn as_str(&self) -> &str {
        match self {
            Self::App => Self::APP,
            Self::User(user) => user.as_str(),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Holder {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text {
            Self::APP => Ok(Self::App),
            user => UserId::new(user).map(Self::User),
        }
    }
}

/// What kind of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// `xoxa-…`, of a workspace app; its refresh token `xoxr-…` serves any number of times.
    Workspace,
    /// `xoxb-…`, a bot's.
    Bot,
    /// `xoxp-…`, a person's.
    User,
}

impl CredentialKind {
    pub(crate) const ALL: [Self; 3] = [Self::Workspace, Self::Bot, Self::User];

    /// A stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Bot => "bot",
            Self::User => "user",
        }
    }

    /// Whether a refresh token of this kind may be spent only once.
    pub const fn single_use(self) -> bool {
        !matches!(self, Self::Workspace)
    }

    /// The kind by the tokens' prefixes. What has none that is known is taken for the kind that demands
    /// most care.
    pub(super) fn of(holder: &Holder, token: &NewToken) -> Self {
        let begins = |token: &SecretString, prefix: &str| token.expose_secret().starts_with(prefix);
        let reusable = token.refresh.as_ref().is_some_and(|refresh| begins(refresh, "xoxr-"));
        if matches!(holder, Holder::User(_)) {
            Self::User
        } else if reusable || (token.refresh.is_none() && begins(&token.access, "xoxa-")) {
            Self::Workspace
        } else if begins(&token.access, "xoxp-") || begins(&token.access, "xoxe.xoxp-") {
            Self::User
        } else {
            Self::Bot
        }
    }
}

impl From<CredentialKind> for TokenKind {
    fn from(kind: CredentialKind) -> Self {
        match kind {
            CredentialKind::Workspace => Self::Workspace,
            CredentialKind::Bot => Self::Bot,
            CredentialKind::User => Self::User,
        }
    }
}

/// How a credential stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialState {
    /// Works as far as is known, and is refreshed in time.
    Live,
    /// Its refresh token is spent, or Slack refuses it: only a person can help, by installing again.
    NeedsReauthorization,
    /// Slack refuses its refresh token for good. Storage would let a refresh be tried; the flow waits for a
    /// new install.
    Exhausted,
    /// It was revoked.
    Revoked,
}

impl CredentialState {
    pub(super) const ALL: [Self; 4] = [Self::Live, Self::NeedsReauthorization, Self::Exhausted, Self::Revoked];
    /// The states in which a refresh may be tried.
    pub(super) const REFRESHABLE: [&'static str; 2] = [Self::Live.as_str(), Self::Exhausted.as_str()];

    /// A stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::NeedsReauthorization => "needs_reauthorization",
            Self::Exhausted => "exhausted",
            Self::Revoked => "revoked",
        }
    }

    /// Whether a refresh may be tried.
    pub const fn refreshable(self) -> bool {
        matches!(self, Self::Live | Self::Exhausted)
    }
}

#[cfg(test)]
mod tests {
    use grantbook_core::Timestamp;

    use super::*;

    #[test]
    fn a_holder_reads_back_what_it_writes() {
        for word in ["app", "U061F7AUR", "W061F7AUR"] {
            assert_eq!(word.parse::<Holder>().unwrap().to_string(), word);
        }
        assert!("bot".parse::<Holder>().is_err());
    }

    #[test]
    fn the_kind_is_told_by_prefixes_and_in_doubt_is_the_stricter() {
        for (access, refresh, kind) in [
            ("xoxa-2-1", Some("xoxr-1"), CredentialKind::Workspace),
            ("xoxa-2-1", None, CredentialKind::Workspace),
            ("xoxb-1", None, CredentialKind::Bot),
            ("xoxe.xoxb-1-1", Some("xoxe-1-1"), CredentialKind::Bot),
            ("xoxe.xoxp-1-1", Some("xoxe-1-1"), CredentialKind::User),
            ("xoxa-2-1", Some("xoxe-1-1"), CredentialKind::Bot),
            ("else", Some("else"), CredentialKind::Bot),
        ] {
            let token = NewToken {
                access: access.into(),
                refresh: refresh.map(Into::into),
                issued_at: Timestamp::default(),
                expires_at: None,
            };
            assert_eq!(CredentialKind::of(&Holder::App, &token), kind, "{access} {refresh:?}");
            let person = Holder::User("U1".parse().unwrap());
            assert_eq!(CredentialKind::of(&person, &token), CredentialKind::User);
        }
    }
}
