//! `ErrorCode`: the names of Slack's refusals, in one table.
//!
//! To add one: a line in the table. Names that are not there still arrive, as [`ErrorCode::Other`].

use std::{convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! error_codes {
    ($($variant:ident = $name:literal: $meaning:literal,)*) => {
        /// The `error` of an answer with `ok: false`.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $name, "`: ", $meaning)] $variant,)*
            /// A name that the table does not have.
            Other(String),
        }

        impl ErrorCode {
            /// Every name in the table.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as Slack spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }
        }

        impl From<&str> for ErrorCode {
            fn from(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    _ => Self::Other(name.to_owned()),
                }
            }
        }
    };
}

error_codes! {
    // Every method.
    NotAuthed = "not_authed": "no token was sent.",
    InvalidAuth = "invalid_auth": "the token is wrong or, for a workspace token, expired; or the address is not allowed.",
    AccountInactive = "account_inactive": "the user or workspace is deleted (bot token).",
    TokenRevoked = "token_revoked": "the user or workspace is deleted or the app was removed (user token).",
    TokenExpired = "token_expired": "a rotating token is past its end.",
    NoPermission = "no_permission": "the workspace token has no permission for this resource.",
    MissingScope = "missing_scope": "the token lacks a scope; `needed` and `provided` say which.",
    NotAllowedTokenType = "not_allowed_token_type": "the method takes another kind of token.",
    OrgLoginRequired = "org_login_required": "the workspace is moving into an organization.",
    TeamAddedToOrg = "team_added_to_org": "the workspace is moving into an organization.",
    EkmAccessDenied = "ekm_access_denied": "administrators have suspended this.",
    AccessDenied = "access_denied": "access to the resource is denied.",
    AccessLimited = "accesslimited": "the method is limited on this network.",
    TwoFactorSetupRequired = "two_factor_setup_required": "the user must set up a second factor.",
    EnterpriseIsRestricted = "enterprise_is_restricted": "the method cannot be called from an organization.",
    IsBot = "is_bot": "the method cannot be called by a bot user.",
    TeamAccessNotGranted = "team_access_not_granted": "the organization's token was not given this workspace.",
    MethodDeprecated = "method_deprecated": "the method is retired.",
    DeprecatedEndpoint = "deprecated_endpoint": "the address is retired.",
    UnknownMethod = "unknown_method": "there is no such method.",
    UpgradeRequired = "upgrade_required": "the calling application must be upgraded.",
    InvalidArguments = "invalid_arguments": "an argument is wrong.",
    InvalidArgName = "invalid_arg_name": "an argument's name is malformed.",
    InvalidArrayArg = "invalid_array_arg": "an argument is an array.",
    InvalidCharset = "invalid_charset": "the body's charset is neither utf-8 nor iso-8859-1.",
    InvalidFormData = "invalid_form_data": "the form is missing or malformed.",
    InvalidPostType = "invalid_post_type": "the body's type is not accepted.",
    MissingPostType = "missing_post_type": "the body has no type.",
    InvalidJson = "invalid_json": "the body is not JSON.",
    JsonNotObject = "json_not_object": "the body is JSON but not an object.",
    RequestTimeout = "request_timeout": "the body was missing or cut short.",
    RateLimited = "ratelimited": "too many calls; `Retry-After` says when to come back.",
    ServiceUnavailable = "service_unavailable": "Slack is temporarily unavailable.",
    FatalError = "fatal_error": "Slack failed; part of the operation may have succeeded.",
    InternalError = "internal_error": "Slack failed, probably for a moment; part may have succeeded.",

    // The Permissions API and its triggers.
    InvalidTrigger = "invalid_trigger": "the trigger is wrong or too old.",
    InvalidTriggerId = "invalid_trigger_id": "the trigger is wrong or too old, as one example and `views.open` spell it.",
    TriggerExchanged = "trigger_exchanged": "the trigger was already used.",
    ExchangedTriggerId = "exchanged_trigger_id": "the trigger was already used, as `views.open` spells it.",
    TriggerExpired = "trigger_expired": "more than three seconds went by (`dialog.open`).",
    ExpiredTriggerId = "expired_trigger_id": "more than three seconds went by (`views.open`).",
    InvalidScope = "invalid_scope": "a scope is wrong.",
    MixedScope = "mixed_scope": "scopes of different types in one request.",
    InvalidUser = "invalid_user": "there is no valid user to ask.",
    InvalidCursor = "invalid_cursor": "the cursor is wrong or too old.",
    InvalidLimit = "invalid_limit": "a page cannot be of that size.",

    // Socket Mode and what concerns an app as a whole.
    ForbiddenTeam = "forbidden_team": "the workspace cannot use the method.",
    InsecureRequest = "insecure_request": "the method takes POST only.",
    MissingArgs = "missing_args": "no app-level token was sent.",
    AuthMismatch = "auth_mismatch": "the event belongs to another app.",
    InvalidEventContext = "invalid_event_context": "there is no such event.",

    // OAuth.
    InvalidClientId = "invalid_client_id": "there is no such app.",
    BadClientSecret = "bad_client_secret": "the app's secret is wrong.",
    InvalidCode = "invalid_code": "the code is wrong or too old.",
    CodeAlreadyUsed = "code_already_used": "the code was already exchanged.",
    BadRedirectUri = "bad_redirect_uri": "the address differs from the one of the authorize step.",
    OauthAuthorizationUrlMismatch = "oauth_authorization_url_mismatch": "the code was made by the other version of OAuth.",
    InvalidToken = "invalid_token": "the refresh token is wrong.",
    InvalidRefreshToken = "invalid_refresh_token": "the refresh token is wrong or used.",
    InvalidGrantType = "invalid_grant_type": "the grant type is not one of Slack's.",
    MissingResource = "missing_resource": "no resource was chosen.",
    UserEmailUnverified = "user_email_unverified": "the user has not confirmed an e-mail address.",
    NotBearerToken = "not_bearer_token": "the token is not of a kind that can be revoked.",
    ClientIdTokenMismatch = "client_id_token_mismatch": "the token belongs to another app.",

    InvalidCodeVerifier = "invalid_code_verifier": "the PKCE verifier does not belong to the code.",
    PkceNotAllowed = "pkce_not_allowed": "the app does not use PKCE.",
    NoScopes = "no_scopes": "no scopes were asked for.",
    NoUserScopes = "no_user_scopes": "no user scopes were asked for.",
    NoBotScopesRequested = "no_bot_scopes_requested": "an organization was asked for user scopes alone.",
    NotImplemented = "not_implemented": "Slack does not do this yet.",
    PreviewFeatureNotAvailable = "preview_feature_not_available": "the app uses something that is not for everybody yet.",
    InvalidTeamForNonDistributedApp = "invalid_team_for_non_distributed_app": "the app is for its own workspace only.",
    ScopeNotAllowedOnEnterprise = "scope_not_allowed_on_enterprise": "a scope cannot be given by a whole organization.",
    UnapprovedScope = "unapproved_scope": "a scope that Slack has not approved the app for.",
    AuthorizationNotFound = "authorization_not_found": "the token to exchange belongs to no installation.",
    TokenAlreadyExchanged = "token_already_exchanged": "the token has become a rotating pair before.",
    TokenRotationNotEnabled = "token_rotation_not_enabled": "the app does not rotate its tokens.",
    CannotInstallAnOrgInstalledApp = "cannot_install_an_org_installed_app": "the app is installed in the whole organization.",

    // Conversations, people, messages, workspaces.
    ChannelNotFound = "channel_not_found": "there is no such conversation, or it is hidden.",
    NotInChannel = "not_in_channel": "the app is not a member.",
    IsArchived = "is_archived": "the conversation is archived.",
    MessageTooLong = "msg_too_long": "the text is too long.",
    NoText = "no_text": "the message is empty.",
    TooManyAttachments = "too_many_attachments": "a message has at most 100 attachments.",
    AsUserNotSupported = "as_user_not_supported": "a workspace app cannot post as a person.",
    CantUpdateMessage = "cant_update_message": "the message is not the caller's.",
    MessageNotFound = "message_not_found": "there is no such message.",
    EditWindowClosed = "edit_window_closed": "the message is too old to be edited.",
    InvalidAttachments = "invalid_attachments": "the attachments are malformed.",
    InvalidBlocks = "invalid_blocks": "the blocks are not valid.",
    InvalidBlocksFormat = "invalid_blocks_format": "the blocks are not Block Kit.",
    UserNotInChannel = "user_not_in_channel": "the person is not in the conversation.",
    RestrictedAction = "restricted_action": "a setting of the workspace forbids it.",
    InvalidTypes = "invalid_types": "a kind of conversation is not one of Slack's.",
    MissingArgument = "missing_argument": "an argument is missing.",
    UsersListNotSupplied = "users_list_not_supplied": "nobody was named.",
    NotEnoughUsers = "not_enough_users": "too few people were named.",
    TooManyUsers = "too_many_users": "more than eight people were named.",
    UserDisabled = "user_disabled": "the person's account is disabled.",
    MethodNotSupportedForChannelType = "method_not_supported_for_channel_type": "not for this kind of conversation.",
    UserNotFound = "user_not_found": "there is no such person.",
    UserNotVisible = "user_not_visible": "the person is hidden from the caller.",
    TeamNotFound = "team_not_found": "there is no such workspace.",

    // Approving apps, and asking for them.
    RequestAlreadyResolved = "request_already_resolved": "somebody has decided about the request, or it was taken back.",
    InvalidRequestId = "invalid_request_id": "there is no such request for an app.",
    AppRestrictedOrgWide = "app_restricted_org_wide": "the organization restricts the app, so no workspace can approve it.",
    OrgResolutionRequired = "org_resolution_required": "only the organization can decide about the app.",
    NoResolutionFound = "no_resolution_found": "nothing is decided about the app at this level.",
    InvalidAppId = "invalid_app_id": "there is no such app.",
    NotAnAdmin = "not_an_admin": "the person administers nothing here.",
    EnterpriseNotFound = "enterprise_not_found": "there is no such organization.",
    FeatureNotEnabled = "feature_not_enabled": "the organization cannot use the methods for administrators.",
    AppManagementAppNotInstalledOnOrg = "app_management_app_not_installed_on_org": "the calling app is not installed in the organization.",
    AppApprovalRequestEligible = "app_approval_request_eligible": "an administrator must approve the app, and may be asked.",
    AppApprovalRequestPending = "app_approval_request_pending": "an administrator was asked and has not decided.",
    AppApprovalRequestDenied = "app_approval_request_denied": "the app is restricted.",
}

impl ErrorCode {
    /// Whether the token itself is the trouble: refresh it, or ask for a new authorization.
    pub fn is_token_trouble(&self) -> bool {
        matches!(
            self,
            Self::NotAuthed | Self::InvalidAuth | Self::AccountInactive | Self::TokenRevoked | Self::TokenExpired
        )
    }

    /// Whether a refresh token is good for nothing any more: only a new authorization helps.
    ///
    /// `oauth.access` says `invalid_token`, `oauth.v2.access` says `invalid_refresh_token`.
    pub fn is_refresh_trouble(&self) -> bool {
        matches!(self, Self::InvalidRefreshToken | Self::InvalidToken)
    }

    /// Whether a trigger was wrong. The page of `apps.permissions.request` has both spellings.
    pub fn is_invalid_trigger(&self) -> bool {
        matches!(self, Self::InvalidTrigger | Self::InvalidTriggerId)
    }

    /// Whether a trigger came later than three seconds after the click, where a method says so.
    ///
    /// `apps.permissions.request` has no name for it and answers as for a wrong trigger.
    pub fn is_expired_trigger(&self) -> bool {
        matches!(self, Self::TriggerExpired | Self::ExpiredTriggerId)
    }

    /// Whether a trigger was used before.
    pub fn is_spent_trigger(&self) -> bool {
        matches!(self, Self::TriggerExchanged | Self::ExchangedTriggerId)
    }

    /// Whether the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::ServiceUnavailable
                | Self::FatalError
                | Self::InternalError
                | Self::RequestTimeout
                | Self::OrgLoginRequired
                | Self::TeamAddedToOrg
        )
    }

    /// Whether Slack failed in the middle, so that part of the operation may stand.
    pub fn may_have_happened(&self) -> bool {
        matches!(self, Self::FatalError | Self::InternalError | Self::ServiceUnavailable)
    }

    /// Whether a text can be the name of a refusal at all.
    pub(crate) fn is_well_formed(name: &str) -> bool {
        (1..=100).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ErrorCode {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::from(name))
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Self::from(name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_reads_back_as_itself() {
        for code in ErrorCode::KNOWN {
            assert_eq!(&ErrorCode::from(code.as_str()), code);
            assert!(ErrorCode::is_well_formed(code.as_str()), "{code}");
        }
        let names: BTreeSet<_> = ErrorCode::KNOWN.iter().map(ErrorCode::as_str).collect();
        assert_eq!(names.len(), ErrorCode::KNOWN.len());
        assert_eq!(ErrorCode::from("brand_new"), ErrorCode::Other("brand_new".to_owned()));
    }

    #[test]
    fn both_spellings_of_a_wrong_trigger_are_one() {
        assert!(ErrorCode::from("invalid_trigger").is_invalid_trigger());
        assert!(ErrorCode::from("invalid_trigger_id").is_invalid_trigger());
        assert!(!ErrorCode::from("trigger_exchanged").is_invalid_trigger());
    }

    #[test]
    fn every_error_of_oauth_token_and_socket_methods_is_known() {
        let pages = "invalid_client_id bad_client_secret invalid_code bad_redirect_uri code_already_used \
            oauth_authorization_url_mismatch invalid_token missing_resource user_email_unverified ratelimited \
            internal_error cannot_install_an_org_installed_app invalid_grant_type invalid_refresh_token no_scopes \
            preview_feature_not_available pkce_not_allowed invalid_code_verifier no_user_scopes not_implemented \
            authorization_not_found token_already_exchanged token_rotation_not_enabled access_denied invalid_scope \
            invalid_team_for_non_distributed_app scope_not_allowed_on_enterprise unapproved_scope \
            no_bot_scopes_requested invalid_auth not_authed not_bearer_token client_id_token_mismatch no_permission \
            invalid_cursor invalid_limit auth_mismatch invalid_event_context forbidden_team insecure_request \
            missing_args invalid_types missing_argument method_not_supported_for_channel_type missing_scope \
            team_access_not_granted";
        for name in pages.split_whitespace() {
            assert!(!matches!(ErrorCode::from(name), ErrorCode::Other(_)), "{name}");
        }
    }

    #[test]
    fn every_error_of_the_permission_request_page_is_known() {
        let page = "invalid_trigger trigger_exchanged invalid_scope mixed_scope invalid_user not_authed invalid_auth \
            account_inactive token_revoked no_permission org_login_required ekm_access_denied missing_scope \
            not_allowed_token_type method_deprecated deprecated_endpoint two_factor_setup_required \
            enterprise_is_restricted is_bot invalid_arguments invalid_arg_name invalid_array_arg invalid_charset \
            invalid_form_data invalid_post_type missing_post_type team_added_to_org invalid_json json_not_object \
            ratelimited accesslimited request_timeout upgrade_required service_unavailable fatal_error internal_error \
            invalid_trigger_id";
        for name in page.split_whitespace() {
            assert!(!matches!(ErrorCode::from(name), ErrorCode::Other(_)), "{name}");
        }
    }
}
