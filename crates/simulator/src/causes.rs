//! Every refusal and warning of the Permissions API's tables, and what brings it about here.
//!
//! `docs/simulator.md` shows the same list with the request or action that produces each.

/// A refusal or a warning, and a real cause of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The name, as in `trigger_exchanged`.
    pub code: &'static str,
    /// Where it can come from.
    pub methods: &'static [&'static str],
    /// What brings it about.
    pub sentence: &'static str,
}

/// All six.
const ALL: &[&str] = &[
    "apps.permissions.info",
    "apps.permissions.request",
    "apps.permissions.resources.list",
    "apps.permissions.scopes.list",
    "apps.permissions.users.list",
    "apps.permissions.users.request",
];

/// The two that open a dialog.
const REQUESTS: &[&str] = &["apps.permissions.request", "apps.permissions.users.request"];

/// The two that page.
const LISTS: &[&str] = &["apps.permissions.resources.list", "apps.permissions.users.list"];

const fn cause(code: &'static str, methods: &'static [&'static str], sentence: &'static str) -> Cause {
    Cause {
        code,
        methods,
        sentence,
    }
}

/// Every refusal and warning, in the order of the tables.
pub fn causes() -> &'static [Cause] {
    CAUSES
}

const CAUSES: &[Cause] = &[
    cause(
        "invalid_trigger",
        REQUESTS,
        "the trigger is malformed, unknown, another app's or another workspace's, or more than three seconds old",
    ),
    cause("trigger_exchanged", REQUESTS, "the trigger has opened a dialog before"),
    cause(
        "invalid_scope",
        REQUESTS,
        "`scopes` is empty, or names a scope that workspace apps never had, such as `bot`",
    ),
    cause(
        "mixed_scope",
        REQUESTS,
        "`scopes` has people's own scopes beside the app's, or `users.request` asks for one of the app's",
    ),
    cause(
        "invalid_user",
        REQUESTS,
        "whoever made the trigger, or the `user` named, is unknown, gone, of another workspace, or an app's own user",
    ),
    cause("invalid_cursor", LISTS, "the cursor was not handed out by the method"),
    cause("not_authed", ALL, "no token in header, query or form"),
    cause(
        "invalid_auth",
        ALL,
        "the token is unknown, or a rotating one past its hour",
    ),
    cause("account_inactive", ALL, "the circumstance `workspace_deleted`"),
    cause(
        "token_revoked",
        ALL,
        "the app was uninstalled, or its tokens were revoked",
    ),
    cause(
        "no_permission",
        REQUESTS,
        "the token reaches nothing any more: the last conversation was taken from the app",
    ),
    cause("org_login_required", ALL, "the circumstance `migration_pending`"),
    cause("ekm_access_denied", ALL, "the circumstance `ekm_suspended`"),
    cause(
        "missing_scope",
        ALL,
        "`X-Slack-User` names a person who has granted nothing to the app",
    ),
    cause(
        "not_allowed_token_type",
        ALL,
        "the token is a refresh token, a bot's or a person's",
    ),
    cause("method_deprecated", ALL, "the circumstance `workspace_apps_retired`"),
    cause(
        "deprecated_endpoint",
        ALL,
        "the method is called below the retired prefix `/api/v1/`",
    ),
    cause(
        "two_factor_setup_required",
        ALL,
        "the circumstance `two_factor_required`, while whoever allowed the app has no second factor",
    ),
    cause(
        "enterprise_is_restricted",
        ALL,
        "the circumstance `enterprise_restricted` for the method",
    ),
    cause("is_bot", ALL, "`X-Slack-User` names the app's own user"),
    cause(
        "invalid_arguments",
        REQUESTS,
        "`scopes`, `trigger_id` or `user` was not sent",
    ),
    cause(
        "invalid_arg_name",
        ALL,
        "an argument's name has other characters than letters, digits and `_`, or more than 128",
    ),
    cause(
        "invalid_array_arg",
        ALL,
        "an argument is called `scopes[]` or `scopes[0]`",
    ),
    cause(
        "invalid_charset",
        ALL,
        "the Content-Type names a charset other than utf-8 and iso-8859-1",
    ),
    cause(
        "invalid_form_data",
        ALL,
        "the form has a broken percent escape or is no utf-8, or a multipart body has no boundary or no end",
    ),
    cause(
        "invalid_post_type",
        ALL,
        "the Content-Type is not one of Slack's four, or is JSON, which these methods do not take",
    ),
    cause("missing_post_type", ALL, "a POST has a body and no Content-Type"),
    cause("team_added_to_org", ALL, "the circumstance `migration_under_way`"),
    cause("invalid_json", ALL, "the body is called JSON and is not"),
    cause("json_not_object", ALL, "the body is JSON, but no object"),
    cause(
        "ratelimited",
        ALL,
        "more than forty calls in a minute, by app, workspace and method",
    ),
    cause("accesslimited", ALL, "the circumstance `network_restricted`"),
    cause(
        "request_timeout",
        ALL,
        "less of the body arrives, within two seconds, than Content-Length announced",
    ),
    cause(
        "upgrade_required",
        ALL,
        "the circumstance `client_too_old` matches the User-Agent",
    ),
    cause(
        "service_unavailable",
        ALL,
        "the circumstance `incident` of kind `service_unavailable`",
    ),
    cause(
        "fatal_error",
        ALL,
        "the circumstance `incident` of kind `fatal_error`; the deed is done all the same",
    ),
    cause(
        "internal_error",
        ALL,
        "the circumstance `incident` of kind `internal_error`; nothing is done",
    ),
    cause(
        "missing_charset",
        ALL,
        "a warning: the body is text or JSON, without a charset",
    ),
    cause(
        "superfluous_charset",
        ALL,
        "a warning: the body is a form, with a charset",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The names in the tables of the page of `apps.permissions.request`.
    const PAGE: &str = "invalid_trigger trigger_exchanged invalid_scope mixed_scope invalid_user not_authed \
        invalid_auth account_inactive token_revoked no_permission org_login_required ekm_access_denied \
        missing_scope not_allowed_token_type method_deprecated deprecated_endpoint two_factor_setup_required \
        enterprise_is_restricted is_bot invalid_arguments invalid_arg_name invalid_array_arg invalid_charset \
        invalid_form_data invalid_post_type missing_post_type team_added_to_org invalid_json json_not_object \
        ratelimited accesslimited request_timeout upgrade_required service_unavailable fatal_error \
        internal_error missing_charset superfluous_charset";

    #[test]
    fn every_name_of_the_page_has_a_cause_and_the_manual_shows_it() {
        let manual = include_str!("../../../docs/simulator.md");
        for name in PAGE.split_whitespace() {
            let listed = causes().iter().filter(|cause| cause.code == name).count();
            assert_eq!(listed, 1, "{name}");
        }
        for cause in causes() {
            assert!(manual.contains(&format!("| `{}` |", cause.code)), "{}", cause.code);
        }
        assert_eq!(
            causes().len(),
            PAGE.split_whitespace().count() + 1,
            "and invalid_cursor of the lists"
        );
    }
}
