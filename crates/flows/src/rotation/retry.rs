//! When tokens are replaced, and when a failed refresh is tried again.

use grantbook_core::{Timestamp, rotation};
use grantbook_store::tokens::{CredentialKind, CredentialRef};

/// Rows looked at in one go.
pub(super) const AT_ONCE: u64 = 200;
/// Refreshes under way side by side in one process.
pub(super) const SIDE_BY_SIDE: usize = 8;

/// The first wait after a failure, in seconds; it doubles.
const FIRST_WAIT: i64 = 5;
/// The longest wait after a failure, in seconds.
const LONGEST_WAIT: i64 = 15 * 60;

/// How long before its end a token of this kind is replaced at the most, in seconds.
pub(super) fn longest_margin(kind: CredentialKind) -> i64 {
    rotation::longest_margin(kind.into())
}

/// How long before its end this token is replaced, in seconds.
pub(super) fn margin(due: &CredentialRef) -> i64 {
    rotation::margin(due.kind.into(), due.id, due.generation)
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
