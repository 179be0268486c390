//! One thing that is not as it should be.

use std::fmt;

use super::kind::DifferenceKind;
use crate::id::{LocationId, OrderId, ProductId};

/// What a repair has to look at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Something that one statement sets right wherever it is. It comes first: what is set right after it takes new
    /// numbers.
    Everywhere,
    /// What there is of a product at a place. It comes before orders: what they hold is moved by it.
    Level(ProductId, LocationId),
    /// An order, with its parcels, and what it holds.
    Order(OrderId),
    /// What was counted of orders. It comes last: orders are set right by what it goes by too.
    Rollups,
}

/// As it is named to people, by numbers.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere => f.write_str("cursors, deliveries and sequences"),
            Self::Level(product, location) => write!(f, "stock/{product}/{location}"),
            Self::Order(order) => write!(f, "orders/{order}"),
            Self::Rollups => f.write_str("rollups"),
        }
    }
}

/// One thing that is not as it should be. Nothing personal is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which kind of difference.
    pub kind: DifferenceKind,
    /// Of what, as its path names it: `orders/7`, `stock/9/2`.
    pub subject: String,
    /// What is found and what should be: `is shipped, and its events add up to delivered`.
    pub found: String,
    /// Where a repair has to look.
    pub place: Place,
}

impl Difference {
    /// This is wrong with that.
    #[must_use]
    pub fn new(kind: DifferenceKind, subject: impl fmt::Display, found: impl Into<String>) -> Self {
        Self { kind, subject: subject.to_string(), found: found.into(), place: Place::Everywhere }
    }

    /// The same of an order.
    #[must_use]
    pub fn of_order(kind: DifferenceKind, order: OrderId, found: impl Into<String>) -> Self {
        let place = Place::Order(order);
        Self { place, ..Self::new(kind, format_args!("orders/{order}"), found) }
    }

    /// The same of what was counted.
    #[must_use]
    pub fn of_rollups(kind: DifferenceKind, found: impl Into<String>) -> Self {
        Self { place: Place::Rollups, ..Self::new(kind, "rollups", found) }
    }

    /// The same of a level.
    #[must_use]
    pub fn of_level(
        kind: DifferenceKind,
        (product, location): (ProductId, LocationId),
        found: impl Into<String>,
    ) -> Self {
        let place = Place::Level(product, location);
        Self { place, ..Self::new(kind, format_args!("stock/{product}/{location}"), found) }
    }
}

/// As a line for people.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.kind, self.subject, self.found)
    }
}
