//! Rows in which the call is damaged on its way, or Slack itself is in trouble.

use axum::http::header;
use serde_json::{Value, json};

use super::{Cause, Row, row, warning};
use crate::request_errors::between::Sent;

fn content_type(sent: &mut Sent, value: &str) {
    sent.set(header::CONTENT_TYPE, value);
}

/// What happens to a call on its way, and where the workspace is going.
pub(super) fn bodies() -> Vec<Row> {
    vec![
        row(
            "invalid_arguments",
            Cause::Bent(|sent| sent.body = "scopes=commands".to_owned()),
            "an argument is lost on its way",
        ),
        row(
            "invalid_arg_name",
            Cause::Bent(|sent| sent.replace("scopes=", "scopes-wanted=")),
            "an argument's name is damaged on its way",
        ),
        row(
            "invalid_array_arg",
            Cause::Bent(|sent| sent.replace("scopes=", "scopes%5B%5D=")),
            "an argument becomes an array on its way",
        ),
        row(
            "invalid_charset",
            Cause::Bent(|sent| content_type(sent, "application/x-www-form-urlencoded; charset=iso-8859-15")),
            "the charset is changed on its way",
        ),
        row(
            "invalid_form_data",
            Cause::Bent(|sent| sent.replace("scopes=", "scopes=%zz")),
            "the form is damaged on its way",
        ),
        row(
            "invalid_post_type",
            Cause::Bent(|sent| content_type(sent, "application/xml")),
            "the content type is changed on its way",
        ),
        row(
            "missing_post_type",
            Cause::Bent(|sent| drop(sent.headers.remove(header::CONTENT_TYPE))),
            "the content type is lost on its way",
        ),
        row(
            "team_added_to_org",
            Cause::While(|_| json!({ "circumstance": "migration_under_way" })),
            "the workspace is moving into an organization",
        ),
        row(
            "invalid_json",
            Cause::Bent(|sent| {
                content_type(sent, "application/json; charset=utf-8");
                sent.body = "{".to_owned();
            }),
            "the form is turned into broken JSON on its way",
        ),
        row(
            "json_not_object",
            Cause::Bent(|sent| {
                content_type(sent, "application/json; charset=utf-8");
                sent.body = "[1]".to_owned();
            }),
            "the form is turned into a JSON list on its way",
        ),
    ]
}

/// What is the matter with Slack, and its warnings.
pub(super) fn slack_itself() -> Vec<Row> {
    vec![
        row("ratelimited", Cause::Busy, "forty other calls in the same minute"),
        row(
            "accesslimited",
            Cause::While(|_| json!({ "circumstance": "network_restricted" })),
            "the workspace is closed to the console's network",
        ),
        row(
            "request_timeout",
            Cause::Bent(|sent| sent.cut_short = true),
            "the call's body is cut short on its way",
        ),
        row(
            "upgrade_required",
            Cause::While(|_| json!({ "circumstance": "client_too_old", "user_agent": "grantbook/" })),
            "Slack takes the console for too old",
        ),
        row(
            "service_unavailable",
            Cause::While(|_| incident("service_unavailable")),
            "Slack is down",
        ),
        Row {
            dialogs: 1,
            ..row(
                "fatal_error",
                Cause::While(|_| incident("fatal_error")),
                "Slack breaks down after it has shown the dialog",
            )
        },
        row(
            "internal_error",
            Cause::While(|_| incident("internal_error")),
            "Slack breaks down before it does anything",
        ),
        warning(
            "missing_charset",
            Cause::Bent(|sent| {
                sent.path = format!("{}?{}", sent.path, sent.body);
                sent.body = "plain".to_owned();
                content_type(sent, "text/plain");
            }),
            "the form is turned into text without a charset on its way",
        ),
        warning(
            "superfluous_charset",
            Cause::Bent(|sent| content_type(sent, "application/x-www-form-urlencoded; charset=utf-8")),
            "a charset is added on its way",
        ),
    ]
}

fn incident(kind: &str) -> Value {
    json!({ "circumstance": "incident", "kind": kind, "method": "apps.permissions.request" })
}
