//! How a person signs in at a provider of identities, and the session that they have then.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::user::User;
use crate::failure::PortError;

/// What one beginning of a sign-in is known by when it comes back; it stays with the browser that began it. Nothing shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What the provider sends back as it was (RFC 6749, 10.12).
    pub state: String,
    /// What the ID token has to say (OpenID Connect Core, 3.1.2.1).
    pub nonce: String,
    /// What redeems the code (RFC 7636).
    pub verifier: String,
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge(..)")
    }
}

/// A sign-in that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where at the provider the person is to go.
    pub address: String,
    /// What it is known by.
    pub challenge: Challenge,
}

/// Knows persons: they prove to it who they are, and it tells us.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Begins a sign-in that comes back to this address.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] when the provider does not say where to go.
    async fn begin(&self, back_to: &str) -> Result<Begun, PortError>;

    /// Who somebody is who has come back to this address with a code; `None` when the
    /// provider, or what it sends, stands for nobody.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] when it cannot be found out now.
    async fn finish(
        &self,
        code: &str,
        challenge: &Challenge,
        back_to: &str,
    ) -> Result<Option<User>, PortError>;
}

/// Who has signed in. No token of theirs is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    /// Who, and what they may do.
    pub user: User,
    /// When.
    pub at: DateTime<Utc>,
}

/// Who is signed in now, by a key that only their browser has. So many at most, each for so long at most.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Begins a session; its key, which nobody can guess.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] when it cannot be kept.
    async fn begin(&self, who: SignedIn) -> Result<String, PortError>;

    /// Whose session this is, if it is one that goes on: it ends when nobody has asked for it for a while, a while after it has
    /// begun in any case, and when the user's tokens were revoked since.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] when that cannot be found out now.
    async fn find(&self, key: &str) -> Result<Option<SignedIn>, PortError>;

    /// Ends it.
    async fn end(&self, key: &str);
}
