//! When a token is replaced in the background: how long before its end, by its kind.
//!
//! Slack's SDKs refresh a token of today with less than two hours left; it lives twelve. A workspace token lives
//! one hour.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::{Timestamp, view::TokenKind};

/// How long before its end a modern token is replaced, in seconds. It lives twelve hours.
const MODERN: i64 = 2 * 3_600;
/// How long before its end a workspace token is replaced, in seconds. It lives one hour.
const WORKSPACE: i64 = 15 * 60;

/// How long before its end a token of this kind is replaced at the least, in seconds.
const fn shortest_margin(kind: TokenKind) -> i64 {
    match kind {
        TokenKind::Workspace => WORKSPACE,
        TokenKind::Bot | TokenKind::User => MODERN,
    }
}

/// The same at the most, with all its jitter.
pub const fn longest_margin(kind: TokenKind) -> i64 {
    shortest_margin(kind) + shortest_margin(kind) / 4
}

/// How long before its end this token is replaced, in seconds. Up to a quarter is added, by the row's number and
/// the token's, so that tokens issued in one moment are not all replaced in one moment; it stays the same for each
/// generation.
pub fn margin(kind: TokenKind, row: i64, generation: u64) -> i64 {
    let margin = shortest_margin(kind);
    let mut hasher = DefaultHasher::new();
    (row, generation).hash(&mut hasher);
    let quarter = u64::try_from(margin / 4).unwrap_or(1).max(1);
    margin + i64::try_from(hasher.finish() % quarter).unwrap_or(0)
}

/// When the background replaces a token that ends at `end`: not before a failed refresh may be tried again, and
/// not in the past.
pub fn due(end: Timestamp, margin: i64, retry_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let due = end.plus_seconds(-margin).max(now);
    retry_at.map_or(due, |retry| due.max(retry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_is_between_its_kinds_ends_and_stays_the_same() {
        for kind in [TokenKind::Workspace, TokenKind::Bot, TokenKind::User] {
            for row in 0..100 {
                let found = margin(kind, row, 3);
                assert!(
                    (shortest_margin(kind)..=longest_margin(kind)).contains(&found),
                    "{found}"
                );
                assert_eq!(found, margin(kind, row, 3));
            }
        }
    }

    #[test]
    fn a_refresh_is_due_before_the_end_and_after_its_rest() {
        let at = Timestamp::from_seconds;
        assert_eq!(due(at(10_000), 900, None, at(0)), at(9_100));
        assert_eq!(due(at(10_000), 900, None, at(9_500)), at(9_500), "overdue is due now");
        assert_eq!(due(at(10_000), 900, Some(at(9_700)), at(9_500)), at(9_700));
    }
}
