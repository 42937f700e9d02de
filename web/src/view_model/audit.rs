//! The audit log in words: who, what, and to what.

use grantbook_core::{AppSlug, InstallationKey, view::audit::AuditView};
use serde_json::Value;

use super::number::count;
use crate::address;

/// What can have been done, with the words before its subject.
pub const DEEDS: [(&str, &str); 23] = [
    ("token.brokered", "Read the token of"),
    ("slack.called", "Called Slack with the token of"),
    ("token.revoke_requested", "Asked Slack to revoke a token of"),
    ("token.revoked", "Slack revoked a token of"),
    ("token.revoke_failed", "Slack did not revoke a token of"),
    ("installation.uninstall_requested", "Asked Slack to uninstall"),
    ("installation.uninstall_accepted", "Slack agreed to uninstall"),
    ("installation.uninstall_failed", "Slack did not uninstall"),
    ("installation.reconciled", "Compared with Slack:"),
    ("drift.run_started", "Began to compare with Slack:"),
    ("drift.run_finished", "Compared with Slack:"),
    ("org_app.resolve_requested", "Decided for Slack to carry out about"),
    ("org_app.resolved", "Slack carried out a decision about"),
    ("org_app.resolve_failed", "Slack did not carry out a decision about"),
    ("org_app.change_accepted", "Accepted a change made elsewhere about"),
    ("app.added", "Added the app"),
    ("app.changed", "Changed the app"),
    ("app.secrets_replaced", "Rotated secrets of the app"),
    ("app.overlap_ended", "Ended the overlap of secrets of the app"),
    ("key.made", "Made the API key"),
    ("key.revoked", "Revoked the API key"),
    ("keys.rotated", "Rotated the encryption to"),
    ("keys.master_changed", "Changed the master key to"),
];

/// What was done, up to its subject; a deed that is not known here speaks for itself.
pub fn deed(what: &str) -> String {
    let known = DEEDS.iter().find(|(code, _)| *code == what);
    known.map_or_else(|| spelled(what), |(_, words)| (*words).to_owned())
}

/// `app.socket_opened` as words: `App socket opened:`.
fn spelled(code: &str) -> String {
    let text = code.replace(['.', '_'], " ");
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain([':']).collect()
}

/// The beginning of an id that is longer than one reads.
pub fn short(id: &str) -> String {
    match id.char_indices().nth(8) {
        Some((end, _)) => format!("{}…", id.get(..end).unwrap_or(id)),
        None => id.to_owned(),
    }
}

/// Who did it: `orla`, `API key 4f2a…`, `the command line`, `the console`.
pub fn who(who: &str) -> String {
    match who.split_once(':') {
        Some(("user", name)) => name.to_owned(),
        Some(("key", id)) => format!("API key {}", short(id)),
        _ if who == "cli" => "the command line".to_owned(),
        _ if who == "console" => "the console".to_owned(),
        _ => who.to_owned(),
    }
}

/// What it was done to, for people, and the page about it where there is one.
pub fn subject(subject: &str) -> (String, Option<String>) {
    let Some((kind, id)) = subject.split_once(':') else {
        if subject == "drift" {
            return ("every installation".to_owned(), Some(address::DRIFT.to_owned()));
        }
        return (subject.to_owned(), None);
    };
    match kind {
        "installation" => match id.parse::<InstallationKey>() {
            Ok(key) => (
                format!("{} in {}", key.app, key.tenant),
                Some(address::workspace(&key.tenant, Some(&key.app))),
            ),
            Err(_) => (id.to_owned(), None),
        },
        "app" => (
            id.to_owned(),
            id.parse::<AppSlug>().ok().map(|slug| address::app(&slug)),
        ),
        "org_app" => match id
            .split_once('.')
            .map(|(enterprise, app)| (enterprise.parse(), app.parse()))
        {
            Some((Ok(enterprise), Ok(app))) => (
                format!("{app} in {enterprise}"),
                Some(address::org_app(&enterprise, &app)),
            ),
            _ => (id.to_owned(), None),
        },
        "key" => (short(id), Some(address::KEYS.to_owned())),
        "data_key" => (format!("data key {id}"), Some(address::KEYS.to_owned())),
        "master_key" => (id.to_owned(), Some(address::KEYS.to_owned())),
        _ => (id.to_owned(), None),
    }
}

/// What else there is to say at once: the name of a key, the reason that was given, Slack's code.
pub fn note(view: &AuditView) -> Option<String> {
    let text = |name: &str| {
        view.detail
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let parts = [
        text("name").map(ToOwned::to_owned),
        text("reason").map(|reason| format!("“{reason}”")),
        text("method").map(|method| match view.detail.get("calls").and_then(Value::as_u64) {
            Some(calls) if calls > 1 => format!("{method}, {}", count(calls, "call")),
            _ => method.to_owned(),
        }),
        text("code").map(|code| format!("Slack’s code: {code}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(what: &str, detail: Value) -> AuditView {
        AuditView {
            id: 1,
            at: "2026-11-21T22:28:04Z".parse().unwrap(),
            who: "user:orla".to_owned(),
            what: what.to_owned(),
            subject: "installation:insectoid.T061EG9R6".to_owned(),
            detail,
        }
    }

    #[test]
    fn deeds_are_words_even_those_that_are_not_known() {
        assert_eq!(deed("token.brokered"), "Read the token of");
        assert_eq!(deed("app.socket_opened"), "App socket opened:");
    }

    #[test]
    fn people_keys_and_the_command_line_are_told_apart() {
        assert_eq!(who("key:be53a123ac8d2cec"), "API key be53a123…");
        let names = ["user:orla", "key:4f2a", "cli", "console", "sweep"].map(who);
        assert_eq!(
            names,
            ["orla", "API key 4f2a", "the command line", "the console", "sweep"]
        );
    }

    #[test]
    fn subjects_lead_to_their_pages() {
        let (text, href) = subject("installation:insectoid.T061EG9R6");
        assert_eq!(text, "insectoid in T061EG9R6");
        assert_eq!(href.as_deref(), Some("/workspaces/T061EG9R6?app=insectoid"));
        assert_eq!(
            subject("app:atlas"),
            ("atlas".to_owned(), Some("/apps/atlas".to_owned()))
        );
        assert_eq!(
            subject("data_key:3"),
            ("data key 3".to_owned(), Some("/keys".to_owned()))
        );
        assert_eq!(subject("somewhere"), ("somewhere".to_owned(), None));
    }

    #[test]
    fn reasons_and_codes_stand_beside_the_deed() {
        let failed = line(
            "installation.uninstall_failed",
            json!({ "reason": "not used any more", "code": "ratelimited" }),
        );
        assert_eq!(note(&failed).unwrap(), "“not used any more”, Slack’s code: ratelimited");
        let called = line("slack.called", json!({ "method": "users.info", "calls": 3 }));
        assert_eq!(note(&called).unwrap(), "users.info, 3 calls");
        assert_eq!(note(&line("key.revoked", json!({}))), None);
    }
}
