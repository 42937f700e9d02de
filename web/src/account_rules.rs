//! What a name and a password must be, said before the server has to.

/// The least number of characters of a password.
pub const PASSWORD_LENGTH: usize = 12;

/// The rules, in a sentence, for under the field.
pub const PASSWORD_RULE: &str =
    "At least 12 characters. A sentence that only you would say is better than a short puzzle.";

/// What is wrong with the input of the set-up page, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetupProblems {
    /// With the name.
    pub name: Option<String>,
    /// With the password.
    pub password: Option<String>,
    /// With its repetition.
    pub again: Option<String>,
}

impl SetupProblems {
    /// Looks at all three.
    pub fn of(name: &str, password: &str, again: &str) -> Self {
        let length = password.chars().count();
        Self {
            name: name
                .trim()
                .is_empty()
                .then(|| "Choose a name to sign in with.".to_owned()),
            password: (length < PASSWORD_LENGTH)
                .then(|| format!("The password has {length} characters; it needs at least {PASSWORD_LENGTH}.")),
            again: (again != password).then(|| "The two passwords differ. Type the same one twice.".to_owned()),
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The secret of a set-up link, from the part of the address after `#`.
pub fn setup_token(hash: &str) -> Option<&str> {
    Some(hash.trim_start_matches('#')).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_its_field() {
        let problems = SetupProblems::of(" ", "short", "shore");
        assert!(problems.name.is_some() && problems.again.is_some());
        assert_eq!(
            problems.password.as_deref(),
            Some("The password has 5 characters; it needs at least 12.")
        );
    }

    #[test]
    fn characters_count_and_not_bytes() {
        assert!(SetupProblems::of("izzy", "zwölf Bäume!", "zwölf Bäume!").is_empty());
        assert!(SetupProblems::of("izzy", "öööööö", "öööööö").password.is_some());
    }

    #[test]
    fn the_token_is_what_follows_the_hash() {
        assert_eq!(setup_token("#abc"), Some("abc"));
        assert_eq!(setup_token("#"), None);
        assert_eq!(setup_token(""), None);
    }
}
