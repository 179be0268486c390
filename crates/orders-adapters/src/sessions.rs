//! Verified tokens, remembered for a while.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use orders_domain::User;

mod memory;
#[cfg(feature = "redis")]
mod redis;

pub use memory::MemorySessions;
#[cfg(feature = "redis")]
pub use redis::{RedisSessions, RedisSettingsError};

/// Names a token without telling it: a SHA-256 over it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

/// A verified token: whom it stands for, and until when that need not be checked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Whom it stands for.
    pub user: User,
    /// When the token was made, to the second; one that does not say was made at the beginning of
    /// time.
    pub issued_at: DateTime<Utc>,
    /// From this moment on it counts for nothing.
    pub until: DateTime<Utc>,
}

/// Remembers verified tokens for a while, by their hash and never in clear.
///
/// It may forget anything at any time, and when it does not work it knows nothing: the token is
/// verified again. So it costs speed when it fails, and never makes a token good.
#[async_trait]
pub trait SessionCache: Send + Sync {
    /// What is remembered of this token, unless it is known to be revoked; the asker looks at
    /// [`Session::until`].
    async fn find(&self, token: TokenHash) -> Option<Session>;

    /// Remembers a verified token until [`Session::until`].
    async fn keep(&self, token: TokenHash, session: Session);
}
