//! Every way in which a use case can fail.
//!
//! Messages are lower case, without a full stop, and name the value.

use thiserror::Error;

use super::{
    basket::{NotSold, OutOfStock},
    change::NotAllowed,
};
use crate::{
    failure::PortError,
    identity::{Refusal, Scope},
    invalid::InvalidInput,
    market::choice::NotChosen,
    money::{Currency, Money},
    stock::settling::NotOnHand,
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
    #[error("the token lacks the scope {}", Scope::any_of(.0))]
    MissingScope(&'static [Scope]),
    /// There is no list of what is asked for.
    #[error(transparent)]
    NotOffered(InvalidInput),
    /// The requested lines cannot become an order.
    #[error("the order is invalid")]
    Invalid(Vec<LineFault>),
    /// Some of the products are not sold in this marketplace.
    #[error("some of it is not sold in this marketplace")]
    NotSoldHere(Vec<LineFault>),
    /// A marketplace is named in which nothing is sold.
    #[error("{}", .0.reason)]
    NotChosen(NotChosen),
    /// There is not enough of what is wanted.
    #[error("there is not enough of what is wanted")]
    OutOfStock(Vec<OutOfStock>),
    /// It costs something else than the asker expects.
    #[error("the total is {} {currency} in minor units now", total.minor_units())]
    PriceChanged {
        /// What it costs now.
        total: Money,
        /// In which currency.
        currency: Currency,
    },
    /// What the order holds is not there to be sent.
    #[error(transparent)]
    NotOnHand(NotOnHand),
    /// A parcel is to leave from a place that is not there.
    #[error(transparent)]
    UnknownLocation(InvalidInput),
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

impl From<NotSold> for OrderError {
    fn from(not_sold: NotSold) -> Self {
        match not_sold {
            NotSold::Invalid(faults) => Self::Invalid(faults),
            NotSold::NotHere(faults) => Self::NotSoldHere(faults),
            NotSold::MarketplaceChanged => Self::Unavailable(PortError::Busy),
            NotSold::PriceChanged { total, currency } => Self::PriceChanged { total, currency },
            NotSold::OutOfStock(lacking) => Self::OutOfStock(lacking),
        }
    }
}

impl From<Refusal> for OrderError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotOwned => Self::NotOwned,
            Refusal::MissingScope(scopes) => Self::MissingScope(scopes),
        }
    }
}
