//! Who is asking.

use super::scope::Scopes;
use crate::id::UserId;

/// A user whom an authenticator vouches for, and what they may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    id: UserId,
    scopes: Scopes,
}

impl User {
    /// The user with this id and these scopes.
    #[must_use]
    pub fn new(id: UserId, scopes: Scopes) -> Self {
        Self { id, scopes }
    }

    /// The user's number.
    #[must_use]
    pub fn id(&self) -> UserId {
        self.id
    }

    /// What the user may do.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        self.scopes
    }
}
