//! How often a password may be tried: per name, and per client address.

use std::{hash::Hash, net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, MonotonicClock},
    middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};
use http::StatusCode;

use crate::error::ApiError;

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, MonotonicClock, NoOpMiddleware<std::time::Instant>>;

/// Tries for one name at once; then one each [`NAME_PERIOD`].
const NAME_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const NAME_PERIOD: Duration = Duration::from_secs(6);
/// Tries from one address at once; then one each [`ADDRESS_PERIOD`].
const ADDRESS_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
const ADDRESS_PERIOD: Duration = Duration::from_secs(2);
/// Above so many names or addresses, those at rest are forgotten.
const CROWD: usize = 10_000;
/// Longest name that is remembered, in characters.
const NAME_LENGTH: usize = 128;

/// The two limits.
#[derive(Debug)]
pub struct SignInLimits {
    names: Limiter<String>,
    addresses: Limiter<IpAddr>,
    clock: MonotonicClock,
}

impl Default for SignInLimits {
    fn default() -> Self {
        let quota = |period, burst| {
            Quota::with_period(period)
                .unwrap_or(Quota::per_minute(burst))
                .allow_burst(burst)
        };
        Self {
            names: limiter(quota(NAME_PERIOD, NAME_BURST)),
            addresses: limiter(quota(ADDRESS_PERIOD, ADDRESS_BURST)),
            clock: MonotonicClock,
        }
    }
}

fn limiter<K: Hash + Eq + Clone>(quota: Quota) -> Limiter<K> {
    RateLimiter::new(quota, DashMapStateStore::default(), MonotonicClock)
}

impl SignInLimits {
    /// Counts one try; refuses with 429 when there were too many. Refusals do not tell whether the name exists.
    pub fn count(&self, name: &str, address: IpAddr) -> Result<(), ApiError> {
        self.check(&self.addresses, &network(address))?;
        let name = name.trim().chars().take(NAME_LENGTH).collect::<String>().to_lowercase();
        self.check(&self.names, &name)
    }

    /// Counts one try that names nobody.
    pub fn count_address(&self, address: IpAddr) -> Result<(), ApiError> {
        self.check(&self.addresses, &network(address))
    }

    fn check<K: Hash + Eq + Clone>(&self, limiter: &Limiter<K>, key: &K) -> Result<(), ApiError> {
        if limiter.len() > CROWD {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|refusal| {
            let wait = refusal.wait_time_from(self.clock.now()).as_secs() + 1;
            ApiError::client(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_attempts",
                format!("Too many attempts. Try again in {wait} seconds."),
            )
            .retry_after(wait)
        })
    }
}

/// A subscriber has a whole IPv6 /64: its addresses count as one.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_name_has_ten_tries_however_it_is_written() {
        let limits = SignInLimits::default();
        for name in ["ada", "Ada", " ada", "ADA", "ada "].repeat(2) {
            limits.count(name, HERE).unwrap();
        }
        assert_eq!(
            limits.count("ada", HERE).unwrap_err().problem().code,
            "too_many_attempts"
        );
        limits.count("grace", HERE).unwrap();
    }

    #[test]
    fn an_address_has_thirty_tries_whatever_the_names() {
        let limits = SignInLimits::default();
        for n in 0..30 {
            limits.count(&format!("name {n}"), HERE).unwrap();
        }
        assert!(limits.count("another", HERE).is_err());
        limits.count("another", "203.0.113.9".parse().unwrap()).unwrap();
    }

    #[test]
    fn one_ipv6_network_is_one_caller() {
        assert_eq!(
            network("2001:db8::1".parse().unwrap()),
            network("2001:db8::2:3".parse().unwrap())
        );
        assert_ne!(
            network("2001:db8::1".parse().unwrap()),
            network("2001:db8:0:1::1".parse().unwrap())
        );
    }
}
