//! How often somebody may ask.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

use actix_web::dev::ServiceRequest;
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock};
use orders_domain::UserId;

use super::proxy::BehindProxy;
use crate::http::error::ApiError;

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    /// A user, wherever from.
    User(UserId),
    /// Somebody unknown at an address.
    Address(IpAddr),
}

/// Every so many requests, askers who have been quiet are forgotten.
const FORGET_EVERY: u32 = 16 * 1024;

/// How many exhausted addresses are remembered.
const MAX_EXHAUSTED: usize = 1024;

/// Lets each asker through so many times a second, with bursts as large.
pub struct RateLimit {
    limiter: DefaultKeyedRateLimiter<Asker>,
    /// Until when askers whom the limiter has refused go on being refused.
    exhausted: Mutex<HashMap<Asker, Instant>>,
    asked: AtomicU32,
}

impl RateLimit {
    /// A limit of `per_second` requests for each asker.
    #[must_use]
    pub fn new(per_second: NonZeroU32) -> Self {
        let limiter = DefaultKeyedRateLimiter::keyed(Quota::per_second(per_second));
        Self { limiter, exhausted: Mutex::default(), asked: AtomicU32::new(0) }
    }

    /// The address that a request comes from, if it is known: of IPv6 its network of 64 bits, which
    /// is what one customer has. Behind a proxy it is the last one in `X-Forwarded-For`, which the proxy itself
    /// has put there.
    #[must_use]
    pub fn address_of(request: &ServiceRequest) -> Option<IpAddr> {
        let forwarded = || {
            let last = request.headers().get_all("x-forwarded-for").last()?.to_str().ok()?;
            address(last.rsplit(',').next()?.trim())
        };
        let address = if BehindProxy::is_before(request) { forwarded() } else { None };
        address.or_else(|| request.peer_addr().map(|peer| peer.ip())).map(network)
    }

    /// Whether an asker has been refused already and would be again, without counting a request.
    ///
    /// # Errors
    ///
    /// 429 as [`Self::check`].
    pub fn check_exhausted(&self, asker: Asker) -> Result<(), ApiError> {
        let mut exhausted = self.exhausted();
        // None of the limiter's own, so that the usual request costs no look at the time.
        if exhausted.is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        exhausted.retain(|_, until| *until > now);
        match exhausted.get(&asker) {
            Some(until) => Err(ApiError::TooManyRequests { retry_after: *until - now }),
            None => Ok(()),
        }
    }

    fn exhausted(&self) -> MutexGuard<'_, HashMap<Asker, Instant>> {
        self.exhausted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request.
    ///
    /// # Errors
    ///
    /// 429 with the time after which the next one is let through.
    pub fn check(&self, asker: Asker) -> Result<(), ApiError> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&asker).map_err(|until| {
            let retry_after = until.wait_time_from(self.limiter.clock().now());
            if matches!(asker, Asker::Address(_)) {
                let mut exhausted = self.exhausted();
                // A flood from everywhere is looked at again rather than remembered.
                if exhausted.len() < MAX_EXHAUSTED {
                    exhausted.insert(asker, Instant::now() + retry_after);
                }
            }
            ApiError::TooManyRequests { retry_after }
        })
    }
}

/// An address as proxies write it: alone, with a port, in brackets, or both.
fn address(text: &str) -> Option<IpAddr> {
    let unbracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    text.parse().ok().or_else(unbracketed).or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

/// The addresses that are counted together.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_every_form_that_proxies_write() {
        for (text, expected) in [
            ("203.0.113.8", "203.0.113.8"),
            ("203.0.113.8:4711", "203.0.113.8"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::2]", "2001:db8::2"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
        ] {
            assert_eq!(address(text), Some(expected.parse().unwrap()), "{text}");
        }
        for text in ["", "unknown", "_hidden", "203.0.113.8:x", "[2001:db8::1", "203.0.113.8 4711"] {
            assert_eq!(address(text), None, "{text:?}");
        }
    }

    #[test]
    fn ipv6_counts_by_its_network_and_ipv4_by_its_address() {
        for (one, other, same) in [
            ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("203.0.113.8", "203.0.113.9", false),
            ("203.0.113.8", "::ffff:203.0.113.8", true),
        ] {
            let [one_net, other_net] = [one, other].map(|text| network(text.parse().unwrap()));
            assert_eq!(one_net == other_net, same, "{one} {other}");
        }
    }

    #[test]
    fn five_a_second_lets_five_through_at_once_and_an_exhausted_asker_is_known() {
        let limit = RateLimit::new(NonZeroU32::new(5).unwrap());
        let asker = Asker::Address("203.0.113.8".parse().unwrap());
        assert!(limit.check_exhausted(asker).is_ok());
        let let_through = (0..30).filter(|_| limit.check(asker).is_ok()).count();
        assert!((5..10).contains(&let_through), "{let_through}");
        assert!(limit.check_exhausted(asker).is_err());
        assert!(limit.check_exhausted(Asker::Address("203.0.113.9".parse().unwrap())).is_ok());
    }
}
