//! An order in the hands of somebody who may do something with it.

use super::{Order, error::OrderError};
use crate::{
    identity::{Ownership, Refusal, UseCase, User},
    version::Expected,
};

/// An order that the user who asked may do something with: it is theirs, or they may do it with
/// every order. Only [`OrderService::owned`](crate::OrderService::owned) makes one.
#[derive(Debug)]
pub struct OwnedOrder {
    pub(crate) asker: User,
    pub(crate) order: Order,
    pub(crate) expected: Expected,
}

impl OwnedOrder {
    /// The order, for showing it, if it is at an expected version.
    ///
    /// # Errors
    ///
    /// [`OrderError::Changed`] if it is not.
    pub fn into_expected(self) -> Result<Order, OrderError> {
        if self.expected.admits(self.order.version()) { Ok(self.order) } else { Err(OrderError::Changed) }
    }

    /// The order, for looking at it.
    #[must_use]
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// The same order, to be changed only while it is at an expected version.
    #[must_use]
    pub fn only_if(self, expected: Expected) -> Self {
        Self { expected, ..self }
    }

    /// Whether the asker may do this with it too.
    pub(crate) fn also_for(&self, use_case: UseCase) -> Result<(), Refusal> {
        use_case.check(self.asker, Ownership::of(self.asker.id(), Some(self.order.user())))
    }
}
