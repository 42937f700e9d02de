//! The words of a request that came without any: made from the catalogue's lines about the scopes.

use std::fmt::Write as _;

use grantbook_core::{
    Scope, catalogue,
    request::{
        Kind,
        compose::{LONGEST_BUTTON, LONGEST_MESSAGE, kind_of},
    },
    view::{Model, requests::NewRequest},
};

/// What every message ends with.
const PROMISE: &str = "Nothing changes unless you say yes.";
/// The catalogue's own words for the app, which would read oddly in the app's message.
const APP: [&str; 2] = ["@your_slack_app", "your slack app"];
/// How the catalogue begins some of its lines.
const OPENINGS: [&str; 7] = [
    "Workspace apps: ",
    "Deprecated: ",
    "Grants permission to ",
    "Allows your slack app to ",
    "Allow your slack app to ",
    "your slack app will be able to ",
    "Your slack app will be able to ",
];

/// Message and button of a draft: its own, or made from its scopes.
pub(super) fn of(draft: &NewRequest, app: &str, model: Model) -> (String, String) {
    let personal = kind_of(model, &draft.scopes) == Ok(Kind::Personal);
    let scopes: Vec<&Scope> = draft.scopes.iter().collect();
    (
        draft.message.clone().unwrap_or_else(|| message(app, &scopes, personal)),
        draft.button.clone().unwrap_or_else(|| button(&scopes)),
    )
}

/// What stands on the button: plain, since buttons show no marks.
fn button(scopes: &[&Scope]) -> String {
    let text = match scopes {
        [scope] if scope.as_str() == "commands" => "Add commands".to_owned(),
        [scope] => format!("Allow {scope}"),
        scopes => format!("Allow {} permissions", scopes.len()),
    };
    if text.chars().count() > LONGEST_BUTTON {
        return "Allow this permission".to_owned();
    }
    text
}

fn message(app: &str, scopes: &[&Scope], personal: bool) -> String {
    let (one, many) = if personal {
        (", to act for you", " to act for you")
    } else {
        ("", "")
    };
    match scopes {
        [] => String::new(),
        [scope] => match described(scope, app) {
            Some(does) => format!("{app} would like to {does}. This needs the permission `{scope}`{one}. {PROMISE}"),
            None => format!("{app} asks for the permission `{scope}`{one}. {PROMISE}"),
        },
        scopes => {
            let opening = format!("{app} asks for {} permissions{many}:", scopes.len());
            let long = listed(&opening, scopes, |scope| described(scope, app));
            if long.chars().count() <= LONGEST_MESSAGE {
                return long;
            }
            listed(&opening, scopes, |_| None)
        }
    }
}

fn listed(opening: &str, scopes: &[&Scope], line: impl Fn(&Scope) -> Option<String>) -> String {
    let mut text = opening.to_owned();
    for scope in scopes {
        // Writing to a text cannot fail.
        let _ = match line(scope) {
            Some(does) => write!(text, "\n• `{scope}`: {does}"),
            None => write!(text, "\n• `{scope}`"),
        };
    }
    format!("{text}\n{PROMISE}")
}

/// What a scope is for, to stand after "would like to".
fn described(scope: &Scope, app: &str) -> Option<String> {
    if scope.as_str() == "commands" {
        return Some("add its slash commands, so that people can call it by typing".to_owned());
    }
    let published = catalogue::find(scope)?.description.trim();
    let line = OPENINGS
        .iter()
        .find_map(|opening| published.strip_prefix(opening))
        .unwrap_or(published)
        .trim_end_matches('.');
    if line.is_empty() {
        return None;
    }
    let line = line
        .replace(APP[0], &format!("@{app}"))
        .replace(APP[1], app)
        .replace("a user who granted it", "you")
        .replace("_Legacy_", "");
    Some(lowered(line.trim()))
}

/// With a small first letter, unless the first word is written in capitals.
fn lowered(line: &str) -> String {
    let mut letters = line.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), second) if second.is_none_or(|second| !second.is_uppercase()) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn draft(scopes: &str) -> NewRequest {
        NewRequest {
            installation: "insectoid.T061EG9R6".parse().unwrap(),
            user: None,
            channel: None,
            scopes: Scope::parse_list(scopes).unwrap().into_iter().collect(),
            optional: BTreeSet::new(),
            message: None,
            button: None,
            again_of: None,
        }
    }

    fn words(scopes: &str) -> (String, String) {
        of(&draft(scopes), "Insectoid", Model::Workspace)
    }

    #[test]
    fn one_scope_is_asked_for_in_one_sentence() {
        let (message, button) = words("commands");
        assert_eq!(
            message,
            "Insectoid would like to add its slash commands, so that people can call it by typing. \
             This needs the permission `commands`. Nothing changes unless you say yes."
        );
        assert_eq!(button, "Add commands");
        let (message, button) = words("dnd:write:user");
        assert_eq!(
            message,
            "Insectoid would like to change Do Not Disturb settings for you. \
             This needs the permission `dnd:write:user`, to act for you. Nothing changes unless you say yes."
        );
        assert_eq!(button, "Allow dnd:write:user");
    }

    #[test]
    fn several_scopes_are_listed_each_with_its_line() {
        let (message, button) = words("commands,pins:read,made:up");
        assert_eq!(
            message,
            "Insectoid asks for 3 permissions:\n\
             • `commands`: add its slash commands, so that people can call it by typing\n\
             • `made:up`\n\
             • `pins:read`: view pinned content in channels and conversations that Insectoid has been added to\n\
             Nothing changes unless you say yes."
        );
        assert_eq!(button, "Allow 3 permissions");
    }

    #[test]
    fn own_words_are_kept_even_when_they_are_empty() {
        let draft = NewRequest {
            message: Some(String::new()),
            button: Some("Go".to_owned()),
            ..draft("commands")
        };
        let words = of(&draft, "Insectoid", Model::Workspace);
        assert_eq!(words, (String::new(), "Go".to_owned()));
    }

    #[test]
    fn made_words_fit_whatever_is_asked_for() {
        let all: Vec<&str> = catalogue::all().iter().map(|info| info.name).collect();
        for names in all.chunks(30) {
            let (message, button) = words(&names.join(","));
            assert!(message.chars().count() <= LONGEST_MESSAGE && button.chars().count() <= LONGEST_BUTTON);
            assert!(
                !message.contains("your slack app") && !message.contains("your_slack_app"),
                "{message}"
            );
        }
        let long = format!("x:{}", "y".repeat(80));
        assert_eq!(words(&long).1, "Allow this permission");
    }
}
