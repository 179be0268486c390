//! Every way in which a value can be wrong and a use case can fail.
//!
//! Messages are lower case, without a full stop, and name the value.

use std::fmt::{Display, Write};

use thiserror::Error;

use crate::{Currency, OrderStatus, Quantity, Quoted, Refusal, Scope, ports::PortError};

fn list<T: Display>(all: &[T]) -> String {
    let mut text = String::new();
    for (index, item) in all.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}{item}");
    }
    text
}

/// A value that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say what each field is")]
pub enum InvalidInput {
    #[error("{what} {} is not a whole number from 1 to 9223372036854775807 in plain digits", Quoted(value))]
    Id { what: &'static str, value: String },
    #[error("amount {0} is negative")]
    Money(i64),
    #[error("currency {} is not three capital letters", Quoted(.0))]
    Currency(String),
    #[error("quantity {0} is not from 1 to {max}", max = Quantity::MAX)]
    Quantity(String),
    #[error("an order has 1 to {max} products, but {0} were sent", max = crate::NewOrder::MAX_LINES)]
    LineCount(usize),
    #[error("the products are priced in {0} and {1}, but an order has one currency")]
    MixedCurrencies(Currency, Currency),
    #[error("the total is more than 9223372036854775807 minor units")]
    TotalTooLarge,
    #[error("status {} is not one of {known}", Quoted(.0), known = list(&OrderStatus::ALL))]
    Status(String),
    #[error("scope {} is not one of {known}", Quoted(.0), known = list(&Scope::ALL))]
    Scope(String),
    #[error("{field} {reason}")]
    Text { field: &'static str, reason: String },
    #[error("limit {0} is not from 1 to {max}", max = crate::PageLimit::MAX.get())]
    PageLimit(String),
    #[error("idempotency key {} is not 1 to 255 visible ASCII characters", Quoted(.0))]
    IdempotencyKey(String),
    #[error("product {0} does not exist")]
    UnknownProduct(crate::ProductId),
    #[error("{0}")]
    Record(String),
}

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
    /// The order's state forbids it; [`OrderStatus::allowed`] says what may come instead.
    #[error("the order is {status} and cannot {attempt}")]
    NotAllowed {
        /// What was tried, as a verb phrase.
        attempt: String,
        /// The present status.
        status: OrderStatus,
    },
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
