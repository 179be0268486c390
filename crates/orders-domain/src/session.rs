//! What is remembered of a token that was verified.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::User;

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
