//! `Backoff`: how long to wait before connecting again.

use std::time::Duration;

/// Doubling waits with jitter, up to a longest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// About the wait after the first failure.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

impl Default for Backoff {
    /// Half a second, doubling to one minute.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(60),
        }
    }
}

impl Backoff {
    /// The wait after `failures` failures in a row; none after none.
    ///
    /// Half of it is certain and half is up to `random`, any number at all, so that the clients of one outage
    /// do not return all at once.
    pub fn wait(&self, failures: u32, random: u64) -> Duration {
        let Some(doublings) = failures.checked_sub(1) else {
            return Duration::ZERO;
        };
        let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
        let half = self.first.saturating_mul(factor).min(self.longest) / 2;
        let span = u64::try_from(half.as_nanos()).unwrap_or(u64::MAX);
        // The upper half of a 128-bit product: evenly spread, and without the edge of a remainder.
        let share = (u128::from(span) * u128::from(random)) >> 64;
        half + Duration::from_nanos(u64::try_from(share).unwrap_or(span))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff::default();
        let waits: Vec<_> = (0..10).map(|n| backoff.wait(n, 0).as_millis()).collect();
        assert_eq!(waits, [0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        assert_eq!(backoff.wait(u32::MAX, u64::MAX).as_secs(), 59, "just below the longest");
    }

    proptest! {
        #[test]
        fn a_wait_is_between_half_and_all_of_its_step(
            failures in 1..u32::MAX, random in any::<u64>(), first_ms in 1_u64..10_000, longest_ms in 1_u64..10_000_000,
        ) {
            let backoff = Backoff {
                first: Duration::from_millis(first_ms),
                longest: Duration::from_millis(longest_ms),
            };
            let least = backoff.wait(failures, 0);
            let wait = backoff.wait(failures, random);
            prop_assert!(least <= wait && wait <= least * 2);
            prop_assert!(wait <= backoff.longest);
            prop_assert!(wait <= backoff.wait(failures, u64::MAX));
            prop_assert!(least <= backoff.wait(failures.saturating_add(1), 0));
        }
    }
}
