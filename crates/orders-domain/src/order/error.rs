//! Every way in which a use case can fail.
//!
//! Messages are lower case, without a full stop, and name the value.

use thiserror::Error;

use super::change::NotAllowed;
use crate::{
    failure::PortError,
    identity::{Refusal, Scope},
    invalid::InvalidInput,
};

/// Which part of a requested order a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinePart {
    /// The product's id in the line at this index of the request.
    Product(usize),
    /// The quantity in the line at this index of the request.
    Quantity(usize),
    /// The lines as a whole.
    Whole,
}

/// What is wrong with a requested order, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault {
    /// Where.
    pub part: LinePart,
    /// What.
    pub reason: InvalidInput,
}

/// A use case failed.
#[derive(Debug, Error)]
pub enum OrderError {
    /// The order does not exist, or it is not the asker's: nobody learns which.
    #[error("the order does not exist or belongs to somebody else")]
    NotOwned,
    /// The asker's token does not allow it.
    #[error("the token lacks the scope {0}")]
    MissingScope(Scope),
    /// No such product.
    #[error("{0}")]
    UnknownProduct(InvalidInput),
    /// The requested lines cannot become an order.
    #[error("the order is invalid")]
    Invalid(Vec<LineFault>),
    /// The order's state forbids it.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The order is not at a version that the asker expects; nothing was changed.
    #[error("the order has changed since")]
    Changed,
    /// The idempotency key stands for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A port could not do its part now; nothing was changed unless it says otherwise.
    #[error(transparent)]
    Unavailable(PortError),
}

impl From<PortError> for OrderError {
    fn from(error: PortError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<Refusal> for OrderError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotOwned => Self::NotOwned,
            Refusal::MissingScope(scope) => Self::MissingScope(scope),
        }
    }
}
