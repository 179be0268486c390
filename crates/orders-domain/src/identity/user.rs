//! Who is asking.

use super::scope::Scopes;
use crate::{code::MarketplaceCode, id::UserId};

/// A user whom an authenticator vouches for, and what they may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    id: UserId,
    scopes: Scopes,
    marketplace: Option<MarketplaceCode>,
}

impl User {
    /// The user with this id and these scopes.
    #[must_use]
    pub fn new(id: UserId, scopes: Scopes) -> Self {
        Self { id, scopes, marketplace: None }
    }

    /// The same, who is at home in a marketplace.
    #[must_use]
    pub fn at_home_in(self, marketplace: Option<MarketplaceCode>) -> Self {
        Self { marketplace, ..self }
    }

    /// The marketplace in which they are at home, if their token says so.
    #[must_use]
    pub fn marketplace(&self) -> Option<MarketplaceCode> {
        self.marketplace
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
