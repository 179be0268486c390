//! Sessions in the memory of this process.

use std::time::Duration;

use async_trait::async_trait;
use moka::sync::Cache;

use super::{Session, SessionCache, TokenHash};

/// The sessions of this process: so many at most, and whatever more comes pushes out what is asked
/// for least. It hears of no revocations.
pub struct MemorySessions(Cache<TokenHash, Session>);

impl MemorySessions {
    /// Room for so many sessions, none of them kept for longer than `ttl`.
    #[must_use]
    pub fn new(capacity: u64, ttl: Duration) -> Self {
        Self(Cache::builder().max_capacity(capacity).time_to_live(ttl).build())
    }

    /// How many sessions are remembered, about.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.run_pending_tasks();
        self.0.entry_count()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[async_trait]
impl SessionCache for MemorySessions {
    async fn find(&self, token: TokenHash) -> Option<Session> {
        self.0.get(&token)
    }

    async fn keep(&self, token: TokenHash, session: Session) {
        self.0.insert(token, session);
    }
}
