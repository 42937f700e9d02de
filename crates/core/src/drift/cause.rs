//! The likely cause of a difference: a stable code, and a sentence that says how it is known.

use crate::{Fact, ResourceType, Timestamp, view::Model};

use super::{Difference, DriftKind, Evidence};

/// Why something differs, as far as the ledger can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It changed at Slack, and no event at all has come since then.
    NotListening {
        /// The last agreement, or the install.
        since: Option<Timestamp>,
    },
    /// Other events came since then, but not the one that tells of this.
    EventLost {
        /// The event that Slack sends.
        event: &'static str,
        /// The last agreement, or the install.
        since: Option<Timestamp>,
    },
    /// Other events come, but no event of this sort ever did.
    NeverSubscribed {
        /// The event that Slack sends.
        event: &'static str,
    },
    /// Slack sends no event of this.
    NoEventTells {
        /// The last agreement, or the install.
        since: Option<Timestamp>,
    },
    /// It was so before the lists were first compared: an install does not name it.
    BeforeFirstComparison,
    /// An authorization gave it that did not go through this console.
    AuthorizedElsewhere,
    /// Tokens were revoked, and it went with them.
    TokensRevoked {
        /// When.
        at: Timestamp,
    },
    /// The app was uninstalled.
    Uninstalled {
        /// When.
        at: Timestamp,
    },
    /// The token belongs to another app user: the app was installed again somewhere else.
    ReinstalledElsewhere,
    /// The app asks for it since it was changed, and was installed before that.
    DeclaredLater {
        /// The last authorization.
        installed: Option<Timestamp>,
    },
    /// The last authorization came after the app asked for it, and did not bring it.
    NotConsented {
        /// The last authorization.
        installed: Timestamp,
    },
    /// The last authorization brought it, and it is gone since.
    TakenSince {
        /// The last authorization.
        installed: Timestamp,
    },
    /// The last authorization brought it, and the app no longer asks for it.
    DeclaredNoLonger {
        /// The last authorization.
        installed: Timestamp,
    },
    /// A refresh may have been answered without our knowing.
    RefreshLost,
    /// Slack refuses to refresh the token for good.
    RefreshRefused,
    /// The token's lifetime is over, and it has no way to a new one.
    TokenExpired,
    /// There never was a token.
    NoToken,
    /// Slack refuses the token.
    TokenRefused {
        /// Slack's code.
        code: String,
    },
}

/// The likely cause of `difference`.
pub fn of(difference: &Difference, evidence: &Evidence<'_>) -> Cause {
    match difference.kind {
        DriftKind::ScopeMissingAtSlack => scope_missing(difference, evidence),
        DriftKind::ScopeUnknownToLedger => match evidence.model {
            // Scopes of a modern app come with an authorization only.
            Model::Modern => Cause::AuthorizedElsewhere,
            Model::Workspace => unheard(evidence, "scope_granted", |fact| {
                matches!(fact, Fact::ScopeGranted { .. })
            }),
        },
        DriftKind::DeclaredNotGranted => not_granted(difference, evidence),
        DriftKind::GrantedNotDeclared => match evidence.installed(difference.person.as_ref()) {
            Some((installed, scopes)) if difference.scope.as_ref().is_some_and(|scope| scopes.contains(scope)) => {
                Cause::DeclaredNoLonger { installed }
            }
            _ => Cause::AuthorizedElsewhere,
        },
        DriftKind::ResourceMissingAtSlack => match evidence.model {
            Model::Modern => unheard(evidence, left(difference), |fact| {
                matches!(fact, Fact::ConversationLeft { .. })
            }),
            Model::Workspace => unheard(evidence, "resources_removed", |fact| {
                matches!(fact, Fact::ResourcesRemoved { .. })
            }),
        },
        DriftKind::ResourceUnknownToLedger => match evidence.model {
            // `oauth.v2.access` names no memberships.
            Model::Modern if evidence.agreed_at.is_none() => Cause::BeforeFirstComparison,
            Model::Modern => unheard(evidence, "member_joined_channel", |fact| {
                matches!(fact, Fact::ConversationJoined { .. })
            }),
            Model::Workspace => unheard(evidence, "resources_added", |fact| {
                matches!(fact, Fact::ResourcesAdded { .. })
            }),
        },
        DriftKind::WorkspaceMissing => unheard(evidence, "team_access_revoked", |fact| {
            matches!(fact, Fact::TeamAccessRevoked { .. })
        }),
        DriftKind::WorkspaceUnknown if evidence.agreed_at.is_none() => Cause::BeforeFirstComparison,
        DriftKind::WorkspaceUnknown => unheard(evidence, "team_access_granted", |fact| {
            matches!(fact, Fact::TeamAccessGranted { .. })
        }),
        DriftKind::TokenDead => dead(difference, evidence),
        DriftKind::AppUserChanged => Cause::ReinstalledElsewhere,
    }
}

fn scope_missing(difference: &Difference, evidence: &Evidence<'_>) -> Cause {
    let person = difference.person.as_ref();
    let installed = evidence.installed(person).map(|(at, _)| at);
    match evidence.revoked(person) {
        Some(at) if Some(at) >= installed => return Cause::TokensRevoked { at },
        _ => {}
    }
    if evidence.other_app_user {
        return Cause::ReinstalledElsewhere;
    }
    let since = evidence.since();
    if evidence.was_listening() {
        Cause::NoEventTells { since }
    } else {
        Cause::NotListening { since }
    }
}

fn not_granted(difference: &Difference, evidence: &Evidence<'_>) -> Cause {
    let Some((installed, scopes)) = evidence.installed(difference.person.as_ref()) else {
        return Cause::DeclaredLater { installed: None };
    };
    if difference.scope.as_ref().is_some_and(|scope| scopes.contains(scope)) {
        return Cause::TakenSince { installed };
    }
    match evidence.declared_at {
        Some(declared) if declared <= installed => Cause::NotConsented { installed },
        _ => Cause::DeclaredLater {
            installed: Some(installed),
        },
    }
}

/// The event of this never came: nothing did, or nothing of its sort, or it alone was lost.
fn unheard(evidence: &Evidence<'_>, event: &'static str, such: impl Fn(&Fact) -> bool) -> Cause {
    let since = evidence.since();
    if evidence.other_app_user {
        Cause::ReinstalledElsewhere
    } else if !evidence.was_listening() {
        Cause::NotListening { since }
    } else if evidence.model == Model::Modern && evidence.last(such).is_none() {
        // Workspace apps are subscribed to their permission events; a modern app chooses its events.
        Cause::NeverSubscribed { event }
    } else {
        Cause::EventLost { event, since }
    }
}

fn left(difference: &Difference) -> &'static str {
    match difference.resource_type {
        Some(ResourceType::Group) => "group_left",
        _ => "channel_left",
    }
}

fn dead(difference: &Difference, evidence: &Evidence<'_>) -> Cause {
    let person = difference.person.as_ref();
    let installed = evidence.installed(person).map(|(at, _)| at);
    let after = |at: &Timestamp| Some(*at) >= installed;
    if let Some(at) = evidence.last(|fact| matches!(fact, Fact::Uninstalled)).filter(after) {
        return Cause::Uninstalled { at };
    }
    if let Some(at) = evidence.revoked(person).filter(after) {
        return Cause::TokensRevoked { at };
    }
    match evidence.refusal {
        Some("needs_reauthorization") => Cause::RefreshLost,
        Some("exhausted") => Cause::RefreshRefused,
        Some("expired") => Cause::TokenExpired,
        None | Some("missing") => Cause::NoToken,
        Some(code) => Cause::TokenRefused { code: code.to_owned() },
    }
}

impl Cause {
    /// The cause as a stable word.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotListening { .. } => "not_listening",
            Self::EventLost { .. } => "event_lost",
            Self::NeverSubscribed { .. } => "never_subscribed",
            Self::NoEventTells { .. } => "no_event_tells",
            Self::BeforeFirstComparison => "before_first_comparison",
            Self::AuthorizedElsewhere => "authorized_elsewhere",
            Self::TokensRevoked { .. } => "tokens_revoked",
            Self::Uninstalled { .. } => "uninstalled",
            Self::ReinstalledElsewhere => "reinstalled_elsewhere",
            Self::DeclaredLater { .. } => "declared_later",
            Self::NotConsented { .. } => "not_consented",
            Self::TakenSince { .. } => "taken_since",
            Self::DeclaredNoLonger { .. } => "declared_no_longer",
            Self::RefreshLost => "refresh_lost",
            Self::RefreshRefused => "refresh_refused",
            Self::TokenExpired => "token_expired",
            Self::NoToken => "no_token",
            Self::TokenRefused { .. } => "token_refused",
        }
    }

    /// The cause of a difference of this kind in a sentence.
    pub fn sentence(&self, kind: DriftKind) -> String {
        let changed = changed(kind);
        match self {
            Self::NotListening { since } => format!(
                "{changed} at Slack while this console was not listening: no event has come since {}.",
                moment(*since)
            ),
            Self::EventLost { event, since } => format!(
                "An event {event} was lost: {} at Slack after {}, and other events have come since.",
                lower(changed),
                moment(*since)
            ),
            Self::NeverSubscribed { event } => {
                format!("{changed} at Slack, and no event {event} has ever come: the app may not be subscribed to it.")
            }
            Self::NoEventTells { since } => format!(
                "{changed} at Slack after {}: Slack sends no event when a single scope goes.",
                moment(*since)
            ),
            Self::BeforeFirstComparison => {
                "It was so before Slack's lists were first read: an install does not name it.".to_owned()
            }
            Self::AuthorizedElsewhere => {
                "It came with an authorization that did not go through this console.".to_owned()
            }
            Self::TokensRevoked { at } => format!("Tokens were revoked at Slack on {}.", moment(Some(*at))),
            Self::Uninstalled { at } => format!("The app was uninstalled on {}.", moment(Some(*at))),
            Self::ReinstalledElsewhere => {
                "The token belongs to another app user than the one installed here: the app was installed again \
                 somewhere else."
                    .to_owned()
            }
            Self::DeclaredLater { installed } => format!(
                "The app asks for this since it was changed; it was installed before that, on {}.",
                moment(*installed)
            ),
            Self::NotConsented { installed } => format!(
                "The app asked for this when it was authorized on {}, and it was not granted.",
                moment(Some(*installed))
            ),
            Self::TakenSince { installed } => format!(
                "The authorization of {} brought it, and it was taken away at Slack since.",
                moment(Some(*installed))
            ),
            Self::DeclaredNoLonger { installed } => format!(
                "The app no longer asks for this; the authorization of {} brought it, and Slack keeps what was \
                 granted.",
                moment(Some(*installed))
            ),
            Self::RefreshLost => {
                "A refresh may have been answered without this console's knowing: only a new authorization helps."
                    .to_owned()
            }
            Self::RefreshRefused => "Slack refuses to refresh the token for good.".to_owned(),
            Self::TokenExpired => "The token's lifetime is over, and it cannot be refreshed.".to_owned(),
            Self::NoToken => "This console never received a token here.".to_owned(),
            Self::TokenRefused { code } => format!(
                "Slack refuses the token ({code}), and no event told why: it was revoked, or the app removed, while \
                 this console was not listening."
            ),
        }
    }
}

const fn changed(kind: DriftKind) -> &'static str {
    match kind {
        DriftKind::ScopeMissingAtSlack => "Revoked",
        DriftKind::ScopeUnknownToLedger | DriftKind::GrantedNotDeclared | DriftKind::DeclaredNotGranted => "Granted",
        DriftKind::ResourceMissingAtSlack | DriftKind::WorkspaceMissing => "Removed",
        DriftKind::ResourceUnknownToLedger | DriftKind::WorkspaceUnknown => "Added",
        DriftKind::TokenDead | DriftKind::AppUserChanged => "Changed",
    }
}

fn lower(changed: &str) -> String {
    format!("it was {}", changed.to_lowercase())
}

/// `3 March 2026, 14:05 UTC`.
fn moment(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "the beginning".to_owned(), Timestamp::in_words)
}
