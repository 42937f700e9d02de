//! What `/permissions` says, in Slack's `mrkdwn`.

use grantbook_core::{Scope, catalogue};

/// The answer to `help`.
pub(super) const HELP: &str = "`/permissions` lists what this app may do here and offers what is missing.\n\
`/permissions add channels:history` asks for one scope at once; several are separated by spaces.";

/// When the answer could not be worked out.
pub(super) const TROUBLE: &str = "The console could not look that up just now. Try again in a moment.";

/// A word after the command that means nothing here.
pub(super) fn unknown_word(word: &str) -> String {
    let word: String = word.chars().filter(|c| !"`<>&".contains(*c)).take(40).collect();
    format!("`{word}` is not something `/permissions` knows.\n{HELP}")
}

/// One scope as a line: its name and what it means.
pub(super) fn line(scope: &Scope) -> String {
    let meaning = catalogue::find(scope).map_or("", |info| info.description).trim();
    if meaning.is_empty() {
        format!("• `{scope}`")
    } else {
        format!("• `{scope}`: {meaning}")
    }
}

/// A list of scopes, a line each, at most so many.
pub(super) fn lines<'a>(scopes: impl ExactSizeIterator<Item = &'a Scope>, most: usize) -> String {
    let all = scopes.len();
    let mut text: Vec<String> = scopes.take(most).map(line).collect();
    if all > most {
        text.push(format!("• and {} more", all - most));
    }
    text.join("\n")
}
