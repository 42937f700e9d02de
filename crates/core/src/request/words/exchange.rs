//! The codes of today's authorize step: of `oauth.v2.access`, and ours for what it should not answer.

/// Codes by which the authorize page or the exchange after it ends.
pub(super) const EXCHANGE: &[(&str, &str)] = &[
    (
        "invalid_code",
        "Slack did not accept the code that its page handed out. Nothing was changed; use the link in the message again.",
    ),
    (
        "code_already_used",
        "The code from Slack's page was used before. Nothing was changed by it; use the link in the message again.",
    ),
    (
        "bad_client_secret",
        "The app's client secret is not the one Slack has. Correct it in the app's settings here, then use the link again.",
    ),
    (
        "invalid_client_id",
        "Slack knows no app with this client id. Correct it in the app's settings here, then use the link again.",
    ),
    (
        "bad_redirect_uri",
        "The console's callback is not registered with the app at Slack. Add it there, then use the link again.",
    ),
    (
        "no_scopes",
        "The person left out every scope, so that nothing was granted. The link in the message still works.",
    ),
    (
        "oauth_authorization_url_mismatch",
        "The app is installed by the other version of OAuth. Register it here as what it is at Slack.",
    ),
    (
        "wrong_app",
        "Slack's answer is for another app. Compare client id and app id in the app's settings here.",
    ),
    (
        "no_code",
        "Slack's page came back without a code. Nothing was changed; use the link in the message again.",
    ),
];
