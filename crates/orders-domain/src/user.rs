//! Who is asking.

use crate::UserId;

/// A user whom an authenticator vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    id: UserId,
}

impl User {
    /// The user with this id.
    #[must_use]
    pub fn new(id: UserId) -> Self {
        Self { id }
    }

    /// The user's number.
    #[must_use]
    pub fn id(&self) -> UserId {
        self.id
    }
}
