//! `auth.revoke`: ends the token that calls. It does not uninstall the app.

use serde::{Deserialize, Serialize, Serializer};

use super::Method;
use crate::wire::flag;

/// Whether to mean it.
///
/// A rotating token ends alone; an ordinary one ends the authorization it stands for (docs.slack.dev,
/// "Using token rotation").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthRevoke {
    /// A rehearsal: Slack checks and revokes nothing. `1` on the wire.
    #[serde(
        default,
        deserialize_with = "flag",
        serialize_with = "one",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub test: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field by reference")]
fn one<S: Serializer>(_: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("1")
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthRevokeAnswer {
    /// Whether the token has ended.
    pub revoked: bool,
}

impl Method for AuthRevoke {
    const NAME: &'static str = "auth.revoke";
    /// The second call would be made by a token that has ended.
    const IDEMPOTENT: bool = false;
    type Answer = AuthRevokeAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn a_rehearsal_says_so_and_the_deed_says_nothing() {
        let form = |test| serde_urlencoded::to_string(AuthRevoke { test }).unwrap();
        assert_eq!((form(true).as_str(), form(false).as_str()), ("test=1", ""));
        for test in [true, false] {
            let read: AuthRevoke = serde_urlencoded::from_str(&form(test)).unwrap();
            assert_eq!(read, AuthRevoke { test });
        }
    }

    #[test]
    fn real_answers_are_read() {
        for path in [
            "docs-examples/auth.revoke.success.json",
            "openapi-examples/auth.revoke.200.json",
        ] {
            assert_eq!(answer::<AuthRevokeAnswer>(path), AuthRevokeAnswer { revoked: true });
        }
    }
}
