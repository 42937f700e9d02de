//! Why an action is refused.

use grantbook_core::{ResourceId, ResourceType, Scope, TeamId, UserId};

use crate::state::ConsentError;

/// Why an action was refused. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// No such app.
    #[error("there is no app {0:?}")]
    NoApp(String),
    /// No such workspace.
    #[error("there is no workspace {0}")]
    NoTeam(TeamId),
    /// No such person, or not in this workspace.
    #[error("there is no person {0} in this workspace")]
    NoUser(UserId),
    /// No such conversation in this workspace, or the person cannot see it.
    #[error("there is no conversation {0} here that this person can see")]
    NoConversation(ResourceId),
    /// The app is not installed in this workspace.
    #[error("the app is not installed in this workspace")]
    NotInstalled,
    /// No scopes named.
    #[error("no scope was named")]
    NoScopes,
    /// A scope that workspace apps cannot have.
    #[error("{0} is no scope of a workspace app")]
    InvalidScope(Scope),
    /// User scopes and app scopes together.
    #[error("scopes that people grant one by one cannot be mixed with the app's own")]
    MixedScope,
    /// It is so already.
    #[error("nothing would change")]
    NothingChanges,
    /// A type that cannot be granted as a whole.
    #[error("resources of type {0} cannot be granted as a whole")]
    NoWildcard(ResourceType),
    /// An exception without a rule.
    #[error("resources of type {0} are not granted as a whole, so none can be excluded")]
    NotWildcard(ResourceType),
    /// No such dialog.
    #[error("there is no dialog {0}")]
    NoDialog(String),
    /// Somebody was faster.
    #[error("the dialog {0} is answered already")]
    Answered(String),
    /// A dialog allows what it asks for, or less.
    #[error("the dialog does not ask for {0}")]
    NotAsked(Scope),
    /// No such message there.
    #[error("there is no message {0} here that this person can see")]
    NoMessage(String),
    /// No such button, menu or choice in the message.
    #[error("the message has no {0:?} to press")]
    NoElement(String),
    /// Nobody has this command here.
    #[error("{0} is not a valid command")]
    NoCommand(String),
    /// Something that only workspace apps can be given or denied.
    #[error("only workspace apps know this: an app of today asks for scopes by its consent page")]
    WorkspaceAppsOnly,
    /// A scope that cannot be unticked on the consent page.
    #[error("{0} is not one of the scopes that may be unticked")]
    NotOptional(Scope),
    /// Somebody who does not administer the organization.
    #[error("{0} does not administer the organization")]
    NotOrgAdmin(UserId),
    /// Token rotation stays on.
    #[error("token rotation cannot be switched off again")]
    RotationStays,
    /// The consent was malformed.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// A scope that the app does not want.
    #[error("the app does not want {0}")]
    NotWantedByApp(Scope),
    /// The app is restricted.
    #[error("the app is restricted here")]
    RequestDenied,
    /// The app must be asked for.
    #[error("the app is not approved here: ask for it")]
    RequestEligible,
    /// The same person has asked for it, and nobody has decided.
    #[error("this person has asked for the app already")]
    RequestPending,
    /// There is nothing to ask for.
    #[error("the app is approved here")]
    AlreadyApproved,
    /// No such request, or another person's.
    #[error("there is no request {0} of this person")]
    NoRequest(String),
    /// Somebody was faster.
    #[error("the request {0} is decided already")]
    RequestResolved(String),
    /// An app that is installed by its consent page.
    #[error("this app is installed by its consent page")]
    InstallByConsent,
    /// `single_channel` without exactly one channel.
    #[error("choose one channel")]
    OneChannel,
}

impl ActionError {
    /// A stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoApp(_) => "no_app",
            Self::NoTeam(_) => "no_team",
            Self::NoUser(_) => "no_user",
            Self::NoConversation(_) => "no_conversation",
            Self::NotInstalled => "not_installed",
            Self::NoScopes => "no_scopes",
            Self::InvalidScope(_) => "invalid_scope",
            Self::MixedScope => "mixed_scope",
            Self::NothingChanges => "nothing_changes",
            Self::NoWildcard(_) => "no_wildcard",
            Self::NotWildcard(_) => "not_wildcard",
            Self::NoDialog(_) => "no_dialog",
            Self::Answered(_) => "answered",
            Self::NotAsked(_) => "not_asked",
            Self::NoMessage(_) => "no_message",
            Self::NoElement(_) => "no_element",
            Self::NoCommand(_) => "no_command",
            Self::WorkspaceAppsOnly => "workspace_apps_only",
            Self::NotOptional(_) => "not_optional",
            Self::NotOrgAdmin(_) => "not_an_admin",
            Self::RotationStays => "rotation_stays",
            Self::Consent(error) => error.code(),
            Self::NotWantedByApp(_) => "not_wanted",
            Self::RequestDenied => "app_approval_request_denied",
            Self::RequestEligible => "app_approval_request_eligible",
            Self::RequestPending => "app_approval_request_pending",
            Self::AlreadyApproved => "already_approved",
            Self::NoRequest(_) => "no_request",
            Self::RequestResolved(_) => "request_already_resolved",
            Self::InstallByConsent => "install_by_consent",
            Self::OneChannel => "one_channel",
        }
    }
}
