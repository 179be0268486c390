//! How often somebody may ask.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

use actix_web::dev::ServiceRequest;
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock};
use orders_domain::UserId;

use crate::error::ApiError;

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

/// Lets each asker through so many times a second, with bursts as large.
pub struct RateLimit {
    limiter: DefaultKeyedRateLimiter<Asker>,
    behind_proxy: bool,
    asked: AtomicU32,
}

impl RateLimit {
    /// A limit of `per_second` requests for each asker. Behind a proxy the address is the last one
    /// in `X-Forwarded-For`, which the proxy itself has put there.
    #[must_use]
    pub fn new(per_second: NonZeroU32, behind_proxy: bool) -> Self {
        let limiter = DefaultKeyedRateLimiter::keyed(Quota::per_second(per_second));
        Self { limiter, behind_proxy, asked: AtomicU32::new(0) }
    }

    /// The address that a request comes from, if it is known.
    #[must_use]
    pub fn address_of(&self, request: &ServiceRequest) -> Option<IpAddr> {
        if !self.behind_proxy {
            return request.peer_addr().map(|address| address.ip());
        }
        let forwarded = request.headers().get_all("x-forwarded-for").last()?.to_str().ok()?;
        forwarded.rsplit(',').next()?.trim().parse().ok()
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
        self.limiter.check_key(&asker).map_err(|until| ApiError::TooManyRequests {
            retry_after: until.wait_time_from(self.limiter.clock().now()),
        })
    }
}
