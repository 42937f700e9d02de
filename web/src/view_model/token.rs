//! Tokens in words.

use grantbook_core::{
    Timestamp,
    grants::Status,
    view::{Model, TokenState, TokenView},
};

use super::time_words::{duration, relative_in_sentence};

/// Soon enough to say so in amber: a rotation ought to have happened by then.
const SOON: i64 = 2 * 3_600;

/// The state in one word.
pub const fn state(state: TokenState) -> &'static str {
    match state {
        TokenState::Live => "Live",
        TokenState::Expired => "Expired",
        TokenState::Revoked => "Revoked",
        TokenState::NeedsReauthorization => "Needs re-authorization",
        TokenState::Exhausted => "Cannot be refreshed",
        TokenState::Missing => "Missing",
    }
}

/// What kind of token its first letters tell; one with an end is exchanged for the next before it.
pub fn kind(token: &TokenView) -> String {
    let Some(hint) = token.hint.as_deref() else {
        return "none received".to_owned();
    };
    let kinds = [
        ("xoxe.xoxb-", "bot"),
        ("xoxe.xoxp-", "user"),
        ("xoxa-", "workspace"),
        ("xoxb-", "bot"),
        ("xoxp-", "user"),
        ("xapp-", "app-level"),
    ];
    let found = kinds.iter().find(|(prefix, _)| hint.starts_with(prefix));
    match found {
        Some((_, kind)) if token.expires_at.is_some() => format!("{kind}, rotating"),
        Some((_, kind)) => (*kind).to_owned(),
        None => "of a kind not known here".to_owned(),
    }
}

/// How long it lasts, in a sentence.
pub fn lifetime(token: &TokenView, now: Timestamp) -> String {
    match (token.state, token.expires_at) {
        (TokenState::Missing, _) => "Slack has not given one".to_owned(),
        (TokenState::Revoked, _) => "Revoked at Slack; install again to get one".to_owned(),
        (TokenState::NeedsReauthorization, _) => {
            "The answer to a refresh was lost; install again to get a new one, grants stay".to_owned()
        }
        (TokenState::Exhausted, _) => {
            "Slack refuses to refresh it; install again to get a new one, grants stay".to_owned()
        }
        (TokenState::Expired, Some(at)) => format!("Expired {}", relative_in_sentence(at, now)),
        (TokenState::Expired, None) => "Its lifetime is over".to_owned(),
        (TokenState::Live, Some(at)) if at.seconds() <= now.seconds() => "Expires now".to_owned(),
        (TokenState::Live, Some(at)) if token.problem.is_some() => format!(
            "Expires in {}; the last refresh failed ({}) and is tried again",
            duration(at.seconds() - now.seconds()),
            token.problem.as_deref().unwrap_or_default()
        ),
        (TokenState::Live, Some(at)) => format!("Expires in {}", duration(at.seconds() - now.seconds())),
        (TokenState::Live, None) => "Does not expire".to_owned(),
    }
}

/// Whether it ends within two hours.
pub fn ends_soon(token: &TokenView, now: Timestamp) -> bool {
    let left = token.expires_at.map(|at| at.seconds() - now.seconds());
    token.state == TokenState::Live && left.is_some_and(|left| left < SOON)
}

/// The permission model: its name, its tag, and what it means for scopes.
pub const fn model(model: Model) -> (&'static str, &'static str, &'static str) {
    match model {
        Model::Workspace => (
            "Workspace app",
            "legacy",
            "Scopes apply to every resource of their type",
        ),
        Model::Modern => ("Granular app", "modern", "Scopes apply to the whole workspace"),
    }
}

/// Whether it is installed, in one word.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Unknown => "Unknown",
        Status::Installed => "Installed",
        Status::Revoked => "Revoked",
        Status::Uninstalled => "Uninstalled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(state: TokenState, hint: &str, expires: Option<&str>) -> TokenView {
        TokenView {
            state,
            hint: Some(hint.to_owned()),
            issued_at: None,
            expires_at: expires.map(|text| text.parse().unwrap()),
            key_id: Some(7),
            problem: None,
            retry_at: None,
        }
    }

    #[test]
    fn lifetimes_count_down_and_say_when_they_are_over() {
        let now = "2026-11-21T22:40:00Z".parse().unwrap();
        let words = |state, expires| lifetime(&token(state, "xoxa-2-…", expires), now);
        assert_eq!(
            words(TokenState::Live, Some("2026-11-22T07:52:00Z")),
            "Expires in 9 h 12 min"
        );
        assert_eq!(words(TokenState::Live, Some("2026-11-21T22:40:00Z")), "Expires now");
        assert_eq!(words(TokenState::Live, None), "Does not expire");
        assert_eq!(
            words(TokenState::Expired, Some("2026-11-21T21:40:00Z")),
            "Expired 1 h ago"
        );
        assert_eq!(
            words(TokenState::Expired, Some("2026-10-21T21:40:00Z")),
            "Expired on 21 Oct 2026"
        );
        assert!(ends_soon(
            &token(TokenState::Live, "xoxa-2-…", Some("2026-11-21T23:40:00Z")),
            now
        ));
        assert!(!ends_soon(&token(TokenState::Live, "xoxa-2-…", None), now));
    }

    #[test]
    fn the_first_letters_tell_the_kind_and_an_end_that_it_rotates() {
        let end = Some("2026-11-22T07:52:00Z");
        let kinds = [
            ("xoxa-2-…", end),
            ("xoxa-2-…", None),
            ("xoxb-…", None),
            ("xoxe.xoxb-…", end),
            ("zzz-…", end),
        ]
        .map(|(hint, end)| kind(&token(TokenState::Live, hint, end)));
        assert_eq!(
            kinds,
            [
                "workspace, rotating",
                "workspace",
                "bot",
                "bot, rotating",
                "of a kind not known here"
            ]
        );
    }
}
