//! Sessions in the memory of this process.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moka::sync::Cache;
use orders_domain::{
    Session, TokenHash, UserId,
    ports::{PortError, SessionCache},
};

use super::Revocations;

/// The sessions of this process: so many at most, and whatever more comes pushes out what is asked
/// for least. Revocations come from a file that all servers of the machine read.
pub struct MemorySessions {
    sessions: Cache<TokenHash, Session>,
    revocations: Revocations,
}

impl MemorySessions {
    /// Room for so many sessions, none of them kept for longer than `ttl`.
    #[must_use]
    pub fn new(capacity: u64, ttl: Duration, revocations: Revocations) -> Self {
        let sessions = Cache::builder().max_capacity(capacity).time_to_live(ttl).build();
        Self { sessions, revocations }
    }

    /// How many sessions are remembered, about.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.sessions.run_pending_tasks();
        self.sessions.entry_count()
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
        let session = self.sessions.get(&token)?;
        let revoked_at = self.revocations.known(session.user.id());
        revoked_at.is_none_or(|at| at < session.issued_at).then_some(session)
    }

    async fn keep(&self, token: TokenHash, session: Session) {
        self.sessions.insert(token, session);
    }

    async fn revoked_at(&self, user: UserId) -> Option<DateTime<Utc>> {
        self.revocations.read_again();
        self.revocations.known(user)
    }

    async fn revoke(&self, user: UserId, at: DateTime<Utc>) -> Result<(), PortError> {
        self.revocations.add(user, at).map_err(|cause| PortError::Unavailable(cause.into()))
    }
}
