//! Tokens in words.

use grantbook_core::{
    Timestamp,
    grants::Status,
    view::{
        HolderTokenView, Model, ReceiptState, TokenKind, TokenState, TokenView, UninstallView, audit::TokenEventView,
    },
};

use super::time_words::{clock, duration, relative_in_sentence};

/// The holder of the token that is no person's.
pub const APP: &str = "app";

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

/// How one token stands and what comes next, in plain words.
pub fn outlook(token: &TokenView, now: Timestamp) -> String {
    let at = |moment: Timestamp| {
        let clock = clock(moment);
        format!("{clock} UTC, {}", relative_in_sentence(moment, now))
    };
    match (token.state, token.expires_at) {
        (TokenState::NeedsReauthorization, _) => {
            "Needs re-authorization: the answer to the last refresh was lost. Install again; grants stay.".to_owned()
        }
        (TokenState::Exhausted, _) => {
            let code = token
                .problem
                .as_deref()
                .map(|code| format!(" (`{code}`)"))
                .unwrap_or_default();
            format!("Needs re-authorization: Slack refuses to refresh it{code}. Install again; grants stay.")
        }
        (TokenState::Revoked, _) => "Revoked at Slack. Install again to get a new one.".to_owned(),
        (TokenState::Missing, _) => "Slack has not given one.".to_owned(),
        (TokenState::Live | TokenState::Expired, _) if token.problem.is_some() => {
            let code = token.problem.as_deref().unwrap_or_default();
            let again = token.retry_at.or(token.next_refresh_at);
            let again = again.map_or_else(|| "soon".to_owned(), |retry| format!("around {}", at(retry)));
            format!("The last refresh failed (`{code}`). It is tried again {again}.")
        }
        (TokenState::Live, Some(_)) if token.next_refresh_at.is_some() => {
            format!(
                "Refreshes by itself around {}.",
                at(token.next_refresh_at.unwrap_or(now))
            )
        }
        (TokenState::Live | TokenState::Expired, _) => format!("{}.", lifetime(token, now)),
    }
}

/// Whether only a new installation helps.
pub const fn needs_install(state: TokenState) -> bool {
    matches!(
        state,
        TokenState::NeedsReauthorization | TokenState::Exhausted | TokenState::Revoked | TokenState::Missing
    )
}

/// Whose token it is, and of which kind.
pub fn holder(view: &HolderTokenView) -> (String, &'static str) {
    let whose = if view.holder == APP {
        "The app’s own".to_owned()
    } else {
        let name = view.name.as_deref().filter(|name| !name.is_empty());
        name.map_or_else(
            || view.holder.clone(),
            |name| format!("@{}", name.trim_start_matches('@')),
        )
    };
    let rotates = view.token.expires_at.is_some();
    let kind = match (view.kind, rotates) {
        (TokenKind::Bot, false) => "bot",
        (TokenKind::Bot, true) => "bot, rotating",
        (TokenKind::User, false) => "user",
        (TokenKind::User, true) => "user, rotating",
        (TokenKind::Workspace, false) => "workspace",
        (TokenKind::Workspace, true) => "workspace, rotating",
    };
    (whose, kind)
}

/// What happened to a token, in words.
pub fn event(event: &TokenEventView) -> String {
    let code = event
        .code
        .as_deref()
        .map(|code| format!(": `{code}`"))
        .unwrap_or_default();
    let what = match event.what.as_str() {
        "issued" => "Received from Slack",
        "refreshed" => "Refreshed",
        "failed" => "A refresh failed",
        "lost" => "The answer to a refresh was lost",
        "interrupted" => "A refresh was interrupted",
        "revoked" => "Revoked",
        "brokered" => {
            let to = event.to.as_deref().map(super::audit::who).unwrap_or_default();
            return format!("Read by {to}");
        }
        other => return format!("`{other}`{code}"),
    };
    format!("{what}{code}")
}

/// How far something that was asked of Slack has come.
pub fn receipt(view: &UninstallView) -> String {
    let code = view
        .code
        .as_deref()
        .map(|code| format!(" (`{code}`)"))
        .unwrap_or_default();
    match view.state {
        ReceiptState::Requested => format!("Written down; it leaves for Slack next{code}."),
        ReceiptState::Sent => format!("Sent to Slack; waiting for its answer{code}."),
        ReceiptState::Acknowledged => "Slack agreed; waiting for its event.".to_owned(),
        ReceiptState::Seen => "Done: Slack’s own event has arrived.".to_owned(),
        ReceiptState::Failed => format!("Given up{code}. Take the app out at Slack."),
    }
}

/// Whether nothing more comes.
pub const fn is_settled(state: ReceiptState) -> bool {
    matches!(state, ReceiptState::Seen | ReceiptState::Failed)
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
            next_refresh_at: None,
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

    #[test]
    fn a_token_says_what_comes_next() {
        let now = "2026-11-21T22:40:00Z".parse().unwrap();
        let end = Some("2026-11-22T07:52:00Z");
        let mut live = token(TokenState::Live, "xoxe.xoxb-…", end);
        assert_eq!(outlook(&live, now), "Expires in 9 h 12 min.");
        live.next_refresh_at = Some("2026-11-22T05:52:00Z".parse().unwrap());
        assert_eq!(
            outlook(&live, now),
            "Refreshes by itself around 05:52 UTC, in 7 h 12 min."
        );
        live.problem = Some("ratelimited".to_owned());
        live.retry_at = Some("2026-11-21T22:41:00Z".parse().unwrap());
        assert_eq!(
            outlook(&live, now),
            "The last refresh failed (`ratelimited`). It is tried again around 22:41 UTC, in 1 min."
        );
        let lost = token(TokenState::NeedsReauthorization, "xoxe.xoxb-…", end);
        assert!(outlook(&lost, now).starts_with("Needs re-authorization: the answer to the last refresh was lost."));
        assert!(needs_install(lost.state) && !needs_install(live.state));
    }

    #[test]
    fn holders_are_the_app_or_people() {
        let mut view = HolderTokenView {
            holder: APP.to_owned(),
            name: None,
            kind: TokenKind::Bot,
            token: token(TokenState::Live, "xoxb-…", None),
        };
        assert_eq!(holder(&view), ("The app’s own".to_owned(), "bot"));
        view.holder = "U061F7AUR".to_owned();
        assert_eq!(holder(&view).0, "U061F7AUR");
        view.name = Some("izzy".to_owned());
        assert_eq!(holder(&view).0, "@izzy");
    }

    #[test]
    fn a_token_has_its_own_story() {
        let said = |what: &str, code: Option<&str>, to: Option<&str>| {
            event(&TokenEventView {
                id: 1,
                holder: APP.to_owned(),
                at: Timestamp::from_seconds(0),
                what: what.to_owned(),
                code: code.map(ToOwned::to_owned),
                to: to.map(ToOwned::to_owned),
                generation: 2,
            })
        };
        assert_eq!(
            said("failed", Some("invalid_auth"), None),
            "A refresh failed: `invalid_auth`"
        );
        assert_eq!(said("brokered", None, Some("key:4f2a")), "Read by API key 4f2a");
        assert_eq!(said("moved", None, None), "`moved`");
    }

    #[test]
    fn intent_is_not_success() {
        let view = |state, code: Option<&str>| UninstallView {
            state,
            code: code.map(ToOwned::to_owned),
            at: Timestamp::from_seconds(0),
            requested_at: Timestamp::from_seconds(0),
            who: "user:orla".to_owned(),
            reason: "unused".to_owned(),
            workspaces: Vec::new(),
        };
        assert_eq!(
            receipt(&view(ReceiptState::Acknowledged, None)),
            "Slack agreed; waiting for its event."
        );
        let failed = view(ReceiptState::Failed, Some("invalid_auth"));
        assert_eq!(
            receipt(&failed),
            "Given up (`invalid_auth`). Take the app out at Slack."
        );
        assert!(is_settled(failed.state) && !is_settled(ReceiptState::Sent));
    }
}
