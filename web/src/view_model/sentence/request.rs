//! Sentences about permission requests.

use grantbook_core::view::requests::RequestView;

use super::{Segment, Words};
use crate::view_model::names;

/// `Insectoid asked @izzy for commands`; a person's own slash command asks the other way round.
pub fn request_title(request: &RequestView) -> Vec<Segment> {
    let words = Words::default().actor(&request.app_name).text(" asked ");
    let words = match (&request.user, &request.channel) {
        (Some(id), _) => words.who(id, request.user_name.as_deref()),
        (None, Some(id)) => {
            let name = names::conversation(id, request.channel_name.as_deref());
            words.text(format!("somebody in {name}"))
        }
        (None, None) => words.text("somebody"),
    };
    words.text(" for ").scopes(&request.scopes).0
}

/// A sentence of the server, in which backquotes set code apart.
pub fn marked(text: &str) -> Vec<Segment> {
    let part = |(at, part): (usize, &str)| {
        if at % 2 == 1 {
            Segment::Code(part.to_owned())
        } else {
            Segment::Text(part.to_owned())
        }
    };
    text.split('`')
        .enumerate()
        .filter(|(_, part)| !part.is_empty())
        .map(part)
        .collect()
}

/// The same for a sentence in which scopes stand bare: a word like `channels:history` is one.
pub fn scoped(text: &str) -> Vec<Segment> {
    let mut found = Vec::new();
    for segment in marked(text) {
        match segment {
            Segment::Text(text) => text.split_inclusive(' ').for_each(|word| bare(word, &mut found)),
            other => found.push(other),
        }
    }
    found
}

fn bare(word: &str, found: &mut Vec<Segment>) {
    let is_punctuation = |letter: char| !letter.is_ascii_alphanumeric();
    let name = word.trim_matches(is_punctuation);
    let is_scope = name.contains(':')
        && name
            .chars()
            .all(|letter| matches!(letter, 'a'..='z' | '.' | ':' | '_' | '-'));
    let (before, after) = word.split_once(name).unwrap_or((word, ""));
    if !is_scope {
        return push_text(word, found);
    }
    push_text(before, found);
    found.push(Segment::Code(name.to_owned()));
    push_text(after, found);
}

fn push_text(text: &str, found: &mut Vec<Segment>) {
    match found.last_mut() {
        _ if text.is_empty() => {}
        Some(Segment::Text(last)) => last.push_str(text),
        _ => found.push(Segment::Text(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view_model::{requests::tests::view, sentence::plain};

    #[test]
    fn bare_scopes_are_code_and_colons_of_sentences_are_not() {
        let code = |text: &str| -> Vec<String> {
            let parts = scoped(text).into_iter();
            let code = parts.filter_map(|part| match part {
                Segment::Code(code) => Some(code),
                _ => None,
            });
            code.collect()
        };
        let text = "Any of the scopes groups:history, users:read.email: holds, `team` is asked for.";
        assert_eq!(code(text), ["groups:history", "users:read.email", "team"]);
        assert_eq!(plain(&scoped(text)), text.replace('`', ""));
        assert!(code("At 12:30 it holds: see https://x.example/a").is_empty());
    }

    #[test]
    fn a_title_says_who_was_asked_for_what() {
        let mut request = view();
        assert_eq!(
            plain(&request_title(&request)),
            "Insectoid asked @izzy for commands and chat:write"
        );
        request.user = None;
        request.channel = Some("C0FIELD".parse().unwrap());
        assert_eq!(
            plain(&request_title(&request)),
            "Insectoid asked somebody in C0FIELD for commands and chat:write"
        );
        request.channel_name = Some("field-notes".to_owned());
        assert!(plain(&request_title(&request)).contains("somebody in #field-notes"));
    }

    #[test]
    fn backquotes_set_code_apart() {
        let code = |text: &str| Segment::Code(text.to_owned());
        let words = |text: &str| Segment::Text(text.to_owned());
        assert_eq!(marked("`commands` came"), [code("commands"), words(" came")]);
        assert_eq!(marked("Asked for `a`."), [words("Asked for "), code("a"), words(".")]);
        assert_eq!(marked("plain"), [words("plain")]);
    }
}
