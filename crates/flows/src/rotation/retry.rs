//! When tokens are replaced, and when a failed refresh is tried again.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use grantbook_core::Timestamp;
use grantbook_store::tokens::{CredentialKind, CredentialRef};

/// Rows looked at in one go.
pub(super) const AT_ONCE: u64 = 200;
/// Refreshes under way side by side in one process.
pub(super) const SIDE_BY_SIDE: usize = 8;

/// How long before its end a modern token is replaced, in seconds. It lives twelve hours.
const MODERN: i64 = 2 * 3_600;
/// How long before its end a workspace token is replaced, in seconds. It lives one hour.
const WORKSPACE: i64 = 15 * 60;
/// The first wait after a failure, in seconds; it doubles.
const FIRST_WAIT: i64 = 5;
/// The longest wait after a failure, in seconds.
const LONGEST_WAIT: i64 = 15 * 60;

/// How long before its end a token of this kind is replaced at the least, in seconds.
const fn shortest_margin(kind: CredentialKind) -> i64 {
    match kind {
        CredentialKind::Workspace => WORKSPACE,
        CredentialKind::Bot | CredentialKind::User => MODERN,
    }
}

/// The same at the most, with all its jitter.
pub(super) const fn longest_margin(kind: CredentialKind) -> i64 {
    shortest_margin(kind) + shortest_margin(kind) / 4
}

/// How long before its end this token is replaced. Up to a quarter is added, by the row's number, so that
/// tokens issued in one moment are not all replaced in one moment; it stays the same for each generation.
pub(super) fn margin(due: &CredentialRef) -> i64 {
    let margin = shortest_margin(due.kind);
    let mut hasher = DefaultHasher::new();
    (due.id, due.generation).hash(&mut hasher);
    let quarter = u64::try_from(margin / 4).unwrap_or(1).max(1);
    margin + i64::try_from(hasher.finish() % quarter).unwrap_or(0)
}

/// When to try again after so many failures, this one included; not before Slack wants it.
pub(super) fn again_at(now: Timestamp, failures: u32, asked_seconds: i64) -> Timestamp {
    let wait = FIRST_WAIT.saturating_mul(1_i64 << failures.saturating_sub(1).min(10));
    now.plus_seconds(wait.min(LONGEST_WAIT).max(asked_seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour_and_heed_slack() {
        let now = Timestamp::from_seconds(0);
        let waits: Vec<i64> = [1, 2, 3, 8, 9, 60].map(|n| again_at(now, n, 0).seconds()).into();
        assert_eq!(waits, [5, 10, 20, 640, 900, 900]);
        assert_eq!(again_at(now, 1, 31).seconds(), 31);
    }
}
