//! What is counted.

use std::collections::BTreeMap;

use super::quarter::{Quarter, SPANS};
use crate::{code::MarketplaceCode, id::ProductId, money::Currency, order::status::OrderStatus};

/// What is counted of a time. No number is negative, and each stops at the end of its range: sums of them do not depend
/// on their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Orders that were placed; of a product those with a line of it; of a status those that came to it.
    pub orders: i64,
    /// Pieces in them.
    pub units: i64,
    /// What they cost, in the minor unit of the currency.
    pub gross: i64,
    /// Pieces that were cancelled then, whenever they were ordered.
    pub cancelled: i64,
    /// Pieces that left then, whenever they were ordered.
    pub shipped: i64,
    /// Those of them of which it is known how long that took.
    pub timed: i64,
    /// The seconds from the order to that, added up over those pieces.
    pub ship_seconds: i64,
}

impl Figures {
    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        let Self { orders, units, gross, cancelled, shipped, timed, ship_seconds } = other;
        for (sum, more) in [
            (&mut self.orders, orders),
            (&mut self.units, units),
            (&mut self.gross, gross),
            (&mut self.cancelled, cancelled),
            (&mut self.shipped, shipped),
            (&mut self.timed, timed),
            (&mut self.ship_seconds, ship_seconds),
        ] {
            *sum = sum.saturating_add(*more);
        }
    }

    /// The numbers in the order of the fields.
    #[must_use]
    pub fn numbers(&self) -> [i64; 7] {
        let Self { orders, units, gross, cancelled, shipped, timed, ship_seconds } = *self;
        [orders, units, gross, cancelled, shipped, timed, ship_seconds]
    }

    /// How long it took on average from the order until a piece left, in whole seconds; nothing if none left of which
    /// that is known.
    #[must_use]
    pub fn seconds_to_ship(&self) -> Option<i64> {
        (self.timed > 0).then(|| self.ship_seconds / self.timed)
    }
}

/// Of what something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// Of all orders.
    Orders,
    /// Of the lines of a product.
    Product(ProductId),
    /// Of the orders that came to a status.
    Status(OrderStatus),
}

impl Of {
    /// The word for what kind it is, as storage has it: a status is one of its own.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Orders => "order",
            Self::Product(_) => "product",
            Self::Status(status) => status.as_str(),
        }
    }

    /// The product's number, or 0.
    #[must_use]
    pub fn product(self) -> i64 {
        match self {
            Self::Product(id) => id.get(),
            Self::Orders | Self::Status(_) => 0,
        }
    }
}

/// Of what, when and where something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RollupKey {
    /// Of what.
    pub of: Of,
    /// In which quarter.
    pub quarter: Quarter,
    /// In which marketplace.
    pub marketplace: MarketplaceCode,
    /// In which currency.
    pub currency: Currency,
}

/// Figures by what they are of, quarter, marketplace and currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rollups(BTreeMap<RollupKey, Figures>);

impl Rollups {
    /// Adds figures to those of a key.
    pub fn add(&mut self, key: RollupKey, figures: &Figures) {
        self.0.entry(key).or_default().add(figures);
    }

    /// Adds all of others.
    pub fn merge(&mut self, others: &Self) {
        for (key, figures) in &others.0 {
            self.add(*key, figures);
        }
    }

    /// Each key with its figures, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (&RollupKey, &Figures)> {
        self.0.iter()
    }

    /// Of how many keys there are some.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What they add to the stretches of each of [`SPANS`]: the length, the key with the quarter in which the stretch
    /// begins, the figures.
    #[must_use]
    pub fn spread(&self) -> BTreeMap<(i64, RollupKey), Figures> {
        let mut spread: BTreeMap<_, Figures> = BTreeMap::new();
        for (key, figures) in &self.0 {
            for span in SPANS {
                let key = RollupKey { quarter: key.quarter.first_of(span), ..*key };
                spread.entry((span, key)).or_default().add(figures);
            }
        }
        spread
    }
}
