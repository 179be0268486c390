//! Who knows users, and what was taken back from them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::user::User;
use crate::{failure::PortError, id::UserId};

/// Knows who somebody is by what they show.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The user whom this credential (a user id, a token) stands for, or `None` for nobody.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] when it cannot be found out now.
    async fn authenticate(&self, credential: &str) -> Result<Option<User>, PortError>;
}

/// Knows whose tokens were revoked.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Revocations: Send + Sync {
    /// When the user's tokens were revoked last: any that was made at that moment or before counts for
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] when it cannot be found out now.
    async fn revoked_at(&self, user: UserId) -> Result<Option<DateTime<Utc>>, PortError>;
}
