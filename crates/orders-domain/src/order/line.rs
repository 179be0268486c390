//! One line of an order.

use crate::{id::ProductId, money::Money, quantity::Quantity};

/// A line of an order: so many pieces of a product at the price of the moment of ordering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderProduct {
    product: ProductId,
    price: Money,
    quantity: Quantity,
}

impl OrderProduct {
    /// A line; the price is of one piece and stays for good.
    #[must_use]
    pub fn new(product: ProductId, price: Money, quantity: Quantity) -> Self {
        Self { product, price, quantity }
    }

    /// Which product.
    #[must_use]
    pub fn product(&self) -> ProductId {
        self.product
    }

    /// The price of one piece when the order was placed.
    #[must_use]
    pub fn price(&self) -> Money {
        self.price
    }

    /// How many pieces.
    #[must_use]
    pub fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// Price × quantity, or `None` past the range of an `i64`.
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        self.price.checked_mul(self.quantity.get())
    }
}
