//! The page that ends a request's trip through Slack's authorize page: thanks, or what did not work.
//!
//! Whoever answers need not be a user of this console, so the page says all that matters to them itself.

use axum::response::Response;
use grantbook_core::request::{RequestId, State, words};
use http::StatusCode;

use crate::{app::AppState, doors::pages::Note};

/// The page for a request that stands so now.
pub(super) fn page(app: &AppState, request: RequestId, state: &State) -> Response {
    let (title, text) = told(state);
    let slack = app.house.addresses.slack_url.as_str();
    let story = format!("/requests/{request}");
    Note {
        status: StatusCode::OK,
        title,
        text: &text,
        code: match state {
            State::Failed { code, .. } => Some(code),
            _ => None,
        },
        links: &[(slack, "Back to Slack"), (&story, "See the request")],
    }
    .into_response()
}

fn told(state: &State) -> (&'static str, String) {
    match state {
        State::Granted { .. } => (
            "Done",
            "The app may now do what it asked for. You can close this page.".to_owned(),
        ),
        State::PartlyGranted { granted, missing, .. } => (
            "Done, in part",
            format!(
                "The app got {} of the {} permissions that it asked for. You can close this page.",
                granted.len(),
                granted.len() + missing.len()
            ),
        ),
        State::Denied { .. } => (
            "Nothing was changed",
            "You said no, and what the app could do before it can still do. You can close this page.".to_owned(),
        ),
        State::Failed { code, .. } => ("Slack did not complete this", words::explain(code).to_owned()),
        State::Drafted
        | State::Offered { .. }
        | State::Triggered { .. }
        | State::Presented { .. }
        | State::Unanswered { .. }
        | State::Expired { .. } => (
            "There is no answer yet",
            "Slack has not told this console what you decided. The button in the message still works.".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use grantbook_core::{Scope, Timestamp};

    use super::*;

    #[test]
    fn what_was_left_out_is_counted() {
        let scopes = |text| Scope::parse_list(text).unwrap().into_iter().collect();
        let state = State::PartlyGranted {
            at: Timestamp::from_seconds(1),
            granted: scopes("commands"),
            missing: scopes("chat:write,channels:history"),
        };
        let (title, text) = told(&state);
        assert_eq!(title, "Done, in part");
        assert!(text.contains("1 of the 3"), "{text}");
    }

    #[test]
    fn a_failure_is_explained() {
        let state = State::Failed {
            at: Timestamp::from_seconds(1),
            code: "invalid_scope".to_owned(),
        };
        assert!(told(&state).1.ends_with('.'));
    }
}
