//! Adding and changing apps: what was typed, read; and how a connection stands, in words.

use std::collections::BTreeSet;

use grantbook_core::{
    Scope,
    view::apps::{CheckState, ConnectionTest},
};

/// The longest slug, in characters.
const SLUG: usize = 40;

/// A name for addresses from one for people: `Field Notes (beta)` is `field-notes-beta`.
pub fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.trim().chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(SLUG);
    slug.trim_end_matches('-').to_owned()
}

/// Scopes as they were typed, apart by spaces, commas or lines; or which word is none.
pub fn scopes_of(text: &str) -> Result<BTreeSet<Scope>, String> {
    let mut scopes = BTreeSet::new();
    let words = text.split(|letter: char| letter.is_whitespace() || letter == ',' || letter == '"');
    for word in words.filter(|word| !word.is_empty()) {
        match Scope::new(word) {
            Ok(scope) => _ = scopes.insert(scope),
            Err(_) => {
                return Err(format!(
                    "“{word}” is no scope: lower-case letters, digits and . : _ - only."
                ));
            }
        }
    }
    Ok(scopes)
}

/// Scopes as one types them.
pub fn typed(scopes: &BTreeSet<Scope>) -> String {
    let names: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
    names.join(" ")
}

/// Where a test stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Something is wrong.
    Failed,
    /// Nothing is wrong, something is awaited.
    Waiting,
    /// All is as it should be.
    Sound,
}

/// How a test stands as a whole.
pub fn standing(test: &ConnectionTest) -> Standing {
    let any = |state| test.checks.iter().any(|check| check.state == state);
    if any(CheckState::Failed) {
        Standing::Failed
    } else if any(CheckState::Waiting) {
        Standing::Waiting
    } else {
        Standing::Sound
    }
}

/// The same in a sentence.
pub const fn verdict(standing: Standing) -> &'static str {
    match standing {
        Standing::Failed => "Something is not right yet. Mend the first line that failed, then test again.",
        Standing::Waiting => "What can be checked now is right. The rest is looked at again every three seconds.",
        Standing::Sound => "Console and Slack understand each other.",
    }
}

#[cfg(test)]
mod tests {
    use CheckState::{Failed, Passed, Waiting};
    use grantbook_core::view::apps::ConnectionCheck;

    use super::*;

    #[test]
    fn a_slug_is_made_of_a_name() {
        let slugs = ["Field Notes (beta)", "  Atlas!  ", "Zwölf", "—"].map(slug_of);
        assert_eq!(slugs, ["field-notes-beta", "atlas", "zw-lf", ""]);
        assert!(slug_of(&"a b".repeat(40)).len() <= SLUG);
    }

    #[test]
    fn scopes_may_be_apart_by_anything_usual() {
        let scopes = scopes_of("chat:write, channels:read\nusers:read \"commands\"").unwrap();
        assert_eq!(typed(&scopes), "channels:read chat:write commands users:read");
        assert!(scopes_of("").unwrap().is_empty());
        assert!(scopes_of("chat:write Chat!").unwrap_err().contains("“Chat!”"));
    }

    #[test]
    fn the_worst_check_decides() {
        let test = |states: &[CheckState]| ConnectionTest {
            checks: states
                .iter()
                .map(|state| ConnectionCheck {
                    name: "slack_reached".to_owned(),
                    state: *state,
                    sentence: String::new(),
                    hint: None,
                })
                .collect(),
        };
        assert_eq!(standing(&test(&[Passed, Waiting, Failed])), Standing::Failed);
        assert_eq!(standing(&test(&[Passed, Waiting])), Standing::Waiting);
        assert_eq!(standing(&test(&[Passed])), Standing::Sound);
    }
}
