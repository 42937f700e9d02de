//! `users.info`: what a person is called.

use grantbook_core::UserId;
use serde::{Deserialize, Serialize};

use super::Method;
use crate::wire::{null_as_default, optional};

/// Which person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsersInfo {
    /// The person.
    pub user: UserId,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsersInfoAnswer {
    /// The person.
    pub user: User,
}

/// A person, or an app's own user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The person.
    pub id: UserId,
    /// The handle.
    pub name: String,
    /// The name people read.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub real_name: Option<String>,
    /// Whether it is an app.
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_bot: bool,
}

impl Method for UsersInfo {
    const NAME: &'static str = "users.info";
    const IDEMPOTENT: bool = true;
    type Answer = UsersInfoAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn a_real_answer_is_read() {
        let UsersInfoAnswer { user } = answer("docs-examples/users.info.success.json");
        assert_eq!(
            (user.name.as_str(), user.id.as_str(), user.is_bot),
            ("spengler", "W012A3CDE", false)
        );
        assert!(user.real_name.is_some());
    }
}
